"""What was forecast, week by week, beside what came: in the weeks that the model saw, and in those it did not."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifelong.charts.grammar import (
    BASE,
    EST,
    INK,
    INK2,
    Frame,
    Row,
    Spec,
    Tick,
    below,
    figure,
    gridlines,
    polyline,
    ribbon,
    text,
    upright,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Week:
    """One week of orders.

    Attributes:
        day: the week's first day, as days since 1970-01-01.
        counted: orders that came; None where they are not known.
        forecast, low, high, baseline: what was expected, its 80 % interval, and the rule of thumb; None where absent.
        is_holdout: whether the model had not seen the week.
    """

    day: int
    counted: float | None
    forecast: float | None
    low: float | None
    high: float | None
    baseline: float | None
    is_holdout: bool


def nice_ticks(high: float, most: int = 4) -> list[float]:
    """Round numbers above zero that reach to ``high``, at most so many.

    >>> nice_ticks(940)
    [250.0, 500.0, 750.0]
    """
    if high <= 0:
        return [1.0]
    raw = high / most
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(s * power for s in (1, 2, 2.5, 5, 10) if s * power >= raw * (1 - 1e-9))
    return [step * i for i in range(1, int(high / step + 1e-9) + 1)]


def tracking(
    weeks: Sequence[Week], width: int, *, ticks: Sequence[Tick], count: Callable[[float], str], words: Mapping[str, str]
) -> Spec:  # fmt: skip
    """The figure.

    Args:
        weeks: at least two, in order.
        width: of the whole drawing, px.
        ticks: places in days with their words, such as "Jan 97".
        count: writes a number of orders.
        words: ``seen``, ``unseen``, ``came``, ``forecast``, ``baseline``.
    """
    top = max(v for w in weeks for v in (w.counted, w.forecast, w.high, w.baseline, 1.0) if v is not None)
    frame = Frame(
        width, 306, (float(weeks[0].day), float(weeks[-1].day)), (0.0, top * 1.02), left=44, top=44, bottom=22
    )
    grid = gridlines(frame, [Tick(t, count(t)) for t in nice_ticks(top)], axis_at=0.0)
    rows = [_row(w) for w in weeks]
    banded = [r for r in rows if "low" in r and "high" in r]
    layers = [grid[0]]
    if banded:
        layers.append(ribbon(frame, banded))
    layers += _lines(frame, rows)
    layers += [*grid[1:], *below(frame, [t for t in ticks if frame.x[0] <= t.at <= frame.x[1]])]
    return figure(frame, [*layers, *_divider(frame, weeks, words), *_names(frame, rows, words)])


def _row(w: Week) -> Row:
    known = {"counted": w.counted, "forecast": w.forecast, "low": w.low, "high": w.high, "baseline": w.baseline}
    return {"x": float(w.day), "unseen": w.is_holdout} | {k: float(v) for k, v in known.items() if v is not None}


def _lines(frame: Frame, rows: list[Row]) -> list[Spec]:
    layers = []
    for field, style in (
        ("baseline", {"color": BASE, "strokeWidth": 1.5, "strokeDash": [5, 4]}),
        ("counted", {"color": INK, "strokeWidth": 1.75}),
        ("forecast", {"color": EST, "strokeWidth": 2}),
    ):
        drawn = [{"x": r["x"], field: r[field]} for r in rows if field in r]
        if drawn:
            layers.append(polyline(frame, drawn, field, **style))
    return layers


def _divider(frame: Frame, weeks: Sequence[Week], words: Mapping[str, str]) -> list[Spec]:
    """The hairline where the model's knowledge ends, named on both sides where there is room."""
    start = next((float(w.day) for w in weeks if w.is_holdout), None)
    if start is None or start <= frame.x[0]:
        return []
    line = upright(frame, [{"x": start, "low": 0.0, "high": frame.y[1] * _above(frame, 36)}], INK2)
    place = {"x": start, "y": frame.y[1]}
    at = (start - frame.x[0]) / (frame.x[1] - frame.x[0]) * frame.field[0]
    sides = [line]
    if at + frame.left > len(words["seen"]) * 6.6 + 8:
        sides.append(text(frame, [place | {"label": words["seen"]}], align="right", shift=(-7, -26)))
    if frame.field[0] - at > len(words["unseen"]) * 6.6 + 8:
        sides.append(text(frame, [place | {"label": words["unseen"]}], align="left", shift=(7, -26)))
    return sides


def _above(frame: Frame, px: int) -> float:
    """The factor on the top of y that reaches so many px above the field."""
    return 1 + px / frame.field[1]


def _names(frame: Frame, rows: list[Row], words: Mapping[str, str]) -> list[Spec]:
    """The lines' names, on the lines: what came at its highest week, the others at the end, one over the other."""
    layers = []
    counted = [r for r in rows if "counted" in r]
    if counted:
        peak = max(counted[: max(len(counted) * 3 // 5, 1)], key=lambda r: r["counted"])
        is_right = peak["x"] > (frame.x[0] + frame.x[1]) / 2
        row = {"x": peak["x"], "y": peak["counted"], "label": words["came"]}
        layers.append(
            text(frame, [row], kind="key", align="right" if is_right else "left", shift=(-8 if is_right else 8, 0))
        )
    ends = []
    for field, kind in (("forecast", "est"), ("baseline", "note")):
        last = next((r for r in reversed(rows) if field in r), None)
        if last is not None:
            tail = [r for r in rows if field in r and r["x"] >= frame.x[1] - 0.25 * (frame.x[1] - frame.x[0])]
            ends.append((max(tail, key=lambda r: r[field]), min(tail, key=lambda r: r[field]), field, kind))
    ends.sort(key=lambda e: e[0][e[2]])
    for i, (highest, lowest, field, kind) in enumerate(ends):
        is_lower = i == 0 and field == "forecast"
        y = (lowest if is_lower else highest)[field]
        row = {"x": frame.x[1], "y": y, "label": words[field]}
        layers.append(text(frame, [row], kind=kind, align="right", shift=(0, 30 if is_lower else -8)))
    return layers
