"""Days between order days, counted: exact, and nothing but visits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import numpy as np
import polars as pl
import pyarrow as pa

from lifelong import schema
from lifelong.tables.gaps import gaps, last_gaps, last_pairs, spacings
from lifelong.tables.summary import summary

if TYPE_CHECKING:
    from collections.abc import Sequence


def _orders(rows: Sequence[tuple[str, int, int]]) -> pa.Table:
    ids, days, is_order = zip(*rows, strict=True)
    return pa.table({"customer_id": ids, "day": pa.array(days, pa.int32()), "is_order": pa.array(is_order, pa.int32())})


def test_equal_gaps_are_counted_and_two_orders_of_a_day_are_one() -> None:
    rows = [("b", 30, 1), ("a", 17, 1), ("a", 10, 1), ("a", 10, 1), ("a", 24, 1), ("a", 27, 1), ("b", 31, 1)]
    assert gaps(_orders(rows), 100).to_pylist() == [
        {"customer_id": "a", "gap": 3, "count": 1},
        {"customer_id": "a", "gap": 7, "count": 2},
        {"customer_id": "b", "gap": 1, "count": 1},
    ]


def test_refunded_days_later_days_and_single_visits_make_no_gap() -> None:
    rows = [("a", 10, 1), ("a", 12, 0), ("a", 20, 1), ("a", 21, 1), ("b", 5, 1)]
    assert gaps(_orders(rows), 20).to_pylist() == [{"customer_id": "a", "gap": 10, "count": 1}]


def test_the_last_gap_is_that_before_the_last_order_day_seen() -> None:
    rows = [("b", 30, 1), ("a", 10, 1), ("a", 10, 1), ("a", 27, 1), ("a", 30, 1), ("a", 40, 1), ("a", 33, 0)]
    assert last_gaps(_orders(rows), 39).to_pylist() == [{"customer_id": "a", "gap": 3}]
    assert last_gaps(_orders(rows), 40).to_pylist() == [{"customer_id": "a", "gap": 10}]
    assert last_gaps(_orders(rows), 20).to_pylist() == []


def test_the_last_pair_is_the_last_gap_and_the_one_before_it() -> None:
    rows = [
        ("b", 30, 1),
        ("b", 37, 1),
        ("a", 10, 1),
        ("a", 27, 1),
        ("a", 27, 1),
        ("a", 30, 1),
        ("a", 40, 1),
        ("a", 33, 0),
    ]
    for frame in (_orders(rows), pl.from_arrow(_orders(rows)).lazy()):
        for until, pair in ((39, [(3, 17)]), (40, [(10, 3)]), (27, [])):
            made = last_pairs(frame, until)
            made = made.collect().to_arrow() if isinstance(made, pl.LazyFrame) else made
            assert made.to_pylist() == [{"customer_id": "a", "gap": gap, "before": old} for gap, old in pair]


def test_nobody_with_two_order_days_is_an_empty_table_of_the_schemas_types() -> None:
    made = gaps(_orders([("a", 10, 1), ("b", 10, 1)]), 100)
    assert len(made) == 0
    assert tuple(made.column_names) == schema.names(schema.GAPS)
    assert [str(made[c.name].type) for c in schema.GAPS[1:]] == [c.kind for c in schema.GAPS[1:]]


def test_a_customers_gaps_add_up_to_the_summary() -> None:
    rng = np.random.default_rng(4)
    rows = [(f"c{i}", int(d), int(k)) for i, d, k in zip(*rng.integers(0, [[90], [400], [2]], (3, 3000)), strict=True)]
    orders = _orders(rows)
    made = gaps(orders, 350).to_pandas()
    days = (made["gap"] * made["count"]).groupby(made["customer_id"]).sum()
    told = summary(orders, 350).to_pandas().set_index("customer_id")
    told = told[told["x"] > 0]
    assert made.groupby("customer_id")["count"].sum().to_dict() == told["x"].to_dict()
    assert days.to_dict() == told["t_x"].to_dict()


def test_the_sum_of_log_gaps_is_the_same_on_every_engine() -> None:
    import math

    import pandas as pd
    import polars as pl

    from lifelong.tables.gaps import log_gaps

    rows = {"customer_id": ["a"] * 4 + ["b"] * 2, "day": [0, 7, 21, 21, 3, 10], "is_order": [1] * 6}
    expected = 2 * math.log(1.0) + math.log(2.0)
    for frame in (pl.DataFrame(rows), pl.LazyFrame(rows), pd.DataFrame(rows)):
        assert log_gaps(frame, 30) == expected
    assert log_gaps(pl.DataFrame(rows), 10) == 0.0


def test_each_customers_logs_of_weeks_are_summed() -> None:
    rows = [
        ("b", 30, 1),
        ("a", 17, 1),
        ("a", 10, 1),
        ("a", 10, 1),
        ("a", 24, 1),
        ("a", 38, 1),
        ("b", 31, 1),
        ("c", 9, 1),
    ]
    told = spacings(_orders(rows), 100)
    assert told.customer_id == ("a", "b", "c")
    assert (told.x.tolist(), told.t_x.tolist(), told.T.tolist()) == ([3, 1, 0], [28, 1, 0], [90, 70, 91])
    assert np.allclose(told.log_gaps, [np.log(2.0), -np.log(7.0), 0.0], rtol=1e-15)


def test_another_engine_gives_the_same_sums() -> None:
    rng = np.random.default_rng(1)
    rows = [(f"c{i:02d}", int(day), 1) for i in range(30) for day in rng.integers(0, 300, 8)]
    frame = _orders(rows)
    lazy = duckdb.sql("from frame")
    one, two = spacings(frame, 250), spacings(lazy, 250)
    assert one.customer_id == two.customer_id
    assert np.array_equal(one.log_gaps, two.log_gaps)
    assert np.array_equal(one.T, two.T)
