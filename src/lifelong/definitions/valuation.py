"""What a value is, axis by axis, and the words that stand beside it. Numbers of different definitions make no ratio."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Literal

from lifelong.errors import ConfigError
from lifelong.phrases import joined, phrase

if TYPE_CHECKING:
    Level = Literal["orders", "revenue", "gross margin", "contribution"]
    Span = Literal["historic", "predicted", "total"]

#: Each axis of value, and what may stand there (empty: any words).
AXES: dict[str, tuple[str, ...]] = {
    "level": ("orders", "revenue", "gross margin", "contribution"),
    "span": ("historic", "predicted", "total"),
    "acquisition": ("before acquisition cost", "after acquisition cost"),
    "horizon": (),
    "discount": (),
    "timing": (),
    "currency": (),
}
#: What is left of revenue, and so may pay for winning a customer.
MARGINS = ("gross margin", "contribution")


@dataclass(frozen=True, slots=True)
class Valuation:
    """The definition of a value.

    Attributes:
        level: what part of what customers pay: ``orders`` where no amounts are known.
        span: past, to come, or both.
        horizon: over which time, in words.
        acquisition: whether the cost of winning the customer is taken off.
        discount: what later money is worth less, in words.
        timing: when in a period money counts, in words; empty where nothing is discounted.
        currency: of the amounts.
        how: how the level was come by, such as ``35 % of revenue``; told, but no axis.

    >>> Valuation("gross margin", "historic", "months 0 to 3", how="35 % of revenue").label
    'gross margin (35 % of revenue), historic, before acquisition cost, months 0 to 3, not discounted'
    """

    level: Level
    span: Span
    horizon: str
    acquisition: str = "before acquisition cost"
    discount: str = "not discounted"
    timing: str = ""
    currency: str = ""
    how: str = ""

    @property
    def label(self) -> str:
        """The words that every surface prints."""
        level = f"{self.level} ({self.how})" if self.how else self.level
        return ", ".join((level, self.span, self.acquisition, self.horizon, f"{self.discount} {self.timing}".strip()))

    def as_dict(self) -> dict[str, str]:
        """The axes and the label, for JSON."""
        return {f.name: getattr(self, f.name) for f in fields(self)} | {"label": self.label}

    def differences(self, other: Valuation) -> tuple[str, ...]:
        """The axes on which two definitions part; how a level was come by is one of them."""
        return tuple(f.name for f in fields(self) if getattr(self, f.name) != getattr(other, f.name))


@dataclass(frozen=True, slots=True)
class Valued:
    """A number with its definition."""

    amount: float
    valuation: Valuation


def set_against(value: Valuation, currency: str) -> Valuation:
    """What the cost of winning a customer may be set against: margin, before that cost, in the currency it was paid in.

    The time and the discount are those of the value, since the cost is paid on the day on which they begin.

    Args:
        value: the definition of the value that is to stand above the cost.
        currency: of the cost.

    >>> set_against(Valuation("revenue", "historic", "52w", currency="EUR"), "EUR").level
    'gross margin'
    """
    level: Level = value.level if value.level in MARGINS else "gross margin"
    return replace(value, level=level, acquisition="before acquisition cost", currency=currency)


def ratio(above: Valued, below: Valued) -> float:
    """One value by another of the same definition.

    Raises:
        ConfigError: E441, where the definitions differ, or nothing stands below.

    >>> year = Valuation("revenue", "historic", "52w", currency="EUR")
    >>> ratio(Valued(30.0, year), Valued(120.0, year))
    0.25
    """
    apart = above.valuation.differences(below.valuation)
    if apart:
        pairs = {name: (getattr(above.valuation, name), getattr(below.valuation, name)) for name in apart}
        told = joined([phrase("{n}: {a!r} and {b!r}", n=n, a=a, b=b) for n, (a, b) in pairs.items()], "; ")
        raise ConfigError(
            "E441", phrase("two numbers of different definitions make no ratio ({told})", told=told),
            why="the quotient would change with the definition and not with customers",
            fix="ask for both numbers at one level, over one time and with one discount",
        )  # fmt: skip
    if not below.amount:
        raise ConfigError(
            "E441",
            "a ratio to nothing is no number",
            why=phrase("the {label} is 0", label=below.valuation.label),
            fix="take a longer time",
        )
    return above.amount / below.amount
