"""How unevenly value is spread: the share that the best so many per cent of customers bring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.charts.grammar import (
    BAND,
    BASE,
    EST,
    INK,
    INK2,
    Frame,
    Row,
    Spec,
    Tick,
    below,
    dots,
    figure,
    gridlines,
    polyline,
    text,
    upright,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

_POINTS = 120


@dataclass(frozen=True, slots=True)
class Curve:
    """Cumulative shares, best customers first.

    Attributes:
        customers: shares of customers, from 0 to 1.
        value: the share of value that they bring.
        gini: 0 where all are equal, 1 where one has all.
    """

    customers: tuple[float, ...]
    value: tuple[float, ...]
    gini: float


def curve(values: NDArray[np.float64]) -> Curve | None:
    """The Lorenz curve of values (a customer each), best first; None where they sum to nothing.

    All points are computed and about 120 are kept, more of them where the curve is steep. Values below zero
    (refunds above revenue) count as they are.
    """
    v = np.sort(np.asarray(values, np.float64))[::-1]
    total = float(v.sum())
    if not len(v) or total <= 0:
        return None
    cumulative = np.concatenate([[0.0], np.cumsum(v) / total])
    n = len(v)
    area = float(((cumulative[1:] + cumulative[:-1]) / 2).sum()) / n
    keep = np.unique(np.round(n * np.linspace(0.0, 1.0, _POINTS) ** 2).astype(np.int64))
    return Curve(tuple((keep / n).tolist()), tuple(cumulative[keep].tolist()), 2 * area - 1)


def best_share(values: NDArray[np.float64], best: float = 0.2) -> tuple[int, float]:
    """How many customers the best share is (the next whole number), and which part of the value they bring."""
    v = np.sort(np.asarray(values, np.float64))[::-1]
    count = int(np.ceil(best * len(v) - 1e-9))
    total = float(v.sum())
    return count, float(v[:count].sum()) / total if total > 0 else 0.0


@dataclass(frozen=True, slots=True)
class Lorenz:
    """What the figure shows.

    Attributes:
        predicted, so_far: curves of what is expected and of what came; the latter None where nothing came yet.
        best: the share of customers that counts as best, such as 0.2.
        at: the share of value that they will bring; ``low`` and ``high`` its interval.
        at_so_far: the share that the best so far brought.
    """

    predicted: Curve
    so_far: Curve | None
    best: float
    at: float
    low: float
    high: float
    at_so_far: float | None


def lorenz(d: Lorenz, width: int, *, share: Callable[[float], str], words: Mapping[str, str]) -> Spec:
    """The figure; ``words``: ``predicted``, ``so_far``, ``equal``, ``best`` (the tick at the best share)."""
    frame = Frame(width, 306, (0.0, 1.0), (0.0, 1.0), left=36, top=24, bottom=22)
    is_wide = width >= 400
    grid = gridlines(
        frame, [Tick(g, share(g) if g == 1 else share(g)[:-2]) for g in (0.25, 0.5, 0.75, 1.0)], axis_at=0.0
    )
    places = [
        Tick(0.0, "0"),
        Tick(0.5, share(0.5)[:-2]),
        *([Tick(0.75, share(0.75)[:-2])] if is_wide else []),
        Tick(1.0, share(1.0)),
    ]
    layers = [
        *grid[:1],
        polyline(frame, [{"x": 0, "y": 0}, {"x": 1, "y": 1}], color=BASE, strokeWidth=1.5, strokeDash=[5, 4]),
    ]
    drop = {"x": d.best, "low": 0.0, "high": max(d.at, d.at_so_far or 0.0)}
    layers.append(upright(frame, [drop], INK2, strokeDash=[2, 3]))
    if d.high > d.low:
        layers.append(upright(frame, [{"x": d.best, "low": d.low, "high": min(d.high, 1.0)}], BAND, strokeWidth=10))
    if d.so_far is not None:
        layers.append(polyline(frame, _rows(d.so_far), color=INK, strokeWidth=1.75))
    layers.append(polyline(frame, _rows(d.predicted), color=EST, strokeWidth=2))
    layers += [*grid[1:], *below(frame, places), *below(frame, [Tick(d.best, words["best"])], kind="key")]
    return figure(frame, [*layers, *_points(frame, d, share, words)])


def _rows(c: Curve) -> list[Row]:
    return [{"x": x, "y": y} for x, y in zip(c.customers, c.value, strict=True)]


def _points(frame: Frame, d: Lorenz, share: Callable[[float], str], words: Mapping[str, str]) -> list[Spec]:
    """The two values at the best share: the upper one is named above its curve, the lower one below."""
    is_wide = frame.width >= 400
    marks = [(d.at, EST, "est", words["predicted"])]
    if d.at_so_far is not None:
        marks.append((d.at_so_far, INK, "key", words["so_far"]))
    marks.sort(key=lambda m: m[0])
    layers = []
    for i, (y, colour, kind, name) in enumerate(marks):
        layers.append(dots(frame, [{"x": d.best, "y": y}], colour, 90))
        is_upper = i == len(marks) - 1
        label = f"{share(y)} {name}" if is_wide or not is_upper else share(y)
        align, step = ("right", (-4, -13)) if is_upper else ("left", (13, 11))
        if is_upper and is_wide and d.best < 0.3:
            align, step = "center", (-18, -15)
        layers.append(text(frame, [{"x": d.best, "y": y, "label": label}], kind=kind, align=align, shift=step))
    equal = {"x": 0.68, "y": 0.42, "label": words["equal"]}
    return [*layers, text(frame, [equal], kind="tick")]
