"""The verb trend, over runs of a growing shop."""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING

import pytest

import lifelong as ll
from lifelong.errors import DataError
from lifelong.project import runs, valuing
from lifelong.project.folder import Folder, silent
from lifelong.store import files
from lifelong.units import date_of, day_of
from lifelong.values import to_json

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import Trend


@pytest.fixture(scope="module")
def shop(orders_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    """Early orders, scored over two horizons; then all orders by another model, and by a third fit."""
    folder = tmp_path_factory.mktemp("trend")
    head, *rows = list(csv.reader(orders_csv.read_text().splitlines()))
    days = sorted(row[2][:10] for row in rows)
    middle = days[len(days) * 6 // 10]
    for name, some in (("a", [r for r in rows if r[2][:10] <= middle]), ("b", [r for r in rows if r[2][:10] > middle])):
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *some])
    made = ll.Project(folder / "shop", settings={"currency": "EUR"})
    made.ingest(folder / "a.csv")
    made.fit("pareto_nbd")
    made.score(horizon="26w", margin="35%")
    made.score(horizon="13w", margin="35%")
    made.ingest(folder / "b.csv")
    made.fit("bg_nbd")
    made.score(horizon="26w", margin="35%")
    made.fit("pareto_nbd")
    made.score(horizon="26w", margin="35%")
    return made


@pytest.fixture(scope="module")
def trend(shop: ll.Project) -> Trend:
    return shop.trend()


def test_every_change_is_the_sum_of_its_parts_and_each_run_is_kept(trend: Trend) -> None:
    assert [(p.model, p.change is None) for p in trend.points] == [
        ("pareto_nbd", True),
        ("bg_nbd", False),
        ("pareto_nbd", False),
    ]
    assert (trend.horizon, trend.currency, trend.digits, trend.others) == ("26w", "EUR", 2, 1)
    for before, point in zip(trend.points, trend.points[1:], strict=False):
        told = point.change
        assert told is not None
        assert told.model is not None
        assert told.came + told.behaviour + told.model + told.gone == told.total == point.value - before.value
        assert (told.gone, told.customers_gone) == (0, 0)
        assert before.customers + told.customers_came == point.customers


def test_on_the_same_orders_all_of_the_change_is_the_model(trend: Trend) -> None:
    told = trend.points[-1].change
    assert told is not None
    assert (told.came, told.behaviour, told.model) == (0, 0, told.total)
    assert told.total != 0


def test_each_run_can_be_made_again_from_the_landing_and_its_fit(shop: ll.Project) -> None:
    folder = Folder(shop.path, silent)
    for run in runs.kept(folder):
        at = run.base(folder)
        assert at is not None
        again = valuing.scored(folder, run.made_by(), at, run.question)
        assert again.table.equals(run.rows())
        assert again.totals.as_dict() == run.told["totals"]
        assert run.made_by().model == run.told["model"]
        assert run.fit.startswith(run.told["model"])


def test_the_parts_are_those_of_scores_by_the_old_fit(shop: ll.Project, trend: Trend) -> None:
    """By another way: the old fit, given to the verb that scores."""
    folder = Folder(shop.path, silent)
    first, second = [run for run in runs.kept(folder) if run.told["horizon"] == "26w"][:2]
    summary = second.base(folder)
    assert summary is not None
    fit = first.made_by()
    alone = ll.predict(fit, summary.summary, horizon="26w", margin="35%", discount=str(first.question.discount))
    told = trend.points[1].change
    assert told is not None
    known = set(first.rows()["customer_id"].to_pylist())
    came = sum(r["value"] for r in alone.table.to_pylist() if r["customer_id"] not in known)
    assert told.came == pytest.approx(100 * came, abs=2)
    assert told.behaviour == pytest.approx(100 * (alone.totals.value - came - first.told["totals"]["value"]), abs=2)
    assert told.model == pytest.approx(100 * (second.told["totals"]["value"] - alone.totals.value), abs=2)


def test_scoring_the_same_again_keeps_one_run(shop: ll.Project, trend: Trend) -> None:
    shop.score(horizon="26w", margin="35%")
    assert shop.trend() == trend


def test_runs_of_another_horizon_are_followed_by_name(shop: ll.Project) -> None:
    made = shop.trend("13w")
    assert (len(made.points), made.others) == (1, 3)
    assert "scoring runs: 1; 3 of another question" in str(made)
    with pytest.raises(DataError) as caught:
        shop.trend("7w")
    assert caught.value.code == "E106"


def test_text_and_json_tell_it(trend: Trend) -> None:
    told = json.loads(to_json(trend))
    assert set(told) == {"horizon", "currency", "definition", "digits", "points", "others"}
    assert set(told["points"][1]["change"]) == {
        "total", "came", "behaviour", "gone", "model", "customers_came", "customers_gone", "why",
    }  # fmt: skip
    text = str(trend)
    assert "change to" in text
    assert f"{trend.points[1].value / 100:,.2f}" in text
    assert all(len(line) <= 80 for line in text.splitlines()[1:])


def test_where_the_old_model_cannot_be_run_it_says_so(orders_csv: Path, tmp_path: Path) -> None:
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    with pytest.raises(DataError) as caught:
        shop.trend()
    assert caught.value.code == "E106"
    shop.ingest(orders_csv)
    fit = shop.fit("pareto_nbd")
    day = date_of(day_of(fit.origin.until) - 60).isoformat()
    early = shop.score(shop.fit("bg_nbd", until=day), horizon="26w")
    shop.score(fit, horizon="26w")
    whole = shop.trend().points[1].change
    assert whole is not None
    assert whole.model is not None
    fit_file = tmp_path / "shop" / "scores" / early.path.rsplit("/", 1)[-1].replace(".parquet", ".fit.json")
    fit_file.unlink()
    told = shop.trend().points[1].change
    assert told is not None
    assert (told.model, told.total) == (None, whole.total)
    assert told.came + told.behaviour + told.gone == told.total
    assert "no longer there" in told.why
    assert "not known" in str(shop.trend())
    assert told.why in str(shop.trend())
    fit_file.write_bytes(b"{}")
    assert "E401" in str(shop.trend())
    shop.ingest(orders_csv, timezone="Asia/Tokyo")  # the same file by another rule takes the place of the first
    told = shop.trend().points[1].change
    assert told is not None
    assert told.model is None
    assert "no longer holds" in told.why


def test_a_run_of_an_earlier_version_has_no_fit_to_run(shop: ll.Project, tmp_path: Path) -> None:
    copy = tmp_path / "shop"
    shutil.copytree(shop.path, copy)
    first = Folder(copy, silent)
    run = next(run for run in runs.kept(first) if run.told["horizon"] == "26w")
    files.write_sealed(run.path.with_suffix(".json"), runs.KIND, run.told)
    made = ll.Project(copy).trend()
    told = made.points[1].change
    assert told is not None
    assert (made.points[0].fit, told.model) == ("", None)
    assert "without its fit" in told.why


def test_one_fit_on_more_orders_has_no_model_part(halves: tuple[Path, Path], tmp_path: Path) -> None:
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    shop.ingest(halves[0])
    fit = shop.fit("bg_nbd")
    shop.score(fit, horizon="26w")
    shop.ingest(halves[1])
    shop.score(fit, horizon="26w")
    first, second = shop.trend().points
    told = second.change
    assert told is not None
    assert first.fit == second.fit
    assert (told.model, told.why) == (0, "")
    assert told.came + told.behaviour + told.gone == told.total == second.value - first.value != 0
