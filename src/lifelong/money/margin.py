"""What part of revenue stays with the firm, and what past orders brought."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def pooled_margin(revenue: ArrayLike, cost: ArrayLike) -> float:
    r"""The margin of all customers together: :math:`1 - \sum cost / \sum revenue`.

    A customer's own ratio is too unsteady to forecast with: few orders, and refunds that make it jump. Customers
    whose cost is not known (nan) count in neither sum.

    Args:
        revenue: money, shape (customers,).
        cost: money, shape (customers,); nan where it is not known.

    Raises:
        DataError: E108, where no revenue above zero has a known cost.

    >>> pooled_margin([100.0, 50.0, 70.0], [60.0, 30.0, float("nan")])
    0.4
    """
    earned, spent = np.asarray(revenue, np.float64), np.asarray(cost, np.float64)
    known = np.isfinite(spent) & np.isfinite(earned)
    total = float(earned[known].sum())
    if not total > 0:
        raise DataError(
            "E108",
            "the margin cannot be computed from costs: no revenue above zero has a known cost",
            where="column cost",
            why="the margin is 1 - all cost / all revenue",
            fix="give the margin as a share:  --margin 35%",
        )
    return float(1.0 - spent[known].sum() / total)


def historic_value(revenue: ArrayLike, cost: ArrayLike | None, margin: float) -> Floats:
    """Value so far of each customer: revenue less cost where the cost is known, else margin x revenue.

    Args:
        revenue: money to date, refunds taken off, shape (customers,).
        cost: money, nan where not known; None where the margin was given and costs do not count.
        margin: share of revenue.

    Returns:
        Money, shape (customers,), not discounted.

    >>> historic_value([100.0, 50.0], [60.0, float("nan")], 0.4).tolist()
    [40.0, 20.0]
    """
    earned = np.asarray(revenue, np.float64)
    value: Floats = earned * margin
    if cost is None:
        return value
    spent = np.asarray(cost, np.float64)
    return np.where(np.isfinite(spent), earned - spent, value)


@dataclass(frozen=True, slots=True)
class VariableCosts:
    """What each order costs beside its goods.

    Attributes:
        payment_rate: what the payment costs, as a share of revenue.
        payment_fixed: and for each order, minor units.
        shipping: of an order, minor units.
        service: of an order, minor units.
        bad_debt: share of revenue that is never paid.
    """

    payment_rate: float = 0.0
    payment_fixed: int = 0
    shipping: int = 0
    service: int = 0
    bad_debt: float = 0.0

    @property
    def is_nothing(self) -> bool:
        """Whether no cost is known."""
        return not any((self.payment_rate, self.payment_fixed, self.shipping, self.service, self.bad_debt))


def variable_costs(revenue: ArrayLike, is_order: ArrayLike, costs: VariableCosts) -> dict[str, Ints]:
    r"""What each order costs beside its goods: payment, shipping, service and bad debt, in whole minor units.

    Story: contribution margin is what an order leaves once all that it caused is paid, and so what it contributes to fixed
    costs. Shares of revenue are taken where money came in, and costs of an order where there was one; an order that was
    paid back whole, or cancelled, is none.

    .. math:: payment = round(r R^+) + f, \quad bad\,debt = round(b R^+), \quad shipping = s, \quad service = v

    Args:
        revenue: of each order, minor units, nan where not known (then its shares are 0), shape (orders,).
        is_order: 1 where there was an order, shape (orders,).
        costs: the rates and amounts.

    Returns:
        ``payment``, ``shipping``, ``service``, ``bad_debt``: minor units, shape (orders,); each is rounded once, half to
        even, so that sums of any orders agree to the minor unit.

    >>> parts = variable_costs([10_000, -500], [1, 0], VariableCosts(0.029, 30, 450, 0, 0.01))
    >>> {name: part.tolist() for name, part in parts.items()}
    {'payment': [320, 0], 'shipping': [450, 0], 'service': [0, 0], 'bad_debt': [100, 0]}
    """
    earned = np.maximum(np.nan_to_num(np.asarray(revenue, np.float64)), 0.0)
    there = np.asarray(is_order, np.int64)
    return {
        "payment": np.rint(earned * costs.payment_rate).astype(np.int64) + there * costs.payment_fixed,
        "shipping": there * costs.shipping,
        "service": there * costs.service,
        "bad_debt": np.rint(earned * costs.bad_debt).astype(np.int64),
    }
