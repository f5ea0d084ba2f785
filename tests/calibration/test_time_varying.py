"""Recovery of time-varying effects: estimates scatter about the truth as their standard errors say."""

from __future__ import annotations

import numpy as np
import pytest
from tests.unit.models.test_time_varying import MODEL, THETA, after, course, histories, on_days, slow, until

from lifelong.values import Timelines

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


@pytest.mark.slow
def test_intervals_of_the_future_hold() -> None:
    """Forty shops of 600 customers, of which 52 months are seen and 26 are foretold: each customer's orders, and their sum."""
    rng, each, sums = np.random.default_rng(4), [], []
    for seed in range(FITS):
        whole = course(600, 78, seed, 30)
        owner, when, _ = MODEL.simulate(slow(30), whole, rng)
        day, end = on_days(when), 52 * 30
        told = Timelines.of(until(whole, end), owner[day < end], day[day < end])
        came = np.bincount(owner[day >= end], minlength=600)
        counts = MODEL.draw_counts(MODEL.fit(told), told, after(whole, end), 400, rng)
        low, high = np.quantile(counts, [0.1, 0.9], axis=0)
        each.append(((low <= came) & (came <= high))[high > 0].mean())
        sums.append((counts.sum(axis=1) < came.sum()).mean())
    within = np.mean((np.array(sums) > 0.1) & (np.array(sums) < 0.9))
    print("80 % held: customers", np.mean(each).round(3), "sums", within, "mean rank", np.mean(sums).round(3))
    assert np.mean(each) > 0.78  # counts are whole: intervals of small ones hold more than they say
    assert within > 0.55  # a binomial of 40 at 0.8: 0.1 % below
    assert abs(np.mean(sums) - 0.5) < 3.5 * np.sqrt(1 / 12 / FITS)
