"""A budget from the project's own spend and customers: the history reconciles, both doors say the same, and gaps are refused."""

from __future__ import annotations

import csv
import datetime as dt
import json
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner

from lifelong import DataError, Project
from lifelong.cli.commands import lifelong
from lifelong.project.asked import Question
from lifelong.project.own_budget import history_of
from lifelong.values import to_json

if TYPE_CHECKING:
    from pathlib import Path

BEGIN, DAYS = dt.date(2024, 1, 10), 500
#: The first whole month of spend, and the last whole one of orders (they end on 23 May 2025), as months of year zero.
FIRST, LAST = 2024 * 12 + 1, 2025 * 12 + 3
CHANNELS = {"paid search": ("google", "cpc", 60.0, 3.0), "paid social": ("facebook", "paid-social", 40.0, 1.5)}


def _day(number: int) -> str:
    return str(BEGIN + dt.timedelta(days=number))


def _write(path: Path, head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Spend that goes up and down by the month, customers who follow it, and some who come for nothing."""
    folder, rng = tmp_path_factory.mktemp("own"), np.random.default_rng(2)
    orders, spend = [], []
    for day in range(DAYS):
        month = (BEGIN + dt.timedelta(days=day)).month
        for name, (source, medium, cost, won) in CHANNELS.items():
            lift = 1.0 + 0.4 * np.cos(month * (2.0 if name == "paid search" else 2.9))
            spend.append((_day(day), source, medium, f"{name} A", f"{cost * lift:.2f}", "EUR"))
            many = rng.poisson(won * lift**0.6)
            orders += [(f"{name}{day}-{one}", _day(day), f"{rng.gamma(5, 20):.2f}", name) for one in range(many)]
        orders.append((f"free{day}", _day(day), "50.00", "organic search"))
    _write(folder / "orders.csv", ("customer_id", "date", "total", "channel"), orders)
    _write(folder / "spend.csv", ("date", "source", "medium", "campaign", "cost", "currency"), spend)
    made = Project(folder / "shop", settings={"currency": "EUR", "margin": "40%"})
    made.ingest(folder / "orders.csv")
    made.spend(folder / "spend.csv")
    return made


def test_the_history_is_that_of_the_files_in_whole_months(shop: Project) -> None:
    told = history_of(shop._folder, Question.of(shop.config))
    assert told.channels == tuple(sorted(CHANNELS))  # nothing is spent on organic search
    assert told.months.tolist() == list(range(FIRST, LAST + 1))
    spent: Counter[tuple[int, str]] = Counter()
    won: Counter[tuple[int, str]] = Counter()
    by_source = {source: name for name, (source, *_) in CHANNELS.items()}
    with (shop.path.parent / "spend.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            year, month, _ = map(int, row["date"].split("-"))
            spent[year * 12 + month - 1, by_source[row["source"]]] += round(float(row["cost"]) * 100)
    with (shop.path.parent / "orders.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            year, month, _ = map(int, row["date"].split("-"))
            won[year * 12 + month - 1, row["channel"]] += 1
    for t, month in enumerate(told.months.tolist()):
        for c, name in enumerate(told.channels):
            assert told.spend[t, c] == spent[month, name]
            assert told.customers[t, c] == won[month, name]


def test_both_doors_say_the_same_and_the_curves_are_drawn_from_it(shop: Project) -> None:
    made = shop.budget(trust="20%", bounds={"paid search": "1000-1900"})
    words = ["budget", "--project", str(shop.path), "--trust", "20%", "--bounds", "paid search=1000-1900", "--json"]
    done = CliRunner().invoke(lifelong, words)
    assert json.loads(done.output) == json.loads(to_json(made))
    assert sum(move.plan for move in made.moves) == made.total == made.now
    assert next(move for move in made.moves if move.channel == "paid search").plan <= 190_000
    assert "F552" in [found.code for found in made.findings]
    for curve in made.curves:
        assert curve.points[0].customers == 0
        assert all(point.low80 <= point.customers <= point.high80 for point in curve.points)
        assert [point.customers for point in curve.points] == sorted(point.customers for point in curve.points)
        assert curve.least == min(month.spend for month in curve.months)
        assert curve.points[-1].spend > curve.most == max(month.spend for month in curve.months)


def test_a_cut_of_the_projects_own_channel(shop: Project) -> None:
    made = shop.cut({"paid search": "50%"}, lifetime="10m", quarters=2)
    words = [
        "cut",
        "--project",
        str(shop.path),
        "--cut",
        "paid search=50%",
        "--lifetime",
        "10m",
        "--quarters",
        "2",
        "--json",
    ]
    assert json.loads(CliRunner().invoke(lifelong, words).output) == json.loads(to_json(made))
    assert made.quarters[1].saved == 6 * made.saved


def test_what_is_missing_is_said(shop: Project, tmp_path: Path) -> None:
    bare = Project(tmp_path / "bare", settings={"currency": "EUR"})
    bare.ingest(shop.path.parent / "orders.csv")
    bare.spend(shop.path.parent / "spend.csv")
    with pytest.raises(DataError, match="E552"):
        bare.budget()
    head, *rows = (shop.path.parent / "spend.csv").read_text(encoding="utf-8").splitlines()
    week = tmp_path / "week.csv"
    week.write_text("\n".join([head, *rows[:14]]), encoding="utf-8")
    short = Project(tmp_path / "short", settings={"currency": "EUR", "margin": "40%"})
    short.ingest(shop.path.parent / "orders.csv")
    short.spend(week)
    with pytest.raises(DataError, match="E552"):
        short.budget()


@pytest.mark.parametrize(
    "words", [["history.csv", "--project", "shop"], ["--value", "120"], ["--column", "spend=cost"]]
)
def test_a_file_and_a_project_are_not_both_told(words: list[str]) -> None:
    done = CliRunner().invoke(lifelong, ["budget", *words])
    assert done.exit_code == 2
    assert "FILE" in done.output
