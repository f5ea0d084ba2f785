"""Calibration: of each tenth and of each group of customers, what was forecast, its interval, and what came.

A total may be right because one group's excess pays for another's. So groups that were known at the origin are summed one by
one: by first order, by value so far, by number of orders, and by the first order's channel or country where the orders have it.
With many groups some miss by chance, so a group is said to be off only where that holds after Holm's correction.

Source: Holm (1979), Scandinavian Journal of Statistics 6, for the correction.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.judge import metrics
from lifelong.phrases import joined, phrase
from lifelong.schema import UNKNOWN
from lifelong.score.base import arrow
from lifelong.score.totals import group_totals
from lifelong.tables import summary as tables
from lifelong.tables.loyalty import first_names
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lifelong.judge.origin import Seen
    from lifelong.score.forecast import Forecast
    from lifelong.score.terms import ModelError
    from lifelong.values import Totals

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

LEAST = 10  # customers of a group: a smaller one says little, and too much about each
MOST = 8  # groups of one kind
FAMILY = 0.05  # the chance that any group of a calibrated model is said to be off
Z90 = 1.6448536269514722  # half the width of a 90 % interval, in standard deviations of a normal
GRID = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """How log(came / forecast) of a group may fall: normal by chance, either side its own, and the model's own error.

    Attributes:
        low, high: standard deviations below and above, by chance and parameters.
        shock: quantiles of the model's own error, of equal weight.
    """

    low: float
    high: float
    shock: Floats

    def tail(self, miss: float) -> float:
        """The chance of a miss at least as far to its side, twice: a p-value."""
        from scipy.special import ndtr

        left = miss - self.shock
        above = float(ndtr(-left / np.where(left > 0, self.high, self.low)).mean())
        return min(2.0 * min(above, 1.0 - above), 1.0)

    def quantile(self, level: float) -> float:
        """The quantile at a level, by bisection."""
        from scipy.optimize import brentq
        from scipy.special import ndtr

        def short(miss: float) -> float:
            left = miss - self.shock
            return float(ndtr(left / np.where(left > 0, self.high, self.low)).mean()) - level

        end = 8.0 * max(self.low, self.high) + float(np.abs(self.shock).max())
        return float(brentq(short, -end, end))


def calibration(orders: Any, seen: Seen, ahead: Forecast, error: ModelError) -> list[dict[str, Any]]:
    """A row a group: what the model forecast for its customers together, and what came.

    Args:
        orders: ``schema.ORDERS``, any frame.
        seen: the origin.
        ahead: the forecast there, without the model's own error.
        error: that error, as the other origins measured it.

    Returns:
        Dicts: ``by`` (``cohort``, ``value``, ``orders``, ``channel``, ``country``), ``group``, ``customers``, ``forecast``,
        ``low90``, ``high90``, ``came``, ``p`` (by Holm's correction), ``is_off``. In value where there is money, else in
        orders.
    """
    groups = {
        (by, name): rows
        for by, parts in _kinds(orders, seen).items()
        for name, rows in parts.items()
        if len(rows) >= LEAST
    }
    made = _told(seen, ahead, error, list(groups.values()), (0.05, 0.95))
    adjusted = holm([row["p"] for row in made])
    return [
        {"by": by, "group": name, "customers": row["customers"], "forecast": row["forecast"], "low90": row["low"],
         "high90": row["high"], "came": row["came"], "p": p, "is_off": p < FAMILY}
        for (by, name), row, p in zip(groups, made, adjusted, strict=True)
    ]  # fmt: skip


def apart(seen: Seen, ahead: Forecast) -> list[tuple[float, float]]:
    """How far each month's first buyers missed beside what all missed, in logarithms, and its variance by chance."""
    parts = [rows for rows in _cohorts(seen.summary["first_day"].to_numpy(), (1,)).values() if len(rows) >= LEAST]
    came = _came(seen)
    if len(parts) < 2 or came.sum() <= 0:
        return []
    common = float(np.log(came.sum() / max(float(_expected(seen, ahead).sum()), 1e-9)))
    totals = group_totals(ahead, {str(i): rows for i, rows in enumerate(parts)})
    made = []
    for i, rows in enumerate(parts):
        forecast, spread, half = _spread(totals[str(i)], "orders" if seen.value is None else "value", np.zeros(1))
        miss = float(np.log(max(float(came[rows].sum()), 0.0) + half) - np.log(forecast + half)) - common
        made.append((miss, (spread.high if miss > 0 else spread.low) ** 2))
    return made


def tenths(seen: Seen, ahead: Forecast, error: ModelError) -> list[dict[str, float]]:
    """The decile table of the model at the origin, with the 80 % interval of each tenth's mean."""
    actual, forecast = _came(seen), _expected(seen, ahead)
    order = np.argsort(-forecast, kind="stable")
    table = metrics.decile_table(actual, forecast)
    edges = np.cumsum([row["customers"] for row in table]).astype(int)
    told = _told(seen, ahead, error, np.split(order, edges[:-1]), (0.10, 0.90))
    return [
        row | {"low80": one["low"] / row["customers"], "high80": one["high"] / row["customers"]}
        for row, one in zip(table, told, strict=True)
    ]


def holm(p: Sequence[float]) -> list[float]:
    """P-values of many tests, corrected so that all of them together err at the level of one.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, np.float64)
    order = np.argsort(values)
    raised = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    made = np.empty(len(values))
    made[order] = np.minimum(raised, 1.0)
    return [float(one) for one in made]


def off(rows: Sequence[Mapping[str, Any]]) -> tuple[Finding, ...]:
    """A finding that names the groups whose forecast missed beyond chance; none where all held."""
    found = [row for row in rows if row["is_off"]]
    if not found:
        return ()
    told = [phrase("{by} {group} ({miss})", by=row["by"], group=row["group"], miss=_miss(row)) for row in found]
    text = phrase(
        "groups whose forecast missed by more than chance and the model's own error explain: {groups}",
        groups=joined(told, "; "),
    )
    facts = {"groups": [f"{row['by']} {row['group']}" for row in found]}
    return (Finding("F304", text, "warning", facts),)


def _miss(row: Mapping[str, Any]) -> str:
    if row["came"] > 0:
        return phrase("{miss:+.0f} %", miss=(row["forecast"] / row["came"] - 1) * 100)
    return phrase("nothing came")


def _told(
    seen: Seen, ahead: Forecast, error: ModelError, groups: Sequence[Ints], levels: tuple[float, float]
) -> list[dict[str, float]]:
    totals = group_totals(ahead, {str(i): np.sort(rows) for i, rows in enumerate(groups)})
    actual, what = _came(seen), "orders" if seen.value is None else "value"
    shock = _shock(error.scale(what, seen.days), error.df)
    made = []
    for i, rows in enumerate(groups):
        came, one = float(actual[rows].sum()), totals[str(i)]
        forecast, spread, half = _spread(one, what, shock)
        middle = np.log(forecast + half)
        low, high = (max(float(np.exp(middle + spread.quantile(level))) - half, 0.0) for level in levels)
        p = spread.tail(float(np.log(max(came, 0.0) + half) - middle))
        made.append({"customers": len(rows), "forecast": forecast, "low": low, "high": high, "came": came, "p": p})
    return made


def _spread(total: Totals, what: str, shock: Floats) -> tuple[float, Spread, float]:
    """A group's forecast, how the logarithm of what comes may fall about it, and half an order, that keeps that finite."""
    forecast, low, high = total.orders, total.orders_low90, total.orders_high90
    half = 0.5
    if what == "value":
        forecast, low, high = total.value, total.low90, total.high90
        half = 0.5 * total.value / max(total.orders, 1e-12)
    half = max(half, 1e-9)
    middle = np.log(forecast + half)
    ends = [abs(float(np.log(max(end, 0.0) + half) - middle)) / Z90 for end in (low, high)]
    return forecast, Spread(max(ends[0], 1e-6), max(ends[1], 1e-6), shock), half


def _shock(scale: float, df: float) -> Floats:
    from scipy.special import stdtrit

    shock: Floats = scale * stdtrit(df, (np.arange(GRID) + 0.5) / GRID)
    return shock


def _came(seen: Seen) -> Floats:
    return seen.orders if seen.value is None else seen.value


def _expected(seen: Seen, ahead: Forecast) -> Floats:
    return ahead.mean_orders[ahead.base.history] if seen.value is None else ahead.customer_value(slice(None))


# -- the groups


def _kinds(orders: Any, seen: Seen) -> dict[str, dict[str, Ints]]:
    """Row numbers of the members of each group, by kind and name: all known at the origin."""
    made = {"cohort": _cohorts(seen.summary["first_day"].to_numpy())}
    if seen.value is not None:
        made["value"] = _tiers(np.nan_to_num(seen.summary["revenue"].to_numpy(zero_copy_only=False).astype(np.float64)))
    made["orders"] = _counts(seen.summary["x"].to_numpy())
    for by in ("channel", "country"):
        named = _named(orders, seen, by)
        if len(named) > 1:
            made[by] = named
    return made


def _cohorts(first_day: Ints, steps: tuple[int, ...] = (1, 3, 12)) -> dict[str, Ints]:
    """By month, quarter or year of the first order: the finest that gives few groups, or else the last."""
    month = first_day.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    step = next((s for s in steps if len(np.unique(month // s)) <= MOST), steps[-1])
    made = {}
    for at in np.unique(month // step).tolist():
        year, part = divmod(at * step, 12)
        tail = {1: f"-{part + 1:02d}", 3: f"-Q{part // 3 + 1}", 12: ""}[step]
        made[f"{1970 + year}{tail}"] = np.flatnonzero(month // step == at)
    return made


def _tiers(revenue: Floats) -> dict[str, Ints]:
    """By what customers had brought so far."""
    order = np.argsort(-revenue, kind="stable")
    first, second = int(np.ceil(0.2 * len(order))), int(np.ceil(0.5 * len(order)))
    return {"best 20 % so far": order[:first], "next 30 %": order[first:second], "other 50 %": order[second:]}


def _counts(x: Ints) -> dict[str, Ints]:
    """By order days so far."""
    bounds = {"1": (0, 0), "2": (1, 1), "3 to 5": (2, 4), "6 or more": (5, np.inf)}
    return {name: np.flatnonzero((x >= low) & (x <= high)) for name, (low, high) in bounds.items()}


def _named(orders: Any, seen: Seen, by: str) -> dict[str, Ints]:
    """By a column of the first order; the rarer names together, and nothing where the orders lack the column."""
    import narwhals as nw
    import pyarrow as pa
    import pyarrow.compute as pc

    if by not in nw.from_native(orders).collect_schema().names():
        return {}
    found = arrow(tables.collected(first_names(orders, by, seen.day)).to_native())
    ids = seen.summary["customer_id"].combine_chunks()
    at = pc.index_in(ids, value_set=found["customer_id"].cast(ids.type).combine_chunks())
    names = np.array(pc.fill_null(found[by].cast(pa.string()).take(at), UNKNOWN).to_pylist())
    known, count = np.unique(names, return_counts=True)
    if known.tolist() == [UNKNOWN]:
        return {}
    kept = known[np.lexsort((known, -count))][: MOST - 1]
    made = {str(name): np.flatnonzero(names == name) for name in kept}
    rest = np.flatnonzero(~np.isin(names, kept))
    return made | ({"others": rest} if len(rest) else {})
