"""What winning one customer may cost, by channel or campaign, and what is over it now."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from lifelong.values.winning import amount

if TYPE_CHECKING:
    from lifelong.values.findings import Finding


@dataclass(frozen=True, slots=True)
class Limit:
    """One channel; money in minor units, None where nothing limits or nothing is told.

    Attributes:
        name: of it.
        value, value_low: what a new customer is worth, and the lower bound that counts (one in ten lies below).
        by_ratio: ``value_low`` by the target.
        by_payback: the lower bound of what a customer has brought by the months of payback that are allowed.
        by_cash: what cash allows at the present number of customers.
        limit: the least of these.
        binding: which of them it is.
        budget: ``limit`` times the customers of a month, as many as now.
        cac: what one costs now, and ``marginal`` what the next one does, where the months tell; ``is_over`` where either is more than
            the limit.
        cpa: the most for an action, at the channel's present customers by action.
    """

    name: str
    value: float
    value_low: float
    by_ratio: float
    by_payback: float | None
    by_cash: float | None
    limit: int
    binding: str
    budget: int
    cac: float | None
    marginal: float | None
    is_over: bool
    cpa: float | None


@dataclass(frozen=True, slots=True)
class Limits:
    """The answer of `limits`.

    Attributes:
        as_of, currency, digits: of the amounts.
        definition: what a new customer's value is.
        by: what the rows are: ``channel`` or ``campaign``.
        target: value to cost that is asked for.
        payback: months of 30 days; None where none was asked for.
        cash: that may be out at once, minor units; None where it was not told.
        rows: channels, those over their limit first.
        findings: what else to know.
        origin: who named the channels of customers, in words.
    """

    as_of: str
    currency: str
    digits: int
    definition: str
    by: str
    target: float
    payback: int | None
    cash: int | None
    rows: tuple[Limit, ...]
    findings: tuple[Finding, ...] = ()
    origin: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract; amounts in minor units."""
        return {**asdict(self), "findings": [found.as_dict() for found in self.findings]}

    def __str__(self) -> str:
        asked = [f"value to cost of at least {self.target:g}"]
        asked += [f"paid back within {self.payback} months"] if self.payback is not None else []
        asked += [f"at most {amount(self.cash, self.digits)} out at once"] if self.cash is not None else []
        lines = [
            f"what winning a customer may cost, as of {self.as_of}" + (f", {self.currency}" if self.currency else ""),
            *wrap(f"value means {self.definition}", 80),
            *(wrap(f"{self.by}s are named {self.origin}", 80) if self.origin else ()),
            *wrap("asked for: " + ", ".join(asked), 80),
            "",
            f"{self.by:<18}{'value':>10}{'at least':>10}{'limit':>10}  {'by':<8}{'now':>10}{'a month':>11}",
        ]
        for row in self.rows:
            told = [amount(v, self.digits) for v in (row.value, row.value_low, row.limit, row.cac, row.budget)]
            mark = "!" if row.is_over else ""
            lines.append(
                f"{row.name[:17]:<18}{told[0]:>10}{told[1]:>10}{told[2]:>10}  {row.binding:<8}{told[3]:>10}{told[4]:>11}{mark}"
            )
        lines += ["! costs more now than it may"] if any(row.is_over for row in self.rows) else []
        nexts = [f"{row.name} {amount(row.marginal, self.digits)}" for row in self.rows if row.marginal is not None]
        lines += ["", *wrap("the next customer costs: " + ", ".join(nexts), 80)] if nexts else []
        actions = [f"{row.name} {amount(row.cpa, self.digits)}" for row in self.rows if row.cpa is not None]
        lines += ["", *wrap("at most for an action: " + ", ".join(actions), 80)] if actions else []
        return "\n".join([*lines, *(f"  {found}" for found in self.findings)])
