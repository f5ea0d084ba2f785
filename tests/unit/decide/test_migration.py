"""Moves between tiers: rows that sum to one, intervals that hold, drift told from chance, and value by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from lifelong.decide import migration
from lifelong.errors import ConfigError

CHANCES = np.array([[0.80, 0.15, 0.05], [0.10, 0.70, 0.20], [0.01, 0.04, 0.95]])
VALUE = np.array([100.0, 30.0, 2.0])


def counted(rng: np.random.Generator, size: int) -> np.ndarray:
    return np.stack([rng.multinomial(size, row) for row in CHANCES])


def test_rows_sum_to_one_though_nobody_was_seen() -> None:
    counts = np.array([[5, 0, 1], [0, 0, 0], [2, 3, 70]])
    made = migration.matrix(counts)
    assert made.sum(axis=1) == pytest.approx(1.0, abs=1e-15)
    assert (made > 0).all()
    low, high = migration.interval(counts, 0.80)
    wide_low, wide_high = migration.interval(counts, 0.90)
    assert (wide_low < low).all()
    assert ((low < made) & (made < high)).all()
    assert (high < wide_high).all()


def test_eight_of_ten_intervals_hold_the_truth() -> None:
    rng = np.random.default_rng(1)
    held = []
    for _ in range(400):
        low, high = migration.interval(counted(rng, 200), 0.80)
        held.append((low <= CHANCES) & (high >= CHANCES))
    assert 0.77 < np.mean(held) < 0.84


def test_drift_is_pearsons_test_row_by_row() -> None:
    rng = np.random.default_rng(2)
    one, two = counted(rng, 300), counted(rng, 500)
    rows = [stats.chi2_contingency(np.stack(pair), correction=False) for pair in zip(one, two, strict=True)]
    statistic, freedom, p = migration.drift(one, two)
    assert statistic == pytest.approx(sum(row.statistic for row in rows), rel=1e-12)
    assert freedom == 6
    assert p == pytest.approx(stats.chi2.sf(statistic, 6), rel=1e-9)


def test_drift_is_seldom_seen_where_there_is_none_and_seen_where_there_is() -> None:
    rng = np.random.default_rng(3)
    p = np.array([migration.drift(counted(rng, 400), counted(rng, 400))[2] for _ in range(400)])
    assert 0.02 < (p < 0.05).mean() < 0.08
    moved = counted(rng, 400)
    moved[0] = rng.multinomial(400, [0.6, 0.3, 0.1])
    assert migration.drift(counted(rng, 400), moved)[2] < 0.001


def test_tiers_that_nobody_left_or_reached_are_not_compared() -> None:
    assert migration.drift(np.zeros((2, 2), np.int64), np.array([[3, 1], [0, 4]])) == (0.0, 0, 1.0)
    assert migration.drift(np.array([[4, 0], [1, 1]]), np.array([[9, 0], [0, 0]])) == (0.0, 0, 1.0)


def test_long_run_value_is_that_of_simulated_customers() -> None:
    """S4: within 1 %."""
    discount, periods, each = 0.05, 250, 20_000
    rng = np.random.default_rng(4)
    steps = CHANCES.cumsum(axis=1)
    at = np.repeat(np.arange(3), each)
    came = np.zeros(len(at))
    for period in range(periods):
        came += VALUE[at] / (1.0 + discount) ** period
        at = (rng.random(len(at))[:, None] > steps[at]).sum(axis=1).clip(max=2)
    simulated = came.reshape(3, each).mean(axis=1)
    assert migration.long_run(CHANCES, VALUE, discount) == pytest.approx(simulated, rel=0.01)


def test_the_long_run_mix_is_left_as_it_is_by_another_period() -> None:
    made = migration.mix(CHANCES)
    assert made.sum() == pytest.approx(1.0, abs=1e-12)
    assert made @ CHANCES == pytest.approx(made, abs=1e-12)


@pytest.mark.parametrize("discount", [0.0, -0.1, float("nan")])
def test_without_a_discount_the_sum_has_no_bound(discount: float) -> None:
    with pytest.raises(ConfigError) as caught:
        migration.long_run(CHANCES, VALUE, discount)
    assert caught.value.code == "E423"
