"""Histories of subscribers with counts: what the contractual models see."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.values.histories import whole

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Tenures:
    """Distinct histories of subscribers with counts. Time is in periods of the contract: months, years.

    A subscriber pays for the first period on joining, and at the end of each period renews or is lost. Who has
    renewed n times and is then lost had a lifetime of n + 1 periods; who is still there has a lifetime of more than n.

    Attributes:
        n: int64, renewals survived.
        is_lost: bool, whether the renewal after those was refused; else the subscriber is still there.
        count: int64, subscribers with that history.
    """

    n: Ints
    is_lost: NDArray[np.bool_]
    count: Ints

    @classmethod
    def of(cls, n: Any, is_lost: Any, count: Any = None) -> Tenures:
        """Check three sequences, merge equal histories and sort them; ``count`` is 1 each where it is not given.

        Raises:
            DataError: E103 where the sequences cannot be tenures.

        >>> t = Tenures.of([2, 0, 2], [False, True, False])
        >>> t.n.tolist(), t.is_lost.tolist(), t.count.tolist()
        ([0, 2], [True, False], [1, 2])
        """
        try:
            renewals = whole(n)
            counts = np.ones(len(renewals), np.int64) if count is None else whole(count)
        except ValueError:
            raise _odd("renewals and counts must be whole numbers") from None
        given = np.asarray(is_lost)
        if given.dtype.kind not in "b" and not np.isin(given, (0, 1)).all():
            raise _odd("is_lost must be true or false")
        lost = given.astype(np.bool_)
        if not renewals.ndim == lost.ndim == counts.ndim == 1 or not len(renewals) == len(lost) == len(counts):
            raise _odd("renewals, is_lost and counts must be of one length")
        if (renewals < 0).any() or (counts < 0).any():
            raise _odd("renewals and counts cannot be below zero")
        some = counts > 0
        renewals, lost, counts = renewals[some], lost[some], counts[some]
        if not len(renewals):
            return cls(renewals, lost, counts)
        keys, place = np.unique(renewals * 2 + ~lost, return_inverse=True)
        total = np.zeros(len(keys), np.int64)
        np.add.at(total, place, counts)
        return cls(keys // 2, keys % 2 == 0, total)

    @classmethod
    def from_customers(cls, periods: Any, is_lost: Any, count: Any = None) -> Tenures:
        """From subscribers one by one: periods paid for (1 or more), and whether each was lost at the end of them.

        >>> Tenures.from_customers([1, 3], [True, False]).n.tolist()
        [0, 2]
        """
        try:
            paid = whole(periods)
        except ValueError:
            raise _odd("periods must be whole numbers") from None
        if (paid < 1).any():
            raise _odd("whoever has subscribed has paid for one period at least")
        return cls.of(paid - 1, is_lost, count)

    @classmethod
    def from_survivors(cls, survivors: Any) -> Tenures:
        """From a cohort table: how many joined, and how many were still there after 1, 2, ... renewals.

        Args:
            survivors: one sequence for one cohort; or a sequence of them, each as long as its cohort is old. Those
                still there in the last column are not lost: their histories go on unseen (right censoring).

        >>> t = Tenures.from_survivors([[10, 6, 4], [8, 5]])
        >>> [(int(n), bool(lost), int(c)) for n, lost, c in zip(t.n, t.is_lost, t.count)]
        [(0, True, 7), (1, True, 2), (1, False, 5), (2, False, 4)]
        """
        rows = list(survivors)
        if rows and np.ndim(rows[0]) == 0:
            rows = [rows]
        n: list[int] = []
        lost: list[bool] = []
        count: list[int] = []
        for row in rows:
            try:
                left = whole(row).tolist()
            except ValueError:
                raise _odd("survivors must be whole numbers") from None
            falls = [before - after for before, after in pairwise(left)]
            if not left or left[-1] < 0 or min(falls, default=0) < 0:
                raise _odd(
                    phrase("survivors of one cohort cannot grow or fall below zero, as in {left}", left=left[:8])
                )
            n += [*range(len(falls)), len(falls)]
            lost += [True] * len(falls) + [False]
            count += [*falls, left[-1]]
        return cls.of(n, lost, count)

    @property
    def customers(self) -> int:
        """How many subscribers all histories hold together."""
        return int(self.count.sum())

    @property
    def active(self) -> Tenures:
        """Those who are still there."""
        here = ~self.is_lost
        return Tenures(self.n[here], self.is_lost[here], self.count[here])

    @property
    def longest(self) -> int:
        """The last renewal at which anybody was watched."""
        return int((self.n + self.is_lost).max(initial=0))

    def __len__(self) -> int:
        return len(self.n)


def _odd(what: str) -> DataError:
    return DataError(
        "E103",
        what,
        where="tenures",
        why="a subscriber's history is a number of renewals and whether the next one was refused",
        fix="give survivors by period, largest first, or periods paid for and a mark for who is lost",
    )
