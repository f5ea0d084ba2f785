"""What part of revenue stays with the firm, and what past orders brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


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
