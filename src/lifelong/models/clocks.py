r"""The two clocks of a customer in changing circumstances, and the likelihood that is read from them.

A covariate row v makes orders come :math:`e^{\gamma_o' v}` times as fast and leaving :math:`e^{\gamma_l' v}` times as
likely. So time passes on two clocks, :math:`B(t) = \int_0^t e^{\gamma_o' v(u)} du` for orders and
:math:`D(t) = \int_0^t e^{\gamma_l' v(u)} du` for leaving, both linear while nothing changes. See ``TimeVaryingParetoNBD``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.special import log_rising, tally
from lifelong.models.stretches import power_stretch

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.values import Course, Timelines

    Floats = NDArray[np.float64]
    Index = NDArray[np.intp]
    Columns = tuple[Index, Index]

#: Customers that are worked on at once: what they need stays in some megabytes.
BLOCK = 4096


@dataclass(frozen=True, slots=True)
class Stretches:
    """Stretches of time of n customers, each with its owner, its place among the owner's, and its length in weeks."""

    size: int
    widest: int
    owner: Index
    place: Index
    weeks: Floats
    row: Index

    @classmethod
    def of(cls, course: Course, some: slice = slice(None), cut: Index | None = None) -> Stretches:
        """Those of some customers; ``cut`` parts the stretch that holds on a customer's day in two."""
        first = course.first[:-1][some]
        count = np.diff(course.first)[some]
        owner = np.repeat(np.arange(len(first)), count)
        inside = slice(int(first[0]), int(first[0]) + int(count.sum()))
        days, row, start = course.days[inside], course.row[inside], course.start[inside]
        if cut is not None:
            within = (start < cut[owner]) & (cut[owner] < start + days)
            parts = np.where(within, 2, 1)
            which = np.repeat(np.arange(len(days)), parts)
            is_second = np.r_[False, np.diff(which) == 0]
            before = np.where(within, cut[owner] - start, days)
            days = np.where(is_second, days[which] - before[which], before[which])
            owner, row = owner[which], row[which]
        place = np.arange(len(owner)) - np.searchsorted(owner, owner)
        return cls(len(first), int(place.max()) + 1, owner, place, days / 7.0, row)

    def passed(self, length: Floats) -> tuple[Floats, Floats]:
        """What a clock shows when each stretch begins, and at the end of each customer's time."""
        table = np.zeros((self.size, self.widest + 1))
        table[self.owner, self.place + 1] = length
        np.cumsum(table, axis=1, out=table)
        return table[self.owner, self.place], table[:, -1]

    def owed(self, at_start: Floats, at_end: Floats) -> Floats:
        """The adjoint of :meth:`passed`: what each length owes to all that is read from the clock after it."""
        table = np.zeros((self.size, self.widest + 1))
        table[self.owner, self.place] = at_start
        table[:, -1] = at_end
        table = table[:, ::-1].cumsum(axis=1)[:, ::-1]
        return np.asarray(table[self.owner, self.place + 1])


@dataclass(frozen=True, slots=True)
class Prepared:
    """A block of customers, ready for the likelihood: stretches parted at t_x, and those after it by number."""

    x: Floats
    ordered: Floats
    values: Floats
    stretches: Stretches
    after: Index

    @property
    def owner_after(self) -> Index:
        """The customer of each stretch after t_x."""
        return self.stretches.owner[self.after]


def prepare(timelines: Timelines) -> list[Prepared]:
    """The customers in blocks."""
    made = []
    for at in range(0, len(timelines), BLOCK):
        some = slice(at, at + BLOCK)
        cut = timelines.t_x[some]
        stretches = Stretches.of(timelines.course, some, cut)
        start = stretches.passed(stretches.weeks)[0]
        # weeks are sums of sevenths: half a day keeps their last digits out of the comparison
        after = np.flatnonzero((stretches.weeks > 0) & (start > cut[stretches.owner] / 7.0 - 1.0 / 14.0))
        x = timelines.x[some].astype(np.float64)
        made.append(Prepared(x, timelines.ordered[some], timelines.course.values, stretches, after))
    return made


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock: its speed in each row of values, and what it shows when each stretch begins and at the end.

    ``base``, alpha or beta, is counted apart: where it is huge a sum would lose what the clock shows.
    """

    base: float
    speed: Floats
    shown: Floats
    last: Floats

    @classmethod
    def of(cls, base: float, slope: Floats, values: Floats, stretches: Stretches) -> Clock:
        """From the coefficients of the covariates."""
        speed = np.exp(values @ slope)
        return cls(base, speed, *stretches.passed(speed[stretches.row] * stretches.weeks))

    @property
    def start(self) -> Floats:
        """When each stretch begins, base included."""
        return self.base + self.shown

    @property
    def end(self) -> Floats:
        """At the end, base included."""
        return self.base + self.last


@dataclass(frozen=True, slots=True)
class Terms:
    """The two terms of each customer's likelihood, and what their slopes are made of."""

    order: Clock
    leave: Clock
    tables: Floats
    log_alive: Floats
    log_dead: Floats
    both: Floats


def terms(theta: Floats, made: Prepared, columns: Columns, slopes: bool = False) -> Terms:
    """Alive at the end, and left in each stretch since t_x, in logarithms, less what both have in common."""
    r, alpha, s, beta = theta[:4]
    to_leave, to_order = columns
    cut = 4 + len(to_leave)
    order = Clock.of(alpha, theta[cut:], made.values[:, to_order], made.stretches)
    leave = Clock.of(beta, theta[4:cut], made.values[:, to_leave], made.stretches)
    log_alive = -(r + made.x) * np.log1p(order.last / alpha) - s * np.log1p(leave.last / beta)
    at, owner = made.after, made.owner_after
    row, power = made.stretches.row[at], (r + made.x)[owner]
    a, c, A, L = order.start[at], leave.start[at], order.speed[row], leave.speed[row]
    tables = power_stretch(power, np.full(len(at), s + 1.0), A / a, L / c, made.stretches.weeks[at], slopes)
    before = power * np.log1p(order.shown[at] / alpha) + (s + 1.0) * np.log1p(leave.shown[at] / beta)
    log_dead = np.log(s / beta * L) - before + tables[0]
    top = log_alive.copy()
    np.maximum.at(top, owner, log_dead)
    total = np.exp(log_alive - top) + tally(owner, np.exp(log_dead - top[owner]), len(top))
    return Terms(order, leave, tables, log_alive, log_dead, top + np.log(total))


def common(theta: Floats, made: Prepared, columns: Columns) -> tuple[Floats, Floats]:
    """Log of (r)_x alpha^-x and the speed of orders on their own days, and its slope in r; each customer's."""
    r, alpha = theta[:2]
    rising, d_r = log_rising(r, made.x)
    own = made.ordered[:, columns[1]] @ theta[4 + len(columns[0]) :]
    return rising - made.x * np.log(alpha) + own, d_r


def loglik(theta: Floats, made: Prepared, columns: Columns) -> float:
    """Log-likelihood of a block."""
    return float((common(theta, made, columns)[0] + terms(theta, made, columns).both).sum())


def scores(theta: Floats, made: Prepared, columns: Columns) -> tuple[float, Floats]:
    """Log-likelihood of a block and each customer's own slopes, shape (n, parameters), by the adjoint.

    What each term weighs is read back through the clocks.
    """
    r, alpha, s, beta = theta[:4]
    to_leave, to_order = columns
    first, d_r = common(theta, made, columns)
    told = terms(theta, made, columns, slopes=True)
    at, owner, size = made.after, made.owner_after, len(first)
    row, power = made.stretches.row[at], (r + made.x)[owner]
    alive = np.exp(told.log_alive - told.both)
    dead = np.exp(told.log_dead - told.both[owner])
    order, leave, last, left = told.order, told.leave, told.order.last, told.leave.last
    a, c, A, L = order.start[at], leave.start[at], order.speed[row], leave.speed[row]
    shown, gone = order.shown[at], leave.shown[at]
    _, by_p, by_q, by_rho, by_sigma = told.tables
    by_a, by_c = by_rho * A / a**2, by_sigma * L / c**2
    on_a = dead * (-power / a - by_a)
    on_c = dead * (-(s + 1.0) / c - by_c)
    end_a, end_c = -alive * (r + made.x) / order.end, -alive * s / leave.end
    slopes = np.empty((size, len(theta)))
    slopes[:, 0] = d_r - alive * np.log1p(last / alpha) + tally(owner, dead * (by_p - np.log1p(shown / alpha)), size)
    slopes[:, 1] = tally(owner, dead * (power * shown / (a * alpha) - by_a), size) - (made.x + end_a * last) / alpha
    slopes[:, 2] = tally(owner, dead * (1.0 / s + by_q - np.log1p(gone / beta)), size) - alive * np.log1p(left / beta)
    slopes[:, 3] = tally(owner, dead * (((s + 1.0) * gone / c - 1.0) / beta - by_c), size) - end_c * left / beta
    own_order, own_leave = dead * by_rho * A / a, dead * (1.0 + by_sigma * L / c)
    cut = 4 + len(to_leave)
    slopes[:, 4:cut] = _of_speed(leave, made, to_leave, (on_c, end_c, own_leave))
    slopes[:, cut:] = _of_speed(order, made, to_order, (on_a, end_a, own_order)) + made.ordered[:, to_order]
    return float((first + told.both).sum()), slopes


def _of_speed(clock: Clock, made: Prepared, columns: Index, weighed: tuple[Floats, Floats, Floats]) -> Floats:
    """The slopes in a clock's coefficients: from all that the clock shows later, and from each stretch itself."""
    at_start, at_end, own = weighed
    stretches = made.stretches
    starts = np.zeros(len(stretches.owner))
    starts[made.after] = at_start
    on_speed = stretches.owed(starts, at_end) * clock.speed[stretches.row] * stretches.weeks
    on_speed[made.after] += own
    each = [tally(stretches.owner, on_speed * v, stretches.size) for v in made.values[:, columns].T[:, stretches.row]]
    return np.reshape(each, (len(columns), stretches.size)).T
