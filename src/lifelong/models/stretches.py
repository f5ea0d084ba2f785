r"""The integral over a stretch of time in which nothing changes: what customers who left in it were likely to do before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Where the integrand has fallen by e^-FALL it is left out: below double precision.
FALL = 40.0
#: Gauss-Legendre nodes and weights on (-1, 1): 72 are enough for a fall by FALL over six orders of magnitude of time.
RULES = {size: np.polynomial.legendre.leggauss(size) for size in range(8, 73, 8)}

#: Nodes that are worked on at once: what they need stays in the processor's cache.
PIECE = 8192


def power_stretch(p: Floats, q: Floats, rho: Floats, sigma: Floats, h: Floats, slopes: bool = True) -> Floats:
    r"""Log of the integral of two powers over a stretch, and its derivatives in p, q, rho and sigma; 1-d arrays.

    .. math:: J = \int_0^h (1 + \rho u)^{-p} (1 + \sigma u)^{-q} \, du

    With m the larger of rho and sigma, Gauss-Legendre nodes lie evenly in v = log(1 + m u): there all singularities
    are at a distance of pi at least, whatever the two scales. As many nodes are taken as the integrand's fall and the
    length in v ask for; what lies beyond a fall by e^-40 is left out. The relative error is below 1e-12 (against mpmath).

    Args:
        p: > 0.
        q: > 0.
        rho: > 0, per week.
        sigma: > 0, per week.
        h: > 0, weeks.
        slopes: whether the derivatives are wanted.

    Returns:
        Shape (5, n); (1, n) without slopes.
    """
    length, fall = _reach(p, q, rho, sigma, h)
    sizes = 8 * np.ceil(np.minimum(5.5 + 0.5 * fall + 3.0 * length, 72.0) / 8.0).astype(int)
    result = np.empty((5 if slopes else 1, len(p)))
    for size in np.unique(sizes):
        those = np.flatnonzero(sizes == size)
        for at in np.split(those, range(PIECE // size, len(those), PIECE // size)):
            result[:, at] = _block(int(size), length[at], p[at], q[at], rho[at], sigma[at], slopes)
    return result


def _reach(p: Floats, q: Floats, rho: Floats, sigma: Floats, h: Floats) -> tuple[Floats, Floats]:
    """Length of the stretch in v, cut where the integrand has fallen enough, and its fall until then."""
    large = np.maximum(rho, sigma)

    def fallen(v: Floats, at: slice | NDArray[np.intp]) -> Floats:
        u = np.expm1(v) / large[at]
        return np.asarray(p[at] * np.log1p(rho[at] * u) + q[at] * np.log1p(sigma[at] * u))

    length = np.log1p(large * h)
    fall = fallen(length, slice(None))
    far = np.flatnonzero(fall > FALL)
    if len(far):
        low, high = np.zeros(len(far)), length[far]
        for _ in range(20):
            middle = (low + high) / 2.0
            above = fallen(middle, far) > FALL
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        length[far], fall[far] = high, fallen(high, far)
    return length, fall


def _block(size: int, length: Floats, p: Floats, q: Floats, rho: Floats, sigma: Floats, slopes: bool) -> Floats:
    """As :func:`power_stretch` with so many nodes, for stretches that are ``length`` long in v."""
    node, weight = RULES[size]
    swap = sigma > rho
    big, small = np.where(swap, q, p)[:, None], np.where(swap, p, q)[:, None]
    large, ratio = np.maximum(rho, sigma), (np.minimum(rho, sigma) / np.maximum(rho, sigma))[:, None]
    v = length[:, None] * ((node + 1.0) / 2.0)
    grown = np.expm1(v)
    bend = np.log1p(ratio * grown)
    f = np.exp((1.0 - big) * v - small * bend) * (weight / 2.0)
    total = f.sum(axis=1)
    log_j = np.log(length / large * total)
    if not slopes:
        return np.asarray(log_j[None])
    f /= total[:, None]
    by_big, by_small = -np.einsum("ij,ij->i", f, v), -np.einsum("ij,ij->i", f, bend)
    f *= grown
    on_large = -big[:, 0] / large * np.einsum("ij,ij->i", f, 1.0 / (1.0 + grown))
    on_small = -small[:, 0] / large * np.einsum("ij,ij->i", f, 1.0 / (1.0 + ratio * grown))
    pairs = ((by_big, by_small), (by_small, by_big), (on_large, on_small), (on_small, on_large))
    return np.asarray(np.stack([log_j, *(np.where(swap, b, a) for a, b in pairs)]))
