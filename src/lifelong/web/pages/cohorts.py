"""Cohorts: who came when, and what became of them; two of them compared at equal age alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.routing import Route

from lifelong import i18n
from lifelong.i18n import N_
from lifelong.report.drawings import nice_ceiling
from lifelong.web.visiting import Visit, handler

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from starlette.responses import HTMLResponse

ALL = "all"
SHARES = ("retention", "repeat")
MONEY = ("revenue", "margin", "contribution")
MEASURES = {
    "retention": N_("Ordered again, each age"),
    "repeat": N_("Came back by then"),
    "orders": N_("Orders a customer"),
    "revenue": N_("Revenue a customer"),
    "margin": N_("Gross margin a customer"),
    "contribution": N_("Contribution a customer"),
}
BY = {
    "month": N_("Month of the first order"),
    "quarter": N_("Quarter"),
    "week": N_("Week"),
    "channel": N_("Channel"),
    "first_product": N_("First product"),
}
AGES = {"month": N_("Months"), "quarter": N_("Quarters"), "week": N_("Weeks")}
#: Cohorts and ages that a page shows; all are in the file that it offers.
MOST_COHORTS, MOST_AGES = 24, 13
SHADES = 6
HEIGHT = 196


@dataclass(frozen=True, slots=True)
class Cell:
    """One cohort at one age: what is printed, its shade (0: none), whether the age is over for all, its interval."""

    text: str
    shade: int
    is_whole: bool
    spread: str


@dataclass(frozen=True, slots=True)
class Row:
    """One cohort."""

    name: str
    customers: int
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class Curve:
    """One of two cohorts that are compared: its path and the band about it, in a field 1000 wide."""

    name: str
    line: str
    band: str
    end: tuple[float, float]


def cohorts(visit: Visit) -> HTMLResponse:
    """The page."""
    measure = visit.choice("measure", *MEASURES)
    by, age = visit.choice("by", *BY), visit.choice("age", *AGES)
    is_sum = visit.query.get("cumulative") == "on" and measure not in SHARES
    told: dict[str, Any] = {"measure": measure, "by": by, "age": age, "cumulative": is_sum}
    one, other, at = (visit.query.get(name, "")[:100] for name in ("one", "other", "at"))
    plain = visit.ask("cohorts", **told)
    names = _names(plain.value["rows"]) if plain.value else []
    one, other = (name if name in names else "" for name in (one, other))
    pair = (one, other) if one and other and one != other else ()
    both = visit.ask("cohorts", **told, compare=list(pair), at=at if at.isdigit() else "") if pair else plain
    value = both.value or plain.value
    return visit.page(
        "cohorts.html.j2",
        reply=both if both.error else plain,
        made=value,
        grid=grid(value) if value else None,
        names=names,
        pair=pair,
        curves=curves(value, pair) if value and pair else None,
        written=(lambda number: written(value, number)) if value else None,
        measures=MEASURES,
        bys=BY,
        ages=AGES,
        chosen={**told, "one": one, "other": other, "at": at},
        shares=SHARES,
    )


def _names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    return list(dict.fromkeys(row["cohort"] for row in rows if row["cohort"] != ALL))


def written(made: Mapping[str, Any], value: float | None) -> str:
    """A value of the measure as people read it."""
    if value is None:
        return i18n.unknown()
    if made["measure"] in SHARES:
        return i18n.percent(value, 1)
    if made["measure"] in MONEY:
        return i18n.money(value, made["currency"], 0 if abs(value) >= 1000 else 2)
    return i18n.number(value, 2)


def _short(made: Mapping[str, Any], value: float) -> str:
    """The same where a cell has little room; the unit stands above the table."""
    if made["measure"] in SHARES:
        return i18n.number(100 * value, 0 if value >= 0.0995 else 1)
    return i18n.number(value, 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2)


def grid(made: Mapping[str, Any]) -> dict[str, Any]:
    """The matrix: the last cohorts, the first ages."""
    cells: dict[str, dict[int, Mapping[str, Any]]] = {}
    for row in made["rows"]:
        cells.setdefault(row["cohort"], {})[row["age"]] = row
    ages = sorted({row["age"] for row in made["rows"] if row["value"] is not None})
    shown = [age for age in ages if age or made["measure"] not in SHARES][:MOST_AGES]
    names = [name for name in cells if name != ALL][-MOST_COHORTS:]
    told = [
        row["value"]
        for name in names
        for row in cells[name].values()
        if row["age"] in shown and row["value"] is not None
    ]
    top = max(told, default=0.0)
    rows = [_row(made, name, cells[name], shown, top) for name in (*names, *([ALL] if ALL in cells else []))]
    return {"ages": shown, "rows": rows, "of": len(cells) - (ALL in cells), "last": len(ages) - len(shown)}


def _row(
    made: Mapping[str, Any], name: str, cells: Mapping[int, Mapping[str, Any]], ages: Sequence[int], top: float
) -> Row:
    customers = next(iter(cells.values()))["customers"]
    return Row(name, customers, tuple(_cell(made, cells.get(age), top) for age in ages))


def _cell(made: Mapping[str, Any], row: Mapping[str, Any] | None, top: float) -> Cell | None:
    if row is None or row["value"] is None:
        return None
    share = max(row["value"], 0.0) / top if top > 0 else 0.0
    shade = min(SHADES, 1 + int(share * SHADES)) if row["complete"] else 0
    return Cell(_short(made, row["value"]), shade, bool(row["complete"]), _spread(made, row))


def _spread(made: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    if row["low80"] is None:
        return ""
    low, high = row["low80"], row["high80"]
    if made["measure"] in SHARES:
        return i18n.percent_interval(low, high, 1)
    if made["measure"] in MONEY:
        return i18n.interval(low, high, made["currency"])
    return i18n.number_interval(low, high, 2)


def curves(made: Mapping[str, Any], pair: Sequence[str]) -> dict[str, Any]:
    """Two cohorts over the ages that both have seen to the end."""
    by_name = {
        name: [row for row in made["rows"] if row["cohort"] == name and row["value"] is not None and row["complete"]]
        for name in pair
    }
    length = min(len(rows) for rows in by_name.values())
    start = 1 if made["measure"] in SHARES else 0
    rows = {name: found[start:length] for name, found in by_name.items()}
    if length - start < 2:
        return {"lines": [], "ticks": [], "ages": []}
    top = nice_ceiling(max(row["high80"] for found in rows.values() for row in found))
    steps = length - start - 1
    ticks = [(round(HEIGHT - HEIGHT * part / 4, 1), written(made, top * part / 4)) for part in range(5)]
    every = max(1, (steps + 1) // 6)
    ages = [(round(100 * i / steps, 1), row["age"]) for i, row in enumerate(rows[pair[0]]) if i % every == 0]
    return {"lines": [_curve(name, rows[name], top, steps) for name in pair], "ticks": ticks, "ages": ages}


def _curve(name: str, rows: Sequence[Mapping[str, Any]], top: float, steps: int) -> Curve:
    def point(i: int, value: float) -> str:
        return f"{1000 * i / steps:.0f},{HEIGHT - HEIGHT * max(value, 0.0) / top:.1f}"

    there = [point(i, row["low80"]) for i, row in enumerate(rows)]
    back = [point(i, row["high80"]) for i, row in reversed(list(enumerate(rows)))]
    line = "M" + " ".join(point(i, row["value"]) for i, row in enumerate(rows))
    return Curve(name, line, "M" + " ".join(there + back) + "Z", (100.0, HEIGHT - HEIGHT * rows[-1]["value"] / top))


ROUTES = (Route("/cohorts", handler(cohorts, is_kept=True)),)
