"""What one would forecast without a model: the last period repeated, and the mean of earlier customers alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.judge.rows import Guess

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.judge.origin import Seen

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

X_EDGES = np.array([1, 2, 3, 5, 8, 13, 21, 34])  # repeat order days
SHARES = np.linspace(0.2, 0.8, 4)  # silence is cut at its fifths
OWN_WEIGHT = 10.0  # a cell's own mean weighs as its customers, its row's mean as this many


def baselines(seen: Seen, before: Seen) -> dict[str, tuple[Guess, Guess | None]]:
    """Both baselines' forecasts of orders and value.

    Args:
        seen: the origin.
        before: an earlier origin whose window had ended by then; its outcomes are what cell means learn from.
    """
    cells = _Cells(before, seen)
    scale = seen.days / before.days
    by_cell = cells.mean(before.orders) * scale
    if seen.value is None or before.value is None:
        return {"last_period": (Guess(seen.before), None), "cell_means": (Guess(by_cell), None)}
    repeated = Guess(seen.before if seen.before_value is None else seen.before_value)
    return {
        "last_period": (Guess(seen.before), repeated),
        "cell_means": (Guess(by_cell), Guess(cells.mean(before.value) * scale)),
    }


class _Cells:
    """Cells of order days and silence, cut where the earlier origin's customers lie."""

    def __init__(self, before: Seen, seen: Seen) -> None:
        _, t_x, T = before.history
        self.edges = np.quantile(T - t_x, SHARES)
        self.learn, self.ask = self._cell(before), self._cell(seen)

    def _cell(self, seen: Seen) -> tuple[Ints, Ints]:
        x, t_x, T = seen.history
        return np.searchsorted(X_EDGES, x, side="right"), np.searchsorted(self.edges, T - t_x, side="left")

    def mean(self, outcome: Floats) -> Floats:
        """The mean outcome of each asked customer's cell, drawn to that of all with as many orders, and to that of all."""
        rows, columns = len(X_EDGES) + 1, len(SHARES) + 1
        row, column = self.learn
        overall = float(outcome.mean())
        by_row = _shrunk(row, outcome, np.full(rows, overall))
        by_cell = _shrunk(row * columns + column, outcome, np.repeat(by_row, columns))
        asked: Floats = by_cell[self.ask[0] * columns + self.ask[1]]
        return asked


def _shrunk(group: Ints, outcome: Floats, parent: Floats) -> Floats:
    size = len(parent)
    total = np.bincount(group, weights=outcome, minlength=size) + OWN_WEIGHT * parent
    each: Floats = total / (np.bincount(group, minlength=size) + OWN_WEIGHT)
    return each
