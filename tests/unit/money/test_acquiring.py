"""Payback, ratio and limits of the cost of winning."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.money.acquiring import Z, cash_limit, dispersion, fieller, payback, shrunk


def test_payback_is_the_first_month_that_covers() -> None:
    assert payback([10, 12, 14], 10) == 0
    assert payback([10, 12, 14], 14.5) is None
    assert payback([], 1) is None


@pytest.mark.parametrize(("n", "won"), [(60, 40), (400, 300)])
def test_the_interval_of_a_ratio_holds_the_true_one(n: int, won: int) -> None:
    """Values with a long tail, customers by chance: nine in ten intervals of 90 % hold the true ratio, give or take."""
    draw = np.random.default_rng(5)
    true, spend, hits = np.exp(0.5 * 0.8**2) * 30.0, 10.0 * won, {80: 0, 90: 0}
    for _ in range(600):
        value = 30.0 * draw.lognormal(0.0, 0.8, n)
        customers = draw.poisson(won)
        cost = spend / customers
        for level, z in Z.items():
            told = fieller(value.mean(), value.std(ddof=1) / n**0.5, cost, cost / customers**0.5, z)
            assert told is not None
            hits[level] += told[0] <= true / 10.0 <= told[1]
    assert hits[80] / 600 == pytest.approx(0.80, abs=0.06)
    assert hits[90] / 600 == pytest.approx(0.90, abs=0.05)


def test_cash_is_never_out_further_than_it_may_be() -> None:
    curve = np.array([4.0, 9.0, 13.0, 16.0, 18.0])
    limit = cash_limit(curve, 500.0, 20.0)
    out = np.cumsum(20.0 * (curve - limit))
    assert out.min() == pytest.approx(-500.0)
    assert cash_limit(curve, 600.0, 20.0) > limit


def test_groups_that_differ_by_chance_alone_are_drawn_to_the_mean() -> None:
    draw = np.random.default_rng(2)
    same = [draw.normal(50, 20, n) for n in (40, 60, 200)]
    mean, sd = shrunk([len(g) for g in same], [g.mean() for g in same], [g.var(ddof=1) for g in same])
    raw = np.array([g.mean() for g in same])
    assert np.ptp(mean) < 0.7 * np.ptp(raw)
    assert (sd < 20 / np.sqrt([40, 60, 200])).all()


def test_groups_that_differ_keep_their_own_mean() -> None:
    mean, _ = shrunk([500, 500, 5], [10.0, 50.0, 90.0], [100.0, 100.0, 100.0])
    assert mean[:2] == pytest.approx([10.0, 50.0], rel=0.02)
    assert 50.0 < mean[2] < 90.0
    one, sd = shrunk([10], [7.0], [4.0])
    assert (one[0], sd[0]) == (7.0, pytest.approx(0.4**0.5))


def test_scatter_beyond_chance_is_seen() -> None:
    assert dispersion([100, 100, 100, 0], [10, 10, 10, 5]) == 1.0
    assert dispersion([100, 100, 100], [1, 10, 40]) > 5
    assert dispersion([100], [10]) == 1.0
