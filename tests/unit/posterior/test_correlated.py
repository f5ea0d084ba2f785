"""Pareto/NBD with log-normal rates: its likelihood, its sampler against its own prior, small shops, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy import integrate

from lifelong.errors import ConfigError, DataError, FitError
from lifelong.models.pareto_abe import expect, log_likelihood, simulate
from lifelong.posterior import RatePrior, pareto_abe
from lifelong.posterior.correlated import Design
from lifelong.posterior.slices import elliptical_step
from lifelong.values import Spacings

MEAN, SPREAD = np.array([-2.0, -3.5]), np.array([[1.0, 0.3], [0.3, 0.8]])
SLOPES = np.array([0.5, -0.4])


def shop(size: int, seed: int, slopes: Any = (0.0, 0.0)) -> tuple[Spacings, np.ndarray, np.ndarray]:
    """A year of simulated customers, what came in the year after, and their covariate."""
    rng = np.random.default_rng(seed)
    v = rng.standard_normal(size) + 2.0
    mean = MEAN[:, None] + np.array(slopes)[:, None] * (v - 2.0)
    _, _, (who, when) = simulate(mean, SPREAD, np.full(size, 104.0), rng)
    early = when <= 52.0
    x, later = (np.bincount(who[some], minlength=size) for some in (early, ~early))
    t_x = np.zeros(size)
    np.maximum.at(t_x, who[early], when[early])
    days = np.ceil(7.0 * t_x).astype(int)
    return Spacings(np.minimum(x, days), days, np.full(size, 364), np.zeros(size)), later, v


@pytest.mark.parametrize(("lam", "mu", "x", "t_x"), [(0.3, 0.02, 5, 20.0), (0.01, 2.0, 0, 0.0), (4.0, 1e-9, 90, 29.9)])
def test_the_likelihood_is_that_of_a_death_drawn_by_its_hazard(lam: float, mu: float, x: int, t_x: float) -> None:
    T = 30.0
    gone = integrate.quad(lambda d: mu * np.exp(-(lam + mu) * d), t_x, T, epsabs=1e-14)[0]
    told = x * np.log(lam) + np.log(gone + np.exp(-(lam + mu) * T))
    assert log_likelihood(np.log(lam), np.log(mu), x, t_x, T) == pytest.approx(told, rel=1e-8)
    with np.errstate(all="raise"):
        assert np.isfinite(log_likelihood(500.0, 0.0, 1, 0.0, 0.0))


def test_what_is_expected_is_what_simulated_customers_do() -> None:
    rng, size = np.random.default_rng(1), 200_000
    _, death, (who, when) = simulate(np.log([0.2, 0.05]), np.eye(2) * 1e-20, np.full(size, 40.0), rng)
    quiet = np.bincount(who[when <= 20.0], minlength=size) == 0
    later = np.bincount(who[when > 20.0], minlength=size)[quiet]
    assert expect(0.2, 0.05, 20.0, 20.0) == pytest.approx(later.mean(), abs=4 * later.std() / np.sqrt(len(later)))
    assert (death > 0).all()


def test_elliptical_slices_follow_prior_times_likelihood() -> None:
    """Normal prior of variance 4 and normal likelihood of variance 1 about 3: mean 2.4, variance 0.8."""
    rng, at = np.random.default_rng(1), np.zeros((1, 20_000))
    for _ in range(15):
        fresh = 2.0 * rng.standard_normal(at.shape)
        at = elliptical_step(lambda v, _: -0.5 * (v[0] - 3.0) ** 2, at, fresh, rng)
    assert at.mean() == pytest.approx(2.4, abs=4 * np.sqrt(0.8 / 20_000))
    assert at.var() == pytest.approx(0.8, abs=4 * 0.8 * np.sqrt(2 / 20_000))


def test_without_any_time_seen_the_draws_are_the_prior() -> None:
    """Both ways in which means and covariance move must leave it as it is."""
    size, prior = 10, RatePrior(worth=1.0, degrees=8.0)
    none = Spacings(*np.zeros((3, size), int), np.zeros(size))
    table = {"v": np.arange(size) / 4.0}
    made = pareto_abe(none, table, prior, draws=2400, thin=2, seed=2).shared
    stated, z = Design.of(table, size).stated(prior).prior, made.unbounded
    wide = stated.sd / np.sqrt(made.diagnostics["ess"])
    assert (np.abs(z.mean(axis=0) - stated.mean) < 4.5 * wide).all()
    assert z.std(axis=0) == pytest.approx(stated.sd, rel=0.15)
    assert "F275" in {f.code for f in made.findings}


def test_a_shop_is_recovered_and_its_future_covered() -> None:
    data, later, v = shop(500, 5, SLOPES)
    made = pareto_abe(data, {"v": v}, draws=200, thin=3, seed=1)
    shared = made.shared
    assert shared.names == ("sd_log_lambda", "sd_log_mu", "cor", "log_lambda", "log_mu", "trans_v", "life_v")
    truth = np.r_[np.sqrt(np.diag(SPREAD)), 0.3 / np.sqrt(0.8), MEAN - 2.0 * SLOPES, SLOPES]
    assert (np.abs(shared.theta.mean(axis=0) - truth) < 4.0 * shared.theta.std(axis=0)).all()
    assert shared.covariance == pytest.approx(np.cov(shared.unbounded.T, bias=True), rel=1e-9)
    future = made.draw_orders(52.0)
    low, high = np.quantile(future, [0.1, 0.9], axis=0)
    assert 0.8 < ((low <= later) & (later <= high)).mean() < 0.99
    assert abs(future.sum(axis=1).mean() - later.sum()) < 4 * future.sum(axis=1).std()
    assert made.expect(52.0).sum() == pytest.approx(future.mean(axis=0).sum(), rel=0.03)
    assert ((made.alive() > 0) & (made.alive() <= 1)).all()
    fit = shared.as_fit(100)
    assert fit.free == 5
    assert fit["trans_v"] == pytest.approx(shared["trans_v"])


def test_equal_seeds_give_equal_draws_and_words_are_levels() -> None:
    data, _, v = shop(40, 7)
    table = {"kind": np.where(v > 2.0, "new", "old")}
    one, two = (pareto_abe(data, table, draws=40, thin=1, seed=3) for _ in range(2))
    assert np.array_equal(one.lam, two.lam)
    assert np.array_equal(one.draw_orders(9.0), two.draw_orders(9.0))
    assert one.shared.names[-2:] == ("trans_kind=old", "life_kind=old")
    assert "life_kind=old" in str(one)


@pytest.mark.parametrize(
    "prior",
    [
        RatePrior(worth=0.0),
        RatePrior(degrees=3.0),
        RatePrior(centre=(np.nan, 0.0)),
        RatePrior(spread=[[1.0, 2.0], [2.0, 1.0]]),
        RatePrior(spread=[1.0, 1.0]),
    ],
)
def test_a_prior_must_be_proper(prior: RatePrior) -> None:
    with pytest.raises(FitError) as caught:
        pareto_abe(shop(20, 1)[0], prior=prior)
    assert caught.value.code == "E221"


def test_what_cannot_be_drawn_is_told() -> None:
    data = shop(20, 1)[0]
    with pytest.raises(DataError) as caught:
        pareto_abe(data, {"v": np.zeros(19)})
    assert caught.value.code == "E161"
    with pytest.raises(ConfigError, match="12 draws"):
        pareto_abe(data, draws=12)
    with pytest.raises(FitError, match="no customer"):
        pareto_abe(Spacings.of([], [], [], []))
