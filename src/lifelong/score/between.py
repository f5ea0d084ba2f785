"""Expected orders of each customer in a stretch of time ahead: what stands in a cohort's unripe cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.score.base import Past, arrow
from lifelong.score.engine import alike, is_regular, kinds_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.values import Fit

    Floats = NDArray[np.float64]

KNOTS = 9  # horizons at which the closed form is computed; between them it is nearly straight


def orders_between(fit: Fit, summary: object, start: ArrayLike, stop: ArrayLike) -> Floats:
    """Expected orders of each customer from ``start`` to ``stop`` days after the as-of day.

    Args:
        fit: a purchase model's fit.
        summary: ``schema.SUMMARY``, n customers.
        start: shape (n,), days, 0 or more.
        stop: shape (n,), days, not before ``start``.

    Returns:
        Shape (n,). The closed form at nine horizons, straight between them.
    """
    table = arrow(summary)
    kinds, kind = kinds_of(fit, table)
    x, t_x, T = (table[name].to_numpy().astype(np.int64) for name in ("x", "t_x", "T"))
    begin, end = np.asarray(start, np.float64), np.asarray(stop, np.float64)
    past = Past(x, t_x, T, np.broadcast_to(kind, x.shape))
    pair, first = alike(kinds.base, past)
    some = past.at(first)
    seen = some.x, some.T / 7.0, some.t_x / 7.0 if is_regular(kinds.base) else None
    knots = np.linspace(0.0, max(float(end.max(initial=0.0)), 1.0), KNOTS)
    given = np.zeros((KNOTS, len(first)))
    for at, days in enumerate(knots[1:], 1):
        given[at] = kinds.expect_if_alive(fit.theta, some.kind, seen, days / 7.0)
    ahead = _at(given, pair, end / knots[1]) - _at(given, pair, begin / knots[1])
    return kinds.alive(fit.theta, past.kind, x, t_x / 7.0, T / 7.0) * ahead


def _at(given: Floats, pair: NDArray[np.int32], place: Floats) -> Floats:
    """Values between knots, each customer at the own place."""
    below = np.minimum(place.astype(np.int64), KNOTS - 2)
    low = given[below, pair]
    each: Floats = low + (place - below) * (given[below + 1, pair] - low)
    return each
