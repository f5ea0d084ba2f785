"""Histories with their gaps: sums of logarithms that x gaps of t_x days can have."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.errors import FitError
from lifelong.values import Spacings


def test_equal_gaps_and_one_long_gap_are_the_ends() -> None:
    for gaps in ([7, 7, 7], [1, 1, 19], [1, 1, 1]):
        told = Spacings.of([3], [sum(gaps)], [30], [np.log(np.array(gaps) / 7.0).sum()])
        assert len(told) == 1


@pytest.mark.parametrize("log_gaps", [0.1, -9.0, np.nan])
def test_impossible_sums_are_told(log_gaps: float) -> None:
    with pytest.raises(FitError) as caught:
        Spacings.of([0, 3], [0, 21], [30, 30], [0.0, log_gaps])
    assert caught.value.code == "E223"
    assert "row 1" in caught.value.where


def test_more_order_days_than_days_and_unequal_lengths() -> None:
    with pytest.raises(FitError, match="1 of 1 customers"):
        Spacings.of([3], [2], [30], [-4.0])
    with pytest.raises(ValueError, match="one length"):
        Spacings.of([0, 0], [0, 0], [30, 30], [0.0])
