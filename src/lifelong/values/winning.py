"""What winning customers costs: rows of cost and of customers won, and the cost of winning one (CAC), told apart by definition."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from lifelong.values.findings import Finding

#: What money may be spent for. The first two win customers, now or later; ``fixed`` is overhead.
PURPOSES = ("acquisition", "brand", "retention", "fixed")
WINNING = PURPOSES[:2]


class Cost(NamedTuple):
    """Money spent in a month (year x 12 + month - 1), minor units; conversions (``actions``) and clicks as the platform counts them."""

    month: int
    channel: str
    campaign: str
    purpose: str
    cost: int
    actions: float | None = None
    clicks: float | None = None


class Won(NamedTuple):
    """New customers of a month."""

    month: int
    channel: str
    campaign: str
    customers: float


@dataclass(frozen=True, slots=True)
class MonthCost:
    """A month's cost of winning a customer, by four definitions; money in minor units, None where nobody was won.

    Attributes:
        month: as people write it.
        customers, paid: won in all; won by channels that cost money.
        spend: all money spent in this month, whatever for.
        winning: acquisition and brand money that belongs to this month's customers, moved by the lags.
        loaded: the same with fixed costs and overhead.
        all_spend, blended, paid_cac, fully: ``spend`` and ``winning`` by all customers, ``winning`` by paid ones, ``loaded`` by all.
    """

    month: str
    customers: float
    paid: float
    spend: int
    winning: int
    loaded: int
    all_spend: float | None
    blended: float | None
    paid_cac: float | None
    fully: float | None


@dataclass(frozen=True, slots=True)
class ChannelCost:
    """A channel's, or a campaign's, cost of winning over all months; money in minor units, None where it cannot be told.

    Attributes:
        name: of the channel or campaign.
        customers: won.
        cost: spent on it, moved by the lags.
        shared: its part of costs that belong to no channel, of fixed costs and of overhead.
        cac: ``cost`` by customers.
        loaded: ``cost`` and ``shared`` by customers.
        incremental: ``cost`` by the customers who would not have come otherwise, where their share was told.
        marginal: what the next customer costs, where the months tell how fast returns fall.
        actions, cpa: conversions as the platform counts them, and ``cost`` by them: no customers.
        clicks: as the platform counts them.
    """

    name: str
    customers: float
    cost: int
    shared: int
    cac: float | None
    loaded: float | None
    incremental: float | None = None
    marginal: float | None = None
    actions: float | None = None
    cpa: float | None = None
    clicks: float | None = None


@dataclass(frozen=True, slots=True)
class Cac:
    """The cost of winning a customer, by month and by channel.

    Attributes:
        currency, digits: of the amounts, and decimals of a minor unit.
        by: what ``channels`` are: ``channel`` or ``campaign``.
        rule: how shared costs are dealt.
        total: all money of the file, minor units: the sum of ``parts``.
        parts: where it went: ``winning``, ``retention``, ``fixed``, and ``outside`` the months in which customers are known.
        overhead: stated beside the file, of all months.
        whole: ``all_spend``, ``blended``, ``paid_cac`` and ``fully`` of all months together.
        months, channels: the rows.
        findings: what else to know.
    """

    currency: str
    digits: int
    by: str
    rule: str
    total: int
    parts: dict[str, int]
    overhead: int
    whole: MonthCost
    months: tuple[MonthCost, ...]
    channels: tuple[ChannelCost, ...]
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract; amounts in minor units."""
        return {**asdict(self), "findings": [found.as_dict() for found in self.findings]}

    def __str__(self) -> str:
        unit = f", {self.currency}" if self.currency else ""
        lines = [
            f"cost of winning a customer (CAC), {self.months[0].month} to {self.months[-1].month}{unit}",
            "",
            f"{'month':<9}{'customers':>12}{'all spend':>14}{'blended':>14}{'paid only':>14}{'fully loaded':>15}",
            *(self._month(row) for row in self.months),
            self._month(self.whole),
            "",
            *wrap("all spend: with what kept customers, by all who were won; no cost of winning. blended: acquisition and brand by all. "
                  "paid only: the same by those won in channels that cost money. fully loaded: blended, with fixed costs and overhead.", 80),
            "",
            f"{self.by:<28}{'customers':>11}{'cost':>16}{'CAC':>12}{'loaded':>13}",
            *(self._channel(row) for row in self.channels),
            "",
            *self._beside(),
            *wrap(f"all spend of the file {self._told(self.total)}: " + ", ".join(f"{n} {self._told(v)}" for n, v in self.parts.items() if v), 80),
            *wrap(f"shared costs {self._told(sum(r.shared for r in self.channels))} are dealt by {self.rule}", 80),
        ]  # fmt: skip
        return "\n".join([*lines, *(f"  {found}" for found in self.findings)])

    def _month(self, row: MonthCost) -> str:
        told = (self._told(v) for v in (row.all_spend, row.blended, row.paid_cac, row.fully))
        cells = "".join(f"{text:>{wide}}" for text, wide in zip(told, (14, 14, 14, 15), strict=True))
        return f"{row.month:<9}{count(row.customers):>12}{cells}"

    def _channel(self, row: ChannelCost) -> str:
        return (
            f"{row.name[:27]:<28}{count(row.customers):>11}{self._told(row.cost):>16}"
            f"{self._told(row.cac):>12}{self._told(row.loaded):>13}"
        )

    def _beside(self) -> list[str]:
        """The costs that not every channel has, each by name."""
        lines = []
        for name, words in (
            ("incremental", "customer who would not have come otherwise"),
            ("marginal", "next customer"),
            ("cpa", "action, as the platform counts"),
        ):
            told = [f"{r.name} {self._told(getattr(r, name))}" for r in self.channels if getattr(r, name) is not None]
            if told:
                lines += wrap(f"cost of a {words}: {', '.join(told)}", 80)
        return lines

    def _told(self, minor: float | None) -> str:
        return amount(minor, self.digits)


def amount(minor: float | None, digits: int) -> str:
    """An amount of minor units for people; a dash where there is none.

    >>> amount(123456, 2), amount(None, 2)
    ('1,234.56', '-')
    """
    return "-" if minor is None else f"{Decimal(round(minor)).scaleb(-digits):,.{digits}f}"


def count(number: float) -> str:
    """Customers, whole where they are whole.

    >>> count(12.0), count(4.95)
    ('12', '4.95')
    """
    return f"{number:,.0f}" if number == round(number) else f"{number:,.2f}"
