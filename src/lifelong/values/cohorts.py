"""Cohorts by age: a row a cohort and age, the same as a matrix in text, and two of them compared at one age."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from lifelong.definitions import Valuation
    from lifelong.values.findings import Finding

WIDTH, NAME, COUNT = 80, 16, 11
SHARES = ("retention", "repeat")
#: The row of all cohorts together.
ALL = "all"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two cohorts at one age, of customers who were seen to its end; ``difference`` is the second less the first.

    ``holds`` is whether the 90 % interval of the difference is free of 0.
    """

    first: str
    second: str
    age: int
    seen: tuple[int, int]
    values: tuple[float, float]
    difference: float
    low80: float
    high80: float
    low90: float
    high90: float
    holds: bool


@dataclass(frozen=True, slots=True, eq=False)
class CohortMatrix:
    """A row a cohort and age (columns: ``schema.COHORTS``); the last rows, of cohort ``all``, are of everybody.

    Attributes:
        measure: retention, repeat, orders, revenue, margin or contribution.
        by: what parts the cohorts.
        age: what one age spans, in words; ``age_days`` in days. Age 0 is the first order day.
        is_cumulative: whether each age holds all since the first order day.
        as_of: the last day seen, ISO.
        definition: what the numbers are, in words.
        valuation: the same, axis by axis; None for shares of customers.
        currency: of money, whose totals are in minor units; empty where the measure is none.
        digits: decimals of the currency.
        customers: all of them.
        table: the rows.
        comparison: of two cohorts, where one was asked for.
        findings: what to know.
        path: where rows were written, empty where nowhere.
    """

    measure: str
    by: str
    age: str
    age_days: int
    is_cumulative: bool
    as_of: str
    definition: str
    valuation: Valuation | None
    currency: str
    digits: int
    customers: int
    table: pa.Table
    comparison: Comparison | None = None
    findings: tuple[Finding, ...] = ()
    path: str = ""

    def rows(self) -> list[dict[str, Any]]:
        """The rows as dictionaries."""
        made: list[dict[str, Any]] = self.table.to_pylist()
        return made

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract: every row."""
        names = (
            "measure", "by", "age", "age_days", "is_cumulative", "as_of", "definition", "currency", "digits", "customers",
        )  # fmt: skip
        return {name: getattr(self, name) for name in names} | {
            "valuation": self.valuation.as_dict() if self.valuation else None,
            "rows": self.rows(),
            "comparison": asdict(self.comparison) if self.comparison else None,
            "findings": [f.as_dict() for f in self.findings],
            "path": self.path,
        }

    def __str__(self) -> str:
        rows = self.rows()
        ages = sorted({row["age"] for row in rows})
        cell = max(6, *(len(self._cell(row)) for row in rows)) + 1
        shown = ages[: max((WIDTH - NAME - COUNT) // cell, 1)]
        lines = [
            *wrap(self.definition, WIDTH),
            *wrap(f"by {self.by}; seen until {self.as_of}; age in {self.age}, 0 is the first order day", WIDTH),
            "",
            f"{'cohort':<{NAME}}{'customers':>{COUNT}}" + "".join(f"{age:>{cell}}" for age in shown),
        ]
        by_cohort: dict[str, dict[int, dict[str, Any]]] = {}
        for row in rows:
            by_cohort.setdefault(row["cohort"], {})[row["age"]] = row
        for name, cells in by_cohort.items():
            told = "".join(f"{self._cell(cells[age]) if age in cells else '':>{cell}}" for age in shown)
            count = f"{next(iter(cells.values()))['customers']:>{COUNT},}"
            lines.append(f"{_cut(name):<{NAME}}{count}{told}".rstrip())
        lines += ["", *self._legend(rows, ages, len(shown))]
        if self.comparison:
            lines += ["", *self._compared(self.comparison)]
        for finding in self.findings:
            lines += wrap(f"{finding.severity}: {finding}", WIDTH, subsequent_indent="  ")
        return "\n".join([*lines, *([f"rows written to {self.path}"] if self.path else [])])

    def told(self, value: float) -> str:
        """A value of this measure as people read it."""
        if self.measure in SHARES:
            return f"{value:.1%}"
        return f"{value:,.{self.digits if self.currency else 2}f}"

    def _cell(self, row: dict[str, Any]) -> str:
        if row["value"] is None:
            return "-"
        return self.told(row["value"]) + ("" if row["complete"] else "*")

    def _legend(self, rows: Sequence[dict[str, Any]], ages: Sequence[int], shown: int) -> list[str]:
        lines, hidden = [], len(ages) - shown
        open_ = [row for row in rows if row["age"] in ages[:shown] and not row["complete"]]
        if any(row["seen"] for row in open_):
            lines.append("* not over for all of the cohort: of those alone who were seen so long")
        if any(not row["seen"] for row in open_):
            lines.append("- not over for anybody")
        if hidden:
            lines.append(f"{hidden} older ages are not shown: --json or --out has them, and all intervals")
        if self.currency and not self.is_cumulative:
            total = sum(row["total"] for row in rows if row["cohort"] == ALL)
            lines.append(
                f"all cohorts and ages: {Decimal(total).scaleb(-self.digits):,.{self.digits}f} {self.currency}"
            )
        return lines

    def _compared(self, c: Comparison) -> list[str]:
        sign = "+" if c.difference > 0 else ""
        kind = "percentage points" if self.measure in SHARES else self.currency or "orders a customer"
        scale = 100.0 if self.measure in SHARES else 1.0
        far, low, high = (f"{scale * v:,.2f}" for v in (c.difference, c.low80, c.high80))
        verdict = "they differ" if c.holds else "no clear difference"
        return [
            f"at age {c.age}:",
            f"  {_cut(c.first):<{NAME}}{self.told(c.values[0])} ({c.seen[0]:,} customers)",
            f"  {_cut(c.second):<{NAME}}{self.told(c.values[1])} ({c.seen[1]:,} customers)",
            f"second less first {sign}{far} {kind}, 80 %: {low} to {high}",
            f"{verdict}: the 90 % interval {'leaves out' if c.holds else 'holds'} 0",
        ]


def _cut(name: str) -> str:
    return name if len(name) < NAME else f"{name[: NAME - 2]}…"
