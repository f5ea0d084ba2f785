r"""What every contractual model shares: a subscriber renews or is lost at the end of each period, and both are seen.

A model gives two tables, ``log_curve`` and ``drop``, each with its gradient and Hessian in theta; all else follows here.

.. math:: \ell = \sum_{\text{there}} \log S(n) + \sum_{\text{lost}} \left[\log S(n) + \log(1 - e^{-\delta(n+1)})\right],
          \qquad \delta(t) = \log S(t-1) - \log S(t) \ge 0

Written with the drop :math:`\delta`, the chance to be lost is never a difference of two numbers near each other.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lifelong.errors import ConfigError
from lifelong.models.residual import discounted_sum

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.base import Parameter
    from lifelong.models.climb import Prior
    from lifelong.models.residual import Kept
    from lifelong.values import Fit, Tenures

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    #: A value at each t, its gradient (k, t) and its Hessian (k, k, t) in theta.
    Table = tuple[Floats, Floats, Floats]

#: No simulated lifetime is longer, so that it fits into an integer.
LONGEST = 2.0**62


class Contract(ABC):
    """A model of the lifetimes of subscribers. Time t is counted in renewals; S(0) = 1: the first period is paid for."""

    name: ClassVar[str]
    params: ClassVar[tuple[Parameter, ...]]

    @abstractmethod
    def log_curve(self, theta: Floats, t: Floats) -> Table:
        """Log S(t) at real t >= 0."""

    @abstractmethod
    def drop(self, theta: Floats, t: Floats) -> Table:
        """The drop log S(t - 1) - log S(t) at real t >= 1, without cancellation."""

    @abstractmethod
    def starts(self, churn: float) -> list[Floats]:
        """Starting points, given the share lost of all renewals that were due."""

    @abstractmethod
    def power(self, theta: Floats) -> float:
        """The power p of a tail S(t) ~ t^-p; inf where it falls faster."""

    @abstractmethod
    def kept(self, theta: Floats, n: int, factor: float, reach: float) -> Kept:
        """Log of the share that survives renewal t, of those with n - 1 renewals, as a function of t.

        Each subscriber's own chance to leave is multiplied by ``factor``, inside the distribution that is left after
        n - 1 renewals. ``reach`` is the time, in periods, that matters.
        """

    @abstractmethod
    def simulate(self, theta: Floats, size: int, rng: np.random.Generator) -> Ints:
        """Lifetimes of new subscribers: periods paid for in all, 1 or more."""

    def fit(self, tenures: Tenures, *, prior: str | Prior = "auto", seed: int = 0) -> Fit:
        """Fit to tenures; see ``optimise.fit_tenure``."""
        from lifelong.models.optimise import fit_tenure

        return fit_tenure(self, tenures, prior=prior, seed=seed)

    def objective(self, tenures: Tenures) -> TenureObjective:
        """The likelihood of these tenures, prepared for the fitting routine."""
        return TenureObjective(self, tenures)

    def loglik(self, theta: Floats, tenures: Tenures) -> float:
        """Log-likelihood of all subscribers."""
        return self.objective(tenures).value(theta)[0]

    def loglik_gradient(self, theta: Floats, tenures: Tenures) -> tuple[float, Floats]:
        """Log-likelihood and its exact gradient in theta."""
        return self.objective(tenures).value(theta)

    def loglik_each(self, theta: Floats, n: ArrayLike, is_lost: ArrayLike) -> Floats:
        """Log-likelihood of each history."""
        n_, lost = np.broadcast_arrays(np.asarray(n, dtype=np.float64), np.asarray(is_lost, dtype=np.bool_))
        here = self.log_curve(theta, n_.ravel())[0]
        gone = np.log(-np.expm1(-self.drop(theta, n_.ravel() + 1.0)[0]))
        return np.asarray(here + np.where(lost.ravel(), gone, 0.0)).reshape(n_.shape)

    def survival(self, theta: Floats, t: ArrayLike) -> Floats:
        """S(t): the share that survives t renewals."""
        t_ = np.asarray(t, dtype=np.float64)
        return np.exp(self.log_curve(theta, t_.ravel())[0]).reshape(t_.shape)

    def retention(self, theta: Floats, t: ArrayLike) -> Floats:
        """r(t) = S(t) / S(t - 1): of those who come to renewal t >= 1, the share that renews."""
        t_ = np.asarray(t, dtype=np.float64)
        return np.exp(-self.drop(theta, t_.ravel())[0]).reshape(t_.shape)

    def hazard(self, theta: Floats, t: ArrayLike) -> Floats:
        """1 - r(t): of those who come to renewal t >= 1, the share that is lost there."""
        t_ = np.asarray(t, dtype=np.float64)
        return np.asarray(-np.expm1(-self.drop(theta, t_.ravel())[0])).reshape(t_.shape)

    def pmf(self, theta: Floats, t: ArrayLike) -> Floats:
        """P(lifetime = t) at whole t >= 1: lost at renewal t, after t periods."""
        t_ = np.asarray(t, dtype=np.float64)
        return np.exp(self.loglik_each(theta, t_ - 1.0, np.ones(t_.shape, np.bool_)))

    def derl(self, theta: Floats, n: ArrayLike, d: float = 0.0, horizon: float = np.inf, churn: float = 0.0) -> Floats:
        r"""Discounted expected residual lifetime of a subscriber in period n, just before renewal n is due.

        .. math:: DERL(n) = \sum_{t=n}^{n+h-1} \frac{S(t)}{S(n-1)} \frac{1}{(1+d)^{t-n}}

        The subscriber has paid for n periods and so has renewed n - 1 times (Fader and Hardie 2010, eq. 6).

        Args:
            theta: parameters.
            n: number of the renewal that is due, 1 or more.
            d: effective discount rate of a period; 0 for plain expected periods.
            horizon: coming renewals that count; inf for the rest of life.
            churn: relative change of each subscriber's own chance to leave, such as -0.10.

        Returns:
            Expected further payments; inf where the sum has no bound (d = 0 and a heavy tail).
        """
        n_ = np.asarray(n)
        if n_.size and not (n_.min() >= 1 and d >= 0 and horizon >= 0 and churn > -1):
            raise ConfigError(
                "E301",
                "a residual lifetime needs n >= 1, a rate and a horizon of at least 0, and churn above -100 %",
                where="n, d, horizon, churn",
                why="renewals are counted from 1",
                fix="count the renewal that is due: 1 for a new subscriber",
            )
        due, place = np.unique(n_, return_inverse=True)
        made = np.array([self.derl_one(theta, int(i), d, horizon, 1.0 + churn) for i in due])
        return made[place].reshape(n_.shape)

    def derl_one(self, theta: Floats, n: int, d: float, horizon: float, factor: float) -> float:
        """As :meth:`derl`, for one n; ``factor`` multiplies each subscriber's chance to leave."""
        return discounted_sum(self.kept(theta, n, factor, reach_of(d, horizon)), n, d, horizon, self.power(theta))

    def churn_effect(self, theta: Floats, n: ArrayLike, churn: float, d: float, horizon: float = np.inf) -> Floats:
        """Relative change of DERL where each subscriber's own chance to leave changes by ``churn``, relatively.

        Where subscribers differ, this is less than a constant retention rate makes it: those who stay long have
        little churn to be lowered.
        """
        before, after = (self.derl(theta, n, d, horizon, c) for c in (0.0, churn))
        return np.asarray(after / before - 1.0)

    def retention_elasticity(self, theta: Floats, n: int, d: float, horizon: float = np.inf) -> float:
        """Percent of DERL gained for one percent more retention at every renewal, from the next one on.

        It is the mean number of a coming payment, each weighed by its present value.
        """
        kept, power = self.kept(theta, n, 1.0, reach_of(d, horizon)), self.power(theta)
        return discounted_sum(kept, n, d, horizon, power, 1) / discounted_sum(kept, n, d, horizon, power)


class TenureObjective:
    """The log-likelihood of tenures as the fitting routine wants it: value, exact gradient, exact Hessian."""

    def __init__(self, model: Contract, tenures: Tenures) -> None:
        self.model, self.size = model, len(tenures)
        self.n = tenures.n.astype(np.float64)
        self.count = tenures.count.astype(np.float64)
        self.due = self.n[tenures.is_lost] + 1.0
        self.lost = self.count[tenures.is_lost]
        exposed = float(self.count @ self.n + self.lost.sum())
        self.churn = (float(self.lost.sum()) + 0.5) / (exposed + 1.0)

    def value(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and its gradient in theta."""
        log_s, slope, _ = self.model.log_curve(theta, self.n)
        delta, steep, _ = self.model.drop(theta, self.due)
        gone = -np.expm1(-delta)
        f = float(self.count @ log_s + self.lost @ np.log(gone))
        return f, np.asarray(slope @ self.count + steep @ (self.lost * np.exp(-delta) / gone))

    def hessian(self, theta: Floats) -> Floats:
        """Second derivatives in theta, exact."""
        bend = self.model.log_curve(theta, self.n)[2]
        delta, steep, sharp = self.model.drop(theta, self.due)
        odds = np.exp(-delta) / -np.expm1(-delta)
        curved = np.einsum("ijt,t->ij", sharp, self.lost * odds)
        curved -= np.einsum("it,jt,t->ij", steep, steep, self.lost * odds * (1.0 + odds))
        return np.asarray(np.einsum("ijt,t->ij", bend, self.count) + curved)

    def starts(self) -> list[Floats]:
        """The model's starting points."""
        return self.model.starts(self.churn)

    def coarser(self) -> Sequence[TenureObjective]:
        """None: tenures have few distinct values."""
        return []


def reach_of(d: float, horizon: float) -> float:
    """The time, in periods, over which payments matter."""
    return float(min(horizon, 1.0 / d if d > 0 else np.inf, 1e12))


def draw_lifetimes(rate: Floats, c: float, rng: np.random.Generator) -> Ints:
    r"""Lifetimes with :math:`P(T > t) = e^{-\text{rate}\, t^c}`: a Weibull time rounded up."""
    log_time = (np.log(np.maximum(rng.standard_exponential(len(rate)), 1e-300)) - np.log(np.maximum(rate, 1e-300))) / c
    return np.ceil(np.exp(np.minimum(log_time, np.log(LONGEST)))).clip(1.0, LONGEST).astype(np.int64)
