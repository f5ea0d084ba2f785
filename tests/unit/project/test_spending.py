"""Spend in a project: it lands as orders do, is the same again, and other verbs read one table."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tests.unit.sources.reports import ENGLISH, META, NEUTRAL, project, written

from lifelong import Project, schema
from lifelong.cli.commands import lifelong
from lifelong.errors import DataError, StoreError
from lifelong.store import spent
from lifelong.store.landing import Landing, Manifest
from lifelong.values import SpendReport, SpendTotals
from lifelong.values.spend_totals import ChannelSpend

if TYPE_CHECKING:
    from pathlib import Path


def test_the_same_file_again_changes_nothing_and_another_reading_takes_its_place(tmp_path: Path) -> None:
    shop, path = project(tmp_path), written(tmp_path, ENGLISH)
    first = shop.spend(path)
    state = shop.status().facts
    again = shop.spend(path)
    assert [f.code for f in again.findings][:1] == ["D190"]
    assert (again.cost, again.unread, again.columns) == (first.cost, first.unread, first.columns)
    assert shop.status().facts == state
    shop.spend(path, purpose="brand", channel="google ads")
    assert {(p.channel, p.purpose) for p in shop.spend().parts} == {("google ads", "brand")}
    assert shop.status().facts["batches"] == 1
    assert shop.spend().cost == first.cost["kept"]


def test_a_later_file_tells_anew_what_an_earlier_one_told(tmp_path: Path) -> None:
    shop = project(tmp_path)
    shop.spend(written(tmp_path, ENGLISH))
    later = shop.spend(written(tmp_path, ENGLISH.replace("99.90", "89.90"), "later.csv"))
    told = [f for f in later.findings if f.code == "F365"]
    assert told[0].facts == {"rows": 3, "cost": 133446}
    assert shop.spend().cost == later.cost["kept"] == 132446
    renamed = shop.spend(written(tmp_path, ENGLISH.replace("Brand", "Brand 2"), "renamed.csv"))
    assert any("names other campaigns on 2 of these days" in f.text for f in renamed.findings)


def test_the_table_is_a_cache_and_is_the_same_again(tmp_path: Path) -> None:
    shop = project(tmp_path)
    shop.spend(written(tmp_path, ENGLISH))
    shop.spend(written(tmp_path, NEUTRAL, "neutral.csv"))
    assert shop.spend_table().column_names == list(schema.names(schema.SPEND))
    held, state = shop.spend_table(), shop.status().facts
    shutil.rmtree(shop.path / "cache")
    assert shop.spend_table().equals(held)
    assert shop.rebuild().facts == state
    assert shop.check().rows == 9
    landing = Landing(shop.path)
    assert spent.find(shop.path, Manifest()) is None
    shutil.rmtree(shop.path / "cache")
    next(landing.folder.glob("*.parquet")).write_bytes(b"PAR1")
    with pytest.raises(StoreError):
        shop.spend_table()


def test_spend_lies_beside_orders_and_survives_a_person_who_leaves(tmp_path: Path, orders_csv: Path) -> None:
    shop = project(tmp_path)
    shop.ingest(orders_csv)
    orders = shop.status().facts["content"]
    shop.spend(written(tmp_path, ENGLISH))
    shop.spend(written(tmp_path, META, "meta.csv"))
    assert shop.status().facts["content"] == orders
    held = shop.spend_table()
    shop.forget(orders_csv.read_text().splitlines()[1].split(",")[1])
    assert shop.spend_table().equals(held)
    assert [b.id.startswith("spend-") for b in Landing(shop.path).read().every] == [False, True, True]
    out = shop.export(tmp_path / "spend.csv", what="spend")
    assert out.read_text(encoding="utf-8-sig").splitlines()[0].startswith("day,channel,source,medium,campaign")


def test_what_was_spent_where(tmp_path: Path) -> None:
    shop = project(tmp_path)
    with pytest.raises(DataError, match="holds no spend") as problem:
        shop.spend()
    assert problem.value.code == "E367"
    shop.spend(written(tmp_path, ENGLISH))
    shop.spend(written(tmp_path, NEUTRAL, "neutral.csv"))
    told = shop.spend(first="2025-01-02", last="2025-01-02")
    assert (told.first_day, told.last_day, told.cost) == ("2025-01-02", "2025-01-02", 9990 + 100)
    assert all(len(line) <= 80 for line in str(shop.spend()).splitlines())
    assert "email" in str(shop.spend())
    with pytest.raises(DataError, match="no spend lies in these days"):
        shop.spend(last="2024-01-01")


def test_values_that_do_not_add_up_are_never_shown() -> None:
    with pytest.raises(DataError) as problem:
        SpendTotals("2025-01-01", "2025-01-01", "EUR", 5, (ChannelSpend("radio", "brand", 4),))
    assert problem.value.code == "E109"
    parts = dict.fromkeys(("kept", "totals", "quarantined", "older"), 0)
    with pytest.raises(DataError) as problem:
        SpendReport("a.csv", "b", "file", 1, parts, 0, parts, "EUR", 0, "", "", {})
    assert problem.value.code == "E109"
    assert "no day" in str(SpendReport("a.csv", "b", "file", 0, parts, 0, parts, "EUR", 0, "", "", {}))
    assert (
        "%"
        not in str(SpendTotals("2025-01-01", "2025-01-01", "EUR", 0, (ChannelSpend("radio", "brand"),))).split("share")[
            1
        ]
    )


def test_the_command_line_says_the_same(tmp_path: Path) -> None:
    shop, path = project(tmp_path), written(tmp_path, ENGLISH)
    call = ["spend", "--project", str(shop.path)]
    shown = CliRunner().invoke(lifelong, [*call, str(path)])
    assert shown.exit_code == 0, shown.output
    assert all(len(line) <= 80 for line in shown.stdout.splitlines())
    told = json.loads(CliRunner().invoke(lifelong, [*call, str(path), "--json"]).stdout)
    assert told == json.loads(json.dumps(shop.spend(path).as_dict()))
    whole = json.loads(CliRunner().invoke(lifelong, [*call, "--json"]).stdout)
    assert whole == json.loads(json.dumps(shop.spend().as_dict()))
    assert whole["cost"] == told["cost"]["kept"]


def test_a_project_without_orders_can_be_checked(tmp_path: Path) -> None:
    shop = Project(tmp_path / "shop")
    shop.spend(written(tmp_path, ENGLISH))
    assert shop.check().quarantined == 0
    assert shop.config.currency == ""
    assert shop.spend().currency == "EUR"


def test_the_projects_aliases_hold_for_spend(tmp_path: Path) -> None:
    (tmp_path / "s.csv").write_text("date,source,medium,cost\n2026-01-02,blattwerk,cpc,10\n2026-01-02,nl,x,5\n")
    shop = Project(tmp_path / "shop", settings={"currency": "EUR"})
    config = shop.path / "lifelong.toml"
    config.write_text(config.read_text().replace("aliases = []", 'aliases = ["blattwerk=facebook", "x=email"]'))
    assert shop.spend(tmp_path / "s.csv").channels == {"paid social": 1000, "email": 500}
