"""Different values are counted by sorting integers, and never guessed: whatever this does not settle is not told."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from lifelong.store import counting

PARTS = (counting.PART, 2)  # all rows at once, and few at a time


def _column(values: list[str | None]) -> duckdb.DuckDBPyRelation:
    return duckdb.from_arrow(pa.table({'a "name"': pa.array(values, pa.string())}))


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("values", "differ", "kinds"),
    [
        (["1", "2", "3", "44"], True, 4),
        (["1", "2", "2", "44", "44"], False, 2 + 1),
        (["o1", "o2", "o3"], True, None),
        (["1", "01", " 1", "1.0"], True, None),  # one number, written in four ways
        (["100", "1e2", "0x64"], True, None),
        (["1", None, "2"], False, None),
        ([], True, 0),
    ],
)  # fmt: skip
def test_different_values(values: list[str | None], differ: bool, kinds: int | None, part: int) -> None:
    rows = _column(values)
    assert counting.all_differ(rows, 'a "name"', len(values), part) is differ
    assert counting.kinds(rows, 'a "name"', len(values), part) == kinds
