"""Channels and campaigns: what winning costs, what the customers are worth at equal age and as new ones, and what may be spent."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from lifelong.values.winning import amount

if TYPE_CHECKING:
    from lifelong.definitions import Valuation
    from lifelong.values.budget import Interval
    from lifelong.values.findings import Finding
    from lifelong.values.winning import Cac


@dataclass(frozen=True, slots=True)
class Worth:
    """One channel or campaign; money in minor units, None where it cannot be told.

    Attributes:
        name: of it; ``unknown`` holds those of whom nobody knows.
        customers, cost, cac: won in the months with spend, what was spent on it, and the one by the other.
        followed: customers followed to the equal age, of all times; a customer whom several share counts by parts.
        at_age: what such a customer had brought by it.
        seen: the same by age in days (30, 90, 365): each the mean of customers who were followed for so long; None: fewer than ten.
        new_value: what a new customer is worth, by the definition beside it.
        ratio: ``new_value`` by ``cac``.
        payback: months of 30 days until its customers had brought the cost of winning; None: not within the equal age.
        roi: ``new_value`` less ``cac``, by ``cac``.
        conversion: customers by clicks.
        actions: conversions as the platform counts them.
        status: what to do, by the rule of :func:`lifelong.decide.worth.status`.
    """

    name: str
    customers: float
    cost: int
    cac: float | None
    followed: float
    at_age: Interval | None
    seen: dict[int, float | None]
    new_value: Interval | None
    ratio: Interval | None
    payback: int | None
    roi: float | None
    conversion: float | None
    actions: float | None
    status: str


@dataclass(frozen=True, slots=True)
class Break:
    """A monthly series before and after a month: by how much its level changed at once, its trend kept, with the 90 % interval."""

    what: str
    since: str
    before: float
    change: float
    low90: float
    high90: float

    @property
    def is_sure(self) -> bool:
        """Whether the interval leaves out no change."""
        return not self.low90 <= 0.0 <= self.high90


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether winning customers sustains itself, by the rule of :func:`lifelong.decide.sustain.verdict`.

    Attributes:
        word: ``sustainable``, ``at risk``, ``not sustainable`` or ``not known``.
        why: in a sentence.
        payback: months of 30 days, of all customers by the fully loaded cost; None: not within ``within`` months.
        within: months that were looked at.
        runway: months that the cash lasts; None where it was not told.
        trend, trend_low90, trend_high90: by what share a year customers' value at equal age changes from cohort to cohort.
    """

    word: str
    why: str
    payback: int | None
    within: int
    runway: float | None
    trend: float | None
    trend_low90: float | None
    trend_high90: float | None


@dataclass(frozen=True, slots=True)
class Channels:
    """The answer of `channels` and `campaigns`.

    Attributes:
        as_of: the last day seen, ISO.
        age: days at which all are compared.
        definition: what ``at_age`` and ``seen`` are.
        new_definition: what ``new_value`` is, in words; ``valuation`` says the same axis by axis.
        target: value to cost that is asked for.
        cac: the cost of winning behind it.
        rows: the channels or campaigns, those of most value at equal age first.
        breaks: what changed since a month that was named.
        verdict: whether it sustains itself.
        findings: what else to know.
        path: where a row a customer was written, empty where nowhere.
        is_scorecard: whether the scorecard is printed.
        origin: who named the channels or campaigns of customers, in words.
    """

    as_of: str
    age: int
    definition: str
    new_definition: str
    valuation: Valuation
    target: float
    cac: Cac
    rows: tuple[Worth, ...]
    breaks: tuple[Break, ...] = ()
    verdict: Verdict | None = None
    findings: tuple[Finding, ...] = ()
    path: str = ""
    is_scorecard: bool = False
    origin: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract; amounts in minor units."""
        told = asdict(self) | {
            "cac": self.cac.as_dict(),
            "valuation": self.valuation.as_dict(),
            "findings": [found.as_dict() for found in self.findings],
        }
        del told["is_scorecard"]
        return told

    def __str__(self) -> str:
        head = [
            f"{self.cac.by}s as of {self.as_of}" + (f", {self.cac.currency}" if self.cac.currency else ""),
            *wrap(f"at equal age means {self.definition}", 80),
            *wrap(f"new customer means {self.new_definition}", 80),
            *(wrap(f"{self.cac.by}s are named {self.origin}", 80) if self.origin else ()),
            "",
        ]
        body = self._scorecard() if self.is_scorecard else self._by_age()
        lines = [*head, *body, "", *self._verdict()]
        return "\n".join([*lines, *(f"  {found}" for found in (*self.cac.findings, *self.findings))])

    def _by_age(self) -> list[str]:
        title = f"at {self.age} d"
        lines = [f"{self.cac.by:<19}{'won':>9}{'CAC':>10}{'followed':>10}{title:>12}{'80 %':>20}"]
        for row in self.rows:
            cells = (row.customers, row.cac, row.followed)
            lines.append(
                f"{row.name[:18]:<19}{cells[0]:>9,.0f}{self._told(cells[1]):>10}{cells[2]:>10,.0f}"
                f"{self._mean(row.at_age):>12}{self._span(row.at_age):>20}"
            )
        lines += ["", f"{self.cac.by:<19}{'new customer':>14}{'LTV:CAC':>9}{'80 %':>15}{'payback':>10}   status"]
        for row in self.rows:
            lines.append(
                f"{row.name[:18]:<19}{self._mean(row.new_value):>14}{_ratio(row.ratio)}"
                f"{self._paid(row):>10}   {row.status}"
            )
        whole = self.cac.whole
        told = (
            ("blended", whole.blended),
            ("paid only", whole.paid_cac),
            ("fully loaded", whole.fully),
            ("all spend", whole.all_spend),
        )
        lines += ["", *wrap("cost of winning: " + ", ".join(f"{n} {self._told(v)}" for n, v in told), 80)]
        return lines

    def _scorecard(self) -> list[str]:
        lines = [f"{self.cac.by:<19}{'cost':>13}{'by click':>9}{'won':>7}{'CAC':>9}{'30 d':>8}{'90 d':>8}{'365 d':>8}"]
        for row in self.rows:
            rate = "-" if row.conversion is None else f"{row.conversion:.1%}"
            seen = "".join(f"{self._told(row.seen[age], is_short=True):>8}" for age in sorted(row.seen))
            lines.append(
                f"{row.name[:18]:<19}{self._told(row.cost):>13}{rate:>9}{row.customers:>7,.0f}{self._told(row.cac):>9}{seen}"
            )
        lines += [
            "a dash: fewer than ten of its customers were followed for so long",
            "",
            f"{self.cac.by:<19}{'new customer':>13}{'80 %':>20}{'payback':>9}{'ROI':>8}   status",
        ]
        for row in self.rows:
            roi = "-" if row.roi is None else f"{row.roi:+.0%}"
            value = self._mean(row.new_value)
            lines.append(
                f"{row.name[:18]:<19}{value:>13}{self._span(row.new_value):>20}{self._paid(row):>9}{roi:>8}   {row.status}"
            )
        return lines

    def _verdict(self) -> list[str]:
        lines = []
        for row in self.breaks:
            sure = "" if row.is_sure else ": no change that chance does not explain"
            is_share = row.what.endswith("share")
            told = [
                f"{v:+.1%}" if is_share else f"{'+' if v > 0 else ''}{self._told(v)}"
                for v in (row.change, row.low90, row.high90)
            ]
            lines += wrap(f"{row.what} since {row.since}: {told[0]} at once (90 %: {told[1]} to {told[2]}){sure}", 80)
        if self.verdict:
            lines += wrap(f"{self.verdict.word}: {self.verdict.why}", 80)
        return [*lines, ""] if lines else []

    def _paid(self, row: Worth) -> str:
        if row.cac is None or row.ratio is None:
            return "-"
        if row.payback is None:
            return f"> {self.age // 30} mo"
        return f"{row.payback} mo" if row.payback else "at once"

    def _mean(self, told: Interval | None) -> str:
        return self._told(told.mean if told else None)

    def _span(self, told: Interval | None) -> str:
        return "-" if told is None else f"{self._told(told.low80)} to {self._told(told.high80)}"

    def _told(self, minor: float | None, *, is_short: bool = False) -> str:
        if minor is None or not is_short:
            return amount(minor, self.cac.digits)
        return f"{minor / 10**self.cac.digits:,.0f}"


def _ratio(told: Interval | None) -> str:
    if told is None:
        return f"{'-':>9}{'-':>15}"
    return f"{told.mean:>9.2f}{f'{told.low80:.2f} to {told.high80:.2f}':>15}"
