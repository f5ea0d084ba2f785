"""The ranked probability score against its definition, draw by draw."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from scipy.stats import norm

from lifelong.judge import crps

CUSTOMERS, CELLS, DRAWS = 40, 6, 50


@pytest.fixture(scope="module")
def ahead() -> SimpleNamespace:
    """A forecast's parts: all that the score reads of one."""
    rng = np.random.default_rng(4)
    orders = np.sort(rng.poisson(rng.gamma(1.0, 2.0, (CELLS, 1)), (CELLS, DRAWS)).astype(float), axis=1)
    worth = np.sort(orders * rng.gamma(3.0, 5.0, (CELLS, DRAWS)), axis=1)
    history = rng.integers(0, 15, CUSTOMERS)
    factor = rng.gamma(2.0, 1.0, CUSTOMERS)
    futures = SimpleNamespace(
        orders=orders, worth=worth, cell=rng.integers(0, CELLS, 15), stretch=rng.uniform(0.5, 2.0, 15), noise=None
    )
    return SimpleNamespace(
        blended=None,
        futures=futures,
        base=SimpleNamespace(history=history),
        alive_mixed=rng.random(15),
        margin=0.4,
        factor=lambda rows: factor[rows],
    )


def by_definition(draws: np.ndarray, alive: float, came: float) -> float:
    """E|X - y| - E|X - X'| / 2 over all pairs of the draws and of being gone."""
    values = np.r_[0.0, draws]
    weight = np.r_[1.0 - alive, np.full(len(draws), alive / len(draws))]
    apart = np.abs(values[:, None] - values[None, :])
    return float(weight @ np.abs(values - came) - weight @ apart @ weight / 2.0)


def test_the_score_of_orders_is_its_definition(ahead: SimpleNamespace) -> None:
    counted = np.random.default_rng(1).poisson(2.0, CUSTOMERS).astype(float)
    counted[0] = 60.0  # beyond every draw
    score = crps.of_orders(ahead, counted)
    for i, history in enumerate(ahead.base.history):
        draws = ahead.futures.orders[ahead.futures.cell[history]]
        assert score[i] == pytest.approx(by_definition(draws, ahead.alive_mixed[history], counted[i]), abs=1e-12)


def test_the_score_of_value_is_its_definition(ahead: SimpleNamespace) -> None:
    came = np.random.default_rng(2).gamma(1.0, 20.0, CUSTOMERS) * (np.arange(CUSTOMERS) % 3 > 0)
    came[1] = -4.0  # a refund
    score = crps.of_value(ahead, came)
    scale = ahead.margin * ahead.factor(slice(None)) * ahead.futures.stretch[ahead.base.history]
    for i, history in enumerate(ahead.base.history):
        draws = ahead.futures.worth[ahead.futures.cell[history]] * scale[i]
        assert score[i] == pytest.approx(by_definition(draws, ahead.alive_mixed[history], came[i]), abs=1e-9)


def test_amounts_of_either_sign_are_scored_by_their_quantiles() -> None:
    mean, sd, came = np.array([5.0, -3.0, 0.0]), np.array([2.0, 1.0, 10.0]), np.array([9.0, -3.5, 0.0])
    futures = SimpleNamespace(noise=object())
    ahead = SimpleNamespace(
        blended=None, futures=futures, customer_quantile=lambda level, _: mean + sd * norm.ppf(level)
    )
    z = (came - mean) / sd  # Gneiting and Raftery (2007), equation 22
    expected = sd * (z * (2 * norm.cdf(z) - 1) + 2 * norm.pdf(z) - 1 / np.sqrt(np.pi))
    assert crps.of_value(ahead, came) == pytest.approx(expected, rel=2e-3)
