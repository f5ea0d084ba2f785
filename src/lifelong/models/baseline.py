"""What a model must beat: the customer's last period repeated, and the means of customers alike."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.special import tally

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    Index = NDArray[np.intp]

#: Upper ends of the groups of x: 0, 1, 2, 3 to 4, 5 to 8, 9 to 16, more.
ORDERS = np.array([0, 1, 2, 4, 8, 16])
#: Quantiles that part the silence, and then the spend, of the customers learned from.
SILENCE, SPEND = (0.1, 0.25, 0.5, 0.75), (1 / 3, 2 / 3)
#: Bounds of the weight of the coarser cell, in customers.
LEAST, MOST = 1.0, 1000.0


@dataclass(frozen=True, slots=True)
class Histories:
    """Customers at an origin, one row each: repeat orders, t_x and T (one unit of time), spend an order or in all."""

    x: NDArray[np.int64]
    t_x: Floats
    T: Floats
    spend: Floats


def last_period(amount: ArrayLike) -> Floats:
    """The next period brings each customer what the last one of that length did: orders or value, float64.

    >>> last_period([2, 0, 1]).tolist()
    [2.0, 0.0, 1.0]
    """
    return np.array(amount, dtype=np.float64)


def cell_means(past: Histories, outcome: ArrayLike, now: Histories) -> Floats:
    r"""What customers alike brought after an earlier origin, as a forecast for those of today.

    Cells are orders, then orders and silence T - t_x, then orders, silence and spend. A cell's mean is drawn to that of the
    coarser cell about it, the more the fewer customers it holds:

    .. math:: \hat\mu = \frac{n \bar y + k \hat\mu_{coarser}}{n + k}, \qquad k = \frac{\text{variance within cells}}
              {\text{variance between cells}}

    Args:
        past: customers at the earlier origin, seen only up to it.
        outcome: what each of them brought in the horizon after it.
        now: customers to forecast.

    Returns:
        A forecast for each row of ``now``; 0 where ``past`` is empty.

    >>> then = Histories(np.array([0, 0, 5, 5]), np.array([0., 0, 9, 9]), np.full(4, 10.), np.ones(4))
    >>> cell_means(then, [0.0, 0.0, 4.0, 4.0], then).round(1).tolist()
    [0.1, 0.1, 3.9, 3.9]
    """
    y = np.asarray(outcome, dtype=np.float64)
    if not len(y):
        return np.zeros(len(now.x))
    silence = np.quantile(past.T - past.t_x, SILENCE)
    spend = np.quantile(past.spend, SPEND)
    learned, asked = _levels(past, silence, spend), _levels(now, silence, spend)
    at_past, at_now = np.full(len(y), y.mean()), np.full(len(now.x), y.mean())
    for old, new in zip(learned, asked, strict=True):
        cells = int(max(old.max(initial=0), new.max(initial=0))) + 1
        n = np.bincount(old, minlength=cells).astype(np.float64)
        total, coarser = tally(old, y, cells), tally(old, at_past, cells)
        pull = _pull(y, old, n, total, coarser)
        step = (total - coarser) / (n + pull)
        at_past, at_now = at_past + step[old], at_now + step[new]
    return at_now


def _levels(who: Histories, silence: Floats, spend: Floats) -> tuple[Index, Index, Index]:
    """The cell of each customer at the three levels, coarsest first."""
    orders = np.searchsorted(ORDERS, who.x)
    quiet = orders * (len(SILENCE) + 1) + np.searchsorted(silence, who.T - who.t_x)
    return orders, quiet, quiet * (len(SPEND) + 1) + np.searchsorted(spend, who.spend)


def _pull(y: Floats, cell: Index, n: Floats, total: Floats, coarser: Floats) -> float:
    """The weight of the coarser cell in customers: variance within over variance between, by moments."""
    used = n > 0
    size = np.where(used, n, 1.0)
    freedom = max(len(y) - int(used.sum()), 1)
    within = float(((y - (total / size)[cell]) ** 2).sum()) / freedom
    raw = float(((total - coarser)[used] ** 2 / size[used]).sum()) - within * int(used.sum())
    between = raw / len(y)
    if within <= 0.0:
        return LEAST
    return float(np.clip(within / between, LEAST, MOST)) if between > 0.0 else MOST
