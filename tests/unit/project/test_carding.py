"""The scorecard says what the verbs say, beside the last one; print, page and JSON are one."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner

from lifelong import DataError, Project
from lifelong.cli.commands import lifelong
from lifelong.definitions import DEFINITIONS
from lifelong.project import asked, valuing
from lifelong.sources.simulate import Calendar, simulate_shop
from lifelong.units import day_of
from lifelong.values import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import Scorecard

NAMES = [
    "equity", "rlv", "future", "mean", "median", "repeat_rate", "active", "top", "cac", "ratio", "payback", "forecast",
]  # fmt: skip


def write(path: Path, head: list[str], rows: list[list[str]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([head, *rows])
    return path


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> tuple[Project, Scorecard]:
    """A year's orders with their spend, and the first scorecard."""
    place = tmp_path_factory.mktemp("carding")
    shop = simulate_shop(250, seed=2, calendar=Calendar(opens=day_of("2025-01-01")))
    rows = [[*row, "search"] for row in list(csv.reader(shop.orders_csv().splitlines()))[1:]]
    head = ["order_id", "customer_id", "ordered_at", "revenue", "channel"]
    write(place / "a.csv", head, [row for row in rows if row[2] < "2026-01-01"])
    write(place / "b.csv", head, [row for row in rows if row[2] >= "2026-01-01"])
    spend = [[f"{2025 + m // 12}-{m % 12 + 1:02d}-15", "search", "500"] for m in range(18)]
    made = Project(place / "shop", settings={"currency": "EUR", "margin": "40%", "name": "Tea & <Co>"})
    made.ingest(place / "a.csv")
    made.spend(write(place / "spend.csv", ["date", "channel", "cost"], spend), currency="EUR")
    made.fit("pareto_nbd")
    return made, made.scorecard(html=place / "first.html")


@pytest.fixture(scope="module")
def second(first: tuple[Project, Scorecard]) -> tuple[Project, Scorecard]:
    made = first[0]
    made.ingest(made.path.parent / "b.csv")
    made.backtest(["bg_nbd"])
    made.fit("bg_nbd")
    return made, made.scorecard(html=made.path.parent / "second.html")


def test_the_first_one_says_that_it_is_the_first(first: tuple[Project, Scorecard]) -> None:
    card = first[1]
    assert [entry.name for entry in card.entries] == NAMES
    assert {entry.verdict for entry in card.entries} == {""}
    assert (card.since, card.bridge) == ("", None)
    assert "F482" in [found.code for found in card.findings]
    assert "not done" in card.tested


def test_figures_are_those_of_the_verbs(second: tuple[Project, Scorecard]) -> None:
    shop, card = second
    told = {entry.name: entry for entry in card.entries}
    channels = shop.channels()
    assert channels.verdict is not None
    assert told["cac"].value == channels.cac.whole.fully
    cac = channels.cac.whole.fully
    assert cac is not None
    equity = shop.equity(cac=cac / 100)
    assert told["equity"].value == pytest.approx(100 * equity.equity)
    assert told["rlv"].low80 == pytest.approx(100 * equity.rlv_low80)
    assert told["mean"].value == pytest.approx(100 * equity.rlv / equity.customers)
    assert told["forecast"].value == shop.forecast(months=12).total.revenue
    assert told["ratio"].value == pytest.approx(channels.rows[0].new_value.mean / cac)
    assert told["payback"].value == channels.verdict.payback
    assert card.bridge == equity.change
    board = valuing.saved_backtest(shop._folder, asked.base(shop._folder))
    assert board is not None
    own = [row["bias"] for row in board.rows if row["model"] == board.chosen]
    assert told["bias"].value == pytest.approx(sum(own) / len(own))
    assert card.tested.startswith(f"{board.chosen} ")
    assert all(entry.key in DEFINITIONS for entry in card.entries)


def test_each_stands_beside_the_last_one(first: tuple[Project, Scorecard], second: tuple[Project, Scorecard]) -> None:
    before, now = ({entry.name: entry for entry in card.entries} for card in (first[1], second[1]))
    assert second[1].since == first[1].as_of
    for name in NAMES:
        assert now[name].before == before[name].value
        if now[name].change is not None:
            assert now[name].change == pytest.approx((now[name].value or 0) - (before[name].value or 0))
            clear = (now[name].change_low80 or 0) > 0 or (now[name].change_high80 or 0) < 0
            assert (now[name].verdict in {"higher", "lower"}) == clear
    assert "F483" in [found.code for found in second[1].findings]  # another model


def test_print_page_and_json_are_one(second: tuple[Project, Scorecard]) -> None:
    shop, card = second
    printed = str(card)
    assert max(map(len, printed.splitlines()[:-1])) <= 80
    page = (shop.path.parent / "second.html").read_text(encoding="utf-8")
    assert "<Co>" not in page
    assert "<script" not in page
    body = html.unescape(re.sub(r"<[^>]+>", "\n", page.partition("<main>")[2])).replace("\u00a0", " ")
    shown = [line for line in body.splitlines() if line]
    flat = " ".join(printed.split())
    for cells in card.rows():
        for cell in filter(None, cells):
            assert cell.strip() in shown
            assert cell.strip() in printed
    assert card.bridge is not None
    for title, figure in card.bridge.pairs(card.digits):
        assert title in shown
        assert figure in shown
        assert figure in printed
    for note in card.notes():
        assert note in shown
        assert re.sub(r"\s", "", note) in re.sub(r"\s", "", flat)
    told = CliRunner().invoke(lifelong, ["scorecard", "--project", str(shop.path), "--json"])
    # Kept once, so that it is compared with the same again.
    assert json.loads(told.output)["entries"] == json.loads(to_json(card))["entries"]


def test_a_cost_that_is_told_takes_the_place_of_the_spend_and_no_margin_is_said(
    second: tuple[Project, Scorecard], tmp_path: Path
) -> None:
    shutil.copytree(second[0].path, tmp_path / "shop")
    made = Project(tmp_path / "shop", create=False)
    made.configure(margin="")
    told = {entry.name: entry for entry in made.scorecard(cac=5).entries}
    assert told["cac"].value == 500.0
    assert told["payback"].value is None
    assert "another cost was told" in told["payback"].why
    assert told["ratio"].value is None
    assert "no margin is known" in told["ratio"].why
    assert told["equity"].before is None  # of other terms


def test_without_spend_it_says_what_is_not_known(second: tuple[Project, Scorecard], tmp_path: Path) -> None:
    bare = Project(tmp_path / "bare")
    with pytest.raises(DataError, match="E106"):
        bare.scorecard()
    bare.ingest(second[0].path.parent / "a.csv")
    bare.fit("bg_nbd")
    card = bare.scorecard(margin="40%", cac=4)
    told = {entry.name: entry for entry in card.entries}
    assert told["cac"].value == 400.0
    assert "E367" in told["ratio"].why
    assert "value to cost: " in str(card)
