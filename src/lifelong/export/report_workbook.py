"""A report as a workbook: a summary, a sheet for each table, the customers behind it; what is summed is a formula."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifelong.export import live
from lifelong.export.writers import XLSX_ROWS, plain_columns, put
from lifelong.i18n import N_, message

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

#: Names of sheets by the keys of tables.
SHEETS = {
    "summary": N_("Summary"), "customers": N_("Customers"), "equity": N_("Equity"), "quiet": N_("Quiet"), "ledger": N_("Ledger"),
    "files": N_("Files"), "findings": N_("Findings"), "fit": N_("Fit"), "forecast": N_("Forecast"),
    "customer-equity": N_("Customer equity"), "costs": N_("Costs"), "channels": N_("Channels"),
}  # fmt: skip
#: The columns of the customers' that the summary sums, by the figure that they make.
SUMMED = {"value": "value", "orders": "orders"}


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: heads, rows, and the columns whose last row is the sum of those above it."""

    name: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Any]]
    summed: Sequence[int] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """The summary: title, facts, sentences, and figures as name, label, value, low and high."""

    title: str
    facts: Sequence[tuple[str, str]]
    sentences: Sequence[str]
    figures: Sequence[tuple[str, str, float, float, float]]


def workbook(head: Head, sheets: Sequence[Sheet], customers: pa.Table | None, keys: Iterable[str], path: Path) -> Path:
    """Write an .xlsx; the same report gives the same bytes.

    Args:
        head: the summary.
        sheets: the tables.
        customers: the scores, a row a customer; None, or more than a sheet holds: the totals are then written as they are.
        keys: of the definitions.
        path: where to.

    Raises:
        ConfigError: E303, where XLSX is not installed; E301 for a text that a cell cannot hold.
    """
    with live.opened(path, head.title) as book:
        raw = customers if customers is not None and len(customers) <= XLSX_ROWS else None
        _summary(book, head, raw)
        for sheet in sheets:
            _table(book, sheet)
        if raw is not None:
            _customers(book, raw)
        last = message(
            "Totals are formulas over the other sheets; change a number there and they follow. Intervals do not: they are the model's."
        )
        if customers is not None and raw is None:
            last = message(
                "There are more customers than a sheet holds, so their totals are written as they are: lifelong export customers.csv"
            )
        live.read_me(book, keys, last)
    return path


def _summary(book: Any, head: Head, raw: pa.Table | None) -> None:
    sheet, wrapped = book.add_worksheet(_sheet("summary")), book.add_format({"text_wrap": True, "valign": "top"})
    number, as_text = book.add_format({"num_format": "#,##0.00"}), book.add_format({"quote_prefix": True})
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 3, 24)
    live.heads(book, sheet, 0, (head.title,))
    row = 1
    for name, text in head.facts:
        sheet.write_string(row, 0, name)
        put(sheet, (row, 1), text, as_text)
        row += 1
    for sentence in head.sentences:
        sheet.merge_range(row, 0, row, 3, sentence, wrapped)
        sheet.set_row(row, 34)
        row += 1
    live.heads(book, sheet, row + 1, (message("number"), message("expected"), message("80 % from"), message("80 % to")))
    for at, (name, label, *amounts) in enumerate(head.figures, row + 2):
        sheet.write_string(at, 0, label)
        column = _column(raw, SUMMED.get(name, ""))
        if raw is not None and column:
            formula = f"=SUM('{_sheet('customers')}'!{column}2:{column}{len(raw) + 1})"
            sheet.write_formula(at, 1, formula, number, amounts[0])
        else:
            sheet.write_number(at, 1, amounts[0], number)
        for place, amount in enumerate(amounts[1:], 2):
            sheet.write_number(at, place, amount, number)


def _column(raw: pa.Table | None, name: str) -> str:
    """The letter of a column of the customers; empty where there is none."""
    from xlsxwriter.utility import xl_col_to_name

    if raw is None or name not in raw.column_names:
        return ""
    return str(xl_col_to_name(raw.column_names.index(name)))


def _table(book: Any, told: Sheet) -> None:
    from xlsxwriter.utility import xl_col_to_name

    sheet, as_text = book.add_worksheet(told.name), book.add_format({"quote_prefix": True})
    date, bold = (
        book.add_format({"num_format": "yyyy-mm-dd"}),
        book.add_format({"bold": True, "num_format": "#,##0.00"}),
    )
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, max(len(told.heads) - 1, 1), 18)
    put(sheet, (0, 0), told.title, as_text)
    live.heads(book, sheet, 1, told.heads)
    sheet.freeze_panes(2, 1)
    first, last = 3, len(told.rows) + 2  # as a spreadsheet counts rows
    for at, row in enumerate(told.rows, 2):
        for place, cell in enumerate(row):
            if place in told.summed and at == last - 1:
                letter = xl_col_to_name(place)
                sheet.write_formula(at, place, f"=SUM({letter}{first}:{letter}{last - 1})", bold, cell)
            elif isinstance(cell, dt.date):
                sheet.write_datetime(at, place, dt.datetime.combine(cell, dt.time()), date)
            else:
                put(sheet, (at, place), cell, as_text)


def _customers(book: Any, raw: pa.Table) -> None:
    sheet, as_text = book.add_worksheet(_sheet("customers")), book.add_format({"quote_prefix": True})
    sheet.freeze_panes(1, 1)
    live.heads(book, sheet, 0, raw.column_names)
    for row, cells in enumerate(zip(*plain_columns(raw), strict=True), 1):
        for at, cell in enumerate(cells):
            put(sheet, (row, at), cell, as_text)


def named(keys: Sequence[str]) -> Mapping[str, str]:
    """Sheets' names of tables' keys: words, at most 31 letters, each once.

    >>> named(["customer-equity", "costs"])
    {'customer-equity': 'Customer equity', 'costs': 'Costs'}
    """
    return {key: _sheet(key) for key in keys}


def _sheet(key: str) -> str:
    return message(SHEETS[key])[:31]
