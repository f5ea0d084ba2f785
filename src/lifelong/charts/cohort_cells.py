"""Cohorts by age as cells: filled where an age is over for all, hollow with a dashed edge where it is not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifelong.charts.grammar import EST, Frame, Spec, figure, layer, text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

CELL, ROW, GAP = 40, 26, 2  # px
SHADES = 6
DARK = 5  # from this shade on words are light


@dataclass(frozen=True, slots=True)
class CohortCell:
    """One cohort at one age: the number, None where that age is over for nobody, and whether it is over for all."""

    age: int
    value: float | None
    is_whole: bool


@dataclass(frozen=True, slots=True)
class CohortRow:
    """A cohort's name and its cells by age."""

    name: str
    cells: tuple[CohortCell, ...]


def ages_that_fit(width: int) -> int:
    """How many ages a drawing so wide has room for."""
    return (width - _left(width)) // CELL


def cohort_cells(rows: Sequence[CohortRow], width: int, *, say: Callable[[float], str]) -> Spec:
    """The figure, at least one row: as many ages as fit, the first row on top.

    Args:
        rows: the cohorts.
        width: of the whole drawing, px.
        say: writes a number short enough for a cell.
    """
    last = max(cell.age for row in rows for cell in row.cells)
    shown = min(ages_that_fit(width), last + 1)
    frame = Frame(
        _left(width) + shown * CELL, ROW * len(rows) + 24, (0.0, float(shown)), (0.0, float(len(rows))),
        left=_left(width), top=24, bottom=0,
    )  # fmt: skip
    placed = [
        (len(rows) - 1 - i, cell) for i, row in enumerate(rows) for cell in row.cells if cell.age < shown
    ]  # fmt: skip
    most = max((c.value for _, c in placed if c.is_whole and c.value), default=1.0)
    layers = []
    for shade in range(1, SHADES + 1):
        own = [(y, c) for y, c in placed if c.is_whole and _shade(c.value or 0.0, most) == shade]
        layers += [_boxes(own, frame, fill=f"var(--q{shade})")] if own else []
        layers += [_words(own, frame, say, "flip" if shade >= DARK else "key")] if own else []
    hollow = [(y, c) for y, c in placed if not c.is_whole]
    if hollow:
        edge = {"stroke": EST, "strokeDash": [3, 3], "strokeWidth": 1}
        layers += [_boxes(hollow, frame, fill="transparent", **edge), _words(hollow, frame, say, "note")]
    names = [{"x": 0.0, "y": len(rows) - 0.5 - i, "label": row.name} for i, row in enumerate(rows)]
    heads = [{"x": age + 0.5, "y": float(len(rows)), "label": str(age)} for age in range(shown)]
    layers += [
        text(frame, names, shift=(-frame.left, 5)),
        text(frame, heads, kind="tick", align="center", shift=(0, -8)),
    ]
    return figure(frame, layers)


def _left(width: int) -> int:
    return 72 if width > 400 else 64


def _shade(value: float, most: float) -> int:
    return min(SHADES, 1 + int(max(value, 0.0) / most * SHADES)) if most > 0 else 1


def _boxes(cells: Sequence[tuple[int, CohortCell]], frame: Frame, **style: object) -> Spec:
    wide, high = GAP / 2 / CELL, GAP / 2 / ROW
    rows = [{"x": c.age + wide, "x2": c.age + 1 - wide, "y": y + high, "y2": y + 1 - high} for y, c in cells]
    across = {"x": frame.across("x"), "x2": {"field": "x2"}, "y": frame.up("y"), "y2": {"field": "y2"}}
    return layer("rect", rows, across, **style)


def _words(cells: Sequence[tuple[int, CohortCell]], frame: Frame, say: Callable[[float], str], kind: str) -> Spec:
    rows = [
        {"x": c.age + 0.5, "y": y + 0.5, "label": "" if c.value is None else say(c.value)} for y, c in cells
    ]  # fmt: skip
    return text(frame, rows, kind=kind, align="center", shift=(0, 5))
