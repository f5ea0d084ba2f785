"""Rows that were set aside, as the verb `quarantine` tells them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from lifelong.units import Money

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SetAside:
    """Why rows of one file were set aside.

    Attributes:
        source: the file's name.
        kind: orders, subscriptions, touches or spend.
        reason: in a few words.
        rows: how many.
        money: of them, minor units; None where it is not told, or could not be read.
    """

    source: str
    kind: str
    reason: str
    rows: int
    money: int | None


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Rows that were set aside.

    Attributes:
        reasons: how many rows of which file for which reason, the most first.
        currency: of money.
        all_rows: rows set aside in all.
        money: of those whose file tells it, minor units; None where none does.
        reason: of the rows below; empty for all.
        of: rows of that reason.
        start: the number of the first row below.
        columns: of the rows below.
        rows: some of them, as they were sent.
    """

    reasons: tuple[SetAside, ...]
    currency: str
    all_rows: int
    money: int | None
    reason: str
    of: int
    start: int
    columns: tuple[str, ...]
    rows: tuple[Mapping[str, Any], ...]

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `quarantine`."""
        told = {name: getattr(self, name) for name in ("currency", "all_rows", "money", "reason", "of", "start")}
        return told | {
            "reasons": [asdict(one) for one in self.reasons],
            "columns": list(self.columns),
            "rows": [dict(row) for row in self.rows],
        }

    def __str__(self) -> str:
        if not self.reasons:
            return "no row was set aside"
        lines = [f"{self.all_rows:,} rows are set aside"]
        lines += [
            f"  {one.source[:28]:<28} {one.reason[:24]:<24} {one.rows:>10,} {self._money(one.money):>18}"
            for one in self.reasons
        ]
        lines += [f"  {' | '.join(str(row.get(name) or '') for name in self.columns)}" for row in self.rows]
        return "\n".join(lines)

    def _money(self, minor: int | None) -> str:
        return "" if minor is None else str(Money(minor, self.currency))
