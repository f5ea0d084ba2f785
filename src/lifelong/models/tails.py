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

#: Chebyshev nodes an x, and the size of the last coefficients, relative to the largest, that counts as exact.
NODES, EXACT = 24, 1e-12


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
    if len(pairs) > 2 * NODES * len(k):
        found = _interpolated(k, q, m, o, pairs)
        if found is not None:
            return found
    rho = ((m - o) / (o + pairs.t))[pairs.it]
    return np.stack(power_tail(k[pairs.ix], q[pairs.ix], rho))


def _interpolated(k: Floats, q: Floats, m: float, o: float, pairs: Pairs) -> Floats | None:
    """The same from Chebyshev nodes in log(o + t); None where their coefficients do not fall to nothing."""
    at = np.log(o + pairs.t)
    low, high = float(at.min()), float(at.max())
    angle = np.pi * (np.arange(NODES) + 0.5) / NODES
    node = np.exp(low + (high - low) * (np.cos(angle) + 1.0) / 2.0)
    rho = np.tile((m - o) / node, len(k))
    table = np.stack(power_tail(np.repeat(k, NODES), np.repeat(q, NODES), rho)).reshape(4, len(k), NODES)
    table[3] *= node  # d log S / d rho falls with 1 / rho: smoother once it is multiplied by o + t
    basis = np.cos(np.outer(np.arange(NODES), angle)) * (2.0 / NODES)
    basis[0] /= 2.0
    coefficient = table @ basis.T
    size = np.abs(coefficient)
    scale = np.maximum(size.max(axis=(1, 2), keepdims=True), 1e-300)
    if (size[:, :, -2:] / scale).max() > EXACT:
        return None
    turn = np.arccos(np.clip(2.0 * (at - low) / (high - low) - 1.0, -1.0, 1.0))
    values = coefficient @ np.cos(np.outer(np.arange(NODES), turn))
    values[3] /= o + pairs.t
    return np.asarray(values[:, pairs.ix, pairs.it])
