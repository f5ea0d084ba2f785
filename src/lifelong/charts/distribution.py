"""How value spreads over customers: doubling classes, customers upward and what they bring downward."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.charts.grammar import BAND, EST, INK, INK2, Frame, Row, Spec, figure, layer, text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

CLASSES = 8
_STEPS = (1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0)
_PX_A_LETTER = 6.6
_PX_A_STRONG = 6.4


@dataclass(frozen=True, slots=True)
class Distribution:
    """A base's values in eight doubling classes.

    Attributes:
        edges: the seven inner edges, each twice the one before; the outer classes are open.
        customers: customers a class, 8 whole numbers.
        value: what they bring a class, in the unit of the values.
        median, mean: of a customer.
        below_mean: share of customers worth less than the mean.
    """

    edges: tuple[float, ...]
    customers: tuple[int, ...]
    value: tuple[float, ...]
    median: float
    mean: float
    below_mean: float


def measure(values: NDArray[np.float64]) -> Distribution:
    """Sort values (a customer each, at least one) into doubling classes.

    The lowest edge is a round number near a 64th of the 98th percentile, so that the open class at the top holds
    about a fiftieth of customers.
    """
    v = np.asarray(values, np.float64)
    high = float(np.quantile(v, 0.98))
    first = _round_down(high / 2 ** (CLASSES - 2)) if high > 0 else 1.0
    edges = first * 2.0 ** np.arange(CLASSES - 1)
    at = np.searchsorted(edges, v, side="right")
    mean = float(v.mean())
    return Distribution(
        tuple(float(e) for e in edges),
        tuple(int(c) for c in np.bincount(at, minlength=CLASSES)),
        tuple(float(s) for s in np.bincount(at, weights=v, minlength=CLASSES)),
        float(np.median(v)),
        mean,
        float((v < mean).mean()),
    )


def distribution(
    d: Distribution, width: int, *, amount: Callable[[float], str], share: Callable[[float], str], words: Mapping[str, str]
) -> Spec:  # fmt: skip
    """The figure.

    Args:
        d: the classes.
        width: of the whole drawing, px; the notes are left out where there is no room for them.
        amount: writes an edge, such as "48".
        share: writes a share, such as "57 %".
        words: ``customers`` and ``value`` (what the two directions mean), ``median``, ``median_note``, ``mean``,
            ``mean_note``.
    """
    up, down = _shares(d.customers), _shares(d.value)
    strip, head, foot = 26, 74, 20
    height = 306
    px = (height - head - strip - foot) / max(max(up) + max(down), 1e-9)
    frame = Frame(
        width, height, (0.0, float(CLASSES)), (-max(down) - (strip + foot) / px, max(up) + head / px), top=0, bottom=0
    )
    gap = strip / px
    bars = [
        {
            "x": i + 0.04,
            "x2": i + 0.96,
            "mid": i + 0.5,
            "customers": up[i],
            "value": down[i],
            "top": -gap,
            "end": -gap - down[i],
        }
        for i in range(CLASSES)
    ]
    return figure(frame, [*_bars(frame, bars), *_labels(frame, bars, px, share), *_edges(frame, d, gap, amount),
                          *_marks(frame, d, up, px, words), *_sides(frame, px, words)])  # fmt: skip


def _bars(frame: Frame, bars: list[Row]) -> list[Spec]:
    x = {"x": frame.across("x"), "x2": {"field": "x2"}}
    zero = [b | {"zero": 0.0} for b in bars]
    return [
        layer("rect", zero, x | {"y": frame.up("zero"), "y2": {"field": "customers"}}, color=EST, opacity=1),
        layer("rect", bars, x | {"y": frame.up("top"), "y2": {"field": "end"}}, color=BAND, opacity=1),
        layer("rule", [{"y": 0.0}], {"y": frame.up("y")}, color=INK),
    ]


def _labels(frame: Frame, bars: list[Row], px: float, share: Callable[[float], str]) -> list[Spec]:
    above = [{"x": b["mid"], "y": b["customers"], "label": share(b["customers"])} for b in bars if b["customers"] > 0]
    under = [{"x": b["mid"], "y": b["end"] - 15 / px, "label": share(b["value"])} for b in bars if b["value"] > 0]
    return [
        text(frame, above, kind="key", align="center", shift=(0, -6)),
        text(frame, under, align="center"),
    ]


def _edges(frame: Frame, d: Distribution, gap: float, amount: Callable[[float], str]) -> list[Spec]:
    rows = [{"x": float(i + 1), "y": -gap / 2, "label": amount(edge)} for i, edge in enumerate(d.edges)]
    return [text(frame, rows, kind="tick", align="center", shift=(0, 5))]


def _marks(frame: Frame, d: Distribution, up: list[float], px: float, words: Mapping[str, str]) -> list[Spec]:
    """Median and mean as labelled strokes, each on a row of its own above the bars."""
    layers: list[Spec] = []
    top = frame.y[1]
    for key, value, row in (("median", d.median, 32), ("mean", d.mean, 51)):
        x = _place(value, d.edges)
        label, at = words[key], x / CLASSES * frame.width
        room = (frame.width - at - 8) / _PX_A_LETTER - len(label)
        note = words[f"{key}_note"] if room > len(words[f"{key}_note"]) + 1 else ""
        is_left = room < 0
        stroke = {"x": x, "low": up[min(int(x), CLASSES - 1)] + 22 / px, "high": top - (row - 11) / px}
        layers.append(
            layer("rule", [stroke], {"x": frame.across("x"), "y": frame.up("low"), "y2": {"field": "high"}}, color=INK2)
        )
        place = {"x": x, "y": top - row / px}
        side, step = ("right", -7) if is_left else ("left", 7)
        layers.append(text(frame, [place | {"label": label}], kind="key", align=side, shift=(step, 0)))
        if note:
            beyond = step * 2 + math.copysign(len(label) * _PX_A_STRONG, step)
            layers.append(text(frame, [place | {"label": note}], align=side, shift=(round(beyond), 0)))
    return layers


def _sides(frame: Frame, px: float, words: Mapping[str, str]) -> list[Spec]:
    top, foot = frame.y[1] - 12 / px, frame.y[0] + 4 / px
    rows = [{"x": 0.0, "y": top, "label": words["customers"]}, {"x": 0.0, "y": foot, "label": words["value"]}]
    return [text(frame, rows, kind="tick")]


def _place(value: float, edges: tuple[float, ...]) -> float:
    """Where a value stands on the axis of doubling classes."""
    first = edges[0]
    place = value / first if value < first else 1 + math.log2(value / first)
    return min(max(place, 0.02), CLASSES - 0.02)


def _shares(parts: tuple[float, ...] | tuple[int, ...]) -> list[float]:
    whole = float(sum(parts))
    return [max(float(p), 0.0) / whole if whole > 0 else 0.0 for p in parts]


def _round_down(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return max(s for s in _STEPS if s <= value / power * (1 + 1e-12)) * power
