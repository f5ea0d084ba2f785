"""Customers of a subscription business from what it discloses: additions and losses each quarter, no customer's rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

SEASONS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Disclosed:
    """What a history of disclosures tells.

    Attributes:
        additions: gross additions of each past quarter, shape (quarters,).
        retention: alpha and beta of the shifted beta-geometric chance to leave in a quarter.
        acquisition: logs of r, c and a of the Weibull-gamma time to join, and how many could ever join, shape (4,).
        seasons: factor of each season, shape (4,); the first quarter is of season 0.
        misses: log(observed / fitted) of additions and of losses: standard deviation of each.
    """

    additions: Floats
    retention: Floats
    acquisition: Floats
    seasons: Floats
    misses: tuple[float, float]

    @classmethod
    def fit(cls, additions: ArrayLike, losses: ArrayLike, market: float) -> Disclosed:
        """Least squares of the logs of additions, then of losses given the additions.

        After McCarthy, Fader and Hardie (2017), Valuing subscription-based businesses using publicly disclosed customer
        data, *Journal of Marketing* 81(1), 17-35; theirs has covariates of the market, here seasons alone.

        Args:
            additions: gross additions of each quarter from the first ever, above 0, shape (quarters,).
            losses: customers lost in each quarter, in the same unit; nan where it was not disclosed.
            market: how many could ever join, in that unit.
        """
        from scipy.optimize import least_squares

        new, lost = np.asarray(additions, np.float64), np.asarray(losses, np.float64)
        known = np.isfinite(lost) & (lost > 0)
        season = np.arange(len(new)) % SEASONS

        def miss(theta: Floats) -> Floats:
            seasonal = np.append(theta[3:], -theta[3:].sum())
            return np.asarray(np.log(new / _joining(theta[:3], market, len(new))) - seasonal[season])

        def lose(theta: Floats) -> Floats:
            each: Floats = np.log(lost / np.maximum(_lost(np.exp(theta), new), 1e-12))[known]
            return each

        join = least_squares(miss, np.array([0.0, 0.0, 5.0, 0.0, 0.0, 0.0]), loss="soft_l1", f_scale=0.1)
        leave = least_squares(lose, np.log([1.0, 15.0]), loss="soft_l1", f_scale=0.1)
        seasons = np.exp(np.append(join.x[3:], -join.x[3:].sum()))
        told = np.append(join.x[:3], market)
        return cls(new, np.exp(leave.x), told, seasons, (float(np.std(miss(join.x))), float(np.std(lose(leave.x)))))

    def ahead(self, quarters: int) -> tuple[Floats, Floats]:
        """Additions of coming quarters, and customers at the end of each; shape (quarters,)."""
        past = len(self.additions)
        season = np.arange(past, past + quarters) % SEASONS
        coming = _joining(self.acquisition[:3], self.acquisition[3], past + quarters)[past:] * self.seasons[season]
        every = np.concatenate([self.additions, coming])
        customers = np.cumsum(every - _lost(self.retention, every))
        return coming, customers[past:]


def _joining(theta: Floats, market: float, quarters: int) -> Floats:
    r"""Who joins each quarter: :math:`N (F(t) - F(t-1)), F(t) = 1 - (a / (a + t^c))^r` (Weibull-gamma)."""
    r, c, a = np.exp(np.clip(theta, -8.0, 12.0))
    log_left = -r * np.log1p(np.arange(quarters + 1.0) ** c / a)
    return np.asarray(np.maximum(market * -np.diff(np.exp(log_left)), 1e-12), np.float64)


def _lost(retention: Floats, additions: Floats) -> Floats:
    """Losses of each quarter: of every earlier cohort, the part that leaves at its age; the first quarter counts half."""
    alpha, beta = retention
    age = np.arange(len(additions) + 1.0)
    stay = (beta + age) / (alpha + beta + age)
    kept = np.concatenate([[1.0], np.cumprod(stay)])[: len(additions) + 1]
    half = np.concatenate(
        [[1.0], (kept[:-1] + kept[1:]) / 2.0]
    )  # joined through the quarter, half a quarter old at its end
    return np.convolve(additions, -np.diff(half))[: len(additions)]
