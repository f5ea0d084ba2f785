"""What is expected of a cohort's unripe periods: what came so far, and what the model awaits of the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.score.between import orders_between
from lifelong.tables.cohorts import cohort_start

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifelong.project.asked import Base
    from lifelong.tables.cohorts import Cell, Grid
    from lifelong.values import Fit


def ripening(at: Base, made: Fit, seen: Base, cohorts: tuple[Sequence[Cell], Grid]) -> list[dict[str, Any]]:
    """The cells with ``expected``: the orders of an unripe period once it will have ended for every member.

    A member's period k runs from first_day + (k - 1) age + 1 to first_day + k age; the part of it that lies after the
    as-of day is the model's, the part before was counted. ``seen`` is the same customers as the fit needs them.
    """
    cells, grid = cohorts
    first = at.summary["first_day"].to_numpy()
    origin = int(first.min())
    days, place = np.unique(first, return_inverse=True)
    start = np.array([cohort_start(int(day), grid.period, origin) for day in days])[place]
    expected: dict[int, dict[int, float]] = {}
    for k in sorted({cell["period"] for cell in cells if not cell["is_ripe"]}):
        stop = np.maximum(first + k * grid.age - at.until, 0)
        begin = np.maximum(first + (k - 1) * grid.age - at.until, 0)
        ahead = orders_between(made, seen.summary, begin, stop)
        expected[k] = {int(s): float(ahead[start == s].sum()) for s in np.unique(start)}
    return [
        {**cell, "expected": None if cell["is_ripe"] else cell["orders"] + expected[cell["period"]][cell["first_day"]]}
        for cell in cells
    ]
