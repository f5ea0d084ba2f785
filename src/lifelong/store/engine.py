"""Two engines for the same tables: PyArrow in memory for what fits with ease, DuckDB, locked down, for what does not.

The data wing gives equal rows on both. On a small file DuckDB spends its time on planning: CDNOW's 69,659 rows are
cleaned some ten times faster in memory.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

MEMORY_LIMIT = "2GB"
#: Up to so many rows a table is worked on in memory.
EAGER_ROWS = 1_000_000
_ROW_GROUP = 122_880


class Engine(Protocol):
    """Reads and writes Parquet files as frames that narwhals knows."""

    def scan(self, paths: Sequence[Path]) -> Any:
        """The rows of files of one shape, one after another."""

    def write(self, frame: Any, path: Path) -> None:
        """Write rows as a zstd Parquet file; the caller moves it into place."""

    def close(self) -> None:
        """Let go of what the engine holds."""


def choose(root: Path, rows: int) -> Engine:
    """The engine for so many rows of a project."""
    return InMemory() if rows <= EAGER_ROWS else Database(root)


class InMemory:
    """PyArrow tables."""

    def scan(self, paths: Sequence[Path]) -> Any:
        """The rows of files of one shape, one after another."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        return pa.concat_tables([pq.read_table(path) for path in paths])

    def write(self, frame: Any, path: Path) -> None:
        """Write rows as a zstd Parquet file."""
        import pyarrow.parquet as pq

        pq.write_table(frame, path, compression="zstd", row_group_size=_ROW_GROUP)

    def close(self) -> None:
        """Nothing is held."""


class Database:
    """A locked-down DuckDB."""

    def __init__(self, root: Path) -> None:
        self._connection = connect(root)

    def scan(self, paths: Sequence[Path]) -> Any:
        """The rows of files of one shape, lazily."""
        return self._connection.read_parquet([str(path.resolve()) for path in paths])

    def write(self, frame: Any, path: Path) -> None:
        """Write rows as a zstd Parquet file, streaming."""
        frame.write_parquet(str(path.resolve()), compression="zstd", row_group_size=_ROW_GROUP)

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()


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
