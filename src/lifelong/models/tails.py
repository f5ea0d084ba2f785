r"""Tables of Pareto/NBD's integral G(t; r + x + i, s + j) over pairs of x and t.

For each x, log S is a smooth function of log(o + t): where there are many times, it is computed at Chebyshev nodes
only and interpolated, with its derivatives. The coefficients' own tail says whether that is exact to 1e-12; where it is
not, or where pairs are few, every pair is computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.special import power_tail

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.pairs import Pairs

    Floats = NDArray[np.float64]

#: The size of the last Chebyshev coefficients, relative to the largest, that counts as exact.
EXACT = 1e-12


def tail_table(theta: Floats, pairs: Pairs, i: float, j: float) -> tuple[Floats, Floats]:
    """log G(t; r + x + i, s + j) at each pair, with i + j = 1, and its gradient in (r, alpha, s, beta)."""
    r, alpha, s, beta = theta
    wide = alpha >= beta
    m, o = (alpha, beta) if wide else (beta, alpha)
    k = r + s + pairs.x
    q = np.full(len(k), s + j) if wide else r + pairs.x + i
    log_s, d_k, d_q, d_rho = _tails(k, q, m, o, pairs)
    log_m, log_o = np.log(m + pairs.t)[pairs.it], np.log(o + pairs.t)[pairs.it]
    t, k, q = pairs.t[pairs.it], k[pairs.ix], q[pairs.ix]
    value = -(k - q) * log_m - q * log_o - np.log(k) + log_s
    by_k, by_q = d_k - log_m - 1.0 / k, d_q + log_m - log_o
    by_m = -(k - q) / (m + t) + d_rho / (o + t)
    by_o = -q / (o + t) - d_rho * (m + t) / (o + t) ** 2
    if wide:
        return value, np.stack([by_k, by_m, by_k + by_q, by_o])
    return value, np.stack([by_k + by_q, by_o, by_k, by_m])


def _tails(k: Floats, q: Floats, m: float, o: float, pairs: Pairs) -> Floats:
    """log S and its derivatives in k, q and rho at each pair, shape (4, pairs)."""
    at = np.log(o + pairs.t)
    size = _nodes(float(at.min(initial=0.0)), float(at.max(initial=0.0)))
    if len(pairs) > 2 * size * len(k):
        found = _interpolated(k, q, m - o, at, pairs, size)
        if found is not None:
            return found
    rho = ((m - o) / (o + pairs.t))[pairs.it]
    return np.stack(power_tail(k[pairs.ix], q[pairs.ix], rho))


def _nodes(low: float, high: float) -> int:
    """Nodes for 1e-13: log S is analytic within pi of the real line, which gives the rate of its coefficients."""
    width = 2.0 * np.pi / max(high - low, 1e-3)
    return int(np.ceil(31.0 / np.arcsinh(width))) + 2


def _interpolated(k: Floats, q: Floats, gap: float, at: Floats, pairs: Pairs, size: int) -> Floats | None:
    """The same from Chebyshev nodes in log(o + t); None where their coefficients do not fall to nothing."""
    low, high = float(at.min()), float(at.max())
    angle = np.pi * (np.arange(size) + 0.5) / size
    node = np.exp(low + (high - low) * (np.cos(angle) + 1.0) / 2.0)
    table = np.stack(power_tail(np.repeat(k, size), np.repeat(q, size), np.tile(gap / node, len(k))))
    table = table.reshape(4, len(k), size)
    table[3] *= node  # d log S / d rho falls with 1 / rho: smoother once it is multiplied by o + t
    basis = np.cos(np.outer(np.arange(size), angle)) * (2.0 / size)
    basis[0] /= 2.0
    coefficient = np.einsum("axn,cn->axc", table, basis)
    largest = np.maximum(np.abs(coefficient).max(axis=(1, 2)), 1e-300)
    if (np.abs(coefficient[:, :, -2:]).max(axis=(1, 2)) / largest).max() > EXACT:
        return None
    turn = np.arccos(np.clip(2.0 * (at - low) / max(high - low, 1e-300) - 1.0, -1.0, 1.0))
    values = np.einsum("axc,ct->axt", coefficient, np.cos(np.outer(np.arange(size), turn)))
    values[3] /= np.exp(at)
    return np.asarray(values[:, pairs.ix, pairs.it])
