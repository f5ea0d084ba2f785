"""Orders to summary: hand counts, the papers' conventions, CDNOW's published table."""

from __future__ import annotations

import csv
from datetime import date

import polars as pl
import pyarrow as pa
import pytest

from lifelong.schema import SUMMARY, names
from lifelong.tables import summary as room
from lifelong.units import day_of

TYPES = {"customer_id": pl.String, "day": pl.Int32, "is_order": pl.Int32, "revenue": pl.Int64, "cost": pl.Int64}


def orders(*rows: tuple) -> pl.DataFrame:
    """Rows of (customer, day, is_order, revenue, cost)."""
    return pl.DataFrame(list(rows), schema=TYPES, orient="row")


def made(*rows: tuple, until: int = 100) -> dict[str, dict]:
    return {row["customer_id"]: row for row in room.summary(orders(*rows), until).to_dicts()}


def test_columns_and_types_are_those_of_the_schema():
    table = room.summary(orders(("a", 1, 1, 5, 1)).to_arrow(), 9)
    assert tuple(table.column_names) == names(SUMMARY)
    want = {"int32": pa.int32(), "int64": pa.int64()}
    for column in SUMMARY[1:]:
        assert table.schema.field(column.name).type == want[column.kind], column.name


def test_the_first_order_day_is_no_repeat_and_a_day_counts_once():
    row = made(
        ("a", 10, 1, 500, 1), ("a", 10, 1, 300, 1), ("a", 13, 1, 200, 1), ("a", 13, 1, 1, 1), ("a", 20, 1, 7, 1)
    )["a"]
    assert (row["x"], row["t_x"], row["T"], row["first_day"], row["orders"]) == (2, 10, 90, 10, 5)
    assert (row["revenue"], row["cost"], row["spend_x"], row["spend"]) == (1008, 5, 2, 208)


def test_a_paid_back_row_counts_its_money_but_no_visit():
    row = made(("a", 5, 0, -50, 0), ("a", 10, 1, 500, 0), ("a", 30, 0, -200, 0))["a"]
    assert (row["x"], row["t_x"], row["T"], row["first_day"], row["orders"]) == (0, 0, 90, 10, 1)
    assert (row["revenue"], row["spend_x"], row["spend"]) == (250, 0, 0)


def test_customers_without_a_visit_are_left_out_and_counted():
    rows = (("a", 10, 1, 500, 0), ("b", 10, 0, 0, 0), ("c", 200, 1, 5, 0))
    assert list(made(*rows)) == ["a"]
    assert room.without_visit(orders(*rows), 100) == 1
    assert room.without_visit(orders(*rows).lazy(), 5) == 0


def test_spend_takes_only_repeat_days_with_revenue_above_zero():
    row = made(("a", 1, 1, 0, 0), ("a", 2, 1, 0, 0), ("a", 3, 1, 40, 0), ("a", 3, 1, -10, 0), ("a", 4, 1, -5, 0))["a"]
    assert (row["x"], row["spend_x"], row["spend"]) == (3, 1, 30)


def test_a_refund_on_the_day_of_another_order_lowers_that_day():
    row = made(("a", 1, 1, 10, 0), ("a", 3, 1, 40, 0), ("a", 3, 0, -40, 0))["a"]
    assert (row["x"], row["orders"], row["spend_x"], row["spend"], row["revenue"]) == (1, 2, 0, 0, 10)


def test_later_rows_are_not_looked_at():
    row = made(("a", 10, 1, 5, 0), ("a", 50, 1, 5, 0), ("a", 51, 1, 5, 0), until=50)["a"]
    assert (row["x"], row["t_x"], row["T"], row["revenue"]) == (1, 40, 40, 10)


@pytest.mark.parametrize("first", [1, 2**36 - 1, 2**36, 2**36 + 1, 2**55 + 12345, 2**61])
@pytest.mark.parametrize("second", [0, 1, 2**36, 2**61])
def test_amounts_are_exact_to_the_coin_at_any_size(first, second):
    row = made(("a", 10, 1, first, 0), ("a", 11, 1, second, 0))["a"]
    assert row["revenue"] == first + second
    assert (row["spend_x"], row["spend"]) == (int(second > 0), second)


def test_days_before_1970_count_like_others():
    row = made(("a", -400, 1, 2**41, 0), ("a", -399, 1, 3, 0), until=-300)["a"]
    assert (row["x"], row["t_x"], row["T"], row["spend"]) == (1, 1, 100, 3)


def test_revenue_is_unknown_only_where_no_amount_is_known_and_cost_where_any_is_missing():
    both = made(("a", 1, 1, None, 3), ("a", 2, 1, 7, 3), ("b", 1, 1, None, 3), ("b", 2, 1, None, None))
    assert (both["a"]["revenue"], both["a"]["cost"], both["a"]["spend"]) == (7, 6, 7)
    assert (both["b"]["revenue"], both["b"]["cost"], both["b"]["spend_x"], both["b"]["spend"]) == (None, None, 0, 0)


def test_without_amounts_the_money_is_null_throughout_and_the_rest_is_there():
    bare = orders(("a", 1, 1, None, None), ("a", 5, 1, None, None))
    full = room.summary(bare, 9).to_dicts()
    assert full == room.summary(bare.drop("revenue", "cost"), 9).to_dicts()
    assert full == room.summary(bare, 9, room.held(bare)).to_dicts()
    assert (full[0]["x"], full[0]["revenue"], full[0]["cost"], full[0]["spend_x"], full[0]["spend"]) == (
        1,
        None,
        None,
        0,
        0,
    )


def test_what_is_held_is_said_of_each_column():
    rows = orders(("a", 1, 1, 4, None), ("b", 1, 1, 4, 2), ("b", 2, 1, 4, 2))
    assert room.held(rows) == room.Known("all", "some")
    assert room.held(rows.lazy()) == room.Known("all", "some")
    assert room.held(rows.head(1)) == room.Known("all", "none")
    assert room.held(rows.drop("revenue", "cost")) == room.Known("none", "none")
    assert room.held(rows.clear()) == room.Known("none", "none")


@pytest.mark.parametrize("costs", [(None, None, None), (1, None, 3), (1, 2, 3)])
@pytest.mark.parametrize("amounts", [(None, None, None), (5, None, -3), (5, 6, -3)])
def test_knowing_what_is_held_changes_no_figure(amounts, costs):
    days = zip("aab", (1, 5, 3), amounts, costs, strict=True)
    rows = orders(*((c, day, 1, revenue, cost) for c, day, revenue, cost in days))
    assert room.summary(rows, 9, room.held(rows)).equals(room.summary(rows, 9))


def test_eager_frames_come_sorted_and_lazy_ones_can_be():
    rows = orders(("b", 1, 1, 1, 1), ("a", 1, 1, 1, 1), ("B", 1, 1, 1, 1), ("é", 1, 1, 1, 1))
    assert room.summary(rows, 9)["customer_id"].to_list() == ["B", "a", "b", "é"]
    lazy = room.summary(rows.lazy(), 9)
    assert isinstance(lazy, pl.LazyFrame)
    assert room.ordered(lazy).collect()["customer_id"].to_list() == ["B", "a", "b", "é"]
    assert room.ordered(lazy, "first_day", "customer_id").collect()["customer_id"].to_list() == ["B", "a", "b", "é"]


def test_no_rows_give_no_customers():
    assert room.summary(orders(), 9).height == 0
    assert tuple(room.summary(orders(), 9).columns) == names(SUMMARY)
    assert room.window(orders(), 0, 9).height == 0


def test_parts_by_customer_put_together_are_the_whole():
    rows = [(f"c{i % 37}", i * 7 % 90, 1, i, 0) for i in range(400)]
    whole = room.summary(orders(*rows), 100)
    parts = [room.summary(orders(*(r for r in rows if hash(r[0]) % 3 == k)), 100) for k in range(3)]
    assert room.ordered(pl.concat(parts)).equals(whole)


def test_window_counts_order_days_after_the_first_and_up_to_the_last_day():
    rows = orders(
        ("a", 10, 1, 5, 0), ("a", 11, 1, 6, 0), ("a", 11, 1, 7, 0), ("a", 20, 1, 8, 0), ("a", 21, 1, 9, 0),
        ("b", 15, 0, -3, 0), ("c", 10, 1, 5, 0), ("d", 12, 1, None, 0),
    )  # fmt: skip
    assert room.window(rows, 10, 20).rows() == [("a", 2, 21), ("b", 0, -3), ("d", 1, None)]
    assert room.window(rows, 10, 20).schema == {"customer_id": pl.String, "orders": pl.Int32, "revenue": pl.Int64}
    assert room.window(rows.drop("revenue"), 10, 20).rows() == [("a", 2, None), ("b", 0, None), ("d", 1, None)]


def _cdnow(path) -> pl.DataFrame:
    with path.open(encoding="utf-8") as file:
        rows = [
            (r["customer_id"], day_of(r["date"]), 1, round(float(r["spend"]) * 100), None) for r in csv.DictReader(file)
        ]
    return orders(*rows)


def test_cdnow_sample_gives_the_published_table_of_2357_customers(shared_data):
    """Fader and Hardie's CDNOW sample to 1997-09-30: x, t_x and T of every customer, exactly, in days."""
    folder = shared_data / "cdnow"
    ours = room.summary(_cdnow(folder / "cdnow_sample.csv"), day_of(date(1997, 9, 30)))
    got = {int(r["customer_id"]): (r["x"], r["t_x"], r["T"]) for r in ours.to_dicts()}
    with (folder / "cdnow_cbs_39w.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    want = {}
    for r in rows:
        t_x, T = float(r["t_x"]) * 7, float(r["T"]) * 7
        assert abs(t_x - round(t_x)) < 1e-9  # the published weeks are whole days
        assert abs(T - round(T)) < 1e-9
        want[int(r["customer_id"])] = (int(r["x"]), round(t_x), round(T))
    assert len(want) == 2357
    assert got == want


def test_cdnow_holdout_of_39_weeks_is_the_published_one(shared_data):
    folder = shared_data / "cdnow"
    after = room.window(_cdnow(folder / "cdnow_sample.csv"), day_of("1997-09-30"), day_of("1998-06-30"))
    got = {int(r["customer_id"]): r["orders"] for r in after.to_dicts()}
    with (folder / "cdnow_cbs_39w.csv").open(encoding="utf-8") as file:
        want = {int(r["customer_id"]): int(r["x_holdout"]) for r in csv.DictReader(file)}
    assert {c: got.get(c, 0) for c in want} == want
