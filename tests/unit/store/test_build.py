"""Whether lines follow from the landing or are written down, in a database or in memory: orders and reports are equal."""

from __future__ import annotations

import shutil
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from lifelong import Project
from lifelong.store import build, engine
from lifelong.tables import clean

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HEAD = "order_id,customer_id,ordered_at,revenue"
ROWS = [f"o{i},{1 + i * 7 % 60},2025-{1 + i % 12:02d}-{1 + i % 28:02d},{i % 90}.{i % 100:02d}" for i in range(1, 301)]
MAILED = f"{HEAD},email"
MAILS = [f"{row},{f'm{i % 40}@x.pl' if i % 3 else ''}" for i, row in enumerate(ROWS)]
GUESTS = ["g1,,2025-03-04,5.00,m2@x.pl", "g2,m5@x.pl,2025-03-05,6.00,"]
LINES = [f"{i // 3},{1 + i // 3 % 9},2025-01-{1 + i // 3 % 28:02d},{i}.00" for i in range(300)]

#: Files of one project, one after another, each as its lines; and how many are read from the landing as they are.
CASES: dict[str, tuple[list[list[str]], int]] = {
    "all sound": ([[HEAD, *ROWS]], 1),
    "odd rows": ([[HEAD, *ROWS, "x1,0,2025-01-02,1.00", 'x2,9,2025-01-02,"1,234.50"', "x3,17.0,2025-02-30,7", "x4,5,2999-01-01,8"]], 1),
    "an order without a number": ([[HEAD, *ROWS, ",9,2025-05-06,3.00", ",9,2025-05-07,3.005"]], 1),
    "two orders without a number at one time": ([[HEAD, *ROWS, ",9,2025-05-06,3.00", ",9,2025-05-06,4.00"]], 1),
    "a row twice": ([[HEAD, *ROWS, ROWS[7]]], 1),
    "two versions of an order": ([[HEAD, *ROWS, ROWS[7].replace(",2025", "0,2025")]], 1),
    "a refund that finds its order": ([[HEAD, *ROWS, "r1,8,2025-12-31,-1.01"]], 1),
    "a refund of nobody's order": ([[HEAD, *ROWS, "r1,777,2025-12-31,-1.01"]], 1),
    # a cast of an odd row's text would stop the engine: no filter may be moved before the odd rows are left out
    "odd texts beside a refund": ([[HEAD, *ROWS, "r1,8,2025-12-31,-1.01", 'x2,9,yesterday,"1,234.50"', "x3,9,2025-01-02,free"]], 1),
    "a refund in its order": ([[HEAD, *ROWS, "o9,4,2025-12-31,-1.01"]], 1),
    "many odd rows": ([[HEAD, *ROWS, *(f"x{i},guest,2025-01-02,1.00" for i in range(1, 9))]], 0),
    "a second file": ([[HEAD, *ROWS], [HEAD, *(row.replace("o", "p") for row in ROWS)]], 2),
    "a second file that overlaps": ([[HEAD, *ROWS[:200]], [HEAD, *ROWS[100:], "x,0,2025-01-02,1.00"]], 2),
    "a newer version in a second file": ([[HEAD, *ROWS], [HEAD, "o7,50,2025-12-31,9.99", *ROWS[90:]]], 2),
    "a small second file": ([[HEAD, *ROWS], [HEAD, *ROWS[:20], "y1,3,2025-01-02,4.00"]], 1),
    "a file of lines beside": ([[HEAD, *ROWS], ["invoice,customer_id,ordered_at,revenue", *LINES]], 1),
    "guests and accounts": ([[MAILED, *MAILS, *GUESTS]], 1),
    "states": ([[f"{HEAD},status,product", *(f"{row},paid,p{i % 5}" for i, row in enumerate(ROWS)), "s1,8,2025-01-02,5.00,refunded,p1", "s2,8,2025-01-03,5.00,failed,"]], 1),
}  # fmt: skip


def _database(_root: Path, _rows: int, _limit: int = 0) -> engine.Engine:
    return engine.Database(_root)


def _in_memory(_root: Path, _rows: int, _limit: int = 0) -> engine.Engine:
    return engine.InMemory()


def _project(folder: Path, files: list[list[str]]) -> Project:
    shop = Project(folder / "shop", settings={"currency": "EUR"})
    for number, lines in enumerate(files):
        path = folder / f"{number}.csv"
        path.write_text("\n".join(lines) + "\n")
        shop.ingest(path, bad_share="50%")
    return shop


def _told(shop: Project) -> dict[str, Any]:
    """Orders, merges and reports as they stand in the project, and what lies in quarantine."""
    manifest, tables = shop._folder.tables()
    orders, merges = (pq.read_table(path).to_pylist() for path in (tables.orders, tables.merges))
    aside = {path.name: pq.read_table(path).to_pylist() for path in (shop.path / "quarantine").glob("*.parquet")}
    reports = {name: report.as_dict() for name, report in tables.reports().items()}
    assert set(reports) == {batch.id for batch in manifest.batches}
    return {
        "orders": sorted(orders, key=repr), "schema": pq.read_schema(tables.orders).names, "merges": merges,
        "reports": reports, "aside": aside,
    }  # fmt: skip


def _read_as_they_are(shop: Project) -> int:
    """How many batches have no file of lines."""
    written = [p for p in (shop.path / "cache" / "lines").iterdir() if not p.name.endswith(".odd.parquet")]
    return len(shop._folder.landing.read().batches) - len(written)


@pytest.mark.parametrize("case", sorted(CASES))
def test_the_short_cut_and_the_long_way_make_the_same(
    case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files, short = CASES[case]
    found = {}
    for name, choose, few in (("short", _database, 0.02), ("long", _database, -1.0), ("memory", _in_memory, 0.02)):
        monkeypatch.setattr(engine, "choose", choose)
        monkeypatch.setattr(build, "_FEW", few)
        (tmp_path / name).mkdir()
        shop = _project(tmp_path / name, files)
        assert _read_as_they_are(shop) == (short if name == "short" else 0)
        found[name] = _told(shop)
        shutil.rmtree(shop.path / "cache")
        shop.rebuild()
        assert _told(shop) == found[name]
    assert found["short"]["orders"]
    assert found["short"] == found["long"]
    assert found["short"] == found["memory"]


def _counting(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How often a report was counted from orders."""
    calls = []
    real = clean.counted_again

    def counted(orders: Any, odd_lines: Any) -> Any:
        calls.append(1)
        return real(orders, odd_lines)

    monkeypatch.setattr(clean, "counted_again", counted)
    return lambda: len(calls)


@pytest.mark.parametrize(
    ("case", "is_counted_again"),
    [
        ("all sound", True), ("odd rows", True), ("an order without a number", True), ("states", True),
        ("a row twice", False), ("a refund that finds its order", False), ("a refund of nobody's order", False),
        ("a second file", False), ("guests and accounts", False),
    ],
)  # fmt: skip
def test_a_report_is_counted_from_orders_only_where_each_is_one_line(
    case: str, is_counted_again: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "choose", _database)
    count = _counting(monkeypatch)
    files, _ = CASES[case]
    _project(tmp_path, files)
    assert count() == is_counted_again + len(files) - 1  # the first of two files is built alone before


def test_the_engines_number_a_landing_by_place_or_as_it_says(tmp_path: Path) -> None:
    placed, stored = tmp_path / "placed.parquet", tmp_path / "stored.parquet"
    names = [f"n{i}" for i in range(300_000)]
    pq.write_table(pa.table({"customer_id": names}), placed, row_group_size=50_000)
    pq.write_table(pa.table({"row": pa.array([3, 9], pa.int64()), "customer_id": ["a", "b"]}), stored)
    for work in (engine.InMemory(), engine.Database(tmp_path)):
        for path, want in ((placed, [(i + 1, n) for i, n in enumerate(names)]), (stored, [(3, "a"), (9, "b")])):
            raw = work.raw(path)
            table = raw if isinstance(raw, pa.Table) else raw.to_arrow_table()
            assert table.column_names == ["row", "customer_id"]
            assert table.schema.field("row").type == pa.int64()
            assert sorted(zip(table["row"].to_pylist(), table["customer_id"].to_pylist(), strict=True)) == want
        work.close()


def test_quarantine_names_the_same_rows_after_somebody_was_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A landing that lost rows says the source's numbers still."""
    for name, choose in (("database", _database), ("memory", _in_memory)):
        monkeypatch.setattr(engine, "choose", choose)
        (tmp_path / name).mkdir()
        files = [[HEAD, *ROWS[:100], "x1,nobody-1,2025-13-02,1.00", *ROWS[100:], "x2,8,2025-02-30,1.00"]]
        shop = _project(tmp_path / name, files)
        before = [(row["row"], row["order_id"]) for rows in _told(shop)["aside"].values() for row in rows]
        assert before == [(101, "x1"), (302, "x2")]
        assert shop.forget("1").facts["rows_removed"] == 5
        after = [(row["row"], row["order_id"]) for rows in _told(shop)["aside"].values() for row in rows]
        assert after == before


def test_an_old_landing_with_its_rows_stored_builds_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "choose", _database)
    shop = _project(tmp_path, [[HEAD, *ROWS, "x1,0,2025-01-02,1.00"]])
    now = _told(shop)
    landing, manifest = shop._folder.landing, shop._folder.landing.read()
    (batch,) = manifest.batches
    table = pq.read_table(landing.path(batch))
    assert "row" not in table.column_names
    old = landing.folder / ".tmp-old.parquet"
    pq.write_table(table.add_column(0, "row", pa.array(range(1, len(table) + 1), pa.int64())), old)
    name, digest = landing.adopt(old)
    landing.commit(manifest.with_batch(replace(batch, file=name, sha256=digest)))
    shop.rebuild()
    assert _told(shop) == now
