"""A row a customer: look-ups in what is known of the customer's history, times the customer's own factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.money.margin import historic_value
from lifelong.schema import SCORES, names
from lifelong.score import cells
from lifelong.score.base import column
from lifelong.units import minor_digits

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.score.forecast import Forecast

    Floats = NDArray[np.float64]

LEVELS = {"median": 0.50, "low80": 0.10, "high80": 0.90, "low90": 0.05, "high90": 0.95}


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What each distinct history has, ready to be looked up; money in units of the customer's factor.

    Attributes:
        plain: columns that are the history's own: alive, orders, silent_days, rhythm_days.
        by_factor: columns that are times the customer's factor: value, at_risk, the quantiles.
        has_cost: whether known costs make what is historic.
    """

    plain: dict[str, Any]
    by_factor: dict[str, Floats]
    has_cost: bool


def known(forecast: Forecast, wanted: Sequence[str], *, has_cost: bool) -> Known:
    """Compute the wanted columns once a history."""
    base, means = forecast.base, forecast.means
    with np.errstate(divide="ignore", invalid="ignore"):
        rhythm = base.t_x / base.x
    plain: dict[str, Any] = {
        "alive": means.alive,
        "orders": forecast.mean_orders,
        "silent_days": (base.T - base.t_x).astype(np.int32),
        "rhythm_days": rhythm,
    }
    if not forecast.has_money:
        return Known(plain, {}, has_cost)
    by_factor = {
        "value": forecast.margin * forecast.mean_worth * forecast.paid,
        "at_risk": forecast.margin * (1.0 - means.alive) * means.worth * forecast.paid,
    }
    levels = {name: level for name, level in LEVELS.items() if name in wanted}
    if forecast.futures.noise is None:
        by_factor |= {name: forecast.margin * forecast.quantile(level) for name, level in levels.items()}
    return Known(plain, by_factor, has_cost)


def rows(forecast: Forecast, facts: Known, summary: pa.Table, start: int, wanted: Sequence[str]) -> pa.Table:
    """Scores of the customers ``start`` and following, one for each row of ``summary``.

    Args:
        forecast: of the whole base.
        facts: from :func:`known`.
        summary: rows of the summary table, in the base's order.
        start: the first row's number in the base.
        wanted: names of columns, of ``schema.SCORES``.
    """
    import pyarrow as pa

    some = slice(start, start + len(summary))
    history = forecast.base.history[some].astype(np.intp)
    columns: dict[str, Any] = {name: values[history] for name, values in facts.plain.items() if name in wanted}
    if facts.by_factor:
        factor = forecast.factor(some)
        columns |= {name: values[history] * factor for name, values in facts.by_factor.items() if name in wanted}
    if forecast.blended and "value" in wanted:
        columns["value"] = forecast.customer_value(some)
    if forecast.has_money and (forecast.blended or forecast.futures.noise is not None):
        columns |= {n: forecast.customer_quantile(level, some) for n, level in LEVELS.items() if n in wanted}
    if forecast.has_money and "historic" in wanted:
        columns["historic"] = _historic(forecast, summary, has_cost=facts.has_cost)
    if forecast.has_money and "total" in wanted:
        columns["total"] = columns["historic"] + columns["value"]
    return pa.table([_cells(name, columns, summary) for name in wanted], names=list(wanted))


def _cells(name: str, columns: dict[str, Any], summary: pa.Table) -> Any:
    """One column in Arrow's form: empty where the data hold no amounts, or the customer has no rhythm yet."""
    import pyarrow as pa

    if name == "customer_id":
        return summary["customer_id"]
    if name not in columns:
        return pa.nulls(len(summary), pa.float64())
    return cells.column(columns[name], has_gaps=name == "rhythm_days")


def _historic(forecast: Forecast, summary: pa.Table, *, has_cost: bool) -> Floats:
    unit = 10.0 ** -minor_digits(forecast.engine.terms.currency)
    revenue = column(summary, "revenue")
    if revenue is None:
        return np.zeros(len(summary))
    cost = column(summary, "cost") if has_cost else None
    value = historic_value(np.nan_to_num(revenue), cost, forecast.margin)
    return value * unit


def all_columns() -> tuple[str, ...]:
    """The names of every column of a score."""
    return names(SCORES)
