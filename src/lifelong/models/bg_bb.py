r"""BG/BB: orders that can happen only on given occasions, once a year or once a meeting, and customers who drop out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from lifelong.models.base import Parameter
from lifelong.models.geometric import beta_nodes
from lifelong.models.optimise import fit_model
from lifelong.models.special import log_rising, weigh

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.base import PurchaseModel
    from lifelong.values import Fit, Patterns

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class BGBB:
    r"""The beta-geometric / beta-Bernoulli model of Fader, Hardie and Shang (2010).

    **Story.** On each occasion a customer who is still there orders with the own chance p; before each occasion the
    customer leaves for good with the own chance :math:`\theta`. Both differ between customers by beta distributions.

    **Formula** (their eq. 5), x orders on n occasions, the last on occasion t_x:

    .. math:: L = \sum_{i=t_x}^{n} \frac{B(\alpha+x, \beta+i-x)}{B(\alpha,\beta)}\,
              \frac{B(\gamma + [i<n], \delta+i)}{B(\gamma,\delta)}

    where i is the last occasion on which the customer was there (i = n: still).

    **Symbols.** x, t_x, n: whole, in occasions, as ``Patterns`` hold them with an occasion in place of a day;
    alpha, beta: of the chance to order; gamma, delta: of the chance to leave; all without unit. Arrays broadcast.

    **Numerics.** Beta functions over one another are rising factorials, sums of logs; the sum over i has positive terms.

    **Source.** Fader, P. S., Hardie, B. G. S. and Shang, J. (2010), Customer-base analysis in a discrete-time
    noncontractual setting, *Marketing Science* 29(6), 1086-1108: eq. 5 (likelihood), 11 (alive), 13 (expectation), 14
    (residual value).

    **Check.** The paper's donors: those of six gifts in six years give 3.75 times in the five years that follow:

    >>> theta = np.array([1.204, 0.750, 0.657, 2.783])
    >>> BGBB().expect(theta, 6, 6, 6, 5).round(2).item()
    3.75
    >>> BGBB().alive(theta, [0, 2, 6], [0, 4, 6], 6, ahead=1).round(2).tolist()
    [0.11, 0.59, 0.93]
    """

    name: ClassVar[str] = "bg_bb"
    is_discrete: ClassVar[bool] = True
    params: ClassVar[tuple[Parameter, ...]] = (
        Parameter(
            "alpha", "", "weight of ordering: alpha / (alpha + beta) order on an occasion", 1.2, 1e-3, 1e4, (0.0, 1.0)
        ),
        Parameter("beta", "", "weight of not ordering", 0.8, 1e-3, 1e4, (0.0, 1.0)),
        Parameter(
            "gamma",
            "",
            "weight of leaving: gamma / (gamma + delta) leave before an occasion",
            0.7,
            1e-3,
            1e4,
            (-0.4, 1.0),
        ),
        Parameter("delta", "", "weight of staying", 2.8, 1e-3, 1e4, (1.0, 1.2)),
    )

    def fit(self, patterns: Any, *, prior: str = "auto", seed: int = 0) -> Fit:
        """Fit to patterns whose days are occasions; see ``optimise.fit_model``."""
        # occasions are no weeks, so that it is no PurchaseModel; a fit needs only its likelihood and parameters
        model = cast("PurchaseModel", self)
        return fit_model(model, getattr(patterns, "patterns", patterns), prior=prior, seed=seed)

    def loglik(self, theta: Floats, patterns: Patterns) -> float:
        """Log-likelihood of all customers."""
        return self.loglik_gradient(theta, patterns)[0]

    def loglik_gradient(self, theta: Floats, patterns: Patterns) -> tuple[float, Floats]:
        """Log-likelihood and its exact gradient in theta, in one pass."""
        terms, slopes, _ = _terms(theta, patterns.x, patterns.t_x, patterns.T)
        each, share = _summed(terms)
        gradient = np.einsum("kij,ij,i->k", slopes, share, patterns.count.astype(np.float64))
        return float(weigh(each, patterns.count.astype(np.float64))), np.asarray(gradient)

    def loglik_each(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, n: ArrayLike) -> Floats:
        """Log-likelihood of each history."""
        x_, t_, n_ = _whole(x, t_x, n)
        return _summed(_terms(theta, x_.ravel(), t_.ravel(), n_.ravel())[0])[0].reshape(x_.shape)

    def alive(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, n: ArrayLike, ahead: int = 0) -> Floats:
        """P(still there on occasion n + ahead | history), in [0, 1]."""
        x_, t_, n_ = _whole(x, t_x, n)
        terms, _, last = _terms(theta, x_.ravel(), t_.ravel(), n_.ravel())
        share = _summed(terms)[1][np.arange(x_.size), last].reshape(x_.shape)
        return np.asarray(share * self._stay(theta, n_.astype(np.float64), ahead))

    def expect_if_alive(
        self, theta: Floats, x: ArrayLike, n: ArrayLike, horizon: float, discount: float = 0.0
    ) -> Floats:
        r"""Expected orders on the next ``horizon`` occasions of customers there on the n-th, discounted an occasion.

        .. math:: \frac{\alpha+x}{\alpha+\beta+n} \sum_{m=1}^{h} \frac{1}{(1+d)^m} \prod_{i<m} \frac{\delta+n+i}{\gamma+\delta+n+i}

        Args:
            theta: parameters.
            x: orders.
            n: occasions.
            horizon: occasions ahead, whole; may be inf where ``discount`` > 0.
            discount: the rate d an occasion: the first to come is discounted once already, as the paper has it.
        """
        alpha, beta, gamma, delta = theta
        x_, n_ = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(n, np.float64))
        chance = (alpha + x_) / (alpha + beta + n_)
        if np.isinf(horizon):
            return np.asarray(chance * _for_ever(gamma, delta + n_, discount))
        m = np.arange(int(horizon), dtype=np.float64)
        stay = (delta + n_[..., None] + m) / (gamma + delta + n_[..., None] + m)
        there = np.exp(np.cumsum(np.log(stay), axis=-1) - (m + 1.0) * np.log1p(discount))
        return np.asarray(chance * there.sum(axis=-1))

    def expect(
        self, theta: Floats, x: ArrayLike, t_x: ArrayLike, n: ArrayLike, horizon: float, discount: float = 0.0
    ) -> Floats:
        """Expected orders on the next ``horizon`` occasions (eq. 13), discounted (eq. 14 where that is inf)."""
        return self.alive(theta, x, t_x, n) * self.expect_if_alive(theta, x, n, horizon, discount)

    def expect_new(self, theta: Floats, n: ArrayLike) -> Floats:
        """Expected orders of a new customer on the first n occasions."""
        n_ = np.asarray(n, np.int64)
        each = [float(self.expect_if_alive(theta, 0.0, 0.0, size)) for size in n_.ravel().tolist()]
        return np.array(each).reshape(n_.shape)

    def pmf_new(self, theta: Floats, x: ArrayLike, n: ArrayLike) -> Floats:
        """P(a new customer orders on exactly x of the first n occasions)."""
        alpha, beta, gamma, delta = theta
        x_, n_ = np.broadcast_arrays(np.asarray(x, np.int64), np.asarray(n, np.int64))
        total = np.zeros(x_.shape)
        for i in range(int(n_.max(initial=0)) + 1):
            # the last occasion there is i: ways to place x orders among the first i
            fits = (x_ <= i) & (i <= n_)
            k, left = np.where(fits, x_, 0), np.where(fits, i - x_, 0)
            ways = log_rising(1.0, k + left)[0] - log_rising(1.0, k)[0] - log_rising(1.0, left)[0]
            order = log_rising(alpha, k)[0] + log_rising(beta, left)[0] - log_rising(alpha + beta, k + left)[0]
            there = float(log_rising(delta, [i])[0][0] - log_rising(gamma + delta, [i])[0][0])
            leave = np.where(i < n_, np.log(gamma / (gamma + delta + i)), 0.0)
            total += np.where(fits, np.exp(ways + order + there + leave), 0.0)
        return total

    def simulate(self, theta: Floats, n: ArrayLike, rng: np.random.Generator) -> tuple[Ints, Ints, Ints]:
        """Histories of new customers, one for each n: x, t_x and the last occasion on which each was there."""
        alpha, beta, gamma, delta = theta
        n_ = np.asarray(n, np.int64)
        size, most = len(n_), int(n_.max(initial=0))
        chance = rng.beta(alpha, beta, size)
        last = rng.geometric(np.clip(rng.beta(gamma, delta, size), 1e-15, 1.0)) - 1
        occasion = np.arange(1, most + 1)
        made = (rng.random((size, most)) < chance[:, None]) & (occasion <= np.minimum(last, n_)[:, None])
        t_x = np.where(made, occasion, 0).max(axis=1, initial=0)
        return made.sum(axis=1).astype(np.int64), t_x.astype(np.int64), last.astype(np.int64)

    def _stay(self, theta: Floats, n: Floats, ahead: int) -> Floats:
        _, _, gamma, delta = theta
        return np.asarray(np.prod([(delta + n + i) / (gamma + delta + n + i) for i in range(ahead)], axis=0))


def _for_ever(gamma: float, delta: Floats, discount: float) -> Floats:
    """The sum over all occasions ahead, E[z (1 - theta) / (1 - z (1 - theta))] with z = 1 / (1 + discount)."""
    if discount <= 0.0:
        return np.where(gamma > 1.0, delta / max(gamma - 1.0, 1e-300), np.inf)
    flat = delta.ravel()
    leave, weight = beta_nodes(gamma, flat, np.full(len(flat), -np.log(discount)))
    there = weight * (1.0 - leave) / (discount + leave)
    return np.asarray(there.sum(axis=1).reshape(delta.shape))


def _whole(*arrays: ArrayLike) -> tuple[Ints, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(a, np.int64) for a in arrays)))


def _terms(theta: Floats, x: Ints, t_x: Ints, n: Ints) -> tuple[Floats, Floats, Ints]:
    """Log of each term of the likelihood, shape (rows, most); its gradient; and the column of "still there"."""
    alpha, beta, gamma, delta = theta
    wide = int((n - t_x).max(initial=0)) + 1
    i = t_x[:, None] + np.arange(wide)
    there = i <= n[:, None]
    i = np.minimum(i, n[:, None])
    gone = (i < n[:, None]).astype(np.int64)
    (a, d_a), (b, d_b), (ab, d_ab) = log_rising(alpha, x), log_rising(beta, i - x[:, None]), log_rising(alpha + beta, i)
    (g, d_g), (s, d_s), (gs, d_gs) = log_rising(gamma, gone), log_rising(delta, i), log_rising(gamma + delta, i + gone)
    value = np.where(there, a[:, None] + b - ab + g + s - gs, -np.inf)
    return value, np.stack([d_a[:, None] - d_ab, d_b - d_ab, d_g - d_gs, d_s - d_gs]), n - t_x


def _summed(terms: Floats) -> tuple[Floats, Floats]:
    """Log of the sum of each row, and each term's share."""
    top = terms.max(axis=1, keepdims=True)
    share = np.exp(terms - top)
    total = share.sum(axis=1, keepdims=True)
    return (top + np.log(total))[:, 0], share / total
