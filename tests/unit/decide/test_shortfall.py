"""A difference is split exactly, and into what it was made of."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.decide.shortfall import FACTORS, Followed, shapley, split


def world(seed: int, size: int = 4000) -> tuple[Followed, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    is_group = rng.random(size) < 0.3
    days = np.where(rng.random(size) < 0.6, 1.0 + rng.poisson(2.0, size), 0.0)
    revenue = days * rng.gamma(4.0, 5.0, size)
    return Followed(days, revenue, 0.4 * revenue), is_group, rng.integers(0, 3, size)


@pytest.mark.parametrize("seed", range(20))
def test_parts_sum_to_the_difference(seed: int) -> None:
    told, is_group, cell = world(seed)
    made = split(told, is_group, ~is_group, cell)
    assert made.mix + sum(made.parts) == pytest.approx(made.difference, abs=1e-8)
    assert made.group == pytest.approx(told.kept[is_group].mean(), rel=1e-12)
    assert made.others == pytest.approx(told.kept[~is_group].mean(), rel=1e-12)


@pytest.mark.parametrize("planted", range(4))
def test_the_factor_that_was_lowered_is_the_one_that_is_named(planted: int) -> None:
    rng = np.random.default_rng(planted)
    size = 20_000
    is_group = np.arange(size) < size // 2
    lower = np.ones((4, size))
    lower[planted, is_group] = 0.6
    came = rng.random(size) < 0.7 * lower[0]
    days = np.where(came, 1.0 + rng.poisson(6.0 * lower[1] - 1.0), 0.0)
    revenue = days * 20.0 * lower[2] * rng.gamma(9.0, 1 / 9.0, size)
    made = split(Followed(days, revenue, 0.5 * lower[3] * revenue), is_group, ~is_group, np.zeros(size, int))
    assert made.difference < 0
    assert FACTORS[int(np.argmin(made.parts))] == FACTORS[planted]
    assert made.parts[planted] == pytest.approx(made.difference, rel=0.15)
    assert made.mix == pytest.approx(0.0, abs=1e-9)


def test_a_difference_that_is_all_mix_is_told_as_mix() -> None:
    cell = np.array([0] * 80 + [1] * 20 + [0] * 20 + [1] * 80)
    is_group = np.arange(200) < 100
    revenue = np.where(cell == 0, 10.0, 50.0)
    made = split(Followed(np.ones(200), revenue, revenue), is_group, ~is_group, cell)
    assert made.mix == pytest.approx(made.difference)
    assert made.parts == pytest.approx((0.0,) * 4, abs=1e-9)


def test_a_side_without_returners_or_without_likes_still_sums() -> None:
    is_group = np.arange(60) < 30
    nobody = Followed(np.where(is_group, 0.0, 2.0), np.where(is_group, 0.0, 8.0), np.where(is_group, 0.0, 4.0))
    made = split(nobody, is_group, ~is_group, is_group.astype(int))
    assert made.parts == pytest.approx((-4.0, 0.0, 0.0, 0.0))
    silent = split(Followed(*np.zeros((3, 60))), is_group, ~is_group, np.zeros(60, int))
    assert (silent.difference, silent.parts) == (0.0, (0.0,) * 4)


def test_shares_of_a_product_do_not_depend_on_the_order_of_factors() -> None:
    own, other = (0.5, 3.0, 20.0, 0.3), (0.6, 2.0, 25.0, 0.4)
    told = shapley(own, other)
    assert told == pytest.approx(shapley(own[::-1], other[::-1])[::-1], rel=1e-12)
    assert sum(told) == pytest.approx(np.prod(own) - np.prod(other), abs=1e-8)
