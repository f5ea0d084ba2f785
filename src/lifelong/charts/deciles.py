"""Tenths of the forecast: what was expected of each, and what came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifelong.charts.grammar import (
    BAND,
    EST,
    INK,
    Frame,
    Row,
    Spec,
    Tick,
    below,
    dots,
    figure,
    gridlines,
    layer,
    text,
    upright,
)
from lifelong.charts.tracking import nice_ticks

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_LOG_FROM = 12.0
_POWERS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024)


@dataclass(frozen=True, slots=True)
class Tenth:
    """One tenth of customers, best forecast first: means a customer of what was forecast and of what came."""

    decile: int
    customers: int
    forecast: float
    low: float
    high: float
    actual: float


def is_log(tenths: Sequence[Tenth]) -> bool:
    """Whether the figure needs a logarithmic scale: all above zero and far apart."""
    seen = [v for t in tenths for v in (t.forecast, t.actual)]
    return min(seen) > 0 and max(seen) / min(seen) > _LOG_FROM


def deciles(tenths: Sequence[Tenth], width: int, *, amount: Callable[[float], str], words: Mapping[str, str]) -> Spec:
    """The figure; ``words``: ``best`` (under the first tenth), ``came``, ``forecast``. At least one tenth."""
    seen = [v for t in tenths for v in (t.forecast, t.actual, t.low, t.high)]
    use_log = is_log(tenths)
    top = max(seen) * (1.25 if use_log else 1.02) or 1.0
    floor = min(v for v in seen if v > 0) / 1.35 if use_log else 0.0
    frame = Frame(width, 306, (0.5, len(tenths) + 0.5), (floor, top), left=40, top=24, bottom=22, log_y=use_log)
    marks = [p for p in _POWERS if floor <= p <= top] if use_log else nice_ticks(top)
    marks = marks[:: max(1, -(-len(marks) // 6))]
    grid = gridlines(frame, [Tick(m, amount(m)) for m in marks])
    axis = layer(
        "rule", [{"y": floor}], {"y": frame.up("y"), "x": {"value": 0}, "x2": {"value": frame.field[0]}}, color=INK
    )
    names = [Tick(float(t.decile), words["best"] if t.decile == 1 else str(t.decile)) for t in tenths]
    bands = [{"x": float(t.decile), "low": max(t.low, floor), "high": t.high} for t in tenths]
    return figure(
        frame,
        [grid[0], upright(frame, bands, BAND, strokeWidth=14), _strokes(frame, tenths), axis,
         dots(frame, [{"x": float(t.decile), "y": t.actual} for t in tenths], INK, 80),
         *grid[1:], *below(frame, names), *_names(frame, tenths[0], words)],
    )  # fmt: skip


def _strokes(frame: Frame, tenths: Sequence[Tenth]) -> Spec:
    rows: list[Row] = [{"x": t.decile - 0.26, "x2": t.decile + 0.26, "y": t.forecast} for t in tenths]
    encoding = {"x": frame.across("x"), "x2": {"field": "x2"}, "y": frame.up("y")}
    return layer("rule", rows, encoding, color=EST, strokeWidth=2)


def _names(frame: Frame, first: Tenth, words: Mapping[str, str]) -> list[Spec]:
    """The two names beside the first tenth, at least a line apart."""
    upper, lower = ("came", "forecast") if first.actual >= first.forecast else ("forecast", "came")
    value = {"came": first.actual, "forecast": first.forecast}
    kind = {"came": "key", "forecast": "est"}
    return [
        text(
            frame,
            [{"x": float(first.decile), "y": value[name], "label": words[name]}],
            kind=kind[name],
            shift=(14, step),
        )
        for name, step in ((upper, -3), (lower, 13))
    ]
