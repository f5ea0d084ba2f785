"""Repeat curves and weekly counts, held against hand counts."""

from __future__ import annotations

import polars as pl
import pytest

from lifelong.tables import cohorts as room
from lifelong.units import date_of, day_of

MONDAY = day_of("1997-01-06")
TYPES = {"customer_id": pl.String, "day": pl.Int32, "is_order": pl.Int32, "revenue": pl.Int64, "cost": pl.Int64}


def orders(*rows: tuple) -> pl.DataFrame:
    """Rows of (customer, days after Monday 6 January 1997, is_order, revenue)."""
    return pl.DataFrame([(c, MONDAY + d, o, r, None) for c, d, o, r in rows], schema=TYPES, orient="row")


SHOP = orders(
    ("a", 0, 1, 100), ("a", 0, 1, 50), ("a", 7, 1, 10), ("a", 8, 1, 20), ("a", 9, 0, -5),
    ("b", 6, 1, 200), ("b", 6, 0, -30), ("b", 13, 1, 40),
    ("c", 8, 1, 300), ("c", 5, 0, -1), ("c", 9, 1, 0),
    ("d", 3, 0, 999),
)  # fmt: skip


def test_curves_equal_the_hand_count():
    """Week of 6 January: a and b; week of 13 January: c. Seen to the 21st day; d never ordered."""
    got = room.curves(SHOP, MONDAY + 20, "week", 7)
    rows = [
        (c["cohort"], c["customers"], c["period"], c["buyers"], c["orders"], c["revenue"], c["is_ripe"]) for c in got
    ]
    assert rows == [
        ("1997-W02", 2, 0, 2, 2, 320, True),
        ("1997-W02", 2, 1, 2, 2, 50, True),  # a on day 7, b on day 13 = 7 days after the first
        ("1997-W02", 2, 2, 1, 1, 15, True),  # a on day 8, and the refund of day 9
        ("1997-W02", 2, 3, 0, 0, 0, False),  # a's third week ends on day 21
        ("1997-W03", 1, 0, 1, 1, 299, True),  # the refund before the first order stands with it
        ("1997-W03", 1, 1, 1, 1, 0, True),
        ("1997-W03", 1, 2, 0, 0, 0, False),
    ]
    assert [c["first_day"] for c in got if c["period"] == 0] == [MONDAY, MONDAY + 7]


def test_a_cell_is_ripe_on_the_very_day_that_its_last_member_gets_there():
    rows = orders(("a", 0, 1, 1), ("b", 6, 1, 1))
    ripe = {c["period"]: c["is_ripe"] for c in room.curves(rows, MONDAY + 13, "week", 7)}
    assert ripe == {0: True, 1: True, 2: False}
    ripe = {c["period"]: c["is_ripe"] for c in room.curves(rows, MONDAY + 12, "week", 7)}
    assert ripe == {0: True, 1: False, 2: False}


def test_revenue_is_unknown_where_the_data_hold_none():
    bare = SHOP.with_columns(revenue=pl.lit(None, pl.Int64))
    for frame in (bare, SHOP.drop("revenue", "cost")):
        got = room.curves(frame, MONDAY + 20, "week", 7)
        assert {c["revenue"] for c in got} == {None}
        assert [c["orders"] for c in got] == [c["orders"] for c in room.curves(SHOP, MONDAY + 20, "week", 7)]


def test_the_sums_of_all_cells_are_those_of_all_orders():
    got = room.curves(SHOP, MONDAY + 20)
    assert sum(c["revenue"] for c in got) == SHOP.filter(pl.col("customer_id") != "d")["revenue"].sum()
    assert sum(c["orders"] for c in got) == 7


def test_a_period_alone_gives_ages_of_its_length():
    assert {c["period"] for c in room.curves(SHOP, MONDAY + 200, "month")} == set(range(8))
    assert {c["period"] for c in room.curves(SHOP, MONDAY + 200, 50)} == set(range(5))
    assert {c["period"] for c in room.curves(SHOP, MONDAY + 200, None, 100)} == {0, 1, 2}


def test_no_orders_no_cohorts():
    assert room.curves(SHOP.clear(), MONDAY) == []
    assert room.weekly(SHOP.clear(), MONDAY) == []
    assert room.grid(SHOP.clear(), MONDAY) == room.Grid("week", 7)


@pytest.mark.parametrize(
    ("day", "period", "start", "name"),
    [
        ("1997-01-08", "week", "1997-01-06", "1997-W02"),
        ("1997-01-01", "week", "1996-12-30", "1997-W01"),
        ("2021-01-03", "week", "2020-12-28", "2020-W53"),
        ("1997-02-28", "month", "1997-02-01", "1997-02"),
        ("1997-12-31", "quarter", "1997-10-01", "1997-Q4"),
        ("1997-01-01", "quarter", "1997-01-01", "1997-Q1"),
    ],
)
def test_cohorts_by_the_calendar(day, period, start, name):
    found = room.cohort_start(day_of(day), period)
    assert date_of(found).isoformat() == start
    assert room.label(found, period) == name


def test_cohorts_of_some_days_begin_at_the_first():
    assert [room.cohort_start(day, 10, origin=3) for day in (3, 12, 13, 30)] == [3, 3, 13, 23]
    assert room.label(day_of("1997-01-03"), 10) == "1997-01-03"


@pytest.mark.parametrize("period", ["year", 0, -7])
def test_a_period_that_is_none_is_refused(period):
    with pytest.raises(ValueError, match="a cohort is"):
        room.cohort_start(100, period)


@pytest.mark.parametrize(
    ("span", "seen", "period", "age"),
    [
        (84, 545, "week", 56),  # CDNOW: twelve weeks of newcomers, seen for 78
        (1, 2100, "week", 182),  # all on one day
        (330, 730, "month", 56),
        (730, 730, "quarter", 56),
        (130, 400, 14, 28),  # 19 weeks, 5 months: two weeks each
        (3000, 3000, 217, 364),
        (20, 6000, "week", 434),
    ],
)
def test_the_grid_is_readable(span, seen, period, age):
    first = day_of("1997-01-01")
    grid = room.choose_grid(first, first + span - 1, first + seen)
    assert (grid.period, grid.age) == (period, age)
    assert seen // grid.age <= 14
    starts = {room.cohort_start(day, grid.period, first) for day in range(first, first + span)}
    assert len(starts) <= 14


def test_the_grid_of_orders_is_that_of_their_first_days():
    assert room.grid(SHOP, MONDAY + 70) == room.choose_grid(MONDAY, MONDAY + 8, MONDAY + 70)


def test_weekly_counts_first_and_repeat_order_days():
    weeks = room.weekly(SHOP, MONDAY + 29)
    got = [(w["week"], w["first_day"] - MONDAY, w["first_orders"], w["repeat_orders"], w["is_whole"]) for w in weeks]
    assert got == [
        (1, 0, 2, 0, True),
        (2, 7, 1, 4, True),
        (3, 14, 0, 0, True),
        (4, 21, 0, 0, True),
        (5, 28, 0, 0, False),
    ]


def test_cdnow_cohorts_add_up_to_the_published_totals(shared_data):
    """23,570 customers of the first quarter of 1997, 69,659 rows; order days counted here by Polars alone."""
    raw = pl.read_csv(shared_data / "cdnow" / "cdnow_master.csv", try_parse_dates=True)
    table = raw.select(
        pl.col("customer_id").cast(pl.String),
        day=pl.col("date").cast(pl.Int32),
        is_order=pl.lit(1, pl.Int32),
        revenue=(pl.col("spend") * 100).round().cast(pl.Int64),
    )
    until = day_of("1998-06-30")
    got = room.curves(table, until)
    visits = table.unique(["customer_id", "day"]).height
    assert len({c["cohort"] for c in got}) == 13
    assert sum(c["customers"] for c in got if c["period"] == 0) == 23_570
    assert sum(c["orders"] for c in got) == visits
    assert sum(c["revenue"] for c in got) == table["revenue"].sum() == 250_031_563
    weeks = room.weekly(table, until)
    assert sum(w["first_orders"] for w in weeks) == 23_570
    assert sum(w["repeat_orders"] for w in weeks) == visits - 23_570
