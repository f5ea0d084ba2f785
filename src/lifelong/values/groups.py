"""Groups of customers by value, customers with potential, and why a group is worth less."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lifelong.values.findings import Finding, plain
from lifelong.values.tiers import money

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Group:
    """One group.

    Attributes:
        name: the level of the attribute.
        customers: how many.
        total: their value in minor units.
        mean: value a customer; low80 to high90 are its intervals.
        drawn: the mean drawn to that of all customers, as far as groups differ no more than chance has it.
        chance: p-value against as many customers taken at random, adjusted over the groups.
        found: whether it differs by more than chance.
    """

    name: str
    customers: int
    total: int
    mean: float
    low80: float
    high80: float
    low90: float
    high90: float
    drawn: float
    chance: float
    found: bool


@dataclass(frozen=True, slots=True)
class GroupValues:
    """Groups by an attribute, the highest drawn mean first; their totals sum to that of all customers.

    Attributes:
        as_of: the day of the scores.
        by: the attribute.
        measure: ``value``, ``historic`` or ``total``.
        currency, definition: of the value.
        digits: decimals of a minor unit.
        customers, total, mean: of all.
        groups: a row a group.
    """

    as_of: str
    by: str
    measure: str
    currency: str
    definition: str
    digits: int
    customers: int
    total: int
    mean: float
    groups: tuple[Group, ...]
    findings: tuple[Finding, ...] = ()
    path: str = ""

    def frame(self) -> pa.Table:
        """A row a group as an Arrow table; totals in money."""
        import pyarrow as pa

        return pa.Table.from_pylist([asdict(g) | {"total": g.total / 10.0**self.digits} for g in self.groups])

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of groups."""
        told = asdict(self) | {"findings": [f.as_dict() for f in self.findings]}
        return {k: plain(v) for k, v in told.items()}

    def __str__(self) -> str:
        lines = [
            f"{self.customers:,} customers as of {self.as_of} by {self.by}: {WORDS[self.measure]}",
            self.definition,
            "",
            f"{'group':<18}{'customers':>10}{'total ' + self.currency:>16}{'each':>10}{'80 %':>17}  differs",
        ]
        for g in self.groups:
            span = f"{g.low80:,.2f}-{g.high80:,.2f}"
            lines.append(
                f"{g.name[:17]:<18}{g.customers:>10,}{money(g.total, self.digits):>16}{g.mean:>10,.2f}{span:>17}  "
                + (("more" if g.mean > self.mean else "less") if g.found else "no")
            )
        lines.append(f"{'all':<18}{self.customers:>10,}{money(self.total, self.digits):>16}{self.mean:>10,.2f}")
        lines += ["differs: by more than as many customers taken at random would, all groups", "together (5 %)"]
        lines += [f"  {finding}" for finding in self.findings]
        return "\n".join(lines + ([f"written to {self.path}"] if self.path else []))


WORDS = {
    "value": "value to come",
    "historic": "value so far",
    "total": "value so far and to come",
}


@dataclass(frozen=True, slots=True)
class Place:
    """One cell of realised by future value: customers, value so far and value to come in minor units."""

    name: str
    customers: int
    historic: int
    value: int


@dataclass(frozen=True, slots=True, eq=False)
class Potential:
    """Customers by what they have brought and what they will bring.

    Attributes:
        as_of: the day of the scores.
        share: of customers who are high.
        places: the four cells.
        rising: low now, high later; a row a customer (columns: ``schema.POTENTIAL``), the highest value first.
        why: how many of them each reason lifts most.
    """

    as_of: str
    share: float
    currency: str
    definition: str
    digits: int
    places: tuple[Place, ...]
    rising: pa.Table
    why: dict[str, int]
    path: str = ""

    def frame(self) -> pa.Table:
        """The customers of potential as an Arrow table."""
        return self.rising

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.rising.__arrow_c_stream__(requested_schema)

    def as_dict(self, top: int = 10) -> dict[str, Any]:
        """The JSON contract of potential, with the first rows."""
        return {
            "as_of": self.as_of,
            "share": self.share,
            "currency": self.currency,
            "definition": self.definition,
            "digits": self.digits,
            "places": [asdict(place) for place in self.places],
            "why": dict(self.why),
            "rising": plain(self.rising.slice(0, top).to_pylist()),
            "path": self.path,
        }

    def text(self, top: int = 10) -> str:
        """For people, with the first rows."""
        everybody = sum(place.customers for place in self.places)
        lines = [
            f"{everybody:,} customers as of {self.as_of}",
            self.definition,
            f"high: the best {self.share:.0%} by what they have brought (now) or will bring (later)",
            "",
            f"{'':<22}{'customers':>12}{'so far ' + self.currency:>20}{'to come ' + self.currency:>20}",
        ]
        lines += [
            f"{p.name:<22}{p.customers:>12,}{money(p.historic, self.digits):>20}{money(p.value, self.digits):>20}"
            for p in self.places
        ]
        told = ", ".join(f"{name} {n:,}" for name, n in self.why.items())
        lines += ["", f"low now, high later, by what lifts them most: {told}"]
        if len(self.rising) and top:
            lines.append(f"{'customer':<20}{'so far':>11}{'to come':>11}{'alive':>7}{'orders':>8}{'each':>10}  why")
        lines += [
            f"{r['customer_id'][:19]:<20}{r['historic']:>11,.2f}{r['value']:>11,.2f}{r['alive']:>7.0%}"
            f"{r['orders']:>8.1f}{r['each']:>10,.2f}  {r['why']}"
            for r in self.rising.slice(0, top).to_pylist()
        ]
        return "\n".join(lines + ([f"written to {self.path}"] if self.path else []))

    def __str__(self) -> str:
        return self.text()


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a difference: money a customer, all of the group in minor units, and the figures of both sides."""

    name: str
    each: float
    total: int
    group: float | None = None
    others: float | None = None


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why customers of a group bring less, or more, than others after their first order day.

    Attributes:
        group, against: who is compared.
        horizon: how long each was followed.
        customers, customers_against: how many.
        brings, brings_against: what a customer brought (money).
        difference: of the two, with low80 to high90 as its intervals.
        total: the difference of the whole group in minor units.
        like: what both were made alike in, before the four factors; empty where nothing was.
        parts: mix, retention, frequency, basket, margin; they sum to the difference, their totals to the total.
    """

    group: str
    against: str
    horizon: str
    currency: str
    digits: int
    customers: int
    customers_against: int
    brings: float
    brings_against: float
    difference: float
    low80: float
    high80: float
    low90: float
    high90: float
    total: int
    like: str
    parts: tuple[Part, ...]
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a shortfall."""
        told = asdict(self) | {"findings": [f.as_dict() for f in self.findings]}
        return {k: plain(v) for k, v in told.items()}

    def __str__(self) -> str:
        unit = self.currency
        lines = [
            f"{self.group} ({self.customers:,} customers) against {self.against} ({self.customers_against:,})",
            f"each followed for {self.horizon} after the first order day",
            f"a customer brought {self.brings:,.2f} {unit} against {self.brings_against:,.2f}: {self.difference:+,.2f} "
            f"(80 %: {self.low80:+,.2f} to {self.high80:+,.2f})",
            "",
            f"{'what differs':<14}{'group':>12}{'others':>12}{'each ' + unit:>14}{'all ' + unit:>20}",
        ]
        for part in self.parts:
            told = [_figure(part.name, figure) for figure in (part.group, part.others)]
            lines.append(
                f"{part.name:<14}{told[0]:>12}{told[1]:>12}{part.each:>+14,.2f}{money(part.total, self.digits):>20}"
            )
        lines.append(f"{'difference':<38}{self.difference:>+14,.2f}{money(self.total, self.digits):>20}")
        lines += [
            "retention: who came back; frequency: order days of those; basket: revenue an",
            "order day; margin: what is kept of it; mix: who they are"
            + (f", by {self.like}" if self.like else " (nothing was made alike)"),
        ]
        return "\n".join([*lines, *(f"  {finding}" for finding in self.findings)])


def _figure(name: str, figure: float | None) -> str:
    if figure is None:
        return ""
    return f"{figure:.1%}" if name in {"retention", "margin"} else f"{figure:,.2f}"
