"""A figure as the page shows it: finding, measure, drawing at two widths, source, and the same as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from lifelong import charts

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lifelong.charts import Spec

PHONE = 328
COLUMNS = {"w5": 371, "w6": 452, "w7": 533}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its head, and whether numbers stand in it."""

    head: str
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Twin:
    """A figure's numbers as a table; the first column names the row."""

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure; ``drawings`` are SVG texts made by the charts room, of which the page shows the one that fits."""

    key: str
    title: str
    measure: str
    source: str
    drawings: tuple[Markup, ...] = ()
    twin: Twin | None = None
    width: str = "w6"
    missing: str = ""


def figure(
    key: str, finding: tuple[str, str, str], make: Callable[[int], Spec], twin: Twin, *, width: str = "w6"
) -> Figure:
    """Draw a figure at its column's width and at a phone's.

    Args:
        key: the id that its parts share.
        finding: the finding, the measure line and the source line.
        make: the specification at a width in px.
        twin: the numbers as a table.
        width: the class of its column, a key of :data:`COLUMNS`.
    """
    title, measure, source = finding
    sizes = {"wide": COLUMNS[width], "narrow": PHONE}
    drawings = tuple(
        Markup(charts.render(make(px), name=name, labelled_by=f"{key}-t {key}-m"))  # noqa: S704 - made by an XML writer
        for name, px in sizes.items()
    )
    return Figure(key, title, measure, source, drawings, twin, width)


def twin(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> Twin:
    """A table whose first column is words and whose others are numbers."""
    columns = tuple(Column(head, i > 0) for i, head in enumerate(heads))
    return Twin(columns, tuple(tuple(r) for r in rows))


def absent(key: str, title: str, why: str, *, width: str = "w6") -> Figure:
    """A figure that cannot be drawn: it says so and why, in the place where it would stand."""
    return Figure(key, title, "", "", width=width, missing=why)
