"""Simulated futures: a table of what customers who are alive will bring, by (x, T), and quantiles from it.

Given alive at T, the future depends only on (x, T), and for regular customers on the silence too, which a cell has
as the mean of its living customers; spend depends on its own x alone, up to a factor that each
customer carries (``SpendModel.scale``). So value / factor is simulated once a cell of a lattice over (x, T,
spend_x), every draw with parameters of its own, and a customer's predictive distribution is the mixture of 0 with
weight 1 - P(alive) and the cell's distribution with weight P(alive), times the factor. Between the lattice's cells
the distribution is stretched by the ratio of the exact means.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.score.base import Past, tally
from lifelong.score.engine import is_regular, is_signed
from lifelong.score.numbering import by_parts, distinct
from lifelong.score.signed import Noise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.score.base import Base
    from lifelong.score.engine import Engine

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

MAX_CELLS = 900
LEAST_CELLS = 100
SMOOTH = 0.1  # the weight of a negative binomial beside counted futures
ENOUGH = 1500  # futures of a cell: rather fewer cells than fewer draws
DRAWS = (400, 4000)  # of each cell, at least and at most
MOST_ORDERS = 6e6  # simulated over all cells, about: it cuts cells and draws of a long horizon
ORDERS_AT_ONCE = 2_000_000  # bounds the memory of a simulation
EXACT_X = 12  # order days up to which every count has cells of its own
T_OFFSET = 30.0  # days: below a month's tenure a day counts for more, as the models' alpha and beta make it


@dataclass(frozen=True, slots=True, eq=False)
class Futures:
    """The table.

    Attributes:
        cell: int64, each history's cell, shape (histories,).
        stretch: each history's exact mean worth given alive, by its cell's, shape (histories,).
        orders_stretch: the same for the number of orders.
        worth: discounted spend / factor of each simulated future, sorted, shape (cells, draws).
        orders: orders of each simulated future, sorted, shape (cells, draws); for the rest of life at present value.
        noise: what is not in proportion to the factor; None where the spend model has no location.
    """

    cell: NDArray[np.int64]
    stretch: Floats
    orders_stretch: Floats
    worth: Floats
    orders: Floats
    noise: Noise | None = None

    @classmethod
    def none(cls) -> Futures:
        """An empty table: for forecasts of which only means are asked."""
        nothing = np.zeros(0)
        return cls(np.zeros(0, np.int64), nothing, nothing, np.zeros((0, 0)), np.zeros((0, 0)))

    @property
    def draws(self) -> int:
        """Futures a cell."""
        return int(self.worth.shape[1])

    def again(self) -> Floats:
        """P(at least one order | alive), each history."""
        share: Floats = (self.orders > 0).mean(axis=1)[self.cell]
        return share

    def moments(self, power: int, of: str = "worth") -> Floats:
        """E[(worth or orders)^power | alive], each history; worth stretched to the history's own mean."""
        table, stretch = (self.worth, self.stretch) if of == "worth" else (self.orders, self.orders_stretch)
        raw = table if power == 1 else table * table if power == 2 else table * table * table
        each: Floats = raw.mean(axis=1)[self.cell]
        return each * stretch**power

    def quantile(self, level: float, alive: Floats) -> Floats:
        """The quantile of worth at a level, each history, with P(alive) mixed in: 0 where leaving is likelier."""
        each: Floats = self._quantile(self.worth, level, alive) * self.stretch
        return each

    def orders_quantile(self, level: float, alive: Floats) -> Floats:
        """The quantile of the number of orders: the smallest n with P(N <= n) >= level."""
        above = _conditional(level, alive)
        rank = np.ceil(above * self.draws - 1e-9).astype(np.int64) - 1
        each: Floats = self.orders[self.cell, np.clip(rank, 0, self.draws - 1)]
        return np.where(above > 0, each, 0.0)

    def orders_probability(self, n: Ints, history: NDArray[np.int32], alive: Floats) -> Floats:
        """P(exactly n orders) for pairs of a number and a history; by counting futures, smoothed.

        A count stands in for a probability, mixed with a tenth of a negative binomial of the cell's mean and
        variance: counts of rare numbers are so uneven that their logarithms alone would cost every model some
        hundredths of a nat, and what was never simulated is not impossible.
        """
        cell = self.cell[history]
        width = int(max(n.max(initial=0), self.orders.max(initial=0))) + 1
        pair = self.orders.astype(np.int64) + np.arange(len(self.orders))[:, None] * width
        counted = np.bincount(pair.ravel(), minlength=len(self.orders) * width)
        each, first = distinct(cell, n)
        some, often = cell[first], n[first]
        share = counted[some * width + often] / self.draws
        given = (share + SMOOTH * self._smooth(often, some))[each] / (1.0 + SMOOTH)
        p = alive[history]
        chance: Floats = p * given + np.where(n == 0, 1.0 - p, 0.0)
        return chance

    def _smooth(self, n: Ints, cell: Ints) -> Floats:
        from scipy.special import gammaln

        table = self.orders
        mean = np.maximum(table.mean(axis=1), 0.5 / self.draws)
        size = mean**2 / np.maximum(table.var(axis=1) - mean, 1e-3 * mean)
        m, k = mean[cell], size[cell]
        log = gammaln(n + k) - gammaln(k) - gammaln(n + 1.0) + k * np.log(k / (k + m)) + n * np.log(m / (k + m))
        chance: Floats = np.exp(log)
        return chance

    def _quantile(self, table: Floats, level: float, alive: Floats) -> Floats:
        values, made = table.ravel(), np.empty(len(alive))

        def work(some: slice) -> None:
            above = _conditional(level, alive[some])
            position = np.clip(above * self.draws - 0.5, 0.0, self.draws - 1.0)
            below = position.astype(np.int64)
            part = position - below
            start = self.cell[some] * self.draws
            low = values[start + below]
            high = values[start + np.minimum(below + 1, self.draws - 1)]
            made[some] = np.where(above > 0, low + part * (high - low), 0.0)

        by_parts(work, len(alive))
        return made


def _conditional(level: float, alive: Floats) -> Floats:
    """The level within the distribution given alive; 0 or less where the mixture's quantile is 0 for being gone."""
    return (level - (1.0 - alive)) / np.maximum(alive, 1e-12)


def futures(engine: Engine, base: Base, worth: Floats, rng: np.random.Generator, budget: int) -> Futures:
    """Simulate the table for a base.

    Args:
        engine: fit, models and terms.
        base: distinct histories.
        worth: exact expected discounted orders given alive, each history (``Means.worth``).
        rng: source of chance.
        budget: simulated futures over all cells, about.
    """
    load = _load(engine, base)
    cell, cells = _lattice(base, int(np.clip(min(budget, MOST_ORDERS / load) / ENOUGH, LEAST_CELLS, MAX_CELLS)))
    weight = base.count.astype(np.float64)
    size = np.bincount(cell, weights=weight)
    T = np.bincount(cell, weights=weight * base.T) / size
    x, spend_x = (_nearest(cell, weight, size, values) for values in (base.x, base.spend_x))
    kind = _nearest(cell, weight, size, base.kind)
    # A cell's futures are those of its living: the long silences of customers who are gone must not count as theirs.
    living = (
        weight * np.maximum(engine.alive(engine.theta, base.past), 1e-12) if is_regular(engine.purchase) else weight
    )
    silence = np.bincount(cell, weights=living * (base.T - base.t_x)) / np.bincount(cell, weights=living)
    past = Past(x, T - silence, T, kind)
    total = tally(base.history, cells, lambda part: base.total[part], cell) / size
    at_corner = engine.given_alive(engine.theta, past, engine.horizon, engine.force)
    draws = int(np.clip(min(budget, MOST_ORDERS / load) / cells, *DRAWS))
    orders, money, noise = _simulate_cells(engine, past, (spend_x, total), at_corner, draws, rng)
    ratio = worth / np.maximum(at_corner[cell], 1e-300)
    stretch = ratio * _spend_ratio(engine, base.spend_x, spend_x[cell])
    table = Noise.of(money, noise, _factors(engine, base)) if is_signed(engine.spend) else None
    return Futures(cell, stretch, ratio, np.sort(money, axis=1), np.sort(orders, axis=1), table)


def draw(
    engine: Engine, past: Past, spend_x: Ints, theta: Floats, spend_theta: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """One future for each history, given alive.

    Args:
        engine: fit, models and terms.
        past: n histories.
        spend_x: their order days with spend, shape (n,).
        theta: the purchase model's parameters, shape (k, n): a draw each.
        spend_theta: the spend model's.
        rng: source of chance.

    Returns:
        Orders (for the rest of life at present value), discounted spend in units of the customer's factor (discounted
        orders where there is no money, or where spend has a location), and discounted spend beside that location (else 0).
    """
    owner, when = engine.draw_orders(theta, past, rng)
    size = len(past.x)
    each = np.exp(-engine.force * when) if engine.force > 0 else np.ones(len(when))
    is_life = np.isinf(engine.horizon)
    orders = np.bincount(owner, weights=each if is_life else None, minlength=size).astype(np.float64)
    beside = np.zeros(size)
    if engine.spend is not None:
        drawn = each * engine.spend.draw_spend(spend_theta, spend_x, owner, rng)
        if is_signed(engine.spend):
            beside = np.bincount(owner, weights=drawn, minlength=size) * engine.spend.scale(
                spend_theta, beside, spend_x
            )
        else:
            each = drawn
    worth: Floats = np.bincount(owner, weights=each, minlength=size).astype(np.float64)
    if not is_life:
        return orders, worth, beside
    lift = engine.tail(past)
    return orders * lift, worth * lift, beside * lift


def _simulate_cells(
    engine: Engine, past: Past, spend: tuple[Ints, Floats], expected: Floats, draws: int, rng: np.random.Generator
) -> tuple[Floats, Floats, Floats]:
    """Futures of each cell, shape (cells, draws), in slices that memory can hold; ``spend`` is spend_x and its total."""
    spend_x, total = spend
    theta = engine.fit.draws(draws, rng).T
    spend_theta = engine.fit.spend.draws(draws, rng).T if engine.fit.spend else np.empty((0, draws))
    orders, money, noise = (np.empty((len(total), draws)) for _ in range(3))
    load = np.cumsum((1.0 + np.minimum(expected, 1e5)) * draws)
    part = (load // ORDERS_AT_ONCE).astype(np.int64)
    for some in np.split(np.arange(len(total)), np.flatnonzero(np.diff(part)) + 1):
        rows = np.repeat(some, draws)
        drawn = np.tile(theta, len(some)), np.tile(spend_theta, len(some))
        n, each, beside = draw(engine, past.at(rows), spend_x[rows], *drawn, rng)
        orders[some] = n.reshape(len(some), draws)
        money[some] = each.reshape(len(some), draws)
        noise[some] = beside.reshape(len(some), draws)
    if is_signed(engine.spend):
        return orders, money, noise + money * _moved(engine, spend_theta, spend)
    return orders, money * _factor(engine, spend_theta, spend), noise


def _factor(engine: Engine, spend_theta: Floats, spend: tuple[Ints, Floats]) -> Floats:
    """What the doubt about the factor itself adds, at each cell's spend_x and mean total: shape (cells, draws)."""
    x, total = spend
    if engine.spend is None:
        return np.ones((len(total), 1))
    here = engine.spend.scale(engine.spend_theta, total, x)[:, None]
    drawn: Floats = np.stack([engine.spend.scale(theta, total, x) for theta in spend_theta.T], axis=1)
    return drawn / here


def _moved(engine: Engine, spend_theta: Floats, spend: tuple[Ints, Floats]) -> Floats:
    """How far drawn parameters move each cell's location: shape (cells, draws)."""
    model: Any = engine.spend
    here = model.location(engine.spend_theta, spend[1], spend[0])[:, None]
    drawn: Floats = np.stack([model.location(theta, spend[1], spend[0]) for theta in spend_theta.T], axis=1) - here
    return drawn


def _factors(engine: Engine, base: Base) -> Floats:
    """Every customer's factor, where spend has a location."""
    model: Any = engine.spend
    made: Floats = model.location(engine.spend_theta, base.total, base.spend_x[base.history])
    return made


def _spend_ratio(engine: Engine, x: Ints, at: Ints) -> Floats:
    """Expected spend an order in units of the factor, at one spend_x by at another."""
    if engine.spend is None or is_signed(engine.spend):
        return np.ones(len(x))
    every = np.arange(int(max(x.max(initial=0), at.max(initial=0))) + 1)
    zero = np.zeros(len(every))
    each = np.asarray(engine.spend.expect(engine.spend_theta, every, zero), np.float64)
    each = each / engine.spend.scale(engine.spend_theta, zero, every)
    known = np.isfinite(each) & (each > 0)
    with np.errstate(invalid="ignore"):
        ratio = each[x] / each[at]
    return np.where(known[x] & known[at], ratio, 1.0)


def _load(engine: Engine, base: Base) -> float:
    """Orders of a simulated future, about, and one for its own cost."""
    some = np.linspace(0, base.histories - 1, min(base.histories, 200)).astype(np.int64)
    ahead = engine.ahead(engine.theta, base.past.at(some), 0.0, engine.simulated_horizon)
    return 1.0 + float(np.minimum(ahead, 1e5).mean())


def _lattice(base: Base, most: int) -> tuple[Ints, int]:
    """Cells over (x, spend_x, T, kind), and their number: as fine as allowed, each history its own where they are few.

    Kinds are put together last, and by their numbers: neighbours are alike.
    """
    own, corner = distinct(base.x, base.spend_x, base.T, base.kind)
    x, spend_x, T, kind = (values[corner] for values in (base.x, base.spend_x, base.T, base.kind))
    kinds = int(kind.max(initial=0)) + 1
    cell, cells, step = np.arange(len(corner), dtype=np.int32), len(corner), 0.01
    while cells > most:
        time = np.floor(np.log(T + T_OFFSET) / step).astype(np.int64)
        alike = kind // max(int(step * kinds), 1)
        cell, first = distinct(_coarse(x, step), _coarse(spend_x, step), time - time.min(), alike)
        cells = len(first)
        step *= 1.5
    return cell[own].astype(np.int64), cells


def _coarse(x: Ints, step: float) -> Ints:
    """Counts as they are up to a bound, then in steps that grow with them."""
    above = np.log(np.maximum(x, EXACT_X) / EXACT_X) / step
    wide = EXACT_X + np.floor(above).astype(np.int64)
    return np.where(x <= EXACT_X, x, np.minimum(x, wide + 1))


def _nearest(cell: Ints, weight: Floats, size: NDArray[Any], values: Ints) -> Ints:
    """The cell's mean, as a whole number."""
    mean: Ints = np.rint(np.bincount(cell, weights=weight * values) / size).astype(np.int64)
    return mean
