"""DuckDB, locked down: it may read and write the project's folder, and nothing else."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import duckdb

MEMORY_LIMIT = "2GB"


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


def scan(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> duckdb.DuckDBPyRelation:
    """The rows of Parquet files of one shape, lazily."""
    return connection.read_parquet([str(path.resolve()) for path in paths])


def write(relation: duckdb.DuckDBPyRelation, path: Path) -> None:
    """Write rows as a zstd Parquet file; the caller moves it into place."""
    relation.write_parquet(str(path.resolve()), compression="zstd", row_group_size=122_880)
