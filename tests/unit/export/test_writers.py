"""Tables to CSV, Parquet and XLSX: safe, whole, and read back to the same values."""

from __future__ import annotations

import csv
import datetime as dt
import io
import math
import sys
import tempfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong import export
from lifelong.errors import ConfigError, StoreError
from lifelong.export import writers

TABLE = pa.table(
    {
        "customer_id": ["=1+1", 'Żaneta "Z", Łódź', None, "+48 600"],
        "value": [-1.5, math.nan, 1e-7, 1234.25],
        "orders": pa.array([-3, 2**62, None, 0], pa.int64()),
        "is_new": [True, False, None, True],
        "day": [dt.date(1997, 1, 1), None, dt.date(1998, 6, 30), None],
        "cost": pa.array([Decimal("-1.50"), None, Decimal("2.00"), Decimal("0.00")]),
        "notes": [["=a"], [], None, ["b"]],
    }
)
BESIDE = {
    "as_of": "1998-06-30",
    "horizon": "52w",
    "currency": "USD",
    "definition": "=revenue",
    "model_version": "bg_nbd",
}


def _read(path: Path, delimiter: str = ",", encoding: str = "utf-8") -> list[list[str]]:
    with path.open(encoding=encoding, newline="") as file:
        return list(csv.reader(file, delimiter=delimiter, strict=True))


def test_csv_cells(tmp_path):
    rows = _read(export.csv(TABLE, tmp_path / "a.csv"))
    assert rows[0] == TABLE.column_names
    assert rows[1] == ["'=1+1", "-1.5", "-3", "true", "1997-01-01", "-1.50", '["=a"]']
    assert rows[2] == ['Żaneta "Z", Łódź', "", str(2**62), "false", "", "", "[]"]
    assert rows[3] == ["", "1e-07", "", "", "1998-06-30", "2.00", ""]
    assert rows[4][0] == "'+48 600"


def test_csv_is_rfc_4180(tmp_path):
    raw = export.csv(TABLE, tmp_path / "a.csv").read_bytes()
    assert raw.count(b"\r\n") == 5
    assert raw.count(b"\n") == 5
    assert raw.endswith(b"\r\n")
    assert '"Żaneta ""Z"", Łódź",'.encode() in raw
    assert not raw.startswith(b"\xef\xbb\xbf")


def test_european_csv_has_semicolons_decimal_commas_and_a_mark(tmp_path):
    path = export.csv(TABLE, tmp_path / "a.csv", is_european=True)
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = _read(path, ";", "utf-8-sig")
    assert rows[1][:6] == ["'=1+1", "-1,5", "-3", "true", "1997-01-01", "-1,50"]
    assert rows[4][1] == "1234,25"


def test_a_header_is_a_cell_too(tmp_path):
    rows = _read(export.csv(pa.table({"=cmd": [1], "@x": ["a"]}), tmp_path / "a.csv"))
    assert rows[0] == ["'=cmd", "'@x"]


def test_each_row_says_what_it_means(tmp_path):
    rows = _read(export.csv(TABLE, tmp_path / "a.csv", beside=BESIDE))
    assert rows[0][-5:] == list(BESIDE)
    assert all(row[-5:] == ["1998-06-30", "52w", "USD", "'=revenue", "bg_nbd"] for row in rows[1:])
    kept = export.parquet(pa.table({"currency": ["EUR"]}), tmp_path / "a.parquet", beside=BESIDE)
    assert pq.read_table(kept)["currency"].to_pylist() == ["EUR"]


def test_no_rows_still_have_a_header(tmp_path):
    assert _read(export.csv(TABLE.slice(0, 0), tmp_path / "a.csv", beside=BESIDE)) == [
        TABLE.column_names + list(BESIDE)
    ]
    sheet = openpyxl.load_workbook(export.xlsx(TABLE.slice(0, 0), tmp_path / "a.xlsx")).active
    assert [c.value for c in sheet[1]] == TABLE.column_names


def test_parquet_keeps_types_and_texts(tmp_path):
    path = export.parquet(TABLE, tmp_path / "a.parquet", beside=BESIDE)
    back = pq.read_table(path)
    assert back.select(TABLE.column_names).schema == TABLE.schema
    assert back["customer_id"].to_pylist()[0] == "=1+1"
    assert back["definition"].to_pylist() == ["=revenue"] * 4


def test_xlsx_texts_are_texts_and_numbers_are_numbers(tmp_path):
    path = export.xlsx(TABLE, tmp_path / "a.xlsx", beside=BESIDE)
    sheet = openpyxl.load_workbook(path).active
    assert [c.value for c in sheet[1]] == TABLE.column_names + list(BESIDE)
    first = sheet[2]
    assert (first[0].value, first[0].data_type, first[0].quotePrefix) == ("=1+1", "s", True)
    assert (first[1].value, first[1].data_type) == (-1.5, "n")
    assert (first[2].value, first[3].value, first[4].value, first[6].value) == (-3, True, "1997-01-01", '["=a"]')
    assert (sheet[3][1].value, sheet[3][2].value, sheet[3][2].data_type) == (None, str(2**62), "s")
    assert sheet[3][0].quotePrefix is None or not sheet[3][0].quotePrefix
    assert not any(c.data_type == "f" for row in sheet.iter_rows() for c in row)


def test_the_same_table_gives_the_same_bytes(tmp_path):
    for ending in ("csv", "parquet", "xlsx"):
        one = export.write(TABLE, tmp_path / f"1.{ending}").read_bytes()
        assert export.write(TABLE, tmp_path / f"2.{ending}").read_bytes() == one


def test_a_text_too_long_for_a_cell_is_an_error_and_leaves_nothing(tmp_path):
    with pytest.raises(ConfigError, match="32,767"):
        export.xlsx(pa.table({"a": ["x" * 32_768]}), tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []


def test_too_many_rows_for_a_sheet_are_an_error(tmp_path, monkeypatch):
    monkeypatch.setattr(writers, "XLSX_ROWS", 3)
    with pytest.raises(ConfigError, match="4 rows do not fit") as problem:
        export.xlsx(TABLE, tmp_path / "a.xlsx")
    assert problem.value.code == "E301"


def test_without_xlsxwriter_the_command_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "xlsxwriter", None)
    with pytest.raises(ConfigError) as problem:
        export.xlsx(TABLE, tmp_path / "a.xlsx")
    assert problem.value.code == "E303"
    assert "lifelong[xlsx]" in problem.value.fix


def test_write_goes_by_the_ending(tmp_path):
    assert export.write(TABLE, tmp_path / "a.CSV", is_european=True).read_bytes()[3:14] == b"customer_id"
    assert pq.read_table(export.write(TABLE, tmp_path / "a.parquet")).num_rows == 4
    assert openpyxl.load_workbook(export.write(TABLE, tmp_path / "a.xlsx")).active.max_row == 5
    with pytest.raises(ConfigError) as problem:
        export.write(TABLE, tmp_path / "a.xls")
    assert problem.value.code == "E302"
    assert ".xlsx" in problem.value.why


def test_anything_that_offers_itself_as_arrow_is_a_table(tmp_path):
    assert _read(export.csv(pl.DataFrame({"a": [1, 2]}), tmp_path / "a.csv")) == [["a"], ["1"], ["2"]]


def test_a_folder_that_is_not_there_is_made(tmp_path):
    assert export.csv(TABLE, tmp_path / "new" / "a.csv").exists()


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path):
    path = export.csv(pa.table({"a": [1]}), tmp_path / "a.csv")
    before = path.read_bytes()
    broken = pa.table({"a": pa.array([b"\xff"], pa.binary())})
    with pytest.raises(pa.ArrowInvalid):
        export.csv(broken, path)
    assert path.read_bytes() == before
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_a_disk_that_refuses_is_told_with_a_code(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError) as problem:
        export.csv(TABLE, tmp_path / "file" / "a.csv")
    assert problem.value.code == "E403"


CELLS = st.text(st.characters(exclude_categories=["Cs"]), max_size=12) | st.text(
    st.sampled_from("'=+-@\t\r\n\0＝＋;,\"a"), max_size=6
)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.tuples(CELLS, st.none() | st.integers(-(2**63), 2**63 - 1), st.none() | st.floats()), max_size=6),
    st.booleans(),
)
def test_csv_round_trip(rows, is_european):
    texts, ints, floats = ([row[k] for row in rows] for k in range(3))
    table = pa.table(
        {"t": pa.array(texts, pa.string()), "i": pa.array(ints, pa.int64()), "f": pa.array(floats, pa.float64())}
    )
    with tempfile.TemporaryDirectory() as folder:
        raw = export.csv(table, Path(folder) / "a.csv", is_european=is_european).read_bytes()
    text = raw.decode("utf-8-sig" if is_european else "utf-8")
    back = list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if is_european else ",", strict=True))[1:]
    assert [export.unescaped(r[0]) for r in back] == texts
    assert not any(r[0].startswith(tuple(export.TRIGGERS)) for r in back)
    assert [int(r[1]) if r[1] else None for r in back] == ints
    want = [f if f is not None and math.isfinite(f) else None for f in floats]
    assert [float(r[2].replace(",", ".")) if r[2] else None for r in back] == want


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8), min_size=1, max_size=5)
)
def test_xlsx_round_trip(texts):
    with tempfile.TemporaryDirectory() as folder:
        sheet = openpyxl.load_workbook(export.xlsx(pa.table({"t": texts}), Path(folder) / "a.xlsx")).active
        cells = [sheet.cell(k + 2, 1) for k in range(len(texts))]
        assert [c.value for c in cells] == texts
        assert all(c.data_type == "s" for c in cells)
