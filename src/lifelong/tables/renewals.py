"""Orders that come by a calendar, read as subscriptions: each customer's own period, renewals, and when one was missed.

Pure narwhals, whole numbers only. What is decided here:

- **A customer's period** is the one that most of the own gaps between order days come nearest to; customers with one
  order day have the commonest period of all. A gap of less than half a period is no renewal, but money.
- **A renewal is missed** where no order comes within the longest period of that name and a grace. The customer is then
  lost; whoever orders later comes back as a new tenure.
- **The newest days are not judged.** Somebody whose renewal was due within the last grace may still pay; whoever
  paid has done so already. To count both alike, a model is fitted to tenures as of a grace ago (``seen``), judged with
  all orders up to ``until``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong import schema
from lifelong.tables.clean_frame import before, entered, returned
from lifelong.tables.periods import NAMES, named

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

#: Days of the longest period of each name, and days that a bill may be late.
LONGEST = {"week": 7, "fortnight": 14, "month": 31, "quarter": 92, "half-year": 184, "year": 366}
GRACE = {"week": 4, "fortnight": 7, "month": 15, "quarter": 30, "half-year": 30, "year": 30}
#: The longest gap, in days, that still comes nearest to each period; shorter ones than ``SHORTEST`` are no rhythm.
NEAREST = {"week": 10, "fortnight": 21, "month": 59, "quarter": 135, "half-year": 273}
SHORTEST = 5
_KINDS: dict[str, Any] = {"text": nw.String, "int32": nw.Int32, "int64": nw.Int64}


def periods(orders: IntoFrame, until: int) -> Any:
    """Each customer's period by the own gaps up to a day: ``customer_id`` and ``period``; none for one order day."""
    gaps = _days(orders, until)
    gaps = gaps.filter(~nw.col("before").is_null() & (nw.col("day") - nw.col("before") >= SHORTEST))
    place = nw.lit(len(NEAREST))
    for i, longest in reversed(list(enumerate(NEAREST.values()))):
        place = nw.when(nw.col("day") - nw.col("before") <= longest).then(nw.lit(i)).otherwise(place)
    counted = gaps.with_columns(_place=place).group_by("customer_id", "_place").agg(_times=nw.len())
    # The most frequent place, the shorter period where two are: one whole number says both.
    key = nw.col("_times").cast(nw.Int64) * len(NAMES) + (len(NAMES) - 1 - nw.col("_place"))
    best = counted.with_columns(_key=key).group_by("customer_id").agg(_key=nw.col("_key").max())
    best = best.with_columns(_place=len(NAMES) - 1 - nw.col("_key") % len(NAMES))
    name = nw.coalesce(*(nw.when(nw.col("_place") == i).then(nw.lit(n)) for i, n in enumerate(NAMES)))
    return returned(best.select("customer_id", period=name), orders)


def tenures(orders: IntoFrame, own: IntoFrame, common: str, seen: int, until: int) -> Any:
    """The tenures as they were on a day, judged by what came up to another.

    Args:
        orders: ``schema.ORDERS``.
        own: from :func:`periods`, of the same engine.
        common: the period of customers who have none of their own.
        seen: the day; later orders do not count as renewals.
        until: the last day seen, ``seen`` or later: an order up to it shows that a renewal due by ``seen`` was paid.

    Returns:
        A frame of the same engine with the columns of ``schema.TENURES``, in any order. ``price`` is what a period of
        the tenure brought on average, ``paid`` what it brought in all.
    """
    days = _numbered(_judged(orders, own, common, until)).filter(nw.col("day") <= seen)
    whole = days.group_by("customer_id", "_run", "period").agg(
        start=nw.col("day").min(),
        renewals=nw.col("_again").sum(),
        # Only the last day of a run can be followed by a loss.
        _lost=nw.col("_lost").max(),
        paid=nw.col("revenue").sum(),
    )
    paid = nw.when(nw.col("paid") > 0).then(nw.col("paid")).otherwise(nw.lit(0))
    told = whole.with_columns(
        state=nw.when(nw.col("_lost") == 1).then(nw.lit("lost")).otherwise(nw.lit("here")),
        plan=nw.lit(None, dtype=nw.String),
        price=paid // (nw.col("renewals") + 1),
        changes=nw.lit(0),
    )
    return returned(told.select(*(nw.col(c.name).cast(_KINDS[c.kind]) for c in schema.TENURES)), orders)


def waits(orders: IntoFrame, own: IntoFrame, common: str, until: int) -> Any:
    """How long customers waited before they renewed: ``period``, ``gap`` in days, and ``count``; arguments as above."""
    days = _judged(orders, own, common, until).filter(nw.col("_again") == 1)
    counted = days.with_columns(gap=nw.col("day") - nw.col("before")).group_by("period", "gap").agg(count=nw.len())
    made = counted.select("period", nw.col("gap").cast(nw.Int32), nw.col("count").cast(nw.Int64))
    return returned(made, orders)


def _judged(orders: IntoFrame, own: IntoFrame, common: str, until: int) -> Any:
    """Order days, each as the beginning of a tenure, a renewal or neither, and whether a loss follows it."""
    days = _days(orders, until).join(entered(own), on="customer_id", how="left")
    days = days.with_columns(period=nw.coalesce("period", nw.lit(common)))
    days = days.with_columns(_wait=named(nw.col("period"), LONGEST) + named(nw.col("period"), GRACE))
    gap = nw.col("day") - nw.col("before")
    is_new = nw.col("before").is_null() | (gap > nw.col("_wait"))
    again = ~is_new & (gap * 2 >= named(nw.col("period"), LONGEST))
    last = nw.coalesce(nw.col("after"), nw.lit(until + 1)) - nw.col("day")
    return days.with_columns(
        _new=nw.when(is_new).then(nw.lit(1)).otherwise(nw.lit(0)),
        _again=nw.when(again).then(nw.lit(1)).otherwise(nw.lit(0)),
        # The next order came too late, or none came although it was due and overdue by the last day.
        _lost=nw.when(last > nw.col("_wait")).then(nw.lit(1)).otherwise(nw.lit(0)),
    )


def _days(orders: IntoFrame, until: int) -> Any:
    """Each customer's order days with their revenue, the order day before and the one after."""
    frame = entered(orders).select("customer_id", "day", "revenue", "is_order")
    frame = frame.filter((nw.col("day") <= until) & (nw.col("is_order") == 1))
    frame = frame.with_columns(revenue=nw.coalesce(nw.col("revenue"), nw.lit(0)).cast(nw.Int64))
    days = frame.group_by("customer_id", "day").agg(revenue=nw.col("revenue").sum())
    day, who = nw.col("day"), nw.col("customer_id")
    if isinstance(days, nw.LazyFrame):
        after = day.shift(-1).over("customer_id", order_by="day")
        return before(days, "day", "customer_id").with_columns(after=after)
    days = days.sort("customer_id", "day")
    return days.with_columns(
        before=nw.when(who == who.shift(1)).then(day.shift(1)), after=nw.when(who == who.shift(-1)).then(day.shift(-1))
    )


def _numbered(days: Any) -> Any:
    """The runs of each customer, numbered."""
    if isinstance(days, nw.LazyFrame):
        return days.with_columns(_run=nw.col("_new").cum_sum().over("customer_id", order_by="day"))
    return days.sort("customer_id", "day").with_columns(_run=nw.col("_new").cum_sum())
