"""Reading a damaged text table line by line: a row that cannot be parsed is kept as it stands, with its fault."""

from __future__ import annotations

import csv
import re
from typing import IO, TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

_LONGEST = 200  # physical lines that a quoted cell may span
_WIDEST = 1 << 20  # characters of a record
_BROKEN = re.compile(r"\\x[0-9a-f]{2}")


class Record(NamedTuple):
    """One data row: its cells, or its raw text and what is wrong with it."""

    cells: list[str] | None
    raw: str
    fault: str


def records(stream: IO[str], separator: str, width: int, skip: int) -> Iterator[Record]:
    """Every data row of a text, whatever its state; blank lines are none.

    Args:
        stream: the text, from its beginning, with its line ends.
        separator: what parts the cells.
        width: how many cells a row must have.
        skip: physical lines before the first row.
    """
    lines = _physical(stream)
    for _ in range(skip):
        next(lines, None)
    waiting: list[str] = []
    while True:
        line = waiting.pop(0) if waiting else next(lines, None)
        if line is None:
            return
        if not line.strip("\r\n"):
            continue
        yield _record(line, lines, waiting, separator, width)


def _record(line: str, lines: Iterator[str], waiting: list[str], separator: str, width: int) -> Record:
    """The record that begins with this line; lines read ahead in vain go back to ``waiting``."""
    cells, is_open = _cells(line, separator)
    if not is_open:
        return _judged(cells, line, width)
    taken = [line]
    size = len(line)
    while len(taken) < _LONGEST and size < _WIDEST:
        further = waiting.pop(0) if waiting else next(lines, None)
        if further is None:
            break
        taken.append(further)
        size += len(further)
        cells, is_open = _cells("".join(taken), separator)
        if not is_open:
            if cells is not None and len(cells) == width:
                return _judged(cells, "".join(taken), width)
            break
    waiting[:0] = taken[1:]
    return Record(None, _bare(line), "a quoted cell does not end")


def _cells(text: str, separator: str) -> tuple[list[str] | None, bool]:
    """The cells of a record and whether a quoted cell is still open at its end; None where quotes are wrong."""
    bare = text.rstrip("\r\n")
    if '"' not in bare:
        return bare.split(separator), False
    try:
        rows = list(csv.reader([bare + "\n"], delimiter=separator, strict=True))
    except csv.Error as problem:
        return None, "unexpected end" in str(problem)
    return (rows[0] if rows else [""]), False


def _judged(cells: list[str] | None, text: str, width: int) -> Record:
    if cells is None:
        return Record(None, _bare(text), "quotes are wrong")
    if len(cells) != width:
        return Record(None, _bare(text), f"{len(cells)} cells instead of {width}")
    if "\\x" in text and _BROKEN.search(text):
        return Record(None, _bare(text), "bytes that are no text")
    return Record(cells, "", "")


def _bare(text: str) -> str:
    return text.rstrip("\r\n")


def _physical(stream: IO[str]) -> Iterator[str]:
    """Lines with their ends; a line without end in sight is cut, so that no file can fill the memory."""
    while line := stream.readline(_WIDEST):
        yield line
