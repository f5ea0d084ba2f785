"""How many different values a column of a database has: by sorting 64-bit integers, where that is exact.

A database counts them by a hash table of texts, which costs more than reading, cleaning and writing these. Sorted
integers take a fifth of the time and eight bytes a row. They are never a guess: where they do not settle the count,
None says so, and the texts are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    from numpy.typing import NDArray

PART = 32_000_000  # rows sorted at once: a quarter of a gigabyte


def all_differ(frame: duckdb.DuckDBPyRelation, name: str, rows: int, part: int = PART) -> bool:
    """Whether each row is known to have a value of its own, none of them missing.

    Different hashes are of different texts. Equal ones may be of different texts too, so that False says nothing.

    Args:
        frame: a relation.
        name: its column of texts.
        rows: about how many rows it has.
        part: so many rows are sorted at once.
    """
    return all(
        values is not None and _kinds(values) == len(values)
        for values in _parts(frame, f"CASE WHEN {_named(name)} IS NOT NULL THEN hash({_named(name)}) END", rows, part)
    )


def kinds(frame: duckdb.DuckDBPyRelation, name: str, rows: int, part: int = PART) -> int | None:
    """How many different texts there are, or None where some are no integers written in the plain way, or missing.

    Args:
        frame: a relation.
        name: its column of texts.
        rows: about how many rows it has.
        part: so many rows are sorted at once.
    """
    number = f"try_cast({_named(name)} AS BIGINT)"
    total = 0
    for values in _parts(frame, f"CASE WHEN {number}::VARCHAR = {_named(name)} THEN {number} END", rows, part):
        if values is None:
            return None
        total += _kinds(values)
    return total


def _parts(frame: duckdb.DuckDBPyRelation, sql: str, rows: int, part: int) -> Any:
    """The values of an expression, those of one hash together; None in the place of a part with one missing."""
    import duckdb
    import numpy as np

    parts = max(-(-rows // part), 1)
    told = frame.select(duckdb.SQLExpression(sql).alias("told"))
    for at in range(parts):
        some = told if parts == 1 else told.filter(f"told IS NULL OR hash(told) % {parts} = {at}")
        values = some.fetchnumpy()["told"]
        yield None if np.ma.is_masked(values) else np.ma.getdata(values)


def _kinds(values: NDArray[np.int64]) -> int:
    import numpy as np

    values.sort()
    return int(np.count_nonzero(values[1:] != values[:-1])) + (len(values) > 0)


def _named(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
