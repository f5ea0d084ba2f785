"""Recovery of time-varying effects: estimates scatter about the truth as their standard errors say."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.models.test_time_varying import MODEL, THETA, histories

FITS = 40


@pytest.mark.slow
def test_coefficients_are_recovered_and_their_intervals_hold() -> None:
    """Forty shops of 800 customers, four coefficients each.

    A week of the unit tests is a month of 30 days here, and everything as much slower: where customers order every few
    days, that an order's day is known but not its hour moves the coefficients of leaving by half a standard error.
    """
    told = [MODEL.fit(histories(800, 78, 100 + seed, 30)).params[4:] for seed in range(FITS)]
    estimate, se, low, high = (
        np.array([[getattr(p, name) for p in fit] for fit in told]) for name in ("estimate", "se", "low", "high")
    )
    gap = estimate - THETA[4:]
    held = (low <= THETA[4:]) & (THETA[4:] <= high)
    mean = gap.mean(axis=0) / gap.std(axis=0, ddof=1) * np.sqrt(FITS)
    print("gaps", mean.round(2), "mean square", np.mean((gap / se) ** 2).round(3), "held", held.mean().round(3))
    assert np.abs(mean).max() < 3.5  # Student's t with 39 degrees: 0.5 % that one of four is beyond
    assert 0.67 < np.mean((gap / se) ** 2) < 1.41  # chi-square of 160 over 160: its 99.9 % range
    assert held.mean() > 0.88  # a binomial of 160 at 0.95: 0.1 % below
