"""From revenue down to what is left: each cost, and by channel."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifelong.errors import DataError
from lifelong.units import Money

if TYPE_CHECKING:
    from collections.abc import Mapping

_WORDS = {
    "goods": "goods", "payment": "payment fees", "shipping": "shipping", "service": "service", "bad_debt": "bad debt",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Bearer:
    """A channel of orders: what it brought, and the fixed costs that the rule lays on it; minor units.

    ``customers`` are those who ordered through it; who ordered through two channels counts in both.
    """

    channel: str
    orders: int
    customers: int
    revenue: int
    contribution: int
    fixed: int = 0

    @property
    def left(self) -> int:
        """Contribution less the fixed costs."""
        return self.contribution - self.fixed

    def as_dict(self) -> dict[str, Any]:
        """Plain values."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"left": self.left}


@dataclass(frozen=True, slots=True)
class Waterfall:
    """What was taken off revenue in some days, minor units of ``currency``.

    Attributes:
        first_day, last_day: the days.
        currency: of the amounts.
        orders: how many there were.
        revenue: refunds taken off.
        costs: variable ones: goods, payment, shipping, service, bad_debt.
        advertising: spend of all purposes but fixed; None where the project holds none.
        fixed: fixed costs of these days.
        rule: by which they are dealt.
        channels: orders by channel, whose amounts sum to the whole.
        unknown: orders whose goods have no known cost; they are taken to cost nothing.
    """

    first_day: str
    last_day: str
    currency: str
    orders: int
    revenue: int
    costs: Mapping[str, int]
    advertising: int | None
    fixed: int
    rule: str
    channels: tuple[Bearer, ...]
    unknown: int = 0

    def __post_init__(self) -> None:
        """Channels that do not sum to the whole are a fault of ours."""
        sums = [sum(getattr(c, name) for c in self.channels) for name in ("revenue", "contribution", "fixed")]
        if sums != [self.revenue, self.contribution, self.fixed]:
            raise DataError("E109", "channels do not sum to the whole", why="parts sum to the total, to the cent")

    @property
    def gross_margin(self) -> int:
        """Revenue less goods."""
        return self.revenue - self.costs["goods"]

    @property
    def contribution(self) -> int:
        """Revenue less all variable costs."""
        return self.revenue - sum(self.costs.values())

    @property
    def left(self) -> int:
        """Contribution less advertising and fixed costs."""
        return self.contribution - (self.advertising or 0) - self.fixed

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `costs`."""
        told = {name: getattr(self, name) for name in self.__dataclass_fields__}
        sums = {name: getattr(self, name) for name in ("gross_margin", "contribution", "left")}
        return told | {"costs": dict(self.costs), "channels": [c.as_dict() for c in self.channels]} | sums

    def __str__(self) -> str:
        lines = [
            f"{self.first_day} to {self.last_day}, {self.orders:,} orders, {self.currency}",
            f"{'':<34}{'amount':>16}{'of revenue':>12}{'an order':>14}",
            self._line("revenue", self.revenue),
            self._line("  goods", -self.costs["goods"]),
            self._line("gross margin", self.gross_margin),
            *(self._line(f"  {_WORDS[name]}", -cost) for name, cost in self.costs.items() if cost and name != "goods"),
            self._line("contribution margin", self.contribution),
            *([self._line("  advertising", -self.advertising)] if self.advertising is not None else []),
            self._line("  fixed costs", -self.fixed),
            self._line("left", self.left),
            "",
            f"by channel, fixed costs dealt by {self.rule} (advertising not among them)",
            f"{'':<16}{'orders':>8}{'revenue':>14}{'contribution':>14}{'fixed costs':>13}{'left':>14}",
        ]
        whole = (self.revenue, self.contribution, self.fixed, self.contribution - self.fixed)
        for c in self.channels:
            cells = [self._money(n) for n in (c.revenue, c.contribution, c.fixed, c.left)]
            lines.append(f"{c.channel[:15]:<16}{c.orders:>8,}{cells[0]:>14}{cells[1]:>14}{cells[2]:>13}{cells[3]:>14}")
        cells = [self._money(n) for n in whole]
        lines.append(f"{'all':<16}{self.orders:>8,}{cells[0]:>14}{cells[1]:>14}{cells[2]:>13}{cells[3]:>14}")
        if self.unknown:
            lines.append(f"of {self.unknown:,} orders the cost of goods is not known; it counts as 0")
        return "\n".join(lines)

    def _line(self, name: str, minor: int) -> str:
        part = f"{minor / self.revenue:.1%}" if self.revenue > 0 else ""
        each = self._money(round(minor / self.orders)) if self.orders else ""
        return f"{name:<34}{self._money(minor):>16}{part:>12}{each:>14}"

    def _money(self, minor: int) -> str:
        return str(Money(minor, self.currency)).rsplit(" ", 1)[0]
