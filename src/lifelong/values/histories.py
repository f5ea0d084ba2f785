"""Purchase and spend histories with counts: what the models see."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Patterns:
    """Distinct purchase histories with counts: all that a likelihood needs to know of a customer base.

    Attributes:
        x, t_x, T: int64 arrays of one length, in order days, days and days.
        count: int64, customers with that history.
        log_gaps: sum over all customers of log(weeks between two order days). No parameter touches it: it is needed
            only to compare models of different regularity; None where it was not counted.
    """

    x: NDArray[np.int64]
    t_x: NDArray[np.int64]
    T: NDArray[np.int64]
    count: NDArray[np.int64]
    log_gaps: float | None = None

    @property
    def digest(self) -> str:
        """A hash of all histories in their order: equal for equal data on every machine."""
        columns = (np.ascontiguousarray(c, "<i8") for c in (self.x, self.t_x, self.T, self.count))
        told = hashlib.sha256()
        for column in columns:
            told.update(column.data)
        return told.hexdigest()[:16]

    @classmethod
    def of(cls, x: Any, t_x: Any, T: Any, count: Any = None) -> Patterns:
        """Check four sequences and make them patterns; ``count`` is 1 each where it is not given."""
        arrays = [whole(a) for a in (x, t_x, T)]
        counts = np.ones(len(arrays[0]), np.int64) if count is None else whole(count)
        for a in (*arrays, counts):
            if a.ndim != 1 or len(a) != len(counts):
                raise ValueError("x, t_x, T and count must be one-dimensional and of one length")
        x_, t_x_, T_ = arrays
        if len(x_) and (x_.min() < 0 or t_x_.min() < 0 or (t_x_ > T_).any() or ((x_ == 0) != (t_x_ == 0)).any()):
            raise ValueError("a history needs x >= 0, 0 <= t_x <= T, and t_x = 0 exactly where x = 0")
        if len(counts) and counts.min() < 1:
            raise ValueError("a history is counted once at least")
        return cls(x_, t_x_, T_, counts)

    @classmethod
    def grouped(cls, x: Any, t_x: Any, T: Any, count: Any = None) -> Patterns:
        """As :meth:`of`, with equal histories merged and their counts added; sorted by (x, t_x, T)."""
        raw = cls.of(x, t_x, T, count)
        order = np.lexsort((raw.T, raw.t_x, raw.x))
        x_, t_, T_, c_ = raw.x[order], raw.t_x[order], raw.T[order], raw.count[order]
        if not len(x_):
            return raw
        first = np.flatnonzero(np.r_[True, (np.diff(x_) != 0) | (np.diff(t_) != 0) | (np.diff(T_) != 0)])
        return cls(x_[first], t_[first], T_[first], np.add.reduceat(c_, first))

    @property
    def customers(self) -> int:
        """How many customers all patterns hold together."""
        return int(self.count.sum())

    def __len__(self) -> int:
        return len(self.x)


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """Waits between two order days of a customer, all customers together, by where they lie in the calendar.

    Attributes:
        began, ended: int64, days before the last day seen on which a wait began and ended; began > ended >= 0.
        count: int64, how many waits lie there.
    """

    began: NDArray[np.int64]
    ended: NDArray[np.int64]
    count: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Spend:
    """Distinct spend histories with counts: what a spend model needs.

    Attributes:
        x: int64, order days with spend above zero that count (repeat ones, as the papers do).
        total: float64, money spent on those days, in major units; 0 where x is 0.
        count: int64, customers with that history.
    """

    x: NDArray[np.int64]
    total: Floats
    count: NDArray[np.int64]

    @property
    def customers(self) -> int:
        """How many customers all rows hold together."""
        return int(self.count.sum())


def whole(values: Any) -> NDArray[np.int64]:
    """Whole numbers as int64; a fraction (weeks given for days) or a gap is an error, never cut off."""
    given = np.asarray(values)
    if given.dtype.kind not in "iub":
        numbers = np.asarray(given, dtype=np.float64)
        if not (np.isfinite(numbers).all() and (numbers == np.rint(numbers)).all()):
            raise ValueError("x, t_x, T and count must be whole numbers: order days and days, not weeks")
        given = numbers
    return np.ascontiguousarray(given, dtype=np.int64)
