"""Formats: the first look at a file, and the streaming copy of its columns into one Parquet file of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.sources import encodings, sniff
from lifelong.sources.look import Look

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lifelong.sources.look import Progress, ReadPlan


def looked_at(path: Path) -> Look:
    """Look at a file's beginning (and, of a long text, at its middle and end too).

    Raises:
        DataError: E101, E103, E106.
    """
    if not path.is_file():
        raise DataError(
            "E101",
            phrase("there is no file {name}", name=path.name),
            where=str(path),
            why="nothing stands there",
            fix="check the path",
        )
    first = encodings.head(path, "", 8)
    if not first:
        raise DataError(
            "E106",
            phrase("{name} is empty", name=path.name),
            where=str(path),
            why="it has no byte",
            fix="export it again",
        )
    if first.startswith(b"PAR1"):
        from lifelong.sources import parquet

        return parquet.look(path)
    if first.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        from lifelong.sources import excel

        return excel.look(path)
    packed = encodings.compression(first)
    sample = encodings.head(path, packed)
    encoding = encodings.encoding_of(sample)
    text = encodings.text_of(sample, encoding)
    if text.lstrip("\ufeff \t\r\n").startswith(("{", "[")):
        from lifelong.sources import jsonl

        return jsonl.look(path, text, packed, encoding)
    shape = sniff.shape_of(text, path.name)
    rows = [*shape.rows, *_further(path, packed, encoding, shape)]
    if not rows:
        raise DataError(
            "E106",
            "the file holds no order",
            where=path.name,
            why="there is a header and no row",
            fix="export it again",
        )
    return Look("csv", shape.header, rows, packed, encoding, shape.separator, shape.skip)


def _further(path: Path, packed: str, encoding: str, shape: sniff.Shape) -> list[Sequence[str]]:
    """Rows from the middle and the end of a long plain text: files are in the order of time, and formats change."""
    size = path.stat().st_size
    if packed or size <= 2 * encodings.SAMPLE or encoding.startswith("utf-16"):
        return []
    rows: list[Sequence[str]] = []
    with path.open("rb") as stream:
        for at in (size // 2, size - encodings.SAMPLE // 4):
            stream.seek(at)
            piece = encodings.text_of(stream.read(encodings.SAMPLE // 4), encoding)
            _, _, whole = piece.partition("\n")
            found = sniff.rows_of(whole, shape.separator)
            rows += [cells for cells in found if len(cells) == len(shape.header)]
    return rows


def copied(plan: ReadPlan, out: Path, progress: Progress) -> int:
    """Write the plan's columns of its file to ``out``; see ``files.extract``."""
    from lifelong.sources import csvs

    done = False
    try:
        if plan.format == "csv":
            rows = csvs.copy(plan, out, progress)
        else:
            from lifelong.sources import excel, jsonl, parquet

            rows = {"parquet": parquet.copy, "xlsx": excel.copy, "jsonl": jsonl.copy}[plan.format](plan, out, progress)
        progress(rows, rows)
        done = True
    finally:
        if not done:
            out.unlink(missing_ok=True)
    return rows
