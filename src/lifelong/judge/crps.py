r"""The continuous ranked probability score of a forecast: how far the whole distribution lies from what came.

.. math:: CRPS(F, y) = \int (F(z) - 1[y \le z])^2 dz = E|X - y| - \tfrac{1}{2} E|X - X'|

A forecast of a single number scores its absolute error, so models and baselines share one scale. A customer's distribution
is 0 with weight 1 - p and the simulated futures of the cell with weight p, p the chance to be alive; the score of such a
mixture is exact in p, and only the futures are drawn.

Source: Gneiting and Raftery (2007), JASA 102, equations 20 and 21.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.score.forecast import Forecast

    Floats = NDArray[np.float64]


#: Parts of the unit interval of which a score by quantiles takes the middles.
LEVELS = 50


def of_orders(ahead: Forecast, counted: Floats) -> Floats:
    r"""The score of each customer's number of orders.

    .. math:: n - 2 p \sum_{k < n} P(N > k) + p^2 \sum_{k \ge 0} P(N > k)^2

    Args:
        ahead: the forecast; N is the number of orders of who is alive, by its simulated futures.
        counted: the orders that came, shape (customers,).
    """
    table, cell, p = ahead.futures.orders.astype(np.int64), *_places(ahead)
    n = counted.astype(np.int64)
    cells, width = len(table), int(max(n.max(initial=0), table.max(initial=0))) + 1
    at = table + np.arange(cells)[:, None] * width
    share = np.bincount(at.ravel(), minlength=cells * width).reshape(cells, width) / table.shape[1]
    above = 1.0 - np.cumsum(share, axis=1)
    below = np.pad(np.cumsum(above, axis=1), ((0, 0), (1, 0)))
    score: Floats = n - 2.0 * p * below[cell, n] + p**2 * np.square(above).sum(axis=1)[cell]
    return score


def of_value(ahead: Forecast, came: Floats) -> Floats:
    """The score of each customer's value, major units.

    With the draws of a cell sorted, the mean distance from a number needs only the sum of the draws below it, and half the
    mean distance of two draws is sum (2 i - D - 1) d_i / D^2.

    Args:
        ahead: the forecast.
        came: the value that came, shape (customers,).
    """
    if ahead.blended or ahead.futures.noise is not None:
        return _by_quantiles(ahead, came)
    worth, cell, p = ahead.futures.worth, *_places(ahead)
    draws = worth.shape[1]
    scale = ahead.margin * ahead.factor(slice(None)) * ahead.futures.stretch[ahead.base.history]
    at = came / np.maximum(scale, 1e-300)
    below = np.pad(np.cumsum(worth, axis=1), ((0, 0), (1, 0)))
    mean = below[:, -1] / draws
    half = (worth * (2.0 * np.arange(1, draws + 1) - draws - 1)).sum(axis=1) / draws**2
    rank = np.empty(len(came), np.int64)
    for rows in np.split(np.argsort(cell, kind="stable"), np.cumsum(np.bincount(cell, minlength=len(worth)))[:-1]):
        if len(rows):
            rank[rows] = np.searchsorted(worth[cell[rows[0]]], at[rows], side="right")
    apart = at * (2.0 * rank / draws - 1.0) + mean[cell] - 2.0 * below[cell, rank] / draws
    score: Floats = scale * ((1.0 - p) * np.abs(at) + p * (apart - (1.0 - p) * mean[cell] - p * half[cell]))
    return score


def _by_quantiles(ahead: Forecast, came: Floats) -> Floats:
    r"""The same score by quantiles, for amounts that do not go in proportion to one factor.

    .. math:: 2 \int_0^1 (1[y \le q_u] - u) (q_u - y) du, \qquad \text{at the middles of } LEVELS \text{ parts}
    """
    total = np.zeros(len(came))
    for level in (np.arange(LEVELS) + 0.5) / LEVELS:
        apart = ahead.customer_quantile(float(level), slice(None)) - came
        total += 2.0 * (np.where(apart >= 0, 1.0, 0.0) - level) * apart
    return total / LEVELS


def _places(ahead: Forecast) -> tuple[NDArray[np.int64], Floats]:
    """Each customer's cell, and the chance to be alive."""
    history = ahead.base.history
    return ahead.futures.cell[history], ahead.alive_mixed[history]
