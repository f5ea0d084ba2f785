"""What is asked of a score: the horizon, the money's terms, and the error that the model itself is known to make."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING

import numpy as np

from lifelong.errors import ConfigError
from lifelong.units import Horizon, Rate, share

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# Before any back-test speaks, a model's total is taken to miss by some 15 %, with the weight of two origins. Over 47
# origins in six real shops the root mean square of log(actual / forecast) at 26 weeks was 0.12 to 0.25 in four, 0.015
# in one and 0.65 in one (a geometric mean of 0.16), and from 13 to 52 weeks it grew two- to threefold in two of them
# and hardly in two: hence the root of the horizon.
PRIOR_SCALE = 0.15
PRIOR_WEIGHT = 2.0
# A cohort misses beside what all miss, a small one most: in two real shops with cohorts of many months (a household
# panel and a grocer's) the variance of log(actual / forecast) was 2.8 to 14 times what chance gives, plus 0.00 to 0.04
# squared, which a likelihood prefers to a plain scale by 5 to 18; in a third, of three months, chance was enough.
PRIOR_COHORT = 0.03
PRIOR_CHANCE = 2.0
GRID = 60


@dataclass(frozen=True, slots=True)
class ModelError:
    """How far a model's totals miss beyond chance and parameters: a scaled Student t on log(actual / forecast).

    Attributes:
        orders, value: the scale for the total of orders and of value.
        df: degrees of freedom; few origins give few, and so wide bands.
        days: the horizon on which it was measured; a longer one inflates the scale by the root of the ratio.
        cohort: the scale by which the customers of one month's first orders miss beside what all miss, chance aside.
        chance: how many times the variance of their miss is what chance alone gives.
    """

    orders: float = PRIOR_SCALE
    value: float = PRIOR_SCALE
    df: float = PRIOR_WEIGHT
    days: float = math.inf
    cohort: float = PRIOR_COHORT
    chance: float = PRIOR_CHANCE

    @classmethod
    def off(cls) -> ModelError:
        """As if the model were the truth: for simulated shops, and to show what the error adds."""
        return cls(0.0, 0.0, PRIOR_WEIGHT, cohort=0.0, chance=1.0)

    @classmethod
    def measured(
        cls,
        orders: Sequence[tuple[float, float]],
        value: Sequence[tuple[float, float]],
        days: float,
        cohorts: Sequence[tuple[float, float]] = (),
    ) -> ModelError:
        """From a rolling back-test.

        Args:
            orders: one pair an origin: log(actual / forecast) of the total, and the variance that chance and
                parameters alone gave it.
            value: the same for money; where it is empty, as the orders.
            days: the horizon of the origins.
            cohorts: one pair a cohort and origin: its miss less that of all, and the variance that chance alone gave it.
        """
        cohort, chance = _among(cohorts)
        return cls(
            orders=_pooled(orders),
            value=_pooled(value or orders),
            df=PRIOR_WEIGHT + len(orders),
            days=days,
            cohort=cohort,
            chance=chance,
        )

    @classmethod
    def of(cls, measured: Mapping[str, float]) -> ModelError:
        """From an entry of ``Leaderboard.model_error``."""
        return cls(**{field.name: measured[field.name] for field in fields(cls) if field.name in measured})

    def scale(self, what: str, days: float) -> float:
        """The scale for a horizon, of ``orders``, ``value`` or ``cohort``; the rest of life counts as ten times as long."""
        base = {"orders": self.orders, "value": self.value, "cohort": self.cohort}[what]
        stretch = 10.0 if math.isinf(days) else days / self.days
        return base * math.sqrt(max(stretch, 1.0))


def _pooled(misses: Sequence[tuple[float, float]]) -> float:
    """The scale from squared misses less what chance explains, with the prior's weight; never below the prior's part."""
    excess = max(sum(miss * miss - variance for miss, variance in misses), 0.0)
    return math.sqrt((PRIOR_WEIGHT * PRIOR_SCALE**2 + excess) / (PRIOR_WEIGHT + len(misses)))


def _among(misses: Sequence[tuple[float, float]]) -> tuple[float, float]:
    r"""The scale between cohorts, and the factor on chance, of the best likelihood with its prior, on a grid.

    A miss d of variance v by chance is :math:`N(0, \tau^2 + \phi v)`; the prior is worth ``PRIOR_WEIGHT`` cohorts.
    """
    if not misses:
        return PRIOR_COHORT, PRIOR_CHANCE
    miss, variance = np.array(misses).T
    scale, factor = np.geomspace(0.005, 1.0, GRID), np.geomspace(1.0, 60.0, GRID)
    wide = scale[:, None, None] ** 2 + factor[:, None] * variance
    fit = (np.log(wide) + miss**2 / wide).sum(axis=2)
    fit += PRIOR_WEIGHT * (2.0 * np.log(scale) + (PRIOR_COHORT / scale) ** 2)[:, None]
    fit += PRIOR_WEIGHT * (np.log(factor) + PRIOR_CHANCE / factor)
    best = np.unravel_index(np.argmin(fit), fit.shape)
    return float(scale[best[0]]), float(factor[best[1]])


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of a value.

    Attributes:
        horizon: how far ahead.
        margin: share of revenue; None takes it from costs where the summary has them, else value is revenue.
        discount: the rate at which later money is worth less; each order is discounted at its own time.
        currency: ISO 4217; where it is empty, amounts count as hundredths of nothing named.
        error: what the model itself misses (see :class:`ModelError`).
        seed: of the simulation behind the intervals.
        level: words for what a value is a sum of, where the costs beside the orders are more than the goods'.
    """

    horizon: Horizon
    margin: float | None = None
    discount: Rate = field(default_factory=lambda: Rate(0.0))
    currency: str = ""
    error: ModelError = field(default_factory=ModelError)
    seed: int = 0
    level: str = ""

    def __post_init__(self) -> None:
        if self.horizon.is_lifetime and self.discount.per_year <= 0:
            raise ConfigError(
                "E202",
                "the value of the rest of life needs a discount rate",
                where="--horizon lifetime",
                why="without one, the sum over all time may have no bound",
                fix="add --discount 10%/year, or take a horizon such as 52w",
            )

    @classmethod
    def parse(
        cls,
        horizon: str | Horizon,
        margin: str | float | None = None,
        discount: str | Rate = "0",
        currency: str = "",
        error: ModelError | None = None,
    ) -> Terms:
        """From what people write: ``Terms.parse("52w", "35%", "10%/year", "GBP")``."""
        return cls(
            horizon=Horizon.parse(horizon),
            margin=None if margin is None else share(margin, flag="--margin"),
            discount=Rate.parse(discount),
            currency=currency,
            error=error or ModelError(),
        )
