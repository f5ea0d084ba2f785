"""Totals of large groups: means and variances added up, and the answer of the sum to the parameters.

Given the parameters, customers are independent, so variances and third central moments add. The doubt about the
parameters moves all customers at once; how far is computed along the axes of the parameters' covariance. Both are
computed once a distinct history, and serve every group.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lifelong.score.engine import means, spend_each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from lifelong.score.forecast import Forecast

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

DRAWS = 4000  # of a group's total
SAMPLE = 40_000  # histories at which answers to the parameters are computed, where there are more
LEAST = 200  # customers of a group in that sample, or it answers as all customers do
STEP = 1.5  # standard deviations at which a total's answer to a parameter is computed
MOST_SKEW = 2.0  # beyond it, the quadratic form of the correction folds over


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What groups add up.

    Attributes:
        some: the histories at which answers are computed: all, or an even sample of many.
        orders, worth: alive x expected orders (discounted ones), shape (2 x purchase parameters, len(some)): minus
            and plus ``STEP`` standard deviations along each axis.
        spend: spend parameters at minus and plus ``STEP`` along each axis of theirs.
        order_moments: variance and third central moment of orders, shape (2, histories).
        value, value_moments: mean, variance and third central moment of each customer's value, shape (customers,)
            and (2, customers); nan and zeros without money.
    """

    some: Ints
    orders: Floats
    worth: Floats
    spend: list[Floats]
    order_moments: Floats
    value: Floats
    value_moments: Floats


def sums(forecast: Forecast) -> Sums:
    """Evaluate the closed forms along the axes, twice as often as there are parameters, and the moments once."""
    engine, base = forecast.engine, forecast.base
    some = np.unique(np.linspace(0, base.histories - 1, min(base.histories, SAMPLE)).astype(np.int64))
    part = replace(base, x=base.x[some], t_x=base.t_x[some], T=base.T[some], spend_x=base.spend_x[some])
    moved = [means(engine, part, theta) for theta in _along(engine.fit.theta, engine.fit.covariance)]
    spend = engine.fit.spend
    return Sums(
        some,
        np.stack([m.alive * m.orders for m in moved]),
        np.stack([m.alive * m.worth for m in moved]),
        list(_along(spend.theta, spend.covariance)) if spend else [],
        _central(forecast, "orders"),
        forecast.customer_value(slice(None)),
        _value_moments(forecast),
    )


def large_group(forecast: Forecast, rows: Ints, parts: Sums, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draws of a group's orders and value: the mean under drawn parameters, plus chance of the summed moments."""
    engine = forecast.engine
    count = np.bincount(forecast.base.history[rows], minlength=forecast.base.histories).astype(np.float64)
    asked = count[parts.some]
    if len(parts.some) < len(count) and asked.sum() < LEAST:
        asked = forecast.base.count[parts.some].astype(np.float64)
    z = rng.standard_normal((DRAWS, len(engine.theta)))
    orders = _moved(parts.orders @ asked, float(asked @ forecast.mean_orders[parts.some]), z)
    orders *= float(count @ forecast.mean_orders)
    orders = np.maximum(orders + _chance(parts.order_moments @ count, rng), 0.0)
    if not forecast.has_money:
        return orders, orders
    money = _moved(parts.worth @ asked, float(asked @ forecast.mean_worth[parts.some]), z)
    money *= _spend_moved(forecast, rows, parts, rng.standard_normal((DRAWS, len(engine.spend_theta))))
    money *= float(parts.value[rows].sum())
    return orders, np.maximum(money + _chance(parts.value_moments[:, rows].sum(axis=1), rng), 0.0)


def _spend_moved(forecast: Forecast, rows: Ints, parts: Sums, z: Floats) -> Floats:
    """What drawn spend parameters make of a group's value.

    Expected spend is linear in what was spent, so customers of one ``spend_x`` count as one of their mean.
    """
    history = forecast.base.history[rows]
    x, weight = forecast.base.spend_x[history], forecast.mean_worth[history]
    size = np.bincount(x, weights=weight)
    kept = np.flatnonzero(size > 0)
    total = np.bincount(x, weights=weight * forecast.base.total[rows])[kept] / size[kept]
    engine = forecast.engine
    at = [
        float(size[kept] @ spend_each(engine, theta, kept, total, forecast.observed))
        for theta in (engine.spend_theta, *parts.spend)
    ]
    return _moved(np.array(at[1:]), at[0], z)


def _moved(at: Floats, center: float, z: Floats) -> Floats:
    """A total by its optimum under parameter draws: log-linear along each axis, on either side of the optimum.

    Args:
        at: the total at minus and plus ``STEP`` along each axis, shape (2 x axes,).
        center: the total at the optimum.
        z: draws along the axes, shape (draws, axes), clipped at three standard deviations.
    """
    if center <= 0 or not len(at):
        return np.ones(len(z))
    slopes = np.clip(np.log(np.maximum(at, 1e-300) / center), -2.0, 2.0).reshape(-1, 2) / STEP
    moved = np.clip(z, -3.0, 3.0)
    log = (np.where(moved > 0, slopes[:, 1] * moved, -slopes[:, 0] * moved)).sum(axis=1)
    each: Floats = np.exp(np.clip(log, -4.0, 4.0))
    return each


def _chance(moments: Floats, rng: np.random.Generator) -> Floats:
    """Draws about 0 of a variance and third central moment (Cornish and Fisher's quadratic form)."""
    variance, third = float(moments[0]), float(moments[1])
    if variance <= 0:
        return np.zeros(DRAWS)
    skew = float(np.clip(third / variance**1.5, -MOST_SKEW, MOST_SKEW))
    z = rng.standard_normal(DRAWS)
    each: Floats = np.sqrt(variance) * (z + skew / 6.0 * (z * z - 1.0)) / np.sqrt(1.0 + skew * skew / 18.0)
    return each


def _central(forecast: Forecast, of: str) -> Floats:
    """Variance and third central moment of each history, those who have left among them; shape (2, histories)."""
    first, second, third = (forecast.alive_mixed * forecast.futures.moments(k, of) for k in (1, 2, 3))
    return np.stack([second - first**2, third - 3.0 * first * second + 2.0 * first**3])


def _value_moments(forecast: Forecast) -> Floats:
    """Each customer's factor to the second and third power times the history's moments; shape (2, customers)."""
    if not forecast.has_money:
        return np.zeros((2, 0))
    factor = forecast.margin * forecast.factor(slice(None))
    variance, third = _central(forecast, "worth")
    history = forecast.base.history
    return np.stack([factor**2 * variance[history], factor**3 * third[history]])


def _along(theta: Floats, covariance: Floats) -> Iterator[Floats]:
    """Parameters at minus and plus ``STEP`` standard deviations along each axis of the covariance of their logs."""
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2.0)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    for axis in root.T:
        for sign in (-STEP, STEP):
            yield theta * np.exp(np.clip(sign * axis, -3.0, 3.0))
