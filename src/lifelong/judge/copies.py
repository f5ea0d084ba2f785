"""The leaderboard's measures where each customer counts several times or not at all: what a bootstrap of customers needs.

A weight is a number of copies. Every measure here is exactly that of ``judge.metrics`` on the customers so repeated,
for many replicates at once: copies of equal forecast stand together, so a ranking is known by its running numbers of copies
and its running sums at each distinct forecast.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.judge.metrics import DECILES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SHARES = (0.05, 0.10, 0.20)  # of customers who are looked after


@dataclass(frozen=True, slots=True, eq=False)
class Ranking:
    """Copies of customers in falling order of a key, those of one key together.

    Attributes:
        group: each customer's place among the distinct keys, shape (customers,).
        copies: running numbers of copies, from 0, shape (replicates, keys + 1).
        sums: running sums of what they brought, from 0, the same shape.
        keys: the distinct keys, falling.
    """

    group: NDArray[np.int64]
    copies: Floats
    sums: Floats
    keys: Floats

    @classmethod
    def of(cls, copies: Floats, key: Floats, brought: Floats) -> Ranking:
        """Rank customers by a key.

        Args:
            copies: how often each counts, shape (replicates, customers).
            key: the highest first, shape (customers,).
            brought: what is summed, shape (customers,).
        """
        order = np.argsort(-key, kind="stable")
        is_new = np.r_[True, key[order][1:] != key[order][:-1]]
        ends = np.r_[np.flatnonzero(is_new)[1:], len(key)] - 1
        group = np.empty(len(key), np.int64)
        group[order] = np.cumsum(is_new) - 1
        picked = copies[:, order]
        return cls(group, _running(picked, ends), _running(picked * brought[order], ends), key[order][ends])

    @property
    def size(self) -> Floats:
        """All copies, each replicate."""
        size: Floats = self.copies[:, -1]
        return size

    def first(self, number: Floats, sums: Floats | None = None) -> Floats:
        """What the first so many copies brought, those of the last key in proportion; ``number`` is (replicates, k)."""
        of = self.sums if sums is None else sums
        return np.stack([np.interp(n, m, s) for n, m, s in zip(number, self.copies, of, strict=True)])

    def top(self, share: float) -> Floats:
        """What the first ``ceil(share n)`` brought."""
        return self.first(np.ceil(share * self.size)[:, None])[:, 0]

    def gini(self) -> Floats:
        """As ``metrics.gini``."""
        each, brought = np.diff(self.copies), np.diff(self.sums)
        area = (each * self.sums[:, :-1]).sum(axis=1) + (brought * (each + 1.0)).sum(axis=1) / 2.0
        index: Floats = 2.0 * area / (self.size * self.sums[:, -1]) - 1.0
        return index

    def ranks(self) -> tuple[Floats, Floats]:
        """Mean ranks of the distinct keys less the mean of all ranks, and their sum of squares over copies."""
        each = np.diff(self.copies)
        ranks = self.copies[:, :-1] + (each - self.size[:, None]) / 2.0
        return ranks, (each * ranks * ranks).sum(axis=1)


def spearman(copies: Floats, one: Ranking, other: Ranking) -> Floats:
    """As ``metrics.spearman``, of two rankings of the same copies."""
    (a, spread_a), (b, spread_b) = one.ranks(), other.ranks()
    both = np.einsum("ij,ij,ij->i", copies, a[:, one.group], b[:, other.group])
    rho: Floats = both / np.sqrt(spread_a * spread_b)
    return rho


def decile_error(ranking: Ranking) -> Floats:
    """As ``metrics.decile_error``; the ranking's keys are the forecast."""
    size = ranking.size
    edges = np.ceil(np.arange(DECILES + 1) * size[:, None] / DECILES)
    forecast = np.pad(np.cumsum(np.diff(ranking.copies) * ranking.keys, axis=1), ((0, 0), (1, 0)))
    count = np.maximum(np.diff(edges), 1.0)
    means = [np.diff(ranking.first(edges, sums)) / count for sums in (forecast, ranking.sums)]
    error: Floats = np.abs(means[0] - means[1]).sum(axis=1) / means[1].sum(axis=1)
    return error


def losses(copies: Floats, told: tuple[Floats, Floats], cap: float, best: Ranking | None = None) -> dict[str, Floats]:
    """What deciding by a forecast loses against knowing what came, each replicate; and what knowing brings.

    Args:
        copies: how often each customer counts, shape (replicates, customers).
        told: the forecast, and what came.
        cap: what one would spend on each customer who is worth more.
        best: the ranking by what came, where it is known.

    Returns:
        By choice: ``top 5 %`` ... (the value of the truly best less that of those whom the forecast puts first) and ``cap``
        (the gain of spending on who brings more than it costs, less that of spending on whose forecast says so); under
        ``perfect`` and the choice, what knowing brings.
    """
    forecast, actual = told
    own = Ranking.of(copies, forecast, actual)
    best = best or Ranking.of(copies, actual, actual)
    made = {}
    for share in SHARES:
        name = f"top {share * 100:g} %"
        made[f"perfect {name}"] = best.top(share)
        made[name] = made[f"perfect {name}"] - own.top(share)
    made["perfect cap"] = copies @ np.maximum(actual - cap, 0.0)
    made["cap"] = made["perfect cap"] - copies @ ((actual - cap) * (forecast > cap))
    return made


def _running(each: Floats, ends: NDArray[np.int64]) -> Floats:
    """Running sums up to each end, from 0."""
    made = np.zeros((len(each), len(ends) + 1))
    made[:, 1:] = np.cumsum(each, axis=1)[:, ends]
    return made
