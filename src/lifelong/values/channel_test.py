"""The plan of a test of a new channel."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import Any


@dataclass(frozen=True, slots=True)
class PowerRow:
    """For a spend: the customers that it must win, and the chances that a good channel does, and one at the limit."""

    spend: float
    customers: int
    power: float
    false_alarm: float


@dataclass(frozen=True, slots=True)
class StopRow:
    """The spend at which the test has failed where it has won no more than so many customers."""

    customers: int
    spend: float


@dataclass(frozen=True, slots=True)
class ChannelTest:
    """How to test a channel; money in the unit in which it was given.

    Attributes:
        limit, hoped, monthly, alpha: as given.
        customers: so many must be won by ``spend`` for the channel to be good; ``months`` that this takes.
        power: chance that a channel as good as hoped gets there.
        powers: the same for less and more spend.
        stops: the stop-loss.
        readers: customers from whom the mean value can be read to ``precision`` (a share, 90 %).
        reading: months from the start until then, at the earliest; ``reading_spend`` what has been spent by then.
    """

    limit: float
    hoped: float
    monthly: float
    alpha: float
    customers: int
    spend: float
    months: float
    power: float
    powers: tuple[PowerRow, ...]
    stops: tuple[StopRow, ...]
    readers: int
    reading: float
    reading_spend: float
    precision: float

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a test's plan."""
        return asdict(self)

    def __str__(self) -> str:
        told = (
            f"Spend {self.spend:,.0f} ({self.months:,.1f} months). The channel is good where this wins {self.customers} customers or "
            f"more: then one costs less than {self.limit:,.2f}, which a channel that costs that much feigns with {self.alpha:.0%} at "
            f"most. A channel at {self.hoped:,.2f} gets there with {self.power:.0%}."
        )
        lines = [
            *wrap(told, 80),
            "",
            f"{'spend':>12}{'customers needed':>20}{'good channel passes':>24}{'one at the limit':>22}",
        ]
        lines += [
            f"{row.spend:>12,.0f}{row.customers:>20}{row.power:>24.0%}{row.false_alarm:>22.1%}" for row in self.powers
        ]
        lines += ["", "stop as failed:"]
        lines += [f"  after {row.spend:,.0f} with {row.customers} or fewer customers" for row in self._shown()]
        read = (
            f"Value can be read to {self.precision:.0%} from {self.readers:,} customers: after {self.reading:,.1f} months and a spend of "
            f"{self.reading_spend:,.0f} at the earliest."
        )
        return "\n".join([*lines, "", *wrap(read, 80)])

    def _shown(self) -> list[StopRow]:
        """The first rows of the stop-loss, then every fifth."""
        return [row for row in self.stops if row.customers < 3 or row.customers % 5 == 0]
