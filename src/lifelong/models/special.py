"""The special functions that the models need, made so that none overflows, cancels or warns.

Sums over a whole number of steps replace lgamma and digamma; integrals are of positive, smooth functions and are
taken by the trapezoidal rule after a change of variable that makes both tails fall double-exponentially.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

#: Above this x, tables by cumulative sums give way to :func:`gammas`.
TABLE_LIMIT = 100_000


def log_rising(a: float, x: ArrayLike) -> tuple[Floats, Floats]:
    r"""Log of the rising factorial and its derivative in ``a``, at whole x >= 0.

    .. math:: \log (a)_x = \log\Gamma(a + x) - \log\Gamma(a) = \sum_{j<x} \log(a + j), \qquad
              \partial_a = \psi(a + x) - \psi(a) = \sum_{j<x} \frac{1}{a + j}

    The sums lose nothing to cancellation, however small or large ``a`` is, and need no special function.

    >>> log_rising(0.5, [0, 1, 3])[0].round(6).tolist()
    [0.0, -0.693147, 0.628609]
    """
    n = np.asarray(x, dtype=np.int64)
    top = int(n.max(initial=0))
    if top > TABLE_LIMIT:
        (value, slope, _), (value_a, slope_a, _) = gammas(a + n), gammas(a)
        return value - value_a, slope - slope_a
    steps = a + np.arange(top, dtype=np.float64)
    value, slope = np.zeros(top + 1), np.zeros(top + 1)
    np.cumsum(np.log(steps), out=value[1:])
    np.cumsum(1.0 / steps, out=slope[1:])
    return value[n], slope[n]


#: Stirling's series is taken from here on, where its error is below 1e-16; what lies lower is stepped up to it.
STIRLING = 12
#: B_2k / (2k (2k - 1)), k = 1 to 7: the coefficients of Stirling's series in 1/z, 1/z^3, ...
_SERIES = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360, 1 / 156)


def gammas(z: ArrayLike) -> tuple[Floats, Floats, Floats]:
    r"""Log gamma, digamma and trigamma at real z > 0, in one pass; scipy's would take longer to load than a fit lasts.

    .. math:: \log\Gamma(w) = (w - \tfrac12) \log w - w + \tfrac12 \log 2\pi
              + \sum_k \frac{B_{2k}}{2k (2k - 1)\, w^{2k - 1}}, \qquad \Gamma(z) = \frac{\Gamma(z + n)}{z (z+1) \cdots (z+n-1)}

    A z below ``STIRLING`` is stepped up by n = ``STIRLING`` (Abramowitz and Stegun 1964, 6.1.15 and 6.1.41, with the
    series' derivatives 6.3.18 and 6.4.12). Nothing overflows: the steps' product of twelve small numbers is taken in two.

    >>> [round(float(v), 12) for v in gammas(0.5)]  # log sqrt(pi), -gamma - 2 log 2, pi^2 / 2
    [0.572364942925, -1.963510026021, 4.934802200545]
    """
    shape = np.shape(z)
    at = np.asarray(z, dtype=np.float64).ravel()
    low = at < STIRLING
    w = np.where(low, at + STIRLING, at)
    log_w, inverse = np.log(w), 1.0 / w
    square = inverse * inverse
    tail, slope, bend = np.zeros_like(w), np.zeros_like(w), np.zeros_like(w)
    for k in range(len(_SERIES) - 1, -1, -1):  # Horner's scheme for the series and its two derivatives
        odd, c = 2 * k + 1, _SERIES[k]
        tail, slope, bend = c + tail * square, odd * c + slope * square, odd * (odd + 1) * c + bend * square
    value = (w - 0.5) * log_w - w + 0.5 * np.log(2.0 * np.pi) + tail * inverse
    first = log_w - 0.5 * inverse - slope * square
    second = inverse + 0.5 * square + bend * square * inverse
    if low.any():
        step = at[low][:, None] + np.arange(STIRLING)
        each = 1.0 / step
        value[low] -= np.log(step[:, : STIRLING // 2].prod(axis=1)) + np.log(step[:, STIRLING // 2 :].prod(axis=1))
        first[low] -= each.sum(axis=1)
        second[low] += (each * each).sum(axis=1)
    return value.reshape(shape), first.reshape(shape), second.reshape(shape)


#: Tails are followed until they have fallen by e^-DROP of the largest value, below double precision.
DROP = 42.0


def line_rule(low: Floats, high: Floats, left: Floats, right: Floats, step: float = 0.15) -> tuple[Floats, Floats]:
    """Nodes v and weights, shape (n, N), of the trapezoidal rule for smooth positive functions on the whole line.

    Between ``low`` and ``high``, where the function has its features (of width about 1), v runs evenly; beyond,
    v = tau - e^(low - tau) + e^(tau - high) runs ever faster, so that a tail like e^(-rate |v|) falls
    double-exponentially and a handful of nodes follows it to the end, be the rate 4 or 1e-4.

    Args:
        low: the features' left edge, shape (n,).
        high: their right edge.
        left: the left tail's rate, > 0; above 4 it is taken as 4.
        right: the right tail's rate, likewise.
        step: distance of nodes where v runs evenly.
    """
    start = low - np.log(DROP / np.minimum(left, 4.0))
    stop = high + np.log(DROP / np.minimum(right, 4.0))
    size = int(np.ceil(np.max(stop - start, initial=1.0) / step)) + 1
    tau = start[:, None] + (stop - start)[:, None] * np.linspace(0.0, 1.0, size)
    below, above = np.exp(low[:, None] - tau), np.exp(tau - high[:, None])
    return tau - below + above, (1.0 + below + above) * ((stop - start) / (size - 1))[:, None]


def discount_rule(scale: Floats, horizon: Floats, discount: float) -> tuple[Floats, Floats]:
    r"""Nodes tau and weights of :math:`\int_0^h e^{-\delta\tau} m(\tau)\,d\tau`, shape (n, N); the weights hold e^-delta tau.

    ``m`` is smooth and falls on the time ``scale``. Gauss-Legendre nodes lie evenly in log(1 + tau/scale), which
    sees many scales of time at once; an infinite horizon ends where e^(-delta tau) is below double precision.
    The relative error is below 1e-10 (tested against mpmath over the extremes of the parameters).
    """
    end = np.minimum(horizon, 50.0 / discount) if discount > 0 else horizon
    length = np.log1p(end / scale)
    # Found by halving: the error stays below 1e-12 where the nodes grow with the number of scales.
    size = 8 * int(np.ceil((20.0 + 4.0 * float(np.max(length, initial=0.0))) / 8.0))
    node, weight = np.polynomial.legendre.leggauss(size)
    at = length[:, None] * ((node + 1.0) / 2.0)
    tau = scale[:, None] * np.expm1(at)
    return tau, (weight / 2.0) * (length * scale)[:, None] * np.exp(at - discount * tau)


def power_tail(k: Floats, q: Floats, rho: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    r"""Log of the integral behind Pareto/NBD, and its three partial derivatives; 1-d arrays of one length.

    .. math:: S(k, q, \rho) = \int_0^\infty e^{-y} \left[1 + \rho\,(1 - e^{-y/k})\right]^{-q} dy
              = {}_2F_1\!\left(q, 1; k + 1; -\rho\right) \in (0, 1]

    With the larger of two bases taken out, the integral over time of the density of leaving becomes this one, in
    which nothing overflows: see ``ParetoNBD``. It is taken over log y by :func:`line_rule`.

    Args:
        k: > 0, the sum of the exponents less one.
        q: > 0, the exponent of the smaller base; q <= k + 1.
        rho: >= 0, the difference of the bases over the smaller one.

    Returns:
        log S, and its derivatives in k, q and rho.

    >>> [round(float(v[0]), 9) for v in power_tail(np.array([2.0]), np.array([1.0]), np.array([1.0]))[:1]]
    [-0.258008426]
    """
    first = np.minimum(1.0, k / ((1.0 + rho) * (1.0 + q)))
    blocks = np.ceil((4.8 - np.log(first)) / 4.0).astype(int)
    result = np.empty((4, len(k)))
    for size in np.unique(blocks):
        rows = np.flatnonzero(blocks == size)
        for at in range(0, len(rows), 512):
            block = rows[at : at + 512]
            result[:, block] = _power_block(first[block], 4.0 * size, k[block], q[block], rho[block])
    return result[0], result[1], result[2], result[3]


#: Distance of the nodes in log y: the error is near 1e-14 at 0.28 and 4e-10 at 0.4 (against mpmath).
POWER_STEP = 0.28


def _power_block(first: Floats, length: float, k: Floats, q: Floats, rho: Floats) -> Floats:
    """As :func:`power_tail` for integrands that bend first at y = ``first`` and last within e^length of it."""
    tau = np.arange(-np.log(DROP) - 1.0, length, POWER_STEP)
    below = np.exp(-1.0 - tau)
    node = np.exp(tau - below)
    weight = node * (1.0 + below) * POWER_STEP
    y = first[:, None] * node
    rest = -np.expm1(y * (-1.0 / k[:, None]))
    grown = rho[:, None] * rest
    bend = np.log1p(grown)
    f = np.exp(-y - q[:, None] * bend)
    f *= weight
    total = f.sum(axis=1)
    d_q = -np.einsum("ij,ij->i", f, bend)
    f /= 1.0 + grown
    d_rho = -q * np.einsum("ij,ij->i", f, rest)
    np.subtract(1.0, rest, out=rest)
    d_k = q * rho / k**2 * np.einsum("ij,ij,ij->i", f, y, rest)
    return np.stack([np.log(first * total), d_k / total, d_q / total, d_rho / total])


def weigh(table: Floats, weight: Floats) -> Floats:
    """Sum of a table's last axis by weights, in one thread: BLAS would start threads that cost more than the sum."""
    return np.asarray(np.einsum("...i,i->...", table, weight))


def tally(index: NDArray[np.intp], weight: Floats, size: int) -> Floats:
    """Sums of the weights by index, float64."""
    return np.bincount(index, weight, size).astype(np.float64, copy=False)
