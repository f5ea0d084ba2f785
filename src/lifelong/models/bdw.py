r"""Beta-discrete-Weibull: as sBG, but a subscriber's own chance to leave may rise or fall with time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lifelong.errors import FitError
from lifelong.models.base import Parameter
from lifelong.models.contract import Contract, draw_lifetimes
from lifelong.models.gamma_ratio import log_gamma_ratio
from lifelong.models.sbg import ALPHA, BETA, leaving_rates, mixed, stay_nodes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.contract import Table
    from lifelong.models.residual import Kept

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: How a subscriber's own chance to leave changes with time, shared by BdW and the discrete Weibull.
C = Parameter("c", "", "own chance to leave: rises with time above 1, falls below", 1.0, 1e-2, 50.0, (0.2, 0.5))


class BdW(Contract):
    r"""The beta-discrete-Weibull model of Fader, Hardie, Liu, Davin and Steenburgh (2018).

    **Story.** A subscriber survives t renewals with the own chance :math:`(1-\theta)^{t^c}`: c above 1 means that one
    is ever more likely to leave, c below 1 that habit grows. Between subscribers :math:`\theta` differs by a beta
    distribution. c = 1 is sBG. Early and late tails are freed from one another, which sBG ties together.

    **Formula.**

    .. math:: S(t) = \frac{B(\alpha, \beta + t^c)}{B(\alpha, \beta)}
              = \frac{\Gamma(\beta + t^c)\,\Gamma(\alpha+\beta)}{\Gamma(\alpha + \beta + t^c)\,\Gamma(\beta)}

    **Symbols.** t: renewals; alpha, beta, c: no unit.

    **Numerics.** t^c is not whole, so the ratios of gammas come from ``gamma_ratio``, in log t^c: nothing overflows.
    DERL has no closed form; it is a sum whose error is below 1e-9 of it (``residual.discounted_sum``). Undiscounted it is
    infinite where alpha c <= 1.

    **Source.** Fader, P. S., Hardie, B. G. S., Liu, Y., Davin, J. and Steenburgh, T. (2018), "How to project customer
    retention" revisited: the role of duration dependence, *Journal of Interactive Marketing* 43, 1-16: eq. 5.

    **Check.** With c = 1 it is sBG; and the paper's high-end segment, 5 rows, in log-likelihood:

    >>> from lifelong.values import Tenures
    >>> five = Tenures.from_survivors([1000, 869, 743, 653, 593])
    >>> BdW().fit(five, prior="off").loglik.__round__(3)
    -1222.749
    """

    name: ClassVar[str] = "bdw"
    params: ClassVar[tuple[Parameter, ...]] = (ALPHA, BETA, C)

    def log_curve(self, theta: Floats, t: Floats) -> Table:
        """Log S(t), its gradient and its Hessian."""
        return _less(_risen(theta, np.zeros(1)), _risen(theta, t))

    def drop(self, theta: Floats, t: Floats) -> Table:
        """The drop log S(t - 1) - log S(t), its gradient and its Hessian."""
        return _less(_risen(theta, t), _risen(theta, t - 1.0))

    def starts(self, churn: float) -> list[Floats]:
        """Points about the published fits, with c on both sides of 1."""
        own = np.array([churn, 1.0 - churn])
        published = [np.array([0.5, 0.9, 1.2]), np.array([0.25, 1.6, 1.6])]
        return [*published, np.array([*own, 1.0]), np.array([*(own * 20.0), 0.7]), np.array([*(own * 0.3), 2.0])]

    def power(self, theta: Floats) -> float:
        """S(t) falls as t^-(alpha c)."""
        return float(theta[0] * theta[2])

    def kept(self, theta: Floats, n: int, factor: float, reach: float) -> Kept:
        """Log of the share that survives renewal t, of those with n - 1 renewals."""
        a, b, c = theta
        if factor == 1.0:
            before = self.log_curve(theta, np.array([n - 1.0]))[0][0]
            return lambda t: np.asarray(self.log_curve(theta, t)[0] - before)
        if reach >= 1e12:
            raise FitError(
                "E202",
                "a changed churn over an endless, undiscounted life is not computed under this model",
                why="the far tail decides it, and nobody has seen that",
                fix="give a discount rate or a horizon",
            )
        done = (n - 1.0) ** c
        log_stay, weight = stay_nodes(a, b + done, factor, max(reach**c, 1.0))
        return lambda t: mixed(log_stay, weight, t**c - done)

    def simulate(self, theta: Floats, size: int, rng: np.random.Generator) -> Ints:
        """Lifetimes of new subscribers, in periods."""
        return draw_lifetimes(leaving_rates(theta[0], theta[1], size, rng), float(theta[2]), rng)


def _risen(theta: Floats, t: Floats) -> Table:
    """G(t) = log Gamma(alpha + y) / Gamma(y) at y = beta + t^c, its gradient and its Hessian: S(t) = exp(G(0) - G(t))."""
    a, b, c = theta
    some = t > 0
    log_t = np.log(np.where(some, t, 1.0))
    log_y = np.logaddexp(np.log(b), np.where(some, c * log_t, -np.inf))
    share = np.where(some, np.exp(c * log_t - log_y), 0.0)  # of y that is t^c
    ratio = log_gamma_ratio(a, log_y)
    by_b, by_c = np.exp(-log_y), share * log_t
    bb, bc, cc = -by_b * by_b, -by_b * by_c, by_c * log_t * (1.0 - share)
    slope = np.stack([ratio.a, ratio.y * by_b, ratio.y * by_c])
    ab, ac = ratio.ay * by_b, ratio.ay * by_c
    g_bb = ratio.yy * by_b * by_b + ratio.y * bb
    g_bc = ratio.yy * by_b * by_c + ratio.y * bc
    g_cc = ratio.yy * by_c * by_c + ratio.y * cc
    bend = np.stack([np.stack([ratio.aa, ab, ac]), np.stack([ab, g_bb, g_bc]), np.stack([ac, g_bc, g_cc])])
    return ratio.value, slope, bend


def _less(first: Table, second: Table) -> Table:
    return first[0] - second[0], first[1] - second[1], first[2] - second[2]
