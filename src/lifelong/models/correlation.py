r"""Pareto/NBD with correlation: customers who order often may leave sooner, or later, than others."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from lifelong.models import climb
from lifelong.models.base import Parameter
from lifelong.models.correlation_objective import SHIFTS, CorrelatedObjective, Tie
from lifelong.models.exponential import draw_until, histories_until, leaving
from lifelong.models.pareto_nbd import ParetoNBD

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.base import PurchaseModel
    from lifelong.values import Estimate, Fit, Patterns

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Half the 95 % quantile of a chi-square of one degree: so much less likely is what stands at the end of an interval.
LESS = 1.920729410347062
#: Halvings of the way between the two edges, which are 23 apart in log q: the end is then known to a tenth.
HALVINGS = 8


class CorrelatedParetoNBD:
    r"""Pareto/NBD whose two rates have Sarmanov's joint distribution.

    **Story.** As Pareto/NBD, but a customer's rate of ordering :math:`\lambda` and of leaving :math:`\mu` are no longer
    independent: each still has its gamma distribution, and a term with one more parameter ties the two.

    **Formula.** With :math:`A = (\frac{\alpha}{\alpha+1})^r` and :math:`B = (\frac{\beta}{\beta+1})^s`, the means of
    :math:`e^{-\lambda}` and :math:`e^{-\mu}`,

    .. math:: g(\lambda, \mu) = g(\lambda) g(\mu) \left[1 + m (e^{-\lambda} - A)(e^{-\mu} - B)\right], \qquad
              L = L_{00} + m A B\, (L_{00} + L_{11} - L_{10} - L_{01}),

    where :math:`L_{ij}` is Pareto/NBD's likelihood at :math:`\alpha + i, \beta + j`; every prediction mixes the same four.
    The density stays positive for :math:`-1/\max(AB, (1-A)(1-B)) \le m \le 1/\max(A(1-B), (1-A)B)`. The correlation is
    :math:`m A B \sqrt{rs} / ((1+\alpha)(1+\beta))`: where both rates are low, as they are in most shops, the form
    allows small ones only.

    **Symbols.** As Pareto/NBD. ``theta`` ends with q > 0, :math:`m = (q - 1)/(q/m_{max} - 1/m_{min})`: every q is
    allowed, q = 1 is no correlation whatever the others are, so that with covariates it is none in every cell. The
    estimate told as ``cor`` is the correlation.

    **Numerics.** :math:`A B L_{11} / L_{00}` and its kin are means of :math:`e^{-\lambda - \mu}`, and so between 0 and 1
    however far the likelihoods themselves lie apart. Draws of the two rates
    are exact: the one given the other is a mixture of two gammas, or a thinned gamma.

    **Source.** Park, Y.-H. and Fader, P. S. (2004), Modeling browsing behavior at multiple websites, *Marketing Science*
    23(3), 280-303, for Sarmanov's family with gamma margins; Schmittlein, Morrison and Colombo (1987) for the rest.

    **Check.** With q = 1 the first customer of CDNOW is as under Pareto/NBD:

    >>> theta, customer = np.array([0.5534, 10.5802, 0.6061, 11.6562, 1.0]), (2, 213 / 7, 272 / 7)
    >>> CorrelatedParetoNBD().alive(theta, *customer).round(5).item()
    0.86913
    >>> CorrelatedParetoNBD().correlation(np.array([0.5, 10.0, 0.5, 10.0, 1e5])).round(3).item()
    0.085
    """

    name: ClassVar[str] = "pareto_nbd_correlated"
    base: ClassVar[ParetoNBD] = ParetoNBD()
    params: ClassVar[tuple[Parameter, ...]] = (
        *ParetoNBD.params,
        Parameter("cor", "", "correlation of the rates of ordering and leaving", 1.0, 1e-5, 1e5, (0.0, 2.0)),
    )
    is_regular: ClassVar[bool] = False

    def objective(self, patterns: Patterns) -> CorrelatedObjective:
        """The likelihood of these patterns, prepared for the fitting routine."""
        return CorrelatedObjective(self.base, patterns)

    def fit(self, patterns: Any, *, prior: str = "auto", seed: int = 0) -> Fit:
        """Fit to patterns, or to anything that has them as ``.patterns``; never below the fit without correlation."""
        from lifelong.models.optimise import fit_model

        seen = getattr(patterns, "patterns", patterns)
        fit = fit_model(cast("PurchaseModel", self), seen, prior=prior, seed=seed)
        edge = np.log(self.params[4].high) - 1e-3
        is_at_edge = abs(np.log(fit.theta[4])) >= edge and fit.info["prior"] == "off"
        return self._by_likelihood(fit, self.objective(seen)) if is_at_edge else fit

    def _by_likelihood(self, fit: Fit, objective: CorrelatedObjective) -> Fit:
        """A fit at an edge with the far end of its correlation's interval from the likelihood itself.

        At the edge the slope in q is 0, so that curvature there says nothing of how far inside the truth may lie. The end
        is where the likelihood, all other parameters sought anew, has fallen by 1.92 (a profile); else the other edge.
        """
        from lifelong.models.optimise import Z95

        none = climb.Prior(np.zeros(5), np.full(5, np.inf))
        low, high = (np.log([getattr(p, side) for p in self.params]) for side in ("low", "high"))
        z = np.log(fit.theta)

        def best(log_q: float) -> climb.Climb:
            pinned = [np.append(bound[:4], log_q) for bound in (low, high)]
            return climb.maximise(climb.Warm(objective, np.append(z[:4], log_q)), none, pinned[0], pinned[1])

        near, far = float(z[4]), -float(z[4])
        end = best(far)
        if fit.loglik - end.value > LESS:
            for _ in range(HALVINGS):
                middle = best((near + far) / 2.0)
                if fit.loglik - middle.value > LESS:
                    far, end = float(middle.z[4]), middle
                else:
                    near = float(middle.z[4])
        told, reached = fit.params[4], float(self.correlation(np.exp(end.z)))
        ends = (reached, told.high) if z[4] > 0 else (told.low, reached)
        cor = replace(told, se=(ends[1] - ends[0]) / (2.0 * Z95), low=ends[0], high=ends[1])
        return replace(fit, params=(*fit.params[:4], cor))

    def loglik(self, theta: Floats, patterns: Patterns) -> float:
        """Log-likelihood of all customers, time in weeks."""
        return self.loglik_gradient(theta, patterns)[0]

    def loglik_gradient(self, theta: Floats, patterns: Patterns) -> tuple[float, Floats]:
        """Log-likelihood and its exact gradient in theta, in one pass."""
        return self.objective(patterns).value(theta)

    def loglik_each(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Log-likelihood of each history; t_x, T in weeks; arrays broadcast."""
        each = [self.base.loglik_each(at, x, t_x, T) for at in _shifted(theta)]
        return np.asarray(each[0] + np.log(_mixed(theta, each, [np.ones_like(each[0])] * 4)))

    def alive(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """P(still a customer at T | x, t_x, T), in [0, 1]; t_x, T in weeks; arrays broadcast."""
        each = [self.base.loglik_each(at, x, t_x, T) for at in _shifted(theta)]
        alive = [self.base.alive(at, x, t_x, T) for at in _shifted(theta)]
        return np.minimum(_mixed(theta, each, alive) / _mixed(theta, each, [np.ones_like(alive[0])] * 4), 1.0)

    def expect_if_alive(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        discount: float = 0.0,
        t_x: ArrayLike | None = None,  # noqa: ARG002 - the silence says nothing more of a living customer
    ) -> Floats:
        """Expected orders in (T, T + horizon] given alive at T, discounted at the weekly rate ``discount``."""
        shifted = _shifted(theta)
        # The likelihood of x orders and of being alive at T is free of t_x: at t_x = T neither factor is near 0.
        each = [self.base.loglik_each(at, x, T, T) + np.log(self.base.alive(at, x, T, T)) for at in shifted]
        ahead = [self.base.expect_if_alive(at, x, T, horizon, discount) for at in shifted]
        return _mixed(theta, each, ahead) / _mixed(theta, each, [np.ones_like(ahead[0])] * 4)

    def expect(
        self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, horizon: float, discount: float = 0.0
    ) -> Floats:
        """Expected orders in (T, T + horizon]: P(alive) times what is expected of the living; see ``base``."""
        return self.alive(theta, x, t_x, T) * self.expect_if_alive(theta, x, T, horizon, discount)

    def expect_new(self, theta: Floats, t: ArrayLike) -> Floats:
        """Expected repeat orders of a new customer within t weeks."""
        made = [self.base.expect_new(at, t) for at in _shifted(theta)]
        return _mixed(theta, [np.zeros_like(made[0])] * 4, made)

    def pmf_new(self, theta: Floats, n: ArrayLike, t: ArrayLike) -> Floats:
        """P(exactly n repeat orders within t weeks of the first)."""
        made = [self.base.pmf_new(at, n, t) for at in _shifted(theta)]
        return _mixed(theta, [np.zeros_like(made[0])] * 4, made)

    def simulate(self, theta: Floats, T: ArrayLike, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
        """Histories of new customers, one for each T (weeks): x, t_x and the time of death."""
        T_ = np.asarray(T, dtype=np.float64)
        rate, leave = rates(theta, np.zeros(len(T_)), np.zeros(len(T_)), rng)
        return histories_until(rate, leaving(leave, rng), T_, rng)

    def draw_orders(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        rng: np.random.Generator,
        t_x: ArrayLike | None = None,  # noqa: ARG002 - as above
    ) -> tuple[Ints, Floats]:
        """One future for each (x, T), given alive at T; see ``base.PurchaseModel``."""
        rate, leave = rates(theta, np.asarray(x, dtype=np.float64), np.asarray(T, dtype=np.float64), rng)
        return draw_until(rate, np.minimum(leaving(leave, rng), horizon), rng)

    def correlation(self, theta: Floats) -> Floats:
        """The correlation of the two rates."""
        r, alpha, s, beta, _ = theta
        tie = Tie.of(theta)
        return np.asarray(tie.m * tie.A * tie.B * np.sqrt(r * s) / ((1.0 + alpha) * (1.0 + beta)))

    def estimates(self, theta: Floats, covariance: Floats) -> tuple[Estimate, ...]:
        """The parameters, and in the last one's place the correlation.

        Its interval squares and adds the distances that log q and the other parameters leave it: at an edge of what the
        form allows the slope in q is 0, and an interval by the slope alone would be as narrow as it is wrong.
        """
        from lifelong.models.optimise import Z95, log_estimates
        from lifelong.values import Estimate

        sd, at = np.sqrt(np.diag(covariance)), float(self.correlation(theta))
        steps = 1e-5 * np.eye(5)[:4]
        slope = [
            float(self.correlation(theta * np.exp(d)) - self.correlation(theta * np.exp(-d))) / 2e-5 for d in steps
        ]
        others = Z95**2 * float(slope @ covariance[:4, :4] @ np.array(slope))
        ends = [
            float(self.correlation(np.append(theta[:4], theta[4] * np.exp(side * Z95 * sd[4])))) for side in (-1, 1)
        ]
        low, high = (at + side * np.sqrt((end - at) ** 2 + others) for side, end in zip((-1, 1), ends, strict=True))
        cor = Estimate("cor", at, float(high - low) / (2.0 * Z95), float(low), float(high), "")
        return (*log_estimates(self.params[:-1], theta[:-1], sd[:-1]), cor)


def _shifted(theta: Floats) -> list[Floats]:
    """Pareto/NBD's parameters at the four places of the mixture."""
    return [np.asarray(theta[:4] + np.array([0.0, i, 0.0, j])) for i, j in SHIFTS]


def _mixed(theta: Floats, logs: list[Floats], values: list[Floats]) -> Floats:
    """Sum of weight times likelihood times value over the four, in units of the first likelihood; never below 0."""
    weights = Tie.of(theta).weights(logs)
    total = sum(weight * value for weight, value in zip(weights, values, strict=True))
    return np.asarray(np.maximum(total, 1e-300))


def rates(theta: Floats, x: Floats, T: Floats, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Rates of ordering and leaving of customers with x orders who are alive at T."""
    r, alpha, s, beta, _ = np.broadcast_arrays(*theta, x)[:5]
    tie = Tie.of(np.stack([r, alpha, s, beta, np.broadcast_to(theta[4], x.shape)]))
    later = np.exp(-s * np.log1p(1.0 / (beta + T)))  # the mean of e^-mu of those alive at T
    rate = _tilted(r + x, alpha + T, tie.m * (later - tie.B), tie.A, rng)
    leave = _tilted(s, beta + T, tie.m * (np.exp(-rate) - tie.A), tie.B, rng)
    return rate, leave


def _tilted(shape: Floats, scale: Floats, tilt: Floats, centre: Floats, rng: np.random.Generator) -> Floats:
    """Draws of density gamma(v) (1 + tilt (e^-v - centre)): where tilt > 0 a mixture of two gammas, else thinned draws."""
    flat = np.maximum(1.0 - tilt * centre, 0.0)
    more = np.maximum(tilt, 0.0) * np.exp(-shape * np.log1p(1.0 / scale))
    one = rng.random(len(shape)) * (flat + more) < more
    drawn = rng.standard_gamma(shape) / (scale + one)
    left = np.flatnonzero(tilt < 0)
    while len(left):
        chance = flat[left] + tilt[left] * np.exp(-drawn[left])
        left = left[rng.random(len(left)) * flat[left] > chance]
        drawn[left] = rng.standard_gamma(shape[left]) / scale[left]
    return np.asarray(drawn)
