r"""Learned models: boosted trees on what is known of customers at an origin, taught by what came after earlier ones.

**Story.** A statistical model knows the law by which orders come and customers leave; trees know no law, but find whatever else
in the history tells customers apart. So the trees learn only a factor on the statistical prediction, or whether and how much
as two questions. Both have a log link: a forecast is never below zero, and its mean needs no smearing.

The total is left to the statistical model: it knows how orders thin out as customers leave, while trees would repeat the total of
the origins they were taught by. So each origin's outcomes are scaled to its base's total before learning, and forecasts
to the total of the base.

**Numerics.** One thread, fixed seeds, rows in their order: the same data give the same trees. Money is divided by the mean
outcome before learning, so that the trees' own thresholds mean the same in every currency.

**Settings.** What a tree sees, half of the features and all of the customers, was chosen among three on twelve simulated shops and
one real log (``bench/settings.py``), none of which ``make accuracy`` judges. The other settings are customary, and were not tried.

**Source.** Tweedie deviance: Jørgensen (1997), *The theory of dispersion models*, section 4. Two parts: Duan, Manning, Morris,
Newhouse (1983), "A comparison of alternative models for the demand for medical care". Trees: Ke et al. (2017), LightGBM.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from lifelong.errors import FitError, missing_extra
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lifelong.values import Blend

    Floats = NDArray[np.float64]

POWER = 1.5  # between Poisson (1) and gamma (2): zeros and amounts in one law
FLOOR = 1e-3  # the least base, in mean outcomes: a factor on nothing could teach nothing
TREES = 150
SHAPE = {
    "num_leaves": 7,
    "learning_rate": 0.05,
    "min_data_in_leaf": 40,
    "feature_fraction": 0.5,  # many features tell the same: a tree sees half of them
    "num_threads": 1,
    "deterministic": True,
    "force_row_wise": True,
    "seed": 0,
    "verbosity": -1,
}
LEAST_POSITIVE = 300  # customers with an outcome above zero, over all origins
LEAST_ORIGINS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Examples:
    """Customers at one origin, or at several one below the other.

    Attributes:
        features: what is known, shape (customers, features); nan where it is unknown.
        base: the statistical prediction, shape (customers,).
        outcome: what came within the horizon, 0 or more, shape (customers,); nan where it is not known yet.
    """

    features: Floats
    base: Floats
    outcome: Floats

    @classmethod
    def pooled(cls, origins: Sequence[Examples]) -> Self:
        """Several origins as one, the outcomes of each scaled to the total of its base.

        Raises:
            FitError: E219 where there are fewer than two, E218 where too few outcomes lie above zero.
        """
        if len(origins) < LEAST_ORIGINS:
            raise _refused(
                "E219",
                phrase(
                    "the history holds {origins} origin(s) whose horizon has ended; learning needs {least_origins}",
                    origins=len(origins),
                    least_origins=LEAST_ORIGINS,
                ),
                "one origin cannot tell what holds always from what held then",
            )
        made = cls(
            np.concatenate([one.features for one in origins]),
            np.concatenate([one.base for one in origins]),
            np.concatenate([scaled(one.outcome, one.base) for one in origins]),
        )
        positive = int((made.outcome > 0).sum())
        if positive < LEAST_POSITIVE:
            raise _refused(
                "E218",
                phrase(
                    "{positive} outcomes above zero to learn from; {least_positive} are needed",
                    positive=positive,
                    least_positive=LEAST_POSITIVE,
                ),
                "trees on fewer learn chance",
            )
        return made

    def __len__(self) -> int:
        return len(self.base)

    def part(self, rows: NDArray[Any]) -> Examples:
        """Some of the rows."""
        return Examples(self.features[rows], self.base[rows], self.outcome[rows])


def _refused(code: str, what: str, why: str) -> FitError:
    fix = "take the statistical model alone, a shorter horizon, or wait for more history"
    return FitError(code, what, where="the origins to learn from", why=why, fix=fix)


@dataclass(frozen=True, slots=True, eq=False)
class OffsetTweedie:
    r"""The statistical prediction times a learned factor.

    .. math:: \mu \propto B \, e^{F(z)}, \qquad d(y, \mu) = 2\left[\frac{y^{2-p}}{(1-p)(2-p)} - \frac{y \mu^{1-p}}{1-p} +
              \frac{\mu^{2-p}}{2-p}\right]

    B is the base and enters as log B where boosting starts, z are the features, F the sum of trees that lowers the deviance d
    at p = 1.5. Where nothing can be learned F is 0 and the forecast is B.
    """

    trees: Any
    floor: float

    @classmethod
    def fit(cls, given: Examples) -> Self:
        """Learn from pooled origins."""
        unit = _unit(given)
        floor = FLOOR * unit
        start = np.log(np.maximum(given.base, floor) / unit)
        shape = {"objective": "tweedie", "tweedie_variance_power": POWER, "boost_from_average": False}
        return cls(_boosted(shape, given.features, given.outcome / unit, start), floor)

    @classmethod
    def of(cls, text: str, floor: float) -> Self:
        """From trees that were kept as text."""
        return cls(_grown(text), floor)

    def predict(self, asked: Examples) -> Floats:
        """Expected outcome of each row, in all as much as the base."""
        factor: Floats = np.exp(self.trees.predict(asked.features, raw_score=True, num_threads=1))
        return scaled(np.maximum(asked.base, self.floor) * factor, asked.base)


@dataclass(frozen=True, slots=True, eq=False)
class Hurdle:
    r"""Does the customer buy, and how much then: two learned parts.

    .. math:: \mu \propto P(y > 0 \mid z) \; E[y \mid y > 0, z]

    The first part is logistic, the second gamma with a log link.
    """

    whether: Any
    amount: Any

    @classmethod
    def fit(cls, given: Examples) -> Self:
        """Learn from pooled origins."""
        unit, some = _unit(given), given.outcome > 0
        whether = _boosted({"objective": "binary"}, given.features, some.astype(np.float64))
        amount = _boosted({"objective": "gamma"}, given.features[some], given.outcome[some] / unit)
        return cls(whether, amount)

    @classmethod
    def of(cls, whether: str, amount: str) -> Self:
        """From trees that were kept as text."""
        return cls(_grown(whether), _grown(amount))

    def chance(self, asked: Examples) -> Floats:
        """P(outcome above zero) of each row."""
        made: Floats = self.whether.predict(asked.features, num_threads=1)
        return made

    def predict(self, asked: Examples) -> Floats:
        """Expected outcome of each row, in all as much as the base."""
        amount: Floats = self.amount.predict(asked.features, num_threads=1)
        return scaled(self.chance(asked) * amount, asked.base)


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """Both learned members together, beside the statistical one."""

    offset: OffsetTweedie
    hurdle: Hurdle

    @classmethod
    def fit(cls, origins: Sequence[Examples]) -> Self:
        """Learn from origins; errors as of :meth:`Examples.pooled`."""
        given = Examples.pooled(origins)
        return cls(OffsetTweedie.fit(given), Hurdle.fit(given))

    @classmethod
    def of(cls, told: Blend) -> Self:
        """From a blend that was kept."""
        trees = told.trees
        return cls(OffsetTweedie.of(trees["factor"], told.floor), Hurdle.of(trees["whether"], trees["amount"]))

    def members(self, asked: Examples) -> tuple[Floats, ...]:
        """Each member's forecast, in the order of ``values.blend.MEMBERS``: all have the total of the base."""
        alone = scaled(np.maximum(asked.base, self.offset.floor), asked.base)
        return alone, self.offset.predict(asked), self.hurdle.predict(asked)

    def texts(self) -> dict[str, str]:
        """The trees as LightGBM writes them: every threshold and leaf to the last digit, so that they come back as they were."""
        trees = {"factor": self.offset.trees, "whether": self.hurdle.whether, "amount": self.hurdle.amount}
        return {name: str(each.model_to_string()) for name, each in trees.items()}


def scaled(amounts: Floats, like: Floats) -> Floats:
    """The amounts times what makes their total that of ``like``; as they are where either sums to nothing.

    >>> scaled(np.array([1.0, 3.0]), np.array([4.0, 4.0])).tolist()
    [2.0, 6.0]
    """
    has, total = float(amounts.sum()), float(like.sum())
    return amounts * (total / has) if total > 0.0 and has > 0.0 else amounts


def _unit(given: Examples) -> float:
    return float(given.outcome.mean())


def _grown(text: str) -> Any:
    return _lightgbm().Booster(model_str=text)


def _lightgbm() -> Any:
    try:
        import lightgbm
    except (ImportError, OSError) as problem:  # OSError: its own library, libgomp, is not there
        raise missing_extra("lightgbm", "ml", "a learned model") from problem
    return lightgbm


def _boosted(objective: dict[str, Any], features: Floats, outcome: Floats, start: Floats | None = None) -> Any:
    lightgbm = _lightgbm()
    data = lightgbm.Dataset(features, outcome, init_score=start, params={"verbosity": -1})
    return lightgbm.train(SHAPE | objective, data, TREES)
