"""Rows of Python texts to one Parquet file, in pieces."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from lifelong.sources.records import Record

_PIECE = 50_000


def write(
    rows: Iterable[Record], columns: Sequence[str], at: Sequence[int], out: Path, tell: Callable[[int], None]
) -> int:
    """Write records as ``row``, the named columns (cells at the given places), ``fault`` and ``raw``.

    Raises:
        StoreError: E403, where the disk refuses.
    """
    import pyarrow as pa
    from pyarrow import parquet as pq

    names = [*columns, "fault", "raw"]
    schema = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in names)])
    count = 0
    held: list[list[str | None]] = [[] for _ in names]

    def flush(writer: pq.ParquetWriter) -> None:
        size = len(held[0])
        if size:
            numbers = pa.array(range(count - size + 1, count + 1), pa.int64())
            arrays = [pa.array([_utf8(v) for v in values], pa.string()) for values in held]
            writer.write_table(pa.table([numbers, *arrays], schema=schema))
            for values in held:
                values.clear()
            tell(count)

    try:
        with pq.ParquetWriter(out, schema, compression="zstd") as writer:
            for record in rows:
                count += 1
                for values, place in zip(held, at, strict=False):
                    values.append(record.cells[place] or None if record.cells is not None else None)
                held[-2].append(record.fault or None)
                held[-1].append(record.raw or None)
                if len(held[0]) >= _PIECE:
                    flush(writer)
            flush(writer)
    except OSError as problem:
        raise StoreError(
            "E403", "the landing cannot be written", where=str(out), why=str(problem), fix="free space on the disk"
        ) from None
    return count


def _utf8(text: str | None) -> str | None:
    """A text that UTF-8 can hold: lone halves of UTF-16 pairs become what they look like."""
    if text is None or text.isascii():
        return text
    return text.encode("utf-8", errors="backslashreplace").decode("utf-8")
