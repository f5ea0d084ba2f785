r"""What customers do who order at a steady rate until they leave: the parts of models beyond their likelihood."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.geometric import MOST_ORDERS, nbd
from lifelong.models.special import discount_rule, log_rising

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    #: Times to the logarithms of a lifetime's survival and density, all of one shape.
    Life = Callable[[Floats], tuple[Floats, Floats]]

BLOCK = 512


def power_integral(base: ArrayLike, s: float, horizon: ArrayLike) -> Floats:
    r"""Expected weeks alive within the horizon, :math:`\int_0^h (B/(B+\tau))^s d\tau`; arrays broadcast.

    It is :math:`B\,(1 - (1+h/B)^{1-s})/(s-1)`, written so that s = 1 and small h lose nothing; inf where h is
    and s <= 1.
    """
    B, h = np.asarray(base, dtype=np.float64), np.asarray(horizon, dtype=np.float64)
    length = np.log1p(h / B)
    if s == 1.0:
        return np.asarray(B * length)
    return np.asarray(B * np.expm1((1.0 - s) * length) / (1.0 - s))


def discounted_power(base: Floats, s: float, horizon: float, discount: float) -> Floats:
    r"""Discounted weeks alive, :math:`\int_0^h e^{-\delta\tau} (B/(B+\tau))^s d\tau`, for each base; h may be inf."""
    parts = []
    for i in range(0, len(base), BLOCK):
        B = base[i : i + BLOCK]
        tau, weight = discount_rule(B / (s + 1.0), np.full(len(B), horizon), discount)
        parts.append((weight * np.exp(-s * np.log1p(tau / B[:, None]))).sum(axis=1))
    return np.concatenate(parts) if parts else np.zeros(0)


def death_before(r: float, alpha: float, n: Floats, t: Floats, life: Life) -> Floats:
    r"""P(exactly n repeat orders within t weeks), alive at t or gone before.

    .. math:: P_{NBD}(n; t)\, S(t) + \int_0^t P_{NBD}(n; u)\, f(u)\, du

    with S and f the survival and the density of a lifetime. Both terms are positive. The integral is taken in log u
    by Gauss-Legendre panels that close in on the largest value of the integrand, which has one peak.
    """
    here = nbd(r, alpha, n, t)[0] * np.exp(life(t)[0])
    order = log_rising(r, n)[0] - _log_factorial(n)

    def log_f(v: Floats) -> Floats:
        # d u = u d v, so the power of u is n + 1
        u = np.exp(v)
        body = n[:, None] * v + v - (r + n[:, None]) * np.log(alpha + u) + life(u)[1]
        return np.asarray(body + (order + r * np.log(alpha))[:, None])

    top = np.log(np.maximum(t, 1e-300))
    v, weight = _panels(log_f, top)
    gone = (weight * np.exp(log_f(v))).sum(axis=1)
    return np.asarray(np.where(t > 0, here + gone, n == 0))


def _panels(log_f: Callable[[Floats], Floats], top: Floats) -> tuple[Floats, Floats]:
    """Nodes and weights up to ``top`` for log-concave functions that fall at least like e^v to the left."""
    low, high = top - 800.0, top.copy()
    for _ in range(60):  # golden-section search of the largest value
        a, b = high - 0.618 * (high - low), low + 0.618 * (high - low)
        up = (log_f(a[:, None]) < log_f(b[:, None]))[:, 0]
        low, high = np.where(up, a, low), np.where(up, high, b)
    mode = (low + high) / 2.0
    peak = log_f(mode[:, None])[:, 0]
    edges = []
    for far in (mode - 800.0, top):
        near, out = mode.copy(), far.copy()
        for _ in range(40):
            middle = (near + out) / 2.0
            above = log_f(middle[:, None])[:, 0] > peak - 40.0
            near, out = np.where(above, middle, near), np.where(above, out, middle)
        edges.append(out)
    node, weight = np.polynomial.legendre.leggauss(24)
    cuts = np.array([0.0, 0.05, 0.15, 0.4, 1.0])
    points, weights = [], []
    for edge in edges:
        for a, b in pairwise(cuts):
            half = (edge - mode) * (b - a) / 2.0
            points.append((mode + (edge - mode) * (a + b) / 2.0)[:, None] + half[:, None] * node)
            weights.append(np.abs(half)[:, None] * weight)
    return np.hstack(points), np.hstack(weights)


def _log_factorial(n: Floats) -> Floats:
    return log_rising(1.0, n)[0]


def weeks_ahead(horizon: float, discount: float) -> float:
    r"""Discounted weeks of a horizon, :math:`\int_0^h e^{-\delta\tau} d\tau`; inf where both have no end."""
    return float(horizon if discount == 0.0 else -np.expm1(-discount * horizon) / discount)


def leaving(hazard: Floats, rng: np.random.Generator) -> Floats:
    """The time at which each customer leaves at a steady hazard; inf where it is zero to the last digit."""
    with np.errstate(divide="ignore", over="ignore"):
        return np.asarray(rng.standard_exponential(len(hazard)) / hazard)


def draw_until(rate: Floats, end: Floats, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Orders at a steady rate up to ``end``: (owner, when), ``when`` in (0, end], unsorted within an owner."""
    orders = rng.poisson(np.minimum(rate * end, MOST_ORDERS))
    owner = np.repeat(np.arange(len(rate)), orders)
    return owner, rng.random(len(owner)) * end[owner]


def histories_until(rate: Floats, death: Floats, T: Floats, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
    """Histories of new customers who order at a steady rate until death: x, t_x and the time of death."""
    end = np.minimum(death, T)
    x = rng.poisson(np.minimum(rate * end, MOST_ORDERS))
    t_x = np.zeros(len(T))
    some = np.flatnonzero(x > 0)
    t_x[some] = end[some] * rng.random(len(some)) ** (1.0 / x[some])
    return x.astype(np.int64), t_x, death
