"""The model's own error in a tensor of cash: parts differ, and the whole is what it was."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lifelong.money.cash import Flows
from lifelong.score import ModelError, Terms
from lifelong.score.cash import missed

TERMS = Terms.parse("91d", error=ModelError(0.1, 0.1, 50.0, 91.0, cohort=0.3, chance=1.0))


def flows(groups: int, chance: float = 0.01) -> Flows:
    worth = np.random.default_rng(0).normal(100.0, 100.0 * chance, (groups, 3, 2000))
    return Flows(worth / 10.0, worth)


def spread(money: np.ndarray) -> float:
    low, high = np.quantile(np.log(money), [0.1, 0.9], axis=-1)
    return float(np.mean(high - low)) / 2.563


def test_one_group_has_the_errors_of_the_whole_alone() -> None:
    with_own, without = (
        missed(flows(1), replace(TERMS, error=e)) for e in (TERMS.error, ModelError(0.1, 0.1, 50.0, 91.0))
    )
    assert np.array_equal(with_own.revenue, without.revenue)


def test_each_group_misses_by_its_own_and_the_whole_by_what_it_did() -> None:
    plain = missed(flows(12), replace(TERMS, error=replace(TERMS.error, cohort=0.0)))
    own = missed(flows(12), TERMS)
    assert spread(plain.revenue.sum(axis=1)) == pytest.approx(0.1, abs=0.01)
    assert spread(own.revenue.sum(axis=1)) == pytest.approx(np.hypot(0.1, 0.3), abs=0.02)
    assert own.revenue.sum(axis=0) == pytest.approx(plain.revenue.sum(axis=0), rel=0.05)
    assert own.orders == pytest.approx(own.revenue / 10.0)


def test_a_group_of_wide_chance_misses_by_more() -> None:
    error = ModelError.off()
    one, many = flows(12, 0.2), replace(TERMS, error=replace(error, chance=5.0))
    plain = spread(missed(one, replace(TERMS, error=error)).revenue.sum(axis=1))
    # A group's own factor is about the whole's: of twelve, a twelfth of it is the whole's.
    assert spread(missed(one, many).revenue.sum(axis=1)) == pytest.approx(plain * np.sqrt(5.0), rel=0.06)
