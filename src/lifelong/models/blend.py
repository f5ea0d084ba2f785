r"""Several forecasts as one: weights from the last origin whose horizon has ended, and one factor for the total.

**Story.** No forecast wins everywhere; a mean of good ones is never far from the best. The weights lean to what did well on the
firm's own past, as far as that past can tell.

.. math:: \mu = c \sum_k w_k \mu_k, \qquad w = \lambda \arg\min_{w \ge 0, \sum w = 1} d(y, \textstyle\sum w_k \mu_k) +
          (1 - \lambda) / K, \qquad \lambda = \frac{n}{n + n_0}

d is the error each, totals put right: what a back-test compares by. n is the effective number of customers, :math:`(\sum y)^2 / \sum y^2`, which is small where few bring
most. The factor is :math:`c = \exp(\frac{m}{m+m_0} \overline{\log(\text{actual} / \text{forecast})})`, m the horizons that such origins
span: origins whose horizons overlap tell the same miss again.

**Settings.** That weights go by the error at the last origin, with n_0 = 100 (least sum of both errors among 21 rules), and m_0 = 4
(least miss among seven) was chosen on twelve simulated shops and one real log (``bench/settings.py``), none of which
``make accuracy`` judges.

**Numerics.** The least error is looked for on a grid of twentieths: finer weights would be shrunk away.
"""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.learned import scaled

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

STEPS = 20
EQUAL = 100.0  # n_0: as many effective customers as equal weights count for
DOUBT = 4.0  # m_0: as many horizons as no miss at all counts for


def weights(actual: Floats, forecasts: Sequence[Floats]) -> Floats:
    """The weights of the forecasts, learned where each of them had not seen the outcome.

    Args:
        actual: outcomes, 0 or more, shape (customers,).
        forecasts: one of that shape for each member.

    >>> y = np.r_[np.zeros(500), np.ones(500)]
    >>> weights(y, [y, 0 * y + 0.5]).round(2).tolist()
    [0.92, 0.08]
    """
    table = np.stack(forecasts)
    equal = np.full(len(table), 1.0 / len(table))
    square = float((actual**2).sum())
    if square <= 0.0:
        return equal
    best = min(_grid(len(table)), key=lambda w: float(np.abs(scaled(w @ table, actual) - actual).sum()))
    n = float(actual.sum()) ** 2 / square
    known = n / (n + EQUAL)
    mixed: Floats = known * best + (1.0 - known) * equal
    return mixed


def _grid(members: int) -> list[Floats]:
    """Every way to share so many twentieths among the members: bars between stars."""
    bars = combinations(range(STEPS + members - 1), members - 1)
    return [np.diff([-1, *at, STEPS + members - 1]) / STEPS - 1.0 / STEPS for at in bars]


def recalibration(totals: Sequence[tuple[float, float]], step: float = 1.0) -> float:
    """The factor on all forecasts, from (actual, forecast) totals of origins whose horizon has ended.

    Args:
        totals: a pair an origin.
        step: from one origin to the next, in horizons, at most 1.

    >>> round(recalibration([(110.0, 100.0), (121.0, 110.0)]), 6)  # 1.1 ** (2 / 6)
    1.03228
    >>> recalibration([])
    1.0
    """
    misses = [np.log(actual / forecast) for actual, forecast in totals if actual > 0.0 and forecast > 0.0]
    if not misses:
        return 1.0
    m = 1.0 + (len(misses) - 1) * step
    return float(np.exp(np.mean(misses) * m / (m + DOUBT)))
