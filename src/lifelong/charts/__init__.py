"""A value becomes a Vega-Lite specification (plain JSON values), and that an SVG. The words come from the caller."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong.charts.cohort_cells import CohortCell, CohortRow, ages_that_fit, cohort_cells
from lifelong.charts.deciles import Tenth, deciles, is_log
from lifelong.charts.distribution import Distribution, distribution, measure
from lifelong.charts.grammar import Spec, Tick
from lifelong.charts.keeping import Renewal, keeping
from lifelong.charts.lorenz import Curve, Lorenz, best_share, curve, lorenz
from lifelong.charts.standings import Standing, round_ticks, standings
from lifelong.charts.svg import render
from lifelong.charts.tracking import Week, nice_ticks, tracking
from lifelong.errors import missing_extra

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "CohortCell", "CohortRow", "Curve", "Distribution", "Lorenz", "Renewal", "Spec", "Standing", "Tenth", "Tick", "Week", "ages_that_fit",
    "altair", "best_share", "cohort_cells", "curve", "deciles",
    "distribution", "is_log", "keeping", "lorenz", "measure", "nice_ticks", "render", "round_ticks",
    "standings", "tracking",
]  # fmt: skip


def altair(spec: Mapping[str, Any]) -> Any:
    """The same specification as an Altair chart, in the light colours, for a notebook.

    Raises E303 where Altair is not installed (``lifelong[notebook]``).
    """
    from lifelong.charts.tokens import literal

    try:
        from altair import Chart
    except ImportError:
        raise missing_extra("altair", "notebook", "a chart in a notebook") from None
    return Chart.from_dict(literal(dict(spec)))
