"""Orders to the days between them: what the next order date is learned from. Pure narwhals, whole numbers only.

Engines differ in the last digit of a sum of logarithms. So no logarithm is taken here: equal gaps of a customer are
counted, and the counts are equal to the last digit everywhere. There are never more rows than order days.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from lifelong.tables.clean_frame import before
from lifelong.tables.summary import collected, summary
from lifelong.values import Spacings

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

    from lifelong.tables.summary import Frame


def gaps(orders: IntoFrame, until: int) -> Any:
    """The gaps between each customer's order days up to ``until``: the columns of ``schema.GAPS``, in its types.

    A customer's counts add up to x of the summary; one with a single order day has no row. Rows with ``is_order`` 0
    are no visit.

    Args:
        orders: a frame with ``customer_id``, ``day`` and ``is_order``.
        until: the last day seen, in days since 1970-01-01.

    Returns:
        The same kind of frame as came in; eager ones are sorted by customer and gap.
    """
    counted = between(orders, until).group_by("customer_id", "gap").agg(nw.len().alias("count"))
    made = counted.select("customer_id", nw.col("gap").cast(nw.Int32), nw.col("count").cast(nw.Int64))
    if isinstance(made, nw.LazyFrame):
        return made.to_native()
    return nw.maybe_reset_index(made.sort("customer_id", "gap")).to_native()


def log_gaps(orders: IntoFrame, until: int) -> float:
    """Sum of log(weeks) over all gaps of all customers: what the likelihoods of different regularity differ by.

    The gaps of each length are counted first and added in their order, so that every engine gives the same.
    """
    counted = nw.from_native(gaps(orders, until)).group_by("gap").agg(nw.col("count").sum())
    eager = counted.collect() if isinstance(counted, nw.LazyFrame) else counted
    told = sorted(zip(eager["gap"].to_list(), eager["count"].to_list(), strict=True))
    return math.fsum(int(count) * math.log(int(gap) / 7.0) for gap, count in told)


def spacings(orders: IntoFrame, until: int) -> Spacings:
    """Each customer's history with the sum of log(weeks) over its gaps: what Pareto/GGG sees; sorted by customer.

    Logarithms are taken here, and each customer's gaps added in the order of their length: every engine gives the same.
    Orders of one day are one order, so that no gap is zero.
    """
    people, told = (
        collected(nw.from_native(table)).to_arrow().sort_by([(column, "ascending") for column in by])
        for table, by in ((summary(orders, until), ["customer_id"]), (gaps(orders, until), ["customer_id", "gap"]))
    )
    ids = people["customer_id"].to_pylist()
    row = {one: i for i, one in enumerate(ids)}
    sums = np.zeros(len(ids))
    whose = [row[one] for one in told["customer_id"].to_pylist()]
    days, count = (np.array(told[name].to_pylist(), dtype=np.float64) for name in ("gap", "count"))
    np.add.at(sums, np.array(whose, dtype=np.int64), count * np.log(days / 7.0))
    x, t_x, T = (people[name].to_pylist() for name in ("x", "t_x", "T"))
    return Spacings.of(x, t_x, T, sums, ids)


def last_gaps(orders: IntoFrame, until: int) -> Any:
    """The gap before each customer's last order day up to ``until``: ``customer_id`` and ``gap`` in days.

    One with a single order day has no row. The same kind of frame as came in; eager ones are sorted by customer.
    """
    made = _newest(between(orders, until)).select("customer_id", nw.col("gap").cast(nw.Int32))
    if isinstance(made, nw.LazyFrame):
        return made.to_native()
    return nw.maybe_reset_index(made.sort("customer_id")).to_native()


def last_pairs(orders: IntoFrame, until: int) -> Any:
    """The last two gaps of each customer up to ``until``: ``customer_id``, ``gap`` and the one ``before`` it, in days.

    One with fewer than three order days has no row. The same kind of frame as came in; eager ones are sorted by customer.
    """
    each: Any = between(orders, until)
    newest = _newest(each).select("customer_id", "gap", day=nw.col("day") - nw.col("gap"))
    older = each.select("customer_id", "day", before="gap")
    made = newest.join(older, on=["customer_id", "day"], how="inner").select("customer_id", "gap", "before")
    if isinstance(made, nw.LazyFrame):
        return made.to_native()
    return nw.maybe_reset_index(made.sort("customer_id")).to_native()


def _newest(each: Any) -> Any:
    """Of each customer's order days the last one, with its gap; a frame joins its own kind."""
    newest = each.group_by("customer_id").agg(nw.col("day").max())
    return each.join(newest, on=["customer_id", "day"], how="inner")


def between(orders: IntoFrame, until: int) -> Frame:
    """Each order day up to ``until`` but a customer's first: ``customer_id``, ``day``, and the ``gap`` before it in days."""
    frame = nw.maybe_convert_dtypes(nw.from_native(orders).select("customer_id", "day", "is_order"))
    visits = frame.filter((nw.col("day") <= until) & (nw.col("is_order") == 1))
    return _with_gap(visits.select("customer_id", nw.col("day").cast(nw.Int32)).unique())


def _with_gap(days: Frame) -> Frame:
    """Each order day but a customer's first, with the days since the one before.

    Lazy engines look back within each customer, in parallel. Arrow and pandas look one row up in the sorted frame.
    """
    day, who = nw.col("day"), nw.col("customer_id")
    if isinstance(days, nw.LazyFrame):
        told: Frame = before(days, "day", "customer_id").with_columns(gap=day - nw.col("before"))
        return told.filter(~nw.col("gap").is_null())
    ordered = days.sort("customer_id", "day")
    return ordered.with_columns(gap=day - day.shift(1), same=who == who.shift(1)).filter(nw.col("same"))
