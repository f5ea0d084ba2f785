"""Customers that were joined, with what speaks for it, as the verb `identity` tells them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Join:
    """One id that is another customer's.

    Attributes:
        alias: the id.
        customer_id: the customer that it was joined to.
        rule: by which rule.
        evidence: e-mails that stand under the alias and under another id of the same customer.
        orders: rows of the alias that were read.
    """

    alias: str
    customer_id: str
    rule: str
    evidence: tuple[str, ...]
    orders: int


@dataclass(frozen=True, slots=True)
class Joined:
    """A page of the joins.

    Attributes:
        all_joins: how many there are.
        start: the number of the first one below.
        rows: the joins, by customer.
        undone: aliases that stay apart, as was asked.
        customers: how many customers there are with these joins.
    """

    all_joins: int
    start: int
    rows: tuple[Join, ...]
    undone: tuple[str, ...]
    customers: int

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `identity`."""
        told = [asdict(row) | {"evidence": list(row.evidence)} for row in self.rows]
        return {
            "all_joins": self.all_joins,
            "start": self.start,
            "rows": told,
            "undone": list(self.undone),
            "customers": self.customers,
        }

    def __str__(self) -> str:
        lines = [f"{row.alias} -> {row.customer_id}  ({row.rule}: {', '.join(row.evidence)})" for row in self.rows]
        return "\n".join([*(lines or ["no customers were joined"]), *(f"{one} stays apart" for one in self.undone)])
