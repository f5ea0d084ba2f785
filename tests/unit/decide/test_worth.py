"""Channels are compared at equal age, few customers are drawn to all, and each status follows its rule."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lifelong import ConfigError, FitError
from lifelong.decide import worth
from lifelong.definitions import Valuation, Valued, set_against
from lifelong.values.budget import Interval

YEAR = Valuation("gross margin", "predicted", "52w", currency="EUR")


def people(seen: list[int], money: float = 10.0) -> worth.Followed:
    """Customers of two channels who bring the same each month; the second channel is young."""
    steps = worth.ages(max(seen))
    days = np.repeat(seen, 20)
    code = np.repeat(np.arange(len(seen)), 20)
    brought = np.array([[money * min(age, day) / 30 for age in steps] for day in days])
    return worth.Followed(("old", "young")[: len(seen)], code, days, steps, brought)


def test_a_young_channel_is_not_taken_for_a_poor_one() -> None:
    made = people([360, 90])
    assert made.money[:, -1].reshape(2, 20).mean(axis=1).tolist() == [
        120.0,
        30.0,
    ]  # what a table without ages would say
    assert made.equal_age() == 360 or made.equal_age() == 365
    assert made.equal_age(90) == 90
    old, young = (made.at(90, i).mean() for i in range(2))
    assert old == young == 30.0


def test_no_channel_is_compared_at_unequal_age() -> None:
    made = people([360, 90])
    assert len(made.at(180, 1)) == 0
    assert worth.measured(made.at(180, 1)) is None
    assert made.curve(180, 1).size == 0
    assert made.curve(90, 1).tolist() == [0.0, 10.0, 20.0, 30.0]


def test_a_history_that_is_too_short_is_refused() -> None:
    with pytest.raises(FitError, match="followed for 360 days"):
        people([90]).equal_age(360)
    with pytest.raises(FitError, match="fewer than half"):
        people([20]).equal_age()


def test_a_channel_that_nobody_was_followed_from_is_worth_what_all_are() -> None:
    made = people([360, 90])
    assert worth.new_values(made, 180, worth.New(70.0, 5.0)) == [(70.0, 5.0), (70.0, 5.0)]
    nothing = people([360, 90], money=0.0)
    assert worth.new_values(nothing, 90, worth.New(0.0, 1.0)) == [(0.0, 1.0)] * 2


def test_better_channels_are_worth_more_and_surely_so() -> None:
    draw = np.random.default_rng(3)
    code = np.repeat([0, 1], 300)
    brought = draw.exponential(np.where(code == 0, 40.0, 20.0))[:, None] * np.array([0.0, 1.0])
    made = worth.Followed(("a", "b"), code, np.full(600, 60), (0, 30), brought)
    (a, sd_a), (b, sd_b) = worth.new_values(made, 30, worth.New(90.0, 3.0))
    assert a == pytest.approx(120.0, abs=3 * sd_a)
    assert b == pytest.approx(60.0, abs=3 * sd_b)
    assert sd_a > 3.0
    assert a - 3 * sd_a > b + 3 * sd_b


def test_means_with_long_tails_keep_their_lower_bound() -> None:
    """One in ten lies below the lower 80 % bound at most: limits hang on it."""
    draw = np.random.default_rng(4)
    low = sum(worth.measured(draw.lognormal(0, 1.0, 60)).low80 > np.exp(0.5) for _ in range(500))
    assert low / 500 <= 0.11


@pytest.mark.parametrize(
    ("value", "currency", "axis"),
    [
        (replace(YEAR, level="revenue"), "EUR", "level"),
        (replace(YEAR, acquisition="after acquisition cost"), "EUR", "acquisition"),
        (YEAR, "PLN", "currency"),
    ],
)
def test_value_to_cost_across_definitions_is_refused(value: Valuation, currency: str, axis: str) -> None:
    with pytest.raises(ConfigError, match=axis) as refused:
        worth.ratio(Valued(100.0, value), 10.0, Valued(50.0, set_against(value, currency)), 200.0)
    assert refused.value.code == "E441"


@pytest.mark.parametrize(
    ("low", "high", "cost", "followed", "word"),
    [
        (3.1, 5.0, 1.0, 90, "grow"),
        (1.2, 5.0, 1.0, 90, "keep"),
        (0.5, 0.9, 1.0, 90, "stop"),
        (0.5, 1.5, 1.0, 90, "watch"),
        (3.1, 5.0, 1.0, 29, "too early"),
        (3.1, 5.0, 0.0, 90, "unpaid"),
    ],
)
def test_the_rule_of_the_status(low: float, high: float, cost: float, followed: int, word: str) -> None:
    assert worth.status(Interval((low + high) / 2, low, high, low, high), cost, followed, 3.0) == word


def test_a_ratio_without_a_bound_is_not_told() -> None:
    value, cost = Valued(100.0, YEAR), Valued(50.0, set_against(YEAR, "EUR"))
    assert worth.ratio(value, 10.0, cost, 2.0) is None
    told = worth.ratio(value, 10.0, cost, 200.0)
    assert told is not None
    assert told.low90 < told.low80 < told.mean == 2.0 < told.high80 < told.high90
    assert worth.status(None, 1.0, 90, 3.0) == "too early"
