import numpy as np
import pyarrow as pa
import pytest

from lifelong.errors import DataError
from lifelong.score import base as bases


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


def test_a_tally_in_parts_is_that_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    number, cell = np.array([2, 0, 2, 1, 2, 0], np.int32), np.array([1, 0, 1])
    weight = np.array([1.0, 2.0, 4.0, 8.0, 16.0, 32.0])
    for rows in (2, 100):
        monkeypatch.setattr(bases, "ROWS", rows)
        assert bases.tally(number, 3).tolist() == [2, 1, 3]
        assert bases.tally(number, 3, lambda part: weight[part]).tolist() == [34.0, 8.0, 21.0]
        assert bases.tally(number, 2, lambda part: weight[part], cell).tolist() == [8.0, 55.0]


def test_days_paid_beyond_order_days_are_still_told_apart() -> None:
    base = bases.Base.of({"x": [1, 1], "t_x": [5, 5], "T": [9, 9], "spend_x": [1, 2], "spend": [1, 1]}, "EUR")
    assert base.spend_x[base.history].tolist() == [1, 2]


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
        bases.check(["customer_id", "x"], 1)
    assert caught.value.code == "E102"
    with pytest.raises(DataError) as caught:
        bases.check(["customer_id", "x", "t_x", "T", "first_day"], 0)
    assert caught.value.code == "E201"
