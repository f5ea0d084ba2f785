"""What a project spent: by channel and purpose, over a range of days."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lifelong.errors import DataError
from lifelong.units import Money

if TYPE_CHECKING:
    from collections.abc import Mapping

_COUNTS = ("impressions", "clicks", "conversions")


@dataclass(frozen=True, slots=True)
class ChannelSpend:
    """One channel's spend for one purpose.

    Attributes:
        channel, purpose: as in ``schema.SPEND``.
        cost: minor units.
        impressions, clicks, conversions: as the platforms count them; None where no row tells.
    """

    channel: str
    purpose: str
    cost: int = 0
    impressions: int | None = None
    clicks: int | None = None
    conversions: float | None = None

    def plus(self, row: Mapping[str, Any]) -> ChannelSpend:
        """With a row of ``schema.SPEND`` added."""
        known = {n: row[n] + (getattr(self, n) or 0) for n in _COUNTS if row[n] is not None}
        return replace(self, cost=self.cost + row["cost"], **known)

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class SpendTotals:
    """What was spent from one day to another.

    Attributes:
        first_day, last_day: with spend.
        currency: of the costs.
        cost: all of it, minor units: the sum of the parts.
        parts: by channel and purpose, the largest first.
    """

    first_day: str
    last_day: str
    currency: str
    cost: int
    parts: tuple[ChannelSpend, ...]

    def __post_init__(self) -> None:
        """Parts that do not sum to the total are a fault of ours."""
        if sum(part.cost for part in self.parts) != self.cost:
            raise DataError(
                "E109", "spend by channel does not sum to all spend", why="parts sum to the total, to the cent"
            )

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `spend`; costs in minor units."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return told | {"parts": [part.as_dict() for part in self.parts]}

    def __str__(self) -> str:
        lines = [
            f"spend {self.first_day} to {self.last_day}, {self.currency}",
            f"{'channel':<20}{'purpose':<12}{'cost':>17}{'share':>7}{'clicks':>12}{'conv.':>12}",
        ]
        for part in self.parts:
            share = f"{part.cost / self.cost:.1%}" if self.cost else ""
            clicks = "" if part.clicks is None else f"{part.clicks:,}"
            won = "" if part.conversions is None else f"{part.conversions:,.1f}"
            lines.append(
                f"{part.channel[:19]:<20}{part.purpose:<12}{self._money(part.cost):>17}{share:>7}{clicks:>12}{won:>12}"
            )
        lines.append(f"{'all':<32}{self._money(self.cost):>17}")
        return "\n".join(lines)

    def _money(self, minor: int) -> str:
        return str(Money(minor, self.currency)).rsplit(" ", 1)[0]
