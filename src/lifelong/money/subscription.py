"""What a subscription is worth: its price and margin times the payments that are still to come."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def value_new(price: ArrayLike, margin: float, residual: ArrayLike, d: float) -> Floats:
    r"""Value of a new subscriber on joining: the first period, paid for now, and all renewals to come.

    .. math:: V = p\,m \left(1 + \frac{DERL(1)}{1 + d}\right)

    Args:
        price: of a period, p.
        margin: share of it that stays, m.
        residual: DERL(1), discounted to the first renewal, a period from now (``Contract.derl``).
        d: effective discount rate of a period.

    >>> value_new(100.0, 0.5, 5.415, 0.10).round(2).item()
    296.14
    """
    return np.asarray(price, np.float64) * margin * (1.0 + np.asarray(residual, np.float64) / (1.0 + d))


def value_renewing(price: ArrayLike, margin: float, residual: ArrayLike) -> Floats:
    r"""Residual value of a subscriber just before the next renewal is due: :math:`V = p\,m\,DERL(n)`.

    What was paid so far is not in it.

    Args:
        price: of a period, p.
        margin: share of it that stays, m.
        residual: DERL(n), with n periods paid for.

    >>> value_renewing(100.0, 0.5, 5.415).round(2).item()
    270.75
    """
    return np.asarray(np.asarray(price, np.float64) * margin * np.asarray(residual, np.float64))


def period_rate(force: float, days: float) -> float:
    """The effective rate of a period, from the continuous rate a day: e^(force days) - 1.

    >>> import math
    >>> round(period_rate(math.log(1.1) / 365.25, 365.25 / 12), 6)
    0.007974
    """
    return float(np.expm1(force * days))
