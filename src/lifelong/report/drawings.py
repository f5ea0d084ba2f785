"""Drawings inside tables and numbers: places in per cent along a line, drawn by a macro of the template.

They stretch with their cell and their text never scales, which a drawing of fixed size cannot do; so they are small
SVG made here, while the figures are Vega-Lite.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifelong.report.words import Range

_SCALES = (0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0)


@dataclass(frozen=True, slots=True)
class Whisker:
    """An interval on a line: places from 0 to 100, the words for those who cannot see it, and the kind.

    Kinds: ``est`` (predicted), ``fact`` (counted or measured), ``base`` (a baseline).
    """

    at: float
    low: float
    high: float
    label: str
    kind: str = "est"
    truth: float | None = None
    outer_low: float | None = None
    outer_high: float | None = None


def scale_for(ranges: Sequence[Range]) -> float:
    """The one relative scale on which all bars fit, such as 0.1 for ±10 %."""
    reach = max((r.reach for r in ranges), default=0.0)
    return next((s for s in _SCALES if s >= reach), _SCALES[-1])


def relative(r: Range, scale: float, label: str, kind: str = "est") -> Whisker:
    """A number in the middle of its line, its interval about it on a shared relative scale."""
    size = abs(r.value) * scale or 1.0
    return Whisker(
        50.0, _place(r.low, r.value - size, r.value + size), _place(r.high, r.value - size, r.value + size), label, kind
    )


def along(r: Range, low: float, high: float, label: str, kind: str = "est") -> Whisker:
    """A number and its interval on a line from low to high."""
    return Whisker(_place(r.value, low, high), _place(r.low, low, high), _place(r.high, low, high), label, kind)


def place(value: float, low: float, high: float) -> float:
    """Where a value stands on a line from low to high, 0 to 100."""
    return _place(value, low, high)


def nice_ceiling(value: float) -> float:
    """The next round number: where an axis ends.

    >>> nice_ceiling(807), nice_ceiling(0.13)
    (1000.0, 0.15)
    """
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    fits = (s * power for s in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if s * power >= value * (1 - 1e-9))
    return float(f"{next(fits, 10 * power):.12g}")


def nice_span(values: Sequence[float]) -> tuple[float, float]:
    """Round ends about values, for a line of dots that need not begin at 0.

    >>> nice_span([0.82, 1.17])
    (0.8, 1.2)
    """
    if not values:
        return 0.0, 1.0
    low, high = min(values), max(values)
    if high == low:
        low, high = low - abs(low) / 4 or -1.0, high + abs(high) / 4 or 1.0
    step = nice_ceiling((high - low) / 4)
    return round(math.floor(low / step) * step, 12), round(math.ceil(high / step) * step, 12)


def spark(values: Sequence[float], ceiling: float, start: int = 0, slots: int = 1, height: int = 26) -> str:
    """A path over ``slots`` steps of a field 1000 wide; the first value stands at step ``start``."""
    if len(values) < 2 or ceiling <= 0:
        return ""
    points = [
        f"{(start + i) / max(slots, 1) * 1000:.0f},{height - v / ceiling * height:.1f}".removesuffix(".0")
        for i, v in enumerate(values)
    ]
    return "M" + " ".join(points)


def _place(value: float, low: float, high: float) -> float:
    if high <= low or value != value:  # nan has no place
        return 50.0
    return round(min(max((value - low) / (high - low), 0.0), 1.0) * 100, 1)
