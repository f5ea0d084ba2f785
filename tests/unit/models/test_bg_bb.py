"""BG/BB: gradient, probabilities, simulation and limits."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.models.bg_bb import BGBB
from lifelong.values import Patterns

MODEL, THETA = BGBB(), np.array([1.2, 0.75, 0.66, 2.8])


def simulated(size: int, n: int = 6, seed: int = 1) -> Patterns:
    x, t_x, _ = MODEL.simulate(THETA, np.full(size, n), np.random.default_rng(seed))
    return Patterns.grouped(x, t_x, np.full(size, n))


def test_the_gradient_is_that_of_the_likelihood() -> None:
    patterns = simulated(500)
    _, gradient = MODEL.loglik_gradient(THETA, patterns)
    for j in range(4):
        up, down = THETA.copy(), THETA.copy()
        up[j], down[j] = THETA[j] * (1 + 1e-6), THETA[j] * (1 - 1e-6)
        slope = (MODEL.loglik(up, patterns) - MODEL.loglik(down, patterns)) / (up[j] - down[j])
        assert gradient[j] == pytest.approx(slope, rel=1e-5)


def test_probabilities_of_all_histories_sum_to_one() -> None:
    n = 5
    histories = [(0, 0)] + [(x, t) for t in range(1, n + 1) for x in range(1, t + 1)]
    from math import comb

    ways = np.array([1 if x == 0 else comb(t - 1, x - 1) for x, t in histories])
    x, t_x = np.array(histories).T
    assert ways @ np.exp(MODEL.loglik_each(THETA, x, t_x, n)) == pytest.approx(1.0, abs=1e-12)
    pmf = MODEL.pmf_new(THETA, np.arange(n + 1), n)
    assert pmf.sum() == pytest.approx(1.0, abs=1e-12)
    assert pmf @ np.arange(n + 1) == pytest.approx(float(MODEL.expect_new(THETA, n)), rel=1e-12)
    for count in range(n + 1):
        here = x == count
        assert ways[here] @ np.exp(MODEL.loglik_each(THETA, x[here], t_x[here], n)) == pytest.approx(
            pmf[count], rel=1e-10
        )


def test_customers_do_as_the_formulas_say() -> None:
    size, n = 60_000, np.full(60_000, 8)
    x, t_x, last = MODEL.simulate(THETA, n, np.random.default_rng(2))
    gap = (last >= 8) - MODEL.alive(THETA, x, t_x, n)
    assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(size)
    assert abs(x.mean() - float(MODEL.expect_new(THETA, 8))) < 4 * x.std() / np.sqrt(size)
    early, _, _ = MODEL.simulate(THETA, n - 3, np.random.default_rng(2))
    assert (early <= 5).all()


def test_expectations_by_horizon() -> None:
    alive = MODEL.alive(THETA, 2, 4, 6)
    steps = [MODEL.alive(THETA, 2, 4, 6, ahead=m) * (1.2 + 2) / (1.2 + 0.75 + 6) for m in (1, 2, 3)]
    assert MODEL.expect(THETA, 2, 4, 6, 3) == pytest.approx(sum(steps))
    assert MODEL.expect(THETA, 2, 4, 6, 3, 0.1) == pytest.approx(sum(v / 1.1**m for m, v in enumerate(steps, 1)))
    long = MODEL.expect(THETA, 2, 4, 6, 500, 0.1)
    assert MODEL.expect(THETA, 2, 4, 6, np.inf, 0.1) == pytest.approx(float(long), rel=1e-12)
    assert np.isinf(MODEL.expect_if_alive(THETA, 2, 6, np.inf))  # gamma < 1: no bound without a discount
    some = np.array([1.2, 0.75, 3.0, 2.8])
    assert MODEL.expect_if_alive(some, 2, 6, np.inf) == pytest.approx(
        float(MODEL.expect_if_alive(some, 2, 6, 200_000)), rel=1e-4
    )
    assert alive <= 1.0


def test_a_fit_finds_the_parameters_and_its_intervals_hold() -> None:
    fit = MODEL.fit(simulated(20_000), prior="off")
    assert fit.loglik >= MODEL.loglik(THETA, simulated(20_000))
    assert [f.code for f in fit.findings] == ["F206"]  # occasions are no days: nothing is said of short histories
    held = [
        (p.low <= t) & (t <= p.high)
        for seed in range(20)
        for p, t in zip(MODEL.fit(simulated(3_000, seed=seed), prior="off").params, THETA, strict=True)
    ]
    assert np.mean(held) > 0.85


def test_extremes_are_finite() -> None:
    for corner in np.array(np.meshgrid(*[[1e-3, 1e4]] * 4)).reshape(4, -1).T:
        for x, t_x, n in ((0, 0, 1), (0, 0, 400), (400, 400, 400), (1, 1, 400)):
            assert np.isfinite(MODEL.loglik_each(corner, x, t_x, n))
            assert 0 <= MODEL.alive(corner, x, t_x, n) <= 1
            assert np.isfinite(MODEL.expect_if_alive(corner, x, n, np.inf, 0.05))
