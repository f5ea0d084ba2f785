"""What each customer did after the first order day, everybody followed for equally long. Pure narwhals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.tables.clean_frame import entered, names_of, returned
from lifelong.tables.cohorts import joined
from lifelong.tables.summary import order_days

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame


def followed(orders: IntoFrame, until: int, days: int) -> Any:
    """A row a customer who was followed ``days`` from the first order day, up to ``until``.

    Args:
        orders: ``schema.ORDERS`` with amounts; cost may be absent.
        until: the last day seen.
        days: how long each is followed.

    Returns:
        The same kind of frame, eager ones sorted by customer: ``customer_id``, ``first_day``, and of the days after it
        ``days`` with an order, ``revenue`` and, where the orders have it, ``cost`` (both in minor units).
    """
    each = order_days(entered(orders), until)
    visits = each.filter(nw.col("orders") > 0)
    firsts = visits.group_by("customer_id").agg(nw.col("day").min().alias("first_day"))
    since = nw.col("day") - nw.col("first_day")
    rows = joined(each, firsts.filter(nw.col("first_day") + days <= until))
    is_later = (since > 0) & (since <= days)
    money = [c for c in ("revenue", "cost") if c in names_of(each)]
    told = rows.with_columns(
        days=nw.when(is_later & (nw.col("orders") > 0)).then(1).otherwise(0),
        **{c: nw.when(is_later).then(nw.col(c).fill_null(0)).otherwise(0) for c in money},
    )
    people = told.group_by("customer_id").agg(
        nw.col("first_day").min(), nw.col("days").sum(), *(nw.col(c).sum() for c in money)
    )
    return returned(people.sort("customer_id") if isinstance(people, nw.DataFrame) else people, orders)
