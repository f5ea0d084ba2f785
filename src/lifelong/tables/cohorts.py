"""How customers of one time come back: repeat curves by cohort and age, and weekly counts.

Age is a customer's own: period 0 is the first order day, period k the days (k - 1) s + 1 to k s after it, s days long.
Two customers of one age have then had the same time. A cell is ripe when its period has ended for every member of the
cohort; a cohort whose last member joined yesterday is unripe in period 1 whatever has come in already.

The engine groups; what is left (first days times ages: some thousand rows) is put together here.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Literal, TypedDict

import narwhals as nw

from lifelong.tables.summary import collected, order_days
from lifelong.units import DAYS_A_WEEK, date_of, day_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from narwhals.typing import IntoFrame

    from lifelong.tables.summary import Frame

    Period = str | int
    Counts = tuple[int, int, int, int]

FEWEST, MOST = 6, 14
DAYS: dict[str | int, int] = {"week": 7, "month": 30, "quarter": 91}
AGES = (7, 14, 28, 56, 91, 182, 364)


@dataclass(frozen=True, slots=True)
class Grid:
    """Which cohorts and which ages make a readable table.

    Attributes:
        period: ``week`` (from Monday), ``month``, ``quarter``, or a number of days from the first cohort's first day.
        age: length of an age period in days.
    """

    period: Period
    age: int


class Cell(TypedDict):
    """One cohort at one age. Money in minor units, None where no amount is known; days since 1970-01-01.

    ``buyers`` are customers with at least one order day in the period, ``orders`` their order days, ``revenue`` all
    money of the period, refunds taken off. In period 0, the first order day, all are buyers.
    """

    cohort: str
    first_day: int
    customers: int
    period: int
    buyers: int
    orders: int
    revenue: int | None
    is_ripe: bool


class Week(TypedDict):
    """Counted order days of one week: customers' first ones and repeat ones. ``is_whole`` is False for one cut off."""

    week: int
    first_day: int
    first_orders: int
    repeat_orders: int
    is_whole: bool


def curves(orders: IntoFrame, until: int, period: Period | None = None, age: int | None = None) -> list[Cell]:
    """Repeat curves: a cell for each cohort and each age that its first member has begun, oldest cohort first.

    Args:
        orders: a frame with ``customer_id``, ``day``, ``is_order`` and, where there is money, ``revenue``.
        until: the last day seen.
        period: the cohorts' period, as in :class:`Grid`; chosen with the age by :func:`choose_grid` where it is None.
        age: days of an age period; those of the cohorts' period (a month 30, a quarter 91) where only that is given.
    """
    days = since_first(orders, until)
    firsts = _first_days(days)
    if not firsts:
        return []
    chosen = choose_grid(min(firsts), max(firsts), until)
    if period is not None:
        chosen = Grid(period, age or DAYS.get(period) or int(period))
    chosen = Grid(chosen.period, age or chosen.age)
    cohorts: dict[int, list[int]] = defaultdict(list)
    for day in sorted(firsts):
        cohorts[cohort_start(day, chosen.period, min(firsts))].append(day)
    counted = _ages(days, chosen.age)
    return [
        cell
        for start, members in cohorts.items()
        for cell in _cells(_Cohort(start, members, firsts), chosen, until, counted)
    ]


def grid(orders: IntoFrame, until: int) -> Grid:
    """The grid that :func:`choose_grid` takes for these orders; that of one week where there is none."""
    firsts = _first_days(since_first(orders, until))
    return choose_grid(min(firsts), max(firsts), until) if firsts else Grid("week", DAYS_A_WEEK)


def choose_grid(first: int, last: int, until: int) -> Grid:
    """A grid with 6 to 14 cohorts and ages where the data have room for them.

    ``first`` and ``last`` are the earliest and the latest first order day. Calendar periods are taken where one
    gives that many, else whole weeks.
    """
    for name in DAYS:
        if FEWEST <= _count(first, last, name) <= MOST:
            return Grid(name, _choose_age(until - first))
    if _count(first, last, "week") < FEWEST:
        return Grid("week", _choose_age(until - first))
    weeks = -(-(last - first + 1) // (MOST * DAYS_A_WEEK))
    return Grid(weeks * DAYS_A_WEEK, _choose_age(until - first))


def _choose_age(seen: int) -> int:
    for age in AGES:
        if seen // age <= MOST:
            return age
    return -(-seen // (MOST * DAYS_A_WEEK)) * DAYS_A_WEEK


def _count(first: int, last: int, period: Period) -> int:
    return len({cohort_start(day, period, first) for day in range(first, last + 1)})


def cohort_start(day: int, period: Period, origin: int = 0) -> int:
    """The first day of the cohort that a first order day belongs to; ``origin`` is where periods in days begin.

    Raises ``ValueError`` for a period that is none of :data:`DAYS` or a number of days from 1.
    """
    when = date_of(day)
    if period == "week":
        return day - when.weekday()
    if period == "month":
        return day_of(when.replace(day=1))
    if period == "quarter":
        return day_of(date(when.year, (when.month - 1) // 3 * 3 + 1, 1))
    if isinstance(period, int) and period > 0:
        return origin + (day - origin) // period * period
    raise ValueError(f"a cohort is a week, month, quarter or a number of days, not {period!r}")


def label(start: int, period: Period) -> str:
    """The cohort's name: ``1997-W02``, ``1997-01``, ``1997-Q1``, or its first day."""
    when = date_of(start)
    if period == "week":
        thursday = when + timedelta(days=3)
        return f"{thursday.year:04d}-W{when.isocalendar().week:02d}"
    if period == "month":
        return f"{when.year:04d}-{when.month:02d}"
    if period == "quarter":
        return f"{when.year:04d}-Q{(when.month + 2) // 3}"
    return when.isoformat()


def weekly(orders: IntoFrame, until: int) -> list[Week]:
    """Counted first and repeat order days by week from the first order day on: the ink of a tracking plot.

    Week 1 starts on the day of the first order of all; weeks without an order are there with zeros.
    """
    days = since_first(orders, until).filter(nw.col("orders") > 0)
    days = days.with_columns(is_first=nw.when(nw.col("day") == nw.col("first_day")).then(1).otherwise(0))
    counted = days.group_by("day").agg(nw.col("is_first").sum(), nw.len().alias("visits"))
    rows = [(int(r["day"]), int(r["is_first"]), int(r["visits"])) for r in plain_rows(counted)]
    if not rows:
        return []
    start = min(day for day, _, _ in rows)
    sums = [[0, 0] for _ in range((until - start) // DAYS_A_WEEK + 1)]
    for day, first, visits in rows:
        at = sums[(day - start) // DAYS_A_WEEK]
        at[0] += first
        at[1] += visits - first
    return [
        Week(
            week=k + 1,
            first_day=start + k * DAYS_A_WEEK,
            first_orders=first,
            repeat_orders=repeat,
            is_whole=start + (k + 1) * DAYS_A_WEEK - 1 <= until,
        )
        for k, (first, repeat) in enumerate(sums)
    ]


# -- what the engine does ---------------------------------------------------------------------------------------------


def since_first(orders: IntoFrame, until: int) -> Frame:
    """Order days of customers with a visit, each with the customer's ``first_day``."""
    frame = nw.from_native(orders)
    days = order_days(frame.drop("cost", strict=False), until)
    visits = days.filter(nw.col("orders") > 0)
    firsts = visits.group_by("customer_id").agg(nw.col("day").min().alias("first_day"))
    return joined(days, firsts)


def _first_days(days: Frame) -> dict[int, int]:
    """Customers by first order day."""
    firsts = days.filter(nw.col("day") == nw.col("first_day")).group_by("first_day").agg(nw.len().alias("n"))
    return {int(r["first_day"]): int(r["n"]) for r in plain_rows(firsts)}


def _ages(days: Frame, age: int) -> dict[tuple[int, int], Counts]:
    """By (first day, age period): buyers, order days, revenue, rows with a known amount."""
    since = nw.col("day") - nw.col("first_day")
    money = [c for c in ("revenue", "priced") if c in days.collect_schema().names()]
    aged = days.with_columns(
        period=nw.when(since > 0).then((since - 1) // age + 1).otherwise(0).cast(nw.Int32),
        visit=nw.when(nw.col("orders") > 0).then(nw.col("day")),
    )
    each = aged.group_by("customer_id", "first_day", "period").agg(
        nw.col("visit").count().alias("visits"), *(nw.col(c).sum() for c in money)
    )
    each = each.with_columns(buyer=nw.when(nw.col("visits") > 0).then(nw.col("period")))
    cells = each.group_by("first_day", "period").agg(
        nw.col("buyer").count().alias("buyers"), nw.col("visits").sum(), *(nw.col(c).sum() for c in money)
    )
    return {
        (int(r["first_day"]), int(r["period"])): (
            int(r["buyers"]), int(r["visits"]), int(r.get("revenue") or 0), int(r.get("priced") or 0),
        )
        for r in plain_rows(cells)
    }  # fmt: skip


def plain_rows(frame: Frame) -> list[dict[str, Any]]:
    """Rows as plain Python values, the same from every engine."""
    rows: list[dict[str, Any]] = collected(frame).to_arrow().to_pylist()
    return rows


def joined(left: Frame, right: Any, how: Literal["inner", "left"] = "inner") -> Frame:
    """Two frames of one engine, joined by customer."""
    return left.join(right, on="customer_id", how=how)


# -- what is put together here ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Cohort:
    """First day of the period, the members' first order days in order, and customers by first order day."""

    start: int
    members: list[int]
    firsts: dict[int, int]


def _cells(cohort: _Cohort, grid: Grid, until: int, counted: dict[tuple[int, int], Counts]) -> Iterator[Cell]:
    """The cells of one cohort, age by age."""
    first, last = cohort.members[0], cohort.members[-1]
    begun = -(-(until - first) // grid.age)
    nothing = (0, 0, 0, 0)
    sums = [_sum(counted.get((day, k), nothing) for day in cohort.members) for k in range(begun + 1)]
    is_priced = any(priced for _, _, _, priced in sums)
    for k, (buyers, visits, revenue, _) in enumerate(sums):
        yield Cell(
            cohort=label(cohort.start, grid.period),
            first_day=cohort.start,
            customers=sum(cohort.firsts[day] for day in cohort.members),
            period=k,
            buyers=buyers,
            orders=visits,
            revenue=revenue if is_priced else None,
            is_ripe=last + k * grid.age <= until,
        )


def _sum(rows: Iterable[Counts]) -> tuple[int, ...]:
    return tuple(map(sum, zip(*rows, strict=True)))
