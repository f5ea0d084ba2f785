"""The shape of a text table: separator, lines before the header, the header, and the first rows."""

from __future__ import annotations

import contextlib
import csv
import io
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifelong.errors import DataError
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

SEPARATORS = (",", ";", "\t", "|")
_LOOK = 200  # records that decide the separator
_BEFORE = 30  # a header begins within so many lines


@dataclass(frozen=True, slots=True)
class Shape:
    """How a text table is cut into cells.

    Attributes:
        separator: one sign.
        skip: physical lines up to and with the header.
        header: the column names, cleaned; a second one of the same name gets a number.
        rows: the sample's records behind the header, with as many cells as the header has.
    """

    separator: str
    skip: int
    header: tuple[str, ...]
    rows: Sequence[Sequence[str]]


def shape_of(text: str, where: str) -> Shape:
    """Look at the beginning of a text table.

    Raises:
        DataError: E106 where there is nothing, E103 where it is no table of two columns or more.
    """
    if not text.strip("\ufeff \t\r\n\x00"):
        raise DataError(
            "E106", "the file is empty", where=where, why="there is not even a header", fix="export it again"
        )
    text = text.lstrip("\ufeff")
    best: tuple[tuple[int, int], str, list[tuple[int, list[str]]]] | None = None
    for separator in SEPARATORS:
        records = records_of(text, separator, _LOOK)
        widths = Counter(len(cells) for _, cells in records if any(cells))
        width, count = max(widths.items(), key=lambda item: (item[1] * (item[0] > 1), item[0]), default=(0, 0))
        rank = (count if width > 1 else 0, width)
        if best is None or rank > best[0]:
            best = (rank, separator, records)
    if best is None or best[0][1] < 2:
        first = text.splitlines()[0][:80]
        raise DataError(
            "E103", "no table of several columns is seen", where=phrase("{where}, first line: {first!r}", where=where, first=first),
            why="cells are parted by comma, semicolon, tab or bar", fix="export it as CSV, or as Parquet or Excel",
        )  # fmt: skip
    (_, width), separator, records = best
    skip, header = _header(records, width)
    rows = [cells for cells in rows_of(text, separator) if len(cells) == len(header)]
    start = next((i for i, cells in enumerate(rows) if cells == header), -1)
    return Shape(separator, skip, named(header), rows[start + 1 :])


def records_of(text: str, separator: str, limit: int = 0) -> list[tuple[int, list[str]]]:
    """(physical lines read so far, cells) of each record; a text that ends amid a record loses its last one."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, quotechar='"')
    records: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            records.append((reader.line_num, cells))
            if limit and len(records) >= limit:
                return records
    except csv.Error:
        return records
    if len(records) > 1 and not text.endswith("\n"):
        records.pop()
    return records


def rows_of(text: str, separator: str) -> list[list[str]]:
    """The cells of each record, as :func:`records_of` finds them; at once, since a sample has tens of thousands."""
    rows: list[list[str]] = []
    with contextlib.suppress(csv.Error):  # what was read before a broken record stays
        rows.extend(csv.reader(io.StringIO(text, newline=""), delimiter=separator, quotechar='"'))
        if len(rows) > 1 and not text.endswith("\n"):
            rows.pop()
    return rows


def _header(records: Sequence[tuple[int, list[str]]], width: int) -> tuple[int, list[str]]:
    """The first record that is as wide as most and says names rather than figures; else the first so wide."""
    wide = [(line, cells) for line, cells in records[:_BEFORE] if len(cells) == width]
    for line, cells in wide:
        named = sum(bool(c.strip()) and not _is_figure(c) for c in cells)
        if named * 3 >= width * 2:
            return line, cells
    return wide[0] if wide else next((line, cells) for line, cells in records if len(cells) == width)


def _is_figure(cell: str) -> bool:
    bare = cell.strip().strip("-+€$£%")
    return bool(bare) and sum(c.isdigit() for c in bare) * 2 >= len(bare)


def named(header: Sequence[str]) -> tuple[str, ...]:
    """Header cells as names; a second one of the same name gets a number."""
    seen: Counter[str] = Counter()
    names = []
    for cell in header:
        name = cell.strip().strip("\ufeff")
        seen[name] += 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return tuple(names)
