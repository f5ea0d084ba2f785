r"""A business case: what it costs to better a firm's figures, what that brings, when it is paid back, and on what it hangs.

**Story.** A programme (better service, a better product, a loyalty scheme) costs money at once and each month. In return churn,
invoices, margin or new customers move from what they are to what is hoped, evenly over the first months. What it brings is the
difference between two courses of the same firm, with it and without it; what comes after the last month is not counted.

**Formula.** In month t = 1 ... H, with g_t = min(1, t / R) the part of the effect that is there and e the share of what is hoped,

.. math:: x_t = x + e\,g_t (x' - x), \qquad N_{t+1} = N_t (1 - c_t) + A_t, \qquad M_t = N_t\, i_t\, f_t\, m_t,

.. math:: \mathrm{NPV} = -U + \sum_t v^{t - 1/2} (M_t - M^0_t - K) .

**Symbols.** N customers at the month's start, c churn, A new customers, i invoice, f invoices a month, m margin, M margin in money, R the
ramp, U the cost at once, K the cost a month, v = (1 + d)^(-1/12), d the effective rate a year; 0 marks the course without it.

**Source.** Rust, R. T., Zahorik, A. J. and Keiningham, T. L. (1995), Return on quality, Journal of Marketing 59(2), 58-70.
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lifelong.phrases import phrase
from lifelong.values.business_case import BusinessCase, Lone, Otherwise
from lifelong.values.findings import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: What a programme may move: the field of :class:`Plan` as it is, and as it is hoped to become.
DRIVERS = ("churn", "invoice", "invoices_a_month", "margin", "new_customers")
#: How far the break-even is looked for, as a share of what is hoped.
FARTHEST = 1.0
HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Figures:
    """A firm's month: share of customers lost, what one pays at a time and how often, margin, and customers won."""

    churn: float
    invoice: float
    invoices_a_month: float = 1.0
    margin: float = 1.0
    new_customers: float = 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What is planned.

    Attributes:
        customers: now.
        now: the figures as they are.
        hoped: as they are hoped to become.
        upfront: cost at once.
        monthly: cost a month.
        months: how long is counted.
        ramp: months until the whole effect is there.
        discount: effective rate a year.
        effect: the share of what is hoped that comes.
        cost: by how much all costs are multiplied.
    """

    customers: float
    now: Figures
    hoped: Figures
    upfront: float = 0.0
    monthly: float = 0.0
    months: int = 36
    ramp: int = 0
    discount: float = 0.0
    effect: float = 1.0
    cost: float = 1.0


@dataclass(frozen=True, slots=True)
class Course:
    """A course of months, arrays of the shape (months,): customers at the start and margin in money, without and with it; factors."""

    customers_now: Floats
    customers_then: Floats
    margin_now: Floats
    margin_then: Floats
    factor: Floats

    @property
    def added(self) -> Floats:
        """Margin that the programme adds, costs not taken off."""
        return self.margin_then - self.margin_now


#: What may come otherwise: a title, and what changes in the plan.
OTHERWISE: tuple[tuple[str, dict[str, float]], ...] = (
    ("half of the effect", {"effect": 0.5}),
    ("a quarter more of the effect", {"effect": 1.25}),
    ("costs a fifth higher", {"cost": 1.2}),
    ("the whole effect three months later", {"later": 3}),
)


def course(plan: Plan) -> Course:
    """Both courses, month by month."""
    t = np.arange(1, plan.months + 1, dtype=np.float64)
    there = plan.effect * (np.minimum(1.0, t / plan.ramp) if plan.ramp else np.ones_like(t))
    factor = np.exp(-math.log1p(plan.discount) / 12.0 * (t - 0.5))
    (base, money), (then, more) = (_run(plan, share) for share in (np.zeros_like(t), there))
    return Course(base, then, money, more, factor)


def _run(plan: Plan, there: Floats) -> tuple[Floats, Floats]:
    """Customers at the start of each month and their margin, where so much of the effect is there."""
    at = {
        name: np.maximum(getattr(plan.now, name) + there * (getattr(plan.hoped, name) - getattr(plan.now, name)), 0.0)
        for name in DRIVERS
    }
    stay = 1.0 - np.minimum(at["churn"], 1.0)
    held = np.empty_like(there)
    left = plan.customers
    for month, share in enumerate(stay):
        held[month] = left
        left = left * share + at["new_customers"][month]
    return held, held * at["invoice"] * at["invoices_a_month"] * np.minimum(at["margin"], 1.0)


def npv(plan: Plan) -> float:
    """Present value of what it adds less what it costs.

    A hundred customers of whom none leaves pay 10 a month instead of 9, for two months, at no discount and a cost of 150:

    >>> npv(Plan(100.0, Figures(0.0, 9.0), Figures(0.0, 10.0), upfront=150.0, months=2))
    50.0
    """
    run = course(plan)
    return float(run.factor @ (run.added - plan.cost * plan.monthly)) - plan.cost * plan.upfront


def later(plan: Plan, changes: dict[str, float]) -> Plan:
    """The plan where something comes otherwise."""
    return replace(
        plan,
        effect=changes.get("effect", plan.effect),
        cost=changes.get("cost", plan.cost),
        ramp=plan.ramp + int(changes.get("later", 0)),
    )


def argue(plan: Plan) -> BusinessCase:
    """The whole case."""
    run = course(plan)
    net = run.added - plan.monthly
    left = np.cumsum(net) - plan.upfront
    value = npv(plan)
    costs = plan.upfront + float(run.factor.sum()) * plan.monthly
    found = []
    if left[-1] < 0:
        text = phrase("within {months} months it does not bring what it costs", months=plan.months)
        found.append(Finding("F354", text, "warning", {"months": plan.months, "left": float(left[-1])}))
    return BusinessCase(
        inputs=asdict(plan),
        definition=f"gross margin added over {plan.months} months less costs, discounted {plan.discount * 100:g}%/year, "
        "a month paid at its middle",
        npv=value,
        added=float(run.factor @ run.added),
        costs=costs,
        roi=value / costs if costs > 0 else None,
        payback_months=_payback(left, plan.upfront),
        break_even=_break_even(plan),
        customers_added=float(run.customers_then[-1] - run.customers_now[-1]),
        lone=_lone(plan),
        otherwise=tuple(Otherwise(title, npv(later(plan, changes))) for title, changes in OTHERWISE),
        months=tuple(
            {
                "month": t + 1,
                "customers_now": float(run.customers_now[t]),
                "customers_then": float(run.customers_then[t]),
                "added": float(run.added[t]),
                "cost": plan.monthly + (plan.upfront if t == 0 else 0.0),
                "left": float(left[t]),
            }
            for t in range(plan.months)
        ),
        findings=tuple(found),
    )


def _payback(left: Floats, upfront: float) -> int | None:
    """The first month from whose end on what came has always covered the costs; 0 where nothing is to be paid back."""
    short = np.flatnonzero(left < 0)
    if not len(short):
        return 1 if upfront > 0 else 0
    return int(short[-1]) + 2 if short[-1] + 1 < len(left) else None


def _break_even(plan: Plan) -> float | None:
    """The share of what is hoped at which nothing is won and nothing lost; None where even the whole does not reach it."""
    low, high = 0.0, FARTHEST
    if npv(replace(plan, effect=high)) < 0:
        return None
    if npv(replace(plan, effect=low)) >= 0:
        return 0.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if npv(replace(plan, effect=middle)) < 0 else (low, middle)
    return high


def _lone(plan: Plan) -> tuple[Lone, ...]:
    """What each change would add by itself, before costs, the largest first."""
    free = replace(plan, upfront=0.0, monthly=0.0)
    moved = [name for name in DRIVERS if getattr(plan.now, name) != getattr(plan.hoped, name)]
    rows = []
    for name in moved:
        before, after = getattr(plan.now, name), getattr(plan.hoped, name)
        alone = replace(free, hoped=replace(plan.now, **{name: after}))
        rows.append(Lone(name, before, after, npv(alone)))
    return tuple(sorted(rows, key=lambda row: -abs(row.added)))
