"""What a cut of advertising saves and what it loses, quarter by quarter."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from lifelong.values.budget import chance

if TYPE_CHECKING:
    from lifelong.values.budget import Interval
    from lifelong.values.findings import Finding


@dataclass(frozen=True, slots=True)
class Quarter:
    """From the cut to the end of a quarter, minor units: ``net`` is ``saved`` less ``lost``; ``customers`` never came."""

    quarter: int
    saved: int
    customers: float
    lost: int
    net: int


@dataclass(frozen=True, slots=True)
class Cut:
    """What a cut does.

    Attributes:
        channels, shares: what is cut, and by how much of the present spend.
        currency, digits: of the amounts, and decimals of a minor unit.
        saved: a month.
        customers: not won a month; ``value`` what they are worth in the end, minor units.
        worse: probability that this is more than what is saved.
        lifetime: mean months that a customer stays: how fast the loss comes.
        quarters: all that was saved and lost up to the end of each.
        turns: the first quarter by whose end more is lost than saved; None: none of those shown.
        break_even: share of this cut up to which saving outweighs the loss in the end; None: all of it.
        findings: what else to know.
    """

    channels: tuple[str, ...]
    shares: tuple[float, ...]
    currency: str
    digits: int
    saved: int
    customers: float
    value: Interval
    worse: float
    lifetime: float
    quarters: tuple[Quarter, ...]
    turns: int | None
    break_even: float | None
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a cut."""
        return {**asdict(self), "findings": [found.as_dict() for found in self.findings]}

    def __str__(self) -> str:
        what = ", ".join(f"{name} by {share:.0%}" for name, share in zip(self.channels, self.shares, strict=True))
        unit = f" {self.currency}".rstrip()
        low, high = self._told(self.value.low80), self._told(self.value.high80)
        told = (
            f"cut {what}: saves {self._told(self.saved)}{unit} a month and loses {self.customers:,.1f} customers, worth "
            f"{self._told(self.value.mean)} in the end (80 %: {low} to {high}). The loss is larger than the saving with a "
            f"probability of {chance(self.worse)}."
        )
        head = f"{'by the end of':<15}{'saved':>17}{'customers':>12}{'lost so far':>17}{'net':>17}"
        lines = [*wrap(told, 80), "", head]
        lines += [
            f"{f'quarter {row.quarter}':<15}{self._told(row.saved):>17}{row.customers:>12,.1f}"
            f"{self._told(row.lost):>17}{self._told(row.net):>17}"
            for row in self.quarters
        ]
        lines.append("")
        lines.append(
            f"the cut turns into a loss in quarter {self.turns}" if self.turns else "no loss within these quarters"
        )
        if self.break_even:
            lines.append(f"up to {self.break_even:.0%} of this cut saves more than it loses in the end")
        return "\n".join([*lines, *(f"  {found}" for found in self.findings)])

    def _told(self, minor: float) -> str:
        return f"{Decimal(round(minor)).scaleb(-self.digits):,.{self.digits}f}"
