"""Confidence, rank and the interval of a sum, by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lifelong.decide.opportunities import confidence, ranked, sum_band
from lifelong.values.opportunities import Opportunity

ONE = Opportunity("cooling", "a", 100, 60, 140, "", "low", "forecast", "", "", "", 5, is_weak_spot=False)


@pytest.mark.parametrize(
    ("low", "grounds", "is_tested", "word"),
    [
        (50, "forecast", True, "high"),
        (49, "forecast", True, "medium"),
        (0, "forecast", True, "low"),
        (50, "forecast", False, "medium"),
        (0, "forecast", False, "low"),
        (50, "goes with", False, "high"),
        (100, "counted", False, "high"),
    ],
)
def test_confidence_goes_by_the_interval_and_the_back_test(low: int, grounds: str, is_tested: bool, word: str) -> None:
    assert confidence(replace(ONE, low80=low, grounds=grounds), is_tested=is_tested) == word


def test_the_sure_one_goes_before_the_large_one_and_nothing_is_left_out_but_nothing() -> None:
    large = replace(ONE, what="large", money=1000, low80=10, high80=3000)
    rows = ranked([large, ONE, replace(ONE, money=0, low80=0)], is_tested=True)
    assert [(row.what, row.rank) for row in rows] == [("a", 1), ("large", 2)]


def test_the_doubt_that_all_share_does_not_shrink_with_many() -> None:
    many = np.full(10_000, 1.0)
    _, low, high = sum_band(many, np.full(10_000, 1.0), 0.1)
    assert (high - low) / 20_000 == pytest.approx(1.2816 * 0.1, rel=0.01)
    assert sum_band(np.array([1.0]), np.array([9.0]), 0.0)[1] == 0.0
