"""What may be spent to win one customer: payback, the ratio of value to cost, and what cash allows. Arrays only."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

#: Quantiles of the normal distribution for the two intervals.
Z = {80: 1.2815515655446004, 90: 1.6448536269514722}


def payback(curve: ArrayLike, cost: float) -> int | None:
    """The first place of a curve of cumulative contribution per customer won, leavers and all, that covers the cost; None: none does.

    Args:
        curve: money by age, shape (ages,).
        cost: of winning one, same unit.

    >>> payback([10.0, 14.0, 17.0, 19.0], 15.0)
    2
    """
    covered = np.flatnonzero(np.asarray(curve, np.float64) >= cost)
    return int(covered[0]) if len(covered) else None


def fieller(value: float, value_sd: float, cost: float, cost_sd: float, z: float) -> tuple[float, float] | None:
    r"""Interval of a ratio of two unsure numbers that do not depend on each other; None where it has no bound.

    .. math:: \frac{1}{1-g} \left( \hat\rho \pm \frac{z}{c} \sqrt{s_v^2 (1 - g) + \hat\rho^2 s_c^2} \right), \quad g = z^2 s_c^2 / c^2

    Args:
        value: above the line, with its standard deviation.
        value_sd: of it.
        cost: below the line, above 0.
        cost_sd: of it.
        z: quantile of the normal distribution.

    Fieller, Some problems in interval estimation, J. R. Stat. Soc. B 16 (1954), equation 5.

    >>> fieller(300.0, 0.0, 100.0, 0.0, 1.645)
    (3.0, 3.0)
    >>> fieller(300.0, 30.0, 100.0, 90.0, 1.645) is None
    True
    """
    g = (z * cost_sd / cost) ** 2
    if g >= 1.0:
        return None
    ratio = value / cost
    half = z / cost * math.sqrt(value_sd**2 * (1.0 - g) + (ratio * cost_sd) ** 2)
    return (ratio - half) / (1.0 - g), (ratio + half) / (1.0 - g)


def cash_limit(curve: ArrayLike, cash: float, a_month: float) -> float:
    r"""What winning a customer may cost where so many are won each month and the cash that is out at once has a limit.

    After month T, :math:`n \sum_{k \le T} (M_k - C)` has come back, and it must never fall below the cash:
    :math:`C \le (B / n + \sum_{k \le T} M_k) / (T + 1)` for each T.

    Args:
        curve: cumulative contribution per customer won by month since the first order, shape (months,).
        cash: that may be out at once (B).
        a_month: customers won a month (n), above 0.

    >>> cash_limit([0.0, 10.0, 20.0, 30.0], 360.0, 10.0)
    22.0
    """
    back = np.cumsum(np.asarray(curve, np.float64))
    return float(np.min((cash / a_month + back) / np.arange(1, len(back) + 1)))


def shrunk(counts: ArrayLike, means: ArrayLike, spreads: ArrayLike) -> tuple[Floats, Floats]:
    r"""Means of groups drawn to the mean of all, by how few customers they have, and their standard deviations.

    :math:`\mu_g = (n_g \bar y_g + k \mu) / (n_g + k)` with :math:`k = \sigma^2 / \tau^2`, the variance within groups by that
    between them (Buehlmann's credibility; the variance between by the method of moments, and 0 where chance explains all).

    Args:
        counts: customers of each group, 1 or more, shape (groups,).
        means: of each, same shape.
        spreads: variances within each, same shape; 0 for a single customer.

    >>> mean, sd = shrunk([100, 100], [10.0, 20.0], [100.0, 100.0])
    >>> mean.round(2).tolist()
    [10.1, 19.9]
    """
    n, y, s2 = (np.asarray(a, np.float64) for a in (counts, means, spreads))
    total = n.sum()
    mu = float(n @ y / total)
    within = float((n - 1) @ s2 / max(total - len(n), 1.0))
    room = total - float(n @ n) / total
    between = max((float(n @ (y - mu) ** 2) - (len(n) - 1) * within) / room, 0.0) if room > 0 else 0.0
    if between == 0.0:
        sd = math.sqrt(within / total)
        return np.full(len(n), mu), np.full(len(n), sd)
    k = within / between
    return (n * y + k * mu) / (n + k), np.sqrt(within / (n + k) + (k / (n + k)) ** 2 * within / total)


def dispersion(cost: ArrayLike, won: ArrayLike) -> float:
    """How much more customers differ from month to month than chance and spend explain, 1 or more: Pearson's chi-square by its degrees.

    Args:
        cost: money of each month, shape (months,).
        won: customers of each, same shape.

    >>> dispersion([100.0, 200.0, 300.0], [10, 20, 30])
    1.0
    """
    s, a = np.asarray(cost, np.float64), np.asarray(won, np.float64)
    s, a = s[s > 0], a[s > 0]
    if len(s) < 3 or a.sum() <= 0:
        return 1.0
    expected = s * a.sum() / s.sum()
    return max(float(((a - expected) ** 2 / expected).sum()) / (len(s) - 1), 1.0)
