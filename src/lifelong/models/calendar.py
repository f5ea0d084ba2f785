r"""The firm's own calendar: level, trend and season of ordering that all customers have in common.

**Story.** A stationary model lets every week be like every other. Here all customers order at a common factor s(u) of
their own rate: weeks in which twice as much is ordered count twice. A customer's clock, then, does not show calendar time but
*operational* time, the integral of s, and in that clock the model is the stationary one: nothing of it changes.

**Formula.** With g = log s constant within periods of 28 days, reckoned back from the last day seen, the prior is a normal process

.. math:: g(u) = \beta\,\varphi(u) + \ell(u) + c(u) + e(u), \qquad
          \varphi(u) = u \ (u \le 0), \quad \varphi(u) = D\,(1 - e^{-u/D}) \ (u > 0)

of a trend that is damped ahead, a level that returns to 0 (an Ornstein-Uhlenbeck process), a season of 13 periods (where a
year is seen: from one year it is a rival explanation that keeps the trend in doubt, from two it is seen to come again), and
shocks of single periods, which are not carried on. The data give a normal likelihood for g (``models.operational``); the four
scales are averaged over a grid by their marginal likelihood, each being 0 with prior probability 1/2. A shop without any
calendar so keeps a factor near 1.

**Symbols.** u: periods after the last day seen; D: periods; all of g without unit.

**Numerics.** Matrices of periods only; :math:`(1 + I K)^{-1}` needs no inverse of K, which may be 0, nor of the information
I, which holds nothing of a constant g (that is the scale of time, and the model's own).

**Source.** Operational time: Feller (1971), *An Introduction to Probability Theory and Its Applications* II, X.7; averaging over
scales: Rasmussen and Williams (2006), *Gaussian Processes for Machine Learning*, 5.4.1.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

PERIOD = 28  # days
WEEKS = PERIOD / 7.0
YEAR = 13  # periods
AHEAD = 4 * YEAR  # periods that are forecast one by one; later ones are like the last year of them
DAMPING = YEAR / 2.0  # D: half a year
#: Standard deviations of the parts of g that are averaged over: a slope a period, a level, a season, a shock.
SLOPES = (0.0, 0.01, 0.02, 0.04)
LEVELS = (0.0, 0.05, 0.1, 0.2, 0.4)
SEASONS = (0.0, 0.1, 0.2, 0.4)
SHOCKS = (0.0, 0.05, 0.1, 0.2)
RETURNS = (YEAR / 2.0, 2.0 * YEAR)  # periods until e^-1 of a level is left
SMOOTH = 0.5  # of the season: periods a quarter apart have hardly anything in common


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """How fast the clock runs: factors of periods of 28 days, seen (latest first) and ahead (soonest first).

    Attributes:
        seen: s of each period before the origin, shape (periods,).
        ahead: s of each period after it, shape (AHEAD,).
        doubt: standard deviation of log s ahead, shape (AHEAD,).
    """

    seen: Floats
    ahead: Floats
    doubt: Floats

    @classmethod
    def level(cls, periods: int) -> Calendar:
        """A clock that shows calendar time."""
        return cls(np.ones(periods), np.ones(AHEAD), np.zeros(AHEAD))

    @property
    def spread(self) -> float:
        """Doubt about the next year as a whole: the mean of its periods' doubts, which are taken to go together."""
        return float(self.doubt[:YEAR].mean())

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Calendar:
        """From :meth:`as_dict`."""
        return cls(*(np.asarray(told[name], dtype=np.float64) for name in ("seen", "ahead", "doubt")))

    def as_dict(self) -> dict[str, list[float]]:
        """Plain lists, for the fit's ``info``."""
        return {"seen": self.seen.tolist(), "ahead": self.ahead.tolist(), "doubt": self.doubt.tolist()}

    def since(self, weeks: ArrayLike) -> Floats:
        """Operational weeks in the last calendar weeks before the origin."""
        return _clock(self.seen, weeks)

    def past(self, t_x: ArrayLike, T: ArrayLike) -> tuple[Floats, Floats]:
        """t_x and T of a history that ends at the origin, operational weeks."""
        until, whole = np.asarray(T, dtype=np.float64), self.since(T)
        silence = self.since(np.maximum(until - np.asarray(t_x, dtype=np.float64), 0.0))
        return np.maximum(whole - silence, 0.0), whole

    def until(self, weeks: ArrayLike, step: float = 0.0) -> Floats:
        """Operational weeks in the calendar weeks after the origin, with log s moved by ``step`` times its doubt."""
        return _clock(self.moved(step), weeks)

    def before(self, operational: ArrayLike) -> Floats:
        """The inverse of :meth:`since`: calendar weeks before the origin."""
        return _turned(self.seen, operational)

    def after(self, operational: ArrayLike, step: float = 0.0) -> Floats:
        """The inverse of :meth:`until`: calendar weeks after the origin."""
        return _turned(self.moved(step), operational)

    def moved(self, step: float) -> Floats:
        """Factors of the periods ahead, with their logarithms moved by ``step`` times its doubt."""
        return np.asarray(self.ahead * np.exp(step * self.doubt))


def _edges(factors: Floats) -> tuple[Floats, Floats, float]:
    """Edges of the periods in calendar and in operational weeks, and the factor after the last."""
    edges = WEEKS * np.arange(len(factors) + 1, dtype=np.float64)
    passed: Floats = np.concatenate([[0.0], np.cumsum(WEEKS * factors)])
    return edges, passed, float(factors[-YEAR:].mean())


def _clock(factors: Floats, weeks: ArrayLike) -> Floats:
    """Integral of a factor that is constant within periods; beyond the last it is the mean of the last year."""
    edges, passed, last = _edges(factors)
    w = np.asarray(weeks, dtype=np.float64)
    return np.asarray(np.interp(w, edges, passed) + last * np.maximum(w - edges[-1], 0.0))


def _turned(factors: Floats, operational: ArrayLike) -> Floats:
    """The inverse of :func:`_clock`."""
    edges, passed, last = _edges(factors)
    w = np.asarray(operational, dtype=np.float64)
    return np.asarray(np.interp(w, passed, edges) + np.maximum(w - passed[-1], 0.0) / last)


def smoothed(pull: Floats, information: Floats) -> Calendar:
    """The calendar after a normal likelihood exp(pull' g - g' information g / 2), averaged over the scales.

    Args:
        pull: shape (periods,), the latest first.
        information: shape (periods, periods); may be singular.
    """
    size = len(pull)
    u = np.concatenate([-(np.arange(size) + 0.5), np.arange(AHEAD) + 0.5])
    found = [(weight, *_posterior(kernel, size, pull, information)) for weight, kernel in _kernels(u, size)]
    log = np.array([np.log(weight) + evidence for weight, evidence, _, _ in found])
    share = np.exp(log - log.max())
    share /= share.sum()
    means = np.array([mean for _, _, mean, _ in found])
    mean = share @ means
    spread = share @ (np.array([variance for *_, variance in found]) + (means - mean) ** 2)
    return Calendar(np.exp(mean[:size]), np.exp(mean[size:]), np.sqrt(spread[size:]))


def _posterior(kernel: Floats, size: int, pull: Floats, information: Floats) -> tuple[float, Floats, Floats]:
    """Log evidence, and mean and variance of g at all periods, seen and ahead."""
    seen = kernel[:size, :size]
    inner = np.eye(size) + information @ seen
    solved = np.linalg.solve(inner, np.column_stack([pull, information @ kernel[:size]]))
    mean = kernel[:, :size] @ solved[:, 0]
    variance = np.diag(kernel) - np.einsum("ij,ji->i", kernel[:, :size], solved[:, 1:])
    evidence = 0.5 * float(pull @ mean[:size]) - 0.5 * float(np.linalg.slogdet(inner)[1])
    return evidence, mean, np.maximum(variance, 0.0)


def _kernels(u: Floats, size: int) -> Iterator[tuple[float, Floats]]:
    """Prior weight and covariance of g for each set of scales."""
    apart = np.abs(u[:, None] - u[None, :])
    run = np.where(u > 0.0, DAMPING * -np.expm1(-np.maximum(u, 0.0) / DAMPING), u)
    slope = np.outer(run, run)
    season = np.exp(-2.0 * np.sin(np.pi * apart / YEAR) ** 2 / SMOOTH**2)
    shock = np.eye(len(u))
    seasons = SEASONS if size >= YEAR else (0.0,)
    for scales in itertools.product(SLOPES, LEVELS, seasons, SHOCKS):
        weight = float(np.prod([0.5 if s == 0.0 else 0.5 / 3.0 for s in scales]))
        base = scales[0] ** 2 * slope + scales[2] ** 2 * season + scales[3] ** 2 * shock
        for back in RETURNS:
            yield weight / len(RETURNS), base + scales[1] ** 2 * np.exp(-apart / back)
