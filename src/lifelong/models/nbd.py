r"""NBD: orders at a steady rate, for ever. What a shop looks like in which nobody leaves: the yardstick of the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lifelong.models.ageing import Aged
from lifelong.models.attrition import Attrition
from lifelong.models.base import Parameter
from lifelong.models.exponential import draw_until, histories_until, weeks_ahead
from lifelong.models.geometric import nbd
from lifelong.models.special import log_rising

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.attrition import Table
    from lifelong.models.pairs import Pairs

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class NBD(Attrition):
    r"""The negative binomial model of Ehrenberg (1959): gamma distributed order rates and no dropout.

    **Story.** Orders come at random at the customer's own rate :math:`\lambda`, which differs between customers by a
    gamma distribution; nobody ever leaves. So it forecasts too much wherever customers do leave, and the distance
    to the other models is what leaving explains.

    **Formula**, with :math:`(r)_x` the rising factorial:

    .. math:: L = \alpha^r (r)_x (\alpha+T)^{-(r+x)}, \qquad E[X(T, T+h)] = \frac{r+x}{\alpha+T}\, h

    **Symbols.** x: repeat orders; T: weeks; t_x plays no part; r: no unit; alpha: weeks. Arrays broadcast.

    **Numerics.** Rising factorials are sums of logs.

    **Source.** Ehrenberg, A. S. C. (1959), The pattern of consumer purchases, *Applied Statistics* 8(1), 26-41.

    **Check.** With r = 0.385 and alpha = 12.07 a new customer is expected to order 1.24 times in 39 weeks:

    >>> NBD().expect_new(np.array([0.385, 12.07]), 39.0).round(3).item()
    1.244
    """

    name: ClassVar[str] = "nbd"
    params: ClassVar[tuple[Parameter, ...]] = (
        Parameter(
            "r", "", "shape of the order rates: small means that customers differ much", 0.5, 1e-3, 1e4, (-0.5, 1.0)
        ),
        Parameter(
            "alpha", "weeks", "scale of the order rates: r / alpha orders a week on average", 8.0, 1e-3, 1e5, (2.1, 1.5)
        ),
    )

    def log_common(self, theta: Floats, x: Floats) -> Table:
        """Log of alpha^r (r)_x at each x, and its gradient."""
        r, alpha = theta
        order, d_r = log_rising(r, x)
        return r * np.log(alpha) + order, np.stack([d_r + np.log(alpha), np.full(len(x), r / alpha)])

    def log_alive(self, theta: Floats, pairs: Pairs) -> Table:
        """-(r + x) log(alpha + T) at each pair, and its gradient."""
        r, alpha = theta
        log_t, shape = np.log(alpha + pairs.t)[pairs.it], (r + pairs.x)[pairs.ix]
        return -shape * log_t, np.stack([-log_t, -shape / (alpha + pairs.t)[pairs.it]])

    def log_dead(self, theta: Floats, pairs: Pairs) -> Table:  # noqa: ARG002 - the same call for every model
        """Nobody leaves."""
        return np.full(len(pairs), -np.inf), np.zeros((2, len(pairs)))

    def starts(self, rate: float, span: float) -> list[Floats]:  # noqa: ARG002 - the same call for every model
        """Three shapes, with the scale from the customers' own rate."""
        return [np.array([r, r / rate]) for r in (0.4, 1.5, 0.15)]

    def older(self, theta: Floats, age: float) -> Floats:  # noqa: ARG002 - the same call for every model
        """All are still there, and no older."""
        return theta

    def aged(self, theta: Floats, age: float) -> Aged:  # noqa: ARG002 - the same call for every model
        """:meth:`older`, with P(still there) and derivatives."""
        return Aged(theta, np.eye(2), 0.0, np.zeros(2))

    def expect_if_alive(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        discount: float = 0.0,
        t_x: ArrayLike | None = None,  # noqa: ARG002 - the silence says nothing more of a living customer
    ) -> Floats:
        """Expected orders in (T, T + horizon], discounted at the weekly rate ``discount``."""
        r, alpha = theta
        rate = (r + np.asarray(x, dtype=np.float64)) / (alpha + np.asarray(T, dtype=np.float64))
        return np.asarray(rate * weeks_ahead(horizon, discount))

    def expect_new(self, theta: Floats, t: ArrayLike) -> Floats:
        """Expected repeat orders of a new customer within t weeks."""
        return np.asarray(theta[0] / theta[1] * np.asarray(t, dtype=np.float64))

    def pmf_new(self, theta: Floats, n: ArrayLike, t: ArrayLike) -> Floats:
        """P(exactly n repeat orders within t weeks of the first)."""
        n_, t_ = np.broadcast_arrays(np.asarray(n, dtype=np.float64), np.asarray(t, dtype=np.float64))
        return nbd(theta[0], theta[1], n_.ravel(), t_.ravel())[0].reshape(n_.shape)

    def simulate(self, theta: Floats, T: ArrayLike, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
        """Histories of new customers, one for each T (weeks): x, t_x and the time of death, which is never."""
        T_ = np.asarray(T, dtype=np.float64)
        rate = rng.standard_gamma(theta[0], len(T_)) / theta[1]
        return histories_until(rate, np.full(len(T_), np.inf), T_, rng)

    def draw_orders(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        rng: np.random.Generator,
        t_x: ArrayLike | None = None,  # noqa: ARG002 - as above
    ) -> tuple[Ints, Floats]:
        """One future for each (x, T); see ``base.PurchaseModel``."""
        x_, T_ = np.asarray(x, dtype=np.float64), np.asarray(T, dtype=np.float64)
        rate = rng.standard_gamma(theta[0] + x_) / (theta[1] + T_)
        return draw_until(rate, np.full(len(x_), float(horizon)), rng)
