"""The verbs that part customers, over three scoring runs of a shop with planted groups."""

from __future__ import annotations

import csv
import json
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.csv as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

import lifelong as ll
from lifelong import schema
from lifelong.cli.commands import lifelong
from lifelong.definitions import DEFINITIONS
from lifelong.errors import ConfigError, DataError, FitError
from lifelong.project import runs
from lifelong.project.folder import Folder, silent
from lifelong.sources.simulate import Calendar, simulate_shop
from lifelong.units import date_of, day_of
from lifelong.values import to_json

if TYPE_CHECKING:
    from pathlib import Path

OPENS = day_of("2025-01-01")
HEAD = ("order_id", "customer_id", "ordered_at", "revenue", "cost", "channel", "colour")


def orders() -> list[list[str]]:
    """600 customers of whom those from ads spend six tenths, and 40 who came late and order every week."""
    shop = simulate_shop(600, seed=1, calendar=Calendar(opens=OPENS))
    rows = list(csv.reader(shop.orders_csv().splitlines()))[1:]
    rng = np.random.default_rng(1)
    channel = {c: rng.choice(["search", "ads"]) for c in sorted({r[1] for r in rows})}
    made = []
    for order, customer, when, revenue, *_ in rows:
        paid = float(revenue) * (0.6 if channel[customer] == "ads" else 1.0)
        colour = "red" if int(customer[1:]) % 2 else "blue"
        made.append([order, customer, when, f"{paid:.2f}", f"{paid / 2:.2f}", channel[customer], colour])
    last = OPENS + 78 * 7 - 1
    for i in range(40):
        for week in range(6):
            day = date_of(last - 42 + 7 * week + i % 7).isoformat()
            made.append([f"R{i}-{week}", f"R{i:03}", day, f"{10 + i % 7}.00", "5.00", "search", "red"])
    return sorted(made, key=lambda r: (r[2], r[0]))


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    folder = tmp_path_factory.mktemp("groups")
    made = ll.Project(folder / "shop", settings={"currency": "EUR"})
    rows, ends = orders(), ["", "2026-04-30", "2026-05-31", "2026-12-31"]
    for number, (after, until) in enumerate(pairwise(ends)):
        with (folder / f"{number}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([HEAD, *(r for r in rows if after < r[2][:10] <= until)])
        made.ingest(folder / f"{number}.csv", keep=("colour",))
        made.fit("pareto_nbd")
        made.score(horizon="26w", margin="40%")
    return made


def test_tiers_are_kept_and_the_next_run_knows_them(shop: ll.Project) -> None:
    made = shop.tiers()
    assert (made.before, made.as_of) == ("2026-05-31", "2026-06-30")
    assert sum(t.customers for t in made.tiers) == sum(t.by_cut for t in made.tiers) == len(made.table) == 640
    assert sum(sum(row) for row in made.moved) == 640
    assert sum(made.moved[-1]) == 0  # nobody came since
    assert made.changed < made.by_cut
    known = runs.kept(Folder(shop.path, silent))
    assert [len(list(run.path.parent.glob(f"{run.path.stem}.tiers-*"))) for run in known] == [1, 1, 1]
    assert made.table.equals(shop.tiers().table)
    assert tuple(made.table.column_names) == schema.names(schema.TIERS)
    # What was told stays told: the tiers of the run before are read, not made anew.
    path = next(known[1].path.parent.glob(f"{known[1].path.stem}.tiers-*"))
    old = path.read_bytes()
    table = pq.read_table(path)
    try:
        pq.write_table(table.set_column(1, "tier", [np.full(len(table), 4, np.int32)]), path)
        assert set(shop.tiers(cuts="50/30/15/5").table["before"].to_pylist()) == {"below 95 %"}
    finally:
        path.write_bytes(old)


def test_total_of_tiers_is_that_of_the_trend_to_the_minor_unit(shop: ll.Project) -> None:
    assert sum(t.value for t in shop.tiers().tiers) == shop.trend().points[-1].value
    assert sum(t.share for t in shop.tiers().tiers) == pytest.approx(1.0)


def test_the_best_fifth_by_cut_is_the_next_whole_number(shop: ll.Project, tmp_path: Path) -> None:
    made = shop.tiers(by="customers", cuts="20", out=tmp_path / "tiers.csv")
    assert made.tiers[0].by_cut == 128
    told = pc.read_csv(made.path)
    assert {"customer_id", "tier", "name", "chance", "as_of", "definition"} <= set(told.column_names)
    assert made.path in str(made)


def test_moves_have_rows_of_one_and_a_worth_that_falls_from_tier_to_tier(shop: ll.Project) -> None:
    made = shop.migration()
    assert len(made.days) == 3
    assert np.sum(made.chances, axis=1) == pytest.approx(1.0)
    assert made.worth is not None
    assert list(made.worth) == sorted(made.worth, reverse=True)
    assert sum(made.mix) == pytest.approx(1.0)
    assert sum(made.mix_now) == pytest.approx(1.0)
    assert made.drift is not None
    assert "over all time" in str(made)
    free = shop.migration(discount="0%/year")
    assert free.worth is None
    assert "F425" in str(free)
    assert (np.array(made.low90) <= np.array(made.low80)).all()


def test_groups_find_the_planted_channel_and_not_the_colour(shop: ll.Project, tmp_path: Path) -> None:
    made = shop.groups("channel", measure="historic")
    assert [g.name for g in made.groups] == ["search", "ads"]
    assert all(g.found for g in made.groups)
    assert sum(g.total for g in made.groups) == made.total
    assert sum(g.customers for g in made.groups) == made.customers == 640
    assert "less" in str(made)
    by_month = shop.groups("month", measure="value", out=tmp_path / "groups.xlsx")
    assert sum(g.total for g in by_month.groups) == by_month.total == shop.trend().points[-1].value
    assert by_month.path


def test_where_groups_are_alike_that_is_said(shop: ll.Project) -> None:
    made = shop.groups("colour")
    assert any(g.found for g in made.groups) != ("F424" in [f.code for f in made.findings])


def test_a_rising_cohort_is_found_with_its_reason(shop: ll.Project, tmp_path: Path) -> None:
    made = shop.potential(out=tmp_path / "rising.parquet")
    assert tuple(made.rising.column_names) == schema.names(schema.POTENTIAL)
    listed = made.rising.to_pylist()
    planted = [r for r in listed if r["customer_id"].startswith("R")]
    assert len(planted) >= 20  # of 40; most others of them are high already
    assert len(planted) / 40 > 5 * (len(listed) - len(planted)) / 600
    assert {r["why"] for r in planted} == {"orders often"}
    assert sum(place.customers for place in made.places) == 640
    assert made.places[2].customers == len(listed) == sum(made.why.values())
    assert "orders often" in str(made)
    assert made.text(0).count("\n") < str(made).count("\n")


def test_a_shortfall_is_split_exactly_and_names_the_basket(shop: ll.Project) -> None:
    made = shop.why("channel=ads", horizon="13w")
    parts = {part.name: part for part in made.parts}
    assert sum(part.each for part in made.parts) == pytest.approx(made.difference, abs=1e-8)
    assert sum(part.total for part in made.parts) == made.total
    assert made.difference < 0
    assert min(parts, key=lambda name: parts[name].each) == "basket"
    assert parts["margin"].group == pytest.approx(0.5, abs=0.01)
    assert made.like == "first year"
    assert "basket" in str(made)


def test_years_are_compared_and_a_difference_of_chance_is_told(shop: ll.Project) -> None:
    made = shop.why("colour=red", against="colour=blue", horizon="13w", like="nothing")
    assert (made.against, made.like) == ("colour=blue", "")
    assert ("F427" in [f.code for f in made.findings]) == (made.low90 <= 0 <= made.high90)
    assert shop.why("channel=ads", horizon="8w", like="colour").like == "colour"


@pytest.mark.parametrize(
    ("call", "code"),
    [
        (lambda s: s.tiers(cuts="50/20"), "E421"),
        (lambda s: s.tiers(horizon="99w"), "E106"),
        (lambda s: s.groups("color"), "E424"),
        (lambda s: s.groups("year", measure="profit"), "E302"),
        (lambda s: s.potential(share="100%"), "E421"),
        (lambda s: s.why("ads"), "E427"),
        (lambda s: s.why("channel=adds"), "E427"),
        (lambda s: s.why("channel=ads", horizon="lifetime"), "E427"),
        (lambda s: s.why("channel=ads", horizon="300w"), "E427"),
        (lambda s: s.why("channel=ads", against="channel=ads"), "E427"),
        (lambda s: s.why("channel=ads", like="channel"), "E427"),
    ],
)
def test_what_cannot_be_answered_is_refused(shop: ll.Project, call: object, code: str) -> None:
    with pytest.raises((ConfigError, DataError, FitError)) as caught:
        call(shop)
    assert caught.value.code == code


def test_one_day_has_no_moves_and_orders_without_amounts_no_money(orders_csv: Path, tmp_path: Path) -> None:
    made = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    rows = [r[:3] for r in csv.reader(orders_csv.read_text().splitlines())]
    with (tmp_path / "bare.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows(rows)
    made.ingest(tmp_path / "bare.csv")
    made.fit("pareto_nbd")
    made.score(horizon="26w")
    told = made.tiers()
    assert [f.code for f in told.findings] == ["F421"]
    assert told.moved == ()
    for call in (made.potential, lambda: made.groups("month"), lambda: made.why("month=May")):
        with pytest.raises(DataError) as caught:
            call()
        assert caught.value.code == "E426"
    with pytest.raises(DataError) as caught:
        made.migration()
    assert caught.value.code == "E425"


@pytest.mark.parametrize(
    "words",
    [["tiers"], ["migration"], ["groups", "--by", "channel"], ["potential"], ["why", "--group", "channel=ads", "--horizon", "13w"]],
    ids=lambda words: words[0],
)  # fmt: skip
def test_the_command_line_tells_what_python_tells(shop: ll.Project, words: list[str]) -> None:
    calls = {
        "tiers": shop.tiers,
        "migration": shop.migration,
        "groups": lambda: shop.groups("channel"),
        "potential": shop.potential,
        "why": lambda: shop.why("channel=ads", horizon="13w"),
    }
    call = [*words, "--project", str(shop.path)]
    plain = CliRunner().invoke(lifelong, call)
    assert plain.exit_code == 0, plain.output
    answer = calls[words[0]]()
    assert str(answer).splitlines()[0] in plain.output
    told = json.loads(CliRunner().invoke(lifelong, [*call, "--json"]).stdout)
    assert told == json.loads(to_json(answer))


def test_every_number_has_a_definition() -> None:
    told = " ".join(d.text for d in DEFINITIONS.values())
    for key in (
        "by_cut",
        "sure",
        "changed",
        "chances",
        "drift",
        "mix",
        "brings",
        "worth",
        "drawn",
        "found",
        "rising",
        "lift",
        "parts",
    ):
        assert key in told.replace(".", " ").replace(",", " ").split()
