"""The rules by which opportunities are rated and ranked: effort, confidence, and how much can be counted on."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from lifelong.money.acquiring import Z

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from lifelong.values.opportunities import Opportunity

    Floats = NDArray[np.float64]

#: What an action of a kind takes: low, a list or a setting that is there; medium, a campaign or a test of weeks; high, a change of
#: product, price or supply.
EFFORT = {
    "cooling": "medium", "rising": "low", "over the limit": "low", "room": "medium", "costs": "high", "data": "low",
    "mix": "low", "retention": "medium", "frequency": "medium", "basket": "high", "margin": "high",
}  # fmt: skip
LEVELS = ("low", "medium", "high")


def confidence(one: Opportunity, *, is_tested: bool) -> str:
    """High: counted, or the lower end of the interval is at least half of the money; medium: it is above 0; low: it is not.

    A forecast that no back-test has judged is one step less sure.
    """
    if one.grounds == "counted":
        return "high"
    step = 2 if 2 * one.low80 >= one.money else 1 if one.low80 > 0 else 0
    return LEVELS[max(step - (one.grounds == "forecast" and not is_tested), 0)]


def ranked(found: Iterable[Opportunity], *, is_tested: bool) -> tuple[Opportunity, ...]:
    """Those with money at stake, by the lower end of the 80 % interval: what can be counted on, and not the luckiest guess."""
    rows = sorted((one for one in found if one.money > 0), key=lambda one: (-one.low80, -one.money, one.what))
    return tuple(
        replace(one, rank=place, confidence=confidence(one, is_tested=is_tested)) for place, one in enumerate(rows, 1)
    )


def sum_band(value: Floats, spread: Floats, shared: float) -> tuple[float, float, float]:
    r"""The sum of some customers' values with its 80 % interval.

    .. math:: \sum v \pm z \sqrt{\sum s^2 + (q \sum v)^2}

    s, each customer's own standard deviation, by chance apart from the others'; q, the doubt that all share, as a share of the total.

    Args:
        value: of each customer, shape (customers,).
        spread: standard deviation of each.
        shared: of the total of all customers, by its mean.

    >>> [round(x, 1) for x in sum_band(np.array([30.0, 10.0]), np.array([3.0, 4.0]), 0.0)]
    [40.0, 33.6, 46.4]
    """
    total = float(value.sum())
    half = Z[80] * float(np.hypot(np.sqrt(np.square(spread).sum()), shared * total))
    return total, max(total - half, 0.0), total + half
