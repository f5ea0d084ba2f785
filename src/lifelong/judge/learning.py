"""Learned forecasts as of a day: taught by earlier origins whose horizon had ended by then, and by nothing later.

Each origin to learn from is looked at as if it were today: the statistical model is fitted to what was known then, the
features are those of that day, and the outcome is what came within the horizon after it. Weights and bounds are learned
where the members had not seen the outcome: at the latest such origin by members that were themselves taught by
origins whose horizon had ended there, or, where history is too short for that, by members taught by other customers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import FitError
from lifelong.judge.fitting import fit_named
from lifelong.judge.origin import Seen, edges, has_money, see
from lifelong.models.blend import recalibration, weights
from lifelong.models.bounds import UpperBounds
from lifelong.models.learned import LEAST_ORIGINS, Examples, Taught, scaled
from lifelong.models.spend_choice import fit_spend_named
from lifelong.phrases import phrase
from lifelong.score.base import arrow
from lifelong.score.blended import examples, plain_terms
from lifelong.score.scores import prepare
from lifelong.tables import patterns
from lifelong.tables.features import visits
from lifelong.units import Horizon, date_of, minor_digits
from lifelong.values import Blend, Finding
from lifelong.values.blend import MEMBERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from lifelong.judge.trial import Trial

    Floats = NDArray[np.float64]

LEAST_HISTORY = 1.5  # horizons: one for the outcome, and half a one for a past to learn it from
STEPS = 4  # origins to learn from in each horizon
MOST = 6  # origins to learn from
FOLDS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Learned:
    """Forecasts of each customer as of a day, in the order of the customer numbers.

    Attributes:
        members: by name: ``statistical``, ``offset`` (its product with a learned factor), ``hurdle`` (buys? how much?).
        weights: of the members in the blend.
        factor: on all of the blend, from totals of earlier origins.
        bounds: upper bounds, learned at earlier origins.
        chance: P(any value within the horizon).
        taught: the learned members themselves.
        origins: the days whose outcomes they were taught by, the latest first.
        findings: what to know about them.
    """

    members: Mapping[str, Floats]
    weights: Floats
    factor: float
    bounds: UpperBounds
    chance: Floats
    taught: Taught
    origins: tuple[int, ...]
    findings: tuple[Finding, ...] = ()

    @property
    def blend(self) -> Floats:
        """Expected value (orders, where the data hold no amounts) of each customer."""
        mixed: Floats = self.weights @ np.stack([self.members[name] for name in MEMBERS])
        return self.factor * mixed

    def upper(self, level: float) -> Floats:
        """What each customer's value stays below with that probability."""
        return self.bounds.upper(self.blend, level)

    def kept(self, horizon: Horizon) -> Blend:
        """What is kept beside a fit.

        Raises:
            FitError: E218, where the customers are too few for bounds at 99 %.
        """
        multiples = self.bounds.multiples()
        if not np.isfinite(multiples).all():
            few = len(self.chance)
            raise FitError(
                "E218",
                phrase("bounds were to be learned from {few} customers; some 100 are needed", few=few),
                where="the origins to learn from",
                why="the 99 % bound of fewer is beyond all that came",
                fix="take the statistical model alone, or wait for more customers",
            )
        days = tuple(date_of(day).isoformat() for day in self.origins)
        trees, floor = self.taught.texts(), self.taught.offset.floor
        return Blend(str(horizon), trees, floor, self.weights, self.factor, self.bounds.edges, multiples, days)


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """The firm's orders, looked at from any day; what was seen from a day is kept.

    Attributes:
        orders: ``schema.ORDERS``, any frame.
        trial: its hold-out is the horizon; currency, spend model and prior as in a back-test, of revenue.
        purchase: the purchase model's name.
    """

    orders: Any
    trial: Trial
    horizon: Horizon
    purchase: str
    first: int
    days: Any
    looks: dict[int, tuple[Seen, Examples]] = field(default_factory=dict)

    @classmethod
    def of(cls, orders: Any, trial: Trial, horizon: Horizon, purchase: str) -> Past:
        """Make ready: the first day, and what features are counted from."""
        return cls(orders, trial, horizon, purchase, edges(orders)[0], arrow(visits(orders)))

    @property
    def reach(self) -> int:
        """The horizon in days."""
        return int(self.horizon.days)

    def origins(self, day: int) -> list[int]:
        """The days to learn from on a day: their horizons had ended, the latest first."""
        step, least = max(self.reach // STEPS, 1), max(self.reach // STEPS, 28)
        asked = [day - self.reach - n * step for n in range(MOST)]
        return [one for one in asked if one - self.first + 1 >= least]

    def look(self, day: int) -> tuple[Seen, Examples]:
        """The customers as of a day: what was known, the statistical prediction, and what came."""
        if day not in self.looks:
            seen = see(self.orders, day, self.reach, self.trial)
            base, alive = self._statistical(seen)
            came = seen.orders if seen.value is None else seen.value
            known = examples(self.days, day, self.reach, seen.summary["customer_id"], (base, alive))
            self.looks[day] = seen, replace(known, outcome=np.maximum(came, 0.0))
        return self.looks[day]

    def _statistical(self, seen: Seen) -> tuple[Floats, Floats]:
        """The statistical model's value of each customer, or orders where there is no money, and P(alive)."""
        trial, spend = self.trial, None
        fit = fit_named(self.purchase, self.orders, seen.summary, seen.day, trial.prior)
        if trial.spend and has_money(seen.summary):
            spends = patterns.to_spend(patterns.spends(seen.summary), minor_digits(trial.currency))
            spend = fit_spend_named(trial.spend, spends, prior=trial.prior)
        ahead, _ = prepare(replace(fit, spend=spend), seen.summary, plain_terms(self.horizon, trial.currency), 0)
        return ahead.each_value(), ahead.means.alive[ahead.base.history]


def learn(past: Past, day: int) -> Learned:
    """Members, weights, factor and bounds as of a day.

    Raises:
        FitError: E217, E218 or E219, where the history is too short to learn from.
        ConfigError: E303, where LightGBM is not installed.
    """
    if day - past.first + 1 < LEAST_HISTORY * past.reach:
        raise FitError(
            "E217",
            phrase(
                "{day} days of history on {date_of}; learning {horizon} ahead needs {least_history:.0f}",
                day=day - past.first + 1,
                date_of=date_of(day),
                horizon=past.horizon,
                least_history=LEAST_HISTORY * past.reach,
            ),
            where="the first order and the day",
            why="outcomes must have come, and a past before them",
            fix="take the statistical model alone, or a shorter horizon",
        )
    taught, (_, now) = [past.look(one) for one in past.origins(day)], past.look(day)
    made = Taught.fit([each for _, each in taught])
    mature = [one for one in past.origins(day) if len(past.origins(one)) >= LEAST_ORIGINS]
    unseen = [(past.look(one)[1].outcome, _members_at(past, one)) for one in mature]
    found: tuple[Finding, ...] = ()
    if not unseen:
        unseen = [(taught[0][1].outcome, _crossed(taught))]
        text = "no earlier origin shows how the members do on a time that they have not seen: weights and bounds are of other customers of the same time"
        found = (Finding("F261", text, "info", {"origins": len(taught)}),)
    share, factor = weights(*unseen[0]), _factor([each for _, each in taught])
    forecasts = [share @ np.stack(each) for _, each in unseen]
    came = [scaled(actual, forecast) for (actual, _), forecast in zip(unseen, forecasts, strict=True)]
    bounds = UpperBounds.fit(np.concatenate(came), np.concatenate(forecasts))
    members = dict(zip(MEMBERS, made.members(now), strict=True))
    return Learned(members, share, factor, bounds, made.hurdle.chance(now), made, tuple(past.origins(day)), found)


def _factor(ended: Sequence[Examples]) -> float:
    """The factor from the totals of the base, which all members have, at every origin whose horizon has ended."""
    return recalibration([(float(one.outcome.sum()), float(one.base.sum())) for one in ended], 1.0 / STEPS)


def _members_at(past: Past, day: int) -> tuple[Floats, ...]:
    return Taught.fit([past.look(one)[1] for one in past.origins(day)]).members(past.look(day)[1])


def _crossed(taught: Sequence[tuple[Seen, Examples]]) -> tuple[Floats, ...]:
    """The members at the latest origin, each customer's from members taught by other customers."""
    import pyarrow.compute as pc

    ids = taught[0][0].summary["customer_id"].combine_chunks()
    folds = [pc.index_in(seen.summary["customer_id"], value_set=ids).to_numpy() % FOLDS for seen, _ in taught]
    made = np.empty((len(MEMBERS), len(ids)))
    for fold in range(FOLDS):
        others = [each.part(at != fold) for (_, each), at in zip(taught, folds, strict=True)]
        asked = folds[0] == fold
        made[:, asked] = Taught.fit(others).members(taught[0][1].part(asked))
    return tuple(made)
