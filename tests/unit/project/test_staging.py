"""The verb stages, from the orders to the file."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import pytest

import lifelong as ll
from lifelong.errors import ConfigError
from lifelong.units import date_of, day_of
from lifelong.values.stages import STAGES

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def shop(orders_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    made = ll.Project(tmp_path_factory.mktemp("staged") / "shop", settings={"currency": "EUR"})
    made.ingest(orders_csv)
    return made


def test_stages_need_no_fit_and_have_value_once_there_are_scores(shop: ll.Project) -> None:
    bare = shop.stages()
    assert bare.value is None
    assert [f.code for f in bare.findings if f.code != "F216"] == ["F294"]
    shop.fit("pareto_nbd")
    scores = shop.score(horizon="26w", margin="35%")
    made = shop.stages()
    assert made.customers == bare.customers
    assert sum(made.customers) == scores.customers
    assert made.value is not None
    assert sum(made.value) == pytest.approx(round(scores.totals.value, 2), abs=1e-9)  # to the cent
    assert (made.as_of, made.currency, made.worth) == (scores.as_of, "EUR", scores.definition)
    assert made.table["customer_id"].equals(scores.table["customer_id"])
    assert made.table["silent_days"].equals(scores.table["silent_days"])
    earlier = date_of(day_of(made.as_of) - 30).isoformat()
    assert shop.stages(until=earlier).value is None  # scores of another day are not this day's


def test_who_moved_is_told_and_written(shop: ll.Project, tmp_path: Path) -> None:
    since = date_of(day_of(shop.stages().as_of) - 91).isoformat()
    made = shop.stages(since=since, out=tmp_path / "stages.csv")
    assert made.path == str(tmp_path / "stages.csv")
    assert tuple(map(sum, zip(*made.moved, strict=True))) == made.customers
    with (tmp_path / "stages.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == sum(made.customers)
    assert sum(row["before"] == "" for row in rows) == sum(made.moved[-1])
    assert {(row["as_of"], row["since"], row["definition"]) for row in rows} == {(made.as_of, since, made.definition)}
    text = str(made)
    assert f"since {since}" in text
    assert all(name in text for name in (*STAGES, "not yet", made.path))
    assert all(len(line) <= 80 for line in text.splitlines()[:15])


def test_an_earlier_day_must_be_earlier(shop: ll.Project) -> None:
    with pytest.raises(ConfigError) as caught:
        shop.stages(since=shop.stages().as_of)
    assert caught.value.code == "E233"


def test_subscriptions_are_told_apart(tmp_path: Path) -> None:
    rows = [f"c{i},2025-{m:02d}-{1 + i % 20:02d},10" for i in range(60) for m in range(1, 13)]
    (tmp_path / "subs.csv").write_text("\n".join(["customer_id,ordered_at,revenue", *rows]))
    shop = ll.Project(tmp_path / "shop")
    shop.ingest(tmp_path / "subs.csv")
    assert "F293" in {f.code for f in shop.stages().findings}
