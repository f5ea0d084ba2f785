"""Nothing after the origin may change what is learned from: each feature, on every engine."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lifelong.schema import FEATURES, names
from lifelong.tables.features import features, visits

if TYPE_CHECKING:
    from collections.abc import Callable

ORIGIN, HORIZON, ROWS = 10_100, 60, 3000

ENGINES: dict[str, Callable[[pa.Table], Any]] = {
    "pyarrow": lambda table: table,
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "pandas": lambda table: table.to_pandas(),
    "duckdb": lambda table: duckdb.connect().from_arrow(table),
}


@pytest.fixture(scope="module")
def orders() -> pa.Table:
    rng = np.random.default_rng(3)
    return pa.table(
        {
            "order_id": [str(i) for i in range(ROWS)],
            "customer_id": [f"c{i}" for i in rng.integers(0, 500, ROWS)],
            "day": pa.array(rng.integers(10_000, 10_200, ROWS), pa.int32()),
            "revenue": pa.array(rng.integers(-900, 90_000, ROWS), pa.int64()),
            "is_order": pa.array(rng.random(ROWS) < 0.9, pa.int32()),
            "product": [f"p{i}" for i in rng.integers(0, 30, ROWS)],
        }
    )


def _late(orders: pa.Table) -> np.ndarray:
    return np.flatnonzero(orders["day"].to_numpy() > ORIGIN)


def _removed(orders: pa.Table) -> pa.Table:
    return orders.filter(pc.less_equal(orders["day"], ORIGIN))


def _shuffled(orders: pa.Table) -> pa.Table:
    """Every column of the later rows in an order of its own; they stay later rows."""
    rng, late = np.random.default_rng(4), _late(orders)
    columns = {}
    for name in orders.column_names:
        values = orders[name].to_numpy(zero_copy_only=False).copy()
        values[late] = rng.permutation(values[late])
        columns[name] = pa.array(values, orders[name].type)
    return pa.table(columns)


def _changed(orders: pa.Table) -> pa.Table:
    """Later rows of other customers, other amounts, other products, all of them orders; and twice as many."""
    rng, late = np.random.default_rng(5), _late(orders)
    extra = {
        "order_id": [f"n{i}" for i in late],
        "customer_id": [f"c{i}" for i in rng.integers(0, 900, len(late))],
        "day": pa.array(rng.integers(ORIGIN + 1, ORIGIN + 400, len(late)), pa.int32()),
        "revenue": pa.array(rng.integers(1, 2**45, len(late)), pa.int64()),
        "is_order": pa.array(np.ones(len(late)), pa.int32()),
        "product": [f"q{i}" for i in late],
    }
    return pa.concat_tables([pa.table(extra), _shuffled(orders)])


CHANGES = {"removed": _removed, "shuffled": _shuffled, "changed": _changed}


def _seen(orders: Any) -> dict[str, list[Any]]:
    made = nw.from_native(features(visits(orders), ORIGIN, HORIZON))
    eager = made.collect() if isinstance(made, nw.LazyFrame) else made
    return eager.sort("customer_id").to_arrow().to_pydict()


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("engine", ENGINES)
def test_what_comes_after_the_origin_changes_no_feature(engine: str, change: str, orders: pa.Table) -> None:
    before = _seen(ENGINES[engine](orders))
    after = _seen(ENGINES[engine](CHANGES[change](orders)))
    assert tuple(before) == names(FEATURES)
    for name in names(FEATURES):
        assert after[name] == before[name], name


@pytest.mark.parametrize("engine", ENGINES)
def test_what_comes_before_the_origin_does_change_them(engine: str, orders: pa.Table) -> None:
    """The leak test could fail: one more order of everyone on the origin's day moves every feature of somebody."""
    people = pc.unique(orders["customer_id"])
    size = len(people)
    extra = pa.table(
        {
            "order_id": [f"n{i}" for i in range(size)],
            "customer_id": people,
            "day": pa.array(np.where(np.arange(size) % 2, ORIGIN, 9_900), pa.int32()),
            "revenue": pa.array(np.full(size, 10**6), pa.int64()),
            "is_order": pa.array(np.ones(size), pa.int32()),
            "product": [f"q{i}" for i in range(size)],
        }
    )
    before = _seen(ENGINES[engine](orders))
    after = _seen(ENGINES[engine](pa.concat_tables([orders, extra])))
    for name in names(FEATURES)[1:]:
        assert after[name] != before[name], name
