r"""Gamma-Gamma: how much a customer's orders bring, learned from all customers and bent to the own history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from lifelong.models.base import Parameter
from lifelong.models.special import gammas, tally, weigh

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.values import Fit, Spend

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Rows looked at to find a starting point.
SAMPLE = 20_000


class GammaGamma:
    r"""The gamma-gamma model of spend (Colombo and Jiang 1999; Fader and Hardie 2013).

    **Story.** A customer's orders scatter about the own mean by a gamma distribution of shape p; its rate
    :math:`\nu` differs between customers by a gamma distribution. Spend and order frequency are taken to be independent.

    **Formula.** For x orders of mean :math:`\bar z` and total :math:`S = x \bar z`:

    .. math:: L = \frac{\Gamma(px+q)}{\Gamma(px)\,\Gamma(q)} \,
              \frac{\gamma^q\, \bar z^{\,px-1}\, x^{px}}{(\gamma + S)^{px+q}}, \qquad
              E[Z \mid x, S] = \frac{p\,(\gamma + S)}{px + q - 1}

    **Symbols.** x: orders, at least 1 in the likelihood; S, :math:`\bar z`, gamma: money in major units; p, q: no unit.

    **Numerics.** lgamma is needed only at distinct x; a row costs one logarithm. The mean is infinite where
    px + q <= 1, and so reported.

    **Source.** Fader, P. S. and Hardie, B. G. S. (2013), The gamma-gamma model of monetary value (note 025): eq. 1a
    (likelihood of the mean), eq. 5 (conditional expectation).

    **Check.** The note's estimates for CDNOW, p = 6.25, q = 3.74, gamma = 15.44, expect 35.2 of a customer unknown so far,
    and 24.65 of the first one (2 repeat orders of mean 22.345):

    >>> theta = np.array([6.25, 3.74, 15.44])
    >>> GammaGamma().expect(theta, [0, 2], [0.0, 44.69]).round(2).tolist()
    [35.22, 24.66]
    """

    name: ClassVar[str] = "gamma_gamma"
    params: ClassVar[tuple[Parameter, ...]] = (
        Parameter("p", "", "shape of a customer's own spends: large means alike", 5.0, 1e-3, 1e4, (1.6, 1.0)),
        Parameter("q", "", "shape of the customers' rates: large means customers alike", 4.0, 1e-3, 1e4, (1.4, 0.8)),
        Parameter("gamma", "money", "scale of the customers' rates", 0.7, 1e-3, 1e5, (-0.4, 1.2)),
    )

    def fit(self, spend: Any, *, prior: str = "auto", seed: int = 0) -> Fit:
        """Fit to a Spend, or to anything that has one as ``.spend``; see ``optimise.fit_spend``."""
        from lifelong.models.optimise import fit_spend

        return fit_spend(self, getattr(spend, "spend", spend), prior=prior, seed=seed)

    def objective(self, spend: Spend) -> SpendObjective:
        """The likelihood of these spends, prepared for the fitting routine."""
        return SpendObjective(spend.x, spend.total, spend.count)

    def loglik(self, theta: Floats, spend: Spend) -> float:
        """Log-likelihood (density of the mean spend) of the customers with x > 0."""
        return self.loglik_gradient(theta, spend)[0]

    def loglik_gradient(self, theta: Floats, spend: Spend) -> tuple[float, Floats]:
        """Log-likelihood and its exact gradient in theta."""
        return self.objective(spend).value(theta)

    def expect(self, theta: Floats, x: ArrayLike, total: ArrayLike) -> Floats:
        """Expected spend of an order, given x orders that brought total; inf where p x + q <= 1."""
        p, q, gamma = theta
        below = p * np.asarray(x, dtype=np.float64) + q - 1.0
        known = below > 0
        value = p * (gamma + np.asarray(total, dtype=np.float64)) / np.where(known, below, 1.0)
        return np.asarray(np.where(known, value, np.inf))

    def scale(self, theta: Floats, total: ArrayLike, x: ArrayLike = 0) -> Floats:  # noqa: ARG002 -- others need x
        """The customer's factor, gamma + total: a spend is :meth:`draw_spend` times this."""
        return np.asarray(theta[2] + np.asarray(total, dtype=np.float64))

    def draw_spend(self, theta: Floats, x: ArrayLike, owner: Ints, rng: np.random.Generator) -> Floats:
        """A spend for each order in units of :meth:`scale`; orders of one owner share that owner's latent rate.

        Given x and total, the rate is Gamma(p x + q, gamma + total), so spend / (gamma + total) depends on x alone.
        """
        x_ = np.asarray(x, dtype=np.float64)
        p, q = np.broadcast_to(theta[0], x_.shape), theta[1]
        rate = np.maximum(rng.standard_gamma(p * x_ + q), 1e-300)
        return np.asarray(rng.standard_gamma(p[owner]) / rate[owner])


class SpendObjective:
    """The log-likelihood of spends as the fitting routine wants it: all that does not depend on theta is done once."""

    def __init__(self, x: Ints | Floats, total: Floats, count: Ints) -> None:
        some = (x > 0) & (total > 0) & (count > 0)
        self.total, self.count = total[some], count[some].astype(np.float64)
        self.x, self.ix = np.unique(x[some].astype(np.float64), return_inverse=True)
        self.size = len(self.total)
        self.rows_x = self.x[self.ix] * self.count
        self.count_x = tally(self.ix, self.count, len(self.x))
        log_mean = np.log(self.total) - np.log(self.x)[self.ix]
        self.sum_log = float(weigh(log_mean, self.count))
        self.sum_x_log = float(weigh(log_mean, self.rows_x) + self.count_x @ (self.x * np.log(self.x)))
        self.orders = float(self.count_x @ self.x)
        self.customers = float(self.count_x.sum())

    def value(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and its gradient in theta."""
        p, q, gamma = theta
        n, N = self.count_x, self.customers
        (all_, d_all, _), (bare, d_bare, _), (alone, d_alone, _) = gammas(p * self.x + q), gammas(p * self.x), gammas(q)
        log_all = np.log(gamma + self.total)
        plain, by_x = float(weigh(log_all, self.count)), float(weigh(log_all, self.rows_x))
        below = 1.0 / (gamma + self.total)
        f = n @ (all_ - bare) - N * alone + N * q * np.log(gamma)
        f += p * (self.sum_x_log - by_x) - self.sum_log - q * plain
        d_p = n @ (self.x * (d_all - d_bare)) + self.sum_x_log - by_x
        d_q = n @ d_all - N * d_alone + N * np.log(gamma) - plain
        d_gamma = N * q / gamma - p * (weigh(below, self.rows_x)) - q * (weigh(below, self.count))
        return float(f), np.array([d_p, d_q, d_gamma])

    def hessian(self, theta: Floats) -> Floats:
        """Second derivatives in theta, exact."""
        p, q, gamma = theta
        px, n, N = p * self.x, self.count_x, self.customers
        below = 1.0 / (gamma + self.total)
        both = gammas(px + q)[2]
        pp = n @ (self.x**2 * (both - gammas(px)[2]))
        pq, qq = n @ (self.x * both), n @ both - N * gammas(q)[2]
        pg, qg = -(weigh(below, self.rows_x)), N / gamma - weigh(below, self.count)
        gg = p * (weigh(below**2, self.rows_x)) + q * (weigh(below**2, self.count)) - N * q / gamma**2
        return np.array([[pp, pq, pg], [pq, qq, qg], [pg, qg, gg]])

    def starts(self) -> list[Floats]:
        """Points about the published fits, with the scale from the mean spend."""
        mean = float(weigh(self.total, self.count)) / self.orders
        return [np.array([p, q, mean * (q - 1.0) / p]) for p, q in ((5.0, 4.0), (1.5, 2.5), (20.0, 6.0))]

    def coarser(self) -> list[SpendObjective]:
        """An even sample of the rows, where there are many."""
        if self.size <= 2 * SAMPLE:
            return []
        rows = np.arange(0, self.size, self.size // SAMPLE)
        grown = self.count[rows] * (self.customers / self.count[rows].sum())
        return [SpendObjective(self.x[self.ix[rows]], self.total[rows], grown)]
