r"""How customers go from tier to tier, whether that has changed, and what a customer of each tier is worth in the long run.

**Formula.** From counts :math:`n_{ij}` of moves, smoothed by a Dirichlet prior of :math:`a = 1/2` a tier (Jeffreys),

.. math:: P_{ij} = \frac{n_{ij} + a}{n_{i\cdot} + a k}, \qquad
    P_{ij} \mid n \sim Beta(n_{ij} + a,\; n_{i\cdot} - n_{ij} + a(k - 1)), \qquad V = (I - P/(1 + d))^{-1} v

V is what a customer now in tier i brings over all periods to come, with v a period's value at its begin, this one's too.

**Symbols.** k: tiers; d: the discount of one period; v: what a customer of each tier brings in a period (money).

**Source.** Pfeifer, P. E. and Carraway, R. L. (2000), *Journal of Interactive Marketing* 14(2), 43-55, without a last
period. Agresti, A. (2013), *Categorical Data Analysis*, 3rd ed., section 3.2 (homogeneity, Pearson's chi-square).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from lifelong.errors import ConfigError
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: The prior's weight a tier.
JEFFREYS = 0.5


def matrix(counts: Ints) -> Floats:
    """The chance of each move, shape (tiers, tiers); rows sum to 1.

    >>> matrix(np.array([[9, 0], [0, 0]])).tolist()
    [[0.95, 0.05], [0.5, 0.5]]
    """
    smoothed = np.asarray(counts, np.float64) + JEFFREYS
    made: Floats = smoothed / smoothed.sum(axis=1, keepdims=True)
    return made


def interval(counts: Ints, level: float) -> tuple[Floats, Floats]:
    """The ends of each chance's interval, such as 0.80, equal tails.

    Args:
        counts: moves, shape (tiers, tiers), row from, column to; two tiers or more.
        level: the interval's probability.
    """
    told = np.asarray(counts, np.float64) + JEFFREYS
    rest = told.sum(axis=1, keepdims=True) - told
    tail = (1.0 - level) / 2.0
    return special.betaincinv(told, rest, tail), special.betaincinv(told, rest, 1.0 - tail)


def drift(earlier: Ints, later: Ints) -> tuple[float, int, float]:
    """Whether moves differ between two periods: Pearson's chi-square, its degrees of freedom, and the p-value.

    Each tier's two rows are compared over the tiers that anybody went to. Where none can be compared, the p-value is 1.

    >>> drift(np.array([[30, 10], [0, 0]]), np.array([[10, 30], [0, 0]]))[:2]
    (20.0, 1)
    """
    both = np.stack([earlier, later], axis=1).astype(np.float64)  # from, period, to
    sent, went = both.sum(axis=2, keepdims=True), both.sum(axis=1, keepdims=True)
    compared = (sent > 0).all(axis=1)[:, 0]
    expected = sent * went / np.maximum(sent.sum(axis=1, keepdims=True), 1.0)
    cells = np.where(expected > 0, (both - expected) ** 2 / np.where(expected > 0, expected, 1.0), 0.0)
    statistic = float(cells[compared].sum())
    freedom = int(((went[compared, 0] > 0).sum(axis=1) - 1).sum())
    return statistic, freedom, float(special.chdtrc(freedom, statistic)) if freedom else 1.0


def long_run(chances: Floats, value: Floats, discount: float) -> Floats:
    """What a customer now in each tier brings over all periods to come, at present value.

    Two tiers of which nobody changes, at 25 % a period: 100 a period is worth 500.

    >>> long_run(np.eye(2), np.array([100.0, 0.0]), 0.25).round(9).tolist()
    [500.0, 0.0]

    Args:
        chances: of each move within a period, rows sum to 1.
        value: a period's value of a customer of each tier, at the period's begin (money).
        discount: of one period, above 0.

    Raises:
        ConfigError: E423 where nothing is discounted: the sum has no bound.
    """
    if not discount > 0:
        raise ConfigError(
            "E423", phrase("the discount is {discount:g} a period", discount=discount), where="--discount",
            why="customers go from tier to tier for ever, and a sum over all time has no bound without a discount",
            fix="write --discount 10%/year",
        )  # fmt: skip
    return np.asarray(np.linalg.solve(np.eye(len(value)) - chances / (1.0 + discount), value), np.float64)


def mix(chances: Floats) -> Floats:
    """The shares of customers in each tier that moves lead to in the long run, where no tier is shut off; they sum to 1.

    >>> mix(np.array([[0.9, 0.1], [0.3, 0.7]])).round(12).tolist()
    [0.75, 0.25]
    """
    size = len(chances)
    stays = np.vstack([chances.T - np.eye(size), np.ones(size)])
    return np.asarray(np.linalg.lstsq(stays, np.append(np.zeros(size), 1.0), rcond=None)[0], np.float64)
