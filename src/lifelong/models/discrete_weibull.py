r"""Discrete Weibull: all subscribers alike, with a chance to leave that rises or falls with time."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lifelong.models.base import Parameter
from lifelong.models.bdw import C
from lifelong.models.contract import Contract, draw_lifetimes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.contract import Table
    from lifelong.models.residual import Kept

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Powers of time are not followed beyond e^MOST: survival is long 0 there.
MOST = 250.0


class DiscreteWeibull(Contract):
    r"""The discrete Weibull model of Nakagawa and Osaki (1975).

    **Story.** No subscriber differs from another. What looks like loyalty, retention that rises with tenure, is here a
    habit of everybody (c below 1), where sBG sees a sorting of people. Beside sBG and BdW it shows what sorting explains.

    **Formula.**

    .. math:: S(t) = (1-\theta)^{t^c} = e^{-\rho\, t^c}, \qquad \rho = -\log(1 - \theta)

    **Symbols.** t: renewals; rate :math:`\rho`: fitted, since it has no upper bound; theta: chance to leave at the first
    renewal; c: no unit; c = 1 is a constant churn.

    **Numerics.** The drop is :math:`\rho\, t^c (1 - ((t-1)/t)^c)`, the bracket by ``expm1``.

    **Source.** Nakagawa, T. and Osaki, S. (1975), The discrete Weibull distribution, *IEEE Transactions on Reliability*
    24(5), 300-301; as the benchmark of Fader et al. (2018).

    **Check.** The benchmark of the 2018 paper's regular segment, 5 rows: theta = .3739, c = .6359:

    >>> from lifelong.values import Tenures
    >>> fit = DiscreteWeibull().fit(Tenures.from_survivors([1000, 631, 468, 382, 326]), prior="off")
    >>> [round(float(leaving(fit["rate"])), 4), round(fit["c"], 4)]
    [0.3739, 0.6359]
    """

    name: ClassVar[str] = "discrete_weibull"
    params: ClassVar[tuple[Parameter, ...]] = (
        Parameter("rate", "", "1 - exp(-rate) leave at the first renewal", 0.25, 1e-6, 1e2, (-1.4, 1.2)),
        C,
    )

    def log_curve(self, theta: Floats, t: Floats) -> Table:
        """Log S(t), its gradient and its Hessian."""
        rate, c = theta
        log_t = np.log(np.maximum(t, 1e-300))
        p = np.where(t > 0, np.exp(np.minimum(c * log_t, MOST)), 0.0)
        by_c = np.where(t > 0, p * log_t, 0.0)
        bend = np.stack([np.stack([0.0 * p, -by_c]), np.stack([-by_c, -rate * by_c * np.where(t > 0, log_t, 0.0)])])
        return -rate * p, np.stack([-p, -rate * by_c]), bend

    def drop(self, theta: Floats, t: Floats) -> Table:
        """The drop log S(t - 1) - log S(t), its gradient and its Hessian."""
        rate, c = theta
        now, before = self.log_curve(theta, t), self.log_curve(theta, t - 1.0)
        fall = np.where(t > 1.0, c * np.log1p(1.0 / np.maximum(t - 1.0, 1e-9)), np.inf)
        value = -now[0] * -np.expm1(-fall)
        slope = before[1] - now[1]
        slope[0] = value / rate
        return value, slope, before[2] - now[2]

    def starts(self, churn: float) -> list[Floats]:
        """The observed churn, with c on both sides of 1."""
        rate = -np.log1p(-churn)
        return [np.array([rate * factor, c]) for factor, c in ((1.0, 1.0), (2.0, 0.6), (0.5, 1.5))]

    def power(self, theta: Floats) -> float:  # noqa: ARG002 - the same call for every model
        """The tail falls faster than any power."""
        return float(np.inf)

    def kept(self, theta: Floats, n: int, factor: float, reach: float) -> Kept:  # noqa: ARG002 - as above
        """Log of the share that survives renewal t, of those with n - 1 renewals."""
        rate, c = theta
        if factor != 1.0:
            rate = -np.log1p(-min(factor * float(leaving(rate)), 1.0 - 1e-15))
        at = np.array([rate, c])
        before = self.log_curve(at, np.array([n - 1.0]))[0][0]
        return lambda t: np.asarray(self.log_curve(at, t)[0] - before)

    def simulate(self, theta: Floats, size: int, rng: np.random.Generator) -> Ints:
        """Lifetimes of new subscribers, in periods."""
        return draw_lifetimes(np.full(size, theta[0]), float(theta[1]), rng)


def leaving(rate: ArrayLike) -> Floats:
    """The theta = 1 - exp(-rate) of the papers: the chance to leave at the first renewal."""
    return np.asarray(-np.expm1(-np.asarray(rate, dtype=np.float64)))
