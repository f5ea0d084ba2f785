r"""Spend that may be nothing or below it: margins, amounts net of what came back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from lifelong.models.base import Parameter
from lifelong.models.optimise import Z95, fit_spend, hessian_by_differences, log_estimates
from lifelong.models.special import weigh
from lifelong.values import Estimate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.values import Fit, Spend

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

_LOG_2_PI = float(np.log(2.0 * np.pi))


class NormalNormal:
    r"""Amounts that are normal about the customer's own mean, which is normal about that of customers who order as often.

    **Story.** A customer's orders bring amounts of either sign that scatter about the own mean, all customers' alike. The
    means differ between customers, and those who have ordered more often may have higher or lower ones.

    **Formula.** For x repeat orders of mean :math:`\bar z` and total :math:`S = x \bar z`

    .. math:: \mu_x = m + b \ln(1 + x), \qquad \bar z \sim N(\mu_x,\; \tau^2 + \sigma^2 / x), \qquad
              E[Z \mid x, S] = \frac{\sigma^2 \mu_{x+1} + \tau^2 S}{\sigma^2 + x \tau^2} ,

    for who makes an order to come is then one of those with x + 1 (``gamma_gamma_dependent`` has the reason).

    **Symbols.** sigma, tau, m, b: money in major units. ``theta`` holds sigma, tau, :math:`e^{m / \sigma}` and
    :math:`e^{b / \sigma}`, which are positive in every currency; the estimates of a fit tell m and b.

    **Numerics.** A row costs one logarithm and one quotient. A normal distribution has no long tail: where a few orders
    bring most of the money they rule sigma, and Gamma-Gamma serves better.

    **Source.** Schmittlein, D. C. and Peterson, R. A. (1994), Customer base analysis: an industrial purchase process
    application, Marketing Science 13: normal amounts about normal means, and the mean of both as the expectation. That the
    number of orders moves the mean: Glady, N., Baesens, B. and Croux, C. (2009), A modified Pareto/NBD approach for
    predicting customer lifetime value, Expert Systems with Applications 36, who drop that independence.

    **Check.** Four orders of mean 50, where customers' means are 30 give or take 10, and orders give or take 20: the two
    weigh alike, and so does a loss of 10 each:

    >>> NormalNormal().expect(np.array([20.0, 10.0, np.exp(1.5), 1.0]), [0, 4, 4], [0.0, 200.0, -40.0]).round(6).tolist()
    [30.0, 40.0, 10.0]
    """

    name: ClassVar[str] = "normal_normal"
    is_dependent: ClassVar[bool] = True
    params: ClassVar[tuple[Parameter, ...]] = (
        Parameter("sigma", "money", "scatter of a customer's own amounts", 1.0, 1e-4, 1e5, (0.0, 1.2)),
        Parameter("tau", "money", "scatter of the customers' means", 0.7, 1e-4, 1e5, (-0.4, 1.2)),
        Parameter("m", "", "mean of customers before a repeat order", float(np.e), 1e-43, 1e43, (1.5, 1.5)),
        Parameter("b", "", "how the mean rises with the logarithm of orders", 1.0, 1e-22, 1e22, (0.0, 0.5)),
    )

    def fit(self, spend: Any, *, prior: str = "auto", seed: int = 0) -> Fit:
        """Fit to a Spend, or to anything that has one as ``.spend``; see ``optimise.fit_spend``."""
        return fit_spend(self, getattr(spend, "spend", spend), prior=prior, seed=seed)

    def objective(self, spend: Spend) -> NormalObjective:
        """The likelihood of these amounts, prepared for the fitting routine."""
        return NormalObjective(spend)

    def loglik(self, theta: Floats, spend: Spend) -> float:
        """Log-likelihood (density of the mean amount given x) of the customers with x > 0."""
        return self.loglik_gradient(theta, spend)[0]

    def loglik_gradient(self, theta: Floats, spend: Spend) -> tuple[float, Floats]:
        """Log-likelihood and its exact gradient in theta."""
        return self.objective(spend).value(theta)

    def expect(self, theta: Floats, x: ArrayLike, total: ArrayLike) -> Floats:
        """Expected amount of an order to come, given x orders that brought total; it may be below 0."""
        x_, own = np.asarray(x, dtype=np.float64), (theta[1] / theta[0]) ** 2
        made = (_mean(theta, np.log1p(x_ + 1.0)) + own * np.asarray(total, dtype=np.float64)) / (1.0 + own * x_)
        return np.asarray(made)

    def location(self, theta: Floats, total: ArrayLike, x: ArrayLike) -> Floats:
        """What every order of the customer brings before chance: a spend is this and :meth:`draw_spend` times the scale."""
        return self.expect(theta, x, total)

    def scale(self, theta: Floats, total: ArrayLike, x: ArrayLike = 0) -> Floats:  # noqa: ARG002 -- others need x
        """The unit of :meth:`draw_spend`: sigma, whoever the customer is."""
        return np.asarray(theta[0] + 0.0 * np.asarray(total, dtype=np.float64))

    def draw_spend(self, theta: Floats, x: ArrayLike, owner: Ints, rng: np.random.Generator) -> Floats:
        """What each order brings beyond :meth:`location`, in units of sigma; orders of one owner share that owner's mean."""
        x_ = np.asarray(x, dtype=np.float64)
        own = np.broadcast_to((theta[1] / theta[0]) ** 2, x_.shape)
        shared = np.sqrt(own / (1.0 + own * x_)) * rng.standard_normal(x_.shape)
        return np.asarray(shared[owner] + rng.standard_normal(len(owner)))

    def simulate(self, theta: Floats, x: ArrayLike, rng: np.random.Generator) -> Floats:
        """What x orders of new customers bring together."""
        x_ = np.asarray(x, dtype=np.float64)
        mean = _mean(theta, np.log1p(x_)) + theta[1] * rng.standard_normal(x_.shape)
        return np.asarray(x_ * mean + theta[0] * np.sqrt(x_) * rng.standard_normal(x_.shape))

    def estimates(self, theta: Floats, covariance: Floats) -> tuple[Estimate, ...]:
        """Sigma and tau as ever; m and b in money, with the errors that they have as products of sigma."""
        told = list(log_estimates(self.params[:2], theta[:2], np.sqrt(np.diag(covariance)[:2])))
        for i, name in ((2, "m"), (3, "b")):
            at = float(theta[0] * np.log(theta[i]))
            slope = np.zeros(4)
            slope[0], slope[i] = at, theta[0]
            error = float(np.sqrt(slope @ covariance @ slope))
            told.append(Estimate(name, at, error, at - Z95 * error, at + Z95 * error, "money"))
        return tuple(told)


class NormalObjective:
    """The log-likelihood of amounts as the fitting routine wants it."""

    def __init__(self, spend: Spend) -> None:
        some = (spend.x > 0) & (spend.count > 0)
        x = spend.x[some].astype(np.float64)
        self.count = spend.count[some].astype(np.float64)
        self.mean, self.part, self.log = spend.total[some] / x, 1.0 / x, np.log1p(x)
        self.size = len(x)

    def value(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and its gradient in theta."""
        sigma, tau = theta[:2]
        variance = tau**2 + sigma**2 * self.part
        near = (self.mean - _mean(theta, self.log)) / variance
        f = -0.5 * (weigh(_LOG_2_PI + np.log(variance) + near * near * variance, self.count))
        wide = 0.5 * self.count * (near * near - 1.0 / variance)
        by_mean, by_log = float(weigh(near, self.count)), float(weigh(near * self.log, self.count))
        m, b = np.log(theta[2:])
        d_sigma = 2.0 * sigma * float(weigh(wide, self.part)) + m * by_mean + b * by_log
        d_tau = 2.0 * tau * float(wide.sum())
        return float(f), np.array([d_sigma, d_tau, sigma * by_mean / theta[2], sigma * by_log / theta[3]])

    def hessian(self, theta: Floats) -> Floats:
        """Second derivatives in theta, by differences of the exact gradient."""
        return hessian_by_differences(self, theta)

    def starts(self) -> list[Floats]:
        """The variance of the means shared between customers and orders in three ways."""
        size = self.count.sum()
        mean = float(weigh(self.mean, self.count)) / size
        spread = float(weigh((self.mean - mean) ** 2, self.count)) / size
        variance = max(spread, 1e-4 * mean**2, 1e-300)
        part = float(weigh(self.part, self.count)) / size
        found = []
        for share in (0.2, 0.5, 0.8):
            sigma = np.sqrt(share * variance / part)
            found.append(np.array([sigma, np.sqrt((1.0 - share) * variance), np.exp(mean / sigma), 1.0]))
        return found

    def coarser(self) -> list[NormalObjective]:
        """None: a row is cheap."""
        return []


def _mean(theta: Floats, log: Floats) -> Floats:
    """The mean of customers who have ordered so often; ``log`` of 1 and that."""
    return np.asarray(theta[0] * (np.log(theta[2]) + np.log(theta[3]) * log))
