"""Totals of groups with their intervals: an interval of a sum is not the sum of intervals.

Given the parameters, customers are independent: means and variances add up, and so a large group's chance washes
out. Doubt about the parameters is shared by all and does not. The model's own error, as the back-test measured it,
multiplies the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lifelong.score.futures import draw
from lifelong.values import Totals

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from lifelong.score.forecast import Forecast

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

DIRECT = 200  # groups up to this size are simulated customer by customer
DRAWS = 4000  # of a large group's total
THETAS = 120  # parameter draws behind a small group's total
FUTURES_EACH = 8  # futures of a small group under each of them
LEVELS = (0.10, 0.90, 0.05, 0.95)
SAMPLE = 40_000  # histories at which answers to the parameters are computed, where there are more
STEP = 1.5  # standard deviations at which a total's answer to a parameter is computed
MOST_SKEW = 2.0  # beyond it, the quadratic form of the correction folds over


@dataclass(frozen=True, slots=True, eq=False)
class Axes:
    """How each history's means answer to the parameters, along the axes of their covariance.

    Attributes:
        some: the histories at which they are computed: all, or an even sample of many.
        orders, worth: alive x expected orders (discounted ones), shape (2 x purchase parameters, len(some)): minus
            and plus ``STEP`` standard deviations along each axis.
        spend: spend parameters at minus and plus ``STEP`` along each axis of theirs.
    """

    some: Ints
    orders: Floats
    worth: Floats
    spend: list[Floats]


def axes(forecast: Forecast) -> Axes:
    """Evaluate the closed forms along the axes: twice as often as there are parameters."""
    from lifelong.score.engine import means

    engine, base = forecast.engine, forecast.base
    some = np.unique(np.linspace(0, base.histories - 1, min(base.histories, SAMPLE)).astype(np.int64))
    part = replace(base, x=base.x[some], t_x=base.t_x[some], T=base.T[some], spend_x=base.spend_x[some])
    moved = [means(engine, part, theta) for theta in _along(engine.fit.theta, engine.fit.covariance)]
    spend = engine.fit.spend
    return Axes(
        some,
        np.stack([m.alive * m.orders for m in moved]),
        np.stack([m.alive * m.worth for m in moved]),
        list(_along(spend.theta, spend.covariance)) if spend else [],
    )


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """Parameter draws for small groups, with P(alive) under each.

    Attributes:
        theta, spend_theta: parameters, shape (draws, k).
        some: the histories of the small groups' members, sorted.
        alive: P(alive) of those, shape (draws, len(some)).
    """

    theta: Floats
    spend_theta: Floats
    some: Ints
    alive: Floats


def drawn(forecast: Forecast, rows: Ints) -> Drawn:
    """Draw parameters once for all small groups: ``rows`` are their members."""
    engine, base = forecast.engine, forecast.base
    rng = np.random.default_rng([engine.terms.seed, 3])
    theta = engine.fit.draws(THETAS, rng)
    spend_theta = engine.fit.spend.draws(THETAS, rng) if engine.fit.spend else np.empty((THETAS, 0))
    some = np.unique(base.history[rows])
    x, t_x, T = base.x[some], base.t_x[some] / 7.0, base.T[some] / 7.0
    return Drawn(theta, spend_theta, some, np.stack([engine.purchase.alive(one, x, t_x, T) for one in theta]))


def group_totals(forecast: Forecast, groups: Mapping[str, Ints]) -> dict[str, Totals]:
    """The totals of groups by name.

    Args:
        forecast: of the base.
        groups: row numbers of the members, by name. A group's draws hang on its members and the seed of the terms
            alone, not on which other groups are asked for.
    """
    small = [rows for rows in groups.values() if 0 < len(rows) <= DIRECT]
    moved = axes(forecast) if any(len(rows) > DIRECT for rows in groups.values()) else None
    known = drawn(forecast, np.concatenate(small)) if small else None
    return {name: _total(forecast, rows, moved, known) for name, rows in groups.items()}


def _total(forecast: Forecast, rows: Ints, moved: Axes | None, known: Drawn | None) -> Totals:
    rng = np.random.default_rng([forecast.engine.terms.seed, 2, len(rows)])
    history = forecast.base.history[rows]
    customers = len(rows), float(forecast.means.alive[history].sum())
    center = *customers, float(forecast.mean_orders[history].sum()), float(forecast.customer_value(rows).sum())
    orders = money = np.zeros(1)
    if moved is not None and len(rows) > DIRECT:
        orders, money = _by_moments(forecast, rows, moved, rng)
    elif known is not None and len(rows):
        orders, money = _simulated(forecast, rows, known, rng)
    return _summed(forecast, center, orders, money, rng)


def _summed(
    forecast: Forecast, center: tuple[int, float, float, float], orders: Floats, money: Floats, rng: np.random.Generator
) -> Totals:
    """Totals from draws, with the model's error on top; value is nan where the data hold no amounts."""
    terms = forecast.engine.terms
    shock = rng.standard_t(terms.error.df, len(money)) if len(money) > 1 else np.zeros(1)
    days = terms.horizon.days
    wide = {
        what: np.quantile(draws * np.exp(np.clip(terms.error.scale(what, days) * shock, -3.0, 3.0)), LEVELS)
        for what, draws in (("value", money), ("orders", orders))
    }
    main = "value" if forecast.has_money else "orders"
    low, high = np.quantile(money if forecast.has_money else orders, LEVELS[:2])
    width = wide[main][1] - wide[main][0]
    part = max(1.0 - (high - low) / width, 0.0) if width > 0 else 0.0
    value = wide["value"] if forecast.has_money else np.full(4, np.nan)
    v, n = value.tolist(), wide["orders"].tolist()
    return Totals(*center, v[0], v[1], v[2], v[3], n[0], n[1], n[2], n[3], float(part))


def _by_moments(forecast: Forecast, rows: Ints, moved: Axes, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A large group: the mean under drawn parameters, plus chance of the summed variance and skewness."""
    history, size, engine = forecast.base.history[rows], forecast.base.histories, forecast.engine
    count = np.bincount(history, minlength=size).astype(np.float64)
    z = rng.standard_normal((DRAWS, len(engine.theta)))
    asked = count[moved.some]
    if len(moved.some) < size and asked.sum() < DIRECT:  # too few of the group in the sample: as all customers answer
        asked = forecast.base.count[moved.some].astype(np.float64)
    answer = _moved(moved.orders @ asked, float(asked @ forecast.mean_orders[moved.some]), z)
    orders = answer * float(count @ forecast.mean_orders) + _chance(_order_moments(forecast, count), rng)
    if not forecast.has_money:
        return np.maximum(orders, 0.0), np.maximum(orders, 0.0)
    total = np.bincount(history, weights=forecast.base.total[rows], minlength=size) / np.maximum(count, 1.0)
    worth = count * forecast.mean_worth
    each = forecast.spend_of(engine.spend_theta, total)
    center = float(worth @ each)
    by_spend = np.array([worth @ forecast.spend_of(theta, total) for theta in moved.spend])
    paid = asked * each[moved.some]
    money = _moved(moved.worth @ paid, float(paid @ forecast.mean_worth[moved.some]), z)
    money *= _moved(by_spend, center, rng.standard_normal((DRAWS, len(engine.spend_theta))))
    money = forecast.margin * center * money + _chance(_value_moments(forecast, rows, history), rng)
    return np.maximum(orders, 0.0), np.maximum(money, 0.0)


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


def _chance(moments: tuple[float, float], rng: np.random.Generator) -> Floats:
    """Draws about 0 of a variance and third central moment (Cornish and Fisher's quadratic form)."""
    variance, third = moments
    if variance <= 0:
        return np.zeros(DRAWS)
    skew = float(np.clip(third / variance**1.5, -MOST_SKEW, MOST_SKEW))
    z = rng.standard_normal(DRAWS)
    each: Floats = np.sqrt(variance) * (z + skew / 6.0 * (z * z - 1.0)) / np.sqrt(1.0 + skew * skew / 18.0)
    return each


def _central(first: Floats, second: Floats, third: Floats) -> tuple[Floats, Floats]:
    """Variance and third central moment from raw moments."""
    return second - first**2, third - 3.0 * first * second + 2.0 * first**3


def _order_moments(forecast: Forecast, count: Floats) -> tuple[float, float]:
    raw = [forecast.alive_mixed * forecast.futures.moments(k, "orders") for k in (1, 2, 3)]
    variance, third = _central(*raw)
    return float(count @ variance), float(count @ third)


def _value_moments(forecast: Forecast, rows: Ints, history: Ints) -> tuple[float, float]:
    """Summed over customers: each one's factor to the second and third power times its history's moment."""
    raw = [forecast.alive_mixed * forecast.futures.moments(k) for k in (1, 2, 3)]
    variance, third = _central(*raw)
    factor = forecast.margin * forecast.factor(rows)
    return float(factor**2 @ variance[history]), float(factor**3 @ third[history])


def _simulated(forecast: Forecast, rows: Ints, known: Drawn, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A small group: every customer's future, several times under each draw of the parameters."""
    engine, base = forecast.engine, forecast.base
    history = base.history[rows]
    stay = np.repeat(known.alive[:, np.searchsorted(known.some, history)], FUTURES_EACH, axis=0)
    which, who = np.nonzero(rng.random(stay.shape) < stay)
    at, of = which // FUTURES_EACH, history[who]
    theta, spend_theta = known.theta[at].T, known.spend_theta[at].T
    orders, money = draw(engine, (base.x[of], base.T[of] / 7.0, base.spend_x[of]), theta, spend_theta, rng)
    if engine.spend is not None:
        money = money * engine.spend.scale(spend_theta, base.total[rows][who]) * forecast.margin
    counted: Floats = np.bincount(which, weights=orders, minlength=len(stay)).astype(np.float64)
    return counted, np.bincount(which, weights=money, minlength=len(stay)).astype(np.float64)


def _along(theta: Floats, covariance: Floats) -> Iterator[Floats]:
    """Parameters at minus and plus ``STEP`` standard deviations along each axis of the covariance of their logs."""
    values, vectors = np.linalg.eigh((covariance + covariance.T) / 2.0)
    root = vectors * np.sqrt(np.clip(values, 0.0, None))
    for axis in root.T:
        for sign in (-STEP, STEP):
            yield theta * np.exp(np.clip(sign * axis, -3.0, 3.0))
