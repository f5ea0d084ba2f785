r"""What a lead is worth: the chance that it converts, when, and what a customer of its kind brings."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.models.credibility import Ladder, ladder
from lifelong.models.hazard import Hazard, fit_hazard
from lifelong.models.lead_design import LeadDesign
from lifelong.models.tweedie import Tweedie, fit_tweedie

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]
    Flags = NDArray[np.bool_]

#: Below so many converts nothing but shrunken group means is learned.
FEW = 100
#: A ridge on the coefficients of standardised columns: a standard normal prior, one row of the mean amount.
PENALTY = 1.0
YEAR = 365.25


@dataclass(frozen=True, eq=False)
class Leads:
    """Leads as arrays, a row each (n).

    Attributes:
        features: columns of numbers (NaN is a blank) or of words (objects), known when the lead came.
        paths: channel, campaign, landing page: all of one length, which may be 0.
        delay: days from coming to converting; NaN where that was not seen.
        seen: days from coming to the last day that the file covers.
        value: what a converted one is worth; NaN where that is not known.
    """

    features: Mapping[str, Any]
    paths: Sequence[tuple[str, ...]]
    delay: Floats
    seen: Floats
    value: Floats

    def __len__(self) -> int:
        return len(self.delay)

    def take(self, rows: NDArray[np.intp]) -> Leads:
        """Some of them."""
        return Leads(
            {name: values[rows] for name, values in self.features.items()},
            [self.paths[i] for i in rows], self.delay[rows], self.seen[rows], self.value[rows],
        )  # fmt: skip

    def within(self, days: float) -> Flags:
        """Which converted within so many days."""
        return np.nan_to_num(self.delay, nan=np.inf) <= days

    def judged(self, days: float) -> Flags:
        """Which were followed for so many days, and have a known value where they converted."""
        return np.asarray((self.seen >= days) & ~(self.within(days) & np.isnan(self.value)))

    def outcome(self, days: float) -> Floats:
        """Value brought by conversion within so many days, 0 without one."""
        return np.where(self.within(days), np.nan_to_num(self.value), 0.0)


@dataclass(frozen=True, eq=False)
class Answer:
    """What a model says of leads, a row each.

    Attributes:
        chance: P(converts within the span), given its age.
        sd: of the logarithm of its cumulative hazard.
        product: expected value, chance times value of a convert, discounted to today.
        direct: expected value by the direct model, discounted alike.
        value: the blend of the two, less the cost to serve.
        known: how many rungs of the path are known.
        strange: has a word that the model has not seen often enough to tell it apart.
    """

    chance: Floats
    sd: Floats
    product: Floats
    direct: Floats
    value: Floats
    known: Ints
    strange: Flags

    def interval(self, z: float) -> tuple[Floats, Floats]:
        """Bounds of the chance: normal ones of the log cumulative hazard, z standard deviations to each side."""
        level = -np.log1p(-np.minimum(self.chance, 1 - 1e-12))
        low, high = (-np.expm1(-level * np.exp(side * self.sd)) for side in (-z, z))
        return low, high


@dataclass(frozen=True, eq=False)
class Direct:
    """A ridge regression of unconditional value, floored at 0; ``scale`` puts its total right."""

    theta: Floats
    scale: float

    def mean(self, design: Floats) -> Floats:
        """Expected value, shape (n,)."""
        return np.asarray(self.scale * np.maximum(self.theta[0] + design @ self.theta[1:], 0.0))


@dataclass(frozen=True, eq=False)
class LeadModel:
    r"""Chance, value of a convert and a direct model of value, with the weight of the direct one.

    **Story.** Who is likeliest to convert is seldom who is worth most. So a lead's value is the chance of converting, at
    each delay, times what a convert of its kind brings. A second model learns value directly, zeros and all; which of
    the two is heard is decided by the value that the best of their ranking brought, on leads that neither had seen.

    **Formula.**

    .. math:: V(x) = (1 - w) \sum_h P(h \mid x)\,(1+d)^{-h}\, m(x) + w\, u(x) - c

    with P by a hazard (``models.hazard``) whose cumulative is scaled by the path's credibility factor, m by a Tweedie
    regression (``models.tweedie``) scaled likewise, u a ridge regression of unconditional value, floored at 0, put
    right in its total, and scaled by what discounting and age leave of the chance.

    **Source.** Two-part models: Duan, N. et al. (1983), A comparison of alternative models for the demand for medical
    care, J. Business and Economic Statistics 1, 115-126; the path by ``models.credibility``.

    Attributes:
        edges: ends of the bins of delay, in days, from 0 to the span.
        weight: w of the direct model.
        discount: a year's, such as 0.1.
        cost: to serve a lead, in the values' unit.
    """

    design: LeadDesign
    edges: Floats
    hazard: Hazard
    chances: Ladder
    convert: Tweedie
    values: Ladder
    direct: Direct
    weight: float = 0.0
    discount: float = 0.0
    cost: float = 0.0

    def answer(self, leads: Leads, age: Floats | None = None) -> Answer:
        """Chances and values of leads, as they came, or given that they have waited for ``age`` days."""
        design, strange = self.design.made(leads.features, len(leads))
        chance_factor, chance_spread, known = self.chances.at(leads.paths)
        value_factor, _, _ = self.values.at(leads.paths)
        passed = np.zeros((len(leads), 1)) if age is None else np.asarray(age, float)[:, None]
        left = np.clip((self.edges[1:] - passed) / np.diff(self.edges), 0.0, 1.0)
        scaled = self.hazard.cumulative(design, left) * chance_factor[:, None]
        at = np.exp(scaled - np.cumsum(scaled, axis=1)) * -np.expm1(-scaled)
        middle = np.clip((np.maximum(self.edges[:-1], passed) + self.edges[1:]) / 2 - passed, 0.0, None)
        present = (at * (1.0 + self.discount) ** (-middle / YEAR)).sum(axis=1)
        whole = -np.expm1(-self.hazard.cumulative(design).sum(axis=1) * chance_factor)
        product = present * self.convert.mean(design) * value_factor
        direct = self.direct.mean(design) * np.divide(present, whole, out=np.zeros(len(leads)), where=whole > 0)
        sd = np.sqrt(self.hazard.relative_variance(design, left) + chance_spread)
        value = (1.0 - self.weight) * product + self.weight * direct - self.cost
        return Answer(-np.expm1(-scaled.sum(axis=1)), sd, product, direct, value, known, strange)

    def weighed(self, weight: float, discount: float = 0.0, cost: float = 0.0) -> LeadModel:
        """The model with another weight of the direct one, a discount rate a year, and a cost to serve."""
        return replace(self, weight=weight, discount=discount, cost=cost)


def fit_leads(leads: Leads, edges: Floats) -> LeadModel:
    """All three models, with the product alone heard (``lead_trial.chosen`` decides on the weight).

    Below 100 converts the columns are not used: only the path's shrunken means are.

    Raises:
        FitError: E431 without a conversion.
        DataError: E432 where values are below 0 or all 0.
    """
    converted = leads.within(edges[-1])
    design = LeadDesign.learn(leads.features if converted.sum() >= FEW else {})
    rows, _ = design.made(leads.features, len(leads))
    event = np.where(converted, np.searchsorted(edges[1:], np.nan_to_num(leads.delay), "left"), -1)
    seen = np.searchsorted(edges[1:], leads.seen, "right")
    hazard = fit_hazard(rows, event, seen, len(edges) - 1, PENALTY)
    events, exposure = hazard.exposure(rows, event, seen)
    told = np.flatnonzero(converted & ~np.isnan(leads.value))
    convert = fit_tweedie(rows[told], leads.value[told], PENALTY)
    ratio = leads.value[told] / convert.mean(rows[told])
    judged = leads.judged(edges[-1])
    return LeadModel(
        design=design,
        edges=edges,
        hazard=hazard,
        chances=ladder(leads.paths, events, exposure, within=1.0),
        convert=convert,
        values=ladder(leads.take(told).paths, ratio, np.ones(len(told))),
        direct=fit_direct(rows[judged], leads.outcome(edges[-1])[judged]),
    )


def fit_direct(design: Floats, value: Floats) -> Direct:
    """Least squares with a ridge on all but the level, on leads that were followed through the span; 0 without any."""
    if not len(value):
        return Direct(np.zeros(1 + design.shape[1]), 1.0)
    full = np.hstack([np.ones((len(value), 1)), design])
    ridge = np.diag(np.r_[0.0, np.full(design.shape[1], PENALTY)])
    theta = np.linalg.solve(full.T @ full + ridge, full.T @ value)
    floored = float(np.maximum(full @ theta, 0.0).sum())
    return Direct(theta, float(value.sum()) / floored if floored > 0 else 1.0)


def bins(leads: Leads, span: float, most: int = 8) -> Floats:
    """Ends of bins of delay with about equally many conversions in each, in whole days, from 0 to the span."""
    delays = leads.delay[leads.within(span)]
    count = int(np.clip(len(delays) // 25, 1, most))
    cuts = np.ceil(np.quantile(delays, np.arange(1, count) / count)) if len(delays) else np.zeros(0)
    return np.unique(np.r_[0.0, cuts[(cuts > 0) & (cuts < span)], span])
