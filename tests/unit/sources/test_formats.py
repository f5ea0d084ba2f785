"""Reading files whole: Parquet, Excel, JSON Lines, what is no table, rows out of shape, and how far it is."""

from __future__ import annotations

import datetime as dt
import gzip
from decimal import Decimal
from typing import TYPE_CHECKING

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from tests.unit.sources.looking import TODAY, a_file, code_of, landing_of

from lifelong.errors import DataError
from lifelong.sources import csvs, encodings, files
from lifelong.tables import clean

if TYPE_CHECKING:
    from pathlib import Path


def test_parquet_values_survive_exactly(tmp_path: Path) -> None:
    path = tmp_path / "orders.parquet"
    when = dt.datetime(2025, 1, 2, 23, 30, tzinfo=dt.timezone(dt.timedelta(hours=2)))
    table = pa.table(
        {
            "customer_id": pa.array([17850.0, None, 3.0]),
            "date": pa.array([when] * 3, pa.timestamp("us", tz="UTC")),
            "price": pa.array([0.1, 1e-7, 1e20]),
            "total": pa.array([Decimal("12.50"), Decimal("-0.05"), None], pa.decimal128(10, 2)),
            "qty": pa.array([1, 2, 3], pa.int32()),
            "day": pa.array([dt.date(2025, 1, 2)] * 3),
        }
    )
    pq.write_table(table, path)
    plan = files.plan(path, columns={"unit_price": "price"}, keep=("day",), currency="EUR", today=TODAY)
    got = landing_of(plan, tmp_path)
    assert got["unit_price"].to_list() == ["0.1", "0.000000100000", "100000000000000000000.000000000000"]
    assert got["revenue"].to_list() == ["12.50", "-0.05", None]
    assert got["day"].to_list() == ["2025-01-02"] * 3
    told = clean.lines(got, plan.rules).sort("row").to_dicts()
    assert [(r["customer_id"], r["second"]) for r in told] == [("17850", 77_400), (None, 77_400), ("3", 77_400)]
    path.write_bytes(path.read_bytes()[:-40])
    assert code_of(path)[0] == "E101"
    with pytest.raises(DataError):
        files.extract(plan, tmp_path / "again.parquet")
    pq.write_table(table.slice(0, 0), path)
    assert code_of(path)[0] == "E106"


def test_excel(tmp_path: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Orders of the shop"])
    sheet.append(["Bestellnummer", "Kunde", "Datum", "Betrag", "bezahlt"])
    sheet.append([1, "Müßig", dt.datetime.fromisoformat("2025-01-02T09:30"), 0.1, True])
    sheet.append([None] * 5)
    sheet.append([2, 17850, dt.date(2025, 1, 3), 1234.56, None])
    path = tmp_path / "orders.xlsx"
    book.save(path)
    plan = files.plan(path, currency="EUR", keep=("bezahlt",), today=TODAY)
    got = landing_of(plan, tmp_path)
    assert got["ordered_at"].to_list() == ["2025-01-02 09:30:00", "2025-01-03"]
    assert got["bezahlt"].to_list() == ["true", None]
    told = clean.lines(got, plan.rules).sort("row").to_dicts()
    assert [(r["order_id"], r["customer_id"], r["revenue"]) for r in told] == [
        ("1", "Müßig", 10),
        ("2", "17850", 123_456),
    ]
    path.write_bytes(b"PK\x03\x04 nothing")
    assert code_of(path)[0] == "E101"
    empty = openpyxl.Workbook()
    empty.save(path)
    assert code_of(path)[0] == "E106"
    empty.active.append(["Kunde", "Datum"])
    empty.save(path)
    assert code_of(path)[0] == "E106"


def test_json_lines(tmp_path: Path) -> None:
    path = tmp_path / "orders.jsonl"
    path.write_text(
        '{"id": 10000000000000001, "customer": {"email": "A@b.pl"}, "date": "2025-01-02", "total": 0.10, "tags": ["x"]}\n'
        '\n{"id": 2, "date": "2025-01-03T10:00:00Z", "total": "12.5", "customer": {"email": null}}\nnothing\n',
        encoding="utf-8",
    )
    plan = files.plan(
        path, columns={"customer_id": "customer.email", "order_id": "id"}, keep=("tags",), currency="EUR", today=TODAY
    )
    got = landing_of(plan, tmp_path)
    assert got["revenue"].to_list() == ["0.10", "12.5", None]
    assert got["order_id"].to_list() == ["10000000000000001", "2", None]
    assert got["tags"].to_list() == ['["x"]', None, None]
    assert got["raw"].to_list() == [None, None, "nothing"]
    told = clean.lines(got, plan.rules).sort("row").to_dicts()
    assert [r["reason"] for r in told] == [None, "no customer", "unreadable row"]
    path.write_text('[{"id": 1}]', encoding="utf-8")
    assert code_of(path)[0] == "E103"
    path.write_bytes(gzip.compress(b'{"customer": "7", "date": "2025-01-02"}\n' * 50_000)[:-300])
    plan = files.plan(path, today=TODAY)
    with pytest.raises(DataError) as told_error:
        files.extract(plan, tmp_path / "x.parquet")
    assert told_error.value.code == "E101"


def test_what_is_no_table(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    for content, code in (
        (b"", "E106"),
        (b"\n\n", "E106"),
        (b"hello\nworld\n", "E103"),
        (b"a,date,client\n", "E106"),
        (b"\x28\xb5\x2f\xfd1", "E101"),
    ):
        path.write_bytes(content)
        assert code_of(path)[0] == code
    assert code_of(tmp_path / "none.csv")[0] == "E101"


def test_a_row_out_of_shape_keeps_all_others(tmp_path: Path) -> None:
    good = [f"{i},c{i},2025-01-02,1.50" for i in range(1, 50)]
    path = a_file(
        tmp_path,
        "id,client,date,total",
        *good[:20],
        "broken",
        '9,"c", x,2025-01-02,1',
        *good[20:],
        '5,"two\nlines",2025-01-02,2.00',
    )
    plan = files.plan(path, currency="EUR", today=TODAY)
    got = landing_of(plan, tmp_path)
    assert len(got) == 52
    assert got.filter(pl.col("fault").is_not_null()).select("row", "raw").rows() == [
        (21, "broken"),
        (22, '9,"c", x,2025-01-02,1'),
    ]
    assert got["customer_id"].to_list()[-1] == "two\nlines"


def test_progress_is_told_and_ends_at_all_rows(tmp_path: Path) -> None:
    path = a_file(tmp_path, "client,date,total", *(f"{i},2025-01-02,1.50" for i in range(1, 200_000)))
    told: list[tuple[int, int | None]] = []
    rows = files.extract(files.plan(path, currency="EUR"), tmp_path / "o.parquet", lambda *x: told.append(x))
    assert told[-1] == (rows, rows) == (199_999, 199_999)
    assert all(done <= (total or done) for done, total in told)


def test_a_long_look_sees_the_middle_and_the_end(tmp_path: Path) -> None:
    """The first megabyte has only dates that can be read in two ways."""
    path = tmp_path / "long.csv"
    rows = (
        ["client,date,total"]
        + [f"{i},0{1 + i % 9}/0{1 + i % 9}/2025,1.50" for i in range(1, 130_000)]
        + ["7,31/12/2025,1.50"]
    )
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    assert files.plan(path).rules.dates == "dmy"


def test_encodings_are_told_apart() -> None:
    texts = {"cp1250": "Łódź, Gdańsk, Święty", "cp1251": "Москва, Казань", "cp1252": "Café, Noël, garçon, hôtel"}
    for name, text in texts.items():
        assert encodings.encoding_of(text.encode(name)) == name
    assert encodings.encoding_of("Łódź".encode() * 20 + b"\xff") == "utf-8"
    assert encodings.encoding_of("ab,cd\n".encode("utf-16-le")) == "utf-16-le"


def test_the_reader_stops_when_told_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = a_file(tmp_path, "client,date,total", *(f"{i},2025-01-02,1.50" for i in range(1, 400_000)))
    plan = files.plan(path, currency="EUR")
    monkeypatch.setattr(csvs, "_TICK", 0.001)

    def stop(done: int, total: int | None) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        files.extract(plan, tmp_path / "o.parquet", stop)
    assert not (tmp_path / "o.parquet").exists()
    assert duckdb.sql("select 1").fetchall() == [(1,)]
