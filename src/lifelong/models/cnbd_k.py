r"""BG/CNBD-k and MBG/CNBD-k: as their NBD kin, but with orders that come more regularly than at random."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lifelong.errors import FitError
from lifelong.models.attrition import Attrition, PatternObjective
from lifelong.models.base import Parameter
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.chebyshev import on_pairs
from lifelong.models.geometric import draw_histories, nbd
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.optimise import hessian_by_differences
from lifelong.models.pairs import Prepared, prepare
from lifelong.models.regular import draw_future, expected_orders, log_phases
from lifelong.models.special import log_rising, tally, weigh

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.attrition import Table
    from lifelong.models.pairs import Pairs
    from lifelong.values import Fit, Patterns

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class CNBD(Attrition):
    r"""The condensed NBD models with beta-geometric dropout of Platzer and Reutterer (2016, 2021).

    **Story.** As BG/NBD, but only every k-th event of the customer's Poisson process is an order, so that the times
    between orders are Erlang-k: the larger k, the more regular. After each repeat order (MBG: after the first as well)
    the customer leaves with the own chance p. One who is overdue by the own rhythm is sooner taken for gone.

    **Formula** for a history with gaps :math:`g_1 \dots g_x`, :math:`R = r + kx`, :math:`z = (T-t_x)/(\alpha+T)`, and
    :math:`B_i = (b)_i / (a+b)_i` with i = x + 1 in the MBG and i = x in the BG form:

    .. math:: L = \frac{\prod g_i^{k-1}}{\Gamma(k)^x}\, \alpha^r (r)_{kx}\, B_i \left[ (\alpha+T)^{-R}
              \sum_{j=0}^{k-1} \frac{(R)_j z^j}{j!} + \frac{a}{b+i-1} (\alpha+t_x)^{-R} \right]

    (without the last term where i = 0).

    **Symbols.** x: repeat orders; t_x, T: weeks; r, a, b: no unit; alpha: weeks, of which a k-th is the scale of orders;
    k: whole, fixed for the class. The product of the gaps is the same for every parameter: it matters only between
    different k, and comes from ``Patterns.log_gaps``.

    **Numerics.** Sums of logs; the sum over j is of positive terms; expectations are exact for every k
    (``models.regular``), never a matter of who else is scored.

    **Source.** Platzer, M. and Reutterer, T. (2016), Ticking away the moments, *Marketing Science* 35(5), 779-799;
    Reutterer, T., Platzer, M. and Schröder, N. (2021), Leveraging purchase regularity for predicting customer behavior
    the easy way, *International Journal of Research in Marketing* 38(1), 194-215.

    **Check.** With k = 2 a customer of five orders in twelve weeks and forty of silence has left:

    >>> MBGCNBD2().alive(np.array([1.3292, 2.8126, 0.42472, 0.79004]), 5, 12.0, 52.0).round(4).item()
    0.0
    """

    is_regular: ClassVar[bool] = True
    k: ClassVar[int]
    #: 1 where the customer may leave after the first order already.
    first: ClassVar[int]
    params: ClassVar[tuple[Parameter, ...]] = (
        Parameter(
            "r", "", "shape of the order rates: small means that customers differ much", 0.6, 1e-3, 1e4, (-0.5, 1.0)
        ),
        Parameter(
            "alpha",
            "weeks",
            "scale of the event rates: r / (k alpha) orders a week on average",
            4.0,
            1e-3,
            1e5,
            (1.4, 1.5),
        ),
        Parameter("a", "", "weight of leaving: a / (a + b) leave after an order", 0.8, 1e-3, 1e4, (-0.35, 1.0)),
        Parameter("b", "", "weight of staying", 1.5, 1e-3, 1e4, (1.0, 1.2)),
    )

    def log_common(self, theta: Floats, x: Floats) -> Table:
        """Log of alpha^r (r)_kx (b)_i / (a+b)_i / Gamma(k)^x at each x, and its gradient."""
        r, alpha, a, b = theta
        i, factorial = x + self.first, float(log_rising(1.0, [self.k - 1])[0][0])
        (order, d_r), (stay, d_b), (all_, d_ab) = log_rising(r, self.k * x), log_rising(b, i), log_rising(a + b, i)
        slope = np.stack([d_r + np.log(alpha), np.full(len(x), r / alpha), -d_ab, d_b - d_ab])
        return r * np.log(alpha) + order + stay - all_ - x * factorial, slope

    def log_alive(self, theta: Floats, pairs: Pairs) -> Table:
        """-(r + k x) log(alpha + T) at each pair, and its gradient; the silence comes on top, a history at a time."""
        r, alpha, _, _ = theta
        log_t, shape = np.log(alpha + pairs.t)[pairs.it], (r + self.k * pairs.x)[pairs.ix]
        zero = np.zeros(len(pairs))
        return -shape * log_t, np.stack([-log_t, -shape / (alpha + pairs.t)[pairs.it], zero, zero])

    def log_dead(self, theta: Floats, pairs: Pairs) -> Table:
        """log(a / (b + i - 1)) - (r + k x) log(alpha + t_x) at each pair, and its gradient; -inf where i = 0."""
        _, _, a, b = theta
        value, slope = self.log_alive(theta, pairs)
        i = pairs.x[pairs.ix] + self.first
        before = b + np.maximum(i - 1.0, 0.0)
        slope[2], slope[3] = 1.0 / a, -1.0 / before
        return np.where(i > 0, value + np.log(a) - np.log(before), -np.inf), slope

    def starts(self, rate: float, span: float) -> list[Floats]:  # noqa: ARG002 - the same call for every model
        """Points about the published fits, with the scale from the customers' own rate."""
        each = self.k * rate
        return [
            np.array([r, r / (2.0 * each), a, b]) for r, a, b in ((0.6, 0.8, 1.5), (1.5, 0.4, 0.7), (0.3, 3.0, 3.0))
        ]

    def objective(self, patterns: Patterns) -> PatternObjective:
        """The likelihood of these patterns, prepared for the fitting routine."""
        return RegularObjective(self, patterns)

    def loglik_gradient(self, theta: Floats, patterns: Patterns) -> tuple[float, Floats]:
        """Log-likelihood and its exact gradient in theta, in one pass."""
        return RegularObjective(self, patterns).value(theta)

    def _each(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> tuple[Floats, Floats]:
        arrays = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (x, t_x, T)))
        x_, t_, T_ = (v.ravel() for v in arrays)
        made = prepare(x_, t_, T_, np.ones(len(x_)))
        common, alive, dead = _terms(self, theta, made)
        both = np.logaddexp(alive, dead)
        return (common + both).reshape(arrays[0].shape), (alive - both).reshape(arrays[0].shape)

    def phases(self, theta: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """P(phase j | alive, history), shape (k, n)."""
        r, alpha = theta[0], theta[1]
        table = log_phases(self.k, r + self.k * x, np.maximum(T - t_x, 0.0) / (alpha + T))
        table = np.exp(table - table.max(axis=0))
        return np.asarray(table / table.sum(axis=0))

    def expect_if_alive(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        discount: float = 0.0,
        t_x: ArrayLike | None = None,
    ) -> Floats:
        """Expected orders in (T, T + horizon] given alive at T and the silence, discounted at ``discount`` a week."""
        r, alpha, a, b = theta
        arrays = np.broadcast_arrays(*(np.asarray(v, dtype=np.float64) for v in (x, T if t_x is None else t_x, T)))
        x_, t_, T_ = (v.ravel() for v in arrays)
        if horizon == 0.0:
            return np.zeros(arrays[0].shape)
        total, share = np.zeros(len(x_)), self.phases(theta, x_, t_, T_)
        for j in range(self.k):

            def one(n: Floats, t: Floats, j: int = j) -> Floats:
                R, left = r + self.k * n + j, b + n + self.first
                return expected_orders(self.k, j, R, alpha + t, a, left, float(horizon), discount)

            total += share[j] * on_pairs(one, x_, T_, float(alpha))
        return total.reshape(arrays[0].shape)

    def expect_new(self, theta: Floats, t: ArrayLike) -> Floats:
        """Expected repeat orders of a new customer within t weeks."""
        r, alpha, a, b = theta
        t_ = np.asarray(t, dtype=np.float64)
        one = np.ones(1)
        known = b / (a + b) if self.first else 1.0
        each = [
            float(expected_orders(self.k, 0, r * one, alpha * one, a, (b + self.first) * one, end)[0])
            if end > 0
            else 0.0
            for end in t_.ravel().tolist()
        ]
        return np.asarray(known * np.array(each).reshape(t_.shape))

    def pmf_new(self, theta: Floats, n: ArrayLike, t: ArrayLike) -> Floats:
        """P(exactly n repeat orders within t weeks of the first): still there, or gone with the n-th."""
        r, alpha, a, b = theta
        n_, t_ = np.broadcast_arrays(np.asarray(n, dtype=np.float64), np.asarray(t, dtype=np.float64))
        count, weeks = n_.ravel(), t_.ravel()
        exactly = sum(nbd(r, alpha, self.k * count + j, weeks)[0] for j in range(self.k))
        at_least = nbd(r, alpha, self.k * count, weeks)[1]
        i = count + self.first
        stay = np.exp(log_rising(b, i)[0] - log_rising(a + b, i)[0])
        gone = np.where(i > 0, a / (b + np.maximum(i - 1.0, 0.0)), 0.0)
        return np.asarray(stay * (exactly + gone * at_least)).reshape(n_.shape)

    def simulate(self, theta: Floats, T: ArrayLike, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
        """Histories of new customers, one for each T (weeks): x, t_x and the time of death."""
        r, alpha, a, b = theta
        T_ = np.asarray(T, dtype=np.float64)
        rate = rng.standard_gamma(r, len(T_)) / alpha
        last = rng.geometric(np.clip(rng.beta(a, b, len(T_)), 1e-15, 1.0)) - self.first
        return draw_histories(rate, last, T_, rng, self.k)

    def draw_orders(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        rng: np.random.Generator,
        t_x: ArrayLike | None = None,
    ) -> tuple[Ints, Floats]:
        """One future for each (x, t_x, T), given alive at T; see ``base.PurchaseModel``."""
        r, alpha, a, b = theta
        x_, T_ = np.asarray(x, dtype=np.float64), np.asarray(T, dtype=np.float64)
        share = self.phases(theta, x_, T_ if t_x is None else np.asarray(t_x, dtype=np.float64), T_)
        phase = (np.cumsum(share, axis=0) < rng.random(len(x_))).sum(axis=0).clip(max=self.k - 1)
        rate = rng.standard_gamma(r + self.k * x_ + phase) / (alpha + T_)
        return draw_future(self.k, phase, rate, rng.beta(a, b + x_ + self.first), horizon, rng)


def _silence(model: CNBD, theta: Floats, made: Prepared) -> tuple[Floats, Floats, Floats]:
    """Log of the sum over phases of each pattern, and its derivatives in r and alpha."""
    r, alpha = theta[0], theta[1]
    alive = made.alive
    x, T = alive.x[alive.ix][made.i_alive], alive.t[alive.it][made.i_alive]
    t_x = made.dead.t[made.dead.it][made.i_dead]
    shape, silence = r + model.k * x, np.maximum(T - t_x, 0.0)
    table = log_phases(model.k, shape, silence / (alpha + T))
    top = table.max(axis=0)
    table = np.exp(table - top)
    total = table.sum(axis=0)
    table /= total
    by_shape, mean = np.zeros(len(x)), np.zeros(len(x))
    steps = np.zeros(len(x))
    for j in range(1, model.k):
        steps = steps + 1.0 / (shape + (j - 1))
        by_shape += table[j] * steps
        mean += j * table[j]
    return top + np.log(total), by_shape, -mean / (alpha + T)


def _terms(model: CNBD, theta: Floats, made: Prepared) -> tuple[Floats, Floats, Floats]:
    """Logs of the common factor and of the two terms of each pattern."""
    common = model.log_common(theta, made.alive.x)[0][made.alive.ix][made.i_alive]
    alive = model.log_alive(theta, made.alive)[0][made.i_alive] + _silence(model, theta, made)[0]
    return common, alive, model.log_dead(theta, made.dead)[0][made.i_dead]


class RegularObjective(PatternObjective):
    """The log-likelihood of patterns with the silence of each: no longer a matter of pairs alone."""

    model: CNBD

    def value(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and its gradient in theta."""
        model, made = self.model, self.made
        (c, dc), (u, du), (v, dv) = (
            model.log_common(theta, made.alive.x),
            model.log_alive(theta, made.alive),
            model.log_dead(theta, made.dead),
        )
        wait, by_shape, by_alpha = _silence(model, theta, made)
        here, gone = u[made.i_alive] + wait, v[made.i_dead]
        both = np.logaddexp(here, gone)
        stay = made.count * np.exp(here - both)
        total = weigh(both, made.count) + weigh(c, made.count_x)
        slope = weigh(dc, made.count_x)
        slope += weigh(du, tally(made.i_alive, stay, len(made.alive)))
        slope += weigh(dv, tally(made.i_dead, made.count - stay, len(made.dead)))
        slope[0] += float(weigh(by_shape, stay))
        slope[1] += float(weigh(by_alpha, stay))
        gaps = (model.k - 1) * (self.patterns.log_gaps or 0.0)
        return float(total + gaps), slope

    def hessian(self, theta: Floats) -> Floats:
        """Second derivatives in theta, by differences of the exact gradient."""
        return hessian_by_differences(self, theta)


def _family(first: int, k: int) -> type[CNBD]:
    kind = "mbg" if first else "bg"
    return type(
        f"{kind.upper()}CNBD{k}", (CNBD,), {"name": f"{kind}_cnbd_{k}", "k": k, "first": first, "__doc__": CNBD.__doc__}
    )


MBGCNBD2, MBGCNBD3, MBGCNBD4, MBGCNBD5, MBGCNBD6 = (_family(1, k) for k in range(2, 7))
BGCNBD2, BGCNBD3, BGCNBD4, BGCNBD5, BGCNBD6 = (_family(0, k) for k in range(2, 7))


def fit_regular(patterns: Patterns, first: int = 1, *, prior: str = "auto", most: int = 6) -> Fit:
    """The member of a family (``first`` 1: MBG, 0: BG) whose k is most likely; k = 1 is the NBD model itself.

    k goes up until the likelihood has fallen twice, as it has one peak in k.

    Raises:
        FitError: E205 where the patterns do not hold the gaps between orders, without which k cannot be compared.
    """
    if patterns.log_gaps is None:
        raise FitError(
            "E205",
            "how regularly customers order was not counted",
            why="models of different regularity can only be compared where the gaps between orders are known",
            fix="take patterns with log_gaps, or name a model of a fixed k, such as mbg_cnbd_2",
        )
    best = (MBGNBD() if first else BGNBD()).fit(patterns, prior=prior)
    falls = 0
    for k in range(2, most + 1):
        fit = _family(first, k)().fit(patterns, prior=prior)
        falls = falls + 1 if fit.loglik < best.loglik else 0
        best = max(best, fit, key=lambda one: one.loglik)
        if falls == 2:
            break
    return best
