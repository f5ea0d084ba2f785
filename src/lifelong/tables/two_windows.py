"""Two windows of equal length up to a day: who ordered in both, how often and for how much in the later one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from lifelong.tables.cohorts import plain_rows, since_first

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame


@dataclass(frozen=True, slots=True)
class TwoWindows:
    """Counts of two windows of so many days that follow each other, the later one up to the last day.

    Attributes:
        days: length of each.
        before: customers who ordered in the earlier one.
        stayed: of them, those who ordered in the later one too.
        customers: who ordered in the later one.
        orders: their order days in it.
        priced: those of them whose amount is known.
        revenue: of all its days, minor units, refunds taken off.
        newcomers: whose first order lies in either.
        first_revenue: revenue of their first order days, minor units.
    """

    days: int
    before: int
    stayed: int
    customers: int
    orders: int
    priced: int
    revenue: int
    newcomers: int
    first_revenue: int


def two_windows(orders: IntoFrame, until: int, days: int) -> TwoWindows:
    """Count both windows.

    Args:
        orders: ``schema.ORDERS`` with ``revenue``, any frame.
        until: the last day of the later window.
        days: length of each.
    """
    frame = since_first(orders, until).filter(nw.col("day") > until - 2 * days)
    is_late, has_order = nw.col("day") > until - days, nw.col("orders") > 0
    is_first = nw.col("day") == nw.col("first_day")
    one, none = nw.lit(1), nw.lit(0)
    money = nw.col("revenue").fill_null(0)
    each = (
        frame.with_columns(
            early=nw.when(~is_late & has_order).then(one).otherwise(none),
            late=nw.when(is_late & has_order).then(one).otherwise(none),
            priced=nw.when(is_late & has_order & (nw.col("priced") > 0)).then(one).otherwise(none),
            money=nw.when(is_late).then(money).otherwise(none),
            new=nw.when(is_first).then(one).otherwise(none),
            first=nw.when(is_first).then(money).otherwise(none),
        )
        .group_by("customer_id")
        .agg(*(nw.col(name).sum() for name in ("early", "late", "priced", "money", "new", "first")))
    )
    was, came = nw.col("early") > 0, nw.col("late") > 0
    counted = each.with_columns(
        before=nw.when(was).then(one).otherwise(none),
        stayed=nw.when(was & came).then(one).otherwise(none),
        customers=nw.when(came).then(one).otherwise(none),
    )
    names = {
        "before": "before", "stayed": "stayed", "customers": "customers", "late": "orders", "priced": "priced", "money": "revenue", "new": "newcomers",
        "first": "first_revenue",
    }  # fmt: skip
    (row,) = plain_rows(counted.select(*(nw.col(name).sum().alias(ours) for name, ours in names.items())))
    return TwoWindows(days, **{name: int(value or 0) for name, value in row.items()})
