"""BG/BB told in weeks: expectations, draws and histories agree, at whole occasions with the paper's form."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong import plugins
from lifelong.errors import FitError
from lifelong.models.base import PurchaseModel
from lifelong.models.bg_bb import BGBB
from lifelong.models.in_occasions import BGBB4W
from lifelong.values import Patterns

MODEL, THETA = BGBB4W(), np.array([1.2, 0.75, 0.66, 2.8])
RATE = 0.002
#: Some customers: occasions with an order, that of the last one, occasions.
X, LAST, N = np.array([0, 2, 5]), np.array([0, 4, 6]), np.array([3, 6, 6])


@pytest.mark.parametrize("length", [7, 14, 28, 91, 182, 365])
def test_each_length_has_its_name(length: int) -> None:
    name = f"bg_bb_{length // 7}w" if length % 7 == 0 else "bg_bb_1y"
    model = plugins.load("models", name)()
    assert (model.name, model.days) == (name, length)
    assert isinstance(model, PurchaseModel)


def test_whole_occasions_are_those_of_the_paper() -> None:
    for whole in (1, 3, 10):
        expected = BGBB().expect(THETA, X, LAST, N, whole)
        assert MODEL.expect(THETA, X, 4.0 * LAST, 4.0 * N, 4.0 * whole) == pytest.approx(expected, rel=1e-9)
    assert MODEL.alive(THETA, X, 4.0 * LAST, 4.0 * N) == pytest.approx(BGBB().alive(THETA, X, LAST, N))
    told = MODEL.loglik_each(THETA, X, 4.0 * LAST, 4.0 * N)
    assert told == pytest.approx(BGBB().loglik_each(THETA, X, LAST, N))


def test_a_discount_is_that_of_orders_spread_evenly() -> None:
    """Against the sum over fine steps of what comes in each; the rest of life is the limit of long horizons."""
    steps = np.arange(0.0, 10.0, 0.05)
    grown = np.array([MODEL.expect_if_alive(THETA, 2, 24.0, h) for h in [*steps, 10.0]])
    by_hand = np.diff(grown) @ np.exp(-RATE * (steps + 0.025))
    assert MODEL.expect_if_alive(THETA, 2, 24.0, 10.0, RATE) == pytest.approx(by_hand, rel=1e-6)
    long = MODEL.expect_if_alive(THETA, 2, 24.0, 20_000.0, RATE)
    assert MODEL.expect_if_alive(THETA, 2, 24.0, np.inf, RATE) == pytest.approx(float(long), rel=1e-9)


@pytest.mark.parametrize("horizon", [2.0, 8.0, 26.0])
def test_drawn_orders_are_those_expected(horizon: float) -> None:
    size = 40_000
    owner, when = MODEL.draw_orders(THETA, np.full(size, 2), np.full(size, 24.0), horizon, np.random.default_rng(1))
    assert when.max() < horizon
    each = np.bincount(owner, weights=np.exp(-RATE * when), minlength=size)
    expected = float(MODEL.expect_if_alive(THETA, 2, 24.0, horizon, RATE))
    assert abs(each.mean() - expected) < 4 * each.std() / np.sqrt(size)


def test_new_customers_and_their_histories() -> None:
    size = 40_000
    x, t_x, gone = MODEL.simulate(THETA, np.full(size, 24.0), np.random.default_rng(2))
    assert abs(x.mean() - float(MODEL.expect_new(THETA, 24.0))) < 4 * x.std() / np.sqrt(size)
    assert (t_x <= np.minimum(gone, 24.0)).all()
    assert MODEL.expect_new(THETA, [[0.0, 2.0], [4.0, 2.0]])[:, 1] == pytest.approx(MODEL.expect_new(THETA, 4.0) / 2)
    assert MODEL.pmf_new(THETA, np.arange(7), 24.0).sum() == pytest.approx(1.0)
    days = (7 * t_x).astype(np.int64)
    patterns = Patterns.grouped(x, days, np.full(size, 168))
    fit = MODEL.fit(patterns, prior="off")
    assert fit.loglik >= MODEL.loglik(THETA, patterns)
    assert MODEL.loglik_gradient(fit.theta, patterns)[1] * fit.theta == pytest.approx(np.zeros(4), abs=0.05)
    assert fit["alpha"] / (fit["alpha"] + fit["beta"]) == pytest.approx(1.2 / 1.95, abs=0.02)


def test_histories_in_days_are_refused() -> None:
    with pytest.raises(FitError, match="E463"):
        MODEL.fit(Patterns.of([3], [30], [56], [1]))
