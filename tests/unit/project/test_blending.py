"""A learned blend by the verbs: asked for by name or chosen, kept as text, and used by every verb that values customers."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.mixed_shop import mixed_shop

import lifelong as ll
from lifelong.errors import ConfigError, FitError
from lifelong.judge import blending as judged
from lifelong.store import fits
from lifelong.units import date_of

if TYPE_CHECKING:
    from pathlib import Path

    import pyarrow as pa

    from lifelong.values import Fit


def _write(
    orders: pa.Table, path: Path, columns: tuple[str, ...] = ("order_id", "customer_id", "day", "revenue")
) -> Path:
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(["order_id", "customer_id", "ordered_at", "revenue"][: len(columns)])
        for row in orders.select(columns).to_pylist():
            told = [row["order_id"], row["customer_id"], date_of(row["day"]).isoformat()]
            out.writerow([*told, f"{row['revenue'] / 100:.2f}"] if "revenue" in columns else told)
    return path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    folder = tmp_path_factory.mktemp("blended")
    made = ll.Project(folder / "shop", settings={"currency": "EUR"})
    made.ingest(_write(mixed_shop(), folder / "orders.csv"))
    made.backtest(["bg_nbd", "bg_nbd+blend"], holdout="13w")
    return made


@pytest.fixture(scope="module")
def fit(shop: ll.Project) -> Fit:
    return shop.fit("auto")


def test_auto_takes_the_blend_that_the_back_test_chose_and_says_why(fit: Fit) -> None:
    assert fit.name == "bg_nbd+blend"
    assert fit.model == "bg_nbd"
    assert fit.blend is not None
    assert fit.blend.horizon == "13w"
    why = next(one.text for one in fit.findings if one.code == "F291")
    assert "Blended with learned forecasts it errs" in why
    assert "learned blend, 13w ahead: weights statistical" in str(fit)
    told = json.loads(json.dumps(fit.as_dict()))["blend"]
    assert sum(told["weights"].values()) == pytest.approx(1.0)
    assert all(len(each) == 64 for each in told["trees"].values())


def test_what_is_kept_makes_the_same_scores_to_the_last_digit(shop: ll.Project, fit: Fit) -> None:
    first, again = shop.score(fit, horizon="13w"), shop.score(fits.load(shop.path / "fits"), horizon="13w")
    assert first.model == "bg_nbd+blend"
    assert first.table.equals(again.table)
    assert first.as_dict() == again.as_dict()
    assert "F264" in {one.code for one in again.findings}
    assert "S390" not in {one.code for one in again.findings}  # it was tested, and its error is known
    refitted = shop.fit("blend")  # of the best statistical model
    assert refitted.name == "bg_nbd+blend"
    assert refitted.blend is not None
    assert fit.blend is not None
    assert refitted.blend.as_stored() == fit.blend.as_stored()


def test_the_scores_of_the_project_s_horizon_say_that_the_model_stands_alone(shop: ll.Project, fit: Fit) -> None:
    made = shop.score(fit, horizon="26w")
    assert made.model == "bg_nbd"
    assert "learned for 13w ahead, and 26w was asked" in str(made)


def test_report_and_card_name_the_blend(shop: ll.Project, tmp_path: Path) -> None:
    page = shop.report(tmp_path / "report.html", horizon="13w").read_text(encoding="utf-8")
    assert "BG/NBD blended with learned forecasts" in page
    card = shop.card(tmp_path / "card.md", horizon="13w").read_text(encoding="utf-8")
    assert "nbd+blend)" in card
    assert "+blend blended" not in page + card


def test_what_was_chosen_elsewhere_and_cannot_be_made_here_is_a_finding(
    shop: ll.Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    fit = shop.fit("auto")
    assert fit.name == "bg_nbd"
    assert "F266" in {one.code for one in fit.findings}
    with pytest.raises(ConfigError) as caught:
        shop.fit("blend")
    assert caught.value.code == "E303"


def test_names_and_data_that_cannot_be_are_refused(shop: ll.Project, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"no model 'bg_nbt\+blend'"):
        shop.fit("bg_nbt+blend")
    bare = ll.Project(tmp_path / "bare", settings={"currency": "EUR"})
    few = mixed_shop().slice(0, 600)
    bare.ingest(_write(few, tmp_path / "orders.csv", ("order_id", "customer_id", "day")))
    with pytest.raises(FitError) as caught:
        bare.fit("blend")
    assert caught.value.code == "E151"


def test_a_history_too_short_for_any_back_test_is_refused_by_name(tmp_path: Path) -> None:
    orders = mixed_shop()
    days = orders["day"].to_numpy()
    made = ll.Project(tmp_path / "short", settings={"currency": "EUR", "horizon": "13w"})
    made.ingest(_write(orders.filter(np.asarray(days < days.min() + 40)), tmp_path / "orders.csv"))
    with pytest.raises(FitError) as caught:
        made.fit("blend")
    assert caught.value.code == "E217"
    made.configure(horizon="lifetime")
    with pytest.raises(ConfigError, match="not for life"):
        made.fit("bg_nbd+blend")


def test_too_few_customers_for_a_bound_are_refused(fit: Fit) -> None:
    from lifelong.judge.learning import Learned
    from lifelong.models.bounds import UpperBounds

    assert fit.blend is not None
    few = Learned({}, fit.blend.weights, 1.0, UpperBounds.fit(np.ones(60), np.ones(60)), np.ones(60), None, ())
    with pytest.raises(FitError, match="60 customers"):
        few.kept(ll.units.Horizon.parse("13w"))
    assert judged.statistical(replace(fit, blend=None).name) == "bg_nbd"
