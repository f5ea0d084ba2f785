"""Simulated money by month: of the customers there are, and of those to come, with parameters drawn anew each time.

A draw is one world: parameters, who of the customers is still there, their orders and what these bring. The middle
of each month is then set to the closed form, and each world misses by one more factor, the model's own error, and
each cohort in it by one of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.money.cash import Flows
from lifelong.score.base import Past
from lifelong.score.engine import Engine, factor_of, is_signed, kinds_of, spend_each
from lifelong.score.source import Source

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.score.base import Base
    from lifelong.score.forecast import Forecast
    from lifelong.score.terms import Terms
    from lifelong.values import Fit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MONTH = 365.25 / 12.0  # days
#: Customers that are simulated; a larger base is represented by an even sample of so many of each draw.
MOST = 20_000
NEWCOMERS = 4_000
DRAWS = 400


def existing(ahead: Forecast, group: Ints, months: int, draws: int = DRAWS) -> Flows:
    """Money of the customers there are.

    Args:
        ahead: their forecast over so many months (``score.scores.prepare`` with a budget of 0 is enough).
        group: number of each customer's group, shape (customers,).
        months: how many, of 365.25 / 12 days.
        draws: worlds.

    Returns:
        Shape (groups, months, draws); the median of each month's total is its closed form.
    """
    engine, base, rng = ahead.engine, ahead.base, np.random.default_rng([ahead.engine.terms.seed, 11])
    groups = int(group.max()) + 1
    orders, revenue = (np.zeros((groups, months, draws)) for _ in range(2))
    for i, (theta, spend_theta) in enumerate(_parameters(engine, draws, rng)):
        some = np.arange(len(base)) if len(base) <= MOST else rng.choice(len(base), MOST, replace=False)
        seen = base.history[some]
        # Of a large base only the histories of those who are simulated are looked at.
        alive = engine.alive(theta, base.past.at(seen)) if len(base.x) > MOST else engine.alive(theta, base.past)[seen]
        living = some[rng.random(len(some)) < alive]
        who = base.history[living]
        paid = base.spend_x[who], base.total[living]
        owner, when, money = _world(engine, base.past.at(who), paid, (theta, spend_theta), rng)
        cell = group[living[owner]] * months + np.minimum((when * 7.0 / MONTH).astype(np.int64), months - 1)
        lift = len(base) / len(some)
        orders[..., i] = np.bincount(cell, minlength=groups * months).reshape(groups, months) * lift
        revenue[..., i] = np.bincount(cell, money, minlength=groups * months).reshape(groups, months) * lift
    return _centred(ahead, group, Flows(orders, revenue))


def coming(
    fit: Fit, terms: Terms, arrivals: Floats, first: float, typical: tuple[float, Any], draws: int = DRAWS
) -> Flows:
    """Money of customers who are still to come, their first orders included.

    Args:
        fit: the purchase model's, with the spend model's where there is money.
        terms: their horizon is the last month's end.
        arrivals: first orders of each month and draw, shape (months, draws).
        first: what a first order brings.
        typical: mean spend of a repeat order, for spend models without a mean of their own; and a summary whose
            covariates newcomers take.
        draws: worlds.

    Returns:
        Shape (1, months, draws).
    """
    kinds, kind = kinds_of(fit, Source.of(typical[1]))
    engine, rng, months = Engine.of(fit, terms, kinds), np.random.default_rng([terms.seed, 12]), len(arrivals)
    orders, revenue = arrivals[None].copy(), first * arrivals[None]
    for i, (theta, spend_theta) in enumerate(_parameters(engine, draws, rng)):
        total = float(arrivals[:, i].sum())
        size = min(round(total), NEWCOMERS)
        if not size:
            continue
        month = rng.choice(months, size, p=arrivals[:, i] / total)
        start = (month + rng.random(size)) * MONTH / 7.0
        zero = np.zeros(size, np.int64)
        past = Past(zero, zero, zero, np.asarray(kind)[rng.integers(0, len(kind), size)])
        owner, when, money = _world(engine, past, (zero, np.zeros(size)), (theta, spend_theta), rng)
        at = ((start[owner] + when) * 7.0 / MONTH).astype(np.int64)
        inside = at < months
        lift = total / size
        orders[0, :, i] += lift * np.bincount(at[inside], minlength=months)
        revenue[0, :, i] += lift * np.bincount(at[inside], money[inside], minlength=months)
    return Flows(orders, revenue)


def newcomer(
    fit: Fit, terms: Terms, months: int, first: float, typical: tuple[float, Any], leave: float = 1.0
) -> Floats:
    """Closed forms of one who is won in a month, at any time of it alike: orders and revenue of that month and those after.

    Args:
        fit: the purchase model's, with the spend model's.
        terms: as for :func:`coming`.
        months: how many.
        first: what a first order brings.
        typical: as for :func:`coming`.
        leave: factor of all chances to leave, as in ``score.levers``.

    Returns:
        Shape (2, months), major units.
    """
    kinds, kind = kinds_of(fit, Source.of(typical[1]))
    engine = Engine.of(fit, terms, kinds)
    known, counted = np.unique(np.asarray(kind), return_counts=True)
    zero = np.zeros(len(known), np.int64)
    past = Past(zero, zero, zero, known)
    nodes, weights = np.polynomial.legendre.leggauss(8)
    orders = np.zeros(months + 1)
    for start, weight in zip((nodes + 1.0) / 2.0, weights / 2.0, strict=True):
        for m in range(months):
            until = engine.ahead(engine.theta, past, 0.0, leave * (m + 1.0 - start) * MONTH / 7.0) / leave
            orders[m + 1] += weight * float(np.average(until, weights=counted))
    steps = np.diff(orders)
    pay = float(spend_each(engine, engine.spend_theta, zero[:1], np.zeros(1), typical[0])[0])
    made = np.array([steps, steps * pay])
    made[:, 0] += [1.0, first]
    return made


def missed(flows: Flows, terms: Terms) -> Flows:
    """The same with the model's own error: one factor a world, that grows with the root of the time ahead.

    Where there are several groups, each has one more, about the world's: parts differ, and the whole is what it was.
    """
    rng = np.random.default_rng([terms.seed, 13])
    months, draws = flows.revenue.shape[1:]
    shock = rng.standard_t(terms.error.df, draws)
    days = (np.arange(months) + 1.0) * MONTH
    made = []
    for what in ("orders", "value"):
        scale = np.array([terms.error.scale(what, float(day)) for day in days])
        made.append(np.exp(np.clip(scale[:, None] * shock, -3.0, 3.0)))
    own = _own(flows, np.array([terms.error.scale("cohort", float(day)) for day in days]), terms.error.chance, rng)
    return flows.scaled(made[0] * own, made[1] * own)


def _own(flows: Flows, scale: Floats, chance: float, rng: np.random.Generator) -> Floats | float:
    """Each group's own factor, that leaves the sum of all expected as it is; shape (groups, months, draws).

    Its variance is that between cohorts, and as many times chance's more as cohorts were seen to miss by.
    """
    groups, _, draws = flows.revenue.shape
    if groups == 1:
        return 1.0
    apart = rng.standard_normal((groups, 1, draws))
    low, high = np.quantile(flows.revenue.sum(axis=1), [0.1, 0.9], axis=1)
    by_chance = np.log((high + 1e-9) / np.maximum(low, 1e-3 * high + 1e-9)) / 2.563  # standard deviations apart
    wide = np.sqrt(scale**2 + (chance - 1.0) * by_chance[:, None] ** 2)
    factors = np.exp(np.clip(wide[:, :, None] * apart, -3.0, 3.0))
    weight = np.maximum(flows.revenue.mean(axis=2, keepdims=True), 1e-300)
    made: Floats = factors * (weight.sum(axis=0) / (weight * factors).sum(axis=0))
    return made


def _parameters(engine: Engine, draws: int, rng: np.random.Generator) -> Any:
    """Pairs of purchase and spend parameters."""
    spend = engine.fit.spend.draws(draws, rng) if engine.fit.spend else np.empty((draws, 0))
    return zip(engine.fit.draws(draws, rng), spend, strict=True)


def _world(
    engine: Engine, past: Past, paid: tuple[Ints, Floats], theta: tuple[Floats, Floats], rng: np.random.Generator
) -> tuple[Ints, Floats, Floats]:
    """Owner, week and money of each order of customers who are alive."""
    size = len(past.x)
    drawn = np.tile(theta[0][:, None], size)
    owner, when = engine.draw_orders(drawn, past, rng)
    if engine.spend is None:
        return owner, when, np.ones(len(when))
    x, total = paid
    each = engine.spend.draw_spend(np.tile(theta[1][:, None], size), x, owner, rng)
    money: Floats = each * engine.spend.scale(theta[1], total, x)[owner]
    return owner, when, money + factor_of(engine.spend, theta[1], total, x)[owner] if is_signed(engine.spend) else money


def _centred(ahead: Forecast, group: Ints, flows: Flows) -> Flows:
    """The tensor with the median of each month's total set to the closed form."""
    return to_the_middle(flows, *expected(ahead, group, flows.orders.shape[1]))


def to_the_middle(flows: Flows, orders: Floats, revenue: Floats) -> Flows:
    """Drawn worlds with the median of each month's total set to what is expected, shape (groups, months) each."""
    ratios = []
    for want, made in ((orders, flows.orders), (revenue, flows.revenue)):
        # Drawn worlds have heavy tails: their mean is not steady, and a ratio of means would move every band with it.
        middle = np.median(made.sum(axis=0), axis=1)
        exact = want.sum(axis=0)
        ratios.append(np.where(middle > 0, exact / np.maximum(middle, 1e-300), 1.0)[None, :, None])
    return flows.scaled(*ratios)


def expected(ahead: Forecast, group: Ints, months: int, leave: float = 1.0) -> tuple[Floats, Floats]:
    """Closed forms of orders and revenue by group and month, shape (groups, months) each; ``leave`` as in ``score.levers``."""
    engine, base = ahead.engine, ahead.base
    alive = engine.alive(engine.theta, base.past)
    pay = _each(engine, base, ahead.observed)
    groups, before = int(group.max()) + 1, np.zeros(base.histories)
    orders, revenue = (np.zeros((groups, months)) for _ in range(2))
    for m in range(months):
        until = engine.ahead(engine.theta, base.past, 0.0, leave * (m + 1) * MONTH / 7.0) / leave
        step = (alive * np.maximum(until - before, 0.0))[base.history]
        orders[:, m] = np.bincount(group, step, minlength=groups)
        revenue[:, m] = np.bincount(group, step * pay, minlength=groups)
        before = until
    return orders, revenue


def _each(engine: Engine, base: Base, observed: float) -> Floats:
    """Expected spend of an order of each customer."""
    return spend_each(engine, engine.spend_theta, base.spend_x[base.history], base.total, observed)
