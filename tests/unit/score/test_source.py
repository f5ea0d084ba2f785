from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lifelong.score.cells import column, numbers
from lifelong.score.source import Source

if TYPE_CHECKING:
    from pathlib import Path

TABLE = pa.table(
    {
        "customer_id": ["a", "b", "c", "d", "e"],
        "x": pa.chunked_array([pa.array([1, None], pa.int32()), pa.array([3, 4, 5], pa.int32())]),
        "spend": pa.array([10, 20, 30, 40, 2**40], pa.int64()),
    }
)


@pytest.fixture(params=["frame", "file"])
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    if request.param == "frame":
        return Source.of(TABLE)
    pq.write_table(TABLE, tmp_path / "t.parquet", row_group_size=2)
    return Source.of(str(tmp_path / "t.parquet"))


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_columns_are_whole_in_batches_of_any_size(source: Source, size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lifelong.score.source.BATCH", size)
    assert source.rows == 5
    made = source.columns(["x", "spend"])
    assert made["x"].tolist() == [1, 0, 3, 4, 5]
    assert made["x"].dtype == np.int32
    assert made["spend"].tolist() == [10, 20, 30, 40, 2**40]
    batches = list(source.batches(["customer_id", "absent"]))
    assert pa.concat_tables(batches).equals(TABLE.select(["customer_id"]))
    assert max(map(len, batches)) <= size


def test_some_customers_are_taken_by_their_rows(source: Source) -> None:
    assert source.take(pa.array([4, 0])).to_pylist() == ["e", "a"]
    assert source.table(["x", "absent"]).column_names == ["x"]
    assert source.empty().schema.names == TABLE.column_names


def test_numbers_of_a_slice_are_its_own() -> None:
    assert numbers(TABLE["spend"].chunk(0).slice(1, 2)).tolist() == [20, 30]
    assert numbers(pa.array([1.5, None])).tolist() == [1.5, 0.0]
    assert numbers(pa.array([], pa.int32())).tolist() == []
    assert numbers(pa.array([True, False])).tolist() == [True, False]


def test_scores_are_written_without_loading_pandas(tmp_path: Path) -> None:
    """It takes longer to load than a million customers to score."""
    program = """
import sys
import numpy as np, pyarrow.parquet as pq
from lifelong import plugins
from lifelong.models.optimise import fit_model
from lifelong.score import Terms, to_parquet
from lifelong.values import Patterns
x, t, T = np.arange(9) % 3, np.arange(9) % 3 * 5, np.full(9, 50)
fit = fit_model(plugins.load("models", "bg_nbd")(), Patterns.grouped(x, t, T))
to_parquet(fit, sys.argv[1], Terms.parse("9w"), sys.argv[1] + ".scores")
assert pq.ParquetFile(sys.argv[1] + ".scores").metadata.num_rows == 9
raise SystemExit("pandas" in sys.modules)
"""
    x = np.arange(9) % 3
    days = {"x": x, "t_x": x * 5, "T": np.full(9, 50), "first_day": np.full(9, 950)}
    pq.write_table(pa.table({"customer_id": list("abcdefghi")} | days), tmp_path / "s.parquet")
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "s.parquet")], check=True, timeout=120)


def test_an_array_becomes_a_column_with_gaps_where_it_may_have_them() -> None:
    values = np.array([1.5, np.nan, 2.0, np.nan, 0.0, 7.0, 1.0, 1.0, np.nan, 3.0])
    gaps = column(values, has_gaps=True)
    assert gaps.to_pylist() == [1.5, None, 2.0, None, 0.0, 7.0, 1.0, 1.0, None, 3.0]
    assert gaps.null_count == 3
    assert column(values).null_count == 0
    assert column(np.arange(6, dtype=np.int32)[::2]).to_pylist() == [0, 2, 4]
    gaps.validate(full=True)
