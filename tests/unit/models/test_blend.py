from __future__ import annotations

import numpy as np
import pytest

from lifelong.models.blend import DOUBT, EQUAL, STEPS, recalibration, weights


def _shop(size: int = 20_000) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(2)
    mean = rng.gamma(1.0, 10.0, size) + 0.1
    return np.where(rng.random(size) < 0.5, rng.gamma(2.0, mean), 0.0), mean


def test_weights_lean_to_the_truth_and_sum_to_one() -> None:
    actual, mean = _shop()
    rng = np.random.default_rng(3)
    wrong = mean * np.exp(rng.normal(0.0, 1.0, len(mean)))
    made = weights(actual, [wrong, mean, np.full(len(mean), mean.mean())])
    assert made.sum() == pytest.approx(1.0)
    assert (made >= 0).all()
    assert made[1] > 0.8


def test_few_customers_keep_the_weights_nearly_equal() -> None:
    actual, mean = _shop(20)
    made = weights(actual, [mean, np.full(20, 1e-3)])
    assert made == pytest.approx([0.5, 0.5], abs=0.05)
    assert weights(np.zeros(20), [mean, mean, mean]).tolist() == [1 / 3] * 3


def test_the_grid_holds_every_vertex_and_the_middle() -> None:
    """Two forecasts of which either alone is best, or the mean: the shrunk weight tells which vertex was found."""
    actual, mean = _shop()
    n = actual.sum() ** 2 / (actual**2).sum()
    known = n / (n + EQUAL)
    assert weights(actual, [mean, mean[::-1]])[0] == pytest.approx(known + (1 - known) / 2)
    assert weights(actual, [mean[::-1], mean])[1] == pytest.approx(known + (1 - known) / 2)
    half = np.arange(len(mean)) % 2 == 0
    low, high = weights(actual, [2.0 * mean * half, 2.0 * mean * ~half])  # the mean of both is the truth
    assert low == pytest.approx(high, abs=2.5 / STEPS)


def test_overlapping_origins_count_as_the_horizons_that_they_span() -> None:
    pair = (120.0, 100.0)
    assert recalibration([pair]) == pytest.approx(1.2 ** (1 / (1 + DOUBT)))
    assert recalibration([pair] * 5, step=0.25) == pytest.approx(1.2 ** (2 / (2 + DOUBT)))
    assert recalibration([(0.0, 5.0), (5.0, 0.0)]) == 1.0
