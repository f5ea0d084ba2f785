r"""What is done with a fitted contract: intervals of the curve, survivors to come, and several tails side by side."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import ConfigError
from lifelong.models.bdw import BdW
from lifelong.models.discrete_weibull import DiscreteWeibull
from lifelong.models.sbg import SBG
from lifelong.models.segments import ConstantChurn, TwoSegments
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.contract import Contract
    from lifelong.values import Fit, Tenures

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Parameter draws of an interval: its ends are then known to about 4 % of its width.
DRAWS = 1000


@dataclass(frozen=True, slots=True, eq=False)
class Band:
    """A curve and its interval, one entry a t."""

    t: Ints
    middle: Floats
    low: Floats
    high: Floats


def survival_band(
    model: Contract, fit: Fit, t: ArrayLike, *, level: float = 0.95, rng: np.random.Generator | None = None
) -> Band:
    """S(t) with an interval that holds the doubt about the parameters: quantiles over draws of them."""
    t_ = np.atleast_1d(np.asarray(t, dtype=np.int64))
    draws = fit.draws(DRAWS, rng or np.random.default_rng(0))
    low, high = _ends(np.array([model.survival(theta, t_) for theta in draws]), level)
    return Band(t_, model.survival(fit.theta, t_), low, high)


def draw_survivors(
    model: Contract, thetas: Floats, tenures: Tenures, ahead: int | Ints, rng: np.random.Generator
) -> Ints:
    """How many of those still there survive ``ahead`` more renewals: one total a row of ``thetas``.

    ``ahead`` is one number, or one for each history of ``tenures.active``.
    Given the parameters each subscriber survives by the own chance S(n + ahead) / S(n), so the sum of a history's
    subscribers is binomial: doubt about parameters and chance are both in.
    """
    here = tenures.active
    total = np.zeros(len(thetas), np.int64)
    for row, theta in enumerate(thetas):
        stay = np.exp(_log_stay(model, theta, here.n, ahead))
        total[row] = int(rng.binomial(here.count, np.minimum(stay, 1.0)).sum())
    return total


@dataclass(frozen=True, slots=True)
class Tail:
    """What one model makes of the years ahead.

    Attributes:
        model: its name.
        params: estimates by name.
        loglik, aic: how well it fits what was seen.
        joined: survivors at the horizon of all who ever joined, by the fitted curve.
        joined_low, joined_high: their interval, parameters and chance.
        still: of those who are still there, how many will be at the horizon: the forecast.
        low, high: its interval.
    """

    model: str
    params: dict[str, float]
    loglik: float
    aic: float
    joined: float
    joined_low: float
    joined_high: float
    still: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class Tails:
    """Several models side by side, best likelihood first; ``fits`` in the same order."""

    horizon: int
    customers: int
    level: float
    rows: tuple[Tail, ...]
    fits: tuple[Fit, ...]

    def __getitem__(self, model: str) -> Tail:
        for row in self.rows:
            if row.model == model:
                return row
        raise KeyError(model)

    def as_dict(self) -> dict[str, Any]:
        """Plain numbers by name."""
        rows = [{name: getattr(row, name) for name in Tail.__dataclass_fields__} for row in self.rows]
        return {"horizon": self.horizon, "customers": self.customers, "level": self.level, "rows": rows}

    def __str__(self) -> str:
        lines = [
            f"{self.customers:,} subscribers, survivors of renewal {self.horizon} ({self.level:.0%} intervals)",
            f"{'model':<17}{'loglik':>12}{'AIC':>12}{'of all':>8}{'':>16}{'of those here':>15}",
        ]
        for row in self.rows:
            all_, here = f"{row.joined_low:,.0f}-{row.joined_high:,.0f}", f"{row.low:,.0f}-{row.high:,.0f}"
            lines.append(
                f"{row.model:<17}{row.loglik:>12,.1f}{row.aic:>12,.1f}{row.joined:>8,.0f}{all_:>16}"
                f"{row.still:>7,.0f}{here:>16}"
            )
        return "\n".join(lines)


def compare(
    tenures: Tenures,
    horizon: int,
    *,
    models: Sequence[Contract] = (),
    level: float = 0.95,
    seed: int = 0,
) -> Tails:
    """The tails that several models draw from the same data, side by side, each with its interval.

    Models that fit the years seen alike may differ several-fold in years unseen, and the value of a base hangs on
    those. An interval holds doubt about parameters and chance, given its model; the distance between rows is the
    doubt about the model, and is often the greater one.

    Args:
        tenures: what was seen.
        horizon: number of the renewal, counted from joining, beyond the last one seen.
        models: contracts; constant churn, two segments, discrete Weibull, sBG and BdW where not given.
        level: of the intervals.
        seed: of the draws.

    >>> from lifelong.values import Tenures
    >>> seen = Tenures.from_survivors([1000, 631, 468, 382, 326, 289, 262, 241])
    >>> tails = compare(seen, 12, models=[SBG(), ConstantChurn()])
    >>> round(tails["sbg"].joined), round(tails["constant_churn"].joined)
    (170, 46)
    """
    if horizon <= int(tenures.n.max(initial=0)) or not 0.0 < level < 1.0:
        raise ConfigError(
            "E301",
            phrase(
                "the horizon {horizon} is not ahead of what was seen, or the level {level} is no share",
                horizon=horizon,
                level=level,
            ),
            where="horizon, level",
            why="a tail is what comes after the last renewal seen",
            fix=phrase("take a horizon above {n}", n=int(tenures.n.max(initial=0))),
        )
    made = []
    for model in models or (ConstantChurn(), TwoSegments(), DiscreteWeibull(), SBG(), BdW()):
        fit = model.fit(tenures, seed=seed)
        made.append((_tail(model, fit, tenures, horizon, level), fit))
    made.sort(key=lambda pair: -pair[0].loglik)
    rows, fits = zip(*made, strict=True)
    return Tails(horizon, tenures.customers, level, tuple(rows), tuple(fits))


def _tail(model: Contract, fit: Fit, tenures: Tenures, horizon: int, level: float) -> Tail:
    rng = np.random.default_rng(fit.origin.seed)
    draws, here = fit.draws(DRAWS, rng), tenures.active
    curve = np.array([float(model.survival(theta, horizon)) for theta in draws])
    all_ = rng.binomial(tenures.customers, np.clip(curve, 0.0, 1.0))
    ahead = horizon - here.n
    left = draw_survivors(model, draws, tenures, ahead, rng)
    expected = float(here.count @ np.exp(_log_stay(model, fit.theta, here.n, ahead)))
    (low_all, high_all), (low, high) = _ends(all_, level), _ends(left, level)
    return Tail(
        fit.model,
        {p.name: p.estimate for p in fit.params},
        fit.loglik,
        2.0 * len(fit.params) - 2.0 * fit.loglik,
        float(tenures.customers * model.survival(fit.theta, horizon)),
        float(low_all),
        float(high_all),
        expected,
        float(low),
        float(high),
    )


def _log_stay(model: Contract, theta: Floats, n: Ints, ahead: int | Ints) -> Floats:
    """Log S(n + ahead) / S(n)."""
    then, now = np.split(model.log_curve(theta, np.concatenate([n + ahead, n]).astype(np.float64))[0], 2)
    return np.asarray(then - now)


def _ends(sample: Floats | Ints, level: float) -> tuple[Floats, Floats]:
    low, high = np.quantile(sample, [(1.0 - level) / 2.0, (1.0 + level) / 2.0], axis=0)
    return low, high
