r"""Who has brought little and will bring much: what was realised against what is to come.

**Story.** A list of the best so far misses those who are only beginning. Customers are parted twice: by what they have
brought and by what they are expected to bring. Those who are low in the first and high in the second are the potential.

**Formula.** High: the best :math:`\lceil q n \rceil` by each measure. What lifts a customer is the largest of

.. math:: \log\frac{P(alive)}{\bar P}, \quad \log\frac{o}{\bar o}, \quad \log\frac{s}{\bar s}

with o: expected orders while still a customer; s: value of an expected order; and the means of all customers, weighed so
that their product is the mean value.

**What it leaves out.** Young customers have little behind them, so what is known of them leans on the mean of all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.phrases import N_
from lifelong.score.scores import best

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: A customer's place: realised, then future.
CELLS = ("high now, high later", "high now, low later", "low now, high later", "low now, low later")
RISING = 2
WHY = (N_("still a customer"), N_("orders often"), N_("spends much"))


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Everybody's place.

    Attributes:
        cell: the place in ``CELLS``, shape (customers,).
        why: the place in ``WHY`` of what lifts the customer's future most over the mean.
        lift: by how much, as a factor.
    """

    cell: Ints
    why: Ints
    lift: Floats


def standing(realised: Floats, future: Floats, factors: Floats, ids: Any, share: float) -> Standing:
    """Part customers twice and say what lifts each.

    Args:
        realised: value so far, shape (customers,).
        future: expected value.
        factors: P(alive), expected orders while still a customer, value of an order: shape (3, customers).
        ids: what orders customers of equal value: an Arrow column.
        share: of customers who are high, between 0 and 1.
    """
    is_high = np.zeros((2, len(realised)), bool)
    for place, by in enumerate((realised, future)):
        is_high[place, best(by, ids, share)] = True
    cell = 2 * (1 - is_high[0].astype(np.int64)) + (1 - is_high[1].astype(np.int64))
    alive, orders, _ = factors
    means = np.array([alive.mean(), _ratio(alive @ orders, alive.sum()), _ratio(future.sum(), alive @ orders)])
    ratio = np.where(means[:, None] > 0, factors / np.where(means > 0, means, 1.0)[:, None], 1.0)
    why = np.argmax(ratio, axis=0)
    return Standing(cell, why.astype(np.int64), ratio[why, np.arange(len(future))])


def _ratio(above: float, below: float) -> float:
    return float(above / below) if below > 0 else 0.0
