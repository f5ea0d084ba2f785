"""Totals of groups with their intervals: an interval of a sum is not the sum of intervals.

Given the parameters, customers are independent: means and variances add up, and so a large group's chance washes
out. Doubt about the parameters is shared by all and does not. The model's own error, as the back-test measured it,
multiplies the whole.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.special import weigh
from lifelong.score.base import tally
from lifelong.score.engine import factor_of
from lifelong.score.futures import draw
from lifelong.score.members import Members, Whole, rows_of
from lifelong.score.sums import large_group, sums
from lifelong.values import Totals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from lifelong.score.forecast import Forecast
    from lifelong.score.sums import Sums

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

DIRECT = 200  # groups up to this size are simulated customer by customer
THETAS = 120  # parameter draws behind a small group's total
FUTURES_EACH = 8  # futures of a small group under each of them
LEVELS = (0.10, 0.90, 0.05, 0.95)


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
    some: NDArray[np.int32]
    alive: Floats


def drawn(forecast: Forecast, rows: Ints) -> Drawn:
    """Draw parameters once for all small groups: ``rows`` are their members."""
    engine, base = forecast.engine, forecast.base
    rng = np.random.default_rng([engine.terms.seed, 3])
    theta = engine.fit.draws(THETAS, rng)
    spend_theta = engine.fit.spend.draws(THETAS, rng) if engine.fit.spend else np.empty((THETAS, 0))
    some = np.unique(base.history[rows])
    past = base.past.at(some)
    return Drawn(theta, spend_theta, some, np.stack([engine.alive(one, past) for one in theta]))


def group_totals(forecast: Forecast, groups: Mapping[str, Ints | Whole]) -> dict[str, Totals]:
    """The totals of groups by name.

    Args:
        forecast: of the base.
        groups: row numbers of the members, or the histories of which all customers belong, by name. A group's draws
            hang on its members and the seed of the terms alone, not on which other groups are asked for.
    """
    held = _members(forecast, groups)
    small = {name: groups[name] for name, members in held.items() if 0 < members.customers <= DIRECT}
    rows = {name: one for name, one in small.items() if not isinstance(one, Whole)}
    rows |= rows_of(forecast.base, {name: one for name, one in small.items() if isinstance(one, Whole)})
    is_large = any(members.customers > DIRECT for members in held.values())
    parts = sums(forecast) if is_large else None
    known = drawn(forecast, np.concatenate([rows[name] for name in small])) if small else None
    made = {name: _total(forecast, members, rows.get(name), parts, known) for name, members in held.items()}
    return _blended(forecast, groups, made) if forecast.blended else made


def _blended(forecast: Forecast, groups: Mapping[str, Ints | Whole], made: dict[str, Totals]) -> dict[str, Totals]:
    """The same totals with the sum of the blend's values in the middle: bands keep their width in proportion."""
    each = forecast.each_value()
    whole = tally(forecast.base.history, forecast.base.histories, lambda part: each[part])
    sums = {n: float((whole[g.histories] if isinstance(g, Whole) else each[g]).sum()) for n, g in groups.items()}
    return {name: _levelled(one, sums[name]) for name, one in made.items()}


def _levelled(one: Totals, value: float) -> Totals:
    level = value / one.value if one.value > 0 else 1.0
    bands = {name: level * getattr(one, name) for name in ("low80", "high80", "low90", "high90")}
    return replace(one, value=level * one.value, **bands)


def _members(forecast: Forecast, groups: Mapping[str, Ints | Whole]) -> dict[str, Members]:
    """What totals need of each group; the sums over all customers are taken once."""
    held = {name: Members.of(forecast, rows) for name, rows in groups.items() if not isinstance(rows, Whole)}
    if len(held) < len(groups):
        every = Members.every(forecast)
        held |= {name: every.within(one.histories) for name, one in groups.items() if isinstance(one, Whole)}
    return {name: held[name] for name in groups}


def mean_total(forecast: Forecast) -> Totals:
    """The total of all customers without intervals (nan): for forecasts without futures."""
    base, un = forecast.base, float("nan")
    count = base.count.astype(np.float64)
    orders, alive = (float(weigh(each, count)) for each in (forecast.mean_orders, forecast.means.alive))
    value = un
    if forecast.has_money:
        value = float(weigh(forecast.unit_value, tally(base.history, base.histories, forecast.factor)))
    return Totals(len(base), alive, orders, value, un, un, un, un, un, un, un, un, un)


def _total(forecast: Forecast, members: Members, rows: Ints | None, parts: Sums | None, known: Drawn | None) -> Totals:
    """One group's total; ``rows`` where the group is small."""
    size, at, count = members.customers, members.at, members.count
    rng = np.random.default_rng([forecast.engine.terms.seed, 2, size])
    stay, ahead = forecast.means.alive[at], forecast.means.orders[at]
    value = np.nan
    if forecast.has_money:
        unit = forecast.margin * stay * forecast.means.worth[at] * forecast.paid[at]
        value = float(weigh(unit, members.factor))
    center = size, float(weigh(stay, count)), float(weigh(stay * ahead, count)), value
    orders = money = np.zeros(1)
    if parts is not None and rows is None and size:
        orders, money = large_group(forecast, members, parts, rng)
    elif known is not None and rows is not None:
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


def _simulated(forecast: Forecast, rows: Ints, known: Drawn, rng: np.random.Generator) -> tuple[Floats, Floats]:
    """A small group: every customer's future, several times under each draw of the parameters."""
    engine, base = forecast.engine, forecast.base
    history = base.history[rows]
    stay = np.repeat(known.alive[:, np.searchsorted(known.some, history)], FUTURES_EACH, axis=0)
    which, who = np.nonzero(rng.random(stay.shape) < stay)
    at, of = which // FUTURES_EACH, history[who]
    theta, spend_theta = known.theta[at].T, known.spend_theta[at].T
    orders, money, beside = draw(engine, base.past.at(of), base.spend_x[of], theta, spend_theta, rng)
    if engine.spend is not None:
        factor = factor_of(engine.spend, spend_theta, base.total[rows][who], base.spend_x[of])
        money = (money * factor + beside) * forecast.margin
    counted: Floats = np.bincount(which, weights=orders, minlength=len(stay)).astype(np.float64)
    return counted, np.bincount(which, weights=money, minlength=len(stay)).astype(np.float64)
