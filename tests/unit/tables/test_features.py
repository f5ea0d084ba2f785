from __future__ import annotations

import datetime as dt

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lifelong.schema import FEATURES, names
from lifelong.tables.features import features, visits, windows
from lifelong.tables.summary import summary


def _orders(rows: list[tuple[str, int, int | None, int, str | None]]) -> pa.Table:
    who, day, revenue, is_order, product = zip(*rows, strict=True)
    return pa.table(
        {
            "customer_id": list(who),
            "day": pa.array(day, pa.int32()),
            "revenue": pa.array(revenue, pa.int64()),
            "is_order": pa.array(is_order, pa.int32()),
            "product": pa.array(product, pa.string()),
        }
    )


def _one(table: pa.Table, until: int, horizon: int = 40) -> dict[str, float | None]:
    (row,) = features(visits(table), until, horizon).to_pylist()
    return row


def test_every_feature_of_a_customer_by_hand() -> None:
    """Order days 100, 110, 140; two orders on one of them, a refund between, and an order after the origin."""
    rows = [
        ("a", 100, 1000, 1, "p"), ("a", 110, 2000, 1, "q"), ("a", 110, 1000, 1, "p"), ("a", 120, -500, 0, "p"),
        ("a", 140, 5000, 1, None), ("a", 160, 9000, 1, "z"),
    ]  # fmt: skip
    assert _one(_orders(rows), 150) == {
        "customer_id": "a", "x": 2.0, "t_x": 40.0, "T": 50.0, "silence": 10.0, "first_month": 4.0, "orders": 4.0,
        "revenue": 8500.0, "orders_1": 0.0, "orders_2": 1.0, "orders_3": 1.0, "orders_4": 3.0,
        "revenue_1": 0.0, "revenue_2": 5000.0, "revenue_3": 4500.0, "revenue_4": 8500.0,
        "gap_mean": 20.0, "gap_sd": pytest.approx(np.std([10, 30], ddof=1), rel=1e-15), "gap_last": 30.0,
        "spend_mean": 3000.0, "spend_sd": pytest.approx(2000.0, rel=1e-15), "spend_last": 5000.0,
        "spend_max": 5000.0, "products": 2.0,
    }  # fmt: skip


def test_what_one_order_cannot_say_is_empty() -> None:
    row = _one(_orders([("a", 100, None, 1, None)]), 100)
    empty = {name for name, value in row.items() if value is None}
    assert empty == {"gap_mean", "gap_sd", "gap_last", "spend_mean", "spend_sd", "spend_max"}
    assert row["spend_last"] == row["revenue"] == row["products"] == row["silence"] == 0.0


def test_customers_without_a_visit_have_no_row() -> None:
    table = _orders([("a", 100, 5, 1, None), ("b", 100, 5, 0, None), ("c", 120, 5, 1, None)])
    assert features(visits(table), 110, 40)["customer_id"].to_pylist() == ["a"]


@pytest.mark.parametrize("amounts", [(3, 5), (2**20 - 1, 2**20, 2**20 + 1), (2**30, 2**30 + 2), (2**39, 2**38, 3)])
def test_spread_of_spends_is_exact_for_any_amount(amounts: tuple[int, ...]) -> None:
    rows = [("a", 100 + i, amount, 1, None) for i, amount in enumerate(amounts)]
    mean = sum(amounts) / len(amounts)
    want = np.sqrt(sum((a - mean) ** 2 for a in amounts) / (len(amounts) - 1))
    got = _one(_orders(rows), 200)
    assert got["spend_sd"] == pytest.approx(want, rel=1e-12, abs=1e-8 * mean)  # a difference of squares about the mean
    assert got["spend_mean"] == mean


def test_amounts_beyond_all_sense_count_as_the_most() -> None:
    row = _one(_orders([("a", 100, 2**60, 1, None), ("a", 101, 2**60, 1, None)]), 200)
    assert row["spend_max"] == 2.0**40 - 1
    assert row["revenue"] == 2.0**41 - 2
    assert row["spend_sd"] == 0.0
    assert row["spend_last"] == 2.0**36 - 1


def test_months_are_those_of_the_calendar() -> None:
    days = np.arange(0, 40_000, 13)
    table = _orders([(f"c{d:05d}", int(d), 1, 1, None) for d in days])
    made = features(visits(table), 50_000, 40)
    epoch = dt.date(1970, 1, 1)
    want = [(epoch + dt.timedelta(days=int(d))).month for d in days]
    assert made["first_month"].to_pylist() == want


def test_without_amounts_and_products_the_columns_are_still_there() -> None:
    table = _orders([("a", 100, 1, 1, None), ("a", 130, 1, 1, None)]).drop_columns(["revenue", "product"])
    made = features(visits(table), 140, 40)
    assert tuple(made.column_names) == names(FEATURES)
    (row,) = made.to_pylist()
    assert row["gap_last"] == 30.0
    assert row["spend_mean"] is None
    assert row["revenue"] == row["products"] == 0.0


def test_columns_that_may_not_be_empty_are_read_as_others() -> None:
    table = _orders([("a", 100, 1, 1, "p"), ("a", 130, 1, 1, "q")])
    strict = table.cast(pa.schema([field.with_nullable(False) for field in table.schema]))
    assert features(visits(strict), 140, 40).equals(features(visits(table), 140, 40))


def test_a_refund_between_two_orders_parts_them_not_and_products_add_no_visit() -> None:
    rows = [("a", 100, 10, 1, "p"), ("a", 110, -5, 0, "p"), ("a", 130, 20, 1, "q"), ("b", 90, -5, 0, "p")]
    days = visits(_orders(rows)).to_pylist()
    assert [(r["day"], r["gap"]) for r in days if r["visit"] is not None] == [(100, None), (130, 30)]
    assert [(r["day"], r["products"], r["visit"]) for r in days if r["products"]] == [(100, 1, None), (130, 1, None)]


def test_windows_are_never_empty() -> None:
    assert windows(1) == (1, 1, 1, 2)


def test_histories_are_those_of_the_summary_on_a_large_table() -> None:
    """PyArrow's windows err beyond 65,000 rows: two engines and the summary agree on 150,000."""
    rng, size = np.random.default_rng(8), 150_000
    table = pa.table(
        {
            "customer_id": pa.array(rng.integers(0, 30_000, size)).cast(pa.string()),
            "day": pa.array(rng.integers(9_000, 10_000, size), pa.int32()),
            "revenue": pa.array(rng.integers(1, 10_000, size), pa.int64()),
            "is_order": pa.array(rng.random(size) < 0.9, pa.int32()),
        }
    )
    ours = features(visits(table), 9_900, 91)
    duck = features(visits(duckdb.from_arrow(table)), 9_900, 91).to_arrow_table().sort_by("customer_id")
    assert duck.cast(ours.schema).equals(ours)
    told = summary(table, 9_900)
    assert ours["customer_id"].to_pylist() == told["customer_id"].to_pylist()
    for name in ("x", "t_x", "T", "orders", "revenue"):
        assert np.array_equal(ours[name].to_numpy(), told[name].to_numpy()), name
    gap = pc.divide(told["t_x"].cast(pa.float64()), told["x"].cast(pa.float64()))
    repeat = told["x"].to_numpy() > 0
    assert np.array_equal(ours["gap_mean"].to_numpy()[repeat], gap.to_numpy()[repeat])
