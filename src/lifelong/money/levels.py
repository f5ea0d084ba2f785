"""What an order leaves once its goods are paid: gross margin in whole minor units, order by order.

Each order is rounded once, to its own minor unit. All sums are then of whole numbers, so parts add up to totals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.money.margin import pooled_margin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]


def gross_margin(revenue: Ints, cost: NDArray[np.float64], margin: float | None) -> Ints:
    """Gross margin of each order: revenue less cost; by a given margin, or the pooled one where a cost is not known.

    Args:
        revenue: minor units.
        cost: minor units; nan where not known.
        margin: a share of revenue, or None.

    Raises:
        DataError: E108, where no revenue above zero has a known cost and no margin is given.

    >>> gross_margin(np.array([100, 50, 70]), np.array([60.0, 30.0, np.nan]), None).tolist()
    [40, 20, 28]
    """
    known = np.isfinite(cost)
    if margin is not None:
        return _share(revenue, margin)
    made = revenue - np.where(known, cost, 0.0).astype(np.int64)
    return made if known.all() else np.where(known, made, _share(revenue, pooled_margin(revenue, cost)))


def _share(amount: Ints, share: float) -> Ints:
    made: Ints = np.rint(amount * share).astype(np.int64)
    return made
