import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.errors import DataError
from lifelong.score import base as bases


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from([0, 7, 2**40, 2**61])), max_size=30))
def test_equal_rows_get_equal_numbers(rows: list[tuple[int, int, int]]) -> None:
    columns = [np.array([r[i] for r in rows], np.int64) for i in range(3)]
    number, first = bases.distinct(*columns)
    assert [tuple(int(c[first[n]]) for c in columns) for n in number] == rows
    assert len(first) == len(set(rows))
    assert all(number[f] == i for i, f in enumerate(first))


def test_a_base_finds_each_customers_history() -> None:
    columns = {
        "x": [1, 0, 1, 1],
        "t_x": [5, 0, 5, 6],
        "T": [9, 9, 9, 9],
        "spend_x": [1, 0, 1, 1],
        "spend": [150, 0, 99, 7],
    }
    base = bases.Base.of(columns, "EUR")
    assert len(base) == 4
    assert base.histories == 3
    assert base.count.tolist() == [2, 1, 1]
    assert base.total.tolist() == [1.5, 0.0, 0.99, 0.07]
    assert base.x[base.history].tolist() == columns["x"]
    assert base.t_x[base.history].tolist() == columns["t_x"]


def test_a_base_without_money_has_zeros() -> None:
    base = bases.Base.of({"x": [0, 2], "t_x": [0, 3], "T": [4, 4]}, "")
    assert base.total.tolist() == [0.0, 0.0]
    assert base.spend_x.tolist() == [0, 0]


@pytest.mark.parametrize("kind", ["arrow", "pandas", "polars", "lazy", "narwhals"])
def test_a_summary_may_be_any_frame(kind: str) -> None:
    import narwhals as nw
    import polars as pl

    table = pa.table({"customer_id": ["a", "b"], "x": [0, 1]})
    frames = {
        "arrow": table,
        "pandas": table.to_pandas(),
        "polars": pl.from_arrow(table),
        "lazy": nw.from_native(pl.from_arrow(table)).lazy(),
        "narwhals": nw.from_native(table),
    }
    assert bases.arrow(frames[kind])["x"].to_pylist() == [0, 1]


def test_an_empty_or_absent_column_is_none() -> None:
    table = pa.table({"a": pa.nulls(2, pa.int64()), "b": pa.array([1, None], pa.int64())})
    assert bases.column(table, "a") is None
    assert bases.column(table, "c") is None
    kept = bases.column(table, "b")
    assert kept is not None
    assert kept[0] == 1.0
    assert np.isnan(kept[1])


def test_a_summary_without_its_columns_or_rows_is_refused() -> None:
    with pytest.raises(DataError) as caught:
        bases.check(pa.table({"customer_id": ["a"], "x": [1]}))
    assert caught.value.code == "E102"
    empty = pa.table({name: pa.array([], pa.int32()) for name in ("customer_id", "x", "t_x", "T", "first_day")})
    with pytest.raises(DataError) as caught:
        bases.check(empty)
    assert caught.value.code == "E201"
