"""What the report must say of each number that it shows, by the answers of the other doors and by the orders themselves."""

from __future__ import annotations

import html
import re
import statistics
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from lifelong.units import day_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lifelong import Leaderboard, Project, Scores


@dataclass(frozen=True)
class Known:
    """The other doors' answers, and the order days of each customer with what they brought."""

    scores: Scores
    rows: list[dict[str, Any]]
    board: Leaderboard
    cohort: dict[str, Any]
    days: dict[str, dict[int, float]]

    @property
    def first_at_risk(self) -> dict[str, Any]:
        """The first of those who are going quiet, by the rule that the report prints."""
        found = [
            r
            for r in self.rows
            if r["rhythm_days"] and r["silent_days"] > 2 * r["rhythm_days"] and 0.25 <= r["alive"] <= 0.75
        ]
        return min(found, key=lambda r: (-r["at_risk"], r["customer_id"]))

    @property
    def best_hundred(self) -> float:
        """The share of the best fifth in all value."""
        values = sorted((r["value"] for r in self.rows), reverse=True)
        return sum(values[:100]) / sum(values)

    @property
    def once(self) -> int:
        return sum(len(days) == 1 for days in self.days.values())

    def test(self, name: str, form: str) -> str:
        """A measure of the last test of the model, as the report's table has it."""
        figure = self.board.as_dict()["rows"][0][name]
        return signed(f"{figure * 100:{form[:-1]}} %" if form.endswith("%") else f"{figure:{form}}")


def known(project: Project, place: Path, scores: Scores, board: Leaderboard) -> Known:
    """What else the report speaks of."""
    orders = pq.read_table(project.export(place / "orders.parquet", what="orders")).to_pylist()
    days: dict[str, dict[int, float]] = {}
    for row in orders:
        own = days.setdefault(row["customer_id"], {})
        own[row["day"]] = own.get(row["day"], 0.0) + row["revenue"]
    cohort = next(r for r in project.cohorts(by="month").rows() if r["cohort"] == "2025-01")
    return Known(scores, scores.table.to_pylist(), board, cohort, days)


def plain(page: str) -> str:
    """The page's words: no drawings, no marks, blanks of one kind."""
    page = re.sub(r"<style.*?</style>|<svg.*?</svg>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", page)))


def linked(page: str) -> set[str]:
    """The definitions that stand at the page's end: those of its own numbers."""
    return set(re.findall(r'id="d-(\w+)"', page))


def euro(amount: float) -> str:
    return f"€{amount:,.0f}" if abs(amount) >= 1000 else f"€{amount:,.2f}"


def signed(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


def _repeat_share(k: Known) -> float:
    repeat = sum(brought for days in k.days.values() for day, brought in days.items() if day > min(days))
    return repeat / sum(brought for days in k.days.values() for brought in days.values())


def _tenure(k: Known) -> float:
    return statistics.mean(day_of(k.scores.as_of) - min(days) for days in k.days.values())


def _second(k: Known) -> float:
    return statistics.median(sorted(days)[1] - min(days) for days in k.days.values() if len(days) > 1)


def _gini(k: Known) -> float:
    values = sorted(r["value"] for r in k.rows)
    n = len(values)
    return sum((2 * i - n - 1) * v for i, v in enumerate(values, 1)) / (n * sum(values))


def _value(k: Known) -> str:
    best = max(k.rows, key=lambda r: r["value"])
    return f"Customer {best['customer_id']} is expected to order {best['orders']:.1f} times and to bring {euro(best['value'])}."


def _quiet(k: Known) -> str:
    first = k.first_at_risk
    return (
        f"The first in the list orders every {first['rhythm_days']:.1f} days and has been silent for "
        f"{first['silent_days']}: {first['alive']:.0%}".replace("%", " % still a customer")
    )


def _cost(k: Known, name: str) -> str:
    found = next(c for c in k.board.as_dict()["costs"] if c["choice"] == "top 10 %" and c["model"] == k.board.chosen)
    low, high = (f"€{found[f'{name}_{end}'] / 100:,.0f}" for end in ("low", "high"))
    return signed(f"€{found[name] / 100:,.0f} {low} to {high} ".replace("€-", "-€"))


#: By definition: words that stand on the page.
ON_PAGE: dict[str, Callable[[Known], str]] = {
    "equity": lambda k: f"Value of all customers, next 52 weeks {euro(k.scores.totals.value)}",
    "value": _value,
    "median": lambda k: f"median {euro(statistics.median(r['value'] for r in k.rows))}",
    "interval": lambda k: f"{euro(k.scores.totals.low80)} to {euro(k.scores.totals.high80)} at 80 %",
    "orders": lambda k: f"Orders, next 52 weeks {k.scores.totals.orders:,.0f}",
    "historic": lambda k: f"weeks {euro(k.first_at_risk['historic'])}",
    "alive": _quiet, "rhythm": _quiet, "silence": _quiet,
    "at_risk": lambda k: f"= {euro(k.first_at_risk['at_risk'])}, for the first in the list",
    "one_time": lambda k: f"{k.once} of {len(k.days)} customers, {100 * k.once / len(k.days):.1f} %.",
    "repeat_rate": lambda k: f"Repeat rate {100 - 100 * k.once / len(k.days):.1f} % have come back",
    "repeat_revenue": lambda k: f"Share of repeat revenue {100 * _repeat_share(k):.1f} %",
    "tenure": lambda k: f"Tenure {_tenure(k) / 7:.0f} weeks",
    "second": lambda k: f"First to second order {_second(k) / 7:.0f} weeks",
    "gini": lambda k: f"Gini {_gini(k):.2f}.",
    "best_fifth": lambda k: f"= 100 customers bring {100 * k.best_hundred:.0f} % of",
    "cohort": lambda k: f"Jan 25 {k.cohort['customers']} ",
    "unripe": lambda _: "Hatched periods had not ended by 30 June 2026 for every member of the cohort",
    "bias": lambda k: f"31 Mar 2026 {k.test('bias', '+.1f%')} ",
    "mae": lambda k: f" {k.test('mae', '.3f')} {k.test('rmse', '.3f')} ",
    "rmse": lambda k: f" {k.test('rmse', '.3f')} {k.test('spearman', '.3f')} ",
    "spearman": lambda k: f" {k.test('spearman', '.3f')} {k.test('gini_norm', '.3f')} ",
    "gini_norm": lambda k: f" {k.test('gini_norm', '.3f')} {k.test('decile_error', '.1f%')} ",
    "decile_error": lambda k: f" {k.test('decile_error', '.1f%')} {k.test('capture', '.1f%')} ",
    "capture": lambda k: f" {k.test('capture', '.1f%')} {k.test('coverage80', '.1f%')} ",
    "coverage80": lambda k: f" {k.test('coverage80', '.1f%')} {k.test('coverage90', '.1f%')} ",
    "coverage90": lambda k: f" {k.test('coverage90', '.1f%')} {k.test('log_score', '.3f')} ",
    "log_score": lambda k: f" {k.test('log_score', '.3f')} {k.test('crps', '.3f')} ",
    "crps": lambda k: f" {k.test('crps', '.3f')} Last period again",
    "baseline": lambda k: signed(f"Last period again, 31 Mar 2026 {100 * k.board.as_dict()['rows'][1]['bias']:+.1f} %"),
    "missed": lambda k: _cost(k, "missed"),
    "saved": lambda k: _cost(k, "saved"),
    "metric_interval": lambda k: _cost(k, "missed").partition(" ")[2],
}  # fmt: skip
