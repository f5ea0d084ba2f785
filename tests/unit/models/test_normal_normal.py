"""Amounts of either sign: the density written out, the expectation, and fits in any currency and of losses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from lifelong.errors import FitError
from lifelong.models.normal_normal import NormalNormal
from lifelong.models.optimise import fit_spend
from lifelong.testing import simulated_spend
from lifelong.values import Spend

MODEL = NormalNormal()
THETA = np.array([20.0, 10.0, np.exp(1.2), np.exp(0.3)])  # m = 24, b = 6


def test_the_likelihood_is_the_normal_density_of_the_mean() -> None:
    spend = Spend(np.array([1, 3, 3, 0, 5]), np.array([8.0, -40.0, 11.0, 0.0, 0.0]), np.array([2, 1, 4, 9, 1]))
    mean, scatter = 24.0 + 6.0 * np.log1p(spend.x), np.sqrt(100.0 + 400.0 / np.maximum(spend.x, 1))
    each = norm.logpdf(spend.total / np.maximum(spend.x, 1), mean, scatter)
    wanted = (each * spend.count)[spend.x > 0].sum()
    assert MODEL.loglik(THETA, spend) == pytest.approx(wanted, rel=1e-13)
    assert MODEL.objective(spend).coarser() == []


def test_the_expectation_is_that_of_the_drawn() -> None:
    rng, owner = np.random.default_rng(0), np.repeat(np.arange(40_000), 2)
    for x, total in ((0, 0.0), (4, -100.0)):
        assert MODEL.location(THETA, total, x) == MODEL.expect(THETA, x, total)
        drawn = MODEL.draw_spend(THETA, np.full(40_000, x), owner, rng) * MODEL.scale(THETA, total)
        pair = drawn.reshape(-1, 2)
        assert pair.mean() == pytest.approx(0.0, abs=0.3)
        shared = 1.0 / (1.0 / 100.0 + x / 400.0)
        assert np.cov(pair.T) == pytest.approx(np.array([[shared + 400.0, shared], [shared, shared + 400.0]]), abs=10.0)
    two = np.stack([THETA, THETA * 1.1], axis=1)  # parameters of each customer, as draws have them
    assert MODEL.draw_spend(two, np.zeros(2), np.array([0, 1, 1]), rng).shape == (3,)
    assert MODEL.scale(two, [5.0, 6.0]).tolist() == two[0].tolist()


@pytest.mark.parametrize(("m", "b"), [(24.0, 6.0), (-30.0, -4.0)])
def test_m_and_b_are_found_again_in_money(m: float, b: float) -> None:
    theta = np.array([20.0, 10.0, np.exp(m / 20.0), np.exp(b / 20.0)])
    spend = simulated_spend(MODEL, theta, 4000, np.random.default_rng(1))
    assert (spend.total <= 0).any()
    fit = MODEL.fit(spend)
    assert [(p.name, p.unit) for p in fit.params] == [
        ("sigma", "money"),
        ("tau", "money"),
        ("m", "money"),
        ("b", "money"),
    ]
    for p, truth in zip(fit.params, (20.0, 10.0, m, b), strict=True):
        assert abs(p.estimate - truth) < 4 * p.se
        assert p.low < p.estimate < p.high
    cents = MODEL.fit(Spend(spend.x, spend.total * 100.0, spend.count))
    assert cents["m"] == pytest.approx(fit["m"] * 100.0, rel=1e-4)
    few = [MODEL.fit(Spend(spend.x[:90], spend.total[:90] * k, spend.count[:90])) for k in (1.0, 100.0)]
    assert few[1]["m"] == pytest.approx(few[0]["m"] * 100.0, rel=1e-4)
    assert few[0].findings[0].code == "F201"


def test_amounts_that_are_all_alike_are_told_and_nothing_at_all_is_refused() -> None:
    x, count = np.array([1, 2, 3]), np.array([400, 300, 200])
    fit = fit_spend(MODEL, Spend(x, -9.0 * x, count), prior="off")
    assert "F212" in [f.code for f in fit.findings]
    assert np.isfinite(fit.theta).all()
    with pytest.raises(FitError, match="E201"):
        MODEL.fit(Spend(x, 0.0 * x, count))
