"""The answer of a business case: what a programme that betters a firm's figures brings and costs."""

from __future__ import annotations

import textwrap
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifelong.values.findings import Finding


@dataclass(frozen=True, slots=True)
class Lone:
    """What one change would add by itself, at present value, before costs.

    Attributes:
        name: of the figure.
        before, after: what it is, and what it is hoped to become.
        added: present value.
    """

    name: str
    before: float
    after: float
    added: float


@dataclass(frozen=True, slots=True)
class Otherwise:
    """The net present value where something comes otherwise than planned."""

    title: str
    npv: float


@dataclass(frozen=True, slots=True)
class BusinessCase:
    """What follows from a plan; amounts in the unit in which they were typed.

    Attributes:
        inputs: as typed, as numbers.
        definition: what value means here.
        npv: present value of the margin added, less all costs.
        added: present value of the margin added.
        costs: present value of the costs.
        roi: npv by costs; None where nothing is spent.
        payback_months: the month from whose end on the margin added covers the costs, not discounted; None: never.
        break_even: the share of what is hoped at which npv is 0; None where the whole does not reach it.
        customers_added: more customers at the start of the last month.
        lone: what each change would add by itself.
        otherwise: npv where something comes otherwise.
        months: a row a month: customers without and with it, margin added, cost, and what is left in all, not discounted.
        findings: what to know.
    """

    inputs: dict[str, Any]
    definition: str
    npv: float
    added: float
    costs: float
    roi: float | None
    payback_months: int | None
    break_even: float | None
    customers_added: float
    lone: tuple[Lone, ...]
    otherwise: tuple[Otherwise, ...]
    months: tuple[dict[str, float], ...]
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a business case."""
        told = asdict(self)
        rows = {key: list(told[key]) for key in ("lone", "otherwise", "months")}
        return {**told, **rows, "findings": [found.as_dict() for found in self.findings]}

    def __str__(self) -> str:
        payback = "never" if self.payback_months is None else f"{self.payback_months} months"
        share = "not reached" if self.break_even is None else f"{self.break_even:.0%} of it"
        added, costs = round(self.added, 2), round(self.costs, 2)
        lines = [
            *textwrap.wrap(f"value means {self.definition}", 80),
            "",
            f"{'margin added':<32}{added:>18,.2f}",
            f"{'costs':<32}{costs:>18,.2f}",
            f"{'left (net present value)':<32}{added - costs:>18,.2f}",
            *([] if self.roi is None else [f"{'  by costs (ROI)':<32}{self.roi:>18.0%}"]),
            f"{'payback':<32}{payback:>18}",
            f"{'break-even: effect needed':<32}{share:>18}",
            f"{'more customers in the end':<32}{self.customers_added:>18,.1f}",
            "",
            f"{'each change by itself':<24}{'now':>12}{'hoped':>12}{'adds, before costs':>24}",
            *(f"{_words(o.name):<24}{_figure(o, o.before):>12}{_figure(o, o.after):>12}{o.added:>24,.2f}" for o in self.lone),
            "",
            f"{'if it comes otherwise':<44}{'left':>18}",
            *(f"{row.title:<44}{row.npv:>18,.2f}" for row in self.otherwise),
        ]  # fmt: skip
        return "\n".join([*lines, *(f"  {found}" for found in self.findings)])


def _words(name: str) -> str:
    return name.replace("_", " ")


def _figure(row: Lone, number: float) -> str:
    return f"{100 * number:g}%" if row.name in {"churn", "margin"} else f"{number:,.6g}"
