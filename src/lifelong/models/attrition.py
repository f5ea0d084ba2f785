r"""What the latent-attrition models have in common: the shape of their likelihood, and how it is fitted.

Each of them lets a customer order at a rate of their own until they leave unseen. A history is then as likely as

.. math:: L(x, t_x, T) = C(x) \, [\, U(x, T) + V(x, t_x) \,],

with one positive term U for those still there at T (or gone after T) and one, V, for those gone since t_x. A model
gives the three tables with their gradients; this class makes of them the likelihood of all customers, its exact
gradient by the adjoint (the share w of V in the sum weighs the two tables' gradients), and its Hessian.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar, cast

import numpy as np

from lifelong.models.pairs import Pairs, Prepared, floored, pair, prepare_days
from lifelong.models.special import tally, weigh
from lifelong.values import Patterns

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.base import Parameter, PurchaseModel
    from lifelong.values import Fit

    Floats = NDArray[np.float64]
    Table = tuple[Floats, Floats]

#: Relative step of the differences of the tables' gradients, which are exact to 1e-13: the error is about the step.
STEP = 1e-6
#: Patterns that are worked on at once.
PIECE = 32_768
#: From so many distinct histories on a third coarse likeness pays.
MANY = 100_000


class Attrition(ABC):
    """The likelihood C(x) [U(x, T) + V(x, t_x)] of customers, from a model's three tables."""

    name: ClassVar[str]
    params: ClassVar[tuple[Parameter, ...]]
    is_regular: ClassVar[bool] = False

    @abstractmethod
    def log_common(self, theta: Floats, x: Floats) -> Table:
        """Log C at each x, and its gradient, shape (k, len(x))."""

    @abstractmethod
    def log_alive(self, theta: Floats, pairs: Pairs) -> Table:
        """Log U at each pair (x, T), and its gradient, shape (k, pairs)."""

    @abstractmethod
    def log_dead(self, theta: Floats, pairs: Pairs) -> Table:
        """Log V at each pair (x, t_x), and its gradient, shape (k, pairs); -inf where it is impossible."""

    def log_survive(self, theta: Floats, pairs: Pairs) -> Floats:
        """Log of the part of U + V that is alive at T, at each pair (x, T): U itself but for Pareto/NBD."""
        return self.log_alive(theta, pairs)[0]

    @abstractmethod
    def starts(self, rate: float, span: float) -> list[Floats]:
        """Starting points from the mean orders a week and the mean weeks of history."""

    def objective(self, patterns: Patterns) -> PatternObjective:
        """The likelihood of these patterns, prepared for the fitting routine."""
        return PatternObjective(self, patterns)

    def fit(self, patterns: Any, *, prior: str = "auto", seed: int = 0) -> Fit:
        """Fit to patterns, or to anything that has them as ``.patterns``; see ``optimise.fit_model``."""
        from lifelong.models.optimise import fit_model

        return fit_model(cast("PurchaseModel", self), getattr(patterns, "patterns", patterns), prior=prior, seed=seed)

    def loglik(self, theta: Floats, patterns: Patterns) -> float:
        """Log-likelihood of all customers, time in weeks."""
        return self.loglik_gradient(theta, patterns)[0]

    def loglik_gradient(self, theta: Floats, patterns: Patterns) -> tuple[float, Floats]:
        """Log-likelihood and its exact gradient in theta, in one pass."""
        made = prepare_days(patterns.x, patterns.t_x, patterns.T, patterns.count)
        return loglik_gradient(self, theta, made)

    def loglik_each(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Log-likelihood of each history; t_x, T in weeks; arrays broadcast."""
        return self._each(theta, x, t_x, T)[0]

    def alive(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """P(still a customer at T | x, t_x, T), in [0, 1]; t_x, T in weeks; arrays broadcast."""
        return np.exp(np.minimum(self._each(theta, x, t_x, T)[1], 0.0))

    @abstractmethod
    def expect_if_alive(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        discount: float = 0.0,
        t_x: ArrayLike | None = None,
    ) -> Floats:
        """Expected orders in (T, T + horizon] given alive at T, discounted at the weekly rate ``discount``."""

    def expect(
        self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, horizon: float, discount: float = 0.0
    ) -> Floats:
        """Expected orders in (T, T + horizon]: P(alive) times what is expected of the living; see ``base``."""
        return self.alive(theta, x, t_x, T) * self.expect_if_alive(theta, x, T, horizon, discount, t_x)

    def _each(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> tuple[Floats, Floats]:
        """Log-likelihood and log P(alive) of each history."""
        arrays = np.broadcast_arrays(*(np.asarray(a, dtype=np.float64) for a in (x, t_x, T)))
        x_, t_, T_ = (a.ravel() for a in arrays)
        alive, i_alive = pair(x_, T_)
        dead, i_dead = pair(x_, t_)
        both = np.logaddexp(self.log_alive(theta, alive)[0][i_alive], self.log_dead(theta, dead)[0][i_dead])
        common = self.log_common(theta, alive.x)[0][alive.ix][i_alive]
        survive = self.log_survive(theta, alive)[i_alive] - both
        return (common + both).reshape(arrays[0].shape), survive.reshape(arrays[0].shape)


class PatternObjective:
    """The log-likelihood of patterns as the fitting routine wants it: value, gradient, Hessian, and a coarser self."""

    def __init__(self, model: Attrition, patterns: Patterns, bin_days: int = 1) -> None:
        self.model, self.patterns, self.bin_days = model, patterns, bin_days
        self.made: Prepared = prepare_days(patterns.x, patterns.t_x, patterns.T, patterns.count, bin_days)
        self.size = len(self.made.count)

    def coarser(self) -> list[PatternObjective]:
        """The same customers with some 8, then some 26 bins of time, where there is enough to bin.

        Where there are many histories, some 104 bins follow: each evaluation that they save costs more than they do.
        """
        span, patterns = int(self.patterns.T.max(initial=0)), self.patterns
        if self.bin_days > 1 or self.size <= 200 or span < 120:
            return []
        if self.size <= MANY or span < 208:
            return [type(self)(self.model, patterns, span // bins) for bins in (8, 26)]
        days = span // 104
        fine = Patterns(*floored(patterns.x, patterns.t_x, patterns.T, patterns.count, days))
        return [type(self)(self.model, fine, days * bins) for bins in (13, 4, 1)]

    def starts(self) -> list[Floats]:
        """Starting points made for these customers."""
        made = self.made
        orders = float(weigh(made.alive.x, made.count_x))
        time = float(weigh(made.alive.t[made.alive.it], made.count_alive))
        span = max(time / max(made.customers, 1.0), 1.0 / 7.0)
        rate = max(orders, 0.5) / max(time, 1.0 / 7.0)
        return self.model.starts(rate, span)

    def value(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and its gradient in theta."""
        return loglik_gradient(self.model, theta, self.made)

    def hessian(self, theta: Floats) -> Floats:
        """Second derivatives in theta."""
        return loglik_hessian(self.model, theta, self.made)


def loglik_gradient(model: Attrition, theta: Floats, made: Prepared) -> tuple[float, Floats]:
    """Log-likelihood of prepared patterns and its exact gradient in theta."""
    tables = three_tables(model, theta, made)
    (c, _), (u, _), (v, _) = tables
    total, share, _ = _shares(u, v, made)
    total += float(weigh(c, made.count_x) + weigh(u, made.count_alive))
    return total, _slope(tables, made, *_adjoint(made, share))


def loglik_hessian(model: Attrition, theta: Floats, made: Prepared) -> Floats:
    r"""Second derivatives in theta: tables' curvature weighed by the adjoint, and the spread between the two terms.

    .. math:: H = \sum c'' + (1 - w) u'' + w v'' + w (1 - w) (v' - u')(v' - u')^\top

    The curvature of the tables is taken by differences of their exact gradients, which costs little, because
    tables are small; the last term, the only one that visits every pattern, is exact.
    """
    tables = three_tables(model, theta, made)
    _, (u, du), (v, dv) = tables
    _, share, both = _shares(u, v, made, with_both=True)
    weights = _adjoint(made, share)
    on_dead = made.by_dead(both)
    on_alive = tally(made.i_alive, both, len(made.alive))
    across = np.stack([tally(made.i_alive, both * row[made.i_dead], len(made.alive)) for row in dv])
    mixed = np.einsum("ip,jp->ij", across, du)
    hessian = np.einsum("ip,p,jp->ij", dv, on_dead, dv) + np.einsum("ip,p,jp->ij", du, on_alive, du) - mixed - mixed.T
    here = _slope(tables, made, *weights)
    for j, at in enumerate(theta):
        moved = theta.copy()
        moved[j] = at * (1.0 + STEP)
        hessian[j] += (_slope(three_tables(model, moved, made), made, *weights) - here) / (moved[j] - at)
    return np.asarray((hessian + hessian.T) / 2.0)


def _shares(u: Floats, v: Floats, made: Prepared, with_both: bool = False) -> tuple[float, Floats, Floats]:
    """Sum of log(1 + V/U), each pattern's customers times the share w of V, and times w (1 - w) where that is asked for.

    The only work on every pattern: in pieces that stay in the processor's cache.
    """
    size = len(made.count)
    total, share, both = 0.0, np.empty(size), np.empty(size if with_both else 0)
    for start in range(0, size, PIECE):
        part = slice(start, start + PIECE)
        count = made.count[part]
        gap = v.take(made.i_dead[part]) - u.take(made.i_alive[part])
        small = np.exp(-np.abs(gap))
        one = 1.0 + small
        total += float(weigh(np.maximum(gap, 0.0) + np.log1p(small), count))
        share[part] = np.where(gap > 0.0, count, count * small) / one
        if with_both:
            both[part] = count * small / (one * one)
    return total, share, both


def _adjoint(made: Prepared, share: Floats) -> tuple[Floats, Floats]:
    """Customers' weights on the pairs of U and of V, from each pattern's share of V."""
    on_alive = made.count_alive - tally(made.i_alive, share, len(made.alive))
    return on_alive, made.by_dead(share)


def _slope(tables: tuple[Table, Table, Table], made: Prepared, on_alive: Floats, on_dead: Floats) -> Floats:
    (_, dc), (_, du), (_, dv) = tables
    return weigh(dc, made.count_x) + weigh(du, on_alive) + weigh(dv, on_dead)


def three_tables(model: Attrition, theta: Floats, made: Prepared) -> tuple[Table, Table, Table]:
    """Log C at each x, log U at each (x, T) and log V at each (x, t_x), with their gradients."""
    return (
        model.log_common(theta, made.alive.x),
        model.log_alive(theta, made.alive),
        model.log_dead(theta, made.dead),
    )
