"""The cash engine: money by group, month and draw, its present value, customer equity and the firm's value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Where in its month money comes, as a share of the month.
TIMING = {"begin": 0.0, "mid": 0.5, "end": 1.0}


def month_factors(per_year: float, months: int, timing: str = "mid") -> Floats:
    r"""What money of each coming month is worth today: :math:`(1 + r)^{-(m + u) / 12}`, m = 0, 1, ...

    Args:
        per_year: effective annual rate r.
        months: how many.
        timing: where in its month money comes: begin (u = 0), mid (.5), end (1).

    >>> month_factors(0.10, 12, "end")[-1].round(6).item()
    0.909091
    """
    factors: Floats = np.power(1.0 + per_year, -(np.arange(months) + TIMING[timing]) / 12.0)
    return factors


@dataclass(frozen=True, slots=True, eq=False)
class Flows:
    """A tensor of cash: shape (groups, months, draws) each.

    Attributes:
        orders: order days.
        revenue: money, major units.
    """

    orders: Floats
    revenue: Floats

    def present(self, margin: float, per_year: float, timing: str = "mid") -> Floats:
        """Discounted margin of each group and draw, shape (groups, draws)."""
        factors = month_factors(per_year, self.revenue.shape[1], timing)
        made: Floats = margin * np.einsum("gmd,m->gd", self.revenue, factors)
        return made

    def together(self) -> Flows:
        """All groups as one: shape (1, months, draws)."""
        return Flows(self.orders.sum(axis=0, keepdims=True), self.revenue.sum(axis=0, keepdims=True))

    def scaled(self, orders: Floats | float, revenue: Floats | float) -> Flows:
        """Both by factors that broadcast against the tensor."""
        return Flows(self.orders * orders, self.revenue * revenue)


@dataclass(frozen=True, slots=True, eq=False)
class Course:
    """What is expected of coming months, with nothing drawn; row 0 orders, row 1 revenue in major units.

    Attributes:
        existing: of the customers there are, shape (2, months).
        newcomer: of one who is won in a month, in that month and those after it, the first order included; shape (2, months).
        arrivals: new customers of each month, shape (months,).
        margin: share of revenue.
    """

    existing: Floats
    newcomer: Floats
    arrivals: Floats
    margin: float

    def means(self, factors: Mapping[str, float]) -> tuple[Floats, float]:
        r"""Expected orders and revenue of each month, and the margin's share, where levers stand at factors.

        .. math:: F_m = \sum_{s \le m} A_s \, g_{m - s}

        the future customers' month m, of A new ones a month and g a newcomer's course.

        Args:
            factors: of acquisition, orders, basket, margin; one that is absent stands at 1.

        Returns:
            Shape (who, orders or revenue, months), existing customers first; and the share.

        >>> one = Course(np.zeros((2, 2)), np.array([[1.0, 0.5], [10.0, 4.0]]), np.array([3.0, 3.0]), 0.4)
        >>> one.means({"basket": 2.0})[0][1].tolist()
        [[3.0, 4.5], [60.0, 84.0]]
        """
        arrivals = self.arrivals * factors.get("acquisition", 1.0)
        future = np.array([np.convolve(arrivals, row)[: len(arrivals)] for row in self.newcomer])
        orders = factors.get("orders", 1.0)
        lift = np.array([orders, orders * factors.get("basket", 1.0)])
        return np.stack([self.existing, future]) * lift[:, None], min(self.margin * factors.get("margin", 1.0), 1.0)


@dataclass(frozen=True, slots=True)
class Firm:
    """What the worth of a firm is made of; money in major units, rates a year.

    Attributes:
        rlv: residual value of the customers there are, margin, discounted.
        clv: value of a new customer on joining, before the cost of winning: the first order included.
        cac: cost of winning one.
        new_customers: a month, from now on for ``months``.
        months: for how long customers go on being won; infinite for ever.
        wacc: the annual rate at which coming cohorts and fixed costs are discounted.
        fixed_costs: a year, before tax.
        tax: share of profit.
        non_operating: assets beside the business.
        debt: net debt.
    """

    rlv: float
    clv: float
    cac: float
    new_customers: float
    wacc: float
    months: float = np.inf
    fixed_costs: float = 0.0
    tax: float = 0.0
    non_operating: float = 0.0
    debt: float = 0.0

    @property
    def annuity(self) -> float:
        """Present value of one unit in the middle of each coming month."""
        month = np.log1p(self.wacc) / 12.0
        ends = -np.expm1(-month * self.months) if np.isfinite(self.months) else 1.0
        return float(np.exp(-month / 2.0) * ends / -np.expm1(-month))

    @property
    def future(self) -> float:
        r"""Coming cohorts, less the cost of winning them: :math:`N (CLV - CAC) \sum_m (1+r)^{-(m + 1/2) / 12}`."""
        return self.new_customers * (self.clv - self.cac) * self.annuity

    @property
    def equity(self) -> float:
        """Customer equity: residual value of the customers there are, and the net value of those to come."""
        return self.rlv + self.future

    @property
    def fixed(self) -> float:
        """Present value of fixed costs for ever, before tax."""
        return self.fixed_costs / 12.0 * replace(self, months=np.inf).annuity

    @property
    def operating(self) -> float:
        """Value of the business: customer equity less fixed costs, after tax."""
        return (1.0 - self.tax) * (self.equity - self.fixed)

    @property
    def value(self) -> float:
        r"""Value to the owners: :math:`(1 - \tau)(CE - PV(fixed)) + \text{non-operating assets} - \text{debt}`.

        After McCarthy, Fader and Hardie (2017), Valuing subscription-based businesses using publicly disclosed customer
        data, *Journal of Marketing* 81(1), 17-35: eq. 1 and 2. Money tied up in stock and machines is not counted.

        >>> round(Firm(1000.0, 50.0, 20.0, 10.0, 0.10, fixed_costs=120.0, tax=0.25, debt=200.0).value, 1)
        27934.2
        """
        return self.operating + self.non_operating - self.debt


def elasticities(
    worth: Callable[[dict[str, float]], float], levers: Iterable[str], step: float = 0.01
) -> dict[str, float]:
    """By how many per cent a worth moves where each lever is raised by one per cent, from a step of both signs.

    Args:
        worth: of factors by lever; a lever that is absent stands at 1.
        levers: their names.
        step: relative change of a lever.

    >>> elasticities(lambda f: 2.0 * f.get("margin", 1.0) - f.get("cac", 1.0), ["margin", "cac"])
    {'margin': 2.0, 'cac': -1.0}
    """
    now = worth({})
    made = {}
    for lever in levers:
        up, down = (worth({lever: 1.0 + sign * step}) for sign in (1.0, -1.0))
        made[lever] = round((up - down) / (2.0 * step * now), 10)
    return made
