"""Real shops through the whole ingest: rows and money reconcile to what the files say, to the cent."""

from __future__ import annotations

import time
from decimal import ROUND_HALF_EVEN, Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import pytest

from lifelong.errors import DataError
from lifelong.sources import files
from lifelong.tables import clean, identity, quality

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import ImportReport

TODAY = 20_500


def _ingest(folder: Path, paths: list[Path], **settings: Any) -> tuple[list[ImportReport], duckdb.DuckDBPyRelation]:
    """As the store does it: each step is written down before the next."""
    connection = duckdb.connect()
    plans, parts = [], []
    for i, path in enumerate(paths):
        plan = files.plan(path, today=TODAY, **settings)
        files.extract(plan, folder / f"{i}.raw")
        raw = connection.read_parquet(str(folder / f"{i}.raw"), file_row_number=True)
        if "row" not in raw.columns:
            raw = raw.project("file_row_number + 1 as row, *")
        lines = clean.lines(raw, plan.rules)
        part = str(folder / f"{i}.lines")
        nw.from_native(lines).with_columns(batch=nw.lit(str(i))).to_native().write_parquet(part)
        plans.append(plan)
        parts.append(part)
    clean.duplicates(connection.read_parquet(parts)).write_parquet(str(folder / "marked"))
    marked = connection.read_parquet(str(folder / "marked"))
    kept = nw.from_native(marked).filter(nw.col("reason").is_null() & ~nw.col("duplicate")).to_native()
    clean.orders(kept, identity.merges(kept) if len(paths) > 9 else None).write_parquet(str(folder / "orders"))
    reports = [
        quality.report(
            nw.from_native(marked).filter(nw.col("batch") == str(i)).to_native(), p.rules, source="x", batch=str(i)
        )
        for i, p in enumerate(plans)
    ]
    return reports, connection.read_parquet(str(folder / "orders"))


def _cents(path: Path) -> int:
    """The same money by Python's decimals."""
    rows = duckdb.read_parquet(str(path)).project("quantity::varchar, unit_price::varchar").fetchall()
    return sum(int((Decimal(q) * Decimal(p) * 100).to_integral_value(ROUND_HALF_EVEN)) for q, p in rows)


def test_online_retail_reconciles_and_overlaps_are_found(shared_data: Path, tmp_path: Path) -> None:
    paths = [shared_data / "online_retail" / f"online_retail_{y}.parquet" for y in ("2009_2010", "2010_2011")]
    (first, second), orders = _ingest(tmp_path, paths, currency="GBP")
    assert (first.rows_in, second.rows_in) == (525_461, 541_909)
    assert (first.duplicates, second.duplicates) == (0, 22_523)
    assert [first.money_in, second.money_in] == [_cents(path) for path in paths]
    assert first.details["reasons"]["no customer"]["rows"] == 107_927
    assert second.details["reasons"]["no customer"]["rows"] == 127_360  # the other 7,720 are among the overlap
    kept = (first.money_kept or 0) + (second.money_kept or 0)
    assert orders.aggregate("sum(revenue)::bigint, count(distinct customer_id)").fetchall() == [(kept, 5942)]
    assert orders.aggregate("count(*) = count(distinct (order_id, customer_id))").fetchall() == [(True,)]
    for report in (first, second):
        told = report.details["refunds"]
        assert told["matched"] / sum(told["rules"].values()) > 0.9
    with pytest.raises(DataError) as refused:
        quality.too_bad(first, 0.01)
    assert str(refused.value).startswith(
        "E104  107,927 of 525,461 rows have no customer (20.5 %; allowed 1 %)\nwhere x, rows 264, 284, 285 and 107,924 more"
    )
    assert "--bad-share 21%" in refused.value.fix
    quality.too_bad(first, 0.21)


def test_cdnow(shared_data: Path, tmp_path: Path) -> None:
    path = shared_data / "cdnow" / "cdnow_master.csv"
    (report,), orders = _ingest(tmp_path, [path], currency="USD")
    spend = duckdb.read_csv(str(path), dtype={"spend": "DECIMAL(12,2)"}).aggregate("sum(spend)").fetchall()[0][0]
    assert (report.rows_in, report.kept, report.customers) == (69_659, 69_659, 23_570)
    assert report.money_in == int(spend * 100)
    assert (report.first_day, report.last_day) == ("1997-01-01", "1998-06-30")
    assert [f.code for f in report.findings] == ["D119"]
    assert orders.aggregate("count(*), count(distinct order_id), sum(is_order)::int").fetchall() == [(69_659,) * 3]


def test_a_log_without_amounts(shared_data: Path, tmp_path: Path) -> None:
    (report,), orders = _ingest(tmp_path, [shared_data / "grocery_elog" / "transactions.csv"])
    assert (report.rows_in, report.kept, report.money_in, report.money_kept) == (10_483, 10_483, None, None)
    assert orders.aggregate("count(*), count(revenue), count(distinct customer_id)").fetchall() == [(10_483, 0, 1525)]


@pytest.mark.slow
def test_two_million_rows_take_a_few_times_what_duckdb_takes_to_copy_them(tmp_path: Path) -> None:
    path = tmp_path / "orders.csv"
    connection = duckdb.connect()
    connection.sql(
        "select 100000 + i as order_id, (1 + hash(i) % 500000)::bigint as customer_id, "
        "(date '2023-01-01' + (hash(i * 7) % 1000)::int) as ordered_at, "
        "printf('%.2f', (hash(i * 3) % 20000) / 100.0) as revenue from range(2000000) t(i)"
    ).write_csv(str(path))
    start = time.perf_counter()
    connection.read_csv(str(path)).write_parquet(str(tmp_path / "copy.parquet"))
    copied = time.perf_counter() - start
    start = time.perf_counter()
    (report,), _ = _ingest(tmp_path, [path], currency="EUR")
    whole = time.perf_counter() - start
    print(f"ingest {whole:.1f} s, copy {copied:.1f} s: {whole / copied:.1f} times")
    assert report.kept == 2_000_000
