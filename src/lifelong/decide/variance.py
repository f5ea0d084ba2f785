r"""Why revenue differs from its plan: customers, orders a customer and spend an order, in parts that sum exactly.

**Formula.** With n customers, o orders, r revenue:

.. math:: r = n \cdot \frac{o}{n} \cdot \frac{r}{o}, \qquad r' - r = \phi_{customers} + \phi_{orders} + \phi_{spend}

each :math:`\phi` the Shapley value of its factor: what it adds on the average over all six orders of replacing one by one.

**Numerics.** The first two are rounded to a minor unit; spend takes what is left. So the parts sum to the unit, also where
nobody ordered and refunds alone came.

**Source.** Shapley (1953), *A Value for n-Person Games*; as :mod:`lifelong.decide.shortfall`.
"""

from __future__ import annotations

from typing import NamedTuple

from lifelong.decide.shortfall import factors, shapley


class Sums(NamedTuple):
    """Customers, their order days, and revenue in minor units."""

    customers: float
    orders: float
    revenue: int


def parts(plan: Sums, actual: Sums) -> tuple[int, int, int]:
    """What customers, orders a customer and spend an order add to the difference, minor units.

    >>> parts(Sums(10, 20, 2000), Sums(12, 24, 2400))
    (400, 0, 0)
    """
    own, other = factors((1.0, *actual), (1.0, *plan)), factors((1.0, *plan), (1.0, *actual))
    customers, orders, _ = (round(part) for part in shapley(own, other))
    return customers, orders, actual.revenue - plan.revenue - customers - orders


def place(value: int, low: int, high: int) -> str:
    """Where a value lies to an interval, whose ends belong to it.

    >>> place(5, 5, 9), place(10, 5, 9)
    ('within', 'above')
    """
    return "below" if value < low else "above" if value > high else "within"
