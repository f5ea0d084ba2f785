"""Simulation and drawing: shapes, parameter draws an owner, and the moments that check_model does not look at."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lifelong.models.bg_nbd import BGNBD
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.geometric import draw_future
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.pareto_nbd import ParetoNBD

MODELS = [BGNBD(), MBGNBD(), ParetoNBD()]


def start(model: Any) -> np.ndarray:
    return np.array([p.start for p in model.params])


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_a_parameter_draw_an_owner(model: Any) -> None:
    size = 20_000
    x, T = np.full(size, 3), np.full(size, 30.0)
    low, high = start(model), start(model) * [3.0, 1.0, 1.0, 1.0]
    columns = np.repeat(np.stack([low, high], axis=1), size // 2, axis=1)
    owner, when = model.draw_orders(columns, x, T, 26.0, np.random.default_rng(0))
    made = np.bincount(owner, minlength=size)
    for half, theta in ((made[: size // 2], low), (made[size // 2 :], high)):
        wanted = float(model.expect_if_alive(theta, 3, 30.0, 26.0))
        assert abs(half.mean() - wanted) < 4 * half.std() / np.sqrt(len(half))
    assert owner.dtype.kind == "i"
    assert len(owner) == len(when)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_no_customers_no_orders(model: Any) -> None:
    owner, when = model.draw_orders(start(model), [], [], 26.0, np.random.default_rng(0))
    assert len(owner) == len(when) == 0
    x, t_x, death = model.simulate(start(model), [], np.random.default_rng(0))
    assert len(x) == len(t_x) == len(death) == 0


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_draws_of_absurd_parameters_stay_silent(model: Any) -> None:
    for corner in ([1e-3, 1e4, 1e-3, 1e4], [50.0, 1e-3, 1e-3, 1e-3], [1e-3, 1e-3, 1e4, 1e-3], [1.0, 1.0, 1e-3, 1e4]):
        theta = np.array(corner)
        _, when = model.draw_orders(theta, np.zeros(3), np.full(3, 1e5), 52.0, np.random.default_rng(0))
        assert np.isfinite(when).all()
        _, t_x, death = model.simulate(theta, np.full(50, 0.01), np.random.default_rng(0))
        assert np.isfinite(t_x).all()
        assert (t_x <= 0.01).all()
        assert not np.isnan(death).any()


def test_orders_fall_evenly_until_the_last_and_stop_there() -> None:
    rng = np.random.default_rng(3)
    size = 40_000
    rate, p = np.full(size, 0.5), np.full(size, 0.25)
    owner, when = draw_future(rate, p, 12.0, rng)
    made = np.bincount(owner, minlength=size)
    # A killed Poisson process: E = (1 - e^(-rate p h)) / p, and the density of orders falls like e^(-rate p t).
    assert made.mean() == pytest.approx((1 - np.exp(-0.5 * 0.25 * 12)) / 0.25, rel=0.02)
    wanted = (1 - np.exp(-0.5 * 0.25 * 6)) / (1 - np.exp(-0.5 * 0.25 * 12))
    assert (when <= 6).mean() == pytest.approx(wanted, abs=0.01)
    some = made == 3
    last = np.zeros(size)
    np.maximum.at(last, owner, when)
    assert last[some].mean() > when[np.isin(owner, np.flatnonzero(some))].mean()


def test_deaths_are_where_the_model_says() -> None:
    rng = np.random.default_rng(4)
    T = np.full(20_000, 52.0)
    x, t_x, death = BGNBD().simulate(np.array([0.8, 6.0, 0.9, 2.5]), T, rng)
    assert (death >= t_x).all()
    assert (death[x == 0] > 52.0).all()  # nobody leaves before the first repeat order
    assert ((death == t_x) | (death > 52.0)).all()
    x, t_x, death = MBGNBD().simulate(np.array([0.8, 6.0, 0.9, 2.5]), T, rng)
    assert (death == 0.0).mean() == pytest.approx(0.9 / 3.4, abs=0.015)
    assert ((death == t_x) | (death > 52.0)).all()
    x, t_x, death = ParetoNBD().simulate(np.array([0.8, 6.0, 0.9, 12.0]), T, rng)
    assert (death > 20.0).mean() == pytest.approx((12 / 32) ** 0.9, abs=0.015)
    assert (death > t_x).all()


def test_spends_of_an_owner_follow_the_posterior() -> None:
    theta, rng = np.array([6.0, 4.0, 15.0]), np.random.default_rng(5)
    size = 30_000
    model = GammaGamma()
    for x, total in ((0, 0.0), (5, 300.0)):
        owner = np.arange(size)
        drawn = model.draw_spend(theta, np.full(size, x), owner, rng) * model.scale(theta, total)
        shape = theta[0] * x + theta[1]
        # E[z^2] = p (p + 1) scale^2 / ((shape - 1)(shape - 2))
        second = 42.0 * (15.0 + total) ** 2 / ((shape - 1) * (shape - 2))
        assert (drawn**2).mean() == pytest.approx(second, rel=0.15 if x == 0 else 0.03)
        assert drawn.mean() == pytest.approx(float(model.expect(theta, x, total)), rel=0.02)
    columns = np.repeat(theta[:, None], 7, axis=1) * [[1.0], [100.0], [1.0]]
    made = model.draw_spend(columns, np.zeros(7), np.repeat(np.arange(7), 4000), rng)
    assert made.mean() == pytest.approx(6 / 399, rel=0.05)
    assert model.draw_spend(theta, np.zeros(3), np.zeros(0, np.int64), rng).shape == (0,)


def test_expectations_at_the_border() -> None:
    model = GammaGamma()
    assert model.expect(np.array([2.0, 1.0, 9.0]), [0, 1], [0.0, 5.0]).tolist() == [np.inf, 14.0]
    assert model.scale(np.array([2.0, 1.0, 9.0]), [1.0, 2.0]).tolist() == [10.0, 11.0]
    for purchase in MODELS:
        assert purchase.expect_if_alive(start(purchase), [0, 1], [5.0, 9.0], 0.0).tolist() == [0.0, 0.0]
        assert purchase.expect_if_alive(start(purchase), [0, 1], [5.0, 9.0], 0.0, 0.1).tolist() == [0.0, 0.0]
        assert purchase.expect_new(start(purchase), 0.0) == 0.0
        assert purchase.pmf_new(start(purchase), [0, 1], 0.0) == pytest.approx([1.0, 0.0])
