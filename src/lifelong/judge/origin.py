"""One origin of a back-test: what was known on that day, and what came in the hold-out after it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import FitError
from lifelong.score.base import arrow, column
from lifelong.tables import summary as tables
from lifelong.units import minor_digits

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.judge.trial import Schedule, Trial

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """Customers as of a day, and a stretch of time after it.

    Attributes:
        day: the origin, the last day seen.
        days: the length of the stretch.
        summary: ``schema.SUMMARY`` as of the origin, sorted by customer.
        orders: order days within the stretch, shape (customers,); who first ordered later is not among them.
        value: value within the stretch, major units; None where the data hold no amounts.
        before: order days within as long a stretch up to the origin: the last period.
        before_value: value within it; None where the data hold no amounts.
        panel: rows of the customers that intervals of measures are told from, the same customers at every origin, -1
            for who is not here yet; none outside a back-test.
        source: the orders, any frame: a model may count them in its own way.
    """

    day: int
    days: int
    summary: pa.Table
    orders: Floats
    value: Floats | None
    before: Floats
    before_value: Floats | None
    panel: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))
    source: Any = None

    @property
    def history(self) -> tuple[Any, Any, Any]:
        """x, t_x and T, days."""
        x, t_x, T = (self.summary[name].to_numpy().astype(np.int64) for name in ("x", "t_x", "T"))
        return x, t_x, T

    def __len__(self) -> int:
        return len(self.summary)


def see(orders: Any, day: int, days: int, trial: Trial) -> Seen:
    """Look at the orders from a day: the summary of the past, the window before it and the window after it.

    Args:
        orders: ``schema.ORDERS``, any frame.
        day: the origin.
        days: length of the windows.
        trial: margin, currency, covariates and who is older than the data.
    """
    made = arrow(tables.summary(orders, day)) if trial.older is None else trial.older.seen(orders, day)
    table = made.sort_by("customer_id")
    if trial.traits is not None:
        table = trial.traits.beside(table)
    after, value = _window(orders, table, (day, day + days), trial)
    before, before_value = _window(orders, table, (day - days, day), trial)
    return Seen(day, days, table, after, value, before, before_value, source=orders)


def has_money(table: pa.Table) -> bool:
    """Whether a summary holds any repeat order with an amount: without one no spend model can be fitted."""
    spend = column(table, "spend_x")
    return spend is not None and float(np.nansum(spend)) > 0


def edges(orders: Any) -> tuple[int, int]:
    """The first and the last day on which there is an order.

    Raises:
        FitError: E201, where there is none.
    """
    import narwhals as nw

    frame = nw.from_native(orders).filter(nw.col("is_order") == 1)
    found = tables.collected(frame.select(first=nw.col("day").min(), last=nw.col("day").max()))
    if found["first"][0] is None:
        raise FitError("E201", "there is no order to test on", where="the orders", fix="ingest orders first")
    return int(found["first"][0]), int(found["last"][0])


def earlier(orders: Any, seen: Seen, schedule: Schedule, trial: Trial) -> Seen:
    """An origin whose hold-out had ended on the day of ``seen``: what a baseline may learn from on that day."""
    days = min(seen.days, (seen.day - schedule.first + 1) // 2)
    return see(orders, seen.day - days, days, trial)


def _window(orders: Any, table: pa.Table, span: tuple[int, int], trial: Trial) -> tuple[Floats, Floats | None]:
    """Order days and value of each customer of the table within (after, until]."""
    import pyarrow.compute as pc

    found = arrow(tables.window(orders, *span))
    at = pc.index_in(
        found["customer_id"].cast(table["customer_id"].type), value_set=table["customer_id"].combine_chunks()
    )
    known = np.flatnonzero(at.is_valid().to_numpy())
    row = at.drop_null().to_numpy()
    count = np.zeros(len(table))
    count[row] = found["orders"].to_numpy()[known]
    if not trial.spend or not has_money(table):
        return count, None
    revenue = column(found, "revenue")
    value = np.zeros(len(table))
    if revenue is not None:
        value[row] = np.nan_to_num(revenue[known])
    share = 1.0 if trial.margin is None else trial.margin
    return count, value * share / 10.0 ** minor_digits(trial.currency)
