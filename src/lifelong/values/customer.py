"""One customer: what was counted, what is expected, and what that goes with."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lifelong.values.findings import Finding, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a customer's value is the product of, in the order of ``Customer.parts``.
FACTORS = ("silence", "frequency", "spend")


@dataclass(frozen=True, slots=True)
class Order:
    """One order: its day, ISO; its amount in money, None where it is not known; whether it counts as a visit."""

    day: str
    amount: float | None
    counts: bool


@dataclass(frozen=True, slots=True)
class Point:
    """The chance of being still a customer, by the history up to that day."""

    day: str
    alive: float


@dataclass(frozen=True, slots=True)
class Part:
    """One factor of the value: the customer's, that of the mean customer, and what it adds to the difference."""

    name: str
    factor: float
    mean: float
    part: float


@dataclass(frozen=True, slots=True)
class Similar:
    """Customers with as many order days and a silence within a quarter of this one's: how many, their mean value and chance."""

    customers: int
    value: float | None
    alive: float


@dataclass(frozen=True, slots=True)
class Customer:
    """One customer, by the latest scores.

    Attributes:
        customer_id, as_of, horizon, currency, definition, model: of whom, when, and what value means.
        scores: the row of the scores, by the names of ``schema.SCORES``.
        counted: first day, days since, order days, revenue; empty where the orders do not know the customer.
        stage, overdue, tier: the stage of life and the tier of value; None where they cannot be told.
        next: the next order date with its 80 % interval, and the chance of an order within 26 weeks; a date of None where an
            order is unlikely. None where no dates can be told.
        known: what was known at the first order, by name.
        orders: the newest orders, the oldest first; ``of_orders`` are all.
        alive_over_time: the chance of being still a customer over time; empty where the model looks at more than order days.
        mean: value of the mean customer.
        parts: what frequency, spend and silence add to the difference from that; they sum to it.
        similar: customers with a like history.
    """

    customer_id: str
    as_of: str
    horizon: str
    currency: str
    definition: str
    model: str
    scores: Mapping[str, Any]
    counted: Mapping[str, Any]
    stage: str | None
    overdue: float | None
    tier: str | None
    next: Mapping[str, Any] | None
    known: Mapping[str, Any]
    orders: tuple[Order, ...]
    of_orders: int
    alive_over_time: tuple[Point, ...]
    mean: float
    parts: tuple[Part, ...]
    similar: Similar | None
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a customer."""
        told: dict[str, Any] = plain({k: v for k, v in asdict(self).items() if k != "findings"})
        told["findings"] = [f.as_dict() for f in self.findings]
        return told

    def __str__(self) -> str:
        s, unit = self.scores, f" {self.currency}" if self.currency else " orders"
        lines = [f"customer {self.customer_id} as of {self.as_of}"]
        if self.counted:
            lines.append(
                f"{self.counted['order_days']:,} order days since {self.counted['first_day']}, silent for {s['silent_days']} days"
            )
        told = f"still a customer: {s['alive']:.0%}"
        told += f"; stage {self.stage}" if self.stage else ""
        lines.append(told + (f"; tier {self.tier}" if self.tier else ""))
        if s["value"] is not None:
            lines += [
                f"value {s['value']:,.2f}{unit} (80 %: {s['low80']:,.2f} to {s['high80']:,.2f}; median {s['median']:,.2f})",
                self.definition,
                f"so far {s['historic']:,.2f}{unit}",
            ]
        if self.next:
            when = f"{self.next['date']} (80 %: {self.next['low80']} to {self.next['high80']})"
            lines.append(f"next order: {when if self.next['date'] else 'unlikely within 26 weeks'}")
        lines.append(f"against the mean customer ({self.mean:,.2f}{unit}):")
        lines += [
            f"  {p.name:<12}{p.part:>+14,.2f}   {p.factor:,.3f} where the mean has {p.mean:,.3f}" for p in self.parts
        ]
        return "\n".join([*lines, *(f"  {finding}" for finding in self.findings)])
