"""Tiers: exact sizes, moves only where the posterior is sure, and chances that hold in simulation."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.decide import tiers
from lifelong.decide.tiers import NEW, Cuts
from lifelong.errors import ConfigError, FitError

KNOWN = np.inf


def of(value: list[float], before: list[int], days: float, cuts: Cuts) -> tiers.Tiered:
    worth = np.array(value, float)
    return tiers.tiered(worth, np.arange(len(worth)), np.full(len(worth), days), np.array(before), cuts)


def test_the_best_share_holds_exactly_its_customers_though_all_are_equal() -> None:
    for size in (7, 100, 1001):
        made = of([3.0] * size, [NEW] * size, KNOWN, Cuts.parse("customers", "20"))
        assert (made.tier == 0).sum() == -(-size // 5)
        assert np.array_equal(np.flatnonzero(made.tier == 0), np.arange(-(-size // 5)))


def test_a_share_of_value_is_reached_by_the_tier_and_not_without_its_last_customer() -> None:
    value = np.random.default_rng(1).lognormal(0.0, 1.5, 5000)
    made = of(value.tolist(), [NEW] * 5000, KNOWN, Cuts.parse())
    for tier, share in enumerate((0.5, 0.8, 0.95)):
        above = value[made.tier <= tier]
        assert above.sum() >= share * value.sum() > above.sum() - above.min()
    assert np.bincount(made.tier, minlength=4).sum() == 5000


def test_a_loss_maker_brings_nothing_to_a_share_and_stands_last() -> None:
    made = of([10.0, 5.0, 5.0, -100.0], [NEW] * 4, 3.0, Cuts.parse("value", "50/50"))
    assert made.tier.tolist() == [0, 1, 1, 1]
    assert made.chance[3].tolist() == [0.0, 1.0]


def test_who_is_near_a_cut_stays_and_who_is_surely_beyond_moves() -> None:
    # of six customers the third stands on the cut: its value is the edge
    value, cuts = [300.0, 101.0, 100.0, 99.0, 20.0, 99.0], Cuts.parse("customers", "50")
    made = of(value, [1, 1, 0, 0, 0, 1], 10.0, cuts)
    assert made.edges.tolist() == [100.0]
    assert made.by_cut.tolist() == [0, 0, 0, 1, 1, 1]
    assert made.tier.tolist() == [0, 1, 0, 0, 1, 1]


def test_a_move_ends_where_it_is_no_longer_sure() -> None:
    cuts = Cuts("customers", (0.2, 0.6))
    value = [100.0, 50.0, 40.0, 30.0, 1.0]
    made = of([*value[:1], 95.0, *value[2:]], [0, 2, 1, 2, 2], 4.0, cuts)
    assert made.by_cut[1] == 1
    assert made.tier[1] == 1  # surely above the lower cut, by no means above the upper one
    fell = of(value, [0, 1, 1, 2, 0], 4.0, cuts)
    assert fell.tier[4] == 2  # from the best to the last in one step


def test_without_doubt_the_cuts_decide() -> None:
    rng = np.random.default_rng(2)
    made = of(rng.gamma(0.5, 9.0, 300).tolist(), rng.integers(0, 4, 300).tolist(), KNOWN, Cuts.parse())
    assert np.array_equal(made.tier, made.by_cut)


def test_no_move_goes_beyond_the_rank_nor_away_from_it() -> None:
    rng = np.random.default_rng(3)
    before = rng.integers(0, 4, 2000)
    made = of(rng.gamma(0.5, 9.0, 2000).tolist(), before.tolist(), 5.0, Cuts.parse())
    assert (np.minimum(before, made.by_cut) <= made.tier).all()
    assert (made.tier <= np.maximum(before, made.by_cut)).all()
    assert 0.0 < tiers.churn(before, made.tier) < tiers.churn(before, made.by_cut)


def test_chances_of_tiers_sum_to_one_and_are_those_of_a_rate_counted_from_so_many_days() -> None:
    value, days = np.array([9.0, 4.0, 2.5, 1.0]), np.array([2.0, 9.0, 1.0, 30.0])
    made = tiers.tiered(value, np.arange(4), days, np.full(4, NEW), Cuts("customers", (0.25, 0.75)))
    assert made.chance.sum(axis=1) == pytest.approx(1.0, abs=1e-12)
    drawn = value * np.random.default_rng(4).gamma(days, 1.0 / days, (200_000, 4))
    for tier, (low, high) in enumerate(((9.0, np.inf), (2.5, 9.0), (-1.0, 2.5))):
        assert made.chance[:, tier] == pytest.approx(((drawn > low) & (drawn <= high)).mean(axis=0), abs=5e-3)


def test_moves_count_everybody_once() -> None:
    before, now = np.array([0, 1, NEW, NEW, 2]), np.array([0, 0, 2, 1, 2])
    assert tiers.moves(before, now, 3).tolist() == [[1, 0, 0], [1, 0, 0], [0, 0, 1], [0, 1, 1]]
    assert tiers.churn(before, now) == pytest.approx(1 / 3)
    assert tiers.churn(np.array([NEW]), np.array([1])) == 0.0


def test_trembling_values_move_half_as_many_at_hardly_any_loss() -> None:
    """S3 where the truth is known: rates stand still, so that every move is noise."""
    rng = np.random.default_rng(5)
    rate = rng.gamma(1.0, 2.0, 4000)
    orders, cuts = rng.poisson(rate * 12), Cuts.parse()
    before = hard = np.full(4000, NEW)
    soft_moves, hard_moves = [], []
    for month in range(13, 19):
        orders = orders + rng.poisson(rate)
        value = (1.0 + orders) / (0.5 + month)  # the posterior mean of the rate
        made = tiers.tiered(value, np.arange(4000), orders + 1.0, before, cuts)
        soft_moves.append(tiers.churn(before, made.tier))
        hard_moves.append(tiers.churn(hard, made.by_cut))
        before, hard = made.tier, made.by_cut
        for tier in range(3):
            chosen = before <= tier
            best = np.argsort(-value, kind="stable")[: chosen.sum()]
            assert rate[chosen].sum() >= 0.98 * rate[best].sum()
    assert sum(soft_moves) <= 0.5 * sum(hard_moves)


@pytest.mark.parametrize(
    ("by", "text"),
    [("spend", ""), ("value", "50/30"), ("value", "100"), ("value", "a/b"), ("value", "0/100"), ("customers", "5/1"),
     ("customers", "0/5"), ("customers", "100"), ("customers", "5/5")],
)  # fmt: skip
def test_cuts_that_part_nothing_are_refused(by: str, text: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Cuts.parse(by, text)
    assert caught.value.code == "E421"


@pytest.mark.parametrize("value", [[], [0.0, -1.0]])
def test_without_value_there_are_no_tiers(value: list[float]) -> None:
    with pytest.raises(FitError) as caught:
        of(value, [NEW] * len(value), 2.0, Cuts.parse())
    assert caught.value.code == "E422"


def test_an_edge_at_nothing_has_everybody_above_who_is_worth_something() -> None:
    made = of([5.0, 0.0, -1.0], [NEW] * 3, 2.0, Cuts("customers", (0.6,)))
    assert made.chance[:, 0].tolist() == [1.0, 1.0, 0.0]


def test_who_stays_costs_two_in_a_hundred_at_most() -> None:
    """Many stand a little below the cut and would all be kept there; those who cost most go."""
    value = np.concatenate([np.full(10, 100.0), np.linspace(99.0, 70.0, 40)])
    before = np.zeros(50, np.int64)
    made = of(value.tolist(), before.tolist(), 2.0, Cuts("customers", (0.2,)))
    stays = (made.tier == 0) & (made.by_cut == 1)
    assert 0 < stays.sum() < 40
    assert (100.0 - value[stays]).sum() <= 0.02 * 1000.0
    assert value[stays].min() > value[made.tier == 1].max()
    held = of(value[::-1].tolist(), [1] * 50, 2.0, Cuts("customers", (0.2,)))
    assert (np.abs(value[::-1] - 100.0)[(held.tier == 1) & (held.by_cut == 0)]).sum() <= 20.0
