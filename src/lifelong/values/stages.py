"""Where each customer stands in life as a customer, and who moved from where to where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifelong.values.findings import Finding, plain

if TYPE_CHECKING:
    import pyarrow as pa

#: Every customer is in exactly one.
STAGES = ("new", "active", "reactivated", "cooling", "lapsed")
#: Where those came from who were no customers on the earlier day.
NOT_YET = "not yet"


@dataclass(frozen=True, slots=True, eq=False)
class Stages:
    """A row a customer (columns: ``schema.STAGES``), counts and value by stage, and moves since an earlier day.

    Attributes:
        as_of: the last day seen, ISO.
        since: the earlier day, ISO; empty without one.
        customers: how many are in each of ``STAGES``.
        value: their value, None where no scores of that day are kept.
        moved: a row a stage on the earlier day, and a last one for those who were no customers yet; a column a stage
            now. Empty without an earlier day.
        typical_gap: days between order days of the customer in the middle.
        table: the rows.
        currency: of the value.
        worth: what the value means.
        definition: what a stage means.
        path: the file that the rows were written to, empty where they were not.
    """

    as_of: str
    since: str
    customers: tuple[int, ...]
    value: tuple[float, ...] | None
    moved: tuple[tuple[int, ...], ...]
    typical_gap: float
    table: pa.Table
    currency: str = ""
    worth: str = ""
    findings: tuple[Finding, ...] = ()
    definition: str = (
        "by the own rhythm: cooling once 80 % of such customers would have ordered again, lapsed once 95 % would have"
    )
    path: str = ""

    def frame(self) -> pa.Table:
        """The rows as an Arrow table."""
        return self.table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of stages."""
        everybody = sum(self.customers)
        return {
            "as_of": self.as_of,
            "since": self.since,
            "definition": self.definition,
            "customers": everybody,
            "typical_gap": plain(self.typical_gap),
            "currency": self.currency,
            "worth": self.worth,
            "stages": [
                {
                    "stage": name,
                    "customers": n,
                    "share": n / everybody,
                    "value": plain(self.value[i]) if self.value else None,
                }
                for i, (name, n) in enumerate(zip(STAGES, self.customers, strict=True))
            ],
            "moved": [
                {"before": name, **dict(zip(STAGES, row, strict=True)), "customers": sum(row)}
                for name, row in zip((*STAGES, NOT_YET), self.moved, strict=False)
            ],
            "findings": [f.as_dict() for f in self.findings],
            "path": self.path,
        }

    def __str__(self) -> str:
        told = self.as_dict()
        lines = [
            f"{told['customers']:,} customers as of {self.as_of}; a typical gap is {self.typical_gap:,.0f} days",
            "cooling: 80 % of such customers would have ordered again by now; lapsed: 95 %",
            "",
            f"{'stage':<14}{'customers':>12}{'share':>8}" + (f"{'value ' + self.currency:>20}" if self.value else ""),
        ]
        for row in told["stages"]:
            value = f"{row['value']:>20,.2f}" if self.value else ""
            lines.append(f"{row['stage']:<14}{row['customers']:>12,}{row['share']:>8.1%}{value}")
        if self.moved:
            lines += ["", f"since {self.since}, from each stage (row) to each (column)"]
            lines.append(f"{'':<14}" + "".join(f"{name:>12}" for name in STAGES))
            lines += [f"{row['before']:<14}" + "".join(f"{row[name]:>12,}" for name in STAGES) for row in told["moved"]]
        lines += [f"value: {self.worth}"] if self.value else []
        lines += [f"  {finding}" for finding in self.findings]
        return "\n".join(lines + ([f"written to {self.path}"] if self.path else []))
