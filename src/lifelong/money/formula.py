r"""The textbook formula of customer value: order value, how often, how long, margin, less the cost of winning.

**Story.** A customer who is one orders f times a window of w years; each window a share c of customers is lost. It takes everybody for
alike, which makes those who leave at once look like those who stay; a model of each customer's own history does not.

**Formula.** Over a horizon of H years, with n = H / w windows, of which the last may be a part,

.. math:: V = a f m \sum_{t < n} (1 - c)^t v^{(t + 1/2) w} .

**Symbols.** a: mean order value; m: margin; v: a year's discount factor.

**Source.** Gupta, S. and Lehmann, D. R. (2003), Customers as assets, Journal of Interactive Marketing 17(1), 9-24.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

#: The drivers of the formula; one is the share that stays, whose elasticity is that of the length of the relationship.
DRIVERS = ("order_value", "orders", "kept", "margin")


@dataclass(frozen=True, slots=True)
class Terms:
    """What the formula is computed from.

    Attributes:
        order_value: a, money.
        orders: f, of a customer in a window.
        kept: 1 - c, the share of a window's customers who order in the next.
        margin: m, share of revenue.
        years: w, the window's length.
        horizon: H, years; infinite for the rest of life.
        per_year: the discount rate, effective a year.
    """

    order_value: float
    orders: float
    kept: float
    margin: float
    years: float
    horizon: float
    per_year: float = 0.0


def value_of(told: Terms) -> float:
    """V; infinite where nobody is lost, nothing is discounted and the horizon has no end.

    Half of the customers stay each year, one order of 100 a year, at a margin of 40 %: 40 + 20 in two years, 80 in all.

    >>> value_of(Terms(100.0, 1.0, 0.5, 0.4, 1.0, 2.0)), value_of(Terms(100.0, 1.0, 0.5, 0.4, 1.0, math.inf))
    (60.0, 80.0)
    """
    factor = (1.0 + told.per_year) ** -told.years
    each = told.order_value * told.orders * told.margin * math.sqrt(factor)
    ratio = told.kept * factor
    if math.isinf(told.horizon):
        return each / (1.0 - ratio) if ratio < 1.0 else math.inf
    windows = told.horizon / told.years
    whole = math.floor(windows)
    last = math.pow(ratio, whole)
    series = float(whole) if ratio == 1.0 else (1.0 - last) / (1.0 - ratio)
    return each * (series + (windows - whole) * last)


def elasticities(told: Terms) -> dict[str, float]:
    """By how many per cent V moves where a driver is one per cent higher, the others as they are."""
    base = value_of(told)
    moved = {name: value_of(replace(told, **{name: min(1.01 * getattr(told, name), _most(name))})) for name in DRIVERS}
    return {name: 100.0 * (value / base - 1.0) if base > 0 else math.nan for name, value in moved.items()}


def _most(name: str) -> float:
    return 1.0 if name in {"kept", "margin"} else math.inf
