"""The verb `audit`: planted faults among a platform's conversions are found exactly."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lifelong import ConfigError, DataError, Project
from lifelong.cli.commands import lifelong
from lifelong.values import to_json

if TYPE_CHECKING:
    from pathlib import Path


def write(path: Path, rows: list[list[object]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows(rows)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty customers with an order each in January, and one more each in March."""
    place = tmp_path_factory.mktemp("audit")
    orders: list[list[object]] = [["order_id", "customer_id", "ordered_at", "revenue"]]
    orders += [[f"A{i}", f"c{i}", f"2025-01-{i % 28 + 1:02d}", 50 + i] for i in range(40)]
    orders += [[f"B{i}", f"c{i}", f"2025-03-{i % 28 + 1:02d}", 30 + i] for i in range(40)]
    Project(place / "shop", settings={"currency": "EUR"}).ingest(write(place / "orders.csv", orders))
    return place


def claims(folder: Path) -> Path:
    """Twenty new customers, seven of them claimed twice, five who had bought before, three orders that are not there."""
    rows: list[list[object]] = [["order_id", "date", "amount", "platform"]]
    rows += [[f"#A{i}", f"2025-01-{i + 1:02d}", 50 + i, "search"] for i in range(20)]
    rows += [[f"A{i}", f"2025-01-{i + 1:02d}", 50 + i, "social"] for i in range(7)]
    rows += [[f"B{i}", f"2025-03-{i + 2:02d}", 1.1 * (30 + i), "social"] for i in range(5)]
    rows += [[f"Z{i}", "2025-03-20", 10, ""] for i in range(3)]
    return write(folder / "claims.csv", rows)


def test_the_planted_double_count_is_found_exactly(folder: Path, tmp_path: Path) -> None:
    made = Project(folder / "shop", create=False).audit(claims(folder), cost=700, out=tmp_path / "out.parquet")
    assert made.verdicts == {
        "no such order": 3, "duplicate": 7, "cancelled": 0, "outside the window": 0, "returning customer": 5, "new customer": 20,
    }  # fmt: skip
    assert made.claims == sum(made.verdicts.values()) == 35
    assert made.platforms["social"]["duplicate"] == 7
    assert (made.claimed_cpa, made.cac) == (2000.0, 3500.0)
    assert made.unclaimed == 20
    assert pq.read_table(tmp_path / "out.parquet")["verdict"].to_pylist().count("duplicate") == 7
    found = {each.code: each for each in made.findings}
    assert found["F382"].facts == {"claims": 5, "beside": 5}
    assert "by a factor of 1.10" in found["F387"].text
    told = str(made)
    assert (
        max(len(line) for line in told.splitlines() if not line.startswith("  F") and "out.parquet" not in line) <= 80
    )
    assert "cost of a claimed conversion 20.00; of a new customer 35.00 EUR" in told


def test_without_days_and_with_customers_alone(folder: Path, tmp_path: Path) -> None:
    file = write(
        tmp_path / "claims.csv",
        [["client", "click time"], ["c1", "2024-06-01"], ["c2", "2025-01-01"], ["c2", "2025-01-01"]],
    )
    made = Project(folder / "shop", create=False).audit(file, columns={"customer_id": "client"}, window="90d")
    assert (made.verdicts["outside the window"], made.verdicts["new customer"], made.verdicts["duplicate"]) == (1, 1, 1)
    assert (made.unclaimed, made.cost, made.findings) == (None, None, ())


@pytest.mark.parametrize(
    "rows", [[["who"], ["x"]], [["order_id", "date"], ["A1", "soon"]], [["order_id", "amount"], ["A1", "much"]]]
)
def test_tables_that_cannot_be_used(folder: Path, tmp_path: Path, rows: list[list[object]]) -> None:
    with pytest.raises(DataError) as problem:
        Project(folder / "shop", create=False).audit(write(tmp_path / "bad.csv", rows))
    assert problem.value.code in {"E388", "E103", "E107"}


def test_a_window_that_is_none(folder: Path) -> None:
    with pytest.raises(ConfigError, match="no number of days"):
        Project(folder / "shop", create=False).audit(claims(folder), window="long")


def test_the_command_line_says_what_python_says(folder: Path) -> None:
    file = claims(folder)
    done = CliRunner().invoke(
        lifelong, ["audit", str(file), "--project", str(folder / "shop"), "--json"], catch_exceptions=False
    )
    assert json.loads(done.output) == json.loads(to_json(Project(folder / "shop", create=False).audit(file)))
