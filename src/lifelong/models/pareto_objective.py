r"""Pareto/NBD's log-likelihood at many parameters at once, without its gradient: what weighed posterior draws ask for.

**Story.** A fit asks for value and gradient at few points, a posterior for the value alone at a thousand. There the two
integrals of ``ParetoNBD`` are one function, and each count of orders gives that of its neighbour in three operations.

**Formula.** With :math:`p = r + x` and :math:`B_x(t) = (\alpha+t)^{-p} (\beta+t)^{-s}`, let
:math:`v_x(t) = G(t; p, s+1) / B_x(t)`. One integration by parts makes the term of those still there a matter of v as well,

.. math:: L = \alpha^r \beta^s (r)_x \left[ B_x(T)\,(1 - s\,v_x(T)) + B_x(t_x)\, s\,v_x(t_x) \right],

and the difference of the integrands of :math:`G(t; p, s+1)` and :math:`G(t; p+1, s)` gives

.. math:: (p + s)\, v_x(t) = 1 + p\,\rho(t)\, v_{x+1}(t), \qquad \rho(t) = \frac{\alpha - \beta}{\alpha + t} < 1.

**Symbols.** theta: shape (draws, 4); x, t as in ``ParetoNBD``; v: no unit, in (0, 1/s].

**Numerics.** From x + 1 to x an error of v grows by :math:`g = p\,\lvert\rho\rvert / (p + s)`, from x to x + 1 by 1 / g. Steps
go down from the largest x, or up from 0 where that loses less (far below :math:`\rho = -1`). Where both lose more than three
digits, the draw is evaluated as a fit would. Both ends are integrals, interpolated over t. :math:`1 - s v` loses digits only
where it is small beside :math:`s\,v_x(t_x)`, which stands in the same sum; no power of a time is formed.

**Source.** Abramowitz and Stegun (1964), 15.2 (Gauss's relations between neighbours), since
:math:`v_x = {}_2F_1(1, p; p+s+1; \rho) / (p+s)`; for the direction of such steps Gautschi, W. (1967), Computational aspects of
three-term recurrence relations, *SIAM Review* 9(1), 24-82.

**Check.** Where alpha = beta, v is 1 / (r + x + s):

>>> ladder(np.array([[0.5, 10.0, 0.6, 10.0]]), np.array([5.0]), 2, np.zeros((1, 1), bool))[:, 0, 0].round(6).tolist()
[0.909091, 0.47619, 0.322581]
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.attrition import PIECE, PatternObjective
from lifelong.models.chebyshev import on_times
from lifelong.models.pairs import Pairs
from lifelong.models.special import power_tail, tally, weigh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.pairs import Prepared

    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]

#: Steps may multiply an error by so much.
LOSS = 1e3
#: So many values of v are held at once; a shop with more of them for one draw is evaluated draw by draw.
HELD = 1 << 20


class ParetoObjective(PatternObjective):
    """As ``attrition.PatternObjective``, with values at many parameters at once."""

    def values_at(self, theta: Floats) -> Floats:
        """Log-likelihood at each row of theta, shape (draws, 4); see the module's text."""
        times, top = np.union1d(self.made.alive.t, self.made.dead.t), int(self.made.alive.x.max(initial=0.0))
        each = HELD // (len(times) * (top + 1))
        value = np.empty(len(theta))
        for start in range(0, len(theta), max(each, 1)):
            part = np.arange(start, min(start + max(each, 1), len(theta)))
            goes_up, holds = directions(theta[part], times, top)
            holds &= each > 0
            if holds.any():
                value[part[holds]] = logliks(theta[part[holds]], self.made, times, goes_up[:, holds])
            value[part[~holds]] = [self.value(theta[i])[0] for i in part[~holds]]
        return value


def logliks(theta: Floats, made: Prepared, times: Floats, goes_up: Bools) -> Floats:
    """Log-likelihood of prepared patterns at each row of theta; ``times`` holds every t, sorted."""
    r, alpha, s, beta = theta.T
    v = ladder(theta, times, int(made.alive.x.max(initial=0.0)), goes_up)
    log_rate, log_leave = np.log(alpha + times[:, None]), s * np.log(beta + times[:, None])

    def on_pairs(pairs: Pairs) -> tuple[Floats, Floats]:
        """Log B and s v at each pair, shape (pairs, draws)."""
        x, at = pairs.x[pairs.ix], np.searchsorted(times, pairs.t)[pairs.it]
        return -(r + x[:, None]) * log_rate[at] - log_leave[at], s * v[x.astype(np.intp), at]

    (log_alive, gone), (log_dead, dead) = on_pairs(made.alive), on_pairs(made.dead)
    total = made.customers * (r * np.log(alpha) + s * np.log(beta))
    with_x = tally(made.alive.x.astype(np.intp), made.count_x, len(v))
    more = made.customers - np.cumsum(with_x)[:-1]  # than j orders: log (r)_x is the sum of log (r + j) over j < x
    total += weigh(np.log(r[:, None] + np.arange(len(more))), more)
    total += weigh(log_dead.T, made.by_dead(made.count))
    rows = max(PIECE // len(theta), 1)
    for start in range(0, len(made.count), rows):
        part = slice(start, start + rows)
        i, j = made.i_alive[part], made.i_dead[part]
        inner = dead[j] + np.exp(log_alive[i] - log_dead[j]) * (1.0 - gone[i])
        total += weigh(np.log(inner).T, made.count[part])
    return np.asarray(total)


def directions(theta: Floats, times: Floats, top: int) -> tuple[Bools, Bools]:
    """Where to step up from x = 0, shape (times, draws), and which draws' steps hold what the ends bring."""
    r, alpha, s, beta = theta.T
    rho = (alpha - beta) / (alpha + times[:, None])
    goes_up = np.zeros(rho.shape, dtype=bool)
    at, draw = np.nonzero(rho < -1.0)  # elsewhere g < 1 for every x
    p = (r + np.arange(top)[:, None])[:, draw]
    log_g = np.log(p / (p + s[draw]) * -rho[at, draw])
    down = np.maximum(log_g, 0.0).sum(axis=0)
    up = down - log_g.sum(axis=0)
    goes_up[at, draw] = up < down
    return goes_up, tally(draw, np.minimum(up, down) > np.log(LOSS), len(theta)) == 0.0


def ladder(theta: Floats, times: Floats, top: int, goes_up: Bools) -> Floats:
    """The ratio v at x = 0 ... top, each time and each row of theta: shape (top + 1, times, draws)."""
    r, alpha, s, beta = theta.T
    rho = (alpha - beta) / (alpha + times[:, None])
    v = np.empty((top + 1, *rho.shape))
    v[top] = _end(theta, times, top)
    falls = np.where(goes_up, 0.0, rho)
    for x in range(top - 1, -1, -1):
        v[x] = (1.0 + (r + x) * falls * v[x + 1]) / (r + x + s)
    some = goes_up.any(axis=0)
    if some.any():
        at, draw = np.nonzero(goes_up)
        rho, r, s = rho[at, draw], r[draw], s[draw]
        rises = _end(theta[some], times, 0)[goes_up[:, some]]
        for x in range(top):
            v[x, at, draw] = rises
            rises = ((r + x + s) * rises - 1.0) / ((r + x) * rho)
        v[top, at, draw] = rises
    return v


def _end(theta: Floats, times: Floats, x: int) -> Floats:
    """The ratio v at one x by its integral, shape (times, draws)."""
    draws = np.arange(len(theta))

    def log_v(pairs: Pairs) -> Floats:
        r, alpha, s, beta = theta[pairs.each_x.astype(np.intp)].T
        t = pairs.each_t
        k, wide = r + x + s, alpha >= beta
        m, o = np.maximum(alpha, beta), np.minimum(alpha, beta)
        log_s = power_tail(k, np.where(wide, s + 1.0, r + x), (m - o) / (o + t))[0]
        return np.stack([log_s - np.log(k) + np.where(wide, np.log((m + t) / (o + t)), 0.0)])

    ix, it = (a.ravel() for a in np.meshgrid(draws, np.arange(len(times))))
    found = on_times(log_v, Pairs(draws.astype(np.float64), times, ix, it), float(theta[:, [1, 3]].min()))
    return np.asarray(np.exp(found[0]).reshape(len(times), len(theta)))
