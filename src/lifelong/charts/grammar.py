"""The few words of Vega-Lite that every figure here is written in.

A figure is one layered view whose size is fixed before it is drawn: no axis object, no legend, no automatic
padding. Gridlines are rules and tick labels are texts with words that the caller has formatted, so that a figure
says exactly what the text says, and so that its layout cannot depend on the fonts of the machine that draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Spec = dict[str, Any]
Row = dict[str, Any]

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
INK, INK2, INK3 = "var(--ink)", "var(--ink-2)", "var(--ink-3)"
EST, BAND, BAND2 = "var(--est)", "var(--band)", "var(--band-2)"
BASE, GRID, PAPER = "var(--base)", "var(--grid)", "var(--paper)"


@dataclass(frozen=True, slots=True)
class Tick:
    """A place on a scale, with the words that stand there."""

    at: float
    label: str


@dataclass(frozen=True, slots=True)
class Frame:
    """Where a figure's field lies, in px, and what its two scales span.

    Attributes:
        width, height: the whole drawing.
        left, right, top, bottom: the margins about the field.
        x, y: the two domains, low and high.
        log_y: whether y is drawn on a logarithmic scale.
    """

    width: int
    height: int
    x: tuple[float, float]
    y: tuple[float, float]
    left: int = 0
    right: int = 0
    top: int = 16
    bottom: int = 22
    log_y: bool = False

    @property
    def field(self) -> tuple[int, int]:
        """The field's width and height, px."""
        return self.width - self.left - self.right, self.height - self.top - self.bottom

    def across(self, field: str) -> Row:
        """The x channel that reads a field."""
        return {"field": field, "type": "quantitative", "axis": None, "scale": self._scale(self.x)}

    def up(self, field: str) -> Row:
        """The y channel that reads a field."""
        scale = self._scale(self.y)
        return {
            "field": field,
            "type": "quantitative",
            "axis": None,
            "scale": scale | {"type": "log"} if self.log_y else scale,
        }

    @staticmethod
    def _scale(domain: tuple[float, float]) -> Row:
        return {"domain": list(domain), "nice": False, "zero": False, "clamp": False}


def layer(mark: str, rows: Sequence[Mapping[str, Any]], encoding: Row, **style: Any) -> Spec:
    """One layer: a mark over rows."""
    return {"data": {"values": [dict(r) for r in rows]}, "mark": {"type": mark, **style}, "encoding": encoding}


def text(
    frame: Frame, rows: Sequence[Mapping[str, Any]], *, kind: str = "note", align: str = "left",
    shift: tuple[int, int] = (0, 0),
) -> Spec:  # fmt: skip
    """Words at (x, y) of each row's ``label``. Kinds: ``tick``, ``note``, ``key`` (ink) and ``est``, both strong."""
    colour = {"tick": INK3, "note": INK2, "key": INK, "est": EST, "flip": PAPER}[kind]
    weight = 600 if kind in {"key", "est", "flip"} else 400
    encoding = {"x": frame.across("x"), "y": frame.up("y"), "text": {"field": "label", "type": "nominal"}}
    style = {"color": colour, "fontWeight": weight, "align": align, "dx": shift[0], "dy": shift[1]}
    return layer("text", rows, encoding, baseline="alphabetic", fontSize=13, font="var(--sans)", **style)


def gridlines(frame: Frame, ticks: Sequence[Tick], *, axis_at: float | None = None) -> list[Spec]:
    """Horizontal gridlines that begin in the left margin, each with its label above it; the zero line in ink."""
    wide = {"x": {"value": -frame.left}, "x2": {"value": frame.field[0]}}
    rows = [{"y": t.at, "x": frame.x[0], "label": t.label} for t in ticks]
    grey = [r for r in rows if r["y"] != axis_at]
    layers = [layer("rule", grey, {"y": frame.up("y"), **wide}, color=GRID)] if grey else []
    if axis_at is not None:
        base = {"y": frame.up("y"), "x": {"value": 0}, "x2": {"value": frame.field[0]}}
        layers.append(layer("rule", [{"y": axis_at}], base, color=INK))
    return [*layers, text(frame, grey, kind="tick", shift=(-frame.left, -5))] if grey else layers


def below(frame: Frame, ticks: Sequence[Tick], *, kind: str = "tick") -> list[Spec]:
    """Labels under the field; the first and the last are kept inside the drawing."""
    low, high = frame.x
    layers = []
    for align in ("left", "center", "right"):
        rows = [
            {"x": t.at, "y": frame.y[0], "label": t.label}
            for t in ticks
            if align == ("left" if t.at <= low and not frame.left else "right" if t.at >= high else "center")
        ]
        if rows:
            layers.append(text(frame, rows, kind=kind, align=align, shift=(0, frame.bottom - 4)))
    return layers


def polyline(frame: Frame, rows: Sequence[Mapping[str, Any]], y: str = "y", **style: Any) -> Spec:
    """A line through (x, y), corners kept."""
    encoding = {"x": frame.across("x"), "y": frame.up(y), "order": {"field": "x", "type": "quantitative"}}
    return layer("line", rows, encoding, strokeJoin="round", interpolate="linear", **style)


def ribbon(
    frame: Frame, rows: Sequence[Mapping[str, Any]], low: str = "low", high: str = "high", fill: str = BAND
) -> Spec:
    """A band from low to high along x."""
    encoding = {"x": frame.across("x"), "y": frame.up(low), "y2": {"field": high}}
    return layer("area", rows, encoding, color=fill, opacity=1)


def dots(frame: Frame, rows: Sequence[Mapping[str, Any]], colour: str, size: int = 80) -> Spec:
    """Filled dots with a paper edge; ``size`` is their area, px²."""
    encoding = {"x": frame.across("x"), "y": frame.up("y")}
    return layer(
        "point", rows, encoding, filled=True, color=colour, size=size, stroke=PAPER, strokeWidth=1.5, opacity=1
    )


def upright(frame: Frame, rows: Sequence[Mapping[str, Any]], colour: str, **style: Any) -> Spec:
    """Vertical strokes at x from ``low`` to ``high``."""
    encoding = {"x": frame.across("x"), "y": frame.up("low"), "y2": {"field": "high"}}
    return layer("rule", rows, encoding, color=colour, **style)


def figure(frame: Frame, layers: Sequence[Spec]) -> Spec:
    """The whole specification of a figure: plain JSON values only."""
    width, height = frame.field
    return {
        "$schema": SCHEMA,
        "width": width,
        "height": height,
        "padding": {"left": frame.left, "right": frame.right, "top": frame.top, "bottom": frame.bottom},
        "autosize": {"type": "none"},
        "background": "transparent",
        "config": {"view": {"stroke": None}, "aria": False, "font": "var(--sans)"},
        "layer": list(layers),
    }
