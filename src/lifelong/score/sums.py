"""Totals of large groups: means and variances added up, and the answer of the sum to the parameters.

Given the parameters, customers are independent, so variances and third central moments add. The doubt about the
parameters moves all customers at once; how far is computed along the axes of the parameters' covariance. Both are
computed once a distinct history, and serve every group.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.special import weigh
from lifelong.score.engine import means, spend_each

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from lifelong.score.base import Base
    from lifelong.score.forecast import Forecast
    from lifelong.score.members import Members
    from lifelong.values import Fit

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
        mean_orders, mean_worth, unit_value: as of the forecast, shape (histories,).
        worth_moments: variance and third central moment of value in units of the factor, shape (2, histories).
        noise_moments: what noise beside the factor adds to both (``signed.Noise.moments``); None where there is none.
    """

    some: Ints
    orders: Floats
    worth: Floats
    spend: list[Floats]
    order_moments: Floats
    mean_orders: Floats
    mean_worth: Floats
    unit_value: Floats
    worth_moments: Floats
    noise_moments: Floats | None


def sums(forecast: Forecast) -> Sums:
    """Evaluate the closed forms along the axes, twice as often as there are parameters, and the moments once."""
    engine, base = forecast.engine, forecast.base
    some = np.unique(np.linspace(0, base.histories - 1, min(base.histories, SAMPLE)).astype(np.int64))
    columns = {name: getattr(base, name)[some] for name in ("x", "t_x", "T", "spend_x", "kind")}
    part = replace(base, **columns)
    moved = [means(engine, part, theta) for theta in _along(engine.fit)]
    spend, table = engine.fit.spend, forecast.futures
    noise, powers = table.noise, np.array([[forecast.margin**2], [forecast.margin**3]])
    return Sums(
        some,
        np.stack([m.alive * m.orders for m in moved]),
        np.stack([m.alive * m.worth for m in moved]),
        list(_along(spend)) if spend else [],
        _central(forecast, "orders"),
        forecast.mean_orders,
        forecast.mean_worth,
        forecast.unit_value,
        _central(forecast, "worth") * powers,
        None if noise is None else noise.moments(table.cell, forecast.alive_mixed, table.moments(1)) * powers,
    )


def large_group(forecast: Forecast, members: Members, parts: Sums, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """Draws of a group's orders and value: the mean under drawn parameters, plus chance of the summed moments."""
    engine, base, at, count = forecast.engine, forecast.base, members.at, members.count
    asked = _asked(base, members, parts)
    z = rng.standard_normal((DRAWS, len(engine.theta)))
    orders = _moved(weigh(parts.orders, asked), float(weigh(parts.mean_orders[parts.some], asked)), z)
    orders *= float(weigh(parts.mean_orders[at], count))
    orders = np.maximum(orders + _chance(weigh(parts.order_moments[:, at], count), rng), 0.0)
    if not forecast.has_money:
        return orders, orders
    money = _moved(weigh(parts.worth, asked), float(weigh(parts.mean_worth[parts.some], asked)), z)
    money *= _spend_moved(forecast, members, parts, rng.standard_normal((DRAWS, len(engine.spend_theta))))
    money *= float(weigh(parts.unit_value[at], members.factor))
    powers = zip((members.square, members.cube), parts.worth_moments, strict=True)
    chance = np.array([float(weigh(moment[at], power)) for power, moment in powers])
    if parts.noise_moments is None:
        return orders, np.maximum(money + _chance(chance, rng), 0.0)
    alone, along = parts.noise_moments
    return orders, money + _chance(chance + np.array([weigh(alone[at], count), weigh(along[at], members.factor)]), rng)


def _asked(base: Base, members: Members, parts: Sums) -> Floats:
    """The group's customers of each sampled history; all customers' where the sample holds too few of the group."""
    at = np.minimum(np.searchsorted(members.which, parts.some), len(members.which) - 1)
    asked: Floats = np.where(members.which[at] == parts.some, members.count[at], 0.0)
    if len(parts.some) < base.histories and asked.sum() < LEAST:
        asked = base.count[parts.some].astype(np.float64)
    return asked


def _spend_moved(forecast: Forecast, members: Members, parts: Sums, z: Floats) -> Floats:
    """What drawn spend parameters make of a group's value.

    Expected spend is linear in what was spent, so customers of one ``spend_x`` count as one of their mean.
    """
    x, weight = forecast.base.spend_x[members.at], parts.mean_worth[members.at]
    size = np.bincount(x, weights=weight * members.count).astype(np.float64)
    kept = np.flatnonzero(size > 0)
    total = np.bincount(x, weights=weight * members.spent)[kept] / size[kept]
    engine = forecast.engine
    at = [
        float(weigh(spend_each(engine, theta, kept, total, forecast.observed), size[kept]))
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
    if center == 0 or not len(at):
        return np.ones(len(z))
    slopes = np.clip(np.log(np.maximum(at / center, 1e-300)), -2.0, 2.0).reshape(-1, 2) / STEP
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


def _along(fit: Fit) -> Iterator[Floats]:
    """Parameters at minus and plus ``STEP`` standard deviations along each axis of the covariance of their logs.

    Free ones, which may have either sign, move as they are (``Fit.free``).
    """
    values, vectors = np.linalg.eigh((fit.covariance + fit.covariance.T) / 2.0)
    positive = len(fit.theta) - fit.free
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    for axis in root.T:
        for sign in (-STEP, STEP):
            moved = fit.theta * np.exp(np.clip(sign * axis, -3.0, 3.0))
            moved[positive:] = fit.theta[positive:] + sign * axis[positive:]
            yield moved
