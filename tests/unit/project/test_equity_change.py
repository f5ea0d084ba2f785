"""What moved customer equity from one run to the next."""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING

import pytest

import lifelong as ll
from lifelong.values import to_json

if TYPE_CHECKING:
    from pathlib import Path

TOLD = {"cac": 3, "margin": "35%", "months": 24}


@pytest.fixture(scope="module")
def shop(orders_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    """Early orders with their equity; then all orders, fitted anew."""
    folder = tmp_path_factory.mktemp("equity")
    head, *rows = list(csv.reader(orders_csv.read_text().splitlines()))
    days = sorted(row[2][:10] for row in rows)
    middle = days[len(days) * 6 // 10]
    for name, some in (("a", [r for r in rows if r[2][:10] <= middle]), ("b", [r for r in rows if r[2][:10] > middle])):
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *some])
    made = ll.Project(folder / "shop", settings={"currency": "EUR"})
    made.ingest(folder / "a.csv")
    made.fit("pareto_nbd")
    first = made.equity(**TOLD)
    assert first.change is None
    assert "no earlier run" in str(first)
    (folder / "then.json").write_text(to_json(first.as_dict()))
    made.ingest(folder / "b.csv")
    made.fit("bg_nbd")
    return made


def test_parts_sum_to_the_change_of_what_was_shown(shop: ll.Project) -> None:
    then = json.loads((shop.path.parent / "then.json").read_text())
    now = shop.equity(**TOLD)
    made = now.change
    assert made is not None
    assert made.model is not None
    assert (made.since, made.why) == (then["as_of"], "")
    assert made.came + made.gone + made.behaviour + made.model + made.future == made.total == made.after - made.before
    assert made.before == pytest.approx(100 * then["equity"], abs=2)  # the sum of rows, each a double
    assert made.after == round(100 * now.equity)
    assert made.future == pytest.approx(100 * (now.future - then["future"]), abs=4)
    assert made.customers_came == now.customers - then["customers"] + made.customers_gone
    assert max(map(len, str(now).splitlines())) <= 80
    assert json.loads(to_json(now.as_dict()))["change"]["total"] == made.total
    again = shop.equity(**TOLD)
    assert again.change == made  # kept once


def test_a_kept_run_is_not_taken_for_the_last_scores(shop: ll.Project) -> None:
    shop.score(horizon="26w")
    shop.equity(**TOLD)
    assert shop.trend().horizon == "26w"


def test_where_the_earlier_run_cannot_be_made_again_it_is_said(shop: ll.Project, tmp_path: Path) -> None:
    shutil.copytree(shop.path, tmp_path / "shop")
    made = ll.Project(tmp_path / "shop", create=False)
    before = made.equity(**TOLD).change
    assert before is not None
    (made.path / "scores" / before.run).with_suffix(".fit.json").unlink()
    lost = made.equity(**TOLD)
    assert lost.change is None
    assert "no longer there" in lost.no_change


def test_where_the_earlier_orders_are_gone_it_is_said(shop: ll.Project, tmp_path: Path) -> None:
    shutil.copytree(shop.path, tmp_path / "shop")
    made = ll.Project(tmp_path / "shop", create=False)
    made.ingest(shop.path.parent / "a.csv", timezone="Asia/Tokyo")  # by another rule: it takes the place of the first
    made.fit("pareto_nbd")
    assert "no longer holds" in made.equity(**TOLD).no_change
