r"""Constant churn, and two segments of it: what a spreadsheet does, to be shown beside the models."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lifelong.models.base import Parameter
from lifelong.models.contract import Contract, draw_lifetimes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.contract import Table
    from lifelong.models.residual import Kept

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class ConstantChurn(Contract):
    r"""All subscribers alike, with the same chance to leave at every renewal: :math:`S(t) = e^{-\rho t}`.

    **Story.** One churn rate for everybody, for ever. It fits the mean of the years seen and so expects too little of
    those who are left.

    **Formula.** :math:`S(t) = (1-\theta)^t`, :math:`\rho = -\log(1-\theta)`.

    **Symbols.** t: renewals; rate :math:`\rho`: no unit.

    **Numerics.** Nothing to cancel.

    **Source.** The geometric distribution, shifted to start at 1.

    **Check.** With 3 of 10 lost at each of two renewals the churn is 30 %:

    >>> from lifelong.values import Tenures
    >>> fit = ConstantChurn().fit(Tenures.from_survivors([1000, 700, 490]), prior="off")
    >>> round(float(-np.expm1(-fit["rate"])), 6)
    0.3
    """

    name: ClassVar[str] = "constant_churn"
    params: ClassVar[tuple[Parameter, ...]] = (
        Parameter("rate", "", "1 - exp(-rate) leave at every renewal", 0.2, 1e-6, 1e2, (-1.6, 1.2)),
    )

    def log_curve(self, theta: Floats, t: Floats) -> Table:
        """Log S(t), its gradient and its Hessian."""
        return -theta[0] * t, -t[None, :], np.zeros((1, 1, len(t)))

    def drop(self, theta: Floats, t: Floats) -> Table:
        """The rate, at every renewal."""
        return np.full(len(t), theta[0]), np.ones((1, len(t))), np.zeros((1, 1, len(t)))

    def starts(self, churn: float) -> list[Floats]:
        """The observed churn."""
        return [np.array([-np.log1p(-churn)])]

    def power(self, theta: Floats) -> float:  # noqa: ARG002 - the same call for every model
        """The tail falls faster than any power."""
        return float(np.inf)

    def kept(self, theta: Floats, n: int, factor: float, reach: float) -> Kept:  # noqa: ARG002 - as above
        """Log of the share that survives renewal t, of those with n - 1 renewals."""
        log_stay = np.log1p(-min(factor * -np.expm1(-theta[0]), 1.0 - 1e-15))
        return lambda t: np.asarray(log_stay * (t - (n - 1.0)))

    def simulate(self, theta: Floats, size: int, rng: np.random.Generator) -> Ints:
        """Lifetimes of new subscribers, in periods."""
        return draw_lifetimes(np.full(size, theta[0]), 1.0, rng)


class TwoSegments(Contract):
    r"""Two segments, each with a constant churn of its own.

    **Story.** Some subscribers seldom leave, others often. It fits the years seen about as well as sBG with a parameter
    more, but in the end all who are left are of the loyal segment, whose churn no longer falls: its tail is thinner.

    **Formula.** :math:`S(t) = \pi e^{-\rho_1 t} + (1-\pi) e^{-\rho_2 t}`, :math:`\pi = \text{odds}/(1+\text{odds})`.

    **Symbols.** odds: loyal to one fickle subscriber; loyal, fickle: rates of leaving; t: renewals.

    **Numerics.** log S is a log-sum-exp; the drop is a ``log1p`` of the mean churn of those who are there. Which segment
    is called loyal is told by its lower rate; a fit is the same with names exchanged, so it starts with loyal < fickle.

    **Source.** The published case on Blue Apron's first-year retention: 46 % with a churn of 7.7 %, 54 % with 56.6 %.

    **Check.**

    >>> theta = np.array([0.46 / 0.54, -np.log(1 - 0.077), -np.log(1 - 0.566)])
    >>> (10_000 * TwoSegments().survival(theta, [0, 1, 12, 36])).round(0).tolist()
    [10000.0, 6589.0, 1759.0, 257.0]
    """

    name: ClassVar[str] = "two_segments"
    params: ClassVar[tuple[Parameter, ...]] = (
        Parameter("odds", "", "loyal subscribers to one fickle one", 1.0, 1e-4, 1e4, (0.0, 1.5)),
        Parameter(
            "loyal", "", "1 - exp(-loyal) of the loyal segment leave at every renewal", 0.08, 1e-6, 1e2, (-2.5, 1)
        ),
        Parameter(
            "fickle", "", "1 - exp(-fickle) of the fickle segment leave at every renewal", 0.8, 1e-6, 1e2, (-0.2, 1.0)
        ),
    )

    def log_curve(self, theta: Floats, t: Floats) -> Table:
        """Log S(t), its gradient and its Hessian."""
        odds, loyal, fickle = theta
        share, one, zero = 1.0 / (1.0 + odds), np.ones(len(t)), np.zeros(len(t))
        parts = np.stack([-np.log1p(1.0 / odds) - loyal * t, -np.log1p(odds) - fickle * t])
        value = np.logaddexp(parts[0], parts[1])
        p = np.exp(parts - value)
        # Of each part's logarithm: its gradient (parts, k, t); the second derivative is in odds alone.
        first = np.stack([np.stack([share / odds * one, -t, zero]), np.stack([-share * one, zero, -t])])
        second = np.array([share**2 - odds**-2.0, share**2])
        slope = np.einsum("pt,pkt->kt", p, first)
        bend = np.einsum("pt,pit,pjt->ijt", p, first, first) - np.einsum("it,jt->ijt", slope, slope)
        bend[0, 0] += second @ p
        return value, slope, bend

    def drop(self, theta: Floats, t: Floats) -> Table:
        """The log of the mean share that stays, of those who came to renewal t, less its sign."""
        odds, loyal, fickle = theta
        now, before = self.log_curve(theta, t), self.log_curve(theta, t - 1.0)
        log_odds = np.log(odds) + (fickle - loyal) * (t - 1.0)
        p, q = np.exp(-np.logaddexp(0.0, -log_odds)), np.exp(-np.logaddexp(0.0, log_odds))
        churn = p * -np.expm1(-loyal) + q * -np.expm1(-fickle)
        # A small churn is a sum of small terms; a large one is told by the little that stays.
        value = np.where(churn < 0.5, -np.log1p(-np.minimum(churn, 0.5)), before[0] - now[0])
        return value, before[1] - now[1], before[2] - now[2]

    def starts(self, churn: float) -> list[Floats]:
        """Half and half, mostly loyal, mostly fickle; with rates about the observed churn."""
        rate = -np.log1p(-churn)
        return [
            np.array([odds, rate * slow, rate * fast])
            for odds, slow, fast in ((1, 0.4, 3), (4, 0.7, 5), (0.2, 0.1, 1.5))
        ]

    def power(self, theta: Floats) -> float:  # noqa: ARG002 - the same call for every model
        """The tail falls faster than any power."""
        return float(np.inf)

    def kept(self, theta: Floats, n: int, factor: float, reach: float) -> Kept:  # noqa: ARG002 - as above
        """Log of the share that survives renewal t, of those with n - 1 renewals."""
        odds, loyal, fickle = theta
        log_odds = np.log(odds) + (fickle - loyal) * (n - 1.0)
        stay = np.log1p(-np.minimum(factor * -np.expm1(-theta[1:]), 1.0 - 1e-15))
        weight = -np.logaddexp(0.0, np.array([-log_odds, log_odds]))

        def log_share(t: Floats) -> Floats:
            times = t - (n - 1.0)
            return np.asarray(np.logaddexp(weight[0] + stay[0] * times, weight[1] + stay[1] * times))

        return log_share

    def simulate(self, theta: Floats, size: int, rng: np.random.Generator) -> Ints:
        """Lifetimes of new subscribers, in periods."""
        is_loyal = rng.random(size) < theta[0] / (1.0 + theta[0])
        return draw_lifetimes(np.where(is_loyal, theta[1], theta[2]), 1.0, rng)
