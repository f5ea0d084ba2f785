"""A plan for a budget: what moves from where to where, what that brings, and how sure it is."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifelong.values.findings import Finding


@dataclass(frozen=True, slots=True)
class Interval:
    """A mean with its 80 and 90 % intervals."""

    mean: float
    low80: float
    high80: float
    low90: float
    high90: float


@dataclass(frozen=True, slots=True)
class Move:
    """One channel, a month; money in whole minor units.

    Attributes:
        channel, purpose: what it is, and what its money is for.
        now, plan: spend at present and by the plan; ``low`` and ``high`` the bounds that it kept.
        customers_now, customers_plan: won (or kept) by either, by the mean.
        elasticity: by how many per cent customers rise where spend rises by one.
        marginal: what the next unit of money brings at present; ``marginal_plan`` by the plan.
        marginal_cost: what the next customer costs at present, minor units.
        better: probability that the channel's own move pays, by what money brings elsewhere; None where nothing moves.
        limit: spend at which the next customer costs what one is worth, median, with ``limit_low80``; None: beyond twice what was
            ever spent, where the curve says nothing.
        information: what it would be worth to know this channel's curve and value for sure.
        held: why it stays at its present spend; empty where it may move.
    """

    channel: str
    purpose: str
    now: int
    plan: int
    low: int
    high: int
    customers_now: float
    customers_plan: float
    elasticity: Interval
    marginal: Interval
    marginal_plan: Interval
    marginal_cost: float
    better: float | None
    limit: int | None
    limit_low80: int | None
    information: int
    held: str = ""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Customers a month at a steady spend (minor units), with the 80 % interval of the curve."""

    spend: int
    customers: float
    low80: float
    high80: float


@dataclass(frozen=True, slots=True)
class CurveMonth:
    """A month of the history: spend in minor units, and the customers who were counted."""

    spend: int
    customers: float


@dataclass(frozen=True, slots=True)
class ResponseCurve:
    """A channel's curve in a month of average season: known from ``least`` to ``most``, the spends that were tried, a guess beyond."""

    channel: str
    least: int
    most: int
    points: tuple[CurvePoint, ...]
    months: tuple[CurveMonth, ...]


@dataclass(frozen=True, slots=True)
class TrialMove:
    """Spend that would teach how fast a channel's returns fall: a month at ``low``, one at ``high``, and so on by turns."""

    channel: str
    now: int
    low: int
    high: int


@dataclass(frozen=True, slots=True)
class PurposeShare:
    """What goes to one purpose, a month: ``cost`` is spend by customers, minor units; ``marginal`` what the next unit brings."""

    purpose: str
    now: int
    plan: int
    cost: float
    marginal: float
    marginal_plan: float


@dataclass(frozen=True, slots=True)
class Budget:
    """A plan for a month of average season.

    Attributes:
        first_month, last_month: of the history.
        currency, digits: of the amounts, and decimals of a minor unit.
        definition: what value and gain mean.
        now, total: spend at present and by the plan, minor units.
        is_free: the total was not given.
        risk, trust, hurdle: how the plan was asked for.
        gain: a month's value less spend beyond the present one's, minor units; ``better`` the probability that it is above 0.
        moves: a channel each.
        experiment: the channel that is most worth an experiment, empty where none is.
        tests: moves that would teach what the history does not, at most 15 % up and down.
        purposes: acquisition and retention, where the history has both.
        keep_to_win: cost of keeping a customer by the cost of winning one; None without both.
        curves: a channel each: what spend wins, and the months behind it.
        is_refused: the history does not tell how to move money; the plan is the present spend.
        findings: what else to know.
    """

    first_month: str
    last_month: str
    currency: str
    digits: int
    definition: str
    now: int
    total: int
    is_free: bool
    risk: float
    trust: float
    hurdle: float
    gain: Interval
    better: float | None
    moves: tuple[Move, ...]
    experiment: str
    tests: tuple[TrialMove, ...] = ()
    purposes: tuple[PurposeShare, ...] = ()
    keep_to_win: float | None = None
    curves: tuple[ResponseCurve, ...] = ()
    is_refused: bool = False
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a plan."""
        return {**asdict(self), "findings": [found.as_dict() for found in self.findings]}

    def __str__(self) -> str:
        unit = f" in {self.currency}" if self.currency else ""
        lines = [
            *wrap(self.definition, 80),
            f"history {self.first_month} to {self.last_month}; a month of average season{unit}",
            "",
            f"{'channel':<20}{'now':>14}{'plan':>14}{'move':>8}{'next unit brings':>22}",
        ]
        lines += [self._row(move) for move in self.moves]
        lines += [f"{'all':<20}{self.told(self.now):>14}{self.told(self.total):>14}", "", *self._outcome()]
        lines += [self._limit(move) for move in self.moves if not move.held]
        if self.experiment:
            worth = max(move.information for move in self.moves)
            lines.append(f"next best experiment: {self.experiment}")
            lines.append(f"  knowing it for sure would be worth {self.told(worth)} a month")
        for test in self.tests:
            lines.append(f"test {test.channel}: by turns {self.told(test.low)} and {self.told(test.high)} a month")
        return "\n".join([*lines, *self._kept(), *(f"  {found}" for found in self.findings)])

    def _outcome(self) -> list[str]:
        if self.is_refused:
            return ["no move is proposed: the history does not tell what moving money would do"]
        if self.better is None:
            return ["no move is proposed: none is worth its risk"]
        low, high = self.told(self.gain.low80), self.told(self.gain.high80)
        gain = f"gain a month {self.told(self.gain.mean)} (80 %: {low} to {high})"
        return [gain, f"above 0 with a probability of {chance(self.better)}"]

    def told(self, minor: float) -> str:
        """An amount in major units."""
        return f"{Decimal(round(minor)).scaleb(-self.digits):,.{self.digits}f}"

    def _row(self, move: Move) -> str:
        share = f"{move.plan / move.now - 1:+.0%}" if move.now and move.plan != move.now else "-"
        told = move.marginal
        brings = f"{told.mean:.2f} ({told.low80:.2f} - {told.high80:.2f})" if not move.held else "not known"
        return f"{move.channel[:19]:<20}{self.told(move.now):>14}{self.told(move.plan):>14}{share:>8}{brings:>22}"

    def _limit(self, move: Move) -> str:
        limit = "beyond what was ever tried" if move.limit is None else self.told(move.limit)
        return f"spend limit of {move.channel}: {limit}"

    def _kept(self) -> list[str]:
        if self.keep_to_win is None:
            return []
        lines = [f"keeping a customer costs {self.keep_to_win:.2f} times what winning one does"]
        for part in self.purposes:
            lines.append(f"{part.purpose}: {self.told(part.now)} to {self.told(part.plan)}")
            lines.append(f"  the next unit brings {part.marginal:.2f}, by the plan {part.marginal_plan:.2f}")
        return lines


def chance(share: float) -> str:
    """A probability for people: a thousand draws do not say that something is certain."""
    return "more than 99%" if share > 0.99 else "less than 1%" if share < 0.01 else f"{share:.0%}"
