r"""What goes together with later spend: a ranking that says how stable it is, and how much of it is chance.

**Story.** Each driver sorts customers into levels. It is strong if their mean later spend differs more than chance makes
it; how strong, is told in money. Nothing here is a cause: customers choose their levels, nobody assigned them.

**Formula.** With :math:`S_g` the spend and :math:`n_g` the customers of level g, of k levels and n customers,

.. math:: B = \sum_g S_g^2/n_g - S^2/n, \quad W = \sum y_i^2 - \sum_g S_g^2/n_g, \quad
    strength^2 = \frac{B - (k-1)\,W/(n-k)}{n}

:math:`p = (1 + \#\{B^* \ge B\})/(1 + R)` over R permutations of spend among the customers: exact whatever spend looks
like. Over drivers it is corrected after Benjamini and Hochberg. A level's effect is its mean less that of all others. Its
interval has confidence :math:`1 - q r/m`, where r of all m levels are found at the rate q: then no more than the share q
of the intervals that are free of 0 is expected to miss (false coverage rate), and an interval is free of 0 just where
its level is found.

**Symbols.** y: later spend a customer (money); q: the false-discovery rate that is allowed; `RATE`.

**Numerics.** Spend is taken as distances from its mean, so that no large sums cancel. A level's standard error is the
larger of its own and the pooled one: a small level has not seen the large spenders yet, and its own is then too small.

**Stability.** The customers are halved at random `HALVES` times. Both halves are ranked anew, and drivers found by the
F-test at the same rate: the range of ranks and the share of halves (Shah and Samworth's complementary pairs).

**Source.** Fisher, R. A. (1935), *The Design of Experiments*, section 21 (permutation). Benjamini, Y. and Hochberg, Y. (1995),
*JRSS B* 57, 289-300. Benjamini, Y. and Yekutieli, D. (2005), *JASA* 100, 71-81 (intervals of what was selected).
Shah, R. D. and Samworth, R. J. (2013), *JRSS B* 75, 55-80. Hays, W. L. (1963) (chance taken off a share of variance).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from lifelong.values.drivers import Driver, LevelEffect

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lifelong.models.levels import Levels

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: The false-discovery rate that is allowed.
RATE = 0.05
PERMUTATIONS = 999
HALVES = 50  # each gives two
FEW = 20  # customers below which a level's mean says nothing


def ranking(spend: Floats, drivers: Sequence[Levels], seed: int = 1) -> tuple[Driver, ...]:
    """Drivers by strength.

    Args:
        spend: later spend of each customer.
        drivers: each customer's level of each driver.
        seed: of permutations and halves.
    """
    if not drivers:
        return ()
    rng = np.random.default_rng(seed)
    y = spend - spend.mean()
    p = _by_chance(y, drivers, rng)
    adjusted = adjust(p)
    strengths = np.array([_strength(y, d)[0] for d in drivers])
    ranks, found = _in_halves(y, drivers, rng)
    low, high = np.quantile(ranks, (0.05, 0.95), axis=0, method="nearest").astype(int)
    known = [_among_known(spend, d) for d in drivers]
    effects = _effects(spend, drivers)
    order = np.argsort(-strengths, kind="stable")
    return tuple(
        Driver(
            drivers[i].name, rank, int(low[i]), int(high[i]), float(np.sqrt(max(strengths[i], 0.0))), known[i], float(p[i]),
            float(adjusted[i]), bool(adjusted[i] <= RATE), float(found[:, i].mean()), float((ranks[:, i] == 1).mean()),
            effects[i],
        )
        for rank, i in enumerate(order, 1)
    )  # fmt: skip


def adjust(p: Floats) -> Floats:
    """Benjamini and Hochberg's adjusted p-values: those at most q are found at the false-discovery rate q.

    The example of the paper's section 3.2, where four of fifteen stand at 0.05:

    >>> told = [.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .324, .4262, .5719, .6528, .759, 1]
    >>> int((adjust(np.array(told)) <= 0.05).sum())
    4
    """
    order = np.argsort(p)[::-1]
    scaled = p[order] * len(p) / np.arange(len(p), 0, -1)
    adjusted = np.empty(len(p))
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled), 1.0)
    return adjusted


def separation(outcome: Floats, driver: Levels) -> float:
    """How near the levels come to cutting customers apart by an outcome: 1 is a perfect cut, 0 none beyond chance.

    The variance of ranks between levels, chance taken off, as a share of what the same level sizes could have at most.
    A tier that was made from spend cuts it nearly apart; what is truly known beforehand never does.

    >>> from lifelong.models.levels import named
    >>> tier = named("tier", ["gold" if i >= 60 else "basic" for i in range(100)])
    >>> round(separation(np.arange(100.0), tier), 2)
    1.0
    """
    ranks = _ranks(outcome)
    ranks -= ranks.mean()
    between, within = _sums(ranks, driver)
    k, n = len(driver.names), len(ranks)
    means = np.bincount(driver.code, ranks, k) / driver.counts
    best = np.repeat(np.argsort(means), driver.counts[np.argsort(means)])
    ideal = np.empty(n, np.int64)
    ideal[np.argsort(ranks, kind="stable")] = best
    most = float((np.bincount(ideal, ranks, k) ** 2 / driver.counts).sum())
    cleaned = between - (k - 1) * within / max(n - k, 1)
    return float(np.clip(cleaned / most, 0.0, 1.0)) if most > 0 else 0.0


def likeness(one: Levels, other: Levels) -> float:
    """How far two drivers move together: Cramér's V, chance taken off (Bergsma 2013); 1 where either tells the other."""
    n, a, b = len(one.code), len(one.names), len(other.names)
    seen = np.bincount(one.code * b + other.code, minlength=a * b).reshape(a, b)
    expected = np.outer(one.counts, other.counts) / n
    phi2 = max(float(((seen - expected) ** 2 / expected).sum()) / n - (a - 1) * (b - 1) / (n - 1), 0.0)
    fewer = min(a - (a - 1) ** 2 / (n - 1), b - (b - 1) ** 2 / (n - 1)) - 1.0
    return float(min(np.sqrt(phi2 / fewer), 1.0)) if fewer > 0 else 0.0


def _ranks(values: Floats) -> Floats:
    """Ranks from 1, mean ranks for ties."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ends = np.cumsum(counts)
    made: Floats = (ends - (counts - 1) / 2.0)[place]
    return made


def _sums(y: Floats, driver: Levels) -> tuple[float, float]:
    """Squares between and within levels, of centred values."""
    between = float((np.bincount(driver.code, y, len(driver.names)) ** 2 / driver.counts).sum())
    return between, float(y @ y) - between


def _strength(y: Floats, driver: Levels) -> tuple[float, float]:
    """Variance between levels with chance taken off (may lie below 0), and the F-test's p-value."""
    counts = np.bincount(driver.code, minlength=len(driver.names))
    k, n = int((counts > 0).sum()), len(y)
    between = float((np.bincount(driver.code, y, len(counts)) ** 2 / np.maximum(counts, 1)).sum())
    within = max(float(y @ y) - between, 0.0)
    noise = within / max(n - k, 1)
    if k < 2 or noise == 0.0:
        return between / n, 0.0 if between > 0.0 else 1.0
    return (between - (k - 1) * noise) / n, float(special.fdtrc(k - 1, n - k, between / (k - 1) / noise))


def _among_known(spend: Floats, driver: Levels) -> float | None:
    """The strength that is left where customers of whom the driver is not known are left out."""
    known = driver.is_known
    if known.all():
        return None
    there = spend[known]
    return float(np.sqrt(max(_strength(there - there.mean(), driver.of(np.flatnonzero(known)))[0], 0.0)))


def _by_chance(y: Floats, drivers: Sequence[Levels], rng: np.random.Generator) -> Floats:
    """Permutation p-values; one permutation serves all drivers, so that what they share stays shared."""
    seen = np.array([_sums(y, d)[0] for d in drivers])
    as_large = np.zeros(len(drivers))
    for _ in range(PERMUTATIONS):
        shuffled = rng.permutation(y)
        made = np.array([_sums(shuffled, d)[0] for d in drivers])
        as_large += made >= seen * (1.0 - 1e-12)  # equal but for the order of summing
    return (1.0 + as_large) / (1.0 + PERMUTATIONS)


def _in_halves(y: Floats, drivers: Sequence[Levels], rng: np.random.Generator) -> tuple[Ints, NDArray[np.bool_]]:
    """Each driver's rank in each half of the customers, and whether it was found there."""
    ranks, found = [], []
    for _ in range(HALVES):
        mixed = rng.permutation(len(y))
        for half in np.array_split(mixed, 2):
            part = y[half] - y[half].mean()
            told = np.array([_strength(part, d.of(half)) for d in drivers])
            ranks.append(np.argsort(np.argsort(-told[:, 0], kind="stable"), kind="stable") + 1)
            found.append(adjust(told[:, 1]) <= RATE)
    return np.array(ranks), np.array(found)


def _effects(spend: Floats, drivers: Sequence[Levels]) -> list[tuple[LevelEffect, ...]]:
    """Each level's mean against all others', with intervals that hold for what was selected."""
    rows = np.concatenate([_against_others(spend, d) for d in drivers])
    effect, error, freedom = rows[:, 2], rows[:, 3], rows[:, 4]
    tested = (rows[:, 0] >= FEW) & (freedom >= FEW - 1) & (error > 0)
    p = np.ones(len(rows))
    p[tested] = 2.0 * special.stdtr(freedom[tested], -np.abs(effect[tested]) / error[tested])
    holds = np.zeros(len(rows), bool)
    holds[tested] = adjust(p[tested]) <= RATE
    confidence = 1.0 - RATE * max(int(holds.sum()), 1) / max(int(tested.sum()), 1)
    half = special.stdtrit(np.maximum(freedom, 1.0), 0.5 + confidence / 2.0) * error
    names = [name for d in drivers for name in d.names]
    told = [
        LevelEffect(
            name, int(row[0]), float(row[1]), float(row[2]), float(row[2] - h) if t else None,
            float(row[2] + h) if t else None, bool(held),
        )
        for name, row, h, t, held in zip(names, rows, half, tested, holds, strict=True)
    ]  # fmt: skip
    ends = np.cumsum([len(d.names) for d in drivers])
    return [
        tuple(sorted(told[end - len(d.names) : end], key=lambda e: -e.customers))
        for end, d in zip(ends, drivers, strict=True)
    ]


def _against_others(spend: Floats, driver: Levels) -> Floats:
    """A row a level: customers, mean, difference from all others, its standard error, degrees of freedom."""
    k, n = len(driver.names), driver.counts.astype(np.float64)
    total, squares = (np.bincount(driver.code, y, k).astype(np.float64) for y in (spend, spend**2))
    rest: Floats = n.sum() - n
    mean, mean_rest = total / n, (total.sum() - total) / np.maximum(rest, 1.0)
    own = _variance(squares, n, mean)
    others = _variance(squares.sum() - squares, rest, mean_rest)
    pooled = _sums(spend - spend.mean(), driver)[1] / max(len(spend) - k, 1)
    welch = own / n + others / np.maximum(rest, 1.0)
    error = np.sqrt(np.maximum(welch, pooled * (1.0 / n + 1.0 / np.maximum(rest, 1.0))))
    return np.stack([n, mean, mean - mean_rest, error, np.minimum(n, rest) - 1.0], axis=1)


def _variance(squares: Floats, n: Floats, mean: Floats) -> Floats:
    made: Floats = np.maximum(squares - n * mean**2, 0.0) / np.maximum(n - 1.0, 1.0)
    return made
