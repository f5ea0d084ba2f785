r"""Why one group brings less than another: the difference split exactly into what makes up a customer's value.

**Story.** What a customer brings after the first order is whether they come back, how often, for how much, and what the
firm keeps of it. The two groups differ in each. Which of them costs how much depends on the order in which one replaces
the group's figure by the other's, so all 24 orders are gone through and averaged. Before that, the others are weighed to
the group's own mix, so that a group of late or of small customers is compared with such ones.

**Formula.** With the share R who come back, F order days of those, B money an order day, M margin:

.. math:: V = R\,F\,B\,M, \qquad V_g - V_o = (V_o' - V_o) + \sum_k \phi_k, \qquad
    \phi_k = \frac{1}{4!}\sum_{\pi} \left[V(S^\pi_k \cup k) - V(S^\pi_k)\right]

:math:`V_o'`: the others at the mix of the group; S: the factors that have already become the group's; :math:`\pi`: orders.

**Numerics.** The terms of an order telescope, so the parts sum to the difference to the last bits. A factor that has no
denominator (nobody came back) is taken from the other side, and then brings nothing to the difference.

**Source.** Shapley (1953), *A Value for n-Person Games*; Kitagawa (1955), *JASA* 50, 1168-1194 (standardising the mix).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import permutations
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

FACTORS = ("retention", "frequency", "basket", "margin")


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """What customers did after their first order day, everybody followed for equally long; a place a customer.

    Attributes:
        days: order days.
        revenue: money.
        kept: what the firm keeps of it.
    """

    days: Floats
    revenue: Floats
    kept: Floats


@dataclass(frozen=True, slots=True)
class Split:
    """A difference and its parts.

    Attributes:
        group, others: what a customer brings.
        mix: the part of who they are.
        parts: of each of ``FACTORS``; with the mix they sum to ``group - others``.
        of_group, of_others: the factors themselves, those of the others at the group's mix.
    """

    group: float
    others: float
    mix: float
    parts: tuple[float, ...]
    of_group: tuple[float, ...]
    of_others: tuple[float, ...]

    @property
    def difference(self) -> float:
        """Of a customer of the group to one of the others."""
        return self.group - self.others


def split(told: Followed, is_group: Flags, is_other: Flags, cell: Ints) -> Split:
    """Split the difference of two groups of customers, who both have somebody.

    Args:
        told: what everybody did.
        is_group: who belongs to the group, shape (customers,).
        is_other: with whom it is compared.
        cell: what is to be alike of both, 0 to k - 1; all 0 where nothing is.
    """
    ones = is_group.astype(np.float64)
    plain = is_other.astype(np.float64)
    ours, theirs = _sums(told, ones), _sums(told, _alike(plain, is_group, cell))
    own, other = factors(ours, theirs), factors(theirs, ours)
    others = float(np.average(told.kept, weights=plain))
    parts = shapley(own, other)
    return Split(_product(own), others, _product(other) - others, parts, own, other)


def shapley(own: tuple[float, ...], other: tuple[float, ...]) -> tuple[float, ...]:
    """What each factor adds to the difference of two products, over all orders of replacing one by the other.

    >>> shapley((2.0, 3.0), (1.0, 1.0))
    (2.0, 3.0)
    """
    parts = np.zeros(len(own))
    orders = list(permutations(range(len(own))))
    for order in orders:
        now = list(other)
        worth = _product(tuple(now))
        for place in order:
            now[place] = own[place]
            new = _product(tuple(now))
            parts[place] += new - worth
            worth = new
    return tuple((parts / len(orders)).tolist())


def _alike(plain: Floats, is_group: Flags, cell: Ints) -> Floats:
    """Weights by which the others have the group's mix, as far as they have such customers at all."""
    size = int(cell.max()) + 1
    wanted = np.bincount(cell, is_group.astype(np.float64), size)
    there = np.bincount(cell, plain, size)
    each = np.where(there > 0, wanted / np.maximum(there, 1.0), 0.0)
    return plain * each[cell] if (each * there).sum() > 0 else plain


def _sums(told: Followed, weight: Floats) -> tuple[float, ...]:
    """Customers, those who came back, order days, revenue, and what was kept of it."""
    came = (told.days > 0).astype(np.float64)
    return tuple(float(weight @ values) for values in (np.ones(len(weight)), came, told.days, told.revenue, told.kept))


def factors(sums: tuple[float, ...], instead: tuple[float, ...]) -> tuple[float, ...]:
    """Each sum by the one before it; where that is 0, the other side's.

    >>> factors((1.0, 4.0, 0.0), (1.0, 2.0, 6.0)), factors((1.0, 0.0, 0.0), (1.0, 2.0, 6.0))
    ((4.0, 0.0), (0.0, 3.0))
    """
    made = []
    for k in range(1, len(sums)):
        told = sums if sums[k - 1] != 0 else instead
        made.append(told[k] / told[k - 1] if told[k - 1] != 0 else 0.0)
    return tuple(made)


def _product(factors: tuple[float, ...]) -> float:
    return float(np.prod(factors))
