"""Histories in changing circumstances: each customer's time, cut where a covariate changes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.values.histories import Patterns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.values.findings import Finding

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What covariates were while time passed: for each of n customers, stretches of days in which none of them changed.

    Attributes:
        names: the covariates, p of them.
        values: float64, shape (m, p): the distinct rows of covariate values.
        first: int64, shape (n + 1,): stretches first[i] to first[i + 1] are customer i's, in the order of time; one at
            least each.
        days: int64, the length of each stretch; 0 only for a last one, whose covariates hold on the last day.
        row: int64, the row of ``values`` that holds in each stretch.
        findings: what of it is supposed, not known.
    """

    names: tuple[str, ...]
    values: Floats
    first: Ints
    days: Ints
    row: Ints
    findings: tuple[Finding, ...] = ()

    @classmethod
    def of(cls, names: tuple[str, ...], values: Any, owner: Any, days: Any) -> Course:
        """From stretches sorted by owner and time, with a row of values each; equal neighbours are merged.

        >>> c = Course.of(("sale",), [[0], [0], [1], [0]], [0, 0, 0, 1], [7, 7, 7, 14])
        >>> c.days.tolist(), c.row.tolist(), c.first.tolist()
        ([14, 7, 14], [0, 1, 0], [0, 2, 3])
        """
        given = np.asarray(values, dtype=np.float64).reshape(len(owner), len(names))
        distinct, row = np.unique(given, axis=0, return_inverse=True)
        row, who, length = row.reshape(-1), np.asarray(owner, np.int64), np.asarray(days, np.int64)
        begins = np.r_[True, (np.diff(who) != 0) | (np.diff(row) != 0)]
        start = np.flatnonzero(begins)
        first = np.searchsorted(who[start], np.arange(who[-1] + 2))
        return cls(names, distinct, first, np.add.reduceat(length, start), row[start])

    @property
    def owner(self) -> Ints:
        """The customer of each stretch."""
        return np.repeat(np.arange(len(self)), np.diff(self.first))

    @property
    def start(self) -> Ints:
        """The day on which each stretch begins, counted from the customer's first one."""
        passed = np.cumsum(self.days) - self.days
        return np.asarray(passed - passed[self.first[:-1]][self.owner])

    @property
    def total(self) -> Ints:
        """Days of each customer's whole course."""
        return np.add.reduceat(self.days, self.first[:-1])

    def take(self, who: Ints) -> Course:
        """The courses of some customers, in that order; one may be taken several times.

        >>> c = Course.of(("sale",), [[0], [1], [0]], [0, 0, 1], [7, 7, 14]).take(np.array([1, 0, 1]))
        >>> c.first.tolist(), c.days.tolist(), c.row.tolist()
        ([0, 1, 3, 4], [14, 7, 7, 14], [0, 0, 1, 0])
        """
        count = np.diff(self.first)[who]
        first = np.r_[0, np.cumsum(count)]
        at = np.arange(first[-1]) + np.repeat(self.first[:-1][who] - first[:-1], count)
        return Course(self.names, self.values, first, self.days[at], self.row[at], self.findings)

    def at(self, owner: Ints, day: Ints) -> Ints:
        """The stretch that holds on each customer's day, counted as in :attr:`start`."""
        step = int(self.total.max(initial=0)) + 1
        return np.asarray(np.searchsorted(self.owner * step + self.start, owner * step + day, side="right") - 1)

    def __len__(self) -> int:
        return len(self.first) - 1


@dataclass(frozen=True, slots=True, eq=False)
class Timelines:
    """Customers one by one, each with the course of their covariates from the first order day to the last day seen.

    Attributes:
        customer: who they are, in the same order.
        x, t_x, T: int64, as in ``Patterns``.
        ordered: float64, shape (n, p): covariates summed over the repeat order days, all that orders' own days tell.
        course: from the first order day on, T days long.
    """

    customer: NDArray[Any]
    x: Ints
    t_x: Ints
    T: Ints
    ordered: Floats
    course: Course

    @classmethod
    def of(cls, course: Course, owner: Any, day: Any, customer: Any = None) -> Timelines:
        """From a course and the repeat order days, counted from each customer's first order day (day 0).

        >>> c = Course.of(("sale",), [[0], [1]], [0, 0], [7, 7])
        >>> t = Timelines.of(c, [0, 0], [3, 7])
        >>> t.x.tolist(), t.t_x.tolist(), t.T.tolist(), t.ordered.tolist()
        ([2], [7], [14], [[1.0]])
        """
        who, when = np.asarray(owner, np.int64), np.asarray(day, np.int64)
        size, T = len(course), course.total
        if len(when) and not ((when > 0) & (when <= T[who])).all():
            raise ValueError("repeat order days lie after the first order day and within the course")
        ordered = np.zeros((size, len(course.names)))
        np.add.at(ordered, who, course.values[course.row[course.at(who, when)]])
        t_x = np.zeros(size, np.int64)
        np.maximum.at(t_x, who, when)
        ids = np.arange(size) if customer is None else np.asarray(customer)
        return cls(ids, np.bincount(who, minlength=size).astype(np.int64), t_x, T, ordered, course)

    def take(self, who: Ints) -> Timelines:
        """Some customers, in that order."""
        return Timelines(
            self.customer[who], self.x[who], self.t_x[who], self.T[who], self.ordered[who], self.course.take(who)
        )

    @property
    def patterns(self) -> Patterns:
        """The same histories without covariates."""
        return Patterns.grouped(self.x, self.t_x, self.T)

    def __len__(self) -> int:
        return len(self.x)
