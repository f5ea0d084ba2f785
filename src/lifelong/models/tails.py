r"""Tables of Pareto/NBD's integral G(t; r + x + i, s + j) over pairs of x and t.

The integral's core, S, is interpolated over the times of each x where there are many (``models.chebyshev``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.chebyshev import on_times
from lifelong.models.special import power_tail

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.pairs import Pairs

    Floats = NDArray[np.float64]


def tail_table(theta: Floats, pairs: Pairs, i: float, j: float) -> tuple[Floats, Floats]:
    """Log G(t; r + x + i, s + j) at each pair, with i + j = 1, and its gradient in (r, alpha, s, beta)."""
    r, alpha, s, beta = theta
    wide = alpha >= beta
    m, o = (alpha, beta) if wide else (beta, alpha)

    def tails(some: Pairs) -> Floats:
        x, t = some.each_x, some.each_t
        q = np.full(len(x), s + j) if wide else r + x + i
        tables = np.stack(power_tail(r + s + x, q, (m - o) / (o + t)))
        tables[3] *= o + t  # the derivative in rho falls with 1 / rho: smoother so
        return tables

    log_s, d_k, d_q, d_rho = on_times(tails, pairs, o)
    log_m, log_o = np.log(m + pairs.t)[pairs.it], np.log(o + pairs.t)[pairs.it]
    t, x = pairs.each_t, pairs.each_x
    k, q = r + s + x, np.full(len(x), s + j) if wide else r + x + i
    value = -(k - q) * log_m - q * log_o - np.log(k) + log_s
    by_k, by_q = d_k - log_m - 1.0 / k, d_q + log_m - log_o
    by_m = -(k - q) / (m + t) + d_rho / (o + t) ** 2
    by_o = -q / (o + t) - d_rho * (m + t) / (o + t) ** 3
    if wide:
        return value, np.stack([by_k, by_m, by_k + by_q, by_o])
    return value, np.stack([by_k + by_q, by_o, by_k, by_m])
