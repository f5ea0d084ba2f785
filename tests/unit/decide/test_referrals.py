"""Recommendations: chains without circles, and parts that sum to the whole whatever the rule of credit."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.decide.referrals import AGAIN, CIRCLE, SELF, Terms, chains, credited, shares, worth

PEOPLE = st.sampled_from("abcdefgh")


def test_circles_self_and_second_referrals_are_set_aside() -> None:
    above, aside = chains([("a", "b"), ("b", "c"), ("c", "a"), ("d", "d"), ("d", "c")])
    assert above == {"b": "a", "c": "b"}
    assert aside == {CIRCLE: 1, SELF: 1, AGAIN: 1}


def test_a_chain_of_three_is_computed_by_hand() -> None:
    """a brought b, b brought c. pi = .5, CAC 40, reward 10: W_b = .5 x 100 + 30 = 80, W_c = .5 x 240 + 30 = 150.

    W_b is a's. W_c goes 2 to 1 to b and a: 100 and 50.
    """
    above, _ = chains([("a", "b"), ("b", "c")])
    worths = worth({"a": 1000, "b": 100, "c": 240}, above, Terms(0.5, 0.2, 40, 10))
    assert worths == {"b": 80, "c": 150}
    assert credited(above, worths, Terms()) == {"a": 130, "b": 100}
    assert credited(above, worths, Terms(depth=1)) == {"a": 80, "b": 150}


def test_what_costs_more_than_it_brings_is_below_nothing() -> None:
    above, _ = chains([("a", "b"), ("b", "c")])
    assert credited(above, worth({"c": 0}, above, Terms(reward=9)), Terms(reward=9)) == {"a": -3, "b": -6}


def test_who_has_no_value_yet_counts_for_nothing() -> None:
    above, _ = chains([("a", "b")])
    assert credited(above, worth({"a": 5}, above, Terms(cac=40)), Terms(cac=40)) == {}


@given(
    rows=st.lists(st.tuples(PEOPLE, PEOPLE), max_size=30),
    value=st.dictionaries(PEOPLE, st.integers(-10_000, 10_000)),
    depth=st.integers(1, 5), decay=st.floats(0.0, 1.0), share=st.floats(0.0, 1.0), reward=st.integers(0, 500),
)  # fmt: skip
def test_the_sum_does_not_hang_on_the_rule_of_credit(
    rows: list[tuple[str, str]], value: dict[str, int], depth: int, decay: float, share: float, reward: int
) -> None:
    above, aside = chains(rows)
    assert len(above) + aside.total() == len(rows)
    terms = Terms(share, 0.0, 40, reward, depth, decay)
    worths = worth(value, above, terms)
    assert sum(credited(above, worths, terms).values()) == sum(worths.values())
    # never more than the referred are worth, with the cost of winning that was saved
    assert sum(worths.values()) <= sum(max(value[j], 0) + 40 for j in worths) + len(worths)


def test_the_interval_of_the_share_is_that_of_a_beta_distribution() -> None:
    """Mean .5 and deviation .2 are a Beta(2.625, 2.625)."""
    low, high = shares(Terms(0.5, 0.2))
    assert low + high == pytest.approx(1.0)
    grid = np.linspace(0.0, 1.0, 100_001)
    density = (grid * (1.0 - grid)) ** 1.625
    assert density[grid <= low].sum() / density.sum() == pytest.approx(0.1, abs=1e-4)
    assert shares(Terms(0.6, 0.0)) == (0.6, 0.6)
