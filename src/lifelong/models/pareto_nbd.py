r"""Pareto/NBD: orders at a steady rate until the customer leaves, which can happen at any moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lifelong.models.ageing import Aged
from lifelong.models.attrition import Attrition
from lifelong.models.base import Parameter
from lifelong.models.chebyshev import on_pairs
from lifelong.models.exponential import (
    death_before,
    discounted_power,
    draw_until,
    histories_until,
    leaving,
    power_integral,
)
from lifelong.models.pareto_objective import ParetoObjective
from lifelong.models.special import log_rising
from lifelong.models.tails import tail_table

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.attrition import Table
    from lifelong.models.pairs import Pairs
    from lifelong.values import Patterns

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class ParetoNBD(Attrition):
    r"""The Pareto/NBD model of Schmittlein, Morrison and Colombo (1987).

    **Story.** While a customer is there, orders come at random at the customer's own rate :math:`\lambda`, gamma
    distributed; the customer leaves unseen at the own rate :math:`\mu`, gamma distributed as well.

    **Formula.** With :math:`G(t; p, q) = \int_t^\infty (\alpha+u)^{-p} (\beta+u)^{-q} du` the likelihood is

    .. math:: L = \alpha^r \beta^s (r)_x \left[ (r+x)\, G(T; r+x+1, s) + s\, G(t_x; r+x, s+1) \right],

    which is the papers' form after one integration by parts: both terms are positive and nothing is subtracted. Alive
    at T is :math:`(\alpha+T)^{-(r+x)} (\beta+T)^{-s}` of the bracket.

    **Symbols.** x: repeat orders; t_x, T: weeks; r, s: no unit; alpha, beta: weeks. Arrays broadcast.

    **Numerics.** With m the larger of alpha and beta, o the other one and q its exponent,
    :math:`G = (m+t)^{-(k-q)} (o+t)^{-q} S(k, q, \rho)/k`, :math:`k = r+s+x`, :math:`\rho = (m-o)/(o+t)`, where S lies in
    (0, 1] and is free of overflow for every x (``special.power_tail``).

    **Source.** Schmittlein, D. C., Morrison, D. G. and Colombo, R. (1987), Counting your customers, *Management Science*
    33(1), 1-24; Fader, P. S. and Hardie, B. G. S. (2005), A note on deriving the Pareto/NBD model; for the residual value
    Fader, Hardie and Lee (2005), RFM and CLV, *Journal of Marketing Research* 42(4), 415-430.

    **Check.** First customer of CDNOW (x = 2, t_x = 30.43, T = 38.86): alive with .869, 1.455 orders in 39 weeks, and
    6.50 for the rest of life at 15 % a year:

    >>> theta, customer = np.array([0.5534, 10.5802, 0.6061, 11.6562]), (2, 213 / 7, 272 / 7)
    >>> ParetoNBD().alive(theta, *customer).round(5).item()
    0.86913
    >>> ParetoNBD().expect(theta, *customer, horizon=39).round(4).item()
    1.4552
    >>> ParetoNBD().expect(theta, *customer, horizon=np.inf, discount=np.log(1.15) / 52).round(3).item()
    6.501
    """

    name: ClassVar[str] = "pareto_nbd"
    params: ClassVar[tuple[Parameter, ...]] = (
        Parameter(
            "r", "", "shape of the order rates: small means that customers differ much", 0.6, 1e-3, 1e4, (-0.5, 1.0)
        ),
        Parameter(
            "alpha",
            "weeks",
            "scale of the order rates: r / alpha orders a week on average",
            10.0,
            1e-3,
            1e5,
            (2.3, 1.5),
        ),
        Parameter("s", "", "shape of the rates of leaving", 0.6, 1e-3, 1e4, (-0.7, 1.0)),
        Parameter(
            "beta",
            "weeks",
            "scale of the rates of leaving: s / beta leave a week on average",
            12.0,
            1e-3,
            1e5,
            (2.5, 1.5),
        ),
    )

    def objective(self, patterns: Patterns) -> ParetoObjective:
        """The likelihood of these patterns, prepared for the fitting routine and for posteriors."""
        return ParetoObjective(self, patterns)

    def log_common(self, theta: Floats, x: Floats) -> Table:
        """Log of alpha^r beta^s (r)_x at each x, and its gradient."""
        r, alpha, s, beta = theta
        order, d_r = log_rising(r, x)
        one = np.ones(len(x))
        slope = np.stack([d_r + np.log(alpha), r / alpha * one, np.log(beta) * one, s / beta * one])
        return order + r * np.log(alpha) + s * np.log(beta), slope

    def log_alive(self, theta: Floats, pairs: Pairs) -> Table:
        """Log of (r + x) G(T; r + x + 1, s) at each pair, and its gradient."""
        value, slope = tail_table(theta, pairs, 1.0, 0.0)
        shape = (theta[0] + pairs.x)[pairs.ix]
        slope[0] += 1.0 / shape
        return value + np.log(shape), slope

    def log_dead(self, theta: Floats, pairs: Pairs) -> Table:
        """Log of s G(t_x; r + x, s + 1) at each pair, and its gradient."""
        value, slope = tail_table(theta, pairs, 0.0, 1.0)
        slope[2] += 1.0 / theta[2]
        return value + np.log(theta[2]), slope

    def log_survive(self, theta: Floats, pairs: Pairs) -> Floats:
        """Log of (alpha + T)^-(r + x) (beta + T)^-s at each pair."""
        r, alpha, s, beta = theta
        rate, leave = np.log(alpha + pairs.t), s * np.log(beta + pairs.t)
        return np.asarray(-(r + pairs.x)[pairs.ix] * rate[pairs.it] - leave[pairs.it])

    def starts(self, rate: float, span: float) -> list[Floats]:
        """Points about the published fits, with the scales from the customers' own rate and span."""
        mix = ((0.6, 0.5, 0.4), (1.5, 1.0, 2.0), (0.4, 2.0, 4.0))
        return [np.array([r, r / (2.0 * rate), s, beta * span]) for r, s, beta in mix]

    def older(self, theta: Floats, age: float) -> Floats:
        """Those still there at an age are new customers with beta + age: who leaves soon has left."""
        r, alpha, s, beta = theta
        return np.stack([r, alpha, s, beta + age])

    def aged(self, theta: Floats, age: float) -> Aged:
        """:meth:`older`, with P(still there) and derivatives."""
        s, beta = theta[2:]
        log = np.log1p(age / beta)
        slope = np.array([0.0, 0.0, -log, s * age / (beta * (beta + age))])
        return Aged(self.older(theta, age), np.eye(4), float(-s * log), slope)

    def expect_if_alive(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        discount: float = 0.0,
        t_x: ArrayLike | None = None,  # noqa: ARG002 - the silence says nothing more of a living customer
    ) -> Floats:
        r"""Expected orders in (T, T + horizon] given alive at T, discounted at the weekly rate ``discount``.

        .. math:: \frac{r+x}{\alpha+T} \int_0^h e^{-\delta\tau} \left(\frac{\beta+T}{\beta+T+\tau}\right)^s d\tau

        Elementary where delta = 0; for the rest of life a confluent hypergeometric function (DERT, eq. 2 of the 2005
        paper), taken as an integral of positive terms, relative error below 1e-10.
        """
        r, alpha, s, beta = theta
        t = np.asarray(T, dtype=np.float64)
        if discount == 0.0 or horizon == 0.0:
            weeks = power_integral(beta + t, s, float(horizon))
        else:
            weeks = on_pairs(
                lambda _, at: discounted_power(beta + at, s, float(horizon), discount), 0.0, t, float(beta)
            )
        return np.asarray((r + np.asarray(x, dtype=np.float64)) / (alpha + t) * weeks)

    def expect_new(self, theta: Floats, t: ArrayLike) -> Floats:
        """Expected repeat orders of a new customer within t weeks.

        >>> ParetoNBD().expect_new(np.array([0.553, 10.578, 0.606, 11.669]), [1, 3, 6]).round(3).tolist()
        [0.051, 0.146, 0.275]
        """
        r, alpha, s, beta = theta
        return np.asarray(r / alpha * power_integral(beta, s, np.asarray(t, dtype=np.float64)))

    def pmf_new(self, theta: Floats, n: ArrayLike, t: ArrayLike) -> Floats:
        """P(exactly n repeat orders within t weeks of the first): still there at t, or gone before with n."""
        n_, t_ = np.broadcast_arrays(np.asarray(n, dtype=np.float64), np.asarray(t, dtype=np.float64))
        r, alpha, s, beta = theta

        def life(u: Floats) -> tuple[Floats, Floats]:
            gone = np.log1p(u / beta)
            return -s * gone, np.log(s / beta) - (s + 1.0) * gone

        return death_before(r, alpha, n_.ravel(), t_.ravel(), life).reshape(n_.shape)

    def simulate(self, theta: Floats, T: ArrayLike, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
        """Histories of new customers, one for each T (weeks): x, t_x and the time of death."""
        r, alpha, s, beta = theta
        T_ = np.asarray(T, dtype=np.float64)
        rate = rng.standard_gamma(r, len(T_)) / alpha
        return histories_until(rate, leaving(rng.standard_gamma(s, len(T_)) / beta, rng), T_, rng)

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
        r, alpha, s, beta = theta
        x_, T_ = np.asarray(x, dtype=np.float64), np.asarray(T, dtype=np.float64)
        rate = rng.standard_gamma(r + x_) / (alpha + T_)
        leave = rng.standard_gamma(np.broadcast_to(s, x_.shape)) / (beta + T_)
        return draw_until(rate, np.minimum(leaving(leave, rng), horizon), rng)
