r"""Gamma-Gamma whose customers spend more, or less, an order the more often they order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from lifelong.models.base import Parameter
from lifelong.models.cell_objective import FARTHEST, CellObjective
from lifelong.models.gamma_gamma import GammaGamma, SpendObjective
from lifelong.models.optimise import Z95, fit_spend, log_estimates
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

    .. math:: \gamma_x = \gamma\,(1 + x)^\delta, \qquad E[Z \mid x, S] = \frac{p\,(\gamma_x + S)}{px + q - 1} .

    With delta = 0 it is Gamma-Gamma; twice the orders go with :math:`2^\delta` times the spend of an order.

    **Symbols.** As in ``gamma_gamma``; ``theta`` holds :math:`e^\delta` last, the estimates of a fit tell delta itself.

    **Numerics.** Customers of one x are a cell of ``models.cell_objective``: value, gradient and Hessian are
    Gamma-Gamma's own.

    **Source.** Fader, P. S. and Hardie, B. G. S. (2013), note 025, eq. 1a and 5, with a covariate of the scale as in note
    045. That the number of orders should speak for the profit of one: Glady, N., Baesens, B. and Croux, C. (2009), A
    modified Pareto/NBD approach for predicting customer lifetime value, Expert Systems with Applications 36.
    It is a model of spend **given** the orders so far: orders to come and their spend are independent given those.

    **Check.** At delta = 0 the figures of note 025, and at delta = 1 a new customer of the same expectation as there:

    >>> DependentGammaGamma().expect(np.array([6.25, 3.74, 15.44, 1.0]), [0, 2], [0.0, 44.69]).round(2).tolist()
    [35.22, 24.66]
    >>> DependentGammaGamma().expect(np.array([6.25, 3.74, 15.44, np.e]), [0, 2], [0.0, 44.69]).round(2).tolist()
    [35.22, 37.32]
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

    def objective(self, spend: Spend) -> CellObjective:
        """The likelihood of these spends, prepared for the fitting routine."""
        some = (spend.x > 0) & (spend.total > 0) & (spend.count > 0)
        x, cell = np.unique(spend.x[some], return_inverse=True)
        rows = np.split(np.argsort(cell, kind="stable"), np.cumsum(np.bincount(cell, minlength=len(x)))[:-1])
        total, count = spend.total[some], spend.count[some]
        parts = [SpendObjective(np.full(len(at), n), total[at], count[at]) for n, at in zip(x, rows, strict=False)]
        jacobians = np.tile(np.eye(3, 4), (len(x), 1, 1))
        jacobians[:, 2, 3] = np.log1p(x)
        starts = [np.r_[start, 1.0] for start in SpendObjective(spend.x, spend.total, spend.count).starts()]
        return CellObjective(parts, jacobians, starts)

    def loglik(self, theta: Floats, spend: Spend) -> float:
        """Log-likelihood (density of the mean spend given x) of the customers with x > 0."""
        return self.loglik_gradient(theta, spend)[0]

    def loglik_gradient(self, theta: Floats, spend: Spend) -> tuple[float, Floats]:
        """Log-likelihood and its exact gradient in theta."""
        return self.objective(spend).value(theta)

    def expect(self, theta: Floats, x: ArrayLike, total: ArrayLike) -> Floats:
        """Expected spend of an order, given x orders that brought total; inf where p x + q <= 1."""
        return GammaGamma().expect(np.array([theta[0], theta[1], 0.0]), x, self.scale(theta, total, x))

    def scale(self, theta: Floats, total: ArrayLike, x: ArrayLike) -> Floats:
        """The customer's factor, gamma (1 + x)^delta + total: a spend is :meth:`draw_spend` times this."""
        power = np.log(theta[3]) * np.log1p(np.asarray(x, dtype=np.float64))
        at = np.exp(np.clip(np.log(theta[2]) + power, -FARTHEST, FARTHEST))  # as in the likelihood
        return np.asarray(at + np.asarray(total, dtype=np.float64))

    def draw_spend(self, theta: Floats, x: ArrayLike, owner: Ints, rng: np.random.Generator) -> Floats:
        """A spend for each order in units of :meth:`scale`, as Gamma-Gamma draws it."""
        return GammaGamma().draw_spend(theta, x, owner, rng)

    def estimates(self, theta: Floats, covariance: Floats) -> tuple[Estimate, ...]:
        """Gamma-Gamma's parameters as ever, and delta with a symmetric interval."""
        sd = np.sqrt(np.diag(covariance))
        delta, error = float(np.log(theta[3])), float(sd[3])
        told = Estimate("delta", delta, error, delta - Z95 * error, delta + Z95 * error, "")
        return (*log_estimates(self.params[:3], theta[:3], sd[:3]), told)
