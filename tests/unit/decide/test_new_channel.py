"""The test of a new channel: its chances are those of simulated channels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.stats import poisson

from lifelong.decide.new_channel import Trial, plan_test, stop_spend
from lifelong.errors import ConfigError

ASKED = Trial(limit=120.0, hoped=60.0, monthly=2_000.0)


def test_the_count_is_the_smallest_that_has_the_power() -> None:
    made = plan_test(ASKED)
    assert poisson.sf(made.customers - 1, made.spend / 120.0) == pytest.approx(0.05, abs=1e-9)
    assert poisson.sf(made.customers - 1, made.spend / 60.0) == pytest.approx(made.power)
    assert made.power >= 0.9
    for fewer in range(1, made.customers):
        grid = np.linspace(0.01, fewer + 10, 4000)
        mean = grid[poisson.sf(fewer - 1, grid) <= 0.05].max()
        assert poisson.sf(fewer - 1, mean * 2.0) < 0.9
    assert made.months == pytest.approx(made.spend / 2_000.0)


def test_the_plan_has_its_power_and_its_error_in_simulated_channels() -> None:
    """Customers come as a Poisson process of spend; the stop-loss is looked at after every customer and at each unit."""
    made, rng = plan_test(ASKED), np.random.default_rng(1)
    passed = {}
    stopped = {}
    for cost in (60.0, 120.0, 400.0):
        gaps = rng.exponential(cost, (4_000, 200))
        arrivals = np.cumsum(gaps, axis=1)
        bounds = np.array([stop_spend(ASKED, n) for n in range(200)])
        previous = np.minimum(bounds, made.spend)
        is_stopped = ((arrivals > previous) & (bounds < made.spend)).any(axis=1)
        count = (arrivals <= made.spend).sum(axis=1)
        passed[cost] = float(((count >= made.customers) & ~is_stopped).mean())
        stopped[cost] = float(is_stopped.mean())
    assert passed[60.0] >= 0.9 - 0.05 / 0.95 - 0.015
    assert passed[120.0] <= 0.05 + 0.01
    assert stopped[60.0] <= 0.05 / 0.95 + 0.01
    assert stopped[400.0] > 0.97


def test_power_grows_with_spend_and_the_error_stays_below_alpha() -> None:
    rows = plan_test(ASKED).powers
    assert [row.power for row in rows] == sorted(row.power for row in rows)
    assert all(row.false_alarm <= 0.05 + 1e-6 for row in rows)
    assert rows[2].customers == plan_test(ASKED).customers


def test_the_stop_loss_is_walds_line() -> None:
    """Log-likelihood ratio n ln 2 - S (1/60 - 1/120) = ln(.05 / .95)."""
    for row in plan_test(ASKED).stops:
        assert row.customers * np.log(2) - row.spend / 120.0 == pytest.approx(np.log(0.05 / 0.95))


def test_value_is_read_from_as_many_as_its_spread_asks_for() -> None:
    made = plan_test(ASKED)
    assert made.readers == 98  # (1.645 x 1.5 / .25)^2 = 97.4
    assert made.reading == pytest.approx(98 * 60 / 2_000 + 3)
    assert made.reading_spend == 98 * 60
    assert "stop as failed" in str(made)
    assert max(len(line) for line in str(made).splitlines()) <= 80
    assert made.as_dict()["stops"][0]["customers"] == 0


@pytest.mark.parametrize(
    "change",
    [
        {"hoped": 120.0},
        {"hoped": 119.99},
        {"monthly": 0.0},
        {"limit": float("nan")},
        {"alpha": 0.6},
        {"power": 0.3},
        {"window": -1.0},
    ],
)
def test_numbers_that_cannot_be_are_told(change: dict[str, Any]) -> None:
    with pytest.raises(ConfigError) as caught:
        plan_test(Trial(**{"limit": 120.0, "hoped": 60.0, "monthly": 2_000.0} | change))
    assert caught.value.code == "E396"
