"""Orders to what there is to learn from of a customer as of a day: whole numbers counted first, then a few divisions.

Two steps. :func:`visits` makes a row a customer and day, with whatever needs the day before it: the gap to the last
order, the products bought for the first time. Each of its rows rests on that day and earlier ones alone. So
:func:`features` can look at it from any origin by leaving later rows out, and several origins share the first step.

Every sum is of whole numbers, and so equal to the last digit on every engine; what is divided after that is divided
in the same order everywhere. Hence the squares of amounts are added in three parts: whole they would not fit. And
hence a day's amount counts up to 2^40 minor units: so no sum of 8,000 days passes 2^53, up to which reals are exact.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.schema import FEATURES, names
from lifelong.tables.clean_frame import before, entered, names_of, returned
from lifelong.tables.clean_time import month_and_date, over
from lifelong.tables.summary import Known, order_days

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

    Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]

#: Lengths of the windows up to the origin, as shares of the horizon.
WINDOWS = (1, 2, 4, 8)  # quarters of it
_ALWAYS = 2**31 - 1  # every day
_HALF = 2**20  # amounts are squared in two halves of so many minor units
_MOST = _HALF**2 - 1  # a day's amount beyond this, either way, counts as this: 1.1e10 in major units of two digits
_DAYS = ("customer_id", "day", "visit", "orders", "revenue", "gap", "products")
_STEP = 2**36  # a day above, an amount below: both in one whole number, whose greatest is the last day's


def visits(orders: IntoFrame) -> Any:
    """Rows a customer and day: what :func:`features` is counted from.

    Args:
        orders: ``schema.ORDERS``; ``revenue`` and ``product`` may be absent.

    Returns:
        The same kind of frame (pandas: of Arrow types) with ``customer_id``, ``day``, ``visit`` (the day, empty where
        nothing was ordered), ``orders``, ``revenue`` (unknown counts as nothing), ``gap`` (days since the customer's
        order day before; empty on the first) and ``products`` (those that the customer bought for the first time:
        they stand in rows of their own, in which all else is empty or 0).
    """
    frame = entered(orders).with_columns(nw.col("day").cast(nw.Int32))  # Arrow so forgets that none may be empty
    # Costs are not learned from, and an unknown amount counts as nothing: neither need be counted.
    days = order_days(frame, _ALWAYS, Known("all", "none")).with_columns(
        visit=nw.when(nw.col("orders") > 0).then(nw.col("day"))
    )
    money = nw.col("revenue").fill_null(0) if "revenue" in names_of(days) else nw.lit(0)
    days = days.with_columns(revenue=money.cast(nw.Int64))
    money = nw.when(nw.col("revenue") > _MOST).then(nw.lit(_MOST)).otherwise(nw.col("revenue"))
    money = nw.when(nw.col("revenue") < -_MOST).then(nw.lit(-_MOST)).otherwise(money)
    days = _with_gap(days.with_columns(revenue=money.cast(nw.Int64), orders=nw.col("orders").cast(nw.Int64)))
    days = days.with_columns(products=nw.lit(0).cast(nw.Int32)).select(*_DAYS)
    if "product" in names_of(frame):  # below and not beside them: a join would cost more than all of it
        days = nw.concat([days, _products(frame)])
    return returned(days, like=orders)


def features(days: IntoFrame, until: int, horizon: int) -> Any:
    """A row a customer with an order on or before ``until``: the columns of ``schema.FEATURES``.

    Args:
        days: what :func:`visits` made.
        until: the origin, the last day seen; later rows are not looked at.
        horizon: days that a forecast shall reach: the windows are a quarter of it, half, all and twice.

    Returns:
        The same kind of frame as came in; eager ones are sorted by customer.
    """
    rows = _marked(entered(days).filter(nw.col("day") <= until), until, horizon)
    people = rows.group_by("customer_id").agg(*_totals()).filter(nw.col("visits") > 0)
    made = people.with_columns(*(nw.col(c).cast(nw.Int64) for c in _WIDE)).select(*_finished(until))
    return returned(made.sort("customer_id") if isinstance(made, nw.DataFrame) else made, like=days)


def _with_gap(days: Any) -> Any:
    """The days since the order day before; days of refunds only stand apart and have none."""
    # Empty visits stand at one end of a customer's rows: no gap reaches over them.
    visit, who = nw.col("visit"), nw.col("customer_id")
    if isinstance(days, nw.LazyFrame):
        return before(days, "visit", "customer_id").with_columns(gap=(visit - nw.col("before")).cast(nw.Int32))
    told = days.sort("customer_id", "visit").with_columns(gap=visit - visit.shift(1), same=who == who.shift(1))
    return told.with_columns(gap=nw.when(nw.col("same")).then(nw.col("gap")).cast(nw.Int32))


def _products(orders: Any) -> Any:
    """How many products the customer bought on that day for the first time, in rows like those of days."""
    bought = orders.filter((nw.col("is_order") == 1) & ~nw.col("product").is_null())
    firsts = bought.group_by("customer_id", "product").agg(nw.col("day").min())
    count = firsts.group_by("customer_id", "day").agg(nw.col("product").count().alias("products"))
    nothing = nw.when(nw.col("products") < 0).then(nw.col("products"))
    return count.with_columns(
        visit=nothing.cast(nw.Int32), gap=nothing.cast(nw.Int32), products=nw.col("products").cast(nw.Int32),
        orders=nw.lit(0).cast(nw.Int64), revenue=nw.lit(0).cast(nw.Int64),
    ).select(*_DAYS)  # fmt: skip


def _marked(rows: Frame, until: int, horizon: int) -> Frame:
    """Rows with the parts of what is added up: windows, squares, stamps."""
    is_visit, revenue, gap = ~nw.col("visit").is_null(), nw.col("revenue"), nw.col("gap").cast(nw.Int64)
    rows = rows.with_columns(paid=nw.when(is_visit & (revenue > 0)).then(revenue), gap2=gap * gap)
    rows = rows.with_columns(high=over(nw.col("paid"), _HALF))
    low = nw.col("paid") - nw.col("high") * _HALF
    small = nw.when(nw.col("paid") < _STEP).then(nw.col("paid")).otherwise(_STEP - 1)
    small = nw.when(nw.col("paid").is_null()).then(nw.lit(0)).otherwise(small)
    rows = rows.with_columns(low=low, last_paid=nw.col("visit").cast(nw.Int64) * _STEP + small)
    rows = rows.with_columns(
        high2=nw.col("high") * nw.col("high"), both=nw.col("high") * nw.col("low"), low2=nw.col("low") * nw.col("low"),
        last_gap=nw.col("visit").cast(nw.Int64) * _STEP + nw.col("gap").fill_null(0),
    )  # fmt: skip
    for n, length in enumerate(windows(horizon), 1):
        is_late = nw.col("day") > until - length
        rows = rows.with_columns(
            nw.when(is_late).then(nw.col("visit")).alias(f"visit_{n}"),
            nw.when(is_late).then(revenue).otherwise(0).alias(f"revenue_{n}"),
        )
    return rows


def windows(horizon: int) -> tuple[int, ...]:
    """The lengths of the windows in days.

    >>> windows(182)
    (45, 91, 182, 364)
    """
    return tuple(max(horizon * n // 4, 1) for n in WINDOWS)


_SUMS = (
    "orders",
    "revenue",
    "products",
    "gap2",
    "high2",
    "both",
    "low2",
    *(f"revenue_{n + 1}" for n in range(len(WINDOWS))),
)
_WIDE = (*_SUMS, "paid")  # engines widen sums to 128 bits


def _totals() -> list[nw.Expr]:
    """The aggregates over a customer's days."""
    visit = nw.col("visit")
    sums = [nw.col(name).sum() for name in (*_SUMS, "paid")]
    counts = [nw.col(f"visit_{n + 1}").count().alias(f"orders_{n + 1}") for n in range(len(WINDOWS))]
    ends = [visit.count().alias("visits"), visit.min().alias("first"), visit.max().alias("last")]
    ends += [nw.col("last_paid").max(), nw.col("last_gap").max(), nw.col("paid").max().alias("spend_max")]
    return [*ends, *counts, *sums, nw.col("paid").count().alias("paid_days")]


def _finished(until: int) -> list[nw.Expr]:
    """The columns of ``schema.FEATURES`` from the aggregates, in order and type."""
    real = {n: nw.col(n).cast(nw.Float64) for n in ("visits", "paid", "paid_days", "gap2", "high2", "both", "low2")}
    x, span = nw.col("visits") - 1, nw.col("last") - nw.col("first")
    gap, gaps = span.cast(nw.Float64), real["visits"] - 1.0
    squares = real["high2"] * float(_HALF) * float(_HALF) + real["both"] * (2.0 * _HALF) + real["low2"]
    made = {
        "x": x,
        "t_x": span,
        "T": nw.lit(until) - nw.col("first"),
        "silence": nw.lit(until) - nw.col("last"),
        "first_month": month_and_date(nw.col("first"))[0],
        "orders": nw.col("orders"),
        "revenue": nw.col("revenue"),
        **{f"{what}_{n + 1}": nw.col(f"{what}_{n + 1}") for what in ("orders", "revenue") for n in range(len(WINDOWS))},
        "gap_mean": nw.when(x > 0).then(gap / gaps),
        "gap_sd": _sd(gaps, gap, real["gap2"]),
        "gap_last": nw.when(x > 0).then(nw.col("last_gap") - nw.col("last").cast(nw.Int64) * _STEP),
        "spend_mean": nw.when(nw.col("paid_days") > 0).then(real["paid"] / real["paid_days"]),
        "spend_sd": _sd(real["paid_days"], real["paid"], squares),
        "spend_last": nw.col("last_paid") - nw.col("last").cast(nw.Int64) * _STEP,
        "spend_max": nw.col("spend_max"),
        "products": nw.col("products"),
    }
    return [
        nw.col("customer_id"),
        *(made[name].cast(nw.Float64).alias(name) for name in names(FEATURES) if name != "customer_id"),
    ]


def _sd(n: nw.Expr, total: nw.Expr, squares: nw.Expr) -> nw.Expr:
    """Standard deviation from exact sums; empty below two, and 0 where rounding leaves less than nothing."""
    variance = (squares - total * total / n) / (n - 1.0)
    return nw.when(n > 1).then(nw.when(variance > 0).then(variance).otherwise(0.0).sqrt())
