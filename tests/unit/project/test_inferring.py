"""The verb posterior: figures, groups, the file for ArviZ, and a fit to score by."""

from __future__ import annotations

import json
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import lifelong as ll
from lifelong.errors import ConfigError, LifelongError
from lifelong.posterior import chains

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def shop(orders_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    """The simulated shop, with a channel and a number of each customer's."""
    place = tmp_path_factory.mktemp("drawn")
    head, *rows = orders_csv.read_text().splitlines()
    at = head.split(",").index("customer_id")
    told = [f"{row},{('web', 'shop')[sum(map(ord, row.split(',')[at])) % 2]},{i}" for i, row in enumerate(rows)]
    (place / "o.csv").write_text("\n".join([f"{head},way,number", *told]) + "\n")
    made = ll.Project(place / "shop", settings={"currency": "EUR"})
    made.ingest(place / "o.csv", keep=["way", "number"])
    return made


def test_figures_of_a_posterior(shop: ll.Project) -> None:
    made: Any = shop.posterior("pareto_nbd", draws=800)
    assert made.model == "pareto_nbd"
    for row in made.rows():
        assert row["low95"] < row["low80"] < row["mean"] < row["high80"] < row["high95"]
    text = str(made)
    assert "low80" in text
    assert "k-hat" in text
    assert "effective draws" in text
    assert made.as_dict()["intervals"][0]["name"] == "r"
    assert np.array_equal(made.theta, shop.posterior("pareto_nbd", draws=800).theta)


def test_draws_are_written_for_arviz(shop: ll.Project, tmp_path: Path) -> None:
    import xarray

    made: Any = shop.posterior("mbg_nbd", out=tmp_path / "draws.nc")
    with xarray.open_dataset(tmp_path / "draws.nc", group="posterior", engine="h5netcdf") as told:
        assert told.attrs["model"] == "mbg_nbd"
        assert float(told["alpha"].mean()) == pytest.approx(made["alpha"], rel=0.05)


def test_a_kept_posterior_is_what_scores_draw_from(shop: ll.Project) -> None:
    made: Any = shop.posterior("pareto_nbd", keep=True)
    scores = shop.score(horizon="26w")
    assert scores.model == "pareto_nbd"
    from lifelong.store import fits

    kept = fits.load(shop.path / "fits")
    assert kept.theta == pytest.approx(made.centre)
    assert kept.drawn is not None
    assert kept.spend is not None
    assert kept.origin.until == scores.as_of
    assert scores.totals.orders_low80 < scores.totals.orders < scores.totals.orders_high80


def test_groups_learn_from_each_other(shop: ll.Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "TUNE", 40)  # the way is looked at, not the draws
    made: Any = shop.posterior("nbd", by="way", draws=40, out=tmp_path / "groups.nc")
    assert set(made.posteriors) == {"web", "shop"}
    assert sum(one.origin.customers for one in made.posteriors.values()) == shop.status().facts["customers"]
    assert "R-hat" in str(made)
    import xarray

    with xarray.open_dataset(tmp_path / "groups.nc", group="posterior", engine="h5netcdf") as told:
        assert told["alpha"].shape == (4, 10, 2)
        assert sorted(told["group"].values.tolist()) == ["shop", "web"]


def test_auto_takes_the_model_of_the_last_backtest(shop: ll.Project) -> None:
    assert shop.posterior("auto", draws=40).model == "pareto_nbd"
    shop.backtest(["mbg_nbd"], holdout="8w")
    assert shop.posterior(draws=40).model == "mbg_nbd"


@pytest.mark.parametrize(
    ("code", "asked"),
    [
        ("E181", {"by": "colour"}),
        ("E182", {"by": "way", "keep": True}),
        ("E182", {"model": "pareto_nbd+calendar"}),
        ("E204", {"model": "sbg"}),
        ("E222", {"by": "number"}),
        ("E301", {"out": "draws.csv"}),
        ("E301", {"how": "guess"}),
        ("E302", {"model": "pareto"}),
    ],
)
def test_what_cannot_be_drawn_is_refused(shop: ll.Project, code: str, asked: dict[str, Any]) -> None:
    with pytest.raises(LifelongError) as caught:
        shop.posterior(**asked)
    assert caught.value.code == code


def test_without_the_extra_the_command_is_told(
    shop: ll.Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: Any = shop.posterior("nbd", draws=40)
    assert drawn.how == "laplace"
    monkeypatch.setitem(sys.modules, "arviz", None)
    for asked in ({"model": "nbd", "out": tmp_path / "d.nc"}, {"model": "nbd", "by": "way", "draws": 40}):
        with pytest.raises(ConfigError) as caught:
            shop.posterior(**asked)
        assert caught.value.code == "E303"
        assert "lifelong[bayes]" in caught.value.fix


def test_the_command_line_says_the_same(shop: ll.Project, capsys: pytest.CaptureFixture[str]) -> None:
    from lifelong.cli.commands import lifelong

    lifelong.main(
        ["posterior", "--project", str(shop.path), "--model", "bg_nbd", "--draws", "400", "--json"],
        standalone_mode=False,
    )
    told = json.loads(capsys.readouterr().out)
    made: Any = shop.posterior("bg_nbd", draws=400)
    assert told["diagnostics"]["k_hat"] == made.diagnostics["k_hat"]
    assert {row["name"] for row in told["intervals"]} == {"r", "alpha", "a", "b"}
