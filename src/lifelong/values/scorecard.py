"""One page for who answers for the customers: each figure with its interval, the last run's, and whether it has changed."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from math import hypot
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from lifelong.values.cash import EquityChange
from lifelong.values.findings import Finding, plain
from lifelong.values.winning import amount

if TYPE_CHECKING:
    from collections.abc import Mapping

NO_CHANGE = "no clear change"
HEADS = ("", "now", "80 %", "last time", "change")
#: Columns of the print: all together 80.
WIDTHS = (22, 11, 20, 11, 16)


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure of the scorecard.

    Attributes:
        name: of the figure, in JSON.
        key: of its definition.
        title: for people.
        unit: ``money`` (minor units), ``count``, ``share``, ``ratio`` or ``months``.
        value: the figure; None where it is not known, and ``why`` not.
        low80, high80: its 80 % interval; None where it was counted.
        before: the last run's; None where there is none.
        change: from that one to this, with ``change_low80`` to ``change_high80``, as if the doubts of both did not depend on each other.
        verdict: ``higher``, ``lower``, ``no clear change`` where the interval of the change holds 0, ``as before``; empty without a last run.
        why: why the figure is not known.
    """

    name: str
    key: str
    title: str
    unit: str
    value: float | None
    low80: float | None = None
    high80: float | None = None
    before: float | None = None
    change: float | None = None
    change_low80: float | None = None
    change_high80: float | None = None
    verdict: str = ""
    why: str = ""

    def since(self, old: Entry) -> Entry:
        """The same beside an earlier one, with the change and its interval from both intervals.

        Zou and Donner (2008), Construction of confidence limits about effect measures, *Statistics in Medicine* 27, eq. 2 and 3.
        """
        if old.value is None or self.value is None:
            return replace(self, before=old.value)
        change, (below, above), (old_below, old_above) = self.value - old.value, self._reach(), old._reach()
        low, high = change - hypot(below, old_above), change + hypot(above, old_below)
        word = "as before" if change == 0.0 else NO_CHANGE
        if change != 0.0 and (low > 0.0 or high < 0.0):
            word = "higher" if change > 0.0 else "lower"
        return replace(self, before=old.value, change=change, change_low80=low, change_high80=high, verdict=word)

    def _reach(self) -> tuple[float, float]:
        """How far the interval goes below and above; a counted figure has none."""
        if self.value is None or self.low80 is None or self.high80 is None:
            return 0.0, 0.0
        return self.value - self.low80, self.high80 - self.value

    def cells(self, digits: int) -> tuple[str, ...]:
        """As it stands in print and on the page: title, figure, interval, last time, change."""
        band = "" if self.low80 is None else f"{self._said(self.low80, digits)}-{self._said(self.high80, digits)}"
        moved = self.verdict
        if self.verdict in {"higher", "lower"} and self.change is not None:
            moved = ("+" if self.change > 0 else "") + self._said(self.change, digits)
        last = "" if self.before is None else self._said(self.before, digits)
        return self.title, self._said(self.value, digits), band, last, moved

    def _said(self, value: float | None, digits: int) -> str:
        if value is None:
            return "not known"
        if self.unit == "money":
            major = value / 10**digits
            if abs(major) >= 10_000_000:
                return f"{major / 1_000_000:,.2f} M"
            return amount(value, digits) if abs(major) < 1000 else f"{major:,.0f}"
        if self.unit == "share":
            return f"{value:.1%}"
        return f"{value:.2f}" if self.unit == "ratio" else f"{value:,.0f}"


@dataclass(frozen=True, slots=True)
class Scorecard:
    """The answer of `scorecard`.

    Attributes:
        name: of the project.
        as_of, currency, digits, model: the last day of the orders, the money, the fitted model.
        since: the day of the last run's scorecard; empty where there is none.
        definition: what value means.
        cost_definition: what the value is that is set against the cost of winning; empty where no spend is known.
        entries: the figures.
        bridge: what moved customer equity; None where it is not known, and ``no_bridge`` why.
        tested: the verdict of the back-test.
        findings: what to know.
        path: of the page, empty where none was written.
    """

    name: str
    as_of: str
    currency: str
    digits: int
    model: str
    since: str
    definition: str
    cost_definition: str
    entries: tuple[Entry, ...]
    bridge: EquityChange | None
    no_bridge: str
    tested: str
    findings: tuple[Finding, ...] = ()
    path: str = ""

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Scorecard:
        """From what :meth:`as_dict` made."""
        entries = tuple(Entry(**entry) for entry in told["entries"])
        bridge = EquityChange(**told["bridge"]) if told["bridge"] else None
        findings = tuple(Finding.from_dict(one) for one in told["findings"])
        return cls(**{**told, "entries": entries, "bridge": bridge, "findings": findings})

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `scorecard`; money in minor units."""
        told = {key: plain(value) for key, value in asdict(self).items()}
        return told | {"findings": [found.as_dict() for found in self.findings]}

    def head(self) -> str:
        """What is shown, in a line."""
        last = f"; last time: {self.since}" if self.since else ""
        return f"scorecard of {self.name} as of {self.as_of}, {self.currency}{last}"

    def rows(self) -> list[tuple[str, ...]]:
        """The cells of all figures, as print and page show them."""
        return [entry.cells(self.digits) for entry in self.entries]

    def notes(self) -> list[str]:
        """What stands below the figures, in the same words in print and on the page."""
        unknown = [f"{entry.title.strip()}: {entry.why}" for entry in self.entries if entry.value is None]
        cost = [f"value to cost takes {self.cost_definition}"] if self.cost_definition else []
        cost += [f"what moved customer equity is not told: {self.no_bridge}"] if self.no_bridge else []
        return [f"back-test: {self.tested}", *cost, *unknown, *(str(found) for found in self.findings)]

    def __str__(self) -> str:
        lines = [*wrap(self.head(), 80), *wrap(f"value means {self.definition}", 80), "", _row(HEADS)]
        lines += [_row(cells) for cells in self.rows()]
        lines += ["", *self.bridge.lines(self.digits)] if self.bridge else []
        lines += ["", *(line for note in self.notes() for line in wrap(note, 80, subsequent_indent="  "))]
        return "\n".join(lines + ([f"page {self.path}"] if self.path else []))


def _row(cells: tuple[str, ...]) -> str:
    title, *others = cells
    return (f"{title:<{WIDTHS[0]}}" + "".join(f"{c:>{w}}" for c, w in zip(others, WIDTHS[1:], strict=True))).rstrip()
