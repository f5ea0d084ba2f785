"""What an ingest did, reconciled to its source."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lifelong.errors import DataError
from lifelong.phrases import figure, heard, phrase, spoken
from lifelong.units import Money
from lifelong.values.findings import Finding, plain

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True, eq=False)
class ImportReport:
    """What an ingest did, reconciled to the source: rows in = kept + quarantined + duplicates, and money likewise.

    Money is in minor units of ``currency``; None where the file has no amounts. Of the kind ``subscriptions`` ``orders``
    counts subscriptions, money is the price of one period of each, and the days are those on which they began. Of the kind
    ``touches`` it counts touches, and there is no money.
    """

    source: str
    batch: str
    rows_in: int
    kept: int
    quarantined: int
    duplicates: int
    money_in: int | None
    money_kept: int | None
    money_quarantined: int | None
    money_duplicates: int | None
    currency: str
    orders: int
    customers: int
    first_day: str
    last_day: str
    columns: Mapping[str, str] = field(default_factory=dict)
    details: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    kind: str = "orders"

    def __post_init__(self) -> None:
        """A report that does not add up is an error of ours and must never be shown as if it did."""
        rows = self.kept + self.quarantined + self.duplicates
        money = None
        if self.money_in is not None:
            money = (self.money_kept or 0) + (self.money_quarantined or 0) + (self.money_duplicates or 0)
        if rows != self.rows_in or money != self.money_in:
            raise DataError(
                "E109",
                phrase(
                    "rows {rows_in} against {rows}, money {money_in} against {money}",
                    rows_in=self.rows_in,
                    rows=rows,
                    money_in=self.money_in,
                    money=money,
                ),
                where=self.source,
                why="every row of the source must be accounted for, to the cent",
                fix="this is a fault in lifelong: nothing was stored; please report it with the first lines of the file",
            )

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of an import report."""
        told = {
            k: plain(getattr(self, k)) for k in self.__dataclass_fields__ if k not in {"findings", "columns", "details"}
        }
        return told | {
            "columns": dict(self.columns),
            "details": plain(dict(self.details)),
            "findings": [f.as_dict() for f in self.findings],
        }

    def __str__(self) -> str:
        money = [
            (
                "prices" if self.kind == "subscriptions" else "money",
                self.money_in,
                self.money_kept,
                self.money_quarantined,
                self.money_duplicates,
            )
        ]
        lines = [
            spoken(
                "{source}: {orders:,} {kind} of {customers:,} customers, {first} to {last}",
                source=self.source,
                orders=self.orders,
                kind=heard(self.kind),
                customers=self.customers,
                first=self.first_day,
                last=self.last_day,
            ),
            f"{'':<8}{heard('in'):>18} = {heard('kept'):>18} + {heard('quarantined'):>14} + {heard('duplicates'):>14}",
        ]
        rows = [("rows", self.rows_in, self.kept, self.quarantined, self.duplicates)]
        for name, *figures in rows + (money if self.money_in is not None else []):
            cells = [self._cell(name, value or 0) for value in figures]
            lines.append(f"{heard(name):<8}{cells[0]:>18} = {cells[1]:>18} + {cells[2]:>14} + {cells[3]:>14}")
        lines += [f"  {finding}" for finding in self.findings]
        return "\n".join(lines)

    def _cell(self, name: str, value: int) -> str:
        if name == "rows":
            return figure(value, ",")
        return heard(Money(value, self.currency or "XXX").said()).replace(" XXX", "")
