"""Pareto smoothing: the shape of a known tail, and weights that stay weights."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.posterior.pareto import good_shape, smoothed, tail_shape


@pytest.mark.parametrize("shape", [0.2, 0.5, 0.9])
def test_the_shape_of_a_pareto_tail_is_found(shape: float) -> None:
    rng = np.random.default_rng(1)
    log_ratio = -shape * np.log(rng.random(100_000))
    # 949 tail weights: the estimate's error is about (1 + k) / sqrt(949) = 0.05, and it is drawn to 0.5 by one in a hundred.
    assert smoothed(log_ratio)[1] == pytest.approx(shape, abs=0.15)


def test_the_scale_is_found_too() -> None:
    p = (np.arange(5000) + 0.5) / 5000
    shape, scale = tail_shape(3.0 * np.expm1(-0.4 * np.log1p(-p)) / 0.4)
    assert (shape, scale) == (pytest.approx(0.4, abs=0.01), pytest.approx(3.0, rel=0.01))


def test_weights_sum_to_one_and_only_the_tail_moves() -> None:
    log_ratio = np.random.default_rng(2).normal(0.0, 1.5, 2_000) - 700.0
    weight, _ = smoothed(log_ratio)
    raw = np.exp(log_ratio - log_ratio.max())
    assert weight.sum() == pytest.approx(1.0, rel=1e-12)
    body = np.argsort(raw)[: 2_000 - 135]
    assert np.allclose(weight[body] / weight[body].sum(), raw[body] / raw[body].sum(), rtol=1e-12)
    assert weight.max() / weight[body[0]] <= raw.max() / raw[body[0]] * (1 + 1e-12)


def test_equal_weights_have_no_tail() -> None:
    weight, shape = smoothed(np.zeros(100))
    assert shape == 0.0
    assert np.allclose(weight, 0.01)


def test_one_weight_that_has_everything_is_no_likeness() -> None:
    assert smoothed(np.r_[np.full(99, -900.0), 0.0])[1] == np.inf


def test_few_draws_are_held_to_more() -> None:
    assert good_shape(100) == pytest.approx(0.5)
    assert good_shape(10_000) == 0.7
