"""Where money is to be won or lost: ranked opportunities, each with its evidence and what to do next."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from lifelong.phrases import packed
from lifelong.values.findings import Finding, plain
from lifelong.values.winning import amount

if TYPE_CHECKING:
    import pyarrow as pa


#: What another language says of an opportunity: JSON holds beside each English text, as ``said``, its message and slots.
SPOKEN = ("what", "over", "evidence", "action")


@dataclass(frozen=True, slots=True)
class Opportunity:
    """One opportunity; money in minor units.

    Attributes:
        kind: where it was found: ``cooling``, ``rising``, ``group``, ``over the limit``, ``room``, ``costs`` or ``data``.
        what: in a few words.
        money: at stake, with its 80 % interval ``low80`` to ``high80``; where it was counted, all three are one.
        over: in which time.
        effort: ``low``, ``medium`` or ``high``, by the rule of :data:`lifelong.decide.opportunities.EFFORT`.
        grounds: ``counted`` (books), ``forecast`` (a model's), or ``goes with`` (seen together; no cause is known).
        evidence: the figures behind it.
        action, command: what to do, and the exact command to run next.
        customers: whom it is about; None where it is about no customers.
        is_weak_spot: whether something is worse than elsewhere; else it is value to look after.
        confidence: ``high``, ``medium`` or ``low``, by :func:`lifelong.decide.opportunities.confidence`; empty until ranked.
        rank: 1 is the first; 0 until ranked.
    """

    kind: str
    what: str
    money: int
    low80: int
    high80: int
    over: str
    effort: str
    grounds: str
    evidence: str
    action: str
    command: str
    customers: int | None
    is_weak_spot: bool
    confidence: str = ""
    rank: int = 0


@dataclass(frozen=True, slots=True)
class Unseen:
    """A source that was not looked at, why, and the command that mends it."""

    source: str
    why: str
    command: str


@dataclass(frozen=True, slots=True)
class Opportunities:
    """The answer of `opportunities`.

    Attributes:
        as_of, currency, digits: the last day of the orders, and the money.
        definition: what the money is, and how it is ranked.
        rows: the opportunities, the first the one of which most can be counted on. Their money is never added up.
        unseen: what was not looked at.
        findings: what to know.
        path: where the rows were written, empty where nowhere.
    """

    as_of: str
    currency: str
    digits: int
    definition: str
    rows: tuple[Opportunity, ...]
    unseen: tuple[Unseen, ...] = ()
    findings: tuple[Finding, ...] = ()
    path: str = ""

    @property
    def weak_spots(self) -> tuple[Opportunity, ...]:
        """Those where something is worse than elsewhere, in the same order."""
        return tuple(row for row in self.rows if row.is_weak_spot)

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `opportunities`."""
        told = {key: plain(value) for key, value in asdict(self).items()}
        for row, one in zip(told["rows"], self.rows, strict=True):
            row["said"] = {name: packed(getattr(one, name)) for name in SPOKEN}
        weak = [row.rank for row in self.weak_spots]
        return told | {"weak_spots": weak, "findings": [found.as_dict() for found in self.findings]}

    def to_arrow(self) -> pa.Table:
        """A row an opportunity; money in minor units."""
        import pyarrow as pa

        return pa.Table.from_pylist([asdict(row) for row in self.rows])

    def text(self, top: int = 7) -> str:
        """For people, the first so many."""
        many = len(self.rows)
        lines = [
            f"{many} opportunit{'y' if many == 1 else 'ies'} as of {self.as_of}, {self.currency}",
            *wrap(self.definition, 80),
        ]
        for row in self.rows[:top]:
            lines += ["", *self._row(row)]
        lines += [f"and {many - top} more: --top {many}"] if many > top else []
        if self.weak_spots:
            told = ", ".join(f"{row.rank} {row.what}" for row in self.weak_spots)
            lines += ["", *wrap(f"weak spots, the worst first: {told}", 80)]
        if self.unseen:
            lines += ["", "not looked at:"]
        for one in self.unseen:
            lines += _indented(f"{one.source}: {one.why}", 2) + ([f"    {one.command}"] if one.command else [])
        lines += [line for found in self.findings for line in _indented(str(found), 2)]
        return "\n".join(lines + ([f"written to {self.path}"] if self.path else []))

    def __str__(self) -> str:
        return self.text()

    def _row(self, row: Opportunity) -> list[str]:
        money, low, high = (amount(minor, self.digits) for minor in (row.money, row.low80, row.high80))
        title, *rest = wrap(row.what, 56)
        band = "counted" if row.grounds == "counted" else f"80 %: {low} to {high}"
        return [
            f"{row.rank:>2}. {title:<58}{money:>18}",
            *(f"    {line}" for line in rest),
            *_indented(f"{row.over}; {band}", 4),
            f"    effort {row.effort}, confidence {row.confidence}, {row.grounds}",
            *_indented(row.evidence, 4),
            *_indented(f"do: {row.action}", 4),
            f"    {row.command}",
        ]


def _indented(text: str, by: int) -> list[str]:
    return wrap(text, 80, initial_indent=" " * by, subsequent_indent=" " * by, break_long_words=False)
