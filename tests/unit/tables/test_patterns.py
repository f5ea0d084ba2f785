"""Summary to distinct histories with counts."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import polars as pl
import pyarrow as pa

from lifelong.schema import PATTERNS, names
from lifelong.tables import patterns as room

TABLE = pl.DataFrame(
    {
        "customer_id": ["a", "b", "c", "d", "e"],
        "x": [2, 0, 2, 2, 0],
        "t_x": [9, 0, 9, 8, 0],
        "T": [30, 30, 30, 30, 12],
        "spend_x": [2, 0, 1, 2, 0],
        "spend": [1050, 0, 25, 1050, 0],
    },
    schema_overrides=dict.fromkeys(["x", "t_x", "T", "spend_x"], pl.Int32),
)


def test_equal_histories_are_counted_and_sorted():
    got = room.patterns(TABLE)
    assert got.rows() == [(0, 0, 12, 1), (0, 0, 30, 1), (2, 8, 30, 1), (2, 9, 30, 2)]
    assert tuple(got.columns) == names(PATTERNS)


def test_types_are_those_of_the_schema():
    schema = room.patterns(TABLE.to_arrow()).schema
    assert [str(schema.field(c.name).type) for c in PATTERNS] == [c.kind for c in PATTERNS]


def test_equal_spends_are_counted_and_sorted():
    assert room.spends(TABLE).rows() == [(0, 0, 2), (1, 25, 1), (2, 1050, 2)]


def test_lazy_stays_lazy():
    assert isinstance(room.patterns(TABLE.lazy()), pl.LazyFrame)
    assert room.patterns(TABLE.lazy()).collect().equals(room.patterns(TABLE))


def test_arrays_for_the_models():
    got = room.to_patterns(room.patterns(TABLE.lazy()))
    assert got.customers == 5
    assert got.x.tolist() == [0, 0, 2, 2]
    assert got.T.dtype == got.count.dtype == np.int64
    assert got.t_x.tolist() == [0, 0, 8, 9]


def test_spend_in_major_units():
    cents = room.to_spend(room.spends(TABLE), 2)
    assert cents.total.tolist() == [0.0, 0.25, 10.5]
    assert cents.x.tolist() == [0, 1, 2]
    assert cents.customers == 5
    assert room.to_spend(room.spends(TABLE), 0).total.tolist() == [0.0, 25.0, 1050.0]


def test_no_customers_no_patterns():
    none = room.to_patterns(room.patterns(TABLE.clear()))
    assert len(none) == none.customers == 0
    assert len(room.to_spend(room.spends(pa.Table.from_pylist([], TABLE.to_arrow().schema)), 2).x) == 0


def test_the_way_from_duckdb_to_arrays_loads_no_pandas():
    """Loading it takes longer than a fit; it is no dependency, but may well be installed."""
    code = """
import sys, duckdb
from lifelong.tables import patterns
rows = duckdb.sql("SELECT 1::INT AS x, 2::INT AS t_x, 9::INT AS T FROM range(3)")
assert patterns.to_patterns(patterns.patterns(rows)).customers == 3
assert "pandas" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
