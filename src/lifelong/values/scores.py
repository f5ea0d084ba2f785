"""What customers are worth: a row each, totals of groups, and the words that define them."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError, did_you_mean
from lifelong.phrases import phrase, spoken
from lifelong.values.findings import Finding, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Totals:
    """A group's total with its intervals; an interval of a sum is not the sum of intervals.

    ``model_share`` is the part of the 80 % interval's width that comes from the model's own error, as the
    rolling back-test measured it: 1 - (width without it) / (width with it).
    """

    customers: int
    alive: float
    orders: float
    value: float
    low80: float
    high80: float
    low90: float
    high90: float
    orders_low80: float
    orders_high80: float
    orders_low90: float
    orders_high90: float
    model_share: float

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name."""
        return {k: plain(v) for k, v in asdict(self).items()}


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """A row a customer (columns: ``schema.SCORES``) with totals, and the words that say what the numbers mean.

    ``groups`` holds totals by name: ``all``, ``best 20 %``, and one a first-order cohort (``cohort 1997-01``).
    """

    as_of: str
    horizon: str
    currency: str
    definition: str
    customers: int
    totals: Totals
    table: pa.Table
    groups: Mapping[str, Totals] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    model: str = ""
    path: str = ""

    def top(self, n: int = 10, by: str = "value") -> pa.Table:
        """The n customers of most value, ties broken by customer id so that every run agrees."""
        if by not in self.table.column_names:
            raise ConfigError(
                "E302", phrase("scores have no column {by!r}", by=by), why=did_you_mean(by, self.table.column_names)
            )
        return self.table.sort_by([(by, "descending"), ("customer_id", "ascending")]).slice(0, max(n, 0))

    def frame(self) -> pa.Table:
        """The rows as an Arrow table."""
        return self.table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of scores."""
        return {
            "as_of": self.as_of,
            "horizon": self.horizon,
            "currency": self.currency,
            "definition": self.definition,
            "customers": self.customers,
            "totals": self.totals.as_dict(),
            "groups": {name: t.as_dict() for name, t in self.groups.items()},
            "findings": [f.as_dict() for f in self.findings],
            "model": self.model,
            "path": self.path,
        }

    def __str__(self) -> str:
        t = self.totals
        lines = [
            spoken(
                "{customers:,} customers as of {as_of}, {definition}",
                customers=self.customers,
                as_of=self.as_of,
                definition=self.definition,
            ),
            spoken(
                "still customers {alive:,.0f}; orders within {horizon} {orders:,.0f} (80 %: {low:,.0f} to {high:,.0f})",
                alive=t.alive,
                horizon=self.horizon,
                orders=t.orders,
                low=t.orders_low80,
                high=t.orders_high80,
            ),
            spoken(
                "value {value:,.2f} {currency} (80 %: {low:,.2f} to {high:,.2f}; {share:.0%} of that width is "
                "the model's own error)",
                value=t.value,
                currency=self.currency,
                low=t.low80,
                high=t.high80,
                share=t.model_share,
            ),
        ]
        return "\n".join([*lines, *(f"  {finding}" for finding in self.findings)])
