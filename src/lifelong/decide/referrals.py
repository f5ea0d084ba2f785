r"""What recommendations are worth: the value that customers bring through others, beside their own and never within it.

**Story.** A customer brings a friend. Some friends would have come anyway: of them only the cost of winning is saved; of the others their
value is won as well. What a friend is worth is dealt out once, over those who stand above in the chain of recommendations.

**Formula.** For a referred customer j with value V_j,

.. math:: W_j = \pi V_j + CAC - R, \qquad CRV_i = \sum_j W_j \frac{\delta^{k_{ij} - 1}}{\sum_a \delta^{k_{aj} - 1}},

k steps up the chain from j, at most D. So the sum over all customers is that of W, whatever delta and D.

**Symbols.** pi: share who would not have come otherwise, with a beta distribution; R: reward; delta: share of credit from step to step.

**Source.** Kumar, V., Petersen, J. A. and Leone, R. P. (2010), Driving profitability by encouraging customer referrals, *Journal of
Marketing* 74(5), 1-17.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.units import apportion

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

#: Why a row of referrals is set aside.
SELF, AGAIN, CIRCLE = "names the customer as the own referrer", "the customer was referred before", "closes a circle"


@dataclass(frozen=True, slots=True)
class Terms:
    """What is known or taken of recommendations.

    Attributes:
        incremental: pi, the share who would not have come without.
        unsure: its standard deviation.
        cac: cost of winning that is saved, minor units.
        reward: paid for each, minor units.
        depth: how many steps up a chain share in the credit.
        decay: delta, what a further step gets of the step before.
    """

    incremental: float = 0.5
    unsure: float = 0.2
    cac: int = 0
    reward: int = 0
    depth: int = 3
    decay: float = 0.5


def chains(rows: Iterable[tuple[str, str]]) -> tuple[dict[str, str], Counter[str]]:
    """Who was brought by whom, and how many rows were set aside by reason.

    Args:
        rows: referrer and referred customer, the earliest first. Each is referred once; nobody by himself or by those below.

    >>> chains([("a", "b"), ("b", "c"), ("c", "a"), ("d", "d"), ("d", "b")])[0]
    {'b': 'a', 'c': 'b'}
    """
    above: dict[str, str] = {}
    aside: Counter[str] = Counter()
    for referrer, referred in rows:
        if referrer == referred:
            aside[SELF] += 1
        elif referred in above:
            aside[AGAIN] += 1
        elif referred in _upward(above, referrer):
            aside[CIRCLE] += 1
        else:
            above[referred] = referrer
    return above, aside


def _upward(above: Mapping[str, str], customer: str, most: int | None = None) -> list[str]:
    """Those above a customer, the nearest first; at most so many."""
    found: list[str] = []
    while customer in above and (most is None or len(found) < most):
        customer = above[customer]
        found.append(customer)
    return found


def worth(
    value: Mapping[str, int], referred: Iterable[str], terms: Terms, share: float | None = None
) -> dict[str, int]:
    """W of each referred customer who has a value, minor units; by another share of those who would not have come, if given."""
    used = terms.incremental if share is None else share
    return {j: round(used * value[j]) + terms.cac - terms.reward for j in referred if j in value}


def credited(above: Mapping[str, str], worths: Mapping[str, int], terms: Terms) -> dict[str, int]:
    """CRV of each referrer, minor units: parts sum to the total of the worths.

    >>> credited({"b": "a", "c": "b"}, {"b": 100, "c": 90}, Terms())
    {'a': 130, 'b': 60}
    """
    made: dict[str, int] = {}
    for referred, total in worths.items():
        line = _upward(above, referred, terms.depth)
        sign = 1 if total >= 0 else -1
        parts = apportion(abs(total), [terms.decay**k for k in range(len(line))])
        for referrer, part in zip(line, parts, strict=True):
            made[referrer] = made.get(referrer, 0) + sign * part
    return dict(sorted(made.items()))


def shares(terms: Terms) -> tuple[float, float]:
    """The 80 % interval of the share who would not have come without: a beta distribution of the mean and deviation."""
    from scipy.special import betaincinv

    if terms.unsure == 0:
        return terms.incremental, terms.incremental
    weight = terms.incremental * (1.0 - terms.incremental) / terms.unsure**2 - 1.0
    a, b = terms.incremental * weight, (1.0 - terms.incremental) * weight
    low, high = betaincinv(a, b, np.array([0.1, 0.9]))
    return float(low), float(high)
