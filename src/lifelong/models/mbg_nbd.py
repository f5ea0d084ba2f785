"""MBG/NBD: as BG/NBD, but a customer may leave after any order, the first one too."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lifelong.models.attrition import Attrition
from lifelong.models.base import Parameter
from lifelong.models.chebyshev import on_pairs
from lifelong.models.geometric import draw_future, draw_histories, expected_orders, nbd
from lifelong.models.special import log_rising

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.attrition import Table
    from lifelong.models.pairs import Pairs

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class MBGNBD(Attrition):
    r"""The modified BG/NBD model of Batislam, Denizel and Filiztekin (2007), and Hoppe and Wagner's CBG/NBD.

    **Story.** As BG/NBD, but the customer may also leave right after the very first order, with the same chance p.
    So many who never came back are taken for gone, as in most shops they are.

    **Formula**, with :math:`(z)_x` the rising factorial:

    .. math:: L = \alpha^r (r)_x \frac{(b)_{x+1}}{(a+b)_{x+1}} \left[ (\alpha+T)^{-(r+x)}
              + \frac{a}{b+x} (\alpha+t_x)^{-(r+x)} \right]

    **Symbols.** x: repeat orders; t_x, T: weeks (t_x = 0 where x = 0); r, a, b: no unit; alpha: weeks. Arrays broadcast.

    **Numerics.** As BG/NBD: rising factorials are sums of logs, two terms meet in one log-sum-exp, expectations are
    integrals of positive terms (``models.geometric``).

    **Source.** Batislam, E. P., Denizel, M. and Filiztekin, A. (2007), Empirical validation and comparison of models for
    customer base analysis, *International Journal of Research in Marketing* 24(3), 201-209: eq. 4 to 6; Hoppe, D. and
    Wagner, U. (2007), *Marketing ZFP* 29(3), 75-90.

    **Check.** First customer of CDNOW (x = 2, t_x = 30.43, T = 38.86): alive with .706, 1.263 orders in 39 weeks:

    >>> theta = np.array([0.5248, 6.1829, 0.8914, 1.6140])
    >>> MBGNBD().alive(theta, 2, 213 / 7, 272 / 7).round(5).item()
    0.70613
    >>> MBGNBD().expect(theta, 2, 213 / 7, 272 / 7, horizon=39).round(5).item()
    1.26272
    """

    name: ClassVar[str] = "mbg_nbd"
    params: ClassVar[tuple[Parameter, ...]] = (
        Parameter(
            "r", "", "shape of the order rates: small means that customers differ much", 0.6, 1e-3, 1e4, (-0.5, 1.0)
        ),
        Parameter(
            "alpha", "weeks", "scale of the order rates: r / alpha orders a week on average", 8.0, 1e-3, 1e5, (2.1, 1.5)
        ),
        Parameter("a", "", "weight of leaving: a / (a + b) leave after an order", 0.8, 1e-3, 1e4, (-0.35, 1.0)),
        Parameter("b", "", "weight of staying", 1.5, 1e-3, 1e4, (1.0, 1.2)),
    )

    def log_common(self, theta: Floats, x: Floats) -> Table:
        """Log of alpha^r (r)_x (b)_(x+1) / (a+b)_(x+1) at each x, and its gradient."""
        r, alpha, a, b = theta
        (order, d_r), (stay, d_b), (all_, d_ab) = log_rising(r, x), log_rising(b, x + 1), log_rising(a + b, x + 1)
        slope = np.stack([d_r + np.log(alpha), np.full(len(x), r / alpha), -d_ab, d_b - d_ab])
        return r * np.log(alpha) + order + stay - all_, slope

    def log_alive(self, theta: Floats, pairs: Pairs) -> Table:
        """-(r + x) log(alpha + T) at each pair, and its gradient."""
        r, alpha, _, _ = theta
        log_t, shape = np.log(alpha + pairs.t)[pairs.it], (r + pairs.x)[pairs.ix]
        zero = np.zeros(len(pairs))
        return -shape * log_t, np.stack([-log_t, -shape / (alpha + pairs.t)[pairs.it], zero, zero])

    def log_dead(self, theta: Floats, pairs: Pairs) -> Table:
        """log(a / (b + x)) - (r + x) log(alpha + t_x) at each pair, and its gradient."""
        _, _, a, b = theta
        value, slope = self.log_alive(theta, pairs)
        x = pairs.x[pairs.ix]
        slope[2], slope[3] = 1.0 / a, -1.0 / (b + x)
        return value + np.log(a) - np.log(b + x), slope

    def starts(self, rate: float, span: float) -> list[Floats]:  # noqa: ARG002 - the same call for every model
        """Points about the published fits, with the scale from the customers' own rate."""
        return [
            np.array([r, r / (2.0 * rate), a, b]) for r, a, b in ((0.6, 0.8, 1.5), (1.5, 0.4, 0.7), (0.4, 3.0, 3.0))
        ]

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
        r, alpha, a, b = theta
        if horizon == 0.0:
            return np.zeros(np.broadcast(x, T).shape)
        return on_pairs(
            lambda n, t: expected_orders(r + n, alpha + t, a, b + n + 1.0, np.full(len(n), float(horizon)), discount),
            x,
            T,
            float(alpha),
        )

    def expect_new(self, theta: Floats, t: ArrayLike) -> Floats:
        """Expected repeat orders of a new customer within t weeks: b / (a + b) survive the first order."""
        r, alpha, a, b = theta
        t_ = np.asarray(t, dtype=np.float64)
        one = np.ones(t_.size)
        orders = expected_orders(r * one, alpha * one, a, (b + 1.0) * one, t_.ravel())
        return np.asarray(b / (a + b) * orders.reshape(t_.shape))

    def pmf_new(self, theta: Floats, n: ArrayLike, t: ArrayLike) -> Floats:
        """P(exactly n repeat orders within t weeks of the first): still there, or gone with the n-th."""
        r, alpha, a, b = theta
        n_, t_ = np.broadcast_arrays(np.asarray(n, dtype=np.float64), np.asarray(t, dtype=np.float64))
        count = n_.ravel()
        exactly, at_least = nbd(r, alpha, count, t_.ravel())
        stay = np.exp(log_rising(b, count + 1)[0] - log_rising(a + b, count + 1)[0])
        return np.asarray(stay * (exactly + a / (b + count) * at_least)).reshape(n_.shape)

    def simulate(self, theta: Floats, T: ArrayLike, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
        """Histories of new customers, one for each T (weeks): x, t_x and the time of death."""
        r, alpha, a, b = theta
        T_ = np.asarray(T, dtype=np.float64)
        rate = rng.standard_gamma(r, len(T_)) / alpha
        last = rng.geometric(np.clip(rng.beta(a, b, len(T_)), 1e-15, 1.0)) - 1
        return draw_histories(rate, last, T_, rng)

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
        r, alpha, a, b = theta
        x_, T_ = np.asarray(x, dtype=np.float64), np.asarray(T, dtype=np.float64)
        rate = rng.standard_gamma(r + x_) / (alpha + T_)
        return draw_future(rate, rng.beta(a, b + x_ + 1.0), horizon, rng)
