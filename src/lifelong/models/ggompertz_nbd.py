r"""GGompertz/NBD: as Pareto/NBD, but the hazard of leaving grows with a customer's age."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lifelong.models.ageing import Aged
from lifelong.models.attrition import Attrition
from lifelong.models.base import Parameter
from lifelong.models.chebyshev import on_pairs, on_times
from lifelong.models.exponential import death_before, draw_until, histories_until
from lifelong.models.gompertz import ahead, log_growth, tail, weeks_alive
from lifelong.models.special import log_rising

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.attrition import Table
    from lifelong.models.pairs import Pairs

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class GGompertzNBD(Attrition):
    r"""The gamma/Gompertz/NBD model of Bemmaor and Glady (2012).

    **Story.** While a customer is there, orders come at random at the customer's own rate :math:`\lambda`, gamma
    distributed. The hazard of leaving is :math:`\eta\, e^{bt}` with an own :math:`\eta`, gamma distributed as well: it
    grows with the time since the first order, so most lives end about the same age where b is large.

    **Formula**, with g and D of ``models.gompertz``:

    .. math:: L = \alpha^r (r)_x \beta^s \Big[ (r+x) \int_T^\infty \frac{du}{(\alpha+u)^{r+x+1} (\beta+g(u))^s}
              + s \int_{t_x}^\infty \frac{e^{bu}\, du}{(\alpha+u)^{r+x} (\beta+g(u))^{s+1}} \Big]

    (their eq. 6 after one integration by parts, so that both terms are positive).

    **Symbols.** x: repeat orders; t_x, T: weeks; r, s: no unit; alpha, beta: weeks; b: a week. The paper's own beta is b
    times ours: so the limit b = 0 is Pareto/NBD with the same four other parameters, and beta is no ridge there.

    **Numerics.** Each integral is taken from its own lower end over the logarithm of time, all factors as logarithms;
    the table in t is interpolated for each x where there are many (``models.chebyshev``).

    **Source.** Bemmaor, A. C. and Glady, N. (2012), Modeling purchasing behavior with sudden "death", *Management
    Science* 58(5), 1012-1021; Adler, J. (2022), Comment on the same, *Management Science* 68(3), for the expectation.

    **Check.** With b near 0 the first customer of CDNOW is alive with .869 and expected to order 1.455 times in 39 weeks,
    as under Pareto/NBD; where lives end about week 60 there is less to come:

    >>> theta, customer = np.array([0.5534, 10.5802, 1e-7, 0.6061, 11.6562]), (2, 213 / 7, 272 / 7)
    >>> GGompertzNBD().expect(theta, *customer, horizon=39).round(3).item()
    1.455
    >>> GGompertzNBD().expect(np.array([0.5534, 10.5802, 0.5, 1.0, 2e13]), *customer, horizon=39).round(2).item()
    1.09
    """

    name: ClassVar[str] = "ggompertz_nbd"
    params: ClassVar[tuple[Parameter, ...]] = (
        Parameter(
            "r", "", "shape of the order rates: small means that customers differ much", 1.0, 1e-3, 1e4, (-0.5, 1.0)
        ),
        Parameter(
            "alpha",
            "weeks",
            "scale of the order rates: r / alpha orders a week on average",
            6.0,
            1e-3,
            1e5,
            (2.3, 1.5),
        ),
        Parameter(
            "b",
            "a week",
            "growth of the hazard of leaving with age; near 0 it is Pareto/NBD",
            0.08,
            1e-7,
            10.0,
            (-5.0, 2.0),
        ),
        Parameter("s", "", "shape of the hazards at the first order", 1.0, 1e-3, 1e4, (-0.7, 1.0)),
        Parameter(
            "beta",
            "weeks",
            "scale of the hazards: s / beta leave a week at first; the paper's beta is b times this",
            200.0,
            1e-3,
            1e8,
            (3.0, 2.0),
        ),
    )

    def log_common(self, theta: Floats, x: Floats) -> Table:
        """Log of alpha^r beta^s (r)_x at each x, and its gradient."""
        r, alpha, _, s, beta = theta
        order, d_r = log_rising(r, x)
        one = np.ones(len(x))
        slope = np.stack([d_r + np.log(alpha), r / alpha * one, 0.0 * one, np.log(beta) * one, s / beta * one])
        return order + r * np.log(alpha) + s * np.log(beta), slope

    def log_alive(self, theta: Floats, pairs: Pairs) -> Table:
        """Log of the first term at each pair (x, T), and its gradient."""
        value, slope = _table(theta, pairs, 1.0, 0.0)
        shape = theta[0] + pairs.each_x
        slope[0] += 1.0 / shape
        return value + np.log(shape), slope

    def log_dead(self, theta: Floats, pairs: Pairs) -> Table:
        """Log of the second term at each pair (x, t_x), and its gradient."""
        value, slope = _table(theta, pairs, 0.0, 1.0)
        slope[3] += 1.0 / theta[3]
        return value + np.log(theta[3]), slope

    def log_survive(self, theta: Floats, pairs: Pairs) -> Floats:
        """Log of (alpha + T)^-(r + x) (beta + g(T))^-s at each pair."""
        r, alpha, b, s, beta = theta
        left = s * (b * pairs.t + np.log(ahead(b, beta, pairs.t)[0]))
        return np.asarray(-(r + pairs.x)[pairs.ix] * np.log(alpha + pairs.t)[pairs.it] - left[pairs.it])

    def starts(self, rate: float, span: float) -> list[Floats]:
        """Near Pareto/NBD, and two in which hazards grow within the customers' span."""
        mix = ((0.6, 1e-4, 0.5, 0.4), (0.6, 1.0, 0.5, 2.0), (1.5, 3.0, 1.0, 8.0))
        return [np.array([r, r / (2.0 * rate), b / span, s, beta * span]) for r, b, s, beta in mix]

    def older(self, theta: Floats, age: float) -> Floats:
        """Those still there at an age are new customers with D(age) in the place of beta."""
        r, alpha, b, s, beta = theta
        return np.stack([r, alpha, b, s, ahead(b, beta, np.asarray(age))[0]])

    def aged(self, theta: Floats, age: float) -> Aged:
        """:meth:`older`, with P(still there) and derivatives."""
        b, s, beta = theta[2:]
        left, by_b, by_beta = (float(v[0]) for v in ahead(b, beta, np.array([age])))
        log = float(np.log(beta) - b * age - np.log(left))
        jacobian = np.eye(5)
        jacobian[4] = 0.0, 0.0, by_b, 0.0, by_beta
        slope = np.array([0.0, 0.0, -s * (age + by_b / left), log, s * (1.0 / beta - by_beta / left)])
        return Aged(self.older(theta, age), jacobian, s * log, slope)

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

        .. math:: \frac{r+x}{\alpha+T} \int_0^h e^{-\delta\tau} \left(\frac{D(T)}{D(T)+g(\tau)}\right)^s d\tau
        """
        r, alpha, b, s, beta = theta
        t = np.asarray(T, dtype=np.float64)
        if horizon == 0.0:
            return np.zeros(np.broadcast(x, T).shape)
        weeks = on_pairs(
            lambda _, at: weeks_alive(b, s, ahead(b, beta, at)[0], float(horizon), discount),
            0.0,
            t,
            float(min(alpha, beta)),
        )
        return np.asarray((r + np.asarray(x, dtype=np.float64)) / (alpha + t) * weeks)

    def expect_new(self, theta: Floats, t: ArrayLike) -> Floats:
        """Expected repeat orders of a new customer within t weeks."""
        t_ = np.asarray(t, dtype=np.float64)
        _, _, b, s, beta = theta
        each = [weeks_alive(b, s, np.array([beta]), float(end), 0.0)[0] if end > 0 else 0.0 for end in t_.ravel()]
        return np.asarray(theta[0] / theta[1] * np.array(each).reshape(t_.shape))

    def pmf_new(self, theta: Floats, n: ArrayLike, t: ArrayLike) -> Floats:
        """P(exactly n repeat orders within t weeks of the first): still there at t, or gone before with n."""
        n_, t_ = np.broadcast_arrays(np.asarray(n, dtype=np.float64), np.asarray(t, dtype=np.float64))
        r, alpha, b, s, beta = theta

        def life(u: Floats) -> tuple[Floats, Floats]:
            gone = np.logaddexp(0.0, log_growth(b, np.maximum(u, 1e-300)) - np.log(beta))
            return -s * gone, np.log(s / beta) + b * u - (s + 1.0) * gone

        return death_before(r, alpha, n_.ravel(), t_.ravel(), life).reshape(n_.shape)

    def simulate(self, theta: Floats, T: ArrayLike, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
        """Histories of new customers, one for each T (weeks): x, t_x and the time of death."""
        r, alpha, b, s, beta = theta
        T_ = np.asarray(T, dtype=np.float64)
        rate = rng.standard_gamma(r, len(T_)) / alpha
        hazard = rng.standard_gamma(np.full(len(T_), float(s)))
        return histories_until(rate, _death(b, beta, hazard, rng), T_, rng)

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
        r, alpha, b, s, beta = theta
        x_, T_ = np.asarray(x, dtype=np.float64), np.asarray(T, dtype=np.float64)
        rate = rng.standard_gamma(r + x_) / (alpha + T_)
        hazard = rng.standard_gamma(np.broadcast_to(s, x_.shape))
        death = _death(b, ahead(b, beta, T_)[0], hazard, rng)
        return draw_until(rate, np.minimum(death, horizon), rng)


def _table(theta: Floats, pairs: Pairs, i: float, j: float) -> Table:
    """Log of the integral from t on of (alpha + u)^-(r + x + i) e^(b u j) (beta + g(u))^-(s + j), and its gradient."""
    _, alpha, b, s, beta = theta

    def tails(some: Pairs) -> Floats:
        value, slope = tail(theta, some, i, j)
        # beta + g(t + h) = e^(b t) (D + g(h)): the factor e^(-b t s) stands outside
        t = some.each_t
        slope[2] -= s * t
        slope[3] -= b * t
        return np.stack([value - b * t * s, *slope])

    made = on_times(tails, pairs, float(min(alpha, beta)))
    return made[0], made[1:]


def _death(b: float | Floats, beta: float | Floats, hazard: Floats, rng: np.random.Generator) -> Floats:
    """Weeks to death: the accumulated hazard g(t) hazard / beta reaches an exponential draw."""
    with np.errstate(divide="ignore", over="ignore"):
        reached = rng.standard_exponential(len(hazard)) * beta / hazard
        return np.asarray(np.log1p(b * reached) / b)
