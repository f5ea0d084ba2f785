r"""The best split of a budget over response curves that are not surely known.

**Story.** Each channel's next unit of money brings less than the one before. Money moves from where the next unit brings less to
where it brings more until all bring alike, or a bound is met. Curves and values are only known with a doubt, so a plan is
worth its mean gain less its risk; where a move's doubt is larger than its gain, nothing moves.

**Formula.** With draws d of curves and values, the gain of spend s over the present s0,

.. math:: G_d(s) = \sum_c V_{dc} (A_{dc}(s_c) - A_{dc}(s_{0c})) - (1 + h)(s_c - s_{0c}),

the plan maximises :math:`\mathrm{E}\,G - k\,\mathrm{sd}\,G` within bounds, with :math:`\sum s = B`, or B free: then the next unit
brings :math:`1 + h`, h the hurdle.

**Numerics.** Without risk (k = 0) the problem falls apart by channel given the price of money, which is found by halving. With
it, sequential quadratic programming starts from there and from half-way; standing still (G = 0, exactly) is always a candidate.

**Source.** Markowitz, H. (1952), Portfolio selection, *Journal of Finance* 7(1), 77-91, with standard deviations; value of
information: Raiffa, H. and Schlaifer, R. (1961), Applied Statistical Decision Theory, chapter 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lifelong.decide.curves import Curves

    Floats = NDArray[np.float64]

#: Points of spend at which marginal returns are tabled, evenly in the logarithm between a channel's bounds.
POINTS = 241
#: After so many halvings a price is as exact as a float.
HALVINGS = 100
#: The least spend that a curve is asked for, as a share of the present one: at nothing the next unit's return is infinite.
LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Problem:
    """What is to be split, and how.

    Attributes:
        curves: draws.
        worth: of a customer, minor units, shape (draws, channels).
        now: present spend a month, shape (channels,).
        low, high: bounds, same shape.
        total: what all spend together; None: free.
        risk: k, how many standard deviations of the gain are taken off its mean.
        hurdle: h, what a unit must bring beyond itself where the total is free.
    """

    curves: Curves
    worth: Floats
    now: Floats
    low: Floats
    high: Floats
    total: float | None
    risk: float = 1.0
    hurdle: float = 0.0

    def gain(self, spend: Floats) -> Floats:
        """G of each draw, a month, minor units, shape (draws,)."""
        more = self.curves.customers(spend) - self.curves.customers(self.now)
        made: Floats = (self.worth * more).sum(axis=1) - (1.0 + self.hurdle) * float((spend - self.now).sum())
        return made

    def score(self, spend: Floats) -> float:
        """What the plan maximises; 0 at the present spend."""
        gain = self.gain(spend)
        return float(gain.mean() - self.risk * gain.std())

    def returns(self, spend: Floats) -> Floats:
        """What the next unit brings in each channel, V g A / s, shape (draws, channels)."""
        return self.worth * self.curves.marginal(np.maximum(spend, LEAST * np.maximum(self.now, 1.0)))


def best(problem: Problem) -> tuple[Floats, float]:
    """The best spend in each channel, and the price of money there: what the next unit would bring by the means.

    The bounds must leave room for the total: see :func:`lifelong.decide.budget.plan`.
    """
    neutral, price = _neutral(problem)
    if problem.risk == 0.0:
        return neutral, price
    tried = [_climbed(problem, start) for start in (neutral, 0.5 * (neutral + _onto(problem, problem.now)))]
    still = _onto(problem, problem.now)
    return max([still, *tried], key=problem.score), price


def _neutral(problem: Problem) -> tuple[Floats, float]:
    """The plan of k = 0: one price for all channels, inside their bounds."""
    grid, table = _tabled(problem)
    if problem.total is None:
        price = 1.0 + problem.hurdle
        return _at_price(grid, table, price), price
    total = problem.total
    price = _halved(lambda p: float(_at_price(grid, table, p).sum()) - total, table)
    return _onto(problem, _at_price(grid, table, price)), price


def _tabled(problem: Problem) -> tuple[Floats, Floats]:
    """Spends between each channel's bounds, and what the next unit brings there by the mean, falling; shape (points, channels)."""
    floor = LEAST * np.maximum(problem.now, 1.0)
    low = np.maximum(problem.low, floor)
    share = np.linspace(0.0, 1.0, POINTS)[:, None]
    grid = np.exp((1.0 - share) * np.log(low) + share * np.log(np.maximum(problem.high, low)))
    curves = problem.curves
    by_level = problem.worth * curves.slope * np.exp(curves.level - curves.slope * curves.centre)
    table = np.array([(by_level * np.exp((curves.slope - 1.0) * np.log(row))).mean(axis=0) for row in grid])
    grid[0], grid[-1] = problem.low, problem.high
    return grid, np.minimum.accumulate(table, axis=0)


def _at_price(grid: Floats, table: Floats, price: float) -> Floats:
    """Each channel's spend at which the next unit brings the price: between the tabled points by their logarithms."""
    return np.array([np.interp(-price, -table[:, c], grid[:, c]) for c in range(grid.shape[1])])


def _halved(excess: Callable[[float], float], table: Floats) -> float:
    """The price at which a falling function of it is 0."""
    low, high = float(table.min()) - 1.0, float(table.max()) + 1.0
    for _ in range(HALVINGS):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if excess(middle) > 0.0 else (low, middle)
    return 0.5 * (low + high)


def _onto(problem: Problem, spend: Floats) -> Floats:
    """The nearest spend that keeps bounds and total."""
    inside: Floats = np.clip(spend, problem.low, problem.high)
    if problem.total is None or (
        np.array_equal(inside, spend) and abs(inside.sum() - problem.total) <= 1e-9 * problem.total
    ):
        return inside
    low, high = float((problem.low - spend).min()), float((problem.high - spend).max())
    for _ in range(HALVINGS):
        shift = 0.5 * (low + high)
        inside = np.clip(spend + shift, problem.low, problem.high)
        low, high = (shift, high) if inside.sum() < problem.total else (low, shift)
    return inside


def _climbed(problem: Problem, start: Floats) -> Floats:
    """The best spend near a start, by sequential quadratic programming in shares of the present spend."""
    from scipy.optimize import minimize

    scale = np.maximum(problem.now, max(float(problem.now.max()), 1.0) * LEAST)
    unit = float((problem.worth.mean(axis=0) * problem.curves.customers(scale).mean(axis=0)).clip(1.0).sum())
    moving = problem.high > problem.low

    def spend_of(share: Floats) -> Floats:
        spend = problem.low.copy()
        spend[moving] = share * scale[moving]
        return spend

    def value(share: Floats) -> tuple[float, Floats]:
        spend = spend_of(share)
        gain = problem.gain(spend)
        slope = problem.returns(spend) - (1.0 + problem.hurdle)
        sd = float(gain.std())
        bend = ((gain - gain.mean())[:, None] * slope).mean(axis=0) / max(sd, 1e-12 * unit)
        down = (problem.risk * bend - slope.mean(axis=0)) * scale / unit
        return -(float(gain.mean()) - problem.risk * sd) / unit, down[moving]

    rows = []
    if problem.total is not None:
        rest = problem.total - float(problem.low[~moving].sum())
        rows = [
            {
                "type": "eq",
                "fun": lambda u: (u @ scale[moving] - rest) / scale.max(),
                "jac": lambda _: scale[moving] / scale.max(),
            }
        ]
    limits = list(zip(problem.low[moving] / scale[moving], problem.high[moving] / scale[moving], strict=True))
    if not limits:
        return start
    found = minimize(
        value, start[moving] / scale[moving], jac=True, bounds=limits, constraints=rows, method="SLSQP",
        options={"ftol": 1e-10, "maxiter": 200},
    )  # fmt: skip
    return _onto(problem, spend_of(np.asarray(found.x, np.float64)))


def information(problem: Problem, count: int = 200) -> Floats:
    r"""What it is worth to know each channel's curve and value for sure before the split, a month; shape (channels,).

    :math:`\mathrm{E}\max_s \Pi(s \mid \theta_c) - \max_s \mathrm{E}\,\Pi(s)`, the other channels at their means and risk left out.

    Args:
        problem: its risk does not count.
        count: draws of each channel's curve that are looked at.
    """
    grid, table = _tabled(problem)
    curves, worth = problem.curves, problem.worth
    rows = np.linspace(0, len(worth) - 1, min(count, len(worth))).astype(np.intp)
    common, _ = _neutral(problem)
    prices = np.concatenate([[table.max() + 1.0], np.sort(np.unique(table))[::-1], [table.min() - 1.0]])
    supply = np.array([_at_price(grid, table, float(p)) for p in prices])
    profit = _mean_profit(problem, supply)
    at_common = _mean_profit(problem, common[None, :])[0]
    told = np.zeros(len(problem.now))
    for c in map(int, np.flatnonzero(problem.high > problem.low)):
        one = type(curves)(curves.level[rows][:, [c]], curves.slope[rows][:, [c]], curves.centre[[c]])
        value = worth[rows][:, [c]]
        place = _places(problem, one, value, (c, prices, supply))
        own = np.clip(
            one.spend_at(value, np.interp(place, np.arange(len(prices)), prices)[:, None])[:, 0],
            problem.low[c],
            problem.high[c],
        )
        known = value[:, 0] * one.customers(own[:, None])[:, 0] - (1.0 + problem.hurdle) * own
        still = value[:, 0] * one.customers(common[[c]])[:, 0] - (1.0 + problem.hurdle) * common[c]
        others = np.delete(profit, c, axis=1).sum(axis=1)
        rest = np.interp(place, np.arange(len(prices)), others) - np.delete(at_common, c).sum()
        told[c] = max(float((known - still + rest).mean()), 0.0)
    return told


def _places(problem: Problem, one: Curves, value: Floats, table: tuple[int, Floats, Floats]) -> Floats:
    """Where in the falling row of prices the total is met, for each draw of one channel's curve."""
    c, prices, supply = table
    places = np.arange(len(prices))
    if problem.total is None:
        place: Floats = np.full(len(value), np.interp(-(1.0 + problem.hurdle), -prices, places))
        return place
    others = np.delete(supply, c, axis=1).sum(axis=1)
    low, high = np.zeros(len(value)), np.full(len(value), float(len(prices) - 1))
    for _ in range(60):
        middle = 0.5 * (low + high)
        price = np.maximum(np.interp(middle, places, prices), 1e-12)
        own = np.clip(one.spend_at(value, price[:, None])[:, 0], problem.low[c], problem.high[c])
        short = own + np.interp(middle, places, others) < problem.total
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    found: Floats = 0.5 * (low + high)
    return found


def _mean_profit(problem: Problem, spends: Floats) -> Floats:
    """Value less cost of each channel by the means, shape (rows, channels)."""
    return np.array(
        [(problem.worth * problem.curves.customers(row)).mean(axis=0) - (1.0 + problem.hurdle) * row for row in spends]
    )
