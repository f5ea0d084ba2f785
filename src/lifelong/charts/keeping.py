"""How many of those who began are still there, renewal by renewal: as it was counted, and as the model has it."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifelong.charts.grammar import EST, INK, Frame, Spec, Tick, below, figure, gridlines, polyline, ribbon, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Renewal:
    """Shares still there after one renewal: counted without a model, and by the model with its 95 % interval."""

    number: int
    counted: float
    model: float
    low: float
    high: float


def keeping(
    renewals: Sequence[Renewal], width: int, *, share: Callable[[float], str], words: Mapping[str, str]
) -> Spec:
    """The figure.

    Args:
        renewals: at least one, in order; before the first all are there.
        width: of the whole drawing, px.
        share: writes a share.
        words: ``counted``, ``model``.
    """
    rows = [{"x": 0.0, "counted": 1.0, "model": 1.0, "low": 1.0, "high": 1.0}]
    rows += [
        {"x": float(r.number), "counted": r.counted, "model": r.model, "low": r.low, "high": r.high} for r in renewals
    ]
    last = rows[-1]
    frame = Frame(width, 280, (0.0, last["x"]), (0.0, 1.04), left=44, top=22, bottom=22)
    grid = gridlines(frame, [Tick(t, share(t)) for t in (0.25, 0.5, 0.75, 1.0)], axis_at=0.0)
    steps = [rows[0]]
    for before, after in itertools.pairwise(rows):
        steps += [{"x": after["x"], "counted": before["counted"]}, {"x": after["x"], "counted": after["counted"]}]
    ends = sorted({0, round(last["x"] / 2), round(last["x"])})
    names = sorted((("counted", "key"), ("model", "est")), key=lambda name: last[name[0]])
    layers = [
        grid[0],
        ribbon(frame, rows),
        polyline(frame, [{"x": r["x"], "model": r["model"]} for r in rows], "model", color=EST, strokeWidth=2),
        layer_of_steps(frame, steps),
        *grid[1:],
        *below(frame, [Tick(float(t), str(t)) for t in ends]),
    ]
    for (field, kind), shift in zip(names, (18, -10), strict=True):
        place = {"x": last["x"], "y": last[field], "label": words[field]}
        layers.append(text(frame, [place], kind=kind, align="right", shift=(0, shift)))
    return figure(frame, layers)


def layer_of_steps(frame: Frame, steps: Sequence[Mapping[str, float]]) -> Spec:
    """The counted share, which falls at each renewal and stays between them; in the order of the rows."""
    rows = [{**row, "place": i} for i, row in enumerate(steps)]
    line = polyline(frame, rows, "counted", color=INK, strokeWidth=1.75)
    line["encoding"]["order"] = {"field": "place", "type": "quantitative"}
    return line
