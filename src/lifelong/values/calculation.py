"""The calculator's answer: what a customer is worth by a few typed numbers, and what follows."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifelong.values.findings import Finding

#: Keys of an answer, the title of each in print, and its unit: all have an entry in the registry.
LINES = (
    ("value", "value of a new customer", "money"),
    ("value_by_churn", "  by the churn", "money"),
    ("value_by_lifetime", "  by the lifetime", "money"),
    ("cac", "cost of winning one (CAC)", "money"),
    ("cac_loaded", "  with overhead", "money"),
    ("net_value", "value less that cost", "money"),
    ("ratio", "value to cost (LTV:CAC)", "ratio"),
    ("payback_months", "payback", "months"),
    ("payback_with_leavers", "  with those who leave", "months"),
    ("base", "customers in the long run", "customers"),
    ("customers_lost", "lost a month then", "customers"),
    ("equity_added", "added by a month's new ones", "money"),
)


@dataclass(frozen=True, slots=True)
class Driver:
    """What one input does.

    Attributes:
        name: of the input.
        elasticity: by how many per cent the value moves where the input rises by one per cent (of itself).
        low, high: value less CAC where the input is a tenth lower, and a tenth higher.
    """

    name: str
    elasticity: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Calculation:
    """What follows from the typed numbers; amounts in the unit in which they were typed.

    Attributes:
        inputs: as typed, as numbers: shares of 1, months, money.
        definition: what value means here.
        value: of a new customer, by the churn where it is given, else by the lifetime.
        value_by_churn, value_by_lifetime: the same by either; None where it was not given.
        cac: marketing and sales spend by new customers; ``cac_loaded`` with the overhead.
        net_value: value less CAC.
        ratio: value by CAC; None where nothing is spent.
        payback_months: CAC by a month's margin of a customer who stays.
        payback_with_leavers: until the margin of all who were won, those who have left included, is their cost; None: never.
        base: customers in the long run, where new ones come and present ones leave as typed.
        customers_lost: of them a month.
        equity_added: net value of a month's new customers.
        drivers: by how far they move value less CAC, the farthest first.
        findings: where the inputs disagree, or something cannot be said.
    """

    inputs: dict[str, float | str | None]
    definition: str
    value: float
    value_by_churn: float | None
    value_by_lifetime: float | None
    cac: float
    cac_loaded: float
    net_value: float
    ratio: float | None
    payback_months: float
    payback_with_leavers: float | None
    base: float
    customers_lost: float
    equity_added: float
    drivers: tuple[Driver, ...]
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a calculation."""
        told = asdict(self)
        return {**told, "drivers": list(told["drivers"]), "findings": [found.as_dict() for found in self.findings]}

    def __str__(self) -> str:
        lines = [f"value means {self.definition}", ""]
        for key, title, unit in LINES:
            number = getattr(self, key)
            if number is not None or key == "payback_with_leavers":
                lines.append(f"{title:<32}{_told(number, unit):>18}")
        lines += ["", f"{'input':<20}{'+1 % moves value by':>20}{'a tenth less':>18}{'a tenth more':>18}"]
        lines += [
            f"{d.name.replace('_', ' '):<20}{d.elasticity:>18.2f} %{d.low:>18,.2f}{d.high:>18,.2f}"
            for d in self.drivers
        ]
        lines.append("the last two: value less cost of winning, the other inputs as they are")
        return "\n".join([*lines, *(f"  {found}" for found in self.findings)])


def _told(number: float | None, unit: str) -> str:
    if number is None:
        return "never"
    return {"money": f"{number:,.2f}", "ratio": f"{number:,.1f}", "months": f"{number:,.1f} months"}.get(
        unit, f"{number:,.0f}"
    )
