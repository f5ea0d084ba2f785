"""The way to a first order: which touches of a person count, and how each way ends. Pure narwhals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.schema import UNKNOWN
from lifelong.tables.clean_frame import entered, returned

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame


def journeys(touches: IntoFrame, people: IntoFrame, window: int, since: int, until: int) -> Any:
    """One row a touch that counts, of everybody who became a customer in a time, and of those who did not become one.

    A customer's way ends with the first order day and holds the touches of the ``window`` days before it, and of that
    day itself. Who came without a touch has one all the same: the first order's own channel, or ``unknown``. Who was
    touched and has not ordered has a way too, of the touches of the ``window`` days before the last one.

    Args:
        touches: ``schema.TOUCHES``, each person under the name that the orders use.
        people: a row a customer: ``customer_id``, ``first_day``, ``channel`` of the first order (null where not known).
        window: so many days before the first order count.
        since: customers who came earlier, or ordered before, are left out.
        until: the last day that is looked at.

    Returns:
        The same kind of frame: ``customer_id``, ``is_won`` (0 or 1), ``age`` (days before the end of the way),
        ``second``, ``channel``, ``campaign`` (null where no touch tells the way).
    """
    came = entered(people).select("customer_id", "first_day", _own=nw.col("channel").fill_null(UNKNOWN))
    seen = entered(touches).filter(nw.col("day") <= until).select("customer_id", "day", "second", "channel", "campaign")
    told = seen.join(came, on="customer_id", how="left")
    new = (nw.col("first_day") >= since) & (nw.col("first_day") <= until)
    won = told.filter(new).with_columns(end=nw.col("first_day"), is_won=nw.lit(1))
    open_ = told.filter(nw.col("first_day").is_null() | (nw.col("first_day") > until))
    last = open_.group_by("customer_id").agg(end=nw.col("day").max())
    open_ = open_.join(last, on="customer_id", how="inner").with_columns(is_won=nw.lit(0))
    columns = ["customer_id", "is_won", "age", "second", "channel", "campaign"]
    ways = [_counted(ends, window).select(columns) for ends in (won, open_)]
    led = ways[0].select("customer_id").unique().with_columns(_led=nw.lit(1))
    alone = came.filter(new).join(led, on="customer_id", how="left").filter(nw.col("_led").is_null())
    zero = {name: nw.lit(0).cast(nw.Int64) for name in ("age", "second")}
    alone = alone.with_columns(is_won=nw.lit(1).cast(nw.Int64), channel=nw.col("_own"), **zero)
    alone = alone.with_columns(campaign=nw.lit(None, dtype=nw.String)).select(columns)
    return returned(nw.concat([*ways, alone]), touches)


def _counted(told: Any, window: int) -> Any:
    """The touches within the window, with their age."""
    age = (nw.col("end") - nw.col("day")).cast(nw.Int64)
    made = told.with_columns(age=age, is_won=nw.col("is_won").cast(nw.Int64), second=nw.col("second").cast(nw.Int64))
    return made.filter((nw.col("age") >= 0) & (nw.col("age") <= window))
