"""What an order brings at a level of value: revenue, gross margin, or contribution; whole minor units, order by order.

Each order is rounded once, to its own minor unit. All sums are then of whole numbers, so parts add up to totals.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.money.margin import pooled_margin

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Costs:
    """What is taken off revenue.

    Attributes:
        margin: gross margin as a share of revenue, which goes before all costs of goods; None takes those.
        variable: further costs that grow with revenue (payment, returns), a share of it.
        order: further costs of each order (packing, sending), minor units.
    """

    margin: float | None = None
    variable: float = 0.0
    order: int = 0


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


def contribution(gross: Ints, revenue: Ints, is_order: Bools, costs: Costs) -> Ints:
    """Gross margin less costs that grow with revenue and with orders; an order paid back in full costs nothing here.

    >>> one = np.array([4000]), np.array([10000]), np.array([True])
    >>> contribution(*one, Costs(variable=0.03, order=450)).tolist()
    [3250]
    """
    return gross - _share(revenue, costs.variable) - np.where(is_order, costs.order, 0)


def _share(amount: Ints, share: float) -> Ints:
    made: Ints = np.rint(amount * share).astype(np.int64)
    return made
