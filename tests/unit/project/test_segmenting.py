"""The verb segment: the same rule chooses the same customers at every door; rules that are kept."""

from __future__ import annotations

import csv
import json
import math
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pytest
from click.testing import CliRunner

import lifelong as ll
from lifelong.cli.commands import lifelong
from lifelong.decide.rules import parse
from lifelong.errors import AccessError, ConfigError
from lifelong.project import rostering, segmenting
from lifelong.project.folder import Folder, silent
from lifelong.units import date_of, day_of

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def shop(orders_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    folder = tmp_path_factory.mktemp("segments")
    head, *rows = list(csv.reader(orders_csv.read_text().splitlines()))
    told = [
        ["channel", "age", "note"],
        *([["ads", "mail"][int(r[1][1:]) % 2], str(20 + int(r[1][1:]) % 50), ""] for r in rows),
    ]
    with (folder / "orders.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([*a, *b] for a, b in zip([head, *rows], told, strict=True))
    made = ll.Project(folder / "shop", settings={"currency": "EUR"})
    made.ingest(folder / "orders.csv", keep=("age", "note"))
    made.fit("pareto_nbd")
    made.score(horizon="26w", margin="35%")
    return made


def test_the_best_fifth_is_that_of_the_scores(shop: ll.Project) -> None:
    made, run = shop.segment("best 20%"), shop.scored()
    assert run is not None
    best = run.told["groups"]["best 20 %"]
    assert made.customers == best["customers"] == math.ceil(0.2 * made.of)
    assert made.totals is not None
    assert made.totals.value == pytest.approx(best["value"])
    assert made.value == pytest.approx(100 * best["value"], abs=1)
    assert made.value_share == pytest.approx(best["value"] / run.told["totals"]["value"], rel=1e-4)
    assert shop.segment("value > -1").totals.as_dict() == run.told["totals"]


def test_a_total_has_its_interval_by_the_fit_of_the_scores(shop: ll.Project) -> None:
    almost = shop.segment("best 20% and alive > 0%")
    best = shop.segment("best 20%")
    assert almost.customers == best.customers  # the same people, by another rule: computed, not looked up
    assert almost.totals is not None
    assert best.totals is not None
    assert almost.totals.low80 == pytest.approx(best.totals.low80, rel=0.03)
    assert almost.totals.high80 == pytest.approx(best.totals.high80, rel=0.03)
    assert best.totals.low80 < best.value / 100 < best.totals.high80


def test_a_rule_looks_at_scores_orders_stage_tier_dates_and_kept_columns(shop: ll.Project) -> None:
    rule = "channel = ads and age >= 30 and order_days >= 2 and stage in (active, cooling) and first_day > 1990-01-01"
    made = shop.segment(rule)
    table = (shop.register() or pytest.fail("the rule makes the roster")).rows
    assert 0 < made.customers < made.of == len(table)
    chosen = table.filter(parse(rule).mask(table))
    assert set(chosen["channel"].to_pylist()) == {"ads"}
    assert pc.min(chosen["age"]).as_py() >= 30
    assert table["note"].null_count == len(table)  # an empty text is not known
    assert table["customer_id"].equals(shop.scored().rows()["customer_id"])
    parts = [
        shop.segment(f"tier = '{name}'".replace("'", '"')).customers for name in pc.unique(table["tier"]).to_pylist()
    ]
    assert sum(parts) == len(table)
    staged = {row["stage"]: row["customers"] for row in shop.stages().as_dict()["stages"]}
    assert all(shop.segment(f"stage = {name}").customers == count for name, count in staged.items())
    dates = shop.next_orders().table
    assert table["next_date"].is_valid().to_pylist() == [bool(x) for x in dates["likely"].to_pylist()]
    assert table["within_26w"].to_pylist() == dates["within"].to_pylist()


def test_the_same_rule_gives_the_same_ids_at_every_door(shop: ll.Project, tmp_path: Path) -> None:
    rule = 'alive >= 50% and (channel = "mail" or best 5%)'
    made = shop.segment(rule, out=tmp_path / "a.csv")
    assert made.path in str(made)
    shop.export(tmp_path / "b.csv", rule=rule)
    words = ["segment", rule, "--project", str(shop.path), "--out", str(tmp_path / "c.csv"), "--json"]
    told = json.loads(CliRunner().invoke(lifelong, words, catch_exceptions=False).stdout)
    assert told["customers"] == made.customers
    words = ["export", str(tmp_path / "d.csv"), "--project", str(shop.path), "--rule", rule, "--european"]
    CliRunner().invoke(lifelong, words, catch_exceptions=False)
    one, two, three = (arrow_csv.read_csv(tmp_path / f"{name}.csv") for name in "abc")
    assert one["customer_id"].equals(two["customer_id"])
    assert one["customer_id"].equals(three["customer_id"])
    assert round(100 * math.fsum(one["value"].to_pylist())) == told["value"]
    with (tmp_path / "d.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    assert [row["customer_id"] for row in rows] == one["customer_id"].to_pylist()
    assert sum(float(row["value"].replace(",", ".")) for row in rows) == pytest.approx(told["value"] / 100, abs=0.01)


def test_only_customers_are_chosen_by_a_rule(shop: ll.Project, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="E301"):
        shop.export(tmp_path / "a.csv", what="orders", rule="best 20%")


def test_a_rule_that_chooses_nobody_says_so(shop: ll.Project) -> None:
    made = shop.segment("value > 1e12")
    assert (made.customers, made.value, made.totals) == (0, 0, None)
    assert [f.code for f in made.findings] == ["F532"]
    assert "F532" in str(made)


def test_rules_are_kept_with_their_versions(shop: ll.Project) -> None:
    assert str(shop.segments()) == "no rule is kept yet"
    first = shop.segment("value >= 10", save="Good ones")
    assert (first.name, first.version) == ("Good ones", 1)
    assert "kept as Good ones, version 1" in str(first)
    assert shop.segment("value>=10", save="good ONES").version == 1  # the same rule is the same version
    assert shop.segment("value >= 20", save="good ones").version == 2
    assert shop.keep_rule("best 5%", "Best").version == 1
    assert [(r.name, r.version) for r in shop.segments().rules] == [("Best", 1), ("Good ones", 2), ("Good ones", 1)]
    assert shop.segment(name="Good ones").rule == "value >= 20"
    assert shop.segment(name="good ones", version=1).customers == first.customers
    words = ["segment", "--project", str(shop.path)]
    assert "Good ones, version 2" in CliRunner().invoke(lifelong, words, catch_exceptions=False).stdout
    told = CliRunner().invoke(
        lifelong, [*words, "--name", "Good ones", "--version", "1", "--json"], catch_exceptions=False
    )
    assert json.loads(told.stdout)["rule"] == "value >= 10"


@pytest.mark.parametrize(("name", "version"), [("Good one", 0), ("Best", 9)])
def test_a_rule_that_is_not_kept_is_named(shop: ll.Project, name: str, version: int) -> None:
    shop.keep_rule("best 5%", "Best")
    with pytest.raises(AccessError) as told:
        shop.segment(name=name, version=version)
    assert told.value.code == "E534"


@pytest.mark.parametrize("name", ["", "../x", "x" * 61, "a/b", "<b>"])
def test_a_name_that_cannot_be_one(shop: ll.Project, name: str) -> None:
    with pytest.raises(ConfigError) as told:
        shop.keep_rule("best 5%", name)
    assert told.value.code == "E535"


def test_rows_and_text_are_one_rule() -> None:
    for text in (
        "value >= 1", "value >= 1 and best 5%", "value >= 1 or stage = new", "(value >= 1 and a is known) or b = x",
        '(value >= 1 or a is unknown) and (b = "x y" or c != 3)',
    ):  # fmt: skip
        told = segmenting.parted(parse(text))
        assert told is not None
        assert segmenting.composed(told[0], is_any=told[1]) == text
    for text in ("not a = 1", "a in (1, 2)", "best 5% by total", "a = 1 and (b = 2 or (c = 3 and d = 4))"):
        assert segmenting.parted(parse(text)) is None


def test_the_roster_is_made_once_and_again_when_orders_come(shop: ll.Project, orders_csv: Path, tmp_path: Path) -> None:
    copy = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    copy.ingest(orders_csv)
    copy.fit("pareto_nbd")
    copy.score(horizon="26w")
    folder = Folder(copy.path, silent)
    assert rostering.found(folder) is None
    assert copy.register() is None
    assert "roster" not in copy.holds()
    path = rostering.roster(folder)[1]
    before = path.stat().st_mtime_ns
    assert rostering.roster(folder)[1].stat().st_mtime_ns == before
    assert "roster" in copy.holds()
    later = date_of(day_of(copy.scored().told["as_of"]) + 1).isoformat()
    more = tmp_path / "more.csv"
    more.write_text(orders_csv.read_text().splitlines()[0] + f"\nX1,NEW,{later},10.00\n")
    copy.ingest(more)
    assert rostering.found(folder) is None
    made = copy.segment("stage is known and alive > 10%")  # by the orders that the scores were made of
    assert made.totals is not None
    assert not made.findings


def test_where_the_fit_is_gone_the_total_has_no_interval(shop: ll.Project, orders_csv: Path, tmp_path: Path) -> None:
    copy = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    copy.ingest(orders_csv)
    copy.fit("pareto_nbd")
    copy.score(horizon="26w")
    next((copy.path / "scores").glob("*.fit.json")).unlink()
    made = copy.segment("alive > 50%")
    assert made.totals is None
    assert [f.code for f in made.findings] == ["F531"]
    assert made.as_dict()["low80"] is None


def test_orders_without_amounts_have_no_value(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    rows = sorted({(f"C{c}", int(d)) for c in range(120) for d in rng.integers(0, 300, rng.integers(1, 6))})
    lines = [f"{i},{c},{np.datetime64('2025-01-01') + d}" for i, (c, d) in enumerate(rows)]
    (tmp_path / "o.csv").write_text("order_id,customer_id,ordered_at\n" + "\n".join(lines) + "\n")
    shop = ll.Project(tmp_path / "shop")
    shop.ingest(tmp_path / "o.csv")
    shop.fit("bg_nbd")
    shop.score(horizon="26w")
    made = shop.segment("best 20% by orders")
    assert (made.value, made.value_share, made.historic) == (None, None, None)
    assert made.customers == 24
    one = shop.customer("C3")
    assert [p.name for p in one.parts] == ["silence", "frequency"]
    assert sum(p.part for p in one.parts) == pytest.approx(one.scores["orders"] - one.mean)
    assert "value" not in str(one).split("against")[0]
