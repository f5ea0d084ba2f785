"""Hostile bytes: whatever a file holds, only coded errors come out, and no row is lost."""

from __future__ import annotations

import csv
import gzip
import io
from typing import TYPE_CHECKING

import duckdb
import polars as pl
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from lifelong.errors import LifelongError
from lifelong.sources import csvs, files
from lifelong.store.engine import InMemory
from lifelong.tables import clean, quality

if TYPE_CHECKING:
    from pathlib import Path

SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
HEADER = b"order_id,customer_id,date,total\n"
GOOD = b"1,7,2025-01-02,12.50\n2,8,2025-01-03,1.00\n"


def _whole(path: Path) -> int:
    """Plan, extract, clean and report one file; the number of its rows."""
    out = path.with_suffix(".landing")
    plan = files.plan(path, currency="EUR", today=20_500)
    rows = files.extract(plan, out)
    lines = clean.lines(pl.from_arrow(InMemory().raw(out)), plan.rules)
    marked = clean.duplicates(lines.with_columns(batch=pl.lit("b")))
    report = quality.report(marked, plan.rules, source=path.name, batch="b")
    assert report.rows_in == rows == len(lines)
    return rows


def _error(path: Path) -> LifelongError | None:
    try:
        _whole(path)
    except LifelongError as error:
        return error
    return None


@SETTINGS
@given(st.binary(max_size=400))
@example(b"")
@example(b"\x1f\x8b\x08\x00")
@example(b"PAR1")
@example(b"PK\x03\x04")
@example(b"\xff\xfe")
@example(b"\xff\xfea,")
@example(b"{}\n{")
@example(b"[1,2]")
@example(b"\xd0\xcf\x11\xe0")
@example(b"BZh9")
def test_any_bytes_give_a_coded_error_or_rows(tmp_path_factory: object, data: bytes) -> None:
    path = tmp_path_factory.mktemp("bytes") / "orders.csv"
    path.write_bytes(data)
    error = _error(path)
    assert error is None or (error.code and error.where and error.fix)


@SETTINGS
@given(st.binary(max_size=120), st.integers(0, 2))
def test_bytes_behind_a_good_header_lose_no_good_row(tmp_path_factory: object, data: bytes, packed: int) -> None:
    """The two good rows in front are read, whatever follows them."""
    path = tmp_path_factory.mktemp("tail") / "orders.csv"
    whole = HEADER + GOOD + data
    path.write_bytes(gzip.compress(whole) if packed == 1 else whole)
    error = _error(path)
    assert error is None or error.code in {"E101", "E102", "E103", "E105", "E106", "E107", "E108"}
    assert error is not None or _whole(path) >= 2


CELL = st.text(alphabet="ab1,;\"\n' é", max_size=6)


@SETTINGS
@given(st.lists(st.tuples(CELL, CELL, CELL, CELL), min_size=1, max_size=8))
def test_what_a_csv_writer_wrote_is_read_back(tmp_path_factory: object, rows: list[tuple[str, ...]]) -> None:
    """Both readers, DuckDB's and the tolerant one, give the cells that were written."""
    path = tmp_path_factory.mktemp("round") / "orders.csv"
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["order_id", "customer_id", "date", "total"])
    writer.writerow(["1", "7", "2025-01-02", "12.50"])
    writer.writerows(rows)
    path.write_bytes(text.getvalue().encode())
    plan = files.plan(path, currency="EUR", today=20_500) if _is_plannable(path) else None
    if plan is None or plan.separator != "," or plan.skip != 1:
        return
    want = [("1", "7", "2025-01-02", "12.50"), *[r for r in rows if any(r)]]
    for way in (files.extract, lambda p, o: csvs._slow(p, (path, ""), o, lambda *_: None)):
        out = path.with_suffix(".landing")
        way(plan, out)
        names = "order_id, customer_id, ordered_at, revenue"
        got = duckdb.read_parquet(str(out)).project(names).fetchall()
        assert [tuple(c or "" for c in row) for row in got if any(row)] == [tuple(row) for row in want]


def _is_plannable(path: Path) -> bool:
    try:
        files.plan(path, currency="EUR", today=20_500)
    except LifelongError:
        return False
    return True
