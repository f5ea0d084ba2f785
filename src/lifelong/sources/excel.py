"""Excel workbooks: the first sheet with a table; typed cells become ISO texts and shortest exact decimals."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lifelong.errors import DataError, missing_extra
from lifelong.phrases import phrase
from lifelong.sources import landing_writer, sniff
from lifelong.sources.look import SAMPLE_ROWS, Look, targets
from lifelong.sources.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lifelong.sources.look import Progress, ReadPlan


def look(path: Path) -> Look:
    """The header and the first rows of the first sheet that holds a table."""
    rows = _rows(path)
    widths = [sum(1 for cell in row if cell) for row in rows[:200]]
    width = max(widths, default=0)
    if width < 2:
        raise DataError(
            "E106", "the workbook holds no table", where=path.name, why="no sheet has two columns", fix="check it"
        )
    skip = next(i for i, n in enumerate(widths) if n * 3 >= width * 2)
    header = sniff.named(rows[skip])
    body = [row for row in rows[skip + 1 :] if any(row)][:SAMPLE_ROWS]
    if not body:
        raise DataError(
            "E106", "the workbook holds no order", where=path.name, why="there is a header and no row", fix="check it"
        )
    return Look("xlsx", header, body, skip=skip + 1, is_typed=_is_typed(path, skip + 1))


def above(path: Path, skip: int) -> tuple[str, ...]:
    """What stands above the header, a text a row."""
    return tuple(" ".join(cell for cell in row if cell) for row in _rows(path)[: skip - 1])


def copy(plan: ReadPlan, out: Path, progress: Progress) -> int:
    """Write the plan's columns as texts; empty rows are none."""
    from pathlib import Path

    rows = _rows(Path(plan.path))[plan.skip :]
    wanted = targets(plan)
    at = [plan.header.index(theirs) for theirs in wanted.values()]
    return landing_writer.write(_records(rows), list(wanted), at, out, lambda done: progress(done, len(rows)))


def _records(rows: list[list[str]]) -> Iterator[Record]:
    for row in rows:
        if any(row):
            yield Record(row, "", "")


def _sheet(path: Path) -> list[list[Any]]:
    """The cells of the first sheet of two columns or more."""
    try:
        import python_calamine as calamine
    except ImportError:
        raise missing_extra("python-calamine", "xlsx", "reading an Excel file") from None
    try:
        book = calamine.load_workbook(str(path))
        for name in book.sheet_names:
            cells = book.get_sheet_by_name(name).to_python()
            if any(sum(cell not in ("", None) for cell in row) > 1 for row in cells):
                return list(cells)
    except Exception as problem:  # noqa: BLE001 - the reader has errors of many kinds for a damaged workbook
        raise DataError(
            "E101", phrase("{name} is no workbook that can be read", name=path.name), where=str(path), why=str(problem),
            fix="save it again as .xlsx, or export CSV",
        ) from None  # fmt: skip
    return []


def _rows(path: Path) -> list[list[str]]:
    return [[text_of(cell) for cell in row] for row in _sheet(path)]


def _is_typed(path: Path, skip: int) -> bool:
    """Some cell below the header is a number or a date, not all is text."""
    return any(isinstance(c, (float, int, date)) for row in _sheet(path)[skip : skip + 200] for c in row)


def text_of(cell: Any) -> str:
    """A cell as text: dates in ISO form, numbers as their shortest exact decimal."""
    if cell is None or isinstance(cell, str):
        return cell or ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ") if (cell.hour or cell.minute or cell.second) else cell.date().isoformat()
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    text = format(Decimal(repr(cell)), "f")
    return text.removesuffix(".0")
