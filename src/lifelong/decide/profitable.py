r"""Which groups of customers are worth most: means with intervals, drawn to the whole, and a guard against chance.

**Story.** Cut any attribute into many levels and one of them looks best by luck alone. So each group's mean is tested
against what as many customers taken at random would have, all groups together; and it is drawn to the mean of all as far
as groups of the attribute differ no more than chance would have it.

**Formula.** p is twice the smaller tail among random groups of as many customers. Up to 20,000 customers these are
permutations; beyond, of a small group random draws, and of a large one a Pearson type III curve, since the mean of n out
of N customers (no one twice) has the mean m, the variance and the skewness

.. math:: \frac{\sigma^2}{n}\frac{N - n}{N - 1}, \qquad
    \gamma\,\frac{N - 2n}{N - 2}\sqrt{\frac{N - 1}{n (N - n)}}

Benjamini and Hochberg adjust p over the groups. Drawn mean: :math:`m + Z (m_g - m)`, :math:`Z = n a / (n a + s^2)`, a:
variance between groups, s²: within.

**Symbols.** m, σ², γ: mean, variance and skewness of all customers' value; m_g: the group's mean.

**Numerics.** Intervals of a group's mean are normal; where all values are 0 or more, gamma of the same mean and
variance, which never goes below 0. A group of one customer or of equal ones has the variance of all customers.

**What it leaves out.** Groups differ for many reasons. That a group is worth more does not say that more money for it
brings more.

**Source.** Mielke and Berry (2007), *Permutation Methods*, 2nd ed., chapter 2 (Pearson type III); Benjamini and Hochberg
(1995), *JRSS B* 57, 289-300; Bühlmann and Gisler (2005), *A Course in Credibility Theory*, section 4.8 (a and Z).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from lifelong.models.association import adjust
from lifelong.units import dealt

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: The false-discovery rate at which a group counts as different.
FOUND = 0.05
RANDOM = 1999  # random groups of each size
FEW = 20_000  # customers up to which all are permuted
SMALL = 2000  # customers of a group, or of all others, up to which random groups are drawn where there are more
SEED = 1


@dataclass(frozen=True, slots=True, eq=False)
class Groups:
    """A place a group.

    Attributes:
        customers: how many.
        total: their value in minor units; all of them sum to the total of all customers.
        mean: value a customer (money).
        low80, high80, low90, high90: of the mean.
        drawn: the mean drawn to that of all.
        chance: p-value adjusted over the groups.
        credibility: Z: what the group's own mean weighs in the drawn one.
    """

    customers: Ints
    total: tuple[int, ...]
    mean: Floats
    low80: Floats
    high80: Floats
    low90: Floats
    high90: Floats
    drawn: Floats
    chance: Floats
    credibility: Floats

    @property
    def is_found(self) -> NDArray[np.bool_]:
        """Which groups differ from the others by more than chance."""
        return self.chance <= FOUND


def groups(value: Floats, code: Ints, digits: int = 2) -> Groups:
    """Compare groups by value.

    Args:
        value: of each customer (money), shape (customers,).
        code: the group of each, 0 to k - 1; each has a customer.
        digits: decimals of the currency's minor unit.
    """
    n = np.bincount(code)
    sums: Floats = np.asarray(np.bincount(code, value), np.float64)
    mean: Floats = np.asarray(sums / n, np.float64)
    off = value - mean[code]
    squares: Floats = np.asarray(np.bincount(code, off**2), np.float64)
    own = np.where(n > 1, squares / np.maximum(n - 1, 1), 0.0)
    variance = np.where(own > 0, own, float(value.var()))
    error = np.sqrt(variance / n)
    is_positive = bool(value.min() >= 0)
    low80, high80 = _interval(mean, error, 0.8, is_positive=is_positive)
    low90, high90 = _interval(mean, error, 0.9, is_positive=is_positive)
    weight = _credibility(n, mean, squares)
    drawn = value.mean() + weight * (mean - value.mean())
    chance = adjust(_by_chance(value, code, n, mean))
    return Groups(n, shares(value, code, len(n), digits), mean, low80, high80, low90, high90, drawn, chance, weight)


def shares(value: Floats, code: Ints, size: int, digits: int) -> tuple[int, ...]:
    """Each group's value in whole minor units; they add up to that of all customers, which is the same however they are parted.

    >>> shares(np.array([1.005, 1.005, -0.01]), np.array([0, 1, 2]), 3, 2)
    (101, 100, -1)
    """
    unit = 10.0**digits
    sums = np.asarray(np.bincount(code, value, size), np.float64) * unit
    return tuple(dealt(round(math.fsum(value.tolist()) * unit), sums.tolist()))


def _by_chance(value: Floats, code: Ints, n: Ints, mean: Floats) -> Floats:
    """How seldom as many customers taken at random have a mean as far off, each group alone."""
    size = len(value)
    if size < 3 or len(n) < 2 or float(value.std()) == 0.0:
        return np.ones(len(n))
    rng = np.random.default_rng(SEED)
    if size <= FEW:
        drawn = np.stack([np.bincount(code, rng.permutation(value)) for _ in range(RANDOM)], axis=1) / n[:, None]
        return np.array([_tail(one, at) for one, at in zip(drawn, mean.tolist(), strict=True)])
    chance = _by_curve(value, n, mean)
    for place, many in enumerate(n.tolist()):
        few = min(many, size - many)
        if few <= SMALL:  # the others of a group that is nearly everybody are as random as the group
            taken = value[rng.integers(0, size, (RANDOM, few))].mean(axis=1) - value.mean()
            far = taken * np.sqrt((size - few) / (size - 1.0)) * (few / many) * (1.0 if few == many else -1.0)
            chance[place] = _tail(far, mean[place] - float(value.mean()))
    return chance


def _tail(drawn: Floats, at: float) -> float:
    """Twice the smaller tail, the group itself counted as one of the random ones."""
    slack = 1e-9 * float(np.abs(drawn).max())  # the same customers summed in another order
    tails = [float((side <= slack).sum()) for side in (drawn - at, at - drawn)]
    return min(2.0 * (1.0 + min(tails)) / (1.0 + len(drawn)), 1.0)


def _by_curve(value: Floats, n: Ints, mean: Floats) -> Floats:
    """The same by a Pearson type III curve."""
    from scipy import stats  # takes two seconds to import, and few shops have so many customers

    size = len(value)
    spread = float(value.std())
    skew = float((((value - value.mean()) / spread) ** 3).mean())
    z = (mean - value.mean()) / (spread * np.sqrt((size - n) / (n * (size - 1.0))))
    lean = skew * (size - 2.0 * n) / (size - 2.0) * np.sqrt((size - 1.0) / (n * (size - n)))
    tails = np.minimum(stats.pearson3.cdf(z, lean), stats.pearson3.sf(z, lean))
    return np.asarray(np.minimum(2.0 * tails, 1.0), np.float64)


def _credibility(n: Ints, mean: Floats, squares: Floats) -> Floats:
    """What each group's own mean weighs."""
    size, count = int(n.sum()), len(n)
    if size <= count or count < 2:
        return np.ones(count)
    within = float(squares.sum()) / (size - count)
    centre = float((n * mean).sum()) / size
    spread = float((n * (mean - centre) ** 2).sum()) - (count - 1) * within
    between = max(spread / (size - float((n**2).sum()) / size), 0.0)
    return n * between / (n * between + within) if between > 0 else np.zeros(count)


def _interval(mean: Floats, error: Floats, level: float, *, is_positive: bool) -> tuple[Floats, Floats]:
    tail = (1.0 - level) / 2.0
    if not is_positive:
        far = special.ndtri(1.0 - tail) * error
        return mean - far, mean + far
    is_told = (mean > 0) & (error > 0)
    shape = np.where(is_told, (mean / np.where(is_told, error, 1.0)) ** 2, 1.0)
    scale = np.where(is_told, mean / shape, 0.0)
    low, high = (np.where(is_told, special.gammaincinv(shape, q) * scale, mean) for q in (tail, 1.0 - tail))
    return low, high
