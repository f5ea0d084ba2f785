"""What an ingest of spend did, reconciled to its file."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.units import Money
from lifelong.values.findings import Finding, plain

if TYPE_CHECKING:
    from collections.abc import Mapping

_KINDS = ("kept", "totals", "quarantined", "older")
_LINE = 78


@dataclass(frozen=True, slots=True, eq=False)
class SpendReport:
    """What an ingest of spend did: rows in = kept + totals + quarantined + older, and cost likewise, to the minor unit.

    Attributes:
        source: the file's name.
        batch: its batch's id.
        origin: the platform whose report it is, or ``file``.
        rows_in: rows of the file.
        rows: how many were kept; were the file's own totals; could not be used; are told anew by a later file.
        cost_in: cost of all of these, minor units of ``currency``.
        cost: of each kind, as ``rows``.
        currency: the project's; empty where none is known.
        campaigns: different campaigns that were kept.
        first_day, last_day: of the spend kept.
        channels: cost kept, by channel.
        columns: our name of a column to the file's.
        unread: columns of the file that nothing is read from.
        details: counts behind the findings.
        findings: what to know.
    """

    source: str
    batch: str
    origin: str
    rows_in: int
    rows: Mapping[str, int]
    cost_in: int
    cost: Mapping[str, int]
    currency: str
    campaigns: int
    first_day: str
    last_day: str
    channels: Mapping[str, int]
    columns: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    details: Mapping[str, Any] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    def __post_init__(self) -> None:
        """A report that does not add up is an error of ours and must never be shown as if it did."""
        if sum(self.rows.values()) != self.rows_in or sum(self.cost.values()) != self.cost_in:
            raise DataError(
                "E109",
                phrase(
                    "rows {rows_in} against {rows}, cost {cost_in} against {cost}",
                    rows_in=self.rows_in,
                    rows=dict(self.rows),
                    cost_in=self.cost_in,
                    cost=dict(self.cost),
                ),
                where=self.source,
                why="every row of the file must be accounted for, to the cent",
                fix="this is a fault in lifelong: nothing was stored; please report it with the first lines of the file",
            )

    @property
    def quarantined(self) -> int:
        """Rows that could not be used."""
        return self.rows["quarantined"]

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `spend FILE`; cost in minor units."""
        told = {k: plain(getattr(self, k)) for k in self.__dataclass_fields__ if k != "findings"}
        for name in ("rows", "cost", "channels", "columns", "details"):
            told[name] = plain(dict(getattr(self, name)))
        return told | {"unread": list(self.unread), "findings": [f.as_dict() for f in self.findings]}

    def __str__(self) -> str:
        days = f"{self.first_day} to {self.last_day}" if self.first_day else "no day"
        money = f", {self.currency}" if self.currency else ""
        lines = [
            f"{self.source}: {self.origin}, {self.campaigns:,} campaign{'s' * (self.campaigns != 1)}, {days}{money}",
            f"{'':<5}{'in':>15} ={'kept':>15} +{'totals':>14} +{'set aside':>11} +{'told anew':>11}",
            self._line("rows", [f"{n:,}" for n in (self.rows_in, *(self.rows[k] for k in _KINDS))]),
            self._line("cost", [self._money(n) for n in (self.cost_in, *(self.cost[k] for k in _KINDS))]),
        ]
        for channel, cost in sorted(self.channels.items(), key=lambda pair: -pair[1]):
            lines.append(f"  {channel[:40]:<40} {self._money(cost):>18}")
        if self.unread:
            text = f"columns not read: {', '.join(self.unread)}"
            lines += textwrap.wrap(text, _LINE, initial_indent="  ", subsequent_indent="    ")
        for finding in self.findings:
            lines += textwrap.wrap(
                f"{finding.severity:<8} {finding}", _LINE, initial_indent="  ", subsequent_indent=" " * 11
            )
        return "\n".join(lines)

    @staticmethod
    def _line(name: str, cells: list[str]) -> str:
        whole, kept, totals, bad, older = cells
        return f"{name:<5}{whole:>15} ={kept:>15} +{totals:>14} +{bad:>11} +{older:>11}"

    def _money(self, minor: int) -> str:
        return str(Money(minor, self.currency or "XXX")).rsplit(" ", 1)[0]
