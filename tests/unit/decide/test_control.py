"""Control limits: quiet weeks sound as seldom as is said, and a real change sounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from lifelong.decide.control import FALSE_ALARMS, Limits, of_counts, of_shares

if TYPE_CHECKING:
    from collections.abc import Callable

    Weeks = tuple[np.ndarray[Any, Any], Limits]

SHOPS, WEEKS = 400, 80


def counts(rng: np.random.Generator) -> Weeks:
    x = rng.poisson(40, WEEKS)
    return x, of_counts(x, x)


def drifting(rng: np.random.Generator) -> Weeks:
    x = rng.poisson(60 * np.exp(np.linspace(0, 0.5, WEEKS)) * rng.gamma(20, 0.05, WEEKS))
    return x, of_counts(x, x)


def revenue(rng: np.random.Generator) -> Weeks:
    n = rng.poisson(60, WEEKS)
    x = np.array([rng.lognormal(3, 1, many).sum() for many in n])
    return x, of_counts(x, n)


def shares(rng: np.random.Generator) -> Weeks:
    n = rng.poisson(40, WEEKS)
    k = rng.binomial(n, 0.6)
    return k / n, of_shares(k, n)


@pytest.mark.parametrize("make", [counts, drifting, revenue, shares])
def test_quiet_weeks_sound_as_seldom_as_is_said(make: Callable[[np.random.Generator], Weeks]) -> None:
    """Some 20,000 quiet weeks: the share that sounds is that of three standard deviations, and never twice that."""
    rng = np.random.default_rng(7)
    outside, judged = 0, 0
    for _ in range(SHOPS):
        value, limits = make(rng)
        is_judged = np.isfinite(limits.low)
        outside += int(((value < limits.low) | (value > limits.high))[is_judged].sum())
        judged += int(is_judged.sum())
    assert judged > 20_000
    assert 0.5 * FALSE_ALARMS < outside / judged < 2.0 * FALSE_ALARMS


def test_a_real_fall_sounds_and_a_usual_one_does_not() -> None:
    rng = np.random.default_rng(3)
    heard = {0.9: 0, 0.6: 0}
    for _ in range(200):
        x = rng.poisson(100, WEEKS)
        for factor in heard:
            x[-1] = rng.poisson(100 * factor)
            heard[factor] += bool(x[-1] < of_counts(x, x).low[-1])
    assert heard[0.6] > 150  # four in ten fewer at a hundred a week are four standard deviations
    assert heard[0.9] < 40


def test_limits_keep_their_measure() -> None:
    """Money in cents or in euros has the same limits; a share's stay in 0 to 1."""
    rng = np.random.default_rng(5)
    n = rng.poisson(50, WEEKS)
    x = rng.gamma(5.0 * n, 4.0)
    one, hundred = of_counts(x, n), of_counts(100 * x, n)
    np.testing.assert_allclose(100 * one.low, hundred.low, rtol=1e-9)
    limits = of_shares(rng.binomial(n, 0.7), n)
    assert np.nanmin(limits.low) > 0
    assert np.nanmax(limits.high) < 1
    np.testing.assert_array_less(limits.low[40:], limits.expected[40:])


@pytest.mark.parametrize(
    "x", [np.zeros(60), np.full(60, 50.0), np.tile([3.0, 4.0, 5.0], 20), np.tile([40.0, 60.0], 10)],
    ids=["nothing", "all alike", "few a week", "too short"],
)  # fmt: skip
def test_where_nothing_can_be_told_there_are_no_limits(x: np.ndarray[Any, Any]) -> None:
    assert np.isnan(of_counts(x, x).low).all()
