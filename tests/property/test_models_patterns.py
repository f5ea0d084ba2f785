"""Patterns are people, identities hold, and nothing escapes to nan: for any shop that hypothesis can think of."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.models.bg_nbd import BGNBD
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.values import Patterns

MODELS = [BGNBD(), MBGNBD(), ParetoNBD()]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
parameter = st.floats(-3, 4).map(lambda v: 10.0**v)
thetas = st.tuples(parameter, parameter, parameter, parameter).map(np.array)


@st.composite
def histories(draw: Any) -> tuple[int, int, int]:
    T = draw(st.integers(1, 3000))
    x = draw(st.integers(0, min(T, 60)))
    return x, draw(st.integers(min(x, T), T)) if x else 0, T


shops = st.lists(st.tuples(histories(), st.integers(1, 4)), min_size=1, max_size=25)


@each_model
@settings(max_examples=40, deadline=None)
@given(shop=shops, theta=thetas)
def test_patterns_are_people(model: Any, shop: list[tuple[tuple[int, int, int], int]], theta: np.ndarray) -> None:
    columns = list(zip(*(h for h, _ in shop), strict=True))
    count = [c for _, c in shop]
    grouped = Patterns.grouped(*columns, count)
    people = Patterns.of(*(np.repeat(c, count) for c in columns))
    one, slope = model.loglik_gradient(theta, grouped)
    other, slope_other = model.loglik_gradient(theta, people)
    assert np.isfinite(one)
    assert np.isfinite(slope).all()
    assert abs(one - other) <= 1e-9 * max(abs(one), 1.0)
    np.testing.assert_allclose(slope, slope_other, rtol=1e-7, atol=1e-9 * np.abs(slope).max())
    each = model.loglik_each(theta, grouped.x, grouped.t_x / 7, grouped.T / 7)
    assert abs(each @ grouped.count - one) <= 1e-9 * max(abs(one), 1.0)


@each_model
@settings(max_examples=30, deadline=None)
@given(history=histories(), theta=thetas, h=st.floats(0.1, 2000.0), d=st.floats(1e-5, 0.2))
def test_expectations_keep_their_order(
    model: Any, history: tuple[int, int, int], theta: np.ndarray, h: float, d: float
) -> None:
    x, t_x, T = history[0], history[1] / 7, history[2] / 7
    alive = float(model.alive(theta, x, t_x, T))
    assert 0.0 <= alive <= 1.0
    short, long = (float(model.expect_if_alive(theta, x, T, v)) for v in (h, 2 * h))
    assert 0.0 < short <= long * (1 + 1e-9)
    assert long <= 2 * short * (1 + 1e-9)  # orders only thin out
    cut = float(model.expect_if_alive(theta, x, T, h, d))
    assert short * np.exp(-d * h) * (1 - 1e-8) <= cut <= short * (1 + 1e-8)
    ever = float(model.expect_if_alive(theta, x, T, np.inf, d))
    assert cut <= ever * (1 + 1e-8)
    assert ever <= (theta[0] + x) / (theta[1] + T) / d * (1 + 1e-8)  # what an immortal would bring


@each_model
@settings(max_examples=30, deadline=None)
@given(history=histories(), theta=thetas, unit=st.floats(0.1, 10.0))
def test_time_has_no_unit(model: Any, history: tuple[int, int, int], theta: np.ndarray, unit: float) -> None:
    """In days or in weeks, the same customer has the same value."""
    x, t_x, T = history[0], history[1] / 7, history[2] / 7
    scale = np.where([p.unit == "weeks" for p in model.params], unit, 1.0)
    one, other = model.alive(theta, x, t_x, T), model.alive(theta * scale, x, t_x * unit, T * unit)
    np.testing.assert_allclose(one, other, rtol=1e-8, atol=1e-12)
    one = model.expect(theta, x, t_x, T, 52.0)
    np.testing.assert_allclose(
        one, model.expect(theta * scale, x, t_x * unit, T * unit, 52.0 * unit), rtol=1e-8, atol=1e-14
    )


@each_model
@settings(max_examples=12, deadline=None)
@given(theta=st.tuples(*[st.floats(-1.0, 1.0).map(lambda v: 10.0**v)] * 4).map(np.array), t=st.floats(0.1, 100.0))
def test_probabilities_sum_to_one(model: Any, theta: np.ndarray, t: float) -> None:
    mean = float(model.expect_new(theta, t))
    n = np.arange(int(60 * theta[0] / theta[1] * t / min(theta[0], 1.0)) + 200)
    pmf = model.pmf_new(theta, n, t)
    assert (pmf >= 0).all()
    assert abs(pmf.sum() - 1) < 1e-9
    assert abs(pmf @ n - mean) <= 1e-7 * max(mean, 1e-3)
