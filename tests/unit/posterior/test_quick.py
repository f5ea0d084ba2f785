"""The quick form of a posterior, against sums over a grid, and what it tells of itself."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from lifelong.errors import ConfigError, FitError
from lifelong.models.bg_bb import BGBB
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.climb import Prior
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.nbd import NBD
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.models.sbg import SBG
from lifelong.posterior import posterior, prior_draws, stated_prior
from lifelong.posterior.density import density
from lifelong.score import ModelError, Terms
from lifelong.score.scores import prepare
from lifelong.score.totals import group_totals
from lifelong.store import fits
from lifelong.testing import simulated_patterns, simulated_spend
from lifelong.units import Horizon, Rate
from lifelong.values import Patterns, Spend, Tenures, to_json

if TYPE_CHECKING:
    from pathlib import Path

FEW = Patterns.of([0, 1, 2, 5], [0, 100, 180, 300], [365, 365, 365, 365], [12, 5, 2, 1])


def codes(made: object) -> set[str]:
    return {f.code for f in made.findings}


def on_a_grid(patterns: Patterns) -> tuple[np.ndarray, np.ndarray]:
    """Posterior mean and standard deviation of NBD's log parameters, by sums over a grid."""
    objective, prior = NBD().objective(patterns), stated_prior(NBD())
    axes = [np.linspace(m - 5 * s, m + 5 * s, 61) for m, s in zip(prior.mean, prior.sd, strict=True)]
    z = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    value = np.array([objective.value(np.exp(at))[0] + prior.value(at)[0] for at in z])
    weight = np.exp(value - value.max())
    weight /= weight.sum()
    mean = weight @ z
    return mean, np.sqrt(weight @ (z - mean) ** 2)


def test_mean_and_spread_are_those_of_the_posterior() -> None:
    mean, sd = on_a_grid(FEW)
    made = posterior(NBD(), FEW, draws=4_000, seed=3)
    z = np.log(made.theta)
    error = sd / np.sqrt(made.diagnostics["ess"])
    assert (np.abs(made.weight @ z - mean) < 4 * error).all()
    # A variance of n draws is known to sqrt(2 / n) of itself, its root to half of that.
    assert np.allclose(np.sqrt(np.diag(made.covariance)), sd, rtol=4 / np.sqrt(2 * made.diagnostics["ess"]))
    assert made.diagnostics["k_hat"] < 0.6


@pytest.mark.parametrize("model", [BGNBD(), ParetoNBD()], ids=["one by one", "all at once"])
def test_many_densities_are_those_of_one_after_the_other(model: BGNBD | ParetoNBD) -> None:
    about = density(model, FEW, None, 0)
    z = about.mode.z + np.random.default_rng(1).normal(size=(6, 4)) @ about.root.T
    z[2, 1], z[4, 3] = about.scaled.low[1] - 0.1, about.scaled.high[3] + 0.1
    told = about.values(z)
    assert np.allclose(told, [about.value(at)[0] for at in z], rtol=1e-12)
    assert np.isneginf(told).tolist() == [False, False, True, False, True, False]


def test_equal_seeds_give_equal_draws() -> None:
    one, two, other = (posterior(BGNBD(), FEW, draws=200, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.theta, two.theta)
    assert np.array_equal(one.weight, two.weight)
    assert not np.array_equal(one.theta, other.theta)


def test_intervals_are_quantiles_of_the_weighed_draws() -> None:
    made = posterior(NBD(), FEW, draws=500)
    for j, p in enumerate(made.params):
        assert made.weight[made.theta[:, j] < p.low].sum() < 0.025 <= made.weight[made.theta[:, j] <= p.low].sum()
        assert made.weight[made.theta[:, j] < p.high].sum() < 0.975 <= made.weight[made.theta[:, j] <= p.high].sum()
        assert made[p.name] == pytest.approx(p.estimate, rel=1e-12)
    with pytest.raises(ValueError, match="not in tuple"):
        made["beta"]


def test_draws_come_as_often_as_their_weight_says() -> None:
    made = posterior(NBD(), FEW, draws=300)
    drawn = made.draws(3_000, np.random.default_rng(1))
    times = np.array([(drawn == row).all(axis=1).sum() for row in made.theta])
    assert (np.abs(times - 3_000 * made.weight) <= 1.0).all()


def test_few_data_leave_the_prior_and_a_wide_one_breaks_the_quick_form() -> None:
    one = Patterns.of([1], [10], [300], [1])
    assert "F275" in codes(posterior(BGNBD(), one))
    made = posterior(BGNBD(), FEW, Prior(stated_prior(BGNBD()).mean, np.full(4, 4.0)), draws=400)
    assert {"F271", "F272"} <= codes(made)


def test_many_data_need_no_finding() -> None:
    data = simulated_patterns(NBD(), np.array([0.6, 12.0]), 2_000, np.random.default_rng(1))
    made = posterior(NBD(), data)
    assert codes(made) == set()
    fit = NBD().fit(data, prior="off")
    assert np.allclose(made.centre, fit.theta, rtol=0.02)
    assert np.allclose(np.diag(made.covariance), np.diag(fit.covariance), rtol=0.2)
    assert made.loglik == pytest.approx(NBD().loglik(made.centre, data), rel=1e-12)


def test_spends_and_tenures_have_posteriors_too() -> None:
    data = simulated_spend(GammaGamma(), np.array([6.0, 4.0, 15.0]), 800, np.random.default_rng(2))
    made = posterior(GammaGamma(), data)
    fit = GammaGamma().fit(data, prior="on")
    assert np.allclose(np.log(made.centre), np.log(fit.theta), atol=np.sqrt(np.diag(fit.covariance)))
    cents = posterior(GammaGamma(), Spend(data.x, data.total * 100, data.count))
    assert np.allclose(cents.theta, made.theta * [1, 1, 100], rtol=1e-5)  # in every currency the same
    kept = posterior(SBG(), Tenures.from_survivors([1000, 631, 468, 382, 326]))
    assert np.allclose(kept.centre, SBG().fit(Tenures.from_survivors([1000, 631, 468, 382, 326])).theta, rtol=0.1)
    assert kept.origin.customers == 1000


def test_a_model_without_an_objective_of_its_own() -> None:
    seen = Patterns.of([0, 2, 5, 6], [0, 3, 5, 6], [6, 6, 6, 6], [60, 10, 20, 30])
    assert posterior(BGBB(), seen, draws=100).theta.shape == (100, 4)


def test_priors_are_stated_and_drawn() -> None:
    prior = stated_prior(BGNBD())
    drawn = np.log(prior_draws(BGNBD(), 20_000, np.random.default_rng(1)))
    assert np.allclose(drawn.mean(axis=0), prior.mean, atol=4 * prior.sd / np.sqrt(20_000))
    assert np.allclose(drawn.std(axis=0), prior.sd, rtol=0.03)
    narrow = Prior(np.log([0.3, 5.0, 1.0, 2.0]), np.full(4, 1e-6))
    assert np.allclose(prior_draws(BGNBD(), 3, np.random.default_rng(1), narrow), [0.3, 5.0, 1.0, 2.0], rtol=1e-4)
    held = posterior(BGNBD(), FEW, narrow, draws=100)
    assert np.allclose(held.centre, [0.3, 5.0, 1.0, 2.0], rtol=1e-4)
    assert held.prior == tuple(zip(narrow.mean.tolist(), narrow.sd.tolist(), strict=True))


@pytest.mark.parametrize(
    ("mean", "sd"), [([0.0], [1.0]), ([0, 0], [1, np.inf]), ([0, 0], [1, 0]), ([0, np.nan], [1, 1])]
)
def test_a_prior_must_be_proper(mean: list[float], sd: list[float]) -> None:
    with pytest.raises(FitError, match="2 finite means") as caught:
        posterior(NBD(), FEW, Prior(np.array(mean, float), np.array(sd, float)))
    assert caught.value.code == "E221"


def test_nobody_and_no_such_way() -> None:
    with pytest.raises(FitError) as caught:
        posterior(NBD(), Patterns.of([], [], []))
    assert caught.value.code == "E201"
    with pytest.raises(FitError):
        posterior(GammaGamma(), Spend(np.array([0, 3]), np.array([0.0, 0.0]), np.array([5, 1])))
    with pytest.raises(ConfigError, match="'laplase' is not a way") as wrong:
        posterior(NBD(), FEW, how="laplase")
    assert wrong.value.code == "E301"
    assert "did you mean 'laplace'" in str(wrong.value)


def test_a_posterior_becomes_a_fit_that_is_kept(tmp_path: Path) -> None:
    made = posterior(BGNBD(), FEW)
    fit = made.as_fit(200)
    drawn = fit.draws(50, np.random.default_rng(1))
    assert {tuple(row) for row in drawn} <= {tuple(row) for row in made.theta}
    assert fit.draws(500, np.random.default_rng(1)).shape == (500, 4)
    back = fits.load(tmp_path, fits.save(fit, tmp_path))
    assert np.array_equal(back.drawn, fit.drawn)
    assert np.array_equal(back.draws(50, np.random.default_rng(1)), drawn)
    assert (back.info["how"], back.loglik) == ("laplace", fit.loglik)


def test_what_is_printed_and_what_json_holds() -> None:
    made = posterior(NBD(), FEW, draws=500)
    assert "nbd: posterior by laplace, 500 draws, 20 customers" in str(made)
    told = made.as_dict()
    assert told["prior"] == {"r": [-0.5, 1.0], "alpha": [2.1, 1.5]}
    assert [p["name"] for p in told["params"]] == ["r", "alpha"]
    assert '"k_hat"' in to_json(made)


def test_totals_take_their_doubt_about_parameters_from_the_posterior() -> None:
    data = simulated_patterns(BGNBD(), np.array([0.5, 20.0, 0.8, 2.5]), 60, np.random.default_rng(1))
    x, t_x, T = (np.repeat(column, data.count).astype(np.int32) for column in (data.x, data.t_x, data.T))
    nothing = np.zeros(60, np.int64)
    names = pa.array([f"{i:02d}" for i in range(60)])
    summary = pa.table({
        "customer_id": names, "x": x, "t_x": t_x, "T": T, "first_day": 10_000 - T, "orders": x + 1,
        "revenue": nothing, "cost": pa.nulls(60, pa.int64()), "spend_x": x, "spend": nothing,
    })  # fmt: skip
    terms = Terms(Horizon(273, "39w"), 1.0, Rate(0.0), "USD", ModelError.off(), 1)
    fit = posterior(BGNBD(), data).as_fit()

    def width(drawn: np.ndarray | None) -> float:
        ahead, _ = prepare(replace(fit, drawn=drawn), summary, terms, 20_000)
        total = group_totals(ahead, {"all": np.arange(60)})["all"]
        return total.orders_high90 - total.orders_low90

    assert width(np.tile(fit.theta, (5, 1))) < width(fit.drawn) < 1.5 * width(None)
