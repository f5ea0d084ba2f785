"""Why revenue differs from its plan: by hand, and exact whatever the figures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.decide.variance import Sums, parts, place

counts = st.integers(0, 500)
sums = st.builds(Sums, counts, counts, st.integers(-(10**9), 10**9))


def test_by_hand() -> None:
    """10 x 2 x 100 = 2,000 planned, 12 x 3 x 80 = 2,880 came: the six orders of replacing, averaged."""
    customers, orders, spend = parts(Sums(10, 20, 2000), Sums(12, 36, 2880))
    assert (customers, orders) == (round((400 + 400 + 600 + 320 + 480 + 480) / 6), 987)
    assert customers + orders + spend == 880


def test_one_factor_alone_is_the_whole_difference() -> None:
    assert parts(Sums(10, 20, 2000), Sums(10, 30, 3000)) == (0, 1000, 0)
    assert parts(Sums(10, 20, 2000), Sums(10, 20, 2600)) == (0, 0, 600)


@given(sums, sums)
def test_parts_sum_to_the_difference(plan: Sums, actual: Sums) -> None:
    assert sum(parts(plan, actual)) == actual.revenue - plan.revenue


def test_refunds_alone_are_spend() -> None:
    assert parts(Sums(5, 0, 0), Sums(5, 0, -300)) == (0, 0, -300)


@pytest.mark.parametrize(("value", "where"), [(4, "below"), (5, "within"), (9, "within"), (10, "above")])
def test_the_ends_belong_to_the_interval(value: int, where: str) -> None:
    assert place(value, 5, 9) == where
