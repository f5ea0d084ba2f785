from __future__ import annotations

import numpy as np
import pytest

from lifelong.models.bounds import UpperBounds


def _shop(size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Forecasts, and outcomes whose spread about them grows as they fall; the forecast is wrong by half in the top."""
    rng = np.random.default_rng(seed)
    forecast = rng.lognormal(0.0, 1.0, size)
    buys = rng.random(size) < 0.25 + 0.7 * (forecast > 1.0)
    mean = np.where(forecast > 3.0, 1.5, 1.0) * forecast
    return np.where(buys, rng.gamma(np.where(forecast > 1.0, 4.0, 0.5), mean), 0.0), forecast


@pytest.mark.parametrize("level", [0.5, 0.8, 0.9])
def test_bounds_hold_in_every_tenth(level: float) -> None:
    bounds = UpperBounds.fit(*_shop(20_000, 1))
    actual, forecast = _shop(20_000, 2)
    upper = bounds.upper(forecast, level)
    for rows in np.array_split(np.argsort(forecast), 10):
        held = (actual[rows] <= upper[rows]).mean()
        zeros = (actual[rows] <= 0).mean()
        assert held == pytest.approx(max(level, zeros), abs=0.05)  # three standard errors of two samples of 2,000


def test_one_bin_is_the_order_statistic_of_split_conformal_prediction() -> None:
    rng = np.random.default_rng(5)
    actual, forecast = rng.random(99), np.ones(99)
    upper = UpperBounds.fit(actual, forecast).upper(np.array([2.0]), 0.9)
    assert upper.tolist() == [2.0 * np.sort(actual)[89]]  # the 90th of 99: ceil(100 x 0.9)


def test_the_rank_gives_the_promised_coverage_exactly_on_average() -> None:
    """Over draws of 19 and one: P(held) = ceil(20 x 0.9) / 20 = 0.9 where there are no ties."""
    rng = np.random.default_rng(6)
    held = 0
    for _ in range(4000):
        values = rng.random(20)
        bounds = UpperBounds.fit(values[:19], np.ones(19))
        held += int(values[19] <= bounds.upper(np.ones(1), 0.9)[0])
    assert held / 4000 == pytest.approx(0.9, abs=0.015)


def test_small_bins_join_and_a_handful_says_nothing() -> None:
    tied = np.r_[np.ones(950), np.full(50, 2.0)]
    bounds = UpperBounds.fit(np.random.default_rng(7).random(1000), tied)
    assert len(bounds.edges) == 0
    assert len(bounds.ratios) == 1
    assert UpperBounds.fit(np.ones(5), np.ones(5)).upper(np.ones(1), 0.9).tolist() == [np.inf]
    half = np.r_[np.ones(500), np.full(500, 2.0)]
    assert [len(ratio) for ratio in UpperBounds.fit(half, half).ratios] == [500, 500]


def test_multiples_at_each_per_cent_are_the_order_statistics_rounded_outwards() -> None:
    ratio = np.sort(np.random.default_rng(8).random(150))
    made = UpperBounds.fit(ratio, np.ones(150)).multiples()
    assert made.shape == (1, 99)
    assert made[0, 89] == ratio[135]  # the 136th of 150: 151 x 0.9 = 135.9, up
    assert made[0, 9] == ratio[14]  # the 15th: 15.1, down
    assert (np.diff(made[0]) >= 0).all()
    assert UpperBounds.fit(np.ones(60), np.ones(60)).multiples()[0, 0] == 0.0  # below the first of 60
    assert np.isinf(UpperBounds.fit(np.ones(60), np.ones(60)).multiples()[0, 98])
