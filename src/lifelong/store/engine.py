"""Two engines for the same tables: PyArrow in memory for what fits with ease, DuckDB, locked down, for what does not.

The data wing gives equal rows on both. On a small file DuckDB spends its time on planning: CDNOW's 69,659 rows are
cleaned some ten times faster in memory.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol

from lifelong.tables import clean

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

MEMORY_LIMIT = "2GB"
#: Up to so many rows a table is worked on in memory.
EAGER_ROWS = 1_000_000
#: Beyond so many rows streaming is quicker, where cleaning is all that is done and takes the short way.
STREAMED_ROWS = 200_000
_ROW_GROUP = 122_880
# Lengths and letters apart (version 2), no dictionary of many texts, the lightest zstd: a third less work than Snappy
# around what version 1 writes, less than half the size, and quicker to read.
_COPY = f"""COPY written TO '{{}}' (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1,
            DICTIONARY_SIZE_LIMIT 5000, ROW_GROUP_SIZE {_ROW_GROUP})"""
ROW, _PLACE = "row", "file_row_number"
# A moment written as ISO does, with whole seconds or as a date, is what its text says and no more where the engine writes
# it in the same way. An engine that reads a column's dictionary does so once for each text that differs.
_DATE, _MOMENT = "try_cast(ordered_at AS DATE)", "try_cast(ordered_at AS TIMESTAMP)"
_IS_DATE = f"length(ordered_at) = 10 AND {_DATE}::VARCHAR = ordered_at AND year({_DATE}) BETWEEN 1970 AND 2099"
_IS_MOMENT = f"length(ordered_at) = 19 AND {_MOMENT}::VARCHAR = ordered_at AND year({_MOMENT}) BETWEEN 1970 AND 2099"
_DAY = f"""CASE WHEN {_IS_DATE} THEN {_DATE} - DATE '1970-01-01'
                WHEN {_IS_MOMENT} THEN {_MOMENT}::DATE - DATE '1970-01-01' END::INTEGER"""
_SECOND = f"CASE WHEN {_IS_DATE} THEN 0 WHEN {_IS_MOMENT} THEN epoch({_MOMENT}) % 86400 END::INTEGER"


class Engine(Protocol):
    """Reads and writes Parquet files as frames that narwhals knows; lazy ones are computed when they are read."""

    is_lazy: bool

    def scan(self, paths: Sequence[Path]) -> Any:
        """The rows of files of one shape, one after another."""

    def raw(self, path: Path) -> Any:
        """The rows of a landing file with ``row``, the source's number of each: as stored, or its place from 1."""

    def dated(self, raw: Any) -> Any:
        """The rows with ``clean.DAY`` and ``clean.SECOND``, where the engine knows these for less than patterns cost."""

    def write(self, frame: Any, path: Path) -> None:
        """Write rows as a Parquet file; the caller moves it into place."""

    def close(self) -> None:
        """Let go of what the engine holds."""


def choose(root: Path, rows: int, limit: int = EAGER_ROWS) -> Engine:
    """The engine for so many rows of a project."""
    return InMemory() if rows <= limit else Database(root)


class InMemory:
    """PyArrow tables."""

    is_lazy = False

    def scan(self, paths: Sequence[Path]) -> Any:
        """The rows of files of one shape, one after another."""
        import pyarrow as pa

        return pa.concat_tables([_read(path) for path in paths])

    def raw(self, path: Path) -> Any:
        """The rows of a landing file with ``row``."""
        import numpy as np
        import pyarrow as pa

        table = _read(path)
        if ROW in table.column_names:
            return table
        return table.add_column(0, ROW, pa.array(np.arange(1, len(table) + 1, dtype=np.int64)))

    def dated(self, raw: Any) -> Any:
        """The rows as they are: few rows need no help."""
        return raw

    def write(self, frame: Any, path: Path) -> None:
        """Write rows as a Parquet file."""
        import pyarrow.parquet as pq

        pq.write_table(frame, path, compression="snappy", row_group_size=_ROW_GROUP)

    def close(self) -> None:
        """Nothing is held."""


def _read(path: Path) -> Any:
    """A whole file; ``pq.read_table`` would load PyArrow's data sets, and these load pandas."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return file.read()


class Database:
    """A locked-down DuckDB."""

    is_lazy = True

    def __init__(self, root: Path) -> None:
        self._connection = connect(root)

    def scan(self, paths: Sequence[Path]) -> Any:
        """The rows of files of one shape, lazily."""
        return self._connection.read_parquet([str(path.resolve()) for path in paths])

    def raw(self, path: Path) -> Any:
        """The rows of a landing file with ``row``, lazily."""
        import duckdb

        relation = self._connection.read_parquet(str(path.resolve()), file_row_number=True)
        names = [name for name in relation.columns if name != _PLACE]
        if ROW in names:
            return relation.select(*names)
        place = duckdb.ColumnExpression(_PLACE).cast("BIGINT") + duckdb.ConstantExpression(1)
        return relation.select(place.cast("BIGINT").alias(ROW), *names)

    def dated(self, raw: Any) -> Any:
        """The rows with day and second where the text is a moment of 1970 to 2099 as ISO writes it, else null."""
        import duckdb

        if "ordered_at" not in raw.columns:
            return raw
        told = {clean.DAY: _DAY, clean.SECOND: _SECOND}
        return raw.select("*", *(duckdb.SQLExpression(sql).alias(name) for name, sql in told.items()))

    def write(self, frame: Any, path: Path) -> None:
        """Write rows as a Parquet file, streaming."""
        frame.query("written", _COPY.format(str(path.resolve()).replace("'", "''")))

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


def rows_in(path: Path) -> int:
    """How many rows a Parquet file has, by its footer."""
    import pyarrow.parquet as pq

    return int(pq.read_metadata(path).num_rows)


def connect(root: Path, *, memory: str = MEMORY_LIMIT) -> duckdb.DuckDBPyConnection:
    """A connection in memory that spills into the project's cache folder.

    ``allowed_directories`` comes before ``enable_external_access=false``, which nothing can take back once
    ``lock_configuration`` is on: no COPY, ATTACH, INSTALL or LOAD reaches beyond the project.
    """
    import duckdb

    spill = root / "cache"
    spill.mkdir(parents=True, exist_ok=True)
    settings: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": memory,
        "threads": os.cpu_count() or 1,
        "temp_directory": str(spill / f".tmp-{os.getpid()}-spill"),
        "preserve_insertion_order": False,
    }
    connection = duckdb.connect(config=settings)
    connection.execute("SET allowed_directories = [$folder]", {"folder": str(root.resolve())})
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")
    return connection
