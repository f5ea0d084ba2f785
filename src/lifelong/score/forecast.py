"""All that is known ahead of a base: closed forms and simulated futures, once a distinct history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.score.engine import Engine, Means, alive_over_draws, factor_of, is_dependent, means, paid_each
from lifelong.score.futures import Futures, futures
from lifelong.score.numbering import by_parts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.kinds import ByKind
    from lifelong.score.base import Base
    from lifelong.score.terms import Terms
    from lifelong.values import Fit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

FUTURES = 450_000  # simulated over all cells


@dataclass(frozen=True, slots=True, eq=False)
class Blended:
    """What a blend makes of a base.

    Attributes:
        value: expected value of each customer, shape (customers,).
        bin: the bin of forecasts into which each falls.
        multiples: of the value, at each whole per cent from 1 to 99, shape (bins, 99).
    """

    value: Floats
    bin: NDArray[np.intp]
    multiples: Floats

    def quantile(self, level: float, rows: Ints | slice) -> Floats:
        """What the value of customers stays below with that probability, a whole per cent."""
        made: Floats = self.value[rows] * self.multiples[self.bin[rows], round(level * 100) - 1]
        return made


@dataclass(frozen=True, slots=True, eq=False)
class Forecast:
    """What is ahead of each distinct history, and the way from a history to a customer.

    Attributes:
        engine: fit, models, terms.
        base: the histories and the customers.
        means: closed forms at the fitted parameters.
        alive_mixed: P(alive) averaged over parameter draws: the weight inside predictive distributions.
        futures: simulated distributions.
        margin: share of revenue that counts as value.
        observed: mean spend of a repeat order day in this base.
        paid: expected spend an order in units of the customer's factor, each history.
        blended: where values are blended with learned ones, those; all that is told of single customers' value is theirs then.
    """

    engine: Engine
    base: Base
    means: Means
    alive_mixed: Floats
    futures: Futures
    margin: float
    observed: float
    paid: Floats
    blended: Blended | None = None

    @property
    def has_money(self) -> bool:
        """Whether the data hold amounts."""
        return self.engine.spend is not None

    @property
    def mean_orders(self) -> Floats:
        """Expected orders, each history."""
        return self.means.alive * self.means.orders

    @property
    def mean_worth(self) -> Floats:
        """Expected discounted orders, each history."""
        return self.means.alive * self.means.worth

    @property
    def unit_value(self) -> Floats:
        """Expected value in units of the customer's factor, each history."""
        return self.margin * self.mean_worth * self.paid

    def factor(self, rows: Ints | slice) -> Floats:
        """Each customer's factor of money; ones where there is none."""
        total = self.base.total[rows]
        spend = self.engine.spend
        if spend is None:
            return np.ones(len(total))
        x = self.base.spend_x[self.base.history[rows]] if is_dependent(spend) else np.zeros(1, np.int64)
        return factor_of(spend, self.engine.spend_theta, total, x)

    def customer_value(self, rows: Ints | slice) -> Floats:
        """Expected value of each customer; nan where the data hold no amounts."""
        if self.blended:
            return self.blended.value[rows]
        history = self.base.history[rows]
        if not self.has_money:
            return np.full(len(history), np.nan)
        value: Floats = self.unit_value[history] * self.factor(rows)
        return value

    def each_value(self) -> Floats:
        """Expected value of every customer; expected orders where the data hold no amounts."""
        if self.blended:
            return self.blended.value
        history, made = self.base.history, np.empty(len(self.base))
        unit = self.unit_value if self.has_money else self.mean_orders

        def work(part: slice) -> None:
            np.multiply(unit[history[part]], self.factor(part), out=made[part])

        by_parts(work, len(made))
        return made

    def quantile(self, level: float) -> Floats:
        """The quantile of worth in units of the factor, each history."""
        return self.futures.quantile(level, self.alive_mixed)

    def customer_quantile(self, level: float, rows: Ints | slice) -> Floats:
        """The quantile of each customer's value."""
        if self.blended:
            return self.blended.quantile(level, rows)
        history, factor, noise = self.base.history[rows], self.factor(rows), self.futures.noise
        if noise is None:
            return np.asarray(self.margin * self.quantile(level)[history] * factor)
        each = noise.quantile(level, self.futures.cell[history], self.alive_mixed[history], factor)
        return np.asarray(self.margin * each * self.futures.stretch[history])


def forecast(
    fit: Fit, base: Base, terms: Terms, margin: float, budget: int = FUTURES, kinds: ByKind | None = None
) -> Forecast:
    """Evaluate the closed forms and simulate the futures of a base.

    Args:
        fit: the purchase model's fit, with the spend model's in ``fit.spend`` where there is money.
        base: the customers.
        terms: horizon, discount, seed ...
        margin: share of revenue that counts as value.
        budget: simulated futures over all cells, about; 0 for means alone.
        kinds: whose numbers ``base.kind`` holds, where the fit tells customers apart.
    """
    engine = Engine.of(fit, terms, kinds)
    rng = np.random.default_rng([terms.seed, 1])
    at = means(engine, base, engine.theta)
    mixed = alive_over_draws(engine, base, at.alive, rng) if budget else at.alive
    table = futures(engine, base, at.worth, rng, budget) if budget else Futures.none()
    orders = int(base.count @ base.spend_x)
    observed = float(base.total.sum()) / orders if orders else 0.0
    return Forecast(engine, base, at, mixed, table, margin, observed, paid_each(engine, base, observed))
