r"""Gamma-Gamma whose customers spend more, or less, an order the more often they order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from lifelong.models.base import Parameter
from lifelong.models.cell_objective import FARTHEST
from lifelong.models.gamma_gamma import GammaGamma, SpendObjective
from lifelong.models.optimise import Z95, fit_spend, log_estimates
from lifelong.models.special import gammas, tally, weigh
from lifelong.values import Estimate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.values import Fit, Spend

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: The coefficient is sought between minus and plus this: twice the orders, 32 times the spend.
STEEPEST = 5.0


class DependentGammaGamma:
    r"""Gamma-Gamma given the number of orders: their logarithm is a covariate of the scale.

    **Story.** How often customers order says something of how much an order of theirs brings: regular ones may buy more, or
    in smaller parts. Among customers who have ordered equally often, spends are as Gamma-Gamma has them.

    **Formula.** For a customer with x repeat orders of total S, who has so ordered 1 + x times,

    .. math:: \gamma_x = \gamma\,(1 + x)^\delta, \qquad E[Z \mid x, S] = \frac{p\,(\gamma_{x+1} + S)}{px + q - 1} .

    With delta = 0 it is Gamma-Gamma; twice the orders go with :math:`2^\delta` times the spend of an order.

    **An order to come.** The likelihood sees spends of customers who have ordered x times by now, and so has
    :math:`\gamma_x`. A spend to come is seen only if the customer orders, and is then one of somebody with x + 1 repeat
    orders, of which the first x brought S: the model's own scale for those is :math:`\gamma_{x+1}`. This is how orders to
    come lean to customers of high rates: where customers differ in a rate :math:`\lambda` by any law G and order by it,

    .. math:: \frac{E[\lambda\, g(\lambda) \mid x, T]}{E[\lambda \mid x, T]}
              = \frac{\int g(\lambda)\, \lambda^{x+1} e^{-\lambda T} dG}{\int \lambda^{x+1} e^{-\lambda T} dG}
              = E[g(\lambda) \mid x + 1, T]

    (for gamma G and :math:`g = \lambda^\delta` it is (r + x + delta) / (r + x) times :math:`E[g \mid x, T]`). Later orders
    add nothing more, for time passes too: :math:`E[g \mid x + 1, T]` is the mean over all orders to come. What is left out:
    of those with equal x, who spent more also comes a little oftener, and who is still there has had longer for them.

    **Symbols.** As in ``gamma_gamma``; ``theta`` holds :math:`e^\delta` last, the estimates of a fit tell delta itself.

    **Numerics.** As Gamma-Gamma: a row costs one logarithm, for its scale is a matter of x alone.

    **Source.** Fader, P. S. and Hardie, B. G. S. (2013), note 025, eq. 1a and 5, with a covariate of the scale as in note
    045. That the number of orders should speak for the profit of one: Glady, N., Baesens, B. and Croux, C. (2009), A
    modified Pareto/NBD approach for predicting customer lifetime value, Expert Systems with Applications 36.
    The identity above is Bayes' rule alone, as in Robbins, H. (1956), An empirical Bayes approach to statistics, for g = 1.

    **Check.** At delta = 0 the figures of note 025; at delta = 1 a new customer's first repeat order brings twice that:

    >>> DependentGammaGamma().expect(np.array([6.25, 3.74, 15.44, 1.0]), [0, 2], [0.0, 44.69]).round(2).tolist()
    [35.22, 24.66]
    >>> DependentGammaGamma().expect(np.array([6.25, 3.74, 15.44, np.e]), [0, 2], [0.0, 44.69]).round(2).tolist()
    [70.44, 43.66]
    """

    name: ClassVar[str] = "gamma_gamma_dependent"
    is_dependent: ClassVar[bool] = True
    params: ClassVar[tuple[Parameter, ...]] = (
        *GammaGamma.params,
        Parameter(
            "delta",
            "",
            "log of the factor on spend where orders are e times as many",
            1.0,
            float(np.exp(-STEEPEST)),
            float(np.exp(STEEPEST)),
            (0.0, 0.5),
        ),
    )

    def fit(self, spend: Any, *, prior: str = "auto", seed: int = 0) -> Fit:
        """Fit to a Spend, or to anything that has one as ``.spend``; see ``optimise.fit_spend``."""
        return fit_spend(self, getattr(spend, "spend", spend), prior=prior, seed=seed)

    def objective(self, spend: Spend) -> DependentObjective:
        """The likelihood of these spends, prepared for the fitting routine."""
        return DependentObjective(SpendObjective(spend.x, spend.total, spend.count))

    def loglik(self, theta: Floats, spend: Spend) -> float:
        """Log-likelihood (density of the mean spend given x) of the customers with x > 0."""
        return self.loglik_gradient(theta, spend)[0]

    def loglik_gradient(self, theta: Floats, spend: Spend) -> tuple[float, Floats]:
        """Log-likelihood and its exact gradient in theta."""
        return self.objective(spend).value(theta)

    def expect(self, theta: Floats, x: ArrayLike, total: ArrayLike) -> Floats:
        """Expected spend of an order to come, given x orders that brought total; inf where p x + q <= 1."""
        return GammaGamma().expect(np.array([theta[0], theta[1], 0.0]), x, self.scale(theta, total, x))

    def scale(self, theta: Floats, total: ArrayLike, x: ArrayLike) -> Floats:
        """The customer's factor, gamma (2 + x)^delta + total: a spend to come is :meth:`draw_spend` times this."""
        at = _scale(theta, np.log1p(np.asarray(x, dtype=np.float64) + 1.0))
        return np.asarray(at + np.asarray(total, dtype=np.float64))

    def draw_spend(self, theta: Floats, x: ArrayLike, owner: Ints, rng: np.random.Generator) -> Floats:
        """A spend for each order in units of :meth:`scale`, as Gamma-Gamma draws it."""
        return GammaGamma().draw_spend(theta, x, owner, rng)

    def simulate(self, theta: Floats, x: ArrayLike, rng: np.random.Generator) -> Floats:
        """What x orders of new customers bring together: a gamma amount of shape p x and of their own rate."""
        x_ = np.asarray(x, dtype=np.float64)
        rate = np.maximum(rng.standard_gamma(theta[1], x_.shape), 1e-300)
        return np.asarray(rng.standard_gamma(theta[0] * x_) / rate * _scale(theta, np.log1p(x_)))

    def estimates(self, theta: Floats, covariance: Floats) -> tuple[Estimate, ...]:
        """Gamma-Gamma's parameters as ever, and delta with a symmetric interval."""
        sd = np.sqrt(np.diag(covariance))
        delta, error = float(np.log(theta[3])), float(sd[3])
        told = Estimate("delta", delta, error, delta - Z95 * error, delta + Z95 * error, "")
        return (*log_estimates(self.params[:3], theta[:3], sd[:3]), told)


class DependentObjective:
    """The log-likelihood of spends whose scale hangs on x: Gamma-Gamma's sums, taken by x where the scale is in them."""

    def __init__(self, base: SpendObjective) -> None:
        self.base, self.size = base, base.size
        self.log = np.log1p(base.x)

    def value(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and its gradient in theta."""
        base, (p, q, gamma, power) = self.base, theta
        n, N, scale = base.count_x, base.customers, _scale(theta, self.log)
        (all_, d_all, _), (bare, d_bare, _), (alone, d_alone, _) = gammas(p * base.x + q), gammas(p * base.x), gammas(q)
        log_all = np.log(scale[base.ix] + base.total)
        plain, by_x = float(weigh(log_all, base.count)), float(weigh(log_all, base.rows_x))
        log_scale = float(n @ np.log(scale))
        f = n @ (all_ - bare) - N * alone + q * log_scale + p * (base.sum_x_log - by_x) - base.sum_log - q * plain
        d_p = n @ (base.x * (d_all - d_bare)) + base.sum_x_log - by_x
        d_q = n @ d_all - N * d_alone + log_scale - plain
        tilt = self._tilt(theta, scale)[0]
        return float(f), np.array([d_p, d_q, tilt.sum() / gamma, tilt @ self.log / power])

    def hessian(self, theta: Floats) -> Floats:
        """Second derivatives in theta, exact."""
        base, (p, q, gamma, power) = self.base, theta
        n, px = base.count_x, p * base.x
        both = gammas(px + q)[2]
        tilt, bend, by_q = self._tilt(theta, _scale(theta, self.log))
        by_p = (by_q - n) * base.x  # p multiplies x where q multiplies 1, but for the scale's own power
        made = np.zeros((4, 4))
        made[0, 0] = n @ (base.x**2 * (both - gammas(px)[2]))
        made[0, 1], made[1, 1] = n @ (base.x * both), n @ both - base.customers * gammas(q)[2]
        made[:2, 2] = by_p.sum() / gamma, by_q.sum() / gamma
        made[:2, 3] = by_p @ self.log / power, by_q @ self.log / power
        made[2, 2], made[2, 3] = (bend - tilt).sum() / gamma**2, bend @ self.log / (gamma * power)
        made[3, 3] = (bend * self.log - tilt) @ self.log / power**2
        return np.asarray(made + np.triu(made, 1).T)

    def starts(self) -> list[Floats]:
        """Gamma-Gamma's, without dependence."""
        return [np.r_[start, 1.0] for start in self.base.starts()]

    def coarser(self) -> list[DependentObjective]:
        """Of the same sample of rows."""
        return [DependentObjective(some) for some in self.base.coarser()]

    def _tilt(self, theta: Floats, scale: Floats) -> tuple[Floats, Floats, Floats]:
        """At each x: first and second derivative by the logarithm of the scale, and the mixed one by that and q."""
        base, size = self.base, len(self.base.x)
        share = scale[base.ix] / (scale[base.ix] + base.total)
        all_, each = theta[0] * base.x + theta[1], tally(base.ix, base.count * share, size)
        square = tally(base.ix, base.count * share**2, size)
        return theta[1] * base.count_x - all_ * each, all_ * (square - each), base.count_x - each


def _scale(theta: Floats, log: Floats) -> Floats:
    """Gamma (1 + x)^delta; ``log`` of 1 + x."""
    return np.asarray(np.exp(np.clip(np.log(theta[2]) + np.log(theta[3]) * log, -FARTHEST, FARTHEST)))
