"""The Gibbs sampler behind the response curves; its formulas stand in :mod:`lifelong.decide.curves`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.posterior.slices import slice_step

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]
    LogDensity = Callable[[Floats], Floats]

YEAR = 12
LOW, HIGH = 0.02, 0.98
#: Prior of the mean slope, and the scale of the spread of slopes about it.
SLOPE, SLOPE_SD, SPREAD = 0.65, 0.1, 0.2
#: Prior standard deviations of a coefficient of the season, and of a level about the mean of its own data.
SEASON_SD, LEVEL_SD = 0.2, 3.0
#: Inverse-gamma prior of the noise's variance: half a month's worth, and next to nothing in size.
NOISE = (0.5, 1e-5)
TAUS = np.linspace(0.02, 0.6, 59)
BURN, THIN = 400, 2


@dataclass(frozen=True, slots=True)
class Lift:
    """What an experiment found: customers a month that a further spend won.

    Attributes:
        channel: its place among the channels.
        spend: a month's spend before, minor units.
        extra: what was added to it (below 0: taken away), minor units.
        lift: further customers a month that this brought.
        se: standard error of that, above 0.
    """

    channel: int
    spend: float
    extra: float
    lift: float
    se: float


@dataclass(frozen=True, slots=True)
class Panel:
    """Months by channels, in logarithms: ``y`` customers, ``x`` spend less ``centre``, where ``used``; ``season`` (months, terms)."""

    y: Floats
    x: Floats
    used: NDArray[np.bool_]
    season: Floats
    centre: Floats


@dataclass(frozen=True, slots=True)
class Drawn:
    """Draws: ``level``, ``slope``, ``noise`` (draws, channels) and ``season`` (draws, terms)."""

    level: Floats
    slope: Floats
    noise: Floats
    season: Floats


@dataclass(frozen=True, slots=True)
class Experiments:
    """Lift tests as a likelihood of a channel's level and slope and of the log factor, ``shift``, of an average month."""

    rows: tuple[tuple[int, float, float, float, float], ...]
    centre: Floats

    @classmethod
    def of(cls, lifts: Sequence[Lift], centre: Floats) -> Experiments:
        """The tests with their spends as logarithms."""
        rows = [(t.channel, float(np.log(t.spend)), float(np.log(t.spend + t.extra)), t.lift, t.se) for t in lifts]
        return cls(tuple(rows), centre)

    def shift(self, variance: Floats, season: Floats) -> Floats:
        """The log factor of an average month against one without season and noise; not worked out where no test asks."""
        return 0.5 * variance + average(season) if self.rows else variance

    def log(self, level: Floats, slope: Floats, shift: Floats) -> Floats:
        """The log-likelihood of each channel's tests, shape (channels,)."""
        told = np.zeros(len(level))
        for c, before, after, lift, se in self.rows:
            at = level[c] + shift[c] - slope[c] * self.centre[c]
            made = np.exp(np.minimum(at + slope[c] * after, 500.0)) - np.exp(np.minimum(at + slope[c] * before, 500.0))
            told[c] -= 0.5 * float(np.square((made - lift) / se))
        return told

    def of_level(self, slope: Floats, shift: Floats) -> LogDensity | None:
        """The same as a function of the level, None without tests."""
        return (lambda level: self.log(level, slope, shift)) if self.rows else None

    def of_slope(self, level: Floats, shift: Floats) -> LogDensity | None:
        """The same as a function of the slope, None without tests."""
        return (lambda slope: self.log(level, slope, shift)) if self.rows else None

    def takes_season(
        self, level: Floats, slope: Floats, variance: Floats, season: tuple[Floats, Floats], rng: np.random.Generator
    ) -> bool:
        """Whether the second season is taken for the first."""
        if not self.rows:
            return True
        old, new = (self.log(level, slope, self.shift(variance, one)).sum() for one in season)
        return bool(np.log(rng.random()) < new - old)

    def take_noise(
        self, level: Floats, slope: Floats, season: Floats, variance: tuple[Floats, Floats], rng: np.random.Generator
    ) -> NDArray[np.bool_]:
        """Of which channels the second variance is taken for the first."""
        if not self.rows:
            return np.ones(len(level), dtype=bool)
        old, new = (self.log(level, slope, self.shift(one, season)) for one in variance)
        return np.asarray(np.log(rng.random(len(level))) < new - old)


def harmonics(months: ArrayLike, count: int) -> Floats:
    """Sine and cosine of the year, shape (months, 2 count)."""
    angle = 2.0 * np.pi * np.asarray(months, np.float64)[:, None] * np.arange(1, count + 1) / YEAR
    return np.concatenate([np.sin(angle), np.cos(angle)], axis=1)


def average(season: Floats) -> Floats:
    """Log of a season's mean factor over a year, for each row of coefficients, shape (rows,)."""
    year = harmonics(np.arange(YEAR), season.shape[-1] // 2)
    told: Floats = np.log(np.exp(np.atleast_2d(season) @ year.T).mean(axis=1))
    return told


def sample(panel: Panel, lifts: Sequence[Lift], draws: int, rng: np.random.Generator) -> Drawn:
    """Walk through the conditional distributions of all parameters.

    A lift test speaks of a month of average season and noise, so it weighs on these too: their draws by the months alone
    are proposals, taken with the ratio of the tests' likelihood.
    """
    used, rows = panel.used, panel.used.sum(axis=0)
    mean = (panel.y * used).sum(axis=0) / rows
    level, slope, variance = mean.copy(), np.full(len(mean), SLOPE), np.full(len(mean), 0.04)
    season, common, spread = np.zeros(panel.season.shape[1]), SLOPE, SPREAD
    square = (panel.x**2 * used).sum(axis=0)
    tests = Experiments.of(lifts, panel.centre)
    kept: list[tuple[Floats, Floats, Floats, Floats]] = []
    for step in range(BURN + THIN * draws):
        tried = _season(panel, (panel.y - level - slope * panel.x) * used, variance, rng)
        season = tried if tests.takes_season(level, slope, variance, (season, tried), rng) else season
        by_season = (panel.season @ season)[:, None]
        shift = tests.shift(variance, season)
        precision = rows / variance + LEVEL_SD**-2
        total = ((panel.y - slope * panel.x - by_season) * used).sum(axis=0) / variance + mean * LEVEL_SD**-2
        extra = tests.of_level(slope, shift)
        level = _moved(level, total / precision, precision**-0.5, (-np.inf, np.inf), extra, rng)
        precision = square / variance + spread**-2
        total = (panel.x * (panel.y - level - by_season) * used).sum(axis=0) / variance + common * spread**-2
        slope = _moved(slope, total / precision, precision**-0.5, (LOW, HIGH), tests.of_slope(level, shift), rng)
        common, spread = _family(slope, spread, rng)
        left = (panel.y - level - slope * panel.x - by_season) * used
        fresh = np.minimum((NOISE[1] + 0.5 * (left**2).sum(axis=0)) / rng.gamma(NOISE[0] + 0.5 * rows), 1.0)
        variance = np.where(tests.take_noise(level, slope, season, (variance, fresh), rng), fresh, variance)
        if step >= BURN and step % THIN == 0:
            kept.append((level, slope, np.sqrt(variance), season))
    return Drawn(*(np.array(part) for part in zip(*kept, strict=True)))


def _season(panel: Panel, left: Floats, variance: Floats, rng: np.random.Generator) -> Floats:
    """Coefficients of the season, normal given all else."""
    weight = panel.used / variance
    precision = (panel.season * weight.sum(axis=1)[:, None]).T @ panel.season + np.eye(
        panel.season.shape[1]
    ) / SEASON_SD**2
    root = np.linalg.cholesky(precision)
    mean = np.linalg.solve(precision, panel.season.T @ (left / variance).sum(axis=1))
    moved: Floats = mean + np.linalg.solve(root.T, rng.standard_normal(len(mean)))
    return moved


def _family(slope: Floats, spread: float, rng: np.random.Generator) -> tuple[float, float]:
    """What slopes have in common: their mean, then their spread about it."""
    precision = len(slope) / spread**2 + SLOPE_SD**-2
    mean = (slope.sum() / spread**2 + SLOPE / SLOPE_SD**2) / precision
    common = float(mean + rng.standard_normal() / np.sqrt(precision))
    log = -len(slope) * np.log(TAUS) - 0.5 * ((slope - common) ** 2).sum() / TAUS**2 - 0.5 * (TAUS / SPREAD) ** 2
    weight = np.cumsum(np.exp(log - log.max()))
    return common, float(TAUS[np.searchsorted(weight, rng.random() * weight[-1])])


def _moved(
    at: Floats,
    mean: Floats,
    sd: Floats,
    bounds: tuple[float, float],
    extra: LogDensity | None,
    rng: np.random.Generator,
) -> Floats:
    """A draw of each from its truncated normal; a slice of it where ``extra``, a lift test's log-likelihood, weighs too."""
    if extra is None:
        return _truncated(mean, sd, bounds, rng)

    def density(value: Floats) -> Floats:
        inside = (value > bounds[0]) & (value < bounds[1])
        return np.where(inside, -0.5 * ((value - mean) / sd) ** 2 + extra(value), -np.inf)

    for _ in range(3):
        at = slice_step(density, at, float(4.0 * sd.max()), rng)
    return at


def _truncated(mean: Floats, sd: Floats, bounds: tuple[float, float], rng: np.random.Generator) -> Floats:
    """Normal between bounds, by the inverse distribution function, each in the tail where it is exact."""
    if np.isinf(bounds[0]):
        made: Floats = mean + sd * rng.standard_normal(len(mean))
        return made
    from scipy.special import ndtr, ndtri

    low, high = (bounds[0] - mean) / sd, (bounds[1] - mean) / sd
    flip = low > 0.0
    low, high = np.where(flip, -high, low), np.where(flip, -low, high)
    floor = np.maximum(ndtr(low), 1e-300)
    drawn = ndtri(floor + rng.random(len(mean)) * (ndtr(high) - floor))
    inside: Floats = np.clip(mean + sd * np.where(flip, -drawn, drawn), *bounds)
    return inside
