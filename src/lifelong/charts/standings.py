"""Rows of one measure: a name, a dot and a band each, about a line at which nothing differs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifelong.charts.grammar import (
    BAND,
    BASE,
    EST,
    GRID,
    INK,
    Frame,
    Spec,
    Tick,
    below,
    dots,
    figure,
    layer,
    text,
    upright,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROW = 27  # px
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Standing:
    """One row: where its dot stands, and its interval.

    Attributes:
        name: in the left margin; what does not fit is cut.
        at: the dot.
        low, high: the band.
        is_pale: a rule of thumb, drawn in grey.
        is_strong: one to look at: its name is strong.
    """

    name: str
    at: float
    low: float
    high: float
    is_pale: bool = False
    is_strong: bool = False


def standings(rows: Sequence[Standing], width: int, *, say: Callable[[float], str], is_forecast: bool = False) -> Spec:
    """The figure, at least one row, about 0; where ``is_forecast``, that line is what was expected and is drawn so."""
    left = 160 if width > 400 else 128
    ticks = round_ticks(*_domain(rows))
    low, high = ticks[0], ticks[-1]
    frame = Frame(
        width, ROW * len(rows) + 38, (low, high), (0.0, float(len(rows))), left=left, right=16, top=8, bottom=30
    )
    place = [len(rows) - i - 0.5 for i in range(len(rows))]
    full = {"low": 0.0, "high": float(len(rows))}
    grid = upright(frame, [{"x": at, **full} for at in ticks if at], GRID)
    line = upright(frame, [{"x": 0.0, **full}], EST if is_forecast else INK, strokeWidth=2 if is_forecast else 1)
    bands = [
        {"y": y, "low": min(max(r.low, low), high), "high": min(max(r.high, low), high)}
        for y, r in zip(place, rows, strict=True)
    ]
    across = {"x": frame.across("low"), "x2": {"field": "high"}, "y": frame.up("y")}
    layers = [grid, layer("rule", bands, across, color=BAND, strokeWidth=12), line]
    for is_pale, colour in ((False, INK), (True, BASE)):
        points = [
            {"x": min(max(r.at, low), high), "y": y} for y, r in zip(place, rows, strict=True) if r.is_pale == is_pale
        ]
        layers += [dots(frame, points, colour)] if points else []
    most = (left - 8) * 2 // 13  # a letter of 13 px is half as wide, about
    for is_strong in (False, True):
        names = [
            {"x": low, "y": y, "label": r.name if len(r.name) <= most else f"{r.name[: most - 1]}…"}
            for y, r in zip(place, rows, strict=True)
            if r.is_strong == is_strong
        ]
        layers += [text(frame, names, kind="key" if is_strong else "note", shift=(-left, 4))] if names else []
    return figure(frame, [*layers, *below(frame, [Tick(at, say(at)) for at in ticks])])


def round_ticks(low: float, high: float) -> list[float]:
    """Round places from at most low to at least high, 0 among them, some five steps apart.

    >>> round_ticks(-0.02, 0.31)
    [-0.1, 0.0, 0.1, 0.2, 0.3, 0.4]
    """
    span = max(high, 0.0) - min(low, 0.0) or 1.0
    power = 10.0 ** math.floor(math.log10(span / 4))
    step = next(s * power for s in _STEPS if s * power >= span / 4)
    return [
        float(f"{i * step:.12g}")
        for i in range(math.floor(min(low, 0.0) / step + 1e-9), math.ceil(max(high, 0.0) / step - 1e-9) + 1)
    ]


def _domain(rows: Sequence[Standing]) -> tuple[float, float]:
    """What the axis must hold: every dot, and bands up to thrice as far as the farthest one."""
    reach = 3.0 * max(abs(r.at) for r in rows) or max(abs(end) for r in rows for end in (r.low, r.high)) or 1.0
    low, high = min(min(r.low, r.at) for r in rows), max(max(r.high, r.at) for r in rows)
    return max(low, -reach), min(high, reach)
