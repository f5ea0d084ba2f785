"""Groups: totals that sum, a guard that finds what is there and lets chance be, means drawn to the whole."""

from __future__ import annotations

import csv
import math

import numpy as np
import pytest

from lifelong.decide import profitable
from lifelong.decide.profitable import groups
from lifelong.sources.simulate import simulate_shop


def shop(seed: int, customers: int = 600) -> np.ndarray:
    """What each customer of a simulated shop has brought."""
    rows = list(csv.reader(simulate_shop(customers, seed=seed).orders_csv().splitlines()))[1:]
    owner = np.unique([row[1] for row in rows], return_inverse=True)[1]
    return np.bincount(owner, [float(row[3]) for row in rows])


def by_chance(size: int, seed: int) -> np.ndarray:
    """Eight levels of any size that mean nothing; those of fewer than 20 customers stand together."""
    rng = np.random.default_rng(seed)
    code = rng.choice(8, size, p=rng.dirichlet(np.full(8, 2.0)))
    few = np.bincount(code, minlength=8) < 20
    return np.unique(np.where(few[code], 8, code), return_inverse=True)[1]


def flagged(shops: range) -> float:
    return float(np.mean([groups(v, by_chance(len(v), s)).is_found.any() for s in shops for v in [shop(50_000 + s)]]))


def test_an_attribute_that_means_nothing_is_seldom_flagged() -> None:
    assert flagged(range(20)) <= 0.1


@pytest.mark.slow
def test_an_attribute_that_means_nothing_is_flagged_in_one_shop_of_twenty_at_most() -> None:
    assert flagged(range(200)) <= 0.05


def test_a_group_that_brings_half_as_much_again_is_found_alone() -> None:
    value, code = shop(1, 2000), np.random.default_rng(1).integers(0, 4, 2000)
    value = np.where(code == 2, 1.5 * value, value)
    made = groups(value, code)
    assert (made.is_found & (made.mean > value.mean())).tolist() == [False, False, True, False]
    assert int(np.argmax(made.drawn)) == 2


@pytest.mark.parametrize("customers", [300, 30_000])
def test_totals_sum_to_that_of_all_to_the_minor_unit(customers: int) -> None:
    rng = np.random.default_rng(2)
    value, code = rng.normal(0.3, 9.0, customers), rng.integers(0, 7, customers)
    made = groups(value, code)
    assert sum(made.total) == round(math.fsum(value.tolist()) * 100)
    assert np.abs(np.array(made.total) / 100 - np.bincount(code, value)).max() < 0.01
    assert (made.low90 < made.low80).all()
    assert (made.low80 < made.mean).all()
    assert (made.high80 < made.high90).all()


def test_chances_are_alike_by_permutation_by_draws_and_by_curve(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(3)
    value = rng.gamma(0.8, 10.0, 15_000)
    code = rng.choice(3, 15_000, p=[0.02, 0.1, 0.88])
    value[code == 0] += 1.2
    told = [groups(value, code).chance]
    monkeypatch.setattr(profitable, "FEW", 10)
    told.append(groups(value, code).chance)
    monkeypatch.setattr(profitable, "SMALL", 0)
    told.append(groups(value, code).chance)
    assert 0.001 < told[0].min() < 0.2
    for other in told[1:]:
        assert other == pytest.approx(told[0], abs=0.1)


def test_means_are_drawn_together_where_groups_do_not_differ_and_kept_where_they_do() -> None:
    rng = np.random.default_rng(4)
    code = np.repeat(np.arange(4), 250)
    same = np.tile(rng.gamma(1.0, 9.0, 250), 4)
    assert groups(same, code).drawn == pytest.approx(same.mean())
    assert (groups(same, code).chance > 0.9).all()
    apart = same + 100.0 * code
    assert groups(apart, code).drawn == pytest.approx(groups(apart, code).mean, rel=0.01)


def test_intervals_of_a_mean_hold_it_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    held = []
    for _ in range(150):
        made = groups(rng.gamma(0.7, 10.0, 400), np.repeat([0, 1], 200))
        held += ((made.low80 <= 7.0) & (made.high80 >= 7.0)).tolist()
    assert 0.74 <= np.mean(held) <= 0.86


def test_without_anything_to_tell_nothing_is_told() -> None:
    equal = groups(np.full(40, 3.0), np.repeat([0, 1], 20))
    assert not equal.is_found.any()
    assert equal.low80.tolist() == equal.mean.tolist()
    alone = groups(np.array([1.0, 2.0]), np.array([0, 1]))
    assert alone.chance.tolist() == [1.0, 1.0]
    assert alone.credibility.tolist() == [1.0, 1.0]
