"""Intervals of a share and of a mean that a few large amounts pull to one side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

#: Standard normal quantiles of the two-sided levels that are shown.
Z = {80: 1.2815515655446004, 90: 1.6448536269514722}


def wilson(count: ArrayLike, n: ArrayLike, level: int) -> tuple[Floats, Floats]:
    r"""Wilson's score interval of a share, in 0 to 1; nan where n is 0.

    :math:`(p + z^2/2n \mp z \sqrt{p (1 - p) / n + z^2 / 4 n^2}) / (1 + z^2 / n)`: Wilson 1927, JASA 22, page 209.

    >>> low, high = wilson(0, 20, 90)
    >>> round(float(low), 4), round(float(high), 4)
    (0.0, 0.1192)
    """
    k, n = np.asarray(count, np.float64), np.asarray(n, np.float64)
    z = Z[level]
    with np.errstate(divide="ignore", invalid="ignore"):
        p = k / n
        middle, half = p + z**2 / (2 * n), z * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
        low, high = (middle - half) / (1 + z**2 / n), (middle + half) / (1 + z**2 / n)
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def skewed_mean(n: ArrayLike, sums: tuple[ArrayLike, ArrayLike, ArrayLike], level: int) -> tuple[Floats, Floats]:
    r"""Interval of a mean whose values are skewed, by Hall's monotone transformation; nan below two values.

    With skewness :math:`g` and :math:`a = 1/3, b = 1/6`, the studentised mean is transformed by
    :math:`W + a g W^2/\sqrt n + a^2 g^2 W^3 / 3 n + b g / \sqrt n`, which is nearly normal, and turned back.
    Source: Hall 1992, Journal of the Royal Statistical Society B 54(1), pages 221 to 228.

    Args:
        n: how many values.
        sums: of the values, their squares and their cubes.
        level: 80 or 90.

    >>> low, high = skewed_mean(4, (10.0, 30.0, 100.0), 80)  # 1, 2, 3, 4: no skewness, so the mean -+ t s / sqrt(n)
    >>> round(float(low), 4), round(float(high), 4)
    (1.4906, 3.5094)
    """
    n = np.asarray(n, np.float64)
    one, two, three = (np.asarray(s, np.float64) for s in sums)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = one / n
        spread = np.maximum(two / n - mean**2, 0.0)
        third = three / n - 3 * mean * two / n + 2 * mean**3
        skew = np.where(spread > 0, third / np.maximum(spread, 1e-300) ** 1.5, 0.0)
        step = np.sqrt(spread / (n - 1))
        # Student's quantile, nearly: the spread is learned from the same few values
        reach = Z[level] + (Z[level] ** 3 + Z[level]) / (4.0 * (n - 1))
        low, high = (mean - step * _back(z, skew, np.sqrt(n)) for z in (reach, -reach))
    return np.where(n >= 2, low, np.nan), np.where(n >= 2, high, np.nan)


def _back(z: Floats, skew: Floats, root: Floats) -> Floats:
    """The inverse of Hall's transformation at z; z itself where there is no skewness to speak of."""
    flat = np.abs(skew) < 1e-6
    g = np.where(flat, 1.0, skew)
    turned = root * 3.0 / g * (np.cbrt(1.0 + g * (z / root - g / (6.0 * root**2))) - 1.0)
    made: Floats = np.where(flat, z, turned)
    return made
