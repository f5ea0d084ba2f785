"""How far forecasts were from what came: the measures of a leaderboard, exactly as ``definitions`` names them.

Every measure takes one number a customer. Where forecasts tie, the order among the tied is a matter of chance; a
measure that depends on the order gives its mean over all such orders. That mean is exact and needs no dice: within
a tie each actual is replaced by the mean of the tied ones, because the expected cumulative sum is linear there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

DECILES = 10


def bias(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Total forecast / total actual - 1; nan where nothing came.

    >>> bias([1.0, 3.0], [2.0, 3.0])
    0.25
    """
    total = float(np.sum(actual))
    return float(np.sum(forecast)) / total - 1.0 if total else float("nan")


def mae(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Mean |forecast - actual|."""
    return float(np.abs(_floats(forecast) - _floats(actual)).mean())


def rmse(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Root of the mean squared error."""
    return float(np.sqrt(np.square(_floats(forecast) - _floats(actual)).mean()))


def spearman(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Spearman's rho: Pearson's correlation of ranks, ties at their mean rank; nan where all are equal.

    >>> round(spearman([1, 2, 3, 4], [1, 3, 2, 4]), 6)
    0.8
    """
    a, b = mean_ranks(actual), mean_ranks(forecast)
    a -= a.mean()
    b -= b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return float(a @ b) / scale if scale else float("nan")


def mean_ranks(values: ArrayLike) -> Floats:
    """Ranks from 1, ties at their mean.

    >>> mean_ranks([10, 20, 20, 5]).tolist()
    [2.0, 3.5, 3.5, 1.0]
    """
    _, inverse, counts = np.unique(_floats(values), return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: Floats = (last - (counts - 1) / 2.0)[inverse]
    return ranks


def gini(actual: ArrayLike, forecast: ArrayLike, *, ties: str = "mean") -> float:
    r"""Gini of the actual values in the order of the forecast, highest first.

    .. math:: G = 2 \cdot mean(cumsum(y_{sorted}) / \sum y) - 1

    Args:
        actual: what came, shape (customers,).
        forecast: what was expected, shape (customers,).
        ties: ``mean`` over all orders of tied customers, or ``stable``, their order in the arrays (as
            google/lifetime_value sorts).

    Source: Wang, Liu, Miao (2019), arXiv 1912.07753, section 5. Nan where nothing came.

    >>> round(gini([0.0, 1.0, 3.0], [1.0, 2.0, 3.0]), 6)
    0.833333
    """
    y = _floats(actual)
    total = float(y.sum())
    if not total or not len(y):
        return float("nan")
    spread = share_ties(y, forecast) if ties == "mean" else y
    order = np.argsort(-_floats(forecast), kind="stable")
    return float(2.0 * (np.cumsum(spread[order]) / total).mean() - 1.0)


def gini_norm(actual: ArrayLike, forecast: ArrayLike, *, ties: str = "mean") -> float:
    """Gini in the forecast's order, by Gini in the actual's own order: 1 is a perfect ranking."""
    best = gini(actual, actual)
    return gini(actual, forecast, ties=ties) / best if best else float("nan")


def decile_table(actual: ArrayLike, forecast: ArrayLike) -> list[dict[str, float]]:
    """Tenths of the forecast, the best first: customers, mean forecast and mean actual of each.

    A customer of rank r (from 0, by falling forecast) among n stands in the tenth ``floor(10 r / n)``.

    Returns:
        Dicts with ``decile`` (1 is the best), ``customers``, ``forecast``, ``actual``; fewer than ten where there
        are fewer than ten customers.
    """
    y, f = share_ties(actual, forecast), _floats(forecast)
    order = np.argsort(-f, kind="stable")
    tenth = np.arange(len(y)) * DECILES // max(len(y), 1)
    count = np.bincount(tenth, minlength=DECILES)
    means = [np.bincount(tenth, weights=v[order], minlength=DECILES) / np.maximum(count, 1) for v in (f, y)]
    return [
        {"decile": d + 1, "customers": int(count[d]), "forecast": float(means[0][d]), "actual": float(means[1][d])}
        for d in range(DECILES)
        if count[d]
    ]


def decile_error(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Sum over tenths of |mean forecast - mean actual|, by the sum of mean actuals; nan where nothing came."""
    table = decile_table(actual, forecast)
    total = sum(row["actual"] for row in table)
    return sum(abs(row["forecast"] - row["actual"]) for row in table) / total if total else float("nan")


def capture(actual: ArrayLike, forecast: ArrayLike, share: float = 0.1) -> float:
    """What the forecast's best ``ceil(share n)`` customers brought, by what the truly best brought."""
    y, f = _floats(actual), _floats(forecast)
    size = int(np.ceil(share * len(y)))
    best = float(np.sort(y)[::-1][:size].sum())
    order = np.argsort(-f, kind="stable")[:size]
    return float(share_ties(y, f)[order].sum()) / best if best else float("nan")


def coverage(actual: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """The share of customers with low <= actual <= high.

    >>> coverage([0.0, 5.0], [0.0, 1.0], [2.0, 4.0])
    0.5
    """
    y = _floats(actual)
    return float(((y >= _floats(low)) & (y <= _floats(high))).mean())


def log_score(probability: ArrayLike) -> float:
    """Mean logarithm of the probability that each customer's actual number of orders had been given."""
    return float(np.log(_floats(probability)).mean())


def share_ties(actual: ArrayLike, forecast: ArrayLike) -> Floats:
    """Each actual replaced by the mean over the customers whose forecast is the same.

    >>> share_ties([1.0, 3.0, 5.0], [7.0, 7.0, 8.0]).tolist()
    [2.0, 2.0, 5.0]
    """
    y = _floats(actual)
    _, inverse, counts = np.unique(_floats(forecast), return_inverse=True, return_counts=True)
    means: Floats = (np.bincount(inverse, weights=y) / counts)[inverse]
    return means


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, np.float64)
