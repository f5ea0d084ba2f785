"""A value's definition, axis by axis, and the refusal to divide numbers of different ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lifelong import ConfigError
from lifelong.definitions import AXES, Valuation, Valued, ratio

YEAR = Valuation("revenue", "historic", "52w", currency="EUR")
OTHER = {
    "level": "contribution",
    "span": "predicted",
    "horizon": "26w",
    "acquisition": "after acquisition cost",
    "discount": "discounted 10%/year",
    "timing": "at the end of each month",
    "currency": "PLN",
}


@pytest.mark.parametrize("axis", AXES)
def test_a_ratio_across_any_one_axis_is_refused_and_names_it(axis: str) -> None:
    other = replace(YEAR, **{axis: OTHER[axis]})
    with pytest.raises(ConfigError, match=axis) as refused:
        ratio(Valued(1.0, YEAR), Valued(2.0, other))
    assert refused.value.code == "E441"
    assert other.label != YEAR.label or axis == "currency"
    assert other.as_dict()[axis] == OTHER[axis]


def test_margins_come_by_in_different_ways_are_different_numbers() -> None:
    given = Valuation("gross margin", "historic", "52w", how="35 % of revenue")
    with pytest.raises(ConfigError, match="how"):
        ratio(Valued(1.0, given), Valued(2.0, replace(given, how="revenue less cost")))
    assert ratio(Valued(1.0, given), Valued(2.0, given)) == 0.5


def test_nothing_below_is_no_ratio() -> None:
    with pytest.raises(ConfigError) as refused:
        ratio(Valued(1.0, YEAR), Valued(0.0, YEAR))
    assert refused.value.code == "E441"


def test_axes_say_what_may_stand_there() -> None:
    for axis, words in AXES.items():
        assert hasattr(YEAR, axis)
        assert not words or getattr(YEAR, axis) in words
        assert not words or OTHER[axis] in words
