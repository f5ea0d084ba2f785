"""Attribution against examples worked by hand, the definition of Shapley's value, and ways whose truth is known."""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.journeys import CHAIN

from lifelong.decide.attribution import How, attribute, deal, weights_of
from lifelong.decide.markov import Moves, removal_effects
from lifelong.decide.paths import Paths
from lifelong.errors import ConfigError, DataError

Told = list[tuple[list[str], bool, int]]
HAND: Told = [
    (["a", "b"], True, 10_000),
    (["b"], False, 0),
    (["c", "a"], True, 6_000),
    (["c"], False, 0),
]
PATH = st.tuples(st.lists(st.sampled_from("abcde"), min_size=1, max_size=5), st.booleans(), st.integers(0, 10**9))


def effects(told: Told, order: int = 1, smoothing: float = 0.0) -> np.ndarray:
    paths = Paths.of(told)
    return removal_effects(Moves.of(paths, order, np.zeros(len(told), np.int64), 1), smoothing)[0]


def test_markov_is_as_worked_by_hand() -> None:
    """Four ways: a b order (100), b none, c a order (60), c none.

    Moves: begin to a 1/4, b 1/4, c 1/2; a to b 1/2, to an order 1/2; b to an order 1/2; c to a 1/2.
    From b 1/2, from a 1/2 + 1/2 * 1/2 = 3/4, from c 1/2 * 3/4 = 3/8; in all 3/16 + 2/16 + 3/16 = 1/2.
    Without a: 1/4 * 1/2 = 1/8, so 1 - 1/8 : 1/2 = 3/4.
    Without b: a 1/2, c 1/4; 1/8 + 1/8 = 1/4, so 1/2.
    Without c: 3/16 + 2/16 = 5/16, so 3/8.
    Shares 6/13, 4/13, 3/13.
    Value: from b 50, from a 30 + 25 = 55, from c 55/2; in all 55/4 + 50/4 + 55/4 = 40.
    Without a 50/4, so 11/16; without b 30/4 + 15/2 = 15, so 10/16; without c 105/4, so 11/32.
    Shares 22/53, 20/53, 11/53 of 16,000: 6641.5, 6037.7, 3320.8.
    """
    assert effects(HAND) == pytest.approx(np.array([[3 / 4, 11 / 16], [1 / 2, 10 / 16], [3 / 8, 11 / 32]]), abs=1e-11)
    (credit,) = attribute(Paths.of(HAND), How(("markov",)))
    assert credit.share[:, 0] == pytest.approx([6 / 13, 4 / 13, 3 / 13], abs=1e-11)
    assert credit.share[:, 1] == pytest.approx([22 / 53, 20 / 53, 11 / 53], abs=1e-11)
    assert credit.dealt.tolist() == [[1, 6641], [1, 6038], [0, 3321]]


def test_a_chain_of_higher_order_remembers_what_came_before() -> None:
    """Two ways, a b order and c b none: of order 1, b leads to an order half the time, whoever came before.

    Order 1: 1/2 in all; without a, or without c, 1/4: effects 1/2, 1, 1/2. Order 2: only a b orders: 1, 1, 0.
    With b twice, two touches remember only b b; three remember all.
    """
    once: Told = [(["a", "b"], True, 1), (["c", "b"], False, 0)]
    assert effects(once)[:, 0] == pytest.approx([1 / 2, 1, 1 / 2])
    assert effects(once, 2)[:, 0] == pytest.approx([1, 1, 0])
    twice: Told = [(["a", "b", "b"], True, 1), (["c", "b", "b"], False, 0)]
    assert effects(twice, 2)[:, 0] == pytest.approx([1 / 2, 1, 1 / 2])
    assert effects(twice, 3)[:, 0] == pytest.approx([1, 1, 0])


def test_smoothing_is_as_worked_by_hand() -> None:
    """Ways a order and b none, one of each outcome added: from a 2 of 5 order, from b 1 of 5; a and b each 1 of 5.

    x_a = (x_a + x_b + 2) / 5, x_b = (x_a + x_b + 1) / 5: 3/5 and 2/5; begin 1/2 each: 1/2.
    Without a: x_b = (x_b + 1) / 5 = 1/4, so 1 - 1/8 : 1/2 = 3/4. Without b: x_a = 1/2, so 1/2. The order's value is 8 wherever
    it is added, so that value goes the same way.
    """
    told = effects([(["a"], True, 8), (["b"], False, 0)], 1, 1.0)
    assert told == pytest.approx(np.array([[3 / 4, 3 / 4], [1 / 2, 1 / 2]]), abs=1e-11)


def test_shapley_is_as_worked_by_hand() -> None:
    """Ways of value 30 by a, 60 by a and b, 90 by c, a, b (a twice).

    v(a) = 30, v(b) = v(c) = v(bc) = 0, v(ab) = 90, v(ac) = 30, v(abc) = 180.
    a: 2/6 * 30 + 1/6 * 90 + 1/6 * 30 + 2/6 * 180 = 90; b: 1/6 * (90 - 30) + 2/6 * (180 - 30) = 60; c: 2/6 * (180 - 90) = 30.
    """
    told: Told = [(["a"], True, 30), (["b", "a"], True, 60), (["c", "a", "b", "a"], True, 90), (["c"], False, 0)]
    (credit,) = attribute(Paths.of(told), How(("shapley",)))
    assert credit.dealt[:, 1].tolist() == [90, 60, 30]


def by_definition(told: Told) -> dict[str, Fraction]:
    """Shapley's value of the game v(S): value of the ways whose channels all lie in S."""
    players = sorted({name for path, _, _ in told for name in path})
    n = len(players)

    def worth(some: tuple[str, ...]) -> int:
        return sum(value for path, won, value in told if won and set(path) <= set(some))

    found = dict.fromkeys(players, Fraction(0))
    for player in players:
        others = [p for p in players if p != player]
        for size in range(n):
            weight = Fraction(factorial(size) * factorial(n - size - 1), factorial(n))
            for some in combinations(others, size):
                found[player] += weight * (worth((*some, player)) - worth(some))
    return found


@settings(deadline=None, max_examples=60)
@given(st.lists(PATH, min_size=1, max_size=8))
def test_shapley_is_what_its_definition_says(told: Told) -> None:
    paths, part = Paths.of(told), weights_of(Paths.of(told), "shapley")
    got = np.bincount(paths.channel, weights=part * paths.worth()[paths.path, 1], minlength=len(paths.channels))
    want = by_definition(told)
    assert got == pytest.approx([float(want[name]) for name in paths.channels], rel=1e-9, abs=1e-6)


@settings(deadline=None, max_examples=40)
@given(st.lists(PATH, min_size=1, max_size=12), st.integers(1, 3))
def test_every_rule_deals_out_the_total_to_the_cent(told: Told, order: int) -> None:
    paths = Paths.of([*told, (["a", "b"], True, 7)])
    for credit in attribute(paths, How(order=order)):
        assert credit.dealt.sum(axis=0).tolist() == [int(paths.won.sum()), int(paths.value.sum())]
        assert credit.share.sum(axis=0) == pytest.approx([1, 1])
        assert (credit.dealt >= 0).all()
        assert (np.diff(credit.bounds, axis=0) >= 0).all()


@settings(deadline=None, max_examples=60)
@given(st.integers(-(10**12), 10**12), st.lists(st.floats(-2, 2), min_size=1, max_size=9))
def test_a_total_of_any_sign_is_dealt_out(total: int, shares: list[float]) -> None:
    shares = [*shares, 1.0 - sum(shares)]
    dealt = deal(total, shares)
    assert sum(dealt) == total
    assert max(abs(d - total * s) for d, s in zip(dealt, shares, strict=True)) < 1 + 1e-3


def test_the_simple_rules() -> None:
    paths = Paths.of([(["a", "b", "b", "c"], True, 100), (["a"], True, 100), (["a", "c"], True, 100)])
    want = {
        "first": [1, 0, 0, 0, 1, 1, 0],
        "last": [0, 0, 0, 1, 1, 0, 1],
        "linear": [1 / 4] * 4 + [1, 1 / 2, 1 / 2],
        "position": [0.4, 0.1, 0.1, 0.4, 1, 0.5, 0.5],
    }
    for rule, weights in want.items():
        assert weights_of(paths, rule) == pytest.approx(weights)
    decayed = weights_of(paths, "decay", half_life=1.0)
    assert decayed == pytest.approx([1 / 15, 2 / 15, 4 / 15, 8 / 15, 1, 1 / 3, 2 / 3])


def test_decay_does_not_forget_a_way_of_long_ago() -> None:
    paths = Paths.of([(["a", "b"], True, 1)])
    old = Paths(paths.channels, paths.path, paths.channel, paths.age + 1e6, paths.won, paths.value)
    assert weights_of(old, "decay") == pytest.approx(weights_of(paths, "decay"))


def test_a_loss_is_dealt_out_as_a_loss() -> None:
    told: Told = [(["a"], True, 1_000), (["b"], True, -200)]
    credits_ = {credit.rule: credit.dealt[:, 1].tolist() for credit in attribute(Paths.of(told), How())}
    assert credits_["linear"] == credits_["shapley"] == [1_000, -200]
    assert sum(credits_["markov"]) == 800


def test_nothing_to_deal_out_is_refused() -> None:
    with pytest.raises(DataError, match="no value above 0") as caught:
        attribute(Paths.of([(["a"], True, 0), (["b"], True, -5)]), How(("linear",)))
    assert caught.value.code == "E376"


def test_a_chain_of_too_many_states_is_refused() -> None:
    told: Told = [([f"c{i}"], True, 1) for i in range(30)]
    with pytest.raises(ConfigError) as caught:
        attribute(Paths.of(told), How(("markov",), order=3))
    assert caught.value.code == "E374"
    assert attribute(Paths.of(told), How(("shapley",), order=3))[0].dealt[:, 0].tolist() == [1] * 30


def test_ways_of_a_known_chain_give_back_its_removal_effects() -> None:
    rng = np.random.default_rng(4)
    told = [(*CHAIN.walk(rng), 1) for _ in range(20_000)]
    (credit,) = attribute(Paths.of(told), How(("markov",)))
    order = [credit.share[Paths.of(told).channels.index(name), 0] for name in CHAIN.channels]
    assert order == pytest.approx(CHAIN.removal(), abs=0.012)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Sixty samples of 600 ways: of 5 channels each, the 80 % interval of Markov's shares holds the true one 240 times, give
    or take; channels of one sample are not independent, so that 4 points to either side are allowed for chance.
    """
    rng = np.random.default_rng(11)
    held, names = [], sorted(CHAIN.channels)
    truth = np.array([CHAIN.removal()[CHAIN.channels.index(name)] for name in names])
    for seed in range(60):
        told = [(*CHAIN.walk(rng), 1) for _ in range(600)]
        (credit,) = attribute(Paths.of(told), How(("markov",), seed=seed))
        held.append((credit.bounds[1, :, 0] <= truth) & (truth <= credit.bounds[2, :, 0]))
    assert np.mean(held) == pytest.approx(0.8, abs=0.08)


def test_people_in_groups_give_the_same_intervals_as_people_one_by_one() -> None:
    rng = np.random.default_rng(3)
    told = [(*CHAIN.walk(rng), 1) for _ in range(5_000)]
    paths = Paths.of(told)
    (grouped,) = attribute(paths, How(("linear",)))
    part = weights_of(paths, "linear") * paths.won[paths.path]
    one = np.zeros((len(paths), len(paths.channels)))
    np.add.at(one, (paths.path, paths.channel), part)
    draws = rng.multinomial(len(paths), np.full(len(paths), 1 / len(paths)), size=400) @ one
    shares = draws / draws.sum(axis=1, keepdims=True)
    assert grouped.bounds[2, :, 0] - grouped.bounds[1, :, 0] == pytest.approx(
        np.subtract(*np.quantile(shares, [0.9, 0.1], axis=0)), rel=0.2
    )
