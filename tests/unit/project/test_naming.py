"""Where touches are, they name each customer's channel: by every rule each is credited once, and no cent is lost."""

from __future__ import annotations

import csv
import json
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner
from tests.journeys import write

import lifelong as ll
from lifelong.cli.commands import lifelong
from lifelong.decide.attribution import RULES, How, deal_parts, parts_of
from lifelong.decide.markov import Moves, removal_effects
from lifelong.decide.paths import Paths
from lifelong.errors import ConfigError, DataError
from lifelong.units import day_of

if TYPE_CHECKING:
    from pathlib import Path

COST = {"paid search": 900, "paid social": 1200}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[str]]]:
    """A project of people who walked a chain, spend by channel, and the true ways of the customers."""
    folder = tmp_path_factory.mktemp("named")
    visits, orders, ways = write(folder, 500, seed=4, begins=day_of("2025-01-01"))
    made = ll.Project(folder / "shop", settings={"currency": "EUR"})
    made.ingest(orders)
    made.touches(visits)
    with (folder / "spend.csv").open("w", newline="", encoding="utf-8") as stream:
        months = [f"2025-{m:02d}" for m in range(1, 8)]
        csv.writer(stream).writerows(
            [["month", "channel", "cost"], *([m, name, cost] for m in months for name, cost in COST.items())]
        )
    return folder, {f"p{i}": path for i, (path, won) in enumerate(ways) if won}


@pytest.mark.parametrize("rule", RULES)
def test_every_rule_names_everybody_once_and_loses_no_cent(
    place: tuple[Path, dict[str, list[str]]], rule: str, tmp_path: Path
) -> None:
    folder, ways = place
    shop = ll.Project(folder / "shop", create=False)
    made = shop.channels(folder / "spend.csv", margin="40%", rule=rule, out=tmp_path / "rows.parquet")
    whole = shop.channels(folder / "spend.csv", margin="40%", rule="orders", out=tmp_path / "whole.parquet")
    rows, people = (pq.read_table(tmp_path / f"{name}.parquet").to_pylist() for name in ("rows", "whole"))
    credit, brought, by_channel = Counter(), Counter(), Counter()
    for row in rows:
        credit[row["customer_id"]] += row["credit"]
        brought[row["customer_id"]] += row[f"money_{made.age}"]
        by_channel[row["channel"]] += row[f"money_{made.age}"]
        assert isinstance(row[f"money_{made.age}"], int)
        assert row["channel"] in ways[row["customer_id"]]
    assert set(credit) == set(ways)
    assert list(credit.values()) == pytest.approx([1.0] * len(ways))
    assert brought == {row["customer_id"]: row[f"money_{made.age}"] for row in people}
    assert by_channel.total() == sum(row[f"money_{made.age}"] for row in people)
    assert sum(row.customers for row in made.rows) == pytest.approx(sum(row.customers for row in whole.rows))
    assert sum(row.followed for row in made.rows) == pytest.approx(whole.rows[0].followed)
    assert sum(row.cost + row.shared for row in made.cac.channels) == sum(COST.values()) * 700
    assert f"by the rule {rule}, for {len(ways)} customers" in made.origin
    if rule in {"first", "last"}:
        at = 0 if rule == "first" else -1
        assert {row["customer_id"]: row["channel"] for row in rows} == {who: way[at] for who, way in ways.items()}


def test_first_is_what_holds_where_nothing_is_told(place: tuple[Path, dict[str, list[str]]]) -> None:
    folder, ways = place
    shop = ll.Project(folder / "shop", create=False)
    made = shop.channels(folder / "spend.csv", margin="40%")
    assert made == shop.channels(folder / "spend.csv", margin="40%", rule="first")
    first = Counter(way[0] for way in ways.values())
    assert {row.name: row.customers for row in made.rows} == pytest.approx(dict(first))
    told = str(made)
    assert "channels are named from the touches of the 90 days before the first order" in told
    assert max(len(line) for line in told.splitlines() if not line.startswith("  F")) <= 80
    assert {row.name for row in shop.channels(folder / "spend.csv", margin="40%", rule="orders").rows} == {"unknown"}
    limits = shop.limits(folder / "spend.csv", margin="40%", rule="linear")
    assert {row.name for row in limits.rows} == set(first)
    assert "by the rule linear" in str(limits).replace("\n", " ")


def test_shared_customers_by_hand(place: tuple[Path, dict[str, list[str]]], tmp_path: Path) -> None:
    folder, ways = place
    shop = ll.Project(folder / "shop", create=False)
    made = shop.channels(folder / "spend.csv", margin="40%", rule="linear", out=tmp_path / "rows.parquet")
    want: Counter[str] = Counter()
    for way in ways.values():
        for name in way:
            want[name] += 1 / len(way)
    assert {row.name: row.customers for row in made.rows} == pytest.approx(dict(want))
    for row in made.rows:
        mine = [r for r in pq.read_table(tmp_path / "rows.parquet").to_pylist() if r["channel"] == row.name]
        mine = [r for r in mine if r["first_day"] + made.age <= day_of(made.as_of)]
        parts = sum(r["credit"] for r in mine)
        assert row.followed == pytest.approx(parts)
        assert (row.at_age is None) == (parts < 10)
        if row.at_age is None:
            continue
        mean = sum(r[f"money_{made.age}"] for r in mine) / parts
        assert row.at_age.mean == pytest.approx(mean, abs=1.0)  # parts are dealt in whole cents


def test_the_first_order_speaks_where_no_touch_does(tmp_path: Path) -> None:
    days = [f"2025-01-{d:02d}" for d in range(1, 29)]
    (tmp_path / "o.csv").write_text(
        "order_id,customer_id,date,total,channel,campaign\n"
        + "".join(f"{i},c{i},{day},20,{'FB' if i % 2 else ''},{'old' if i % 2 else ''}\n" for i, day in enumerate(days))
        + "".join(f"{i + 50},c{i},2025-06-30,20,,\n" for i in range(28))
    )
    (tmp_path / "v.csv").write_text(
        "user_id,time,utm_source,utm_medium,utm_campaign\n"
        + "".join(f"c{i},2025-01-01 00:00:00,google,cpc,spring\n" for i in range(0, 28, 4))
    )
    (tmp_path / "s.csv").write_text("month,channel,campaign,cost\n2025-01,Paid Search,spring,100\n2025-01,fb,old,70\n")
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    shop.ingest(tmp_path / "o.csv", keep=["campaign"])
    shop.touches(tmp_path / "v.csv")
    made = shop.channels(tmp_path / "s.csv", margin="40%")
    assert {row.name: row.customers for row in made.rows} == {"paid search": 7, "facebook": 14, "unknown": 7}
    assert {row.name: row.cost for row in made.rows} == {"paid search": 10000, "facebook": 7000, "unknown": 0}
    assert "for 7 customers; from the first order for 14; nothing tells for 7" in made.origin
    by = shop.campaigns(tmp_path / "s.csv", margin="40%", rule="shapley")
    assert {row.name: row.customers for row in by.rows} == {"spring": 7, "old": 14, "unknown": 7}
    near = shop.channels(tmp_path / "s.csv", margin="40%", window="1d")
    assert {row.name: row.customers for row in near.rows}["unknown"] == 13


def test_what_cannot_be_named_so_is_refused(place: tuple[Path, dict[str, list[str]]], tmp_path: Path) -> None:
    folder, _ = place
    shop = ll.Project(folder / "shop", create=False)
    for wish, code in (({"rule": "frist"}, "E375"), ({"window": "soon"}, "E375")):
        with pytest.raises(ConfigError) as caught:
            shop.channels(folder / "spend.csv", margin="40%", **wish)
        assert caught.value.code == code
    with pytest.raises(DataError) as refused:  # no touch of these names a campaign
        shop.campaigns(folder / "spend.csv", margin="40%", rule="last")
    assert refused.value.code == "E491"
    bare = ll.Project(tmp_path / "bare", settings={"currency": "EUR"})
    bare.ingest(folder / "orders.csv")
    with pytest.raises(DataError, match="E491"):
        bare.channels(folder / "spend.csv", margin="40%", rule="markov")
    assert "from the first order's own channel for 0" in bare.channels(folder / "spend.csv", margin="40%").origin


def test_the_command_takes_the_rule(place: tuple[Path, dict[str, list[str]]]) -> None:
    folder, _ = place
    flags = ["--project", str(folder / "shop"), "--spend", str(folder / "spend.csv"), "--margin", "40%", "--json"]
    told = CliRunner().invoke(lifelong, ["channels", *flags, "--rule", "position", "--window", "30d"])
    assert told.exit_code == 0, told.output
    assert "of the 30 days before the first order, by the rule position" in json.loads(told.stdout)["origin"]


def test_markov_shares_a_way_by_removal_effects() -> None:
    paths = Paths.of([(["a", "b", "b"], True, 1), (["b"], False, 0), (["c"], False, 0), (["c", "a"], True, 1)])
    effect = removal_effects(Moves.of(paths, 1, np.zeros(4, np.int64), 1))[0, :, 0]
    part = parts_of(paths, "markov", How(("markov",)))
    assert part[1] == part[2]
    assert part[0] / (part[1] + part[2]) == pytest.approx(effect[0] / effect[1])
    assert np.bincount(paths.path, weights=part) == pytest.approx(1.0)


@pytest.mark.parametrize("seed", range(5))
def test_dealt_parts_sum_and_lie_within_a_cent_of_their_share(seed: int) -> None:
    rng = np.random.default_rng(seed)
    owner = np.sort(np.concatenate([np.arange(50), rng.integers(0, 50, 100)]))
    weight = rng.random(150)
    parts = weight / np.bincount(owner, weights=weight)[owner]
    totals = rng.integers(-(10**9), 10**9, 50)
    dealt = deal_parts(totals, owner, parts)
    assert np.bincount(owner, weights=dealt).astype(np.int64).tolist() == totals.tolist()
    assert np.abs(dealt - totals[owner] * parts).max() < 1.0
