"""Orders to a row a customer: what the papers call (x, t_x, T), in days, with the money beside it. Pure narwhals.

How orders count follows the papers. A customer's first order day starts their time and is no repeat (Fader, Hardie and
Lee 2005, Marketing Science 24(2), section 2: x is the number of *repeat* transactions in (0, T]), and all orders of one
day are one transaction, as in Fader and Hardie's own preparation of CDNOW (their note "Creating an RFM summary"), and
in the R packages BTYD and BTYDplus. Purchase and spend models see order days, never rows of a file.

Nothing crosses customers: orders may be split by customer into parts, and the parts' summaries put one below the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import narwhals as nw

from lifelong.schema import SUMMARY, names

if TYPE_CHECKING:
    from collections.abc import Iterable

    from narwhals.typing import IntoFrame

    Share = Literal["all", "some", "none"]
    Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]

# A day and a part of an amount travel in one int64: the day above 36 bits, the amount's lower 36 bits below them. So a
# day of this millennium and its amount stay below 2^53, where engines that divide in floating point are exact too.
_STEP = 2**36


@dataclass(frozen=True, slots=True)
class Known:
    """Whether all, some or none of the orders have a ``revenue`` and a ``cost``."""

    revenue: Share = "some"
    cost: Share = "some"

    def columns(self, there: Iterable[str]) -> list[str]:
        """The money columns that are there and not empty."""
        return [c for c in ("revenue", "cost") if c in there and getattr(self, c) != "none"]


def summary(orders: IntoFrame, until: int, known: Known | None = None) -> Any:
    """One row a customer with an order on or before ``until``: the columns of ``schema.SUMMARY``, in its types.

    Rows with ``is_order`` 0 (paid back in full, cancelled) count their money but no visit; a customer without any
    visit is left out (:func:`without_visit` counts them). ``spend_x`` and ``spend`` hold the repeat order days with
    revenue above zero in the whole day. ``revenue`` is null where none of the customer's amounts is known, ``cost``
    where any is not: half of a cost is no cost.

    Args:
        orders: a frame with ``customer_id``, ``day`` and ``is_order``, and ``revenue`` and ``cost`` where the data
            hold them.
        until: the last day seen, in days since 1970-01-01; later rows are not looked at.
        known: what :func:`held` said of these orders; on large data it saves a third of the time and memory, since
            gaps that are not there need not be counted.

    Returns:
        The same kind of frame as came in, lazy where that was lazy; eager ones are sorted by ``customer_id``, for
        lazy ones see :func:`ordered`. In pandas, columns are of nullable types.
    """
    days = order_days(orders, until, known or Known())
    columns = days.collect_schema().names()
    people = _marked(days).group_by("customer_id").agg(*_totals(columns)).filter(nw.col("visits") > 0)
    if "revenue" in columns:
        people = people.with_columns(first_day=nw.col("low") // _STEP)
    return _native(people.select(*_finished(columns, until)))


def window(orders: IntoFrame, after: int, until: int) -> Any:
    """What happened in (after, until]: ``customer_id``, ``orders`` (order days, int32), ``revenue`` (int64).

    A row for each customer with any row in that time; one who is missing brought nothing. Revenue holds the money of
    rows that are no visit too, and is null where none of the customer's amounts is known.
    """
    days = order_days(nw.from_native(orders).filter(nw.col("day") > after), until)
    columns = days.collect_schema().names()
    sums = [nw.col(c).sum() for c in ("revenue", "priced") if c in columns]
    people = _marked(days).group_by("customer_id").agg(nw.col("visit").count().alias("visits"), *sums)
    revenue = _where_known("revenue", columns, "priced", nw.col("priced") > 0)
    return _native(people.select("customer_id", nw.col("visits").cast(nw.Int32).alias("orders"), revenue))


def without_visit(orders: IntoFrame, until: int) -> int:
    """How many customers have rows on or before ``until`` but no order among them; reads the data."""
    people = _marked(order_days(orders, until)).group_by("customer_id").agg(nw.col("visit").count().alias("visits"))
    return int(collected(people.filter(nw.col("visits") == 0).select(nw.len().alias("n")))["n"][0])


def held(orders: IntoFrame) -> Known:
    """Which money the orders hold, for :func:`summary`; reads three counts.

    Worth it on large data: an empty column costs as much to carry as a full one.
    """
    frame = nw.from_native(orders)
    money = [c for c in ("revenue", "cost") if c in frame.collect_schema().names()]
    counts = collected(frame.select(nw.len().alias("rows"), *(nw.col(c).count() for c in money)))
    rows, found = int(counts["rows"][0]), {c: int(counts[c][0]) for c in money}
    shares: dict[str, Share] = {c: "none" if n == 0 else "all" if n == rows else "some" for c, n in found.items()}
    return Known(shares.get("revenue", "none"), shares.get("cost", "none"))


def ordered(table: IntoFrame, *by: str) -> Any:
    """Sort any engine's frame by columns (``customer_id`` where none is named)."""
    return nw.from_native(table).sort(*(by or ("customer_id",))).to_native()


def order_days(orders: IntoFrame | Frame, until: int, known: Known = Known()) -> Frame:
    """One row a customer and day up to ``until``.

    ``orders`` is 0 on a day of refunds only. ``revenue`` and ``cost`` are missing where the orders lack them; beside
    them stand ``priced`` (rows with a known amount) and ``uncosted`` (rows without a cost) where only some rows have
    one. Taking off the day's second receipt by grouping costs a fraction of a distinct count a customer.
    """
    frame = nw.from_native(orders)
    money = known.columns(frame.collect_schema().names())
    rows = nw.maybe_convert_dtypes(frame.select("customer_id", "day", "is_order", *money))
    rows = rows.filter(nw.col("day") <= until).with_columns(
        orders=nw.when(nw.col("is_order") == 1).then(nw.col("day")), **{c: nw.col(c).cast(nw.Int64) for c in money}
    )
    wanted = [nw.col("orders").count(), *(nw.col(c).sum() for c in money)]
    if "revenue" in money and known.revenue == "some":
        wanted += [nw.col("revenue").count().alias("priced")]
    if "cost" in money and known.cost == "some":
        rows = rows.with_columns(uncosted=nw.when(nw.col("cost").is_null()).then(nw.col("day")))
        wanted += [nw.col("uncosted").count()]
    days: Frame = rows.group_by("customer_id", "day").agg(*wanted)
    # Engines widen sums to 128 bits: back at once, or each later step pays for it.
    return days.with_columns(*(nw.col(c).cast(nw.Int64) for c in money)) if money else days


def collected(frame: Frame) -> nw.DataFrame[Any]:
    """The rows in memory, whatever engine they came from."""
    return frame.collect() if isinstance(frame, nw.LazyFrame) else frame


def _marked(days: Frame) -> Frame:
    """Days with ``visit`` (the day, where there was an order) and, with amounts, the parts of a paid day.

    The money of the first visit must be known to be taken off, and no engine shares another's "value at the least
    day". So day and amount travel in one integer whose minimum is the first visit's. An amount of 2^36 minor units
    or more does not fit beside the day: its upper part then travels likewise, in ``high``.
    """
    marked = days.with_columns(visit=nw.when(nw.col("orders") > 0).then(nw.col("day")))
    if "revenue" not in days.collect_schema().names():
        return marked
    is_paid = (nw.col("orders") > 0) & (nw.col("revenue") > 0)
    marked = marked.with_columns(paid=nw.when(is_paid).then(nw.col("revenue")))
    paid, stamp = nw.col("paid").fill_null(0), nw.col("visit").cast(nw.Int64) * _STEP
    marked = marked.with_columns(high=nw.when(paid >= _STEP).then(paid // _STEP).otherwise(0).cast(nw.Int64))
    return marked.with_columns(low=stamp + paid - nw.col("high") * _STEP, high=stamp + nw.col("high"))


def _native(made: Frame) -> Any:
    """Sorted where that costs nothing that was not asked for, and without pandas' leftover row labels."""
    return (
        nw.maybe_reset_index(made.sort("customer_id")).to_native()
        if isinstance(made, nw.DataFrame)
        else made.to_native()
    )


def _totals(columns: list[str]) -> list[nw.Expr]:
    """The aggregates over a customer's days."""
    visit = nw.col("visit")
    wanted = [visit.count().alias("visits"), visit.max().alias("last_day"), nw.col("orders").sum()]
    wanted += [nw.col(c).sum() for c in ("revenue", "priced", "cost", "uncosted") if c in columns]
    if "revenue" not in columns:
        return [*wanted, visit.min().alias("first_day")]
    paid = nw.col("paid")
    return [*wanted, paid.sum(), paid.count().alias("paid_days"), nw.col("low").min(), nw.col("high").min()]


def _finished(columns: list[str], until: int) -> list[nw.Expr]:
    """The columns of ``schema.SUMMARY`` from the aggregates, in order and type."""
    first = nw.col("first_day")
    stamp = first.cast(nw.Int64) * _STEP
    first_paid = (nw.col("high") - stamp) * _STEP + (nw.col("low") - stamp)
    has_money = "revenue" in columns
    made = {
        "customer_id": nw.col("customer_id"),
        "x": nw.col("visits") - 1,
        "t_x": nw.col("last_day") - first,
        "T": nw.lit(until) - first,
        "first_day": first,
        "orders": nw.col("orders"),
        "revenue": _where_known("revenue", columns, "priced", nw.col("priced") > 0),
        "cost": _where_known("cost", columns, "uncosted", nw.col("uncosted") == 0),
        "spend_x": nw.col("paid_days") - nw.when(first_paid > 0).then(1).otherwise(0) if has_money else nw.lit(0),
        "spend": nw.col("paid") - first_paid if has_money else nw.lit(0),
    }
    kinds = {"int32": nw.Int32, "int64": nw.Int64}
    types = {column.name: kinds.get(column.kind) for column in SUMMARY}
    return [
        (made[name].cast(kind) if (kind := types[name]) is not None else made[name]).alias(name)
        for name in names(SUMMARY)
    ]


def _where_known(column: str, columns: list[str], gaps: str, is_known: nw.Expr) -> nw.Expr:
    """A sum of money; null where the gaps that were counted forbid it, and throughout where there is no column."""
    if column not in columns:
        # A bare null cannot be cast in pandas: a condition that never holds makes it.
        return nw.when(nw.col("visits") < 0).then(nw.col("visits")).cast(nw.Int64).alias(column)
    return (nw.when(is_known).then(nw.col(column)) if gaps in columns else nw.col(column)).cast(nw.Int64).alias(column)
