r"""How many more payments are to come: sums of survival over all coming renewals, discounted or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Kept = Callable[[Floats], Floats]

#: Terms that are added one by one; what lies beyond is an integral.
DIRECT = 4096
#: Without a discount the integral ends at e^FARTHEST periods, and a power law holds beyond.
FARTHEST = 600.0
#: Gauss-Legendre nodes in a panel of log time, and the panels' width.
NODES, WIDTH = 12, 0.5


def discounted_sum(kept: Kept, n: int, d: float, horizon: float, power: float, moment: int = 0) -> float:
    r"""Sum of survival over the coming renewals, each discounted to the next one and weighed by its number to a power.

    **Formula.**

    .. math:: \sum_{t=n}^{n+h-1} \frac{S(t)}{S(n-1)} \, \frac{(t-n+1)^m}{(1+d)^{t-n}}

    **Numerics.** The first 4,096 terms are added. The rest, where terms change slowly, is the Euler-Maclaurin formula:
    an integral over log t by Gauss-Legendre panels, half of each end term, and a twelfth of the slopes. Its error is
    below :math:`f(N)\,(\kappa/N)^3 / 50` with N = n + 4096 and :math:`\kappa = -N f'(N)/f(N)`: relative to the sum,
    below 1e-9 (tested against closed forms and mpmath). Without a discount the power law :math:`t^{-p}` holds beyond
    e^600 periods, and the sum is infinite where p <= m + 1.

    Args:
        kept: log S(t) / S(n - 1) at real t >= n.
        n: number of the next renewal.
        d: effective rate of a period.
        horizon: coming renewals that count, may be inf.
        power: p of the tail; inf where it falls faster than any power.
        moment: m.

    >>> round(discounted_sum(lambda t: t * np.log(0.8), 1, 0.1, np.inf, np.inf), 6)  # 0.8 / (1 - 0.8 / 1.1)
    2.933333
    """
    if horizon <= 0:
        return 0.0
    force = float(np.log1p(d))
    if np.isinf(horizon) and force == 0.0 and power <= moment + 1.0:
        return float(np.inf)

    def term(t: Floats) -> Floats:
        return np.asarray(np.exp(kept(t) - force * (t - n) + moment * np.log(t - n + 1.0)))

    first = n + np.arange(min(horizon, DIRECT), dtype=np.float64)
    total = float(np.sum(term(first)))
    if horizon <= DIRECT:
        return total
    start = float(n + DIRECT)
    last = n + horizon - 1.0 if np.isfinite(horizon) else np.inf
    if force > 0:
        last = min(last, start + 50.0 / force)
    return total + _rest(term, start, last, power - moment)


def _rest(term: Kept, start: float, last: float, power: float) -> float:
    """The sum of terms from start to last, by Euler and Maclaurin; beyond e^FARTHEST by a power law."""
    stop = min(float(np.log(last)), FARTHEST)
    panels = int(np.ceil(max(stop - np.log(start), 0.0) / WIDTH)) or 1
    node, weight = np.polynomial.legendre.leggauss(NODES)
    edges = np.linspace(np.log(start), stop, panels + 1)
    half = np.diff(edges)[:, None] / 2.0
    at = np.exp((edges[:-1, None] + half + half * node).ravel())
    total = float(np.sum(term(at) * at * (half * weight).ravel()))
    f = term(np.array([start - 1.0, start, start + 1.0]))
    total += float(f[1] / 2.0 - (f[2] - f[0]) / 24.0)
    if np.isfinite(last):
        f = term(np.array([last - 1.0, last, last + 1.0]))
        total += float(f[1] / 2.0 + (f[2] - f[0]) / 24.0)
    elif np.isfinite(power):
        end = np.exp(np.array([FARTHEST]))
        total += float(term(end)[0] * end[0]) / (power - 1.0)
    return total
