"""Opportunities: planted ones are found with their reason, every command runs, and nothing is claimed where nothing is."""

from __future__ import annotations

import csv
import json
import random
import shlex
import shutil
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lifelong import DataError, Project
from lifelong.cli.commands import lifelong
from lifelong.project import groups_told, seeking, seeking_costs
from lifelong.project.sought import Place
from lifelong.sources.simulate import Calendar, simulate_shop
from lifelong.units import day_of
from lifelong.values import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import Opportunities

WORTH = {"search": 1.4, "ads": 0.5}
COST = {"search": 3, "ads": 30}


def write(path: Path, header: list[str], rows: list[list[Any]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])
    return path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Customers from ads spend a third of the others and cost ten times as much; one row has no date."""
    place, draw = tmp_path_factory.mktemp("seeking"), random.Random(3)
    shop = simulate_shop(700, seed=1, calendar=Calendar(opens=day_of("2025-01-01")))
    rows = list(csv.reader(shop.orders_csv().splitlines()))[1:]
    who = {c: draw.choice(["search", "ads"]) for c in sorted({r[1] for r in rows})}
    orders = [[r[0], r[1], r[2], f"{float(r[3]) * WORTH[who[r[1]]]:.2f}", who[r[1]]] for r in rows]
    orders.append(["late", "c-late", "not a day", "25.00", "ads"])
    first: dict[str, str] = {}
    for row in rows:
        first[row[1]] = min(first.get(row[1], row[2]), row[2])
    won = Counter((first[c][:7], who[c]) for c in first)
    spend = [[f"{month}-15", channel, COST[channel] * n] for (month, channel), n in sorted(won.items())]
    made = Project(
        place / "a shop", settings={"currency": "EUR", "margin": "40%", "shipping": "9.00", "fixed_costs": "800"}
    )
    head = ["order_id", "customer_id", "ordered_at", "revenue", "channel"]
    made.ingest(write(place / "orders.csv", head, orders))
    made.spend(write(place / "spend.csv", ["date", "channel", "cost"], spend), currency="EUR")
    made.fit("pareto_nbd")
    made.score(horizon="52w")
    return made


@pytest.fixture(scope="module")
def found(shop: Project) -> Opportunities:
    return shop.opportunities()


def test_the_planted_ones_are_found_with_their_reason(found: Opportunities) -> None:
    rows = {row.kind: row for row in found.rows}
    assert {"cooling", "rising", "group", "over the limit", "costs", "data"} <= rows.keys()
    assert rows["group"].what == "channel=ads brings less than others"
    assert "basket" in rows["group"].evidence
    assert rows["group"].grounds == "goes with"
    assert rows["over the limit"].what.startswith("ads ")
    assert rows["costs"].what.startswith("orders by ads")
    assert rows["data"].money == 2500
    assert [row.kind for row in found.weak_spots if row.kind in {"cooling", "rising", "room"}] == []
    assert {row.what for row in found.weak_spots} >= {rows["group"].what, rows["costs"].what}


def test_they_are_ranked_by_what_can_be_counted_on_and_never_added_up(found: Opportunities) -> None:
    assert [row.rank for row in found.rows] == list(range(1, len(found.rows) + 1))
    assert [row.low80 for row in found.rows] == sorted((row.low80 for row in found.rows), reverse=True)
    assert all(row.low80 <= row.money <= row.high80 for row in found.rows)
    assert "total" not in found.as_dict()
    assert {row.effort for row in found.rows} | {row.confidence for row in found.rows} <= {"low", "medium", "high"}


def test_every_command_runs(
    shop: Project, found: Opportunities, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for row in found.rows:
        words = shlex.split(row.command)
        assert words[0] == "lifelong"
        done = CliRunner().invoke(lifelong, words[1:])
        assert done.exit_code == 0, f"{row.command}: {done.output}"
    assert str(shop.path) in found.rows[0].command.replace("'", "")


def test_money_is_that_of_the_verbs(shop: Project, found: Opportunities) -> None:
    rows = {row.kind: row for row in found.rows}
    group = shop.why("channel=ads", horizon="26w")
    assert rows["group"].money == -group.total
    assert rows["rising"].money == pytest.approx(100 * sum(shop.potential().rising["value"].to_pylist()), abs=1)
    ads = next(row for row in shop.channels().rows if row.name == "ads")
    assert ads.cac is not None
    assert ads.new_value is not None
    months = len(shop.channels().cac.months)
    want = (ads.cac - ads.new_value.mean / 3.0) * ads.customers * 12 / months
    assert rows["over the limit"].money == pytest.approx(want, abs=1)
    waterfall = shop.costs()
    thin = next(c for c in waterfall.channels if c.channel == "ads")
    gap = round(waterfall.contribution / waterfall.revenue * thin.revenue) - thin.contribution
    assert rows["costs"].money == max(gap, -thin.left)


def test_the_text_fits_and_says_what_was_not_looked_at(shop: Project, found: Opportunities, tmp_path: Path) -> None:
    lines = [line for line in str(found).splitlines() if not line.lstrip().startswith("lifelong ")]
    assert max(map(len, lines)) <= 80
    assert {one.source for one in found.unseen} == {"the back-test", "claims of platforms"}
    assert "and " in found.text(1)
    assert "weak spots, the worst first" in str(found)
    place = ["--project", str(shop.path)]
    told = CliRunner().invoke(lifelong, ["opportunities", *place, "--json", "--out", str(tmp_path / "o.parquet")])
    assert json.loads(told.output)["rows"] == json.loads(to_json(found))["rows"]
    assert pq.read_table(tmp_path / "o.parquet")["money"].to_pylist() == [row.money for row in found.rows]
    assert CliRunner().invoke(lifelong, ["opportunities", *place, "--top", "1"]).output.count("do: ") == 1


def test_where_there_is_nothing_that_is_said(orders_csv: Path, tmp_path: Path) -> None:
    made = Project(tmp_path / "shop", settings={"currency": "EUR"})
    made.ingest(orders_csv)
    told = made.opportunities()
    assert told.rows == ()
    assert [one.code for one in told.findings] == ["F481"]
    assert {"customers who fall silent", "spend on channels"} <= {one.source for one in told.unseen}
    assert all(one.command for one in told.unseen)
    assert "0 opportunities" in str(told)
    assert told.to_arrow().num_rows == 0
    made.fit("pareto_nbd")
    made.score(horizon="26w")
    (tmp_path / "more.csv").write_text("order_id,customer_id,ordered_at,revenue\nnew-1,new,2026-09-01,10.00\n")
    made.ingest(tmp_path / "more.csv")
    assert "the scores are not of these orders" in str(made.opportunities())


def test_without_amounts_nothing_can_be_ranked(tmp_path: Path) -> None:
    rows = [[f"o{i}", f"c{i % 7}", f"2025-0{1 + i % 9}-1{i % 10}"] for i in range(40)]
    made = Project(tmp_path / "shop")
    made.ingest(write(tmp_path / "orders.csv", ["order_id", "customer_id", "ordered_at"], rows))
    with pytest.raises(DataError, match="E413"):
        made.opportunities()


def test_room_is_what_a_tenth_more_spend_leaves(shop: Project) -> None:
    """The next customer costs 5.00: a tenth of a year's spend wins so many more, each worth more than that by its value."""
    place, told = Place(shop._folder), shop.channels()
    row = next(row for row in told.rows if row.name == "search")
    assert row.new_value is not None
    made = seeking_costs._room(place, told, row, 500.0)
    assert made is not None
    more = 0.1 * 12 * row.cost / len(told.cac.months) / 500.0
    assert made.money == pytest.approx((row.new_value.mean - 500.0) * more, abs=1)
    assert made.low80 < made.money < made.high80
    assert not made.is_weak_spot
    assert seeking_costs._room(place, told, row, row.new_value.low80 / told.target) is None
    assert seeking_costs._room(place, told, row, None) is None


def test_without_a_margin_spend_is_set_against_nothing(shop: Project, tmp_path: Path) -> None:
    shutil.copytree(shop.path, tmp_path / "shop")
    made = Project(tmp_path / "shop", create=False)
    made.configure(margin="")
    told = made.opportunities()
    unseen = {one.source: one for one in told.unseen}
    assert "E386" in unseen["spend on channels"].why
    assert "E368" in unseen["contribution by channel of orders"].why
    assert "E368" not in unseen["spend on channels"].why
    assert {row.kind for row in told.rows} == {"cooling", "rising", "group", "data"}


def test_lists_of_few_and_groups_who_cannot_be_followed_are_left_out(
    shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(seeking, "FEWEST", 10_000)
    monkeypatch.setattr(groups_told, "HORIZONS", ("300w",))
    assert {row.kind for row in shop.opportunities().rows} == {"over the limit", "costs", "data"}
