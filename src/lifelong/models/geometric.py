r"""What customers do who leave with a fixed chance after each order: shared by BG/NBD and MBG/NBD.

Given alive, a customer's rate is :math:`\lambda \sim \mathrm{Gamma}(R, A)` and the chance to leave after an order is
:math:`p \sim \mathrm{Beta}(a, b)`, with R = r + x, A = alpha + T and b raised by what was survived. Then

.. math:: E[X(h)] = \int_0^h m(\tau)\,d\tau, \qquad
          m(\tau) = E[\lambda e^{-\lambda p \tau}] = \frac{R}{A}\, E_p\!\left[(1 + p\tau/A)^{-(R+1)}\right].

Undiscounted, the inner integral is elementary, and the rest is the papers' closed form

.. math:: E[X(h)] = \frac{a+b-1}{a-1}\left[1 - \left(\tfrac{A}{A+h}\right)^{R}
          {}_2F_1\!\left(R, b; a+b-1; \tfrac{h}{A+h}\right)\right],

which loses all digits near a = 1 and for small h. Its Euler integral over p has only positive terms, and is what is
summed here; it holds for every a. Discounted, over any horizon or the rest of life, there is no closed form: the
integral over tau is taken as well. The relative error is below 1e-10, discounted below 1e-9 (tested against mpmath).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.special import discount_rule, line_rule, log_rising

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Rows whose nodes are laid out at once, and rows worked on at once, which must fit into the processor's cache.
CHUNK, BLOCK = 1024, 8

#: No customer is given more orders than this in one draw: a guard of memory against draws of absurd parameters.
MOST_ORDERS = 1e7


def expected_orders(R: Floats, A: Floats, a: float, b: Floats, horizon: Floats, discount: float = 0.0) -> Floats:
    """E[X(horizon)] of customers alive now, each order weighed by e^(-discount tau); 1-d arrays of one length."""
    rows = [slice(i, i + CHUNK) for i in range(0, len(R), CHUNK)]
    parts = [_expected(R[i], A[i], a, b[i], horizon[i], discount) for i in rows]
    return np.concatenate(parts) if parts else np.zeros(0)


def _expected(R: Floats, A: Floats, a: float, b: Floats, horizon: Floats, discount: float) -> Floats:
    reach = np.minimum(horizon, 1.0 / discount) if discount > 0 else horizon
    p, weight = beta_nodes(a, b, np.log(np.maximum(reach / A * np.maximum(R, 1.0), 1e-300)))
    if discount == 0.0:
        gain = -np.expm1(-R[:, None] * np.log1p(p * (horizon / A)[:, None])) / p
        return np.asarray(np.einsum("ip,ip->i", weight, gain))
    tau, w = discount_rule(A / (R + 1.0), horizon, discount)
    tau /= A[:, None]
    total = np.empty(len(R))
    for i in range(0, len(R), BLOCK):
        at = slice(i, i + BLOCK)
        inner = np.log1p(p[at, :, None] * tau[at, None, :])
        inner *= -(R[at] + 1.0)[:, None, None]
        np.exp(inner, out=inner)
        total[at] = np.einsum("ip,ip->i", weight[at], np.einsum("ipt,it->ip", inner, w[at]))
    return np.asarray(R / A * total)


def beta_nodes(a: float, b: Floats, log_reach: Floats) -> tuple[Floats, Floats]:
    """Nodes p in (0, 1) and weights of the mean over Beta(a, b), for functions that bend near p = e^-log_reach."""
    mode = np.log(a / b)
    scale = np.minimum(1.0, np.sqrt((a + b) / (a * b)))
    bend = np.maximum(-log_reach - 2.0, mode - 45.0 / max(a - 1.0, 1e-6))
    # Where one exponent is below 1 the weight's long tail begins at the other's bend, far from its largest value.
    left = np.where(b < 1.0, np.log(max(a, 1.0)) - 2.0, mode)
    right = -np.log(np.maximum(b, 1.0)) if a < 1 else mode
    low = (np.minimum(np.minimum(mode - scale, left), bend) - mode) / scale
    high = (np.maximum(mode + scale, right + 2.0 * (a < 1)) - mode) / scale
    u, w = line_rule(low, high, a * scale, b * scale)
    v = mode[:, None] + scale[:, None] * u
    log_p, log_q = -np.logaddexp(0.0, -v), -np.logaddexp(0.0, v)
    height = a * log_p + b[:, None] * log_q
    weight = w * np.exp(height - height.max(axis=1, keepdims=True))
    return np.maximum(np.exp(log_p), 1e-300), weight / weight.sum(axis=1, keepdims=True)


def nbd(r: float, alpha: float, n: Floats, t: Floats) -> tuple[Floats, Floats]:
    """P(exactly n) and P(at least n) orders of a gamma-Poisson customer within t weeks, nobody leaving."""
    from scipy.special import betainc, gammaln, xlogy

    share = t / (alpha + t)
    exactly = np.exp(log_rising(r, n)[0] - gammaln(n + 1.0) + xlogy(n, share) - r * np.log1p(t / alpha))
    return np.asarray(exactly), np.where(n > 0, betainc(np.maximum(n, 1.0), r, share), 1.0)


def draw_future(rate: Floats, p: Floats, horizon: float, rng: np.random.Generator) -> tuple[Ints, Floats]:
    """Orders of customers alive now: (owner, when), ``when`` in (0, horizon], unsorted within an owner.

    The customer's Poisson orders stop with the G-th, G geometric. Given that there are N >= G of them, the G-th
    falls at horizon x Beta(G, N - G + 1) and the earlier ones evenly before it: nothing needs sorting.
    """
    potential = rng.poisson(np.minimum(rate * horizon, MOST_ORDERS))
    last = rng.geometric(np.clip(p, 1e-15, 1.0))
    end = np.full(len(rate), float(horizon))
    ends = np.flatnonzero(last <= potential)
    end[ends] *= rng.beta(last[ends], potential[ends] - last[ends] + 1)
    orders = np.minimum(potential, last)
    owner = np.repeat(np.arange(len(rate)), orders)
    when = rng.random(len(owner)) * end[owner]
    when[np.cumsum(orders)[ends] - 1] = end[ends]
    return owner, when


def draw_histories(rate: Floats, last: Ints, T: Floats, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
    """Histories of new customers who leave with repeat order ``last`` (0: at once): x, t_x and the time of death."""
    potential = rng.poisson(np.minimum(rate * T, MOST_ORDERS))
    x = np.minimum(potential, last)
    whole = last > potential
    t_x = np.zeros(len(T))
    some = np.flatnonzero(x > 0)
    above = np.where(whole[some], 1, potential[some] - last[some] + 1)
    t_x[some] = T[some] * rng.beta(x[some], above)
    death = t_x.copy()
    later = np.flatnonzero(whole)
    wait = rng.standard_gamma((last[later] - potential[later]).astype(np.float64))
    with np.errstate(divide="ignore", over="ignore"):  # a rate of zero to the last digit: never
        death[later] = T[later] + wait / rate[later]
    return x.astype(np.int64), t_x, death
