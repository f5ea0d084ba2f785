"""Text tables into the landing: DuckDB reads and writes; where it refuses a row, the whole file is read by line."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

from lifelong.sources import encodings, landing_writer, records
from lifelong.sources.look import targets

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from lifelong.sources.look import Progress, ReadPlan

MEMORY_LIMIT = "1GB"
# A column with more kinds of texts than the limit in one group of rows is written without a dictionary, and version 2
# writes it as its lengths and its letters: both are less work for zstd, whose lightest level then packs better, too.
_COPY = """COPY landing TO $path
           (FORMAT parquet, PARQUET_VERSION v2, COMPRESSION zstd, COMPRESSION_LEVEL 1, DICTIONARY_SIZE_LIMIT 5000)"""
_TICK = 0.2  # seconds between two words of progress


def copy(plan: ReadPlan, out: Path, progress: Progress) -> int:
    """Write a text table's columns to Parquet."""
    from pathlib import Path

    import duckdb

    source = Path(plan.path)
    plain = plan.encoding in {"utf-8", "utf-8-sig"} and plan.compression in {"", "gzip"}
    text = source if plain else out.with_suffix(".utf8")
    try:
        if not plain:
            encodings.transcoded(source, plan.compression, plan.encoding, text)
        packed = plan.compression if plain else ""
        try:
            return _fast(plan, (text, packed), out, progress)
        except duckdb.Error:
            return _slow(plan, (text, packed), out, progress)
    finally:
        if not plain:
            text.unlink(missing_ok=True)


def connected(folder: Path) -> duckdb.DuckDBPyConnection:
    """A connection that spills into a folder, knows how far it is, and shows times with an offset in UTC."""
    import duckdb

    connection = duckdb.connect(config={"memory_limit": MEMORY_LIMIT, "temp_directory": str(folder)})
    for setting in ("enable_progress_bar = true", "enable_progress_bar_print = false", "TimeZone = 'UTC'"):
        connection.execute(f"SET {setting}")
    return connection


def _fast(plan: ReadPlan, text: tuple[Path, str], out: Path, progress: Progress) -> int:
    import duckdb

    connection = connected(out.parent)
    try:
        relation = connection.read_csv(
            str(text[0]),
            auto_detect=False,
            header=False,
            sep=plan.separator,
            quotechar='"',
            escapechar='"',
            skiprows=plan.skip,
            compression="gzip" if text[1] else "none",
            columns={f"c{i}": "VARCHAR" for i in range(len(plan.header))},
        )
        wanted = [
            duckdb.ColumnExpression(f"c{plan.header.index(theirs)}").alias(name)
            for name, theirs in targets(plan).items()
        ]
        relation = relation.select(*wanted)  # in the file's order: a row's place is its number
        size = text[0].stat().st_size if not text[1] else None
        relation.create_view("landing")
        watched(connection, lambda: connection.execute(_COPY, {"path": str(out)}), progress, _estimate(plan, size))
        return int(connection.read_parquet(str(out)).count("*").fetchall()[0][0])
    finally:
        connection.close()


def _estimate(plan: ReadPlan, size: int | None) -> int | None:
    """About how many rows a text of that size has, by its first lines."""
    from pathlib import Path

    if not size:
        return None
    head = encodings.head(Path(plan.path), plan.compression, 1 << 16)
    return max(int(size * head.count(b"\n") / max(len(head), 1)), 1)


def watched(connection: duckdb.DuckDBPyConnection, work: Any, progress: Progress, total: int | None) -> None:
    """Do the work in a thread of its own and say meanwhile how far it is; Ctrl-C stops it."""
    problems: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as problem:  # noqa: BLE001 - carried to the caller's thread
            problems.append(problem)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    try:
        while thread.is_alive():
            thread.join(_TICK)
            share = connection.query_progress()
            if total and share > 0:
                progress(min(int(total * share / 100), total), total)
    except BaseException:
        connection.interrupt()
        thread.join()
        raise
    if problems:
        raise problems[0]


def _slow(plan: ReadPlan, text: tuple[Path, str], out: Path, progress: Progress) -> int:
    """Line by line, with every row that cannot be parsed kept as it stands."""
    import lzma
    import zlib

    wanted = targets(plan)
    at = [plan.header.index(theirs) for theirs in wanted.values()]
    try:
        with encodings.opened(*text) as stream, encodings.lines_of(stream, "utf-8-sig") as decoded:
            rows = records.records(decoded, plan.separator, len(plan.header), plan.skip)
            return landing_writer.write(rows, list(wanted), at, out, lambda done: progress(done, None))
    except (EOFError, zlib.error, lzma.LZMAError, OSError) as problem:
        raise encodings.unreadable(text[0], problem) from None
