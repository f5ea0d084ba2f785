"""What each customer brought by each age, counted from the own first order day. Pure narwhals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.tables.clean_frame import entered, returned
from lifelong.tables.cohorts import joined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from narwhals.typing import IntoFrame


def by_age(orders: IntoFrame, until: int, ages: Sequence[int]) -> Any:
    """A row a customer with an order up to ``until``.

    Args:
        orders: ``customer_id``, ``day``, ``is_order`` and ``money``: what the order brings, any unit, null where not known.
        until: the last day seen.
        ages: days since the first order day.

    Returns:
        The same kind of frame, eager ones sorted by customer: ``customer_id``, ``first_day``, and ``money_A`` for each age A: all
        that came up to the A-th day after the first order day. Of a customer who has not been followed for so long it is what
        came so far: leave these out (``first_day + A > until``).
    """
    frame = entered(orders).select("customer_id", "day", "is_order", "money").filter(nw.col("day") <= until)
    firsts = frame.filter(nw.col("is_order") == 1).group_by("customer_id").agg(nw.col("day").min().alias("first_day"))
    rows = joined(frame, firsts).with_columns(
        age=nw.col("day") - nw.col("first_day"), money=nw.col("money").fill_null(0.0)
    )
    rows = rows.with_columns(
        **{f"money_{age}": nw.when(nw.col("age") <= age).then(nw.col("money")).otherwise(0.0) for age in ages}
    )
    people = rows.group_by("customer_id").agg(
        nw.col("first_day").min(), *(nw.col(f"money_{age}").sum() for age in ages)
    )
    return returned(people.sort("customer_id") if isinstance(people, nw.DataFrame) else people, orders)
