"""A purchase model in the firm's own calendar: the stationary model of any name, told operational time.

It keeps the contract of ``base.PurchaseModel`` in calendar weeks, for customers as of the day on which the calendar was
estimated. One parameter more, ``ahead``, stands for the doubt about the factor to come: it is 1 at the optimum, its logarithm is
normal, and every drawn future has its own.
"""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.base import Parameter
from lifelong.models.calendar import AHEAD, WEEKS, YEAR
from lifelong.models.operational import fit_in_calendar, in_operation
from lifelong.models.optimise import Z95
from lifelong.phrases import phrase
from lifelong.values import Estimate, Finding

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.base import PurchaseModel
    from lifelong.models.calendar import Calendar
    from lifelong.values import Fit, Patterns, Waits

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: What a model's name ends with where it runs in the calendar.
SUFFIX = "+calendar"
#: Levels of ``ahead`` that futures are drawn at, evenly likely: a clock is turned back once a level.
LEVELS = 32
FORTNIGHT = 2.0  # weeks: within it, orders are discounted alike


class InCalendar:
    r"""A model whose customers' clock runs at the calendar's factor.

    **Formula.** With :math:`\Omega` the clock, :math:`E[X(h) \mid x, t_x, T]` is the stationary model's at
    :math:`(x, \Omega(t_x), \Omega(T))` and the horizon :math:`\Omega(T + h) - \Omega(T)`.

    **Numerics.** A discount is that of the middle of each fortnight, an error below 1e-4 at 10 % a year; after the last
    period that is forecast, the factor is constant and the stationary form exact.
    """

    def __init__(self, model: PurchaseModel, calendar: Calendar) -> None:
        self.model, self.calendar = model, calendar
        self.name = model.name + SUFFIX
        ahead = Parameter("ahead", "", "factor on the calendar's next year", 1.0, 1e-3, 1e3, (0.0, 1.0))
        self.params = (*model.params, ahead)
        self.is_regular = bool(getattr(model, "is_regular", False))

    def loglik(self, theta: Floats, patterns: Patterns) -> float:
        """Log-likelihood in operational time; ``ahead`` has no part in it."""
        return self.loglik_gradient(theta, patterns)[0]

    def loglik_gradient(self, theta: Floats, patterns: Patterns) -> tuple[float, Floats]:
        """Log-likelihood in operational time (to the day) and its gradient."""
        value, slope = self.model.loglik_gradient(theta[:-1], in_operation(patterns, self.calendar))
        return value, np.append(slope, 0.0)

    def loglik_each(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Log-likelihood of each history in operational time."""
        return self.model.loglik_each(theta[:-1], x, *self.calendar.past(t_x, T))

    def alive(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """P(still a customer at T | x, t_x, T)."""
        return self.model.alive(theta[:-1], x, *self.calendar.past(t_x, T))

    def expect(
        self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, horizon: float, discount: float = 0.0
    ) -> Floats:
        """Expected orders in (T, T + horizon], discounted."""
        return self.alive(theta, x, t_x, T) * self.expect_if_alive(theta, x, T, horizon, discount, t_x)

    def expect_if_alive(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        discount: float = 0.0,
        t_x: ArrayLike | None = None,
    ) -> Floats:
        """Expected orders in (T, T + horizon] given alive at T, discounted."""
        t, whole = self.calendar.past(T if t_x is None else t_x, T)
        silence = None if t_x is None else t

        def within(until: float, force: float = 0.0) -> Floats:
            return self.model.expect_if_alive(theta[:-1], x, whole, until, force, silence)

        step = float(self._step(theta[-1]))
        if discount == 0.0:
            return within(float(self.calendar.until(horizon, step)))
        edges = np.minimum(FORTNIGHT * np.arange(AHEAD * WEEKS / FORTNIGHT + 1.0), horizon)
        total, before = np.zeros(np.broadcast(x, t, whole).shape), np.zeros(())
        for start, end in itertools.pairwise(edges.tolist()):
            if end > start:
                passed = within(float(self.calendar.until(end, step)))
                total = total + np.exp(-discount * (start + end) / 2.0) * (passed - before)
                before = passed
        return total + self._rest(within, horizon, discount, step)

    def _rest(self, within: Callable[..., Floats], horizon: float, discount: float, step: float) -> Floats:
        """What comes after the last period that is forecast: there the clock runs evenly."""
        last = WEEKS * AHEAD
        if horizon <= last:
            return np.zeros(())
        at, end = (float(self.calendar.until(w, step)) for w in (last, horizon))
        force = discount / float(self.calendar.moved(step)[-YEAR:].mean())
        return np.asarray(np.exp(force * at - discount * last) * (within(end, force) - within(at, force)))

    def expect_new(self, theta: Floats, t: ArrayLike) -> Floats:
        """Expected repeat orders of a customer who comes at the origin, within t weeks of the first order."""
        return self.model.expect_new(theta[:-1], self.calendar.until(t, float(self._step(theta[-1]))))

    def expect_since(self, theta: Floats, far: ArrayLike, near: ArrayLike) -> Floats:
        """Expected repeat orders of a customer who came ``far`` weeks before the origin, until ``near`` weeks before it."""
        age = self.calendar.since(far) - self.calendar.since(near)
        return self.model.expect_new(theta[:-1], np.maximum(age, 0.0))

    def pmf_new(self, theta: Floats, n: ArrayLike, t: ArrayLike) -> Floats:
        """P(a customer who comes at the origin makes n repeat orders within t weeks)."""
        return self.model.pmf_new(theta[:-1], n, self.calendar.until(t, float(self._step(theta[-1]))))

    def simulate(self, theta: Floats, T: ArrayLike, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
        """Histories of customers who came T weeks before the origin: x, t_x and the time of death, calendar weeks."""
        T_ = np.asarray(T, dtype=np.float64)
        whole = self.calendar.since(T_)
        x, t_x, death = self.model.simulate(theta[:-1], whole, rng)
        left = np.where(death <= whole, T_ - self.calendar.before(np.maximum(whole - death, 0.0)), np.inf)
        later = T_ + self.calendar.after(np.maximum(death - whole, 0.0))
        when = np.where(x > 0, T_ - self.calendar.before(whole - t_x), 0.0)
        return x, np.maximum(when, 0.0), np.where(death <= whole, left, later)

    def draw_orders(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        rng: np.random.Generator,
        t_x: ArrayLike | None = None,
    ) -> tuple[Ints, Floats]:
        """One future for each history, given alive at T, in calendar weeks; each at its own level of the factor."""
        t, whole = self.calendar.past(T if t_x is None else t_x, T)
        number = np.broadcast_to(x, whole.shape)
        each = np.broadcast_to(theta[:-1].T, (len(whole), len(theta) - 1)).T
        steps = np.broadcast_to(self._step(theta[-1]), whole.shape)
        level, width = np.linspace(steps.min(initial=0.0), steps.max(initial=0.0), LEVELS, retstep=True)
        near = np.rint((steps - level[0]) / max(width, 1e-12)).astype(np.int8)
        owners, times = [np.zeros(0, np.int64)], [np.zeros(0)]
        for i, step in enumerate(level.tolist()):
            mine = np.flatnonzero(near == i)
            if len(mine):
                reach, silence = float(self.calendar.until(horizon, step)), None if t_x is None else t[mine]
                drawn = self.model.draw_orders(each[:, mine], number[mine], whole[mine], reach, rng, silence)
                owners.append(mine[drawn[0]])
                times.append(self.calendar.after(drawn[1], step))
        return np.concatenate(owners), np.minimum(np.concatenate(times), horizon)

    def _step(self, ahead: ArrayLike) -> Floats:
        """How many doubts the factor to come is moved by."""
        spread = self.calendar.spread
        logs = np.log(np.asarray(ahead, dtype=np.float64))
        return logs / spread if spread > 0 else np.zeros_like(logs)


def fit_calendar(model: PurchaseModel, patterns: Patterns, waits: Waits, *, prior: str = "auto") -> Fit:
    """Fit a model in the firm's own calendar: a Fit named ``<model>+calendar``, with the calendar in its ``info``.

    Args:
        model: what to fit.
        patterns: distinct histories that all end on the last day seen.
        waits: the waits between their orders (``tables.waits``).
        prior: as in ``optimise.fit_model``.

    Raises:
        FitError: E216, as ``operational.refusal`` says.
    """
    fit, calendar = fit_in_calendar(model, patterns, waits, prior=prior)
    size, spread = len(fit.theta), calendar.spread
    covariance = np.zeros((size + 1, size + 1))
    covariance[:size, :size], covariance[size, size] = fit.covariance, spread**2
    low, high = np.exp(-Z95 * spread), np.exp(Z95 * spread)
    return replace(
        fit,
        model=fit.model + SUFFIX,
        params=(*fit.params, Estimate("ahead", 1.0, spread, float(low), float(high), "")),
        theta=np.append(fit.theta, 1.0),
        covariance=covariance,
        findings=(*fit.findings, *_findings(calendar)),
        info={**fit.info, "calendar": calendar.as_dict()},
    )


def _findings(calendar: Calendar) -> list[Finding]:
    """What the calendar says of the year to come, and what it cannot know."""
    seen = WEEKS * min(len(calendar.seen), YEAR)
    pace = float(calendar.until(WEEKS * YEAR) / (WEEKS * YEAR) / (calendar.since(seen) / seen))
    text = phrase(
        "orders come at {pace:.2f} of the last year's pace in the year to come, known to a factor of {exp:.2f}",
        pace=pace,
        exp=np.exp(calendar.spread),
    )
    found = [Finding("F255", text, "info", {"pace": pace, "spread": calendar.spread})]
    if len(calendar.seen) < 2 * YEAR:
        short = "less than two years are seen: the calendar cannot tell a season from a trend, and doubts both"
        found.append(Finding("F256", short, "warning", {"periods": len(calendar.seen)}))
    return found
