"""What one would forecast without a model, at an origin of the back-test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.judge.rows import Guess
from lifelong.models.baseline import Histories, cell_means, last_period
from lifelong.score.base import column

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.judge.origin import Seen

    Floats = NDArray[np.float64]


def baselines(seen: Seen, before: Seen) -> dict[str, tuple[Guess, Guess | None]]:
    """Both baselines' forecasts of orders and of value (None without money), by name.

    Args:
        seen: the origin.
        before: an earlier origin whose window had ended by then; its outcomes are what cell means learn from. Where
            its window is the shorter one, outcomes are taken in proportion.
    """
    then, now, scale = _histories(before), _histories(seen), seen.days / before.days
    by_cell = Guess(cell_means(then, before.orders * scale, now))
    repeated = Guess(last_period(seen.before))
    if seen.before_value is None or before.value is None:
        return {"last_period": (repeated, None), "cell_means": (by_cell, None)}
    return {
        "last_period": (repeated, Guess(last_period(seen.before_value))),
        "cell_means": (by_cell, Guess(cell_means(then, before.value * scale, now))),
    }


def _histories(seen: Seen) -> Histories:
    x, t_x, T = seen.history
    spend = column(seen.summary, "revenue")
    known = np.zeros(len(seen)) if spend is None else np.nan_to_num(spend)
    return Histories(x, t_x.astype(np.float64), T.astype(np.float64), known)
