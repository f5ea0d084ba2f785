"""Pareto/GGG: each exact draw of its sampler against what it should follow, small shops, and Pareto/NBD at k = 1."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from scipy import integrate, special, stats

from lifelong.errors import ConfigError, FitError
from lifelong.models.climb import Prior
from lifelong.models.pareto_ggg import ParetoGGG, alive, next_due, silent, simulate
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.posterior import pareto_ggg
from lifelong.posterior.regularities import State, augment, early_gap
from lifelong.tables.gaps import spacings
from lifelong.values import Spacings

if TYPE_CHECKING:
    from numpy.typing import NDArray

THETA = np.array([3.0, 1.0, 1.2, 8.0, 0.8, 30.0])


def shop(theta: NDArray[np.float64], size: int, seed: int, weeks: float = 104.0) -> pa.Table:
    """Orders of simulated customers who all begin on day 0; a time within a day is that day."""
    _, _, (who, when) = simulate(theta, np.full(size, weeks), np.random.default_rng(seed))
    owner = np.concatenate([np.arange(size), who])
    day = np.concatenate([np.zeros(size), np.ceil(when * 7.0)]).astype(np.int32)
    ids = np.char.add("c", np.char.zfill(owner.astype(str), 6))
    return pa.table({"customer_id": ids.tolist(), "day": day, "is_order": np.ones(len(day), np.int32)})


@pytest.mark.parametrize(("k", "lam", "mu", "W"), [(0.4, 0.3, 0.2, 2.0), (1.0, 0.1, 0.01, 40.0), (6.3, 0.5, 0.9, 3.0)])
def test_the_closed_form_is_the_papers_integral(k: float, lam: float, mu: float, W: float) -> None:
    def still(v: float) -> float:
        return float(special.gammaincc(k, k * lam * v))

    gone = integrate.quad(lambda v: mu * np.exp(-mu * v) * still(v), 0.0, W, epsabs=1e-13)[0]
    here = np.exp(-mu * W) * still(W)
    assert silent(k, lam, mu, W) == pytest.approx(here + gone, rel=1e-9)
    assert alive(k, lam, mu, W) == pytest.approx(here / (here + gone), rel=1e-9)


def test_extremes_stay_probabilities() -> None:
    for k, lam, mu, W in (
        (50.0, 3.0, 1e-12, 500.0),
        (1e-3, 1e-12, 1e-12, 1e3),
        (2.0, 0.2, 0.1, 0.0),
        (80.0, 2.0, 50.0, 900.0),
    ):
        told = float(alive(k, lam, mu, W))
        assert 0.0 <= told <= 1.0
        assert W > 0 or told == 1.0


@pytest.mark.parametrize("mu", [0.05, 1.5])
def test_the_hidden_death_and_gap_follow_their_joint_law(mu: float) -> None:
    """Against histories made forward: a gap and a death are drawn until nobody orders within W."""
    k, lam, W, size = 2.5, 0.2, 6.0, 40_000
    rng = np.random.default_rng(1)
    gap, death = rng.gamma(k, 1 / (k * lam), 400_000), rng.exponential(1 / mu, 400_000)
    quiet = (gap > W) | (death < gap)
    gap, death = gap[quiet], death[quiet]
    full = np.full((1, size), 1.0)
    state = State(np.empty(0), k * full, lam * full, mu * full, 0 * full, 0 * full, 0 * full)
    augment(state, np.full(size, 10.0), np.full(size, W), rng)
    gone = state.gone[0] > 0
    assert gone.mean() == pytest.approx((death < W).mean(), abs=4 * 0.5 / np.sqrt(size))
    assert stats.ks_2samp(state.G[0], gap).pvalue > 1e-3
    assert stats.ks_2samp(state.c[0][gone] - 10.0, death[death < W]).pvalue > 1e-3
    assert (state.c[0][~gone] == 10.0 + W).all()


def test_an_early_gap_is_drawn_even_where_death_is_far_quicker_than_orders() -> None:
    rng, many = np.random.default_rng(2), np.ones(20_000)
    made = early_gap(2.0 * many, 0.1 * many, 3.0 * many, 9.0 * many, rng)
    grid = np.linspace(0.0, 9.0, 2001)
    law = np.cumsum(stats.gamma.pdf(grid, 2.0, scale=5.0) * -np.expm1(-3.0 * grid))
    assert stats.kstest(made, lambda v: np.interp(v, grid, law / law[-1])).pvalue > 1e-3


def test_the_next_order_is_due_after_the_silence() -> None:
    many = np.ones(20_000)
    made = next_due(3.0 * many, 0.2 * many, 8.0 * many, np.random.default_rng(3))
    law = stats.gamma(3.0, scale=1 / 0.6)
    assert stats.kstest(made, lambda v: (law.cdf(v) - law.cdf(8.0)) / law.sf(8.0)).pvalue > 1e-3


def test_a_small_shop_is_recovered_and_its_future_covered() -> None:
    orders = shop(THETA, 200, seed=5)
    seen, later = spacings(orders, 364), spacings(orders, 728)
    made = pareto_ggg(seen, draws=240, tune=80, thin=1, seed=1)
    z = np.log(made.shared.theta)
    assert made.shared.theta.shape == (240, 6)
    # Four posterior standard deviations, widened for some 20 effective draws.
    assert (np.abs(z.mean(axis=0) - np.log(THETA)) < 4.5 * z.std(axis=0)).all()
    actual, future = later.x - seen.x, made.draw_orders(52.0)
    low, high = np.quantile(future, [0.1, 0.9], axis=0)
    assert 0.75 < ((low <= actual) & (actual <= high)).mean() < 0.99
    assert abs(future.sum(axis=1).mean() - actual.sum()) < 4 * future.sum(axis=1).std()
    assert np.allclose(made.expect(52.0), future.mean(axis=0))
    assert made.customer_id[0] == "c000000"
    assert len(made) == 200
    assert str(made).startswith("pareto_ggg: posterior by gibbs, 240 draws, 200 customers")


def test_with_regularity_held_at_one_it_is_pareto_nbd() -> None:
    """A prior that holds k at 1 within a per cent: P(alive) and expectation as by Pareto/NBD's own fit."""
    theta = np.array([1e4, 1e4, *THETA[2:]])
    seen = spacings(shop(theta, 200, seed=6), 364)
    held = Prior(np.array([np.log(1e4), np.log(1e4), -0.5, 2.3, -0.7, 2.5]), np.array([1e-3, 1e-3, 1.0, 1.5, 1.0, 1.5]))
    made = pareto_ggg(seen, held, draws=200, tune=80, thin=1)
    assert np.abs(np.median(made.k, axis=0) - 1.0).max() < 0.05
    own = ParetoNBD().fit(_patterns(seen))
    x, t_x, T = seen.x, seen.t_x / 7.0, seen.T / 7.0
    told = ParetoNBD().alive(own.theta, x, t_x, T)
    assert made.alive().mean() == pytest.approx(told.mean(), abs=0.05)
    assert np.corrcoef(made.alive(), told)[0, 1] > 0.98
    ahead = ParetoNBD().expect(own.theta, x, t_x, T, 52.0)
    assert made.expect(52.0).sum() == pytest.approx(ahead.sum(), rel=0.05)


def _patterns(seen: Spacings) -> object:
    from lifelong.values import Patterns

    return Patterns.grouped(seen.x, seen.t_x, seen.T)


def test_equal_seeds_give_equal_draws() -> None:
    seen = spacings(shop(THETA, 20, seed=7), 364)
    one, two, other = (pareto_ggg(seen, draws=40, tune=5, thin=1, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.k, two.k)
    assert np.array_equal(one.draw_orders(26.0), two.draw_orders(26.0))
    assert not np.array_equal(one.k, other.k)
    told = one.shared.to_arviz()
    assert told.posterior["t"].shape == (4, 10)
    assert np.array_equal(told.posterior["t"].values.ravel(), one.shared.theta[:, 0])


def test_a_handful_of_customers_says_little_and_says_so() -> None:
    made = pareto_ggg(Spacings.of([0, 1, 0], [0, 70, 0], [200, 300, 100], [0.0, np.log(10.0), 0.0]), draws=200, tune=50)
    found = {f.code: f for f in made.shared.findings}
    assert {"gamma", "alpha", "beta"} <= set(found["F275"].facts["names"].split(" and "))
    assert made.alive().shape == (3,)


def test_what_cannot_be_drawn_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    nobody = Spacings.of([], [], [], [])
    some = Spacings.of([0], [0], [70], [0.0])
    with pytest.raises(FitError, match="no customer"):
        pareto_ggg(nobody)
    with pytest.raises(ConfigError, match="12 draws"):
        pareto_ggg(some, draws=12)
    with pytest.raises(FitError) as caught:
        pareto_ggg(some, Prior(np.zeros(4), np.ones(4)))
    assert caught.value.code == "E221"
    monkeypatch.setitem(sys.modules, "arviz", None)
    with pytest.raises(ConfigError) as missing:
        pareto_ggg(some, draws=40, tune=0, thin=1)
    assert missing.value.code == "E303"


def test_the_stated_prior_is_that_of_the_hyperparameters() -> None:
    assert [p.name for p in ParetoGGG.params] == ["t", "gamma", "r", "alpha", "s", "beta"]
