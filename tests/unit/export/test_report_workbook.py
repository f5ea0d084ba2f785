"""A report as a workbook: sums are live, LibreOffice computes the same, and the same report gives the same bytes."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import openpyxl
import pyarrow as pa
from tests.unit.export import office

from lifelong.export import report_workbook, writers

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

HEAD = report_workbook.Head(
    "What they are worth", (("As of", "2026-10-31"), ("Name", "=cmd()")), ("All is well.",), (("value", "Value", 6.6, 5.0, 8.0), ("orders", "Orders", 3.0, 2.0, 4.0)),
)  # fmt: skip
SHEETS = (
    report_workbook.Sheet(
        "Forecast",
        "By month",
        ("Month", "Revenue"),
        ((dt.date(2026, 11, 1), 1.25), (dt.date(2026, 12, 1), 2.5), ("All", 3.75)),
        (1,),
    ),
    report_workbook.Sheet("Findings", "=bad", ("Code", "Text"), (("D1", "=1+1"), ("D2", None))),
)
CUSTOMERS = pa.table({"customer_id": ["a", "=b"], "value": [2.2, 4.4], "orders": [1.0, 2.0], "low80": [None, 1.0]})


def test_sums_are_formulas_and_texts_are_texts(tmp_path: Path) -> None:
    path = report_workbook.workbook(HEAD, SHEETS, CUSTOMERS, ("equity",), tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["Summary", "Forecast", "Findings", "Customers", "Read me"]
    told = [[cell.value for cell in row] for row in book["Summary"].iter_rows()]
    assert ["Value", "=SUM('Customers'!B2:B3)", 5, 8] in told
    forecast = book["Forecast"]
    assert forecast["B5"].value == "=SUM(B3:B4)"
    assert forecast["A3"].value.date() == dt.date(2026, 11, 1)
    assert book["Findings"]["B3"].data_type == "s"
    assert book["Customers"]["A3"].value == "=b"
    assert book["Customers"]["A3"].data_type == "s"


def test_the_same_report_gives_the_same_bytes(tmp_path: Path) -> None:
    one, other = (
        report_workbook.workbook(HEAD, SHEETS, CUSTOMERS, ("equity",), tmp_path / name) for name in ("1.xlsx", "2.xlsx")
    )
    assert one.read_bytes() == other.read_bytes()


def test_libreoffice_computes_the_same_sums(tmp_path: Path) -> None:
    path = report_workbook.workbook(HEAD, SHEETS, CUSTOMERS, ("equity",), tmp_path / "r.xlsx")
    summary = {row[0]: row[1:] for row in office.recomputed(path)}
    assert float(summary["Value"][0].replace(",", "")) == 6.6
    assert float(summary["Orders"][0].replace(",", "")) == 3.0
    assert float(office.recomputed(path, sheet=2)[4][1]) == 3.75


def test_more_customers_than_a_sheet_holds_are_left_out_and_that_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_workbook, "XLSX_ROWS", 1)
    path = report_workbook.workbook(HEAD, SHEETS, CUSTOMERS, ("equity",), tmp_path / "r.xlsx")
    book = openpyxl.load_workbook(path)
    assert "Customers" not in book.sheetnames
    assert [row[1].value for row in book["Summary"].iter_rows() if row[0].value == "Value"] == [6.6]
    assert "more customers than a sheet holds" in " ".join(
        str(c.value) for row in book["Read me"].iter_rows() for c in row
    )


def test_a_report_without_customers_has_its_totals_as_numbers(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(report_workbook.workbook(HEAD, (), None, ("equity",), tmp_path / "r.xlsx"))
    assert book.sheetnames == ["Summary", "Read me"]


def test_columns_as_cells_are_plain() -> None:
    assert writers.plain_columns(CUSTOMERS)[3] == [None, 1.0]
