"""Once or for life: one-and-done rates, time to the second order, repeat rate, tenure and share of repeat revenue.

The engine counts customers by first order day and days to the second; medians and rates are read off those counts.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, TypedDict

import narwhals as nw

from lifelong.tables.cohorts import cohort_start, joined, label, plain_rows, since_first

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

    from lifelong.tables.cohorts import Period
    from lifelong.tables.summary import Frame


class OneTime(TypedDict):
    """How many came once, and how long the others took to come again.

    ``one_time`` customers of ``customers`` have all orders on one day (``share`` of them); ``median_days`` is the
    middle of the days from first to second order day among those who have one, None where nobody has.
    """

    group: str
    customers: int
    one_time: int
    share: float
    median_days: float | None


class Loyalty(TypedDict):
    """Measured loyalty of all customers (definitions: ``repeat_rate``, ``tenure``, ``repeat_revenue``, ``one_time``).

    ``tenure_days`` is the mean of T, ``median_tenure_days`` its middle; ``repeat_revenue_share`` is the revenue of
    order days after a customer's first, of the revenue of all order days; None where the data hold no amounts.
    """

    customers: int
    one_time: int
    repeat_rate: float | None
    tenure_days: float | None
    median_tenure_days: float | None
    repeat_revenue_share: float | None
    median_days_to_second: float | None


def one_time(
    orders: IntoFrame, until: int, by: str | None = None, period: Period = "month", within: int | None = None
) -> list[OneTime]:
    """One-and-done rates: of all (group ``all``), or by ``cohort``, ``channel`` or ``product`` of the first order.

    The first order is the dearest of the first order day (ties: the first name in the alphabet). With ``within``, only
    customers seen for at least so many days count, and only second orders within them: then cohorts compare fairly,
    for the young have had less time to come again. Groups are sorted by name; an unknown one is ``""``.
    """
    days = since_first(orders, until)
    people = _seconds(days)
    if by in {"channel", "product"}:
        people = joined(people, _first_names(orders, days, str(by), until), "left")
        people = people.with_columns(nw.col(str(by)).fill_null("").alias("name"))
    elif by not in {None, "cohort"}:
        raise ValueError(f"one-time rates go by cohort, channel or product, not {by!r}")
    groups: dict[str, Counter[int]] = defaultdict(Counter)
    for row in _waits(people, *(["name"] if by in {"channel", "product"} else [])):
        if within is not None and until - row["first_day"] < within:
            continue
        wait = row["wait"] if within is None or row["wait"] <= within else 0
        groups[_group(row, by, period)][wait] += row["n"]
    return [_one_time(name, groups[name]) for name in sorted(groups)]


def loyalty(orders: IntoFrame, until: int) -> Loyalty:
    """Repeat rate, tenure, share of repeat revenue and time to the second order, of all customers up to ``until``."""
    days = since_first(orders, until)
    waits: Counter[int] = Counter()
    tenures: Counter[int] = Counter()
    for row in _waits(_seconds(days)):
        waits[row["wait"]] += row["n"]
        tenures[until - row["first_day"]] += row["n"]
    n, once = waits.total(), waits.pop(0, 0)
    return Loyalty(
        customers=n,
        one_time=once,
        repeat_rate=(n - once) / n if n else None,
        tenure_days=sum(t * count for t, count in tenures.items()) / n if n else None,
        median_tenure_days=_median(tenures),
        repeat_revenue_share=_repeat_share(days),
        median_days_to_second=_median(waits),
    )


def _seconds(days: Frame) -> Frame:
    """A row a customer: first order day and, where there is one, the second."""
    later = (nw.col("orders") > 0) & (nw.col("day") > nw.col("first_day"))
    marked = days.with_columns(second=nw.when(later).then(nw.col("day")))
    return marked.group_by("customer_id").agg(nw.col("first_day").min(), nw.col("second").min())


def _waits(people: Frame, *by: str) -> list[dict[str, Any]]:
    """Customers ``n`` by first order day and ``wait``, the days to the second one (0 where there is none)."""
    waited = people.with_columns(wait=(nw.col("second") - nw.col("first_day")).fill_null(0))
    return plain_rows(waited.group_by("first_day", "wait", *by).agg(nw.len().alias("n")))


def first_names(orders: IntoFrame, column: str, until: int, firsts: IntoFrame | None = None) -> Frame:
    """A row a customer: what a column (a channel, a product) says of the first order, as :func:`one_time` takes it.

    ``firsts`` (``customer_id`` and ``first_day``, in the orders' engine) spares looking for first days again.
    """
    known = since_first(orders, until) if firsts is None else nw.from_native(firsts)
    return _first_names(orders, known, column, until)


def _first_names(orders: IntoFrame, days: Frame, column: str, until: int) -> Frame:
    """The channel or product of each customer's first order."""
    frame = nw.from_native(orders)
    money = [c for c in ("revenue",) if c in frame.collect_schema().names()]
    rows = nw.maybe_convert_dtypes(frame.select("customer_id", "day", "is_order", column, *money))
    rows = rows.filter((nw.col("is_order") == 1) & (nw.col("day") <= until))
    firsts = days.group_by("customer_id").agg(nw.col("first_day").min())
    rows = joined(rows, firsts).filter(nw.col("day") == nw.col("first_day"))
    if money:
        rows = rows.with_columns(amount=nw.col("revenue").fill_null(0))
        dearest = rows.group_by("customer_id").agg(nw.col("amount").max().alias("dearest"))
        rows = joined(rows, dearest).filter(nw.col("amount") == nw.col("dearest"))
    return rows.group_by("customer_id").agg(nw.col(column).min())


def _repeat_share(days: Frame) -> float | None:
    """Revenue of order days after the first, of the revenue of all order days."""
    if "revenue" not in days.collect_schema().names():
        return None
    visits = days.filter(nw.col("orders") > 0)
    repeat = nw.when(nw.col("day") > nw.col("first_day")).then(nw.col("revenue")).otherwise(0)
    sums = visits.with_columns(repeat=repeat).select(nw.col("revenue", "repeat", "priced").sum())
    revenue, again, priced = (int(v or 0) for v in plain_rows(sums)[0].values())
    return again / revenue if priced and revenue > 0 else None


def _group(row: dict[str, Any], by: str | None, period: Period) -> str:
    if by is None:
        return "all"
    if by == "cohort":
        return label(cohort_start(row["first_day"], period), period)
    return str(row["name"])


def _one_time(name: str, waits: Counter[int]) -> OneTime:
    n, once = waits.total(), waits.pop(0, 0)
    return OneTime(group=name, customers=n, one_time=once, share=once / n, median_days=_median(waits))


def _median(counts: Counter[int]) -> float | None:
    """The middle of counted values; the mean of the two middle ones where their number is even."""
    left, right, seen = (counts.total() - 1) // 2, counts.total() // 2, 0
    middle: list[int] = []
    for value in sorted(counts):
        before, seen = seen, seen + counts[value]
        middle += [value for place in (left, right) if before <= place < seen]
    return sum(middle) / 2 if middle else None
