"""When each customer orders next: a date with a band, or "unlikely"."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError
from lifelong.phrases import phrase
from lifelong.units import date_of
from lifelong.values.findings import Finding, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

DAYS = ("date", "low80", "high80", "low90", "high90")
SHOWN = 10


@dataclass(frozen=True, slots=True, eq=False)
class NextOrders:
    """A row a customer (columns: ``schema.NEXT_ORDERS``), in the order of the summary.

    Attributes:
        as_of: the last day seen, ISO; every date is later.
        horizon: within which an order must be likely for a date to be named.
        customers: rows.
        likely: customers with a date.
        again: how many customers are expected to order within the horizon: the sum of ``within``.
        rhythm: what the dates rest on: the gap of the customer in the middle (days), parameters by name, gaps seen.
        table: the rows.
        model: the purchase model behind ``alive`` and ``within``.
        definition: what a date means.
        path: the file that the rows were written to, empty where they were not.
    """

    as_of: str
    horizon: str
    customers: int
    likely: int
    again: float
    rhythm: Mapping[str, float]
    table: pa.Table
    model: str = ""
    findings: tuple[Finding, ...] = ()
    definition: str = "half of such customers, if still customers, will have ordered again by the date"
    path: str = ""

    def frame(self) -> pa.Table:
        """The rows as an Arrow table, days as whole numbers since 1970-01-01."""
        return self.table

    def to_arrow(self) -> pa.Table:
        """The rows as an Arrow table, days as dates."""
        import pyarrow as pa

        made = self.table
        for name in DAYS:
            at = made.column_names.index(name)
            made = made.set_column(at, name, made[name].cast(pa.date32()))
        return made

    def to_pandas(self) -> Any:
        """The rows as a pandas frame, days as dates (needs pandas)."""
        return self.to_arrow().to_pandas()

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)

    def top(self, n: int = SHOWN) -> pa.Table:
        """The n customers whose date comes first; ties by customer id, so that every run agrees."""
        import pyarrow.compute as pc

        if n < 0:
            raise ConfigError("E301", phrase("{n} rows cannot be shown", n=n), where="--top", fix="take 0 or more")
        dated = self.table.filter(pc.is_valid(self.table["date"]))
        return dated.sort_by([("date", "ascending"), ("customer_id", "ascending")]).slice(0, n)

    def rows(self, n: int = SHOWN) -> list[dict[str, Any]]:
        """:meth:`top` as plain rows, days as ISO dates."""
        told = self.top(n).to_pylist()
        return [{k: date_of(v).isoformat() if k in DAYS else plain(v) for k, v in row.items()} for row in told]

    def as_dict(self, top: int = SHOWN) -> dict[str, Any]:
        """The JSON contract of next orders; ``rows`` holds the first ``top``."""
        return {
            "as_of": self.as_of,
            "horizon": self.horizon,
            "definition": self.definition,
            "customers": self.customers,
            "likely": self.likely,
            "again": plain(self.again),
            "rhythm": {k: plain(v) for k, v in self.rhythm.items()},
            "rows": self.rows(top),
            "findings": [f.as_dict() for f in self.findings],
            "model": self.model,
            "path": self.path,
        }

    def text(self, top: int = SHOWN) -> str:
        """What is printed, with so many rows."""
        shown = self.rows(top)
        lines = [
            f"{self.customers:,} customers as of {self.as_of}",
            f"{self.likely:,} will likely order within {self.horizon} and have a date; the others are unlikely to",
            f"{self.again:,.0f} customers are expected to order within {self.horizon}",
            f"a typical gap between order days is {self.rhythm['typical_gap']:,.0f} days",
        ]
        if shown:
            lines += ["", f"{'customer':<20}{'date':>12}   {'80 % band':^24}{'alive':>7}{'overdue':>9}"]
        lines += [
            f"{row['customer_id'][:19]:<20}{row['date']:>12}   {row['low80']} to {row['high80']}"
            f"{row['alive']:>7.0%}{row['overdue']:>9.0%}"
            for row in shown
        ]
        lines += [f"  {finding}" for finding in self.findings]
        return "\n".join(lines + ([f"written to {self.path}"] if self.path else []))

    def __str__(self) -> str:
        return self.text()
