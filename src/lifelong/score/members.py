"""Members of groups, and what a group's total needs of them: sums once a distinct history, not once a customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.score.base import ROWS, tally
from lifelong.score.numbering import by_parts, distinct, parts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lifelong.score.base import Base
    from lifelong.score.forecast import Forecast

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Whole:
    """A group of every customer of some histories.

    Attributes:
        histories: their numbers, sorted.
    """

    histories: Ints


@dataclass(frozen=True, slots=True, eq=False)
class Members:
    """Sums over a group's customers, each history that occurs among them; shape (len(which),).

    Attributes:
        which: the histories' numbers, sorted.
        count: customers.
        spent: their ``Base.total``.
        factor, square, cube: their factor of money to the first, second and third power.
    """

    which: Ints
    count: Floats
    spent: Floats
    factor: Floats
    square: Floats
    cube: Floats

    @property
    def at(self) -> Ints | slice:
        """The histories as an index."""
        return _index(self.which)

    @property
    def customers(self) -> int:
        """Customers in the group."""
        return int(self.count.sum())

    @classmethod
    def every(cls, forecast: Forecast) -> Members:
        """All customers of a base."""
        base = forecast.base
        return cls(np.arange(base.histories), base.count.astype(np.float64), *_spent(forecast, None, base.history))

    @classmethod
    def of(cls, forecast: Forecast, rows: Ints) -> Members:
        """The customers of these rows."""
        number, first = distinct(forecast.base.history[rows])
        which = forecast.base.history[rows[first]].astype(np.int64)
        sums = [tally(number, len(first)).astype(np.float64), *_spent(forecast, rows, number)]
        order = np.argsort(which, kind="stable")  # of few rows, numbers stand in the order of the rows
        return cls(which[order], *(values[order] for values in sums))

    def within(self, histories: Ints) -> Members:
        """Those of some histories, where self holds every history."""
        at = _index(histories)
        sums = (self.count, self.spent, self.factor, self.square, self.cube)
        return Members(histories, *(values[at] for values in sums))


def _index(which: Ints) -> Ints | slice:
    """Sorted numbers as an index: a slice, which copies nothing, where they are neighbours."""
    low, high = (int(which[0]), int(which[-1]) + 1) if len(which) else (0, 0)
    return slice(low, high) if high - low == len(which) else which


def _spent(forecast: Forecast, rows: Ints | None, number: NDArray[np.int32]) -> list[Floats]:
    """Sums of spend, and of the factor to three powers, by number; zeros where there is no money."""
    size = int(number.max(initial=-1)) + 1
    if not forecast.has_money:
        return [np.zeros(size)] * 4
    made = [np.zeros(size) for _ in range(4)]
    for part in parts(len(number), ROWS):
        here = part if rows is None else rows[part]
        factor = forecast.factor(here)
        powers = (forecast.base.total[here], factor, factor * factor, factor * factor * factor)
        for total, weights in zip(made, powers, strict=True):
            total += np.bincount(number[part], weights=weights, minlength=size)
    return made


def rows_of(base: Base, groups: Mapping[str, Whole]) -> dict[str, Ints]:
    """Row numbers of the members of groups: one pass over the customers for all that share no history, and all for "all"."""
    whole = {name: np.arange(len(base)) for name, group in groups.items() if len(group.histories) == base.histories}
    groups = {name: group for name, group in groups.items() if name not in whole}
    if not groups:
        return whole
    label = np.full(base.histories, -1, np.int32)
    for number, group in enumerate(groups.values()):
        label[group.histories] = number
    each = np.empty(len(base), np.int32)

    def work(part: slice) -> None:
        each[part] = label[base.history[part]]

    by_parts(work, len(base))
    some = np.flatnonzero(each >= 0)
    order = some[np.argsort(each[some], kind="stable")]
    size = np.bincount(each[some], minlength=len(groups))
    return whole | dict(zip(groups, np.split(order, np.cumsum(size)[:-1]), strict=True))
