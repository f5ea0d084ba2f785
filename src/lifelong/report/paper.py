"""A paper: a report for one kind of reader, as parts that HTML, PDF and XLSX all print, so that each says the same."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from markupsafe import Markup

    from lifelong.report.figures import Column, Figure
    from lifelong.values import CashForecast, Channels, CustomerEquity
    from lifelong.values.waterfall import Waterfall

#: The readers: everybody, who leads the firm, who wins customers, who counts money, who keeps the data.
KINDS = ("full", "founder", "marketing", "finance", "data")
FORMATS = ("html", "pdf", "xlsx")


@dataclass(frozen=True, slots=True)
class Grid:
    """A table: its finding, its measure, its cells as words, and the numbers behind them.

    Attributes:
        key: its id.
        title, measure, source: the finding, what is counted, where it comes from.
        columns: heads.
        rows: cells as they are printed.
        numbers: the same cells as numbers, dates and texts; empty where the words are all there is.
        summed: columns whose last row is the sum of those above it; a workbook computes it.
    """

    key: str
    title: str
    measure: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    source: str = ""
    numbers: tuple[tuple[Any, ...], ...] = ()
    summed: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """Sentences under a heading; ``code`` is a command, printed as one."""

    key: str
    title: str
    lines: tuple[str, ...]
    code: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """A section: its name, and what stands in it."""

    key: str
    title: str
    blocks: tuple[Figure | Grid | Words, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """What other verbs say and a paper prints; None where a project has no ground for it.

    ``refused`` says which of them could not be computed: a title and why.
    """

    forecast: CashForecast | None = None
    equity: CustomerEquity | None = None
    costs: Waterfall | None = None
    channels: Channels | None = None
    refused: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper, ready to be printed.

    Attributes:
        kind, lang, as_of: for whom, in which language, the last day of the data.
        title, sub: the head.
        facts: what every number means: name and text.
        sentences: the verdict.
        numbers: the five numbers as rows, and the scale of their bars.
        parts: the sections.
        terms: definitions of the numbers that it prints.
        colophon: what made it and how to make it again.
    """

    kind: str
    lang: str
    as_of: str
    title: str
    sub: str
    facts: tuple[tuple[str, str], ...]
    sentences: tuple[Markup, ...]
    numbers: Mapping[str, Any]
    parts: tuple[Part, ...]
    terms: tuple[Mapping[str, str], ...]
    colophon: tuple[str, str]

    def grids(self) -> tuple[Grid, ...]:
        """All its tables."""
        return tuple(block for part in self.parts for block in part.blocks if isinstance(block, Grid))
