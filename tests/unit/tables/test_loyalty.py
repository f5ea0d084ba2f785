"""One-and-done rates and loyalty, held against hand counts."""

from __future__ import annotations

import statistics

import polars as pl
import pytest

from lifelong.tables import loyalty as room
from lifelong.units import day_of

JANUARY = day_of("1997-01-10")
TYPES = {
    "customer_id": pl.String, "day": pl.Int32, "is_order": pl.Int32, "revenue": pl.Int64,
    "channel": pl.String, "product": pl.String,
}  # fmt: skip


def orders(*rows: tuple) -> pl.DataFrame:
    """Rows of (customer, days after 10 January 1997, is_order, revenue, channel, product)."""
    return pl.DataFrame([(c, JANUARY + d, *rest) for c, d, *rest in rows], schema=TYPES, orient="row")


SHOP = orders(
    ("a", 0, 1, 100, "web", "pen"), ("a", 0, 1, 900, "mail", "ink"), ("a", 30, 1, 50, "web", "cap"),
    ("b", 2, 1, 10, "web", "pen"), ("b", 2, 1, 10, "web", "pad"),
    ("c", 5, 1, 10, None, "pen"), ("c", 15, 1, -20, "web", "pen"), ("c", 16, 0, -10, "web", "pen"), ("c", 40, 1, 5, "web", "x"),
    ("d", 30, 1, 60, "web", "pen"), ("d", 31, 1, 60, "web", "pen"),
    ("e", 0, 0, 5, "web", "pen"),
)  # fmt: skip
UNTIL = JANUARY + 50


def _told(rows) -> list[tuple]:
    return [(r["group"], r["customers"], r["one_time"], r["median_days"]) for r in rows]


def test_once_or_more_equals_the_hand_count():
    (row,) = room.one_time(SHOP, UNTIL)
    assert (row["group"], row["customers"], row["one_time"], row["share"], row["median_days"]) == (
        "all",
        4,
        1,
        0.25,
        10.0,
    )


def test_by_cohort():
    assert _told(room.one_time(SHOP, UNTIL, by="cohort")) == [("1997-01", 3, 1, 20.0), ("1997-02", 1, 0, 1.0)]
    assert [r[0] for r in _told(room.one_time(SHOP, UNTIL, by="cohort", period="week"))] == [
        "1997-W02",
        "1997-W03",
        "1997-W06",
    ]


def test_by_channel_of_the_dearest_first_order():
    """a came by mail (9.00 against 1.00); where c came from is not known."""
    assert _told(room.one_time(SHOP, UNTIL, by="channel")) == [
        ("", 1, 0, 10.0),
        ("mail", 1, 0, 30.0),
        ("web", 2, 1, 1.0),
    ]


def test_by_product_with_ties_by_name():
    got = _told(room.one_time(SHOP, UNTIL, by="product"))
    assert got == [("ink", 1, 0, 30.0), ("pad", 1, 1, None), ("pen", 2, 0, 5.5)]


def test_by_product_without_amounts_takes_the_first_name():
    got = _told(room.one_time(SHOP.drop("revenue"), UNTIL, by="product"))
    assert got == [("ink", 1, 0, 30.0), ("pad", 1, 1, None), ("pen", 2, 0, 5.5)]


def test_within_compares_at_equal_age():
    """Seen for 30 days: a (30 days to the second, counts), b, c; d was seen for 20 days only."""
    assert _told(room.one_time(SHOP, UNTIL, within=30)) == [("all", 3, 1, 20.0)]
    assert _told(room.one_time(SHOP, UNTIL, within=29)) == [("all", 3, 2, 10.0)]
    assert room.one_time(SHOP, UNTIL, within=51) == []


def test_an_attribute_that_is_none_is_refused():
    with pytest.raises(ValueError, match="cohort, channel or product"):
        room.one_time(SHOP, UNTIL, by="colour")


def test_loyalty_equals_the_hand_count():
    got = room.loyalty(SHOP, UNTIL)
    assert (got["customers"], got["one_time"], got["repeat_rate"]) == (4, 1, 0.75)
    tenures = [50, 48, 45, 20]
    assert got["tenure_days"] == sum(tenures) / 4
    assert got["median_tenure_days"] == statistics.median(tenures)
    assert got["median_days_to_second"] == statistics.median([30, 10, 1])
    visits = 1000 + 50 + 20 + 10 - 20 + 5 + 60 + 60  # money of days without an order is left out
    assert got["repeat_revenue_share"] == (50 - 20 + 5 + 60) / visits


def test_loyalty_without_amounts_or_orders():
    assert room.loyalty(SHOP.drop("revenue"), UNTIL)["repeat_revenue_share"] is None
    assert room.loyalty(SHOP.with_columns(revenue=pl.lit(None, pl.Int64)), UNTIL)["repeat_revenue_share"] is None
    none = room.loyalty(SHOP.clear(), UNTIL)
    assert none["customers"] == none["one_time"] == 0
    assert {v for k, v in none.items() if k not in {"customers", "one_time"}} == {None}
    assert room.one_time(SHOP.clear(), UNTIL) == []


def test_cdnow_one_time_rate(shared_data):
    """Counted here by Polars alone: 12,054 of 23,570 customers have all their orders on one day."""
    raw = pl.read_csv(shared_data / "cdnow" / "cdnow_master.csv", try_parse_dates=True)
    table = raw.select(
        pl.col("customer_id").cast(pl.String), day=pl.col("date").cast(pl.Int32), is_order=pl.lit(1, pl.Int32)
    )
    days = table.unique(["customer_id", "day"]).group_by("customer_id").agg(pl.col("day").sort())
    want = days.filter(pl.col("day").list.len() == 1).height
    waits = days.filter(pl.col("day").list.len() > 1).select(w=pl.col("day").list.get(1) - pl.col("day").list.get(0))[
        "w"
    ]
    (row,) = room.one_time(table, day_of("1998-06-30"))
    assert (row["customers"], row["one_time"], row["median_days"]) == (23_570, want, waits.median())
    assert want == 12_054
