"""Intervals hold what they say: by simulation, on skewed amounts of few customers."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.money.intervals import Z, skewed_mean, wilson


@pytest.mark.parametrize("level", [80, 90])
def test_means_of_skewed_amounts_are_held_nearly_as_often_as_said(level: int) -> None:
    rng = np.random.default_rng(3)
    hit, plain = [], []
    for n in (30, 100, 400):
        # four in ten bring something, of a lognormal amount: as a month of a cohort does
        drawn = rng.lognormal(3.0, 0.8, (4_000, n)) * (rng.random((4_000, n)) < 0.4)
        true = 0.4 * np.exp(3.0 + 0.32)
        sums = drawn.sum(1), (drawn**2).sum(1), (drawn**3).sum(1)
        low, high = skewed_mean(np.full(4_000, n), sums, level)
        hit.append(float(((low <= true) & (true <= high)).mean()))
        reach = Z[level] * drawn.std(1, ddof=1) / np.sqrt(n)
        plain.append(float((abs(drawn.mean(1) - true) <= reach).mean()))
    assert min(hit) > level / 100 - 0.04, hit  # four points short at most, of 30 customers
    assert max(hit) < level / 100 + 0.02, hit
    assert hit[0] > plain[0]  # where few customers are counted, the plain interval holds less than it says


def test_too_few_have_no_interval_and_equal_amounts_one_of_no_width() -> None:
    low, high = skewed_mean([1, 3, 0], ([5.0, 15.0, 0.0], [25.0, 75.0, 0.0], [125.0, 375.0, 0.0]), 90)
    assert np.isnan(low[[0, 2]]).all()
    assert np.isnan(high[[0, 2]]).all()
    assert (low[1], high[1]) == (5.0, 5.0)


def test_shares_of_wilson() -> None:
    low, high = wilson([0, 5, 10, 0], [10, 10, 10, 0], 90)
    assert low[0] == 0.0
    assert high[2] == 1.0
    assert low[1] == pytest.approx(1 - high[1])
    assert np.isnan(low[3])
    p, n, z = 0.5, 10, Z[90]  # its ends solve (end - p)^2 = z^2 end (1 - end) / n
    assert (low[1] - p) ** 2 == pytest.approx(z**2 * low[1] * (1 - low[1]) / n)
