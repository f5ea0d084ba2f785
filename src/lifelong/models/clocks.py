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
    """One clock: its speed in each row of values, what it shows (plus ``base``) at each start, and at the end."""

    speed: Floats
    start: Floats
    end: Floats

    @classmethod
    def of(cls, base: float, slope: Floats, values: Floats, stretches: Stretches) -> Clock:
        """From the coefficients of the covariates."""
        speed = np.exp(values @ slope)
        start, end = stretches.passed(speed[stretches.row] * stretches.weeks)
        return cls(speed, base + start, base + end)


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
    log_alive = -(r + made.x) * np.log(order.end) - s * np.log(leave.end)
    at, owner = made.after, made.owner_after
    row, power = made.stretches.row[at], (r + made.x)[owner]
    a, c, A, L = order.start[at], leave.start[at], order.speed[row], leave.speed[row]
    tables = power_stretch(power, np.full(len(at), s + 1.0), A / a, L / c, made.stretches.weeks[at], slopes)
    log_dead = np.log(s * L) - power * np.log(a) - (s + 1.0) * np.log(c) + tables[0]
    top = log_alive.copy()
    np.maximum.at(top, owner, log_dead)
    total = np.exp(log_alive - top) + tally(owner, np.exp(log_dead - top[owner]), len(top))
    return Terms(order, leave, tables, log_alive, log_dead, top + np.log(total))


def common(theta: Floats, made: Prepared, columns: Columns) -> tuple[Floats, Floats]:
    """Log of alpha^r beta^s (r)_x and the speed of orders on their own days, and its slope in r; each customer's."""
    r, alpha, s, beta = theta[:4]
    rising, d_r = log_rising(r, made.x)
    own = made.ordered[:, columns[1]] @ theta[4 + len(columns[0]) :]
    return rising + r * np.log(alpha) + s * np.log(beta) + own, d_r


def loglik(theta: Floats, made: Prepared, columns: Columns) -> float:
    """Log-likelihood of a block."""
    return float((common(theta, made, columns)[0] + terms(theta, made, columns).both).sum())


def loglik_gradient(theta: Floats, made: Prepared, columns: Columns) -> tuple[float, Floats]:
    """Log-likelihood of a block and its exact gradient, by the adjoint: what each term weighs, read back through the clocks."""
    r, alpha, s, beta = theta[:4]
    to_leave, to_order = columns
    first, d_r = common(theta, made, columns)
    told = terms(theta, made, columns, slopes=True)
    at, owner, st = made.after, made.owner_after, made.stretches
    row, power = st.row[at], (r + made.x)[owner]
    alive = np.exp(told.log_alive - told.both)
    dead = np.exp(told.log_dead - told.both[owner])
    a, c, A, L = told.order.start[at], told.leave.start[at], told.order.speed[row], told.leave.speed[row]
    _, by_p, by_q, by_rho, by_sigma = told.tables
    on_a = dead * (-power / a - by_rho * A / a**2)
    on_c = dead * (-(s + 1.0) / c - by_sigma * L / c**2)
    end_a, end_c = -alive * (r + made.x) / told.order.end, -alive * s / told.leave.end
    gradient = np.empty_like(theta)
    gradient[0] = (d_r + np.log(alpha) - alive * np.log(told.order.end)).sum() + dead @ (by_p - np.log(a))
    gradient[1] = len(first) * r / alpha + on_a.sum() + end_a.sum()
    gradient[2] = (np.log(beta) - alive * np.log(told.leave.end)).sum() + dead @ (1.0 / s + by_q - np.log(c))
    gradient[3] = len(first) * s / beta + on_c.sum() + end_c.sum()
    own_order, own_leave = dead * by_rho * A / a, dead * (1.0 + by_sigma * L / c)
    cut = 4 + len(to_leave)
    on_leave = _by_row(told.leave, made, on_c, end_c, own_leave)
    on_order = _by_row(told.order, made, on_a, end_a, own_order)
    gradient[4:cut] = on_leave @ made.values[:, to_leave]
    gradient[cut:] = on_order @ made.values[:, to_order] + made.ordered[:, to_order].sum(axis=0)
    return float((first + told.both).sum()), gradient


def _by_row(clock: Clock, made: Prepared, at_start: Floats, at_end: Floats, own: Floats) -> Floats:
    """The slope in the logarithm of each row's speed: from all that the clock shows later, and from the stretch itself."""
    stretches = made.stretches
    starts = np.zeros(len(stretches.owner))
    starts[made.after] = at_start
    length = clock.speed[stretches.row] * stretches.weeks
    size = len(made.values)
    return tally(stretches.row, stretches.owed(starts, at_end) * length, size) + tally(
        stretches.row[made.after], own, size
    )
