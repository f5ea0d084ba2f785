r"""Pareto/NBD in changing circumstances: seasons, sales and prices move how often customers order and how soon they leave."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from lifelong.errors import ConfigError, did_you_mean
from lifelong.models import clocks
from lifelong.models.exponential import draw_until, leaving, power_integral
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.models.special import discount_rule, tally
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lifelong.models.base import Parameter
    from lifelong.models.clocks import Clock, Columns, Prepared, Stretches
    from lifelong.values import Course, Fit, Timelines

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class TimeVaryingParetoNBD:
    r"""Pareto/NBD with covariates that change with time, on both processes (Bachmann, Meierer and Näf 2021).

    **Story.** A customer orders at the own rate :math:`\lambda` and leaves unseen at the own rate :math:`\mu`, as in
    ``ParetoNBD``. Covariates v(t), of the firm or of the customer, multiply both for everybody alike: a high season makes
    orders come :math:`e^{\gamma_o' v}` times as fast, and leaving :math:`e^{\gamma_l' v}` times as likely.

    **Formula.** With the clocks :math:`B(t) = \int_0^t e^{\gamma_o' v(u)} du` and :math:`D(t) = \int_0^t e^{\gamma_l' v(u)} du`
    from the first order on, a history with repeat orders at :math:`t_1 \ldots t_x` has the likelihood

    .. math:: \alpha^r \beta^s (r)_x \prod_i e^{\gamma_o' v(t_i)} \Big[ (\alpha + B_T)^{-(r+x)} (\beta + D_T)^{-s}
              + s \int_{t_x}^T (\alpha + B(u))^{-(r+x)} (\beta + D(u))^{-(s+1)} \, dD(u) \Big],

    alive at T in the first term, gone in the second. Both are positive; nothing is subtracted.

    **Symbols.** theta: r, alpha, s, beta as in ``ParetoNBD`` (alpha and beta in weeks of a clock on which all covariates
    are 0), then the coefficients of leaving, :math:`\gamma_l`, then those of orders, :math:`\gamma_o`; no bounds, per unit
    of their covariate.

    **Numerics.** Covariates stand still for stretches of time, and equal neighbours are one stretch. In each the clocks are
    linear and the integral is ``stretches.power_stretch``. Gradients are exact, by the adjoint (``models.clocks``).

    **Source.** Bachmann, P., Meierer, M. and Näf, J. (2021), The role of time-varying contextual factors in latent
    attrition models for customer base analysis, *Marketing Science* 40(4), 783-809.

    **Check.** Where no covariate does anything it is Pareto/NBD:

    >>> from lifelong.values import Course, Timelines
    >>> course = Course.of(("sale",), [[0.0], [1.0]], [0, 0], [200, 72])
    >>> one = Timelines.of(course, [0, 0], [100, 213])
    >>> TimeVaryingParetoNBD().alive(np.array([0.5534, 10.5802, 0.6061, 11.6562, 0, 0]), one).round(5).item()
    0.86913

    Args:
        leaving: the covariates that may move leaving; all of the data's where none is given.
        orders: the covariates that may move orders, likewise.
        equal: covariates that must have one coefficient in both.
        penalty: what the mean log-likelihood **of a customer** loses for each squared coefficient; the log-likelihood
            that a fit reports never holds it.
    """

    name: ClassVar[str] = "time_varying_pareto_nbd"
    base: ClassVar[tuple[Parameter, ...]] = ParetoNBD.params

    def __init__(
        self,
        leaving: Sequence[str] | None = None,
        orders: Sequence[str] | None = None,
        equal: Sequence[str] = (),
        penalty: float = 0.0,
    ) -> None:
        if not (np.isfinite(penalty) and penalty >= 0):
            raise ConfigError(
                "E301",
                phrase("a penalty of {penalty} draws nothing toward 0", penalty=penalty),
                where="penalty",
                why="large coefficients must cost likelihood, not gain it",
                fix="take 0 or more",
            )
        self.leaving, self.orders, self.equal, self.penalty = leaving, orders, equal, penalty

    def columns(self, names: Sequence[str]) -> Columns:
        """Which of the data's covariates move leaving, and which orders.

        Raises:
            ConfigError: E302 where the data have no such covariate.
        """
        both = [list(names) if wanted is None else list(wanted) for wanted in (self.leaving, self.orders)]
        for wanted in {*both[0], *both[1]} - set(names):
            raise ConfigError(
                "E302",
                phrase("there is no covariate {wanted!r}", wanted=wanted),
                where="covariates",
                why=did_you_mean(wanted, names),
                fix="name columns of the covariates' table",
            )
        for wanted in set(self.equal) - (set(both[0]) & set(both[1])):
            raise ConfigError(
                "E302",
                phrase("the covariate {wanted!r} does not move both processes", wanted=wanted),
                where="equal",
                why="only what stands twice can be equal",
                fix="name it among those of leaving and those of orders",
            )
        leave, order = (np.array([names.index(w) for w in wanted], np.intp) for wanted in both)
        return leave, order

    def names(self, names: Sequence[str]) -> list[str]:
        """The names of theta for data with these covariates."""
        leave, order = self.columns(names)
        return [
            *(p.name for p in self.base),
            *(f"life_{names[j]}" for j in leave),
            *(f"order_{names[j]}" for j in order),
        ]

    def fit(self, timelines: Timelines, *, prior: str = "auto", seed: int = 0) -> Fit:
        """Fit to timelines; see ``varying_fit.fit_timelines``."""
        from lifelong.models.varying_fit import fit_timelines

        return fit_timelines(self, timelines, prior=prior, seed=seed)

    def loglik(self, theta: Floats, timelines: Timelines) -> float:
        """Log-likelihood of all customers."""
        columns = self.columns(timelines.course.names)
        return sum(clocks.loglik(theta, made, columns) for made in clocks.prepare(timelines))

    def loglik_gradient(self, theta: Floats, timelines: Timelines) -> tuple[float, Floats]:
        """Log-likelihood and its exact gradient in theta."""
        columns = self.columns(timelines.course.names)
        parts = [clocks.scores(theta, made, columns) for made in clocks.prepare(timelines)]
        return sum(value for value, _ in parts), np.sum([slopes.sum(axis=0) for _, slopes in parts], axis=0)

    def alive(self, theta: Floats, timelines: Timelines) -> Floats:
        """P(still a customer on the last day), of each."""
        return self._alive(theta, timelines, clocks.prepare(timelines))

    def expect(self, theta: Floats, timelines: Timelines, future: Course, discount: float = 0.0) -> Floats:
        """Expected orders of each customer over the future, whose covariates are given; weighed by e^(-discount weeks)."""
        return self.alive(theta, timelines) * self.expect_if_alive(theta, timelines, future, discount)

    def expect_if_alive(self, theta: Floats, timelines: Timelines, future: Course, discount: float = 0.0) -> Floats:
        """As :meth:`expect`, given that the customer is alive on the last day seen."""
        order, leave = self._ends(theta, timelines)
        return self._ahead(theta, (theta[0] + timelines.x) / order, leave, future, discount)

    def expect_new(self, theta: Floats, course: Course, discount: float = 0.0) -> Floats:
        """Expected repeat orders of new customers, each over a course that begins with the first order."""
        one = np.ones(len(course))
        return self._ahead(theta, theta[0] / theta[1] * one, theta[3] * one, course, discount)

    def simulate(self, theta: Floats, course: Course, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
        """Histories of new customers over their courses: the owner and the week of each repeat order, and each death."""
        one = np.ones(len(course))
        return self._draw(theta, (theta[0] * one, theta[1] * one), (theta[2] * one, theta[3] * one), course, rng)

    def draw_orders(
        self, theta: Floats, timelines: Timelines, future: Course, rng: np.random.Generator
    ) -> tuple[Ints, Floats]:
        """One future of each customer, given alive on the last day: the owner and the week of each order."""
        order, leave = self._ends(theta, timelines)
        shapes = (theta[0] + timelines.x, order), (np.full(len(order), theta[2]), leave)
        return self._draw(theta, *shapes, future, rng)[:2]

    def draw_counts(self, fit: Fit, timelines: Timelines, future: Course, size: int, rng: np.random.Generator) -> Ints:
        """Futures of all customers together, shape (size, n): how many orders each makes, with all that is not known.

        In each of them parameters are drawn from the fit, the same for everybody, then who is still there, then orders:
        quantiles of a customer's column, or of any sum of columns, are predictive intervals.
        """
        made, count = clocks.prepare(timelines), len(timelines)
        counts = np.empty((size, count), np.int64)
        for one, theta in zip(counts, fit.draws(size, rng), strict=True):
            is_alive = rng.random(count) < self._alive(theta, timelines, made)
            owner, _ = self.draw_orders(theta, timelines, future, rng)
            one[:] = np.bincount(owner, minlength=count) * is_alive
        return counts

    def _alive(self, theta: Floats, timelines: Timelines, made: list[Prepared]) -> Floats:
        columns = self.columns(timelines.course.names)
        told = [clocks.terms(theta, block, columns) for block in made]
        return np.concatenate([np.exp(np.minimum(t.log_alive - t.both, 0.0)) for t in told])

    def _ends(self, theta: Floats, timelines: Timelines) -> tuple[Floats, Floats]:
        """What the two clocks show on the last day, bases included."""
        order, leave = self._clocks(theta, timelines.course, clocks.Stretches.of(timelines.course))
        return order.end, leave.end

    def _clocks(self, theta: Floats, course: Course, stretches: Stretches) -> tuple[Clock, Clock]:
        """The clocks of orders and of leaving over a course."""
        to_leave, to_order = self.columns(course.names)
        cut = 4 + len(to_leave)
        order = clocks.Clock.of(float(theta[1]), theta[cut:], course.values[:, to_order], stretches)
        return order, clocks.Clock.of(float(theta[3]), theta[4:cut], course.values[:, to_leave], stretches)

    def _ahead(self, theta: Floats, rate: Floats, end: Floats, course: Course, discount: float) -> Floats:
        r"""Orders of living customers with these mean rates, whose clock of leaving shows ``end`` now.

        .. math:: \bar\lambda \sum_j A_j \int_j e^{-\delta\tau} \left(\frac{\beta + D_T}{\beta + D(\tau)}\right)^s d\tau
        """
        stretches = clocks.Stretches.of(course)
        order, leave = self._clocks(theta, course, stretches)
        s, who, weeks = float(theta[2]), stretches.owner, stretches.weeks
        now = end[who] + leave.shown
        base = now / leave.speed[course.row]
        if discount == 0.0:
            lived = power_integral(base, s, weeks)
        else:
            tau, weight = discount_rule(base / (s + 1.0), weeks, discount)
            lived = (weight * np.exp(-s * np.log1p(tau / base[:, None]))).sum(axis=1)
            lived *= np.exp(-discount * stretches.passed(weeks)[0])
        each = order.speed[course.row] * np.exp(-s * np.log1p(leave.shown / end[who])) * lived
        return rate * tally(who, each, len(course))

    def _draw(
        self,
        theta: Floats,
        rate: tuple[Floats, Floats],
        leave: tuple[Floats, Floats],
        course: Course,
        rng: np.random.Generator,
    ) -> tuple[Ints, Floats, Floats]:
        """Orders over a course, with rates from gamma distributions: even on the clocks, then read in weeks."""
        stretches = clocks.Stretches.of(course)
        of_orders, of_leaving = self._clocks(theta, course, stretches)
        hazard = rng.standard_gamma(leave[0]) / leave[1]
        everybody = np.arange(len(course))
        death = _week(of_leaving, stretches, everybody, leaving(hazard, rng))
        span = stretches.passed(stretches.weeks)[1]
        stop = _show(of_orders, stretches, everybody, np.minimum(death, span))
        owner, when = draw_until(rng.standard_gamma(rate[0]) / rate[1], stop, rng)
        return owner, _week(of_orders, stretches, owner, when), death


def _week(clock: Clock, stretches: Stretches, owner: Ints, shown: Floats) -> Floats:
    """The week at which a customer's clock shows so much; inf after the end of the course."""
    at = _search(stretches, clock.shown, owner, shown)
    inside = (shown - clock.shown[at]) / clock.speed[stretches.row[at]]
    week = stretches.passed(stretches.weeks)[0][at] + inside
    return np.asarray(np.where(shown <= clock.last[owner], week, np.inf))


def _show(clock: Clock, stretches: Stretches, owner: Ints, week: Floats) -> Floats:
    """What a customer's clock shows at a week within the course."""
    start = stretches.passed(stretches.weeks)[0]
    at = _search(stretches, start, owner, week)
    return np.asarray(clock.shown[at] + (week - start[at]) * clock.speed[stretches.row[at]])


def _search(stretches: Stretches, start: Floats, owner: Ints, value: Floats) -> Ints:
    """The stretch of each owner that holds the value, by what stands at the starts."""
    table = np.full((stretches.size, stretches.widest), np.inf)
    table[stretches.owner, stretches.place] = start
    place = (table[owner] <= value[:, None]).sum(axis=1) - 1
    return np.asarray(np.searchsorted(stretches.owner, owner) + place)
