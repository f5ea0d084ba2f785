"""Customers that a rule chooses: how many, what they hold, and the rules that are kept."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lifelong.values.tiers import money

if TYPE_CHECKING:
    from lifelong.values.findings import Finding
    from lifelong.values.scores import Totals


@dataclass(frozen=True, slots=True)
class SavedRule:
    """One version of a rule that is kept under a name."""

    name: str
    version: int
    rule: str
    saved: str

    def __str__(self) -> str:
        return f"{self.name}, version {self.version} of {self.saved}: {self.rule}"


@dataclass(frozen=True, slots=True)
class SavedRules:
    """The rules that a project keeps, by name, the newest version first."""

    rules: tuple[SavedRule, ...]

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of kept rules."""
        return {"rules": [asdict(rule) for rule in self.rules]}

    def __str__(self) -> str:
        return "\n".join(map(str, self.rules)) if self.rules else "no rule is kept yet"


@dataclass(frozen=True, slots=True)
class Segment:
    """Who a rule chooses, by the latest scores.

    Attributes:
        rule: in its one form.
        name, version: under which it is kept; empty and 0 where it is not.
        as_of, horizon, currency, definition: of the value.
        digits: decimals of a minor unit.
        customers, of: how many are chosen, of how many.
        alive: how many of them are expected to be still customers.
        value, all_value: what they and all customers are expected to bring, minor units.
        historic: what they have brought, minor units; None where there are no amounts.
        totals: their total with its intervals; None where they cannot be told.
        path: the file that they were written to, empty where they were not.
    """

    rule: str
    name: str
    version: int
    as_of: str
    horizon: str
    currency: str
    definition: str
    digits: int
    customers: int
    of: int
    alive: float
    value: int | None
    all_value: int | None
    historic: int | None
    totals: Totals | None
    findings: tuple[Finding, ...] = ()
    path: str = ""

    @property
    def value_share(self) -> float | None:
        """The part of all expected value that they hold; None where there is none."""
        return self.value / self.all_value if self.value is not None and self.all_value else None

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a segment."""
        names = (
            "rule",
            "name",
            "version",
            "as_of",
            "horizon",
            "currency",
            "definition",
            "digits",
            "customers",
            "of",
            "alive",
        )
        ends = ("low80", "high80", "low90", "high90")
        return {name: getattr(self, name) for name in names} | {
            "share": self.customers / self.of if self.of else None,
            "value": self.value,
            "value_share": self.value_share,
            "historic": self.historic,
            **{end: getattr(self.totals, end) if self.totals else None for end in ends},
            "findings": [f.as_dict() for f in self.findings],
            "path": self.path,
        }

    def __str__(self) -> str:
        share = f" ({self.customers / self.of:.1%})" if self.of else ""
        lines = [self.rule, f"{self.customers:,} of {self.of:,} customers{share} as of {self.as_of}"]
        if self.value is not None and self.currency:
            held = f"value {money(self.value, self.digits)} {self.currency}"
            held += f", {self.value_share:.1%} of all" if self.value_share is not None else ""
            if self.totals:
                held += f" (80 %: {self.totals.low80:,.2f} to {self.totals.high80:,.2f})"
            lines += [held, self.definition]
        if self.version:
            lines.append(f"kept as {self.name}, version {self.version}")
        lines += [f"  {finding}" for finding in self.findings]
        return "\n".join(lines + ([f"written to {self.path}"] if self.path else []))
