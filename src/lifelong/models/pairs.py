"""Histories by their pairs: every costly function of a model is needed only on distinct (x, T) and (x, t_x).

A shop of ten million customers has some fifty thousand such pairs. They are found once for each set of patterns,
and kept in a value that the fitting routine holds: nothing is cached behind anybody's back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.models.special import tally

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Index = NDArray[np.intp]

#: Below this many rows, finding the distinct ones costs more than it saves.
SMALL = 512


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of a count and a time: pair i is (x[ix[i]], t[it[i]]); x and t hold distinct values, t in weeks."""

    x: Floats
    t: Floats
    ix: Index
    it: Index

    def __len__(self) -> int:
        return len(self.ix)

    @property
    def each_x(self) -> Floats:
        """Each pair's count."""
        return self.x[self.ix]

    @property
    def each_t(self) -> Floats:
        """Each pair's time."""
        return self.t[self.it]


@dataclass(frozen=True, slots=True)
class Prepared:
    """Patterns, ready for a likelihood of the form C(x) [U(x, T) + V(x, t_x)].

    Attributes:
        alive, dead: the distinct pairs (x, T) and (x, t_x); both share the same distinct x.
        i_alive, i_dead: for each pattern its pair.
        count: customers a pattern, float64.
        count_x, count_alive: customers for each distinct x and each (x, T).
        first_dead: each (x, t_x)'s first pattern, where patterns come sorted by them; else nothing.
    """

    alive: Pairs
    dead: Pairs
    i_alive: Index
    i_dead: Index
    count: Floats
    count_x: Floats
    count_alive: Floats
    first_dead: Index

    @property
    def customers(self) -> float:
        """Customers in all patterns."""
        return float(self.count.sum())

    def by_dead(self, weight: Floats) -> Floats:
        """Sums of the patterns' weights for each (x, t_x)."""
        if len(self.first_dead):
            return np.add.reduceat(weight, self.first_dead)
        return tally(self.i_dead, weight, len(self.dead))


def prepare(x: ArrayLike, t_x: ArrayLike, T: ArrayLike, count: ArrayLike) -> Prepared:
    """Find the pairs of patterns; ``t_x`` and ``T`` in weeks (or any time), all of one length."""
    weight = np.asarray(count, dtype=np.float64)
    xs, ix = compact(np.asarray(x))
    alive, i_alive = _pair(xs, ix, np.asarray(T))
    dead, i_dead = _pair(xs, ix, np.asarray(t_x))
    return Prepared(
        alive=alive,
        dead=dead,
        i_alive=i_alive,
        i_dead=i_dead,
        count=weight,
        count_x=tally(ix, weight, len(xs)),
        count_alive=tally(i_alive, weight, len(alive)),
        first_dead=_first(i_dead),
    )


def prepare_days(x: ArrayLike, t_x: ArrayLike, T: ArrayLike, count: ArrayLike, bin_days: int = 1) -> Prepared:
    """As :func:`prepare` for times in whole days; with ``bin_days`` > 1 times move to the middle of their bin.

    Bins serve only to find a good starting point: a likelihood on bins is not the likelihood.
    """
    x_, t_, T_ = (np.asarray(a, dtype=np.int64) for a in (x, t_x, T))
    weight = np.asarray(count, dtype=np.float64)
    if bin_days > 1:
        t_, T_ = np.where(x_ > 0, t_ // bin_days + 1, 0), T_ // bin_days + 1
        x_, t_, T_, weight = _merge(x_, t_, T_, weight)
        middle = (bin_days - 1) / 2.0
        made = prepare(x_, t_, T_, weight)
        at = [np.where(p.t > 0, (p.t - 1.0) * bin_days + middle, 0.0) / 7.0 for p in (made.alive, made.dead)]
        times = at
    else:
        made = prepare(x_, t_, T_, weight)
        times = [made.alive.t / 7.0, made.dead.t / 7.0]
    alive, dead = (Pairs(p.x, t, p.ix, p.it) for p, t in zip((made.alive, made.dead), times, strict=True))
    return replace(made, alive=alive, dead=dead)


def floored(x: Index, t_x: Index, T: Index, count: Index, days: int) -> tuple[Index, Index, Index, Index]:
    """Whole days brought down to the first day of their bin, equal histories put together.

    Of these, bins of a multiple of the days are the same as of the histories themselves, and quicker made.
    """
    x_, t_, T_, weight = _merge(x, t_x // days, T // days, count.astype(np.float64))
    return x_, t_ * days, T_ * days, weight.astype(np.int64)


def pair(x: ArrayLike, t: ArrayLike) -> tuple[Pairs, Index]:
    """The distinct pairs of two arrays of one length, and each row's pair; rows stand for themselves where few."""
    x_, t_ = np.asarray(x, dtype=np.float64), np.asarray(t, dtype=np.float64)
    if len(x_) <= SMALL:
        index = np.arange(len(x_))
        return Pairs(x_, t_, index, index), index
    xs, ix = compact(x_)
    return _pair(xs, ix, t_)


def _first(index: Index) -> Index:
    """Where each value of a sorted index begins; nothing where it is not sorted."""
    step = np.diff(index, prepend=-1)
    return np.flatnonzero(step) if step.min(initial=0) >= 0 else np.empty(0, np.intp)


def _pair(xs: Floats, ix: Index, t: NDArray[np.generic]) -> tuple[Pairs, Index]:
    ts, it = compact(t)
    key, row = compact(ix * len(ts) + it, floats=False)
    return Pairs(xs, ts, key // len(ts), key % len(ts)), row


def compact(values: NDArray[np.generic], floats: bool = True) -> tuple[Any, Index]:
    """Distinct values, sorted, and each one's index; without a sort where they are small whole numbers, or so many days."""
    if values.dtype.kind == "f" and len(values):
        days = np.rint(np.asarray(values, dtype=np.float64) * 7.0)
        if days.max() < 4 * len(values) + 100_000 and np.array_equal(days / 7.0, values):
            whole, index = compact(days.astype(np.int64))
            return whole / 7.0, index
    if values.dtype.kind in "iu" and len(values) and values.min() >= 0 and values.max() < 4 * len(values) + 100_000:
        seen = np.zeros(int(values.max()) + 1, dtype=bool)
        seen[values] = True
        distinct: NDArray[np.generic] = np.flatnonzero(seen)
        index = (np.cumsum(seen) - 1)[values]
    else:
        distinct, index = np.unique(values, return_inverse=True)
    return (distinct.astype(np.float64) if floats else distinct), index


def _merge(x: Index, t: Index, T: Index, weight: Floats) -> tuple[Any, Any, Any, Floats]:
    """Equal histories put together."""
    if not len(x):
        return x, t, T, weight
    span_t, span_T = int(t.max()) + 1, int(T.max()) + 1
    key, row = compact((x * span_t + t) * span_T + T, floats=False)
    rest, T_ = np.divmod(key, span_T)
    x_, t_ = np.divmod(rest, span_t)
    return x_, t_, T_, tally(row, weight, len(key))
