r"""Control limits: whether a firm's latest week differs from what its own past weeks lead one to expect, or is noise.

**Story.** Weeks differ by chance. An alarm at "10 % less than last week" sounds every month in a small shop and never in a large
one. So a week is held against limits that the firm's own weeks draw: how far each past week lay from what the weeks before
it foretold says how far a quiet week may lie.

**Formula.** With :math:`y_t` a week on a scale where its spread does not depend on its size (:math:`2\sqrt{x + 3/8}` of counts and
money, :math:`\arcsin\sqrt{(k + 3/8) / (n + 3/4)}` of a share) and :math:`w_t` its weight (:math:`2 \sqrt{n + 1/2}` of a share, else 1),

.. math:: m_t = m_{t-1} + \lambda (y_t - m_{t-1}), \quad e_t = w_t (y_t - m_{t-1}), \quad s^2 = \tfrac{1}{N} \sum_{i=1}^{N} e_{t-i}^2,

and the limits of week t are :math:`m_{t-1} \pm q\, s / w_t`, q the quantile of Student's t with N degrees of freedom at
:data:`FALSE_ALARMS` for both sides together. Where weeks scatter about a level or drift slowly, e is near normal and
such a week sounds with that probability; a test holds it by simulation. A yearly season is not taken out.

**Source.** Shewhart, W. A. (1931), *Economic Control of Quality of Manufactured Product* (limits of three standard deviations);
Roberts, S. W. (1959), Control chart tests based on geometric moving averages, *Technometrics* 1(3), 239-250; Anscombe, F. J.
(1948), The transformation of Poisson, binomial and negative-binomial data, *Biometrika* 35, 246-254.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    Floats = np.ndarray[Any, np.dtype[np.float64]]

#: Share of quiet weeks in which a measure sounds: that of three standard deviations of a normal, both sides together.
FALSE_ALARMS = 0.0027
#: Weight of the last week in what the next one is expected to be.
LAMBDA = 0.2
#: Weeks that the first level is the mean of.
WARM = 8
#: Past errors that draw the limits, at most, and at least.
MOST, FEWEST = 52, 18
#: Below so many a week, on the mean, chance is too lopsided for these limits.
SMALL = 8.0


@dataclass(frozen=True, slots=True)
class Limits:
    """Expected values and limits of each week, on the measure's own scale; nan where they are not drawn, shape (weeks,)."""

    expected: Floats
    low: Floats
    high: Floats


def of_counts(values: ArrayLike, count: ArrayLike) -> Limits:
    """Limits of counts, or of sums of that many parts; ``count`` says how many stand behind each, shape (weeks,).

    >>> quiet = of_counts([100, 90, 110, 100] * 10, [100, 90, 110, 100] * 10)
    >>> bool(quiet.low[-1] < 100 < quiet.high[-1])
    True
    """
    x, n = np.maximum(np.asarray(values, np.float64), 0.0), np.asarray(count, np.float64)
    # Money is counted in mean parts, so that the constant of the root means the same for it as for counts.
    part = x.sum() / n.sum() if n.sum() > 0 else 1.0
    part = part if part > 0 else 1.0
    middle, low, high = _limits(2.0 * np.sqrt(x / part + 0.375), np.ones(len(x)), n)
    return Limits(*(part * np.maximum(np.maximum(y, 0.0) ** 2 / 4.0 - 0.375, 0.0) for y in (middle, low, high)))


def of_shares(hits: ArrayLike, count: ArrayLike) -> Limits:
    """Limits of shares ``hits / count``, each of shape (weeks,); a week of nobody tells nothing and has none.

    Both those who are hit and those who are not must be :data:`SMALL` a week.
    """
    k, n = np.asarray(hits, np.float64), np.asarray(count, np.float64)
    y = np.where(n > 0, np.arcsin(np.sqrt((k + 0.375) / (n + 0.75))), np.nan)
    middle, low, high = _limits(y, 2.0 * np.sqrt(n + 0.5), np.minimum(k, n - k))
    return Limits(*(np.sin(np.clip(one, 0.0, np.pi / 2)) ** 2 for one in (middle, low, high)))


def _limits(y: Floats, weight: Floats, count: Floats) -> tuple[Floats, Floats, Floats]:
    """On the scale of even spread: the level before each week, and the ends of its limits."""
    from scipy.special import stdtrit

    made = np.full((3, len(y)), np.nan)
    told = np.flatnonzero(np.isfinite(y))
    if len(told) <= WARM:
        return made[0], made[1], made[2]
    level = float(y[told[:WARM]].mean())
    errors: list[float] = []
    for t in told[WARM:]:
        past, recent = errors[-MOST:], count[max(t - MOST, 0) : t]
        spread = float(np.sqrt(np.mean(np.square(past)))) if past else 0.0
        if len(past) >= FEWEST and spread > 0.0 and recent.mean() >= SMALL:
            reach = float(stdtrit(len(past), 1.0 - FALSE_ALARMS / 2.0)) * spread / weight[t]
            made[:, t] = level, level - reach, level + reach
        errors.append(float(weight[t] * (y[t] - level)))
        level += LAMBDA * (y[t] - level)
    return made[0], made[1], made[2]
