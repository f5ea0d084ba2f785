"""Alerts: the measures of the latest week against control limits, and the weeks before it."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from lifelong.values.findings import plain

if TYPE_CHECKING:
    from lifelong.values.findings import Finding


@dataclass(frozen=True, slots=True)
class Week:
    """A week of seven days by its last day: what came, what was expected, and its limits; None where none are drawn."""

    ends: str
    value: float | None
    expected: float | None
    low: float | None
    high: float | None

    @property
    def state(self) -> str:
        """``above`` or ``below`` its limits, ``quiet``, or ``too little`` to tell."""
        if self.value is None or self.low is None or self.high is None:
            return "too little"
        return "above" if self.value > self.high else "below" if self.value < self.low else "quiet"


@dataclass(frozen=True, slots=True)
class Watched:
    """One measure.

    Attributes:
        measure: ``orders``, ``revenue`` (major units), ``new_customers`` or ``one_time`` (a share).
        weeks: oldest first, at most a year.
        state: of the last week, as :attr:`Week.state`.
        sounded: weeks before the last one that lay outside of the limits that were theirs.
        judged: of how many.
    """

    measure: str
    weeks: tuple[Week, ...]
    state: str
    sounded: int
    judged: int


@dataclass(frozen=True, slots=True)
class Alerts:
    """What really changed in the latest week.

    Attributes:
        as_of, currency: the last day of the last week, and the money.
        definition: the rule in words.
        false_alarms: the share of quiet weeks in which one measure sounds; ``any_false_alarm`` in which any of those judged does, at most.
        measures: each watched measure; ``sounding`` names those outside of their limits now.
        findings: what else to know.
    """

    as_of: str
    currency: str
    definition: str
    false_alarms: float
    any_false_alarm: float
    measures: tuple[Watched, ...]
    sounding: tuple[str, ...]
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `alerts`."""
        told: dict[str, Any] = plain({**asdict(self), "findings": [found.as_dict() for found in self.findings]})
        return told

    def __str__(self) -> str:
        lines = [f"week to {self.as_of}", f"{'measure':<16}{'came':>14}{'expected':>14}{'limits':>28}  state"]
        for one in self.measures:
            week = one.weeks[-1]
            share = one.measure == "one_time"
            limits = "none" if week.low is None else f"{_told(week.low, share)} to {_told(week.high, share)}"
            lines.append(
                f"{one.measure:<16}{_told(week.value, share):>14}{_told(week.expected, share):>14}{limits:>28}  {one.state}"
            )
        verdict = (
            f"changed beyond chance: {', '.join(self.sounding)}" if self.sounding else "nothing changed beyond chance"
        )
        return "\n".join([*lines, "", verdict, *wrap(self.definition, 80), *(f"  {found}" for found in self.findings)])


def _told(value: float | None, is_share: bool) -> str:
    return "not known" if value is None else f"{value:.1%}" if is_share else f"{value:,.1f}"
