r"""Shifted beta-geometric: each subscriber leaves with the own fixed chance at every renewal."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lifelong.models.base import Parameter
from lifelong.models.contract import Contract, draw_lifetimes, reach_of
from lifelong.models.gamma_ratio import log_gamma_ratio
from lifelong.models.geometric import beta_nodes
from lifelong.models.special import TABLE_LIMIT

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.contract import Table
    from lifelong.models.residual import Kept

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: The two parameters of the distribution of the chance to leave, shared by sBG and BdW.
ALPHA = Parameter(
    "alpha", "", "weight of leaving: alpha / (alpha + beta) leave at the first renewal", 0.8, 1e-3, 1e4, (-0.35, 1.2)
)
BETA = Parameter("beta", "", "weight of staying", 2.5, 1e-3, 1e4, (0.9, 1.5))


class SBG(Contract):
    r"""The shifted beta-geometric model of Fader and Hardie (2007).

    **Story.** At each renewal a subscriber leaves with the own chance :math:`\theta`, always the same; it differs
    between subscribers by a beta distribution. The cohort's retention rises with time, since those with a high chance
    leave first.

    **Formula.**

    .. math:: S(t) = \frac{B(\alpha, \beta + t)}{B(\alpha, \beta)} = \prod_{j<t} \frac{\beta + j}{\alpha + \beta + j},
              \qquad r(t) = \frac{\beta + t - 1}{\alpha + \beta + t - 1}, \qquad
              DERL(n) = \frac{\beta+n-1}{\alpha+\beta+n-1}
              {}_2F_1\!\left(1, \beta+n; \alpha+\beta+n; \tfrac{1}{1+d}\right)

    **Symbols.** t, n: renewals; d: effective rate of a period; alpha, beta: no unit.

    **Numerics.** log S is a sum of ``log1p``, none of which cancels; beyond 100,000 renewals a ratio of gammas. DERL is
    the mean of (1 - theta) / (d + theta) (1 + d) over Beta(alpha, beta + n - 1), all of whose terms are positive: it
    holds at any horizon, and for changed chances to leave. Undiscounted it is (beta + n - 1) / (alpha - 1), infinite
    where alpha <= 1.

    **Source.** Fader, P. S. and Hardie, B. G. S. (2007), How to project customer retention, *Journal of Interactive
    Marketing* 21(1), 76-90: eq. 5 to 8; (2010), Customer-base valuation in a contractual setting, *Marketing Science*
    29(1), 85-93: eq. 6 (DERL).

    **Check.** Of 1,000 high-end subscribers of the first paper, 378 are expected after 12 renewals; and table 3 of the
    second paper:

    >>> SBG().survival(np.array([0.668, 3.806]), 12).round(3).item()
    0.378
    >>> SBG().derl(np.array([3.80, 15.20]), [1, 2, 3, 4, 5], 0.1).round(2).tolist()
    [3.31, 3.45, 3.59, 3.72, 3.84]
    """

    name: ClassVar[str] = "sbg"
    params: ClassVar[tuple[Parameter, ...]] = (ALPHA, BETA)

    def log_curve(self, theta: Floats, t: Floats) -> Table:
        """Log S(t), its gradient and its Hessian: cumulated drops at whole t."""
        top = float(t.max(initial=0.0))
        if top > TABLE_LIMIT or (t != np.rint(t)).any():
            return _by_gammas(theta, t)
        value, slope, bend = (np.cumsum(part, axis=-1) for part in self.drop(theta, np.arange(1.0, top + 1.0)))
        at = t.astype(np.int64)
        before = [np.concatenate([np.zeros((*part.shape[:-1], 1)), part], axis=-1) for part in (value, slope, bend)]
        return -before[0][at], -before[1][:, at], -before[2][:, :, at]

    def drop(self, theta: Floats, t: Floats) -> Table:
        """log(1 + alpha / (beta + t - 1)), its gradient and its Hessian."""
        a, b = theta
        stay = b + t - 1.0
        u, v = 1.0 / (a + stay), 1.0 / stay
        cross = -u * u
        # 1 / stay^2 - 1 / all^2 without the difference.
        bend = np.stack([np.stack([cross, cross]), np.stack([cross, a * u * v * (u + v)])])
        return np.log1p(a * v), np.stack([u, -a * u * v]), bend

    def starts(self, churn: float) -> list[Floats]:
        """Points about the published fits, and two with the observed churn: much alike, and far apart."""
        wide, narrow = 0.5, 20.0
        own = [np.array([churn, 1.0 - churn]) * weight for weight in (wide, narrow)]
        return [np.array([0.7, 1.2]), np.array([0.7, 3.8]), *own]

    def power(self, theta: Floats) -> float:
        """S(t) falls as t^-alpha."""
        return float(theta[0])

    def kept(self, theta: Floats, n: int, factor: float, reach: float) -> Kept:
        """Log of the share that survives renewal t, of those with n - 1 renewals."""
        if factor == 1.0:
            before = self.log_curve(theta, np.array([n - 1.0]))[0][0]
            return lambda t: np.asarray(self.log_curve(theta, t)[0] - before)
        log_stay, weight = stay_nodes(theta[0], theta[1] + n - 1.0, factor, reach)
        return lambda t: mixed(log_stay, weight, t - (n - 1.0))

    def derl_one(self, theta: Floats, n: int, d: float, horizon: float, factor: float) -> float:
        """DERL for one n, as a mean over the chance to leave."""
        a, b = theta
        if d == 0.0 and np.isinf(horizon):
            return ((a + b + n - 2.0) / (a - 1.0)) / factor - 1.0 if a > 1.0 else float(np.inf)
        if horizon <= 0:
            return 0.0
        log_stay, weight = stay_nodes(a, b + n - 1.0, factor, reach_of(d, horizon))
        step = log_stay - np.log1p(d)
        ends = -np.expm1(horizon * step) if np.isfinite(horizon) else 1.0
        return float(weight @ (np.exp(log_stay) * ends / -np.expm1(step)))

    def simulate(self, theta: Floats, size: int, rng: np.random.Generator) -> Ints:
        """Lifetimes of new subscribers, in periods."""
        return draw_lifetimes(leaving_rates(theta[0], theta[1], size, rng), 1.0, rng)


def stay_nodes(a: float, b: float, factor: float, reach: float) -> tuple[Floats, Floats]:
    """Nodes of log(1 - factor x theta) with theta ~ Beta(a, b), and weights that sum to 1.

    ``reach`` is how often the chance to stay will be multiplied: the functions bend where theta is near its inverse.
    """
    p, weight = beta_nodes(float(a), np.array([float(b)]), np.array([np.log(max(reach, 1.0))]))
    return np.log1p(-np.minimum(factor * p[0], 1.0 - 1e-15)), weight[0]


def mixed(log_stay: Floats, weight: Floats, times: Floats) -> Floats:
    """Log of the mean of stay^times over the nodes, at each of ``times``."""
    result = np.empty(len(times))
    for at in range(0, len(times), 512):
        block = slice(at, at + 512)
        result[block] = np.exp(np.multiply.outer(times[block], log_stay)) @ weight
    return np.log(np.maximum(result, 1e-300))


def leaving_rates(a: float, b: float, size: int, rng: np.random.Generator) -> Floats:
    """-log(1 - theta) with theta ~ Beta(a, b), of ``size`` subscribers; 1 - theta is drawn, so that none is lost."""
    leave, stay = rng.standard_gamma(a, size), rng.standard_gamma(b, size)
    # log(1 + leave / stay): exact at both ends.
    return np.log1p(np.maximum(leave, 1e-300) / np.maximum(stay, 1e-300))


def _by_gammas(theta: Floats, t: Floats) -> Table:
    """Log S(t) by a ratio of gammas, for very large or broken t."""
    a, b = theta
    log_y = np.log(b + t)
    now, then = log_gamma_ratio(a, np.log(np.array([b]))), log_gamma_ratio(a, log_y)
    u, v = 1.0 / b, np.exp(-log_y)
    slope = np.stack([now.a - then.a, now.y * u - then.y * v])
    cross = now.ay * u - then.ay * v
    bend = np.stack(
        [
            np.stack([now.aa - then.aa, cross]),
            np.stack([cross, (now.yy - now.y) * u * u - (then.yy - then.y) * v * v]),
        ]
    )
    return now.value - then.value, slope, bend
