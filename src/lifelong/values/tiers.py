"""Tiers of value, and how customers go from tier to tier."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lifelong.values.findings import Finding, plain

if TYPE_CHECKING:
    import pyarrow as pa

#: Where those came from who had no tier before.
NEW = "new"


@dataclass(frozen=True, slots=True)
class Tier:
    """One tier: its customers, how many the cuts alone would put there, value in minor units, and how sure it is."""

    name: str
    customers: int
    by_cut: int
    value: int
    share: float
    sure: float


@dataclass(frozen=True, slots=True, eq=False)
class Tiers:
    """A row a customer (columns: ``schema.TIERS``) and a row a tier, the best first.

    Attributes:
        as_of: the day of the scores.
        before: the day of the scores before, ISO; empty where there are none.
        currency, definition: of the value.
        digits: decimals of a minor unit.
        tiers: a row a tier; their values sum to the total.
        moved: a row a tier before, and a last one for those who had none; a column a tier now. Empty without a run before.
        changed, by_cut: the share of those who had a tier that now have another; and what the cuts alone would make of it.
        table: the rows.
        path: the file that the rows were written to, empty where they were not.
    """

    as_of: str
    before: str
    currency: str
    definition: str
    digits: int
    tiers: tuple[Tier, ...]
    moved: tuple[tuple[int, ...], ...]
    changed: float
    by_cut: float
    table: pa.Table
    findings: tuple[Finding, ...] = ()
    path: str = ""

    def frame(self) -> pa.Table:
        """The rows as an Arrow table."""
        return self.table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of tiers."""
        names = [tier.name for tier in self.tiers]
        return {
            "as_of": self.as_of,
            "before": self.before,
            "currency": self.currency,
            "definition": self.definition,
            "digits": self.digits,
            "tiers": [asdict(tier) for tier in self.tiers],
            "moved": [
                {"before": name, "customers": dict(zip(names, row, strict=True))}
                for name, row in zip((*names, NEW), self.moved, strict=False)
            ],
            "changed": self.changed,
            "changed_by_cuts_alone": self.by_cut,
            "findings": [f.as_dict() for f in self.findings],
            "path": self.path,
        }

    def __str__(self) -> str:
        everybody = sum(tier.customers for tier in self.tiers)
        lines = [
            f"{everybody:,} customers as of {self.as_of}",
            self.definition,
            "",
            f"{'tier':<16}{'customers':>11}{'share':>8}{'by cut':>10}{'value ' + self.currency:>18}{'share':>8}{'sure':>8}",
        ]
        lines += [
            f"{t.name:<16}{t.customers:>11,}{t.customers / everybody:>8.1%}{t.by_cut:>10,}"
            f"{money(t.value, self.digits):>18}{t.share:>8.1%}{t.sure:>8.0%}"
            for t in self.tiers
        ]
        lines += ["by cut: customers by the cuts alone; sure: mean chance to belong in the tier"]
        if self.moved:
            lines += ["", f"since {self.before}, from each tier (row) to each (column)"]
            lines += grid([t.name for t in self.tiers], (*(t.name for t in self.tiers), NEW), self.moved, "{:,}")
            lines.append(f"{self.changed:.1%} have another tier; the cuts alone would move {self.by_cut:.1%}")
        lines += [f"  {finding}" for finding in self.findings]
        return "\n".join(lines + ([f"written to {self.path}"] if self.path else []))


@dataclass(frozen=True, slots=True, eq=False)
class Migration:
    """How customers go from tier to tier within a period, smoothed, and what that leads to.

    Attributes:
        days: the last day of each scoring run, ISO.
        period: days between two of them, the one in the middle.
        names: the tiers, the best first.
        moves: customers, shape (from, to), over all periods.
        chances, low80, high80, low90, high90: of each move; rows of the first sum to 1.
        drift: the p-value that moves of the last period are as those before; None with fewer than two periods.
        mix, mix_now: the customers' shares in the long run, and now.
        brings: what a customer of each tier brought in a period (money).
        worth: what such a customer brings over all time, at present value; None without a discount.
        discount: of one period.
    """

    days: tuple[str, ...]
    period: float
    currency: str
    definition: str
    names: tuple[str, ...]
    moves: tuple[tuple[int, ...], ...]
    chances: tuple[tuple[float, ...], ...]
    low80: tuple[tuple[float, ...], ...]
    high80: tuple[tuple[float, ...], ...]
    low90: tuple[tuple[float, ...], ...]
    high90: tuple[tuple[float, ...], ...]
    drift: float | None
    mix: tuple[float, ...]
    mix_now: tuple[float, ...]
    brings: tuple[float, ...]
    worth: tuple[float, ...] | None
    discount: float
    findings: tuple[Finding, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a migration."""
        told: dict[str, Any] = plain(
            {name: getattr(self, name) for name in self.__slots__ if name != "findings"}
            | {"findings": [f.as_dict() for f in self.findings]}
        )
        return told

    def __str__(self) -> str:
        lines = [
            f"moves between tiers over {len(self.days)} scoring runs, {self.days[0]} to {self.days[-1]}, "
            f"{self.period:g} days apart",
            self.definition,
            "",
            "chance of each move within a period, from each tier (row) to each (column)",
            *grid(self.names, self.names, self.chances, "{:.1%}"),
            "80 % intervals",
            *grid(self.names, self.names, _spans(self.low80, self.high80), "{}"),
            "",
            f"{'tier':<16}{'now':>8}{'long run':>10}{'brings a period':>20}"
            + (f"{'over all time':>20}" if self.worth else ""),
        ]
        for i, name in enumerate(self.names):
            worth = f"{self.worth[i]:>20,.2f}" if self.worth else ""
            lines.append(f"{name:<16}{self.mix_now[i]:>8.1%}{self.mix[i]:>10.1%}{self.brings[i]:>20,.2f}{worth}")
        if self.worth:
            lines.append(f"money in {self.currency}; over all time: discounted {self.discount:.2%} a period, as if")
            lines.append("each tier went on to bring what it has brought: too much where nobody new comes")
        if self.drift is not None:
            chance = f"p = {self.drift:.3f}" if self.drift >= 0.001 else "p < 0.001"
            said = "moves changed" if self.drift < 0.05 else "no sign that moves changed"
            lines.append(f"last period against those before: {said} (chi-square, {chance})")
        return "\n".join([*lines, *(f"  {finding}" for finding in self.findings)])


def money(minor: int, digits: int) -> str:
    """Minor units as an amount for people."""
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f}"


def grid(columns: Any, rows: Any, cells: Any, form: str) -> list[str]:
    """A small table: names of rows and columns, and cells in a form."""
    wide = max(9, min(13, 64 // max(len(columns), 1)))
    head = " " * 16 + "".join(f"{name[: wide - 1]:>{wide}}" for name in columns)
    return [
        head,
        *(
            f"{name:<16}" + "".join(f"{form.format(c):>{wide}}" for c in row)
            for name, row in zip(rows, cells, strict=False)
        ),
    ]


def _spans(low: Any, high: Any) -> list[list[str]]:
    return [[f"{a:.0%}-{b:.0%}" for a, b in zip(*pair, strict=True)] for pair in zip(low, high, strict=True)]
