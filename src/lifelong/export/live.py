"""What workbooks of live formulas share: a file written whole, cells to type into, and a sheet that says what is meant."""

from __future__ import annotations

import datetime as dt
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from lifelong.definitions import DEFINITIONS
from lifelong.errors import missing_extra
from lifelong.export.writers import replacing
from lifelong.i18n import message

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path


@contextmanager
def opened(path: Path, title: str) -> Iterator[Any]:
    """An XlsxWriter workbook that stands at the path once it is whole; the same content gives the same bytes.

    Raises:
        ConfigError: E303, where XLSX is not installed.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise missing_extra("xlsxwriter", "xlsx", "writing XLSX") from None
    with replacing(path) as temporary, xlsxwriter.Workbook(str(temporary)) as book:
        book.set_properties({"title": title, "created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
        yield book


def typed(book: Any, shape: str) -> Any:
    """The look of a cell to type into."""
    return book.add_format({"num_format": shape, "bg_color": "#FFF7DB", "border": 1, "border_color": "#C9B458"})


def heads(book: Any, sheet: Any, row: int, texts: Iterable[str]) -> None:
    """A row of heads."""
    bold = book.add_format({"bold": True, "text_wrap": True})
    for at, text in enumerate(texts):
        sheet.write_string(row, at, text, bold)


def read_me(book: Any, keys: Iterable[str], last: str) -> None:
    """A sheet with each number's definition, and a last sentence."""
    sheet, wrapped = book.add_worksheet(message("Read me")[:31]), book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 2, 70)
    heads(book, sheet, 0, (message("number"), message("meaning"), message("formula")))
    known = list(dict.fromkeys(keys))
    for row, key in enumerate(known, 1):
        told = DEFINITIONS[key]
        for at, text in enumerate((message(told.title), message(told.text), told.formula)):
            sheet.write_string(row, at, text, wrapped)
    sheet.write_string(len(known) + 2, 1, last, wrapped)
