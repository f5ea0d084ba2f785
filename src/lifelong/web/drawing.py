"""Drawings of pages: places along axes and paths in a field, which the template's macros draw as SVG that stretches.

Text keeps its size at every width, since x is given in per cent and only the paths are stretched (see
docs/decisions). Numbers come from answers; nothing here changes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifelong.report.drawings import nice_ceiling, place

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

#: The height of a figure's field in px.
HEIGHT = 196


@dataclass(frozen=True, slots=True)
class Tick:
    """A tick: its place (per cent across, or px down) and its label; ``is_wide`` ones are left out on a phone."""

    at: float
    label: str
    is_wide: bool = False


@dataclass(frozen=True, slots=True)
class Fan:
    """A line over time with what was counted, what is expected, and how unsure that is.

    Attributes:
        height: of the field, px.
        counted, expected: paths over a field 1000 wide.
        band, outer: closed paths of the 80 % and the wider interval.
        now: where the as-of day stands, per cent.
        across, up: ticks.
        ends: px of the last expected value and of the ends of its interval.
    """

    height: int
    counted: str
    expected: str
    band: str
    outer: str
    now: float
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]
    ends: tuple[float, float, float] | None


@dataclass(frozen=True, slots=True)
class Point:
    """One expected value with its intervals."""

    value: float
    low80: float
    high80: float
    low90: float
    high90: float


def fan(
    counted: Sequence[float],
    expected: Sequence[Point],
    labels: Sequence[str],
    say: Callable[[float], str],
    height: int = HEIGHT,
) -> Fan:
    """Draw counted values and then expected ones, a step each; the first expected joins the last counted.

    Args:
        counted: values that were counted, the oldest first.
        expected: values to come.
        labels: one a step, counted and expected.
        say: writes a value at the axis.
        height: of the field, px.
    """
    top = nice_ceiling(max([*counted, *(p.high90 for p in expected), 0.0]))
    steps = max(len(counted) + len(expected) - 1, 1)
    at = [1000 * i / steps for i in range(steps + 1)]

    def y(value: float) -> float:
        return round(height - height * max(value, 0.0) / top, 1)

    start = len(counted)
    joined = [(at[start - 1], Point(*(counted[-1],) * 5))] if counted else []
    joined += [(at[start + i], point) for i, point in enumerate(expected)]
    every = max(1, (steps + 1) // 6)
    return Fan(
        height,
        _line([(at[i], y(v)) for i, v in enumerate(counted)]),
        _line([(x, y(p.value)) for x, p in joined]),
        _area([(x, y(p.low80), y(p.high80)) for x, p in joined]),
        _area([(x, y(p.low90), y(p.high90)) for x, p in joined]),
        round(at[start - 1] / 10, 1) if counted else 0.0,
        tuple(
            Tick(round(at[i] / 10, 1), label, is_wide=(i // every) % 2 == 1)
            for i, label in enumerate(labels)
            if i % every == 0
        ),
        tuple(Tick(y(top * part / 4), say(top * part / 4)) for part in range(5)),
        (y(expected[-1].value), y(expected[-1].low80), y(expected[-1].high80)) if expected else None,
    )


def _line(points: Sequence[tuple[float, float]]) -> str:
    return "M" + " ".join(f"{x:.0f},{y:g}" for x, y in points) if len(points) > 1 else ""


def _area(points: Sequence[tuple[float, float, float]]) -> str:
    if len(points) < 2:
        return ""
    there = [f"{x:.0f},{low:g}" for x, low, _ in points]
    back = [f"{x:.0f},{high:g}" for x, _, high in reversed(points)]
    return "M" + " ".join(there + back) + "Z"


@dataclass(frozen=True, slots=True)
class Swing:
    """One row of a tornado: from where to where the answer moves when one input does, in per cent across."""

    low: float
    high: float
    middle: float

    @property
    def hollow(self) -> tuple[float, float]:
        """Start and width of the bar of the low setting."""
        return min(self.low, self.middle), abs(self.low - self.middle)

    @property
    def solid(self) -> tuple[float, float]:
        """The same of the high setting."""
        return min(self.high, self.middle), abs(self.high - self.middle)


def swings(rows: Sequence[tuple[float, float]], middle: float) -> list[Swing]:
    """Rows of a tornado on one scale about the middle."""
    reach = max((abs(end - middle) for row in rows for end in row), default=0.0) or 1.0
    low, high = middle - reach, middle + reach
    return [Swing(place(a, low, high), place(b, low, high), 50.0) for a, b in rows]


@dataclass(frozen=True, slots=True)
class Step:
    """A row of a bridge, in per cent across: a mark where it is a total, else a bar from ``start`` over ``width``."""

    start: float
    width: float
    end: float
    is_total: bool
    is_fall: bool


def bridge(rows: Sequence[tuple[float, bool]]) -> list[Step]:
    """Rows of a bridge, each an amount and whether it is a total; a part begins where the row before it ended."""
    spans, level = [], 0.0
    for amount, is_total in rows:
        before = amount if is_total else level
        level = amount if is_total else level + amount
        spans.append((before, level, is_total))
    ends = [end for a, b, _ in spans for end in (a, b)]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    edge = 0.04 * (high - low) or 1.0

    def at(value: float) -> float:
        return place(value, low - edge, high + edge)

    return [Step(min(at(a), at(b)), abs(at(b) - at(a)), at(b), is_total, b < a) for a, b, is_total in spans]


@dataclass(frozen=True, slots=True)
class Plot:
    """Lines over a field 1000 wide: what was counted, what is expected, bands, dots of a field, ticks.

    ``dots`` are (per cent across, px down, kind).
    """

    height: int
    solid: str
    dashed: tuple[str, ...]
    band: str
    dots: tuple[tuple[float, float, str], ...]
    across: tuple[Tick, ...]
    up: tuple[Tick, ...]


def control(
    values: Sequence[float | None],
    limits: Sequence[tuple[float, float] | None],
    labels: Sequence[str],
    say: Callable[[float], str],
    height: int = 110,
) -> Plot:
    """A measure by week within its limits; a dot stands on each week that lies outside."""
    told = [v for v in values if v is not None] + [end for span in limits if span for end in span]
    top = nice_ceiling(max([*told, 0.0]))
    steps = max(len(values) - 1, 1)

    def x(i: int) -> float:
        return 1000 * i / steps

    def y(value: float) -> float:
        return round(height - height * max(value, 0.0) / top, 1)

    dots = []
    for i, (value, span) in enumerate(zip(values, limits, strict=True)):
        if value is not None and (i == steps or (span and not span[0] <= value <= span[1])):
            is_out = bool(span and not span[0] <= value <= span[1])
            dots.append((round(x(i) / 10, 1), y(value), "out" if is_out else "in"))
    return Plot(
        height,
        _line([(x(i), y(v)) for i, v in enumerate(values) if v is not None]),
        (),
        _area([(x(i), y(span[0]), y(span[1])) for i, span in enumerate(limits) if span]),
        tuple(dots),
        tuple(Tick(round(x(i) / 10, 1), labels[i]) for i in dict.fromkeys((0, len(labels) - 1))),
        tuple(Tick(y(top * part / 2), say(top * part / 2)) for part in range(3)),
    )


def response(
    points: Sequence[tuple[float, float, float, float]],
    tried: tuple[float, float],
    marks: Sequence[tuple[float, float, str]],
    say: Callable[[float], str],
    height: int = 150,
) -> Plot:
    """A response curve: solid where spend was tried, dashed below and beyond.

    Args:
        points: spend, customers, and the ends of the interval.
        tried: the least and the most that was ever spent.
        marks: spend, customers and kind of what stands on the field.
        say: writes a spend at the axis.
        height: of the field, px.
    """
    right = nice_ceiling(max([p[0] for p in points] + [m[0] for m in marks]))
    top = nice_ceiling(max([p[3] for p in points] + [m[1] for m in marks]))

    def at(spend: float, customers: float) -> tuple[float, float]:
        return 1000 * spend / right, round(height - height * max(customers, 0.0) / top, 1)

    inside = [i for i, p in enumerate(points) if tried[0] <= p[0] <= tried[1]]
    first, last = (inside[0], inside[-1]) if inside else (0, 0)
    line = [at(p[0], p[1]) for p in points]
    return Plot(
        height,
        _line(line[first : last + 1]),
        tuple(path for path in (_line(line[: first + 1]), _line(line[last:])) if path),
        _area([(at(p[0], 0)[0], at(0, p[2])[1], at(0, p[3])[1]) for p in points]),
        tuple((round(x / 10, 1), y, kind) for (x, y), kind in ((at(s, n), kind) for s, n, kind in marks)),
        tuple(Tick(25.0 * part, say(right * part / 4)) for part in range(0, 5, 2)),
        tuple(Tick(at(0, top * part / 2)[1], f"{top * part / 2:g}") for part in range(3)),
    )
