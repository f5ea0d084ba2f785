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
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))  # sums, for threads of a dot product cost more than they save
    return float((a * b).sum()) / scale if scale else float("nan")


def mean_ranks(values: ArrayLike) -> Floats:
    """Ranks from 1, ties at their mean.

    >>> mean_ranks([10, 20, 20, 5]).tolist()
    [2.0, 3.5, 3.5, 1.0]
    """
    v = _floats(values)
    order = np.argsort(v)
    ranks = np.empty(len(v))
    ranks[order] = _mean_of_equals(v[order], np.arange(1.0, len(v) + 1.0))
    return ranks


def ranked(actual: ArrayLike, forecast: ArrayLike) -> Floats:
    """The actual values in falling order of the forecast, those of tied forecasts at their mean.

    >>> ranked([1.0, 3.0, 5.0], [7.0, 7.0, 8.0]).tolist()
    [5.0, 2.0, 2.0]
    """
    f = _floats(forecast)
    order = np.argsort(-f)
    return _mean_of_equals(f[order], _floats(actual)[order])


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
    in_order = ranked(y, forecast) if ties == "mean" else y[np.argsort(-_floats(forecast), kind="stable")]
    return _gini_of(in_order)


def _gini_of(in_order: Floats) -> float:
    total = float(in_order.sum())
    return float(2.0 * (np.cumsum(in_order) / total).mean() - 1.0) if total else float("nan")


def gini_norm(actual: ArrayLike, forecast: ArrayLike, *, ties: str = "mean") -> float:
    """Gini in the forecast's order, by Gini in the actual's own order: 1 is a perfect ranking."""
    best = _gini_of(np.sort(_floats(actual))[::-1])
    return gini(actual, forecast, ties=ties) / best if best else float("nan")


def decile_table(actual: ArrayLike, forecast: ArrayLike) -> list[dict[str, float]]:
    """Tenths of the forecast, the best first: customers, mean forecast and mean actual of each.

    A customer of rank r (from 0, by falling forecast) among n stands in the tenth ``floor(10 r / n)``.

    Returns:
        Dicts with ``decile`` (1 is the best), ``customers``, ``forecast``, ``actual``; fewer than ten where there
        are fewer than ten customers.
    """
    f = _floats(forecast)
    y = ranked(actual, f)
    tenth = np.arange(len(y)) * DECILES // max(len(y), 1)
    count = np.bincount(tenth, minlength=DECILES)
    means = [np.bincount(tenth, weights=v, minlength=DECILES) / np.maximum(count, 1) for v in (np.sort(f)[::-1], y)]
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


def decile_mape(actual: ArrayLike, forecast: ArrayLike) -> float:
    """Mean over tenths of |mean forecast - mean actual| / mean actual; inf where a tenth brought nothing.

    Source: Wang, Liu, Miao (2019), arXiv 1912.07753, section 5; where forecasts do not tie, as google/lifetime_value.

    >>> round(decile_mape(range(1, 11), [2.0 * v for v in range(1, 11)]), 6)
    1.0
    """
    table = decile_table(actual, forecast)
    off = [abs(row["forecast"] - row["actual"]) for row in table]
    return float(np.mean([o / row["actual"] if row["actual"] else np.inf for o, row in zip(off, table, strict=True)]))


def calibration_slope(actual: ArrayLike, forecast: ArrayLike) -> float:
    r"""The b of :math:`E[y] = \exp(a + b \log \hat y)`: below 1 the forecasts are too far apart, above 1 too close.

    The Poisson regression of what came on the log of what was forecast, by Newton's steps; customers whose forecast is not
    above zero have no log and are left out. Nan where nothing came, or all forecasts are equal.

    >>> round(calibration_slope([1.0, 2.0, 4.0], [1.0, 4.0, 16.0]), 6)
    0.5
    """
    y, f = _floats(actual), _floats(forecast)
    y, z = y[f > 0], np.log(f[f > 0])
    if not len(y) or y.sum() <= 0 or np.ptp(z) == 0:
        return float("nan")
    z = z - z.mean()
    a, b = float(np.log(y.mean())), 0.0
    for _ in range(100):
        mu = np.exp(np.clip(a + b * z, -700.0, 700.0))
        gap, cross, square = y - mu, float((mu * z).sum()), float((mu * z * z).sum())
        total = float(mu.sum())
        by_a, by_b = float(gap.sum()), float((gap * z).sum())
        det = total * square - cross * cross
        step_a, step_b = (square * by_a - cross * by_b) / det, (total * by_b - cross * by_a) / det
        short = min(1.0, 1.0 / max(abs(step_a), abs(step_b), 1e-300))  # so far from the optimum Newton overshoots
        a, b = a + short * step_a, b + short * step_b
        if max(abs(step_a), abs(step_b)) < 1e-10:
            break
    return b


def capture(actual: ArrayLike, forecast: ArrayLike, share: float = 0.1) -> float:
    """What the forecast's best ``ceil(share n)`` customers brought, by what the truly best brought."""
    y = _floats(actual)
    size = int(np.ceil(share * len(y)))
    best = float(np.sort(y)[::-1][:size].sum())
    return float(ranked(y, forecast)[:size].sum()) / best if best else float("nan")


def coverage(actual: ArrayLike, low: ArrayLike, high: ArrayLike) -> float:
    """The share of customers with low <= actual <= high.

    >>> coverage([0.0, 5.0], [0.0, 1.0], [2.0, 4.0])
    0.5
    """
    return float(inside(actual, low, high).mean())


def inside(actual: ArrayLike, low: ArrayLike, high: ArrayLike) -> Floats:
    """1 for each customer with low <= actual <= high, else 0."""
    y = _floats(actual)
    return _floats((y >= _floats(low)) & (y <= _floats(high)))


def log_score(probability: ArrayLike) -> float:
    """Mean logarithm of the probability that each customer's actual number of orders had been given."""
    return float(np.log(_floats(probability)).mean())


def _mean_of_equals(keys: Floats, values: Floats) -> Floats:
    """Each value replaced by the mean over the run of equal keys in which it stands."""
    if not len(keys):
        return values
    starts = np.flatnonzero(np.r_[True, keys[1:] != keys[:-1]])
    sizes = np.diff(np.r_[starts, len(keys)])
    means: Floats = np.repeat(np.add.reduceat(values, starts) / sizes, sizes)
    return means


def _floats(values: ArrayLike) -> Floats:
    return np.asarray(values, np.float64)
