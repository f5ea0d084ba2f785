"""The total value over the stored scoring runs, and what changed it from one to the next."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Change:
    """From one run to the next, in minor units: ``total`` is the sum of the four parts.

    Attributes:
        total: the change.
        came: customers who are new in the later run, by the earlier model.
        behaviour: customers who are in both, by the earlier model: their orders, their silence, time.
        gone: customers who are not in the later run (joined to others).
        model: the later model against the earlier one, everybody, on the later data and day. None where the earlier
            one could not be run there: then ``came`` and ``behaviour`` hold it too.
        customers_came, customers_gone: how many.
        why: why the model's part is not known, empty where it is.
    """

    total: int
    came: int
    behaviour: int
    gone: int
    model: int | None
    customers_came: int
    customers_gone: int
    why: str = ""


@dataclass(frozen=True, slots=True)
class Point:
    """One run: its file, day, model and fit, how many customers, their value in minor units, and the change since."""

    run: str
    as_of: str
    model: str
    fit: str
    customers: int
    value: int
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class Trend:
    """Runs that asked the same question, by the day that they are of.

    Attributes:
        horizon, currency, definition: the question.
        digits: decimals of a minor unit.
        points: the runs.
        others: how many stored runs asked something else.
    """

    horizon: str
    currency: str
    definition: str
    digits: int
    points: tuple[Point, ...]
    others: int = 0

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a trend."""
        return asdict(self)

    def __str__(self) -> str:
        unit = f" {self.currency}".rstrip()
        lines = [
            self.definition,
            f"scoring runs: {len(self.points):,}" + (f"; {self.others:,} of another question" if self.others else ""),
            "",
            f"{'as of':<12}{'model':<24}{'customers':>12}{'value' + unit:>20}",
        ]
        lines += [f"{p.as_of:<12}{p.model:<24}{p.customers:>12,}{self._told(p.value):>20}" for p in self.points]
        changed = [(point, point.change) for point in self.points if point.change]
        if changed:
            lines += ["", _row(("change to", "total", "came", "behaviour", "model", "gone"))]
        for point, change in changed:
            parts = (change.total, change.came, change.behaviour, change.model, change.gone)
            lines.append(_row((point.as_of, *("not known" if v is None else self._told(v) for v in parts))))
        lines += [f"  {point.as_of}: {change.why}" for point, change in changed if change.why]
        return "\n".join(lines)

    def _told(self, minor: int) -> str:
        return f"{Decimal(minor).scaleb(-self.digits):,.{self.digits}f}"


def _row(cells: Sequence[str]) -> str:
    return f"{cells[0]:<12}" + "".join(f"{cell:>13}" for cell in cells[1:])
