r"""The calculator: five typed numbers, with margin, discount and overhead where they are known.

**Story.** Customers pay alike and leave alike: each month a share c of those who are left leaves. So the value of a new one is
a geometric sum. Real customers differ, and a mean churn then says too little of those who stay: the models of this package
know that, the calculator cannot.

**Formula.** With a month's margin m, the month's discount factor v and the first payment after f months (0, 1/2 or 1),

.. math:: V = \sum_{t \ge 0} m\,(1 - c)^t\,v^{t + f} = \frac{m\,v^f}{c + (1 - c)(1 - v)} .

A mean lifetime of L months is a churn of 1 / L.

**Symbols.** m = invoice x invoices a month x margin; v = (1 + d)^(-1/12), d the effective rate a year.

**Numerics.** The denominator is a sum of two terms that are not negative; 1 - v comes from ``expm1``, so that a churn or a
discount of next to nothing keeps all its digits.

**Source.** Gupta, S. and Lehmann, D. R. (2003), Customers as assets, Journal of Interactive Marketing 17(1), eq. 2 with the
first payment at once.

**Check.** 5 % of churn, invoices of 500 and a margin of 40 %, at 10 % a year:

>>> round(value_of(Inputs(invoice=500, new_customers=10, spend=8000, churn=0.05, margin=0.4, discount=0.1)), 2)
3477.32
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, replace

from lifelong.phrases import phrase
from lifelong.values.calculation import Calculation, Driver
from lifelong.values.findings import Finding

#: Months from the start of a period to its payment.
TIMINGS = {"begin": 0.0, "mid": 0.5, "end": 1.0}
#: What may be typed, so that no answer is beyond a computer's numbers: shares, and amounts above 0.
LEAST_SHARE, LEAST, MOST = 1e-6, 1e-6, 1e15
#: Lifetime and churn tell the same twice; farther apart than this share they do not.
APART = 0.2
DRIVERS = ("churn", "lifetime", "invoice", "invoices_a_month", "margin", "discount", "new_customers", "spend")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What was typed.

    Attributes:
        invoice: what a customer pays at a time, in any currency; median or mean.
        new_customers: won a month.
        spend: on marketing and sales a month.
        churn: share of customers lost a month, from ``LEAST_SHARE`` to 1 less that; None where only the lifetime is known.
        lifetime: mean months that a customer stays, above 1, at most 1 / ``LEAST_SHARE``; None where only the churn is known.
        invoices_a_month: how often a customer pays.
        margin: share of the invoice that is left after its own costs; None: value is revenue.
        discount: effective rate a year.
        overhead: further costs a month that the new customers are to bear.
        timing: when in a month is paid: ``begin``, ``mid`` or ``end``.
    """

    invoice: float
    new_customers: float
    spend: float
    churn: float | None = None
    lifetime: float | None = None
    invoices_a_month: float = 1.0
    margin: float | None = None
    discount: float = 0.0
    overhead: float = 0.0
    timing: str = "begin"

    @property
    def leaving(self) -> float:
        """Share lost a month: the churn, or what the lifetime says of it."""
        if self.churn is not None:
            return self.churn
        if self.lifetime is None:
            raise ValueError("churn or lifetime")
        return 1.0 / self.lifetime

    @property
    def monthly(self) -> float:
        """What a customer brings a month."""
        return self.invoice * self.invoices_a_month * (1.0 if self.margin is None else self.margin)

    @property
    def cac(self) -> float:
        """What winning one customer costs."""
        return self.spend / self.new_customers


def value_of(told: Inputs) -> float:
    """The value of a new customer."""
    force = math.log1p(told.discount) / 12.0
    paid = math.exp(-force * TIMINGS[told.timing])
    return told.monthly * paid / (told.leaving - (1.0 - told.leaving) * math.expm1(-force))


def calculate(told: Inputs) -> Calculation:
    """All that follows from the inputs, with what each of them does."""
    value, cac = value_of(told), told.cac
    by_lifetime = None if told.lifetime is None else value_of(replace(told, churn=None))
    return Calculation(
        inputs=asdict(told),
        definition=_definition(told),
        value=value,
        value_by_churn=None if told.churn is None else value,
        value_by_lifetime=by_lifetime,
        cac=cac,
        cac_loaded=(told.spend + told.overhead) / told.new_customers,
        net_value=value - cac,
        ratio=value / cac if cac > 0 else None,
        payback_months=cac / told.monthly,
        payback_with_leavers=_payback(told),
        base=told.new_customers / told.leaving,
        customers_lost=told.new_customers,
        equity_added=told.new_customers * (value - cac),
        drivers=_drivers(told),
        findings=_findings(told),
    )


def _payback(told: Inputs) -> float | None:
    """Months until m (1 - (1 - c)^t) / c, the undiscounted margin of all who were won, is CAC."""
    share = told.cac * told.leaving / told.monthly
    return math.log1p(-share) / math.log1p(-told.leaving) if share < 1.0 else None


def _drivers(told: Inputs) -> tuple[Driver, ...]:
    """Each input by itself moved; of churn and lifetime, the one that value is computed by."""
    unused = {"lifetime"} if told.churn is not None else {"churn"}
    made = [_driver(told, name) for name in DRIVERS if name not in unused and getattr(told, name)]
    return tuple(sorted(made, key=lambda driver: (-abs(driver.high - driver.low), driver.name)))


def _driver(told: Inputs, name: str) -> Driver:
    def moved(by: float) -> Inputs:
        number = getattr(told, name) * by
        held = {"churn": min(number, 1.0), "margin": min(number, 1.0), "lifetime": max(number, 1.0)}.get(name, number)
        return replace(told, **{name: held})

    low, high = (value_of(at) - at.cac for at in (moved(0.9), moved(1.1)))
    return Driver(name, 100.0 * (value_of(moved(1.01)) / value_of(told) - 1.0), low, high)


def _findings(told: Inputs) -> tuple[Finding, ...]:
    found = []
    if told.churn is not None and told.lifetime is not None:
        other = 1.0 / told.churn
        if abs(told.lifetime / other - 1.0) > APART:
            text = phrase(
                "a churn of {churn:.1%} a month is a mean lifetime of {other:.1f} months, and "
                "{lifetime:g} were typed: one of the two is not what is meant; value is by the churn",
                churn=told.churn,
                other=other,
                lifetime=told.lifetime,
            )
            found.append(Finding("F351", text, "warning", {"lifetime": told.lifetime, "by_churn": other}))
    if told.margin is None:
        text = phrase(
            "no margin was given: value is revenue, and revenue by cost says nothing of profit (--margin 40%)"
        )
        found.append(Finding("F352", text, "info"))
    if _payback(told) is None:
        text = phrase("customers leave before they have paid for being won")
        found.append(Finding("F353", text, "warning", {"cac": told.cac, "undiscounted": told.monthly / told.leaving}))
    return tuple(found)


def _definition(told: Inputs) -> str:
    what = "revenue" if told.margin is None else f"gross margin ({told.margin * 100:g} % of revenue)"
    worth = f"discounted {told.discount * 100:g}%/year" if told.discount else "not discounted"
    when = {"begin": "the first payment at once", "mid": "paid at mid-month", "end": "paid at the month's end"}
    return f"{what} of the rest of life, {worth}, {when[told.timing]}, before the cost of winning"
