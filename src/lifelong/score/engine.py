"""A fit with its models and the terms: the closed forms that a score needs, once a distinct history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from lifelong import plugins
from lifelong.errors import DataError
from lifelong.models.calendar import Calendar
from lifelong.models.in_calendar import SUFFIX, InCalendar
from lifelong.models.kinds import Kinds
from lifelong.money.present import tail_horizon
from lifelong.score.numbering import distinct

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.base import PurchaseModel, SpendModel
    from lifelong.models.kinds import ByKind
    from lifelong.score.base import Base, Past
    from lifelong.score.numbering import Numbers
    from lifelong.score.terms import Terms
    from lifelong.values import Fit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

# A simulated rest of life ends where no more than this share of a level stream's worth is left; the simulated worth
# is then lifted to the closed form, so that what remains is an error in shape only.
LIFE_LEFT = 0.05


def is_regular(model: PurchaseModel) -> bool:
    """Whether the silence says more of a living customer than that the customer is alive."""
    return bool(getattr(model, "is_regular", False))


def is_dependent(model: SpendModel) -> bool:
    """Whether the number of orders says something of their spend, beside what they brought."""
    return bool(getattr(model, "is_dependent", False))


def is_signed(model: SpendModel | None) -> bool:
    """Whether orders may bring less than nothing: the model then has a ``location`` beside its scale."""
    return hasattr(model, "location")


def factor_of(model: SpendModel, theta: Floats, total: Any, x: Any) -> Floats:
    """What is the customer's own: times the rest it is value. Where the model has one, its location; else its scale."""
    made: Floats = getattr(model, "location", model.scale)(theta, total, x)
    return made


def alike(model: PurchaseModel, past: Past) -> tuple[Numbers, Ints]:
    """Number customers of whom a model expects the same, if they are alive, to the day; and a row of each number."""
    days = (np.rint(past.T).astype(np.int64), *((np.rint(past.t_x).astype(np.int64),) if is_regular(model) else ()))
    return distinct(np.asarray(past.x, np.int64), *days, np.asarray(past.kind, np.int64))


def purchase_of(fit: Fit) -> PurchaseModel:
    """The purchase model that a fit names, in the fit's calendar where it has one."""
    name = fit.model.removesuffix(SUFFIX)
    model: PurchaseModel = plugins.load("models", name)()
    if name == fit.model:
        return model
    return cast("PurchaseModel", InCalendar(model, Calendar.of(fit.info["calendar"])))


def kinds_of(fit: Fit, table: Any) -> tuple[Kinds, Any]:
    """The kinds of customers that a fit tells apart, and each customer's number; one number for all where it tells none.

    Args:
        fit: of a purchase model, by itself, with covariates, or of customers older than the data.
        table: anything that gives a column for a name: the covariates, or ``before``.

    Raises:
        DataError: E211, E212 where a covariate is absent or new; E205 where the ages of customers are; E184 where
            circumstances changed with time, and the table cannot say how.
    """
    if fit.model == "time_varying_pareto_nbd":
        raise DataError(
            "E184",
            "the fit is of customers in changing circumstances, and nothing says what these are",
            where="the summary",
            why="each customer's past and future covariates make the forecast",
            fix="lifelong.predict(fit, summary, horizon=..., timelines=customers, future=course)",
        )
    if "covariates" in fit.info:
        from lifelong.models.covariates import Covariates

        return Covariates.of(fit).kinds(fit.theta, table)
    if "before" in fit.info:
        from lifelong.models.left_truncated import LeftTruncated

        return LeftTruncated(purchase_of(fit), fit.info["before"]["seen"]).kinds(table)
    return Kinds.one(purchase_of(fit)), np.zeros(1, np.int8)


@dataclass(frozen=True, slots=True, eq=False)
class Engine:
    """The fitted models and what is asked of them; time in weeks."""

    fit: Fit
    kinds: ByKind
    spend: SpendModel | None
    terms: Terms

    @classmethod
    def of(cls, fit: Fit, terms: Terms, kinds: ByKind | None = None) -> Engine:
        """Load the models that the fit names; ``kinds`` where it tells customers apart."""
        spend: Any = plugins.load("spend", fit.spend.model)() if fit.spend else None
        return cls(fit, kinds or Kinds.one(purchase_of(fit)), spend, terms)

    @property
    def purchase(self) -> PurchaseModel:
        """The purchase model of each kind of customer."""
        model: PurchaseModel = self.kinds.base
        return model

    @property
    def theta(self) -> Floats:
        """The purchase model's parameters."""
        return self.fit.theta

    @property
    def spend_theta(self) -> Floats:
        """The spend model's parameters; empty where there is no money."""
        return self.fit.spend.theta if self.fit.spend else np.empty(0)

    @property
    def horizon(self) -> float:
        """Weeks ahead; infinite for the rest of life."""
        return self.terms.horizon.weeks

    @property
    def force(self) -> float:
        """The continuous discount rate a week."""
        return self.terms.discount.force_per_week

    @property
    def simulated_horizon(self) -> float:
        """Weeks ahead that are simulated: the horizon, or the part of the rest of life that counts."""
        return min(self.horizon, tail_horizon(self.force, LIFE_LEFT)) if self.force > 0 else self.horizon

    def given_alive(self, theta: Floats, past: Past, until: float, force: float) -> Floats:
        """Expected orders of customers alive now, each on its own; time in days."""
        return self.kinds.expect_if_alive(theta, past.kind, self._seen(past), until, force)

    def draw_orders(self, theta: Floats, past: Past, rng: np.random.Generator) -> tuple[Ints, Floats]:
        """One future for each customer, given alive; ``theta`` is (k, n), a draw each."""
        return self.kinds.draw_orders(theta, past.kind, self._seen(past), self.simulated_horizon, rng)

    def _seen(self, past: Past) -> tuple[Any, Floats, Floats | None]:
        """x, T and, where the silence says something, t_x: weeks."""
        return past.x, past.T / 7.0, past.t_x / 7.0 if is_regular(self.purchase) else None

    def ahead(self, theta: Floats, past: Past, force: float, horizon: float | None = None) -> Floats:
        """Expected orders given alive, for whole days that repeat: computed once for those whom the model holds alike."""
        number, first = alike(self.purchase, past)
        until = self.horizon if horizon is None else horizon
        each: Floats = self.given_alive(theta, past.at(first), until, force)[number]
        return each

    def tail(self, past: Past) -> Floats:
        """Worth of all of the rest of life by worth of its simulated part."""
        number, first = alike(self.purchase, past)
        some = past.at(first)
        whole, part = (
            self.given_alive(self.theta, some, until, self.force) for until in (self.horizon, self.simulated_horizon)
        )
        each: Floats = (whole / np.maximum(part, 1e-300))[number]
        return each

    def alive(self, theta: Floats, past: Past) -> Floats:
        """P(alive)."""
        return self.kinds.alive(theta, past.kind, past.x, past.t_x / 7.0, past.T / 7.0)


@dataclass(frozen=True, slots=True, eq=False)
class Means:
    """What is expected of each distinct history, at one parameter vector; shape (histories,).

    Attributes:
        alive: P(alive).
        orders: expected orders given alive; for the rest of life at present value, for their plain sum may have no bound.
        worth: the same, each order discounted at its time.
    """

    alive: Floats
    orders: Floats
    worth: Floats


def means(engine: Engine, base: Base, theta: Floats) -> Means:
    """The closed forms for every distinct history."""
    worth = engine.ahead(theta, base.past, engine.force)
    plain = engine.force == 0 or np.isinf(engine.horizon)
    orders = worth if plain else engine.ahead(theta, base.past, 0.0)
    return Means(engine.alive(theta, base.past), orders, worth)


def alive_over_draws(
    engine: Engine, base: Base, optimum: Floats, rng: np.random.Generator, budget: int = 100_000
) -> Floats:
    """P(alive) of each history, averaged over parameter draws.

    Where histories are so many that the parameters are known too well to matter, it is taken at the optimum.
    """
    size = min(budget // max(base.histories, 1), 50)
    if size < 8:
        return optimum
    draws = engine.fit.draws(size, rng)
    total = np.zeros(base.histories)
    for theta in draws:
        total += engine.alive(theta, base.past)
    return total / size


def paid_each(engine: Engine, base: Base, observed: float) -> Floats:
    """Expected spend of an order in units of ``SpendModel.scale``, each history: it hangs on spend_x alone."""
    if engine.spend is None or is_signed(engine.spend):
        return np.ones(base.histories)
    x = np.arange(int(base.spend_x.max(initial=0)) + 1)
    total = x * observed
    each = spend_each(engine, engine.spend_theta, x, total, observed) / engine.spend.scale(engine.spend_theta, total, x)
    return np.asarray(each[base.spend_x])


def spend_each(engine: Engine, theta: Floats, x: Any, total: Any, observed: float) -> Floats:
    """Expected spend of an order.

    Where the mean of the customer's spend has no bound (q + p x <= 1 in Gamma-Gamma), the observed mean of all
    orders stands in its place.

    Args:
        engine: with a spend model.
        theta: the spend parameters.
        x: order days with spend.
        total: spend on them.
        observed: mean spend of an order day in this base.
    """
    if engine.spend is None:
        return np.ones(np.shape(x))
    each = np.asarray(engine.spend.expect(theta, x, total), np.float64)
    return np.where(np.isfinite(each) & ((each > 0) | is_signed(engine.spend)), each, observed)
