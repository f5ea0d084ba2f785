"""The integral over a stretch against mpmath, over the extremes of its five arguments."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from lifelong.models.stretches import power_stretch


def exact(p: float, q: float, rho: float, sigma: float, h: float) -> float:
    """The same integral in log(1 + m u), in panels that close in on its left end, where it is largest or flat."""
    m = max(rho, sigma)
    length = float(np.log1p(m * h))

    def f(v: mp.mpf) -> mp.mpf:
        u = mp.expm1(v) / m
        return mp.e ** (v - p * mp.log1p(rho * u) - q * mp.log1p(sigma * u))

    with mp.workdps(20):
        cuts = [0.0, *(length * 2.0 ** np.arange(-12, 1)).tolist()]
        return float(mp.log(mp.quad(f, cuts) / m))


def test_against_mpmath() -> None:
    rng = np.random.default_rng(4)
    size = 40
    args = (
        10 ** rng.uniform(-2, 3, size),
        10 ** rng.uniform(-2, 2, size),
        10 ** rng.uniform(-5, 2, size),
        10 ** rng.uniform(-5, 2, size),
        10 ** rng.uniform(-1, 3, size),
    )
    told = power_stretch(*args)[0]
    np.testing.assert_allclose(told, [exact(*a) for a in zip(*map(np.ndarray.tolist, args), strict=True)], atol=1e-11)


def test_derivatives_are_those_of_the_value() -> None:
    rng = np.random.default_rng(5)
    args = np.array([10 ** rng.uniform(-1, 1.5, 30) for _ in range(4)] + [rng.uniform(0.1, 30, 30)])
    told = power_stretch(*args)
    for j in range(4):
        up, down = args.copy(), args.copy()
        up[j] *= 1 + 1e-6
        down[j] *= 1 - 1e-6
        change = (power_stretch(*up)[0] - power_stretch(*down)[0]) / (2e-6 * args[j])
        np.testing.assert_allclose(told[1 + j], change, rtol=1e-6, atol=1e-8)
    assert power_stretch(*args, slopes=False)[0] == pytest.approx(told[0], abs=1e-14)


def test_nothing_but_length_where_nothing_falls() -> None:
    tiny = np.array([1e-12])
    assert power_stretch(tiny, tiny, np.array([1.0]), np.array([1.0]), np.array([7.0]))[0, 0] == pytest.approx(
        np.log(7)
    )
