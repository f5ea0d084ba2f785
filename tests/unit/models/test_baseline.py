"""The two baselines, on cells whose means can be worked out by hand."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from lifelong.models.baseline import LEAST, MOST, Histories, _levels, _pull, cell_means, last_period


def histories(x: list[int], t_x: list[float], T: float = 50.0, spend: float = 1.0) -> Histories:
    return Histories(np.array(x), np.array(t_x, dtype=float), np.full(len(x), T), np.full(len(x), spend))


def test_the_last_period_repeated() -> None:
    source = np.array([3, 0, 1])
    made = last_period(source)
    assert made.dtype == np.float64
    assert made.tolist() == [3.0, 0.0, 1.0]
    made[0] = 9.0
    assert source[0] == 3


def test_cells_nest() -> None:
    rng = np.random.default_rng(0)
    who = Histories(rng.integers(0, 30, 500), rng.random(500) * 50, np.full(500, 50.0), rng.random(500))
    levels = _levels(who, np.array([5.0, 10.0, 20.0, 40.0]), np.array([0.3, 0.6]))
    assert len(np.unique(levels[0])) == 7
    for coarse, fine in pairwise(levels):
        for cell in np.unique(fine):
            assert len(np.unique(coarse[fine == cell])) == 1
    orders, quiet, full = _levels(
        histories([0, 1, 3, 4, 99], [0, 49, 46, 8, 0]), np.array([5.0, 10, 20, 40]), np.array([0.3, 0.6])
    )
    assert orders.tolist() == [0, 1, 3, 3, 6]
    assert quiet.tolist() == [4, 5, 15, 19, 34]
    assert full.tolist() == [14, 17, 47, 59, 104]


def test_large_cells_keep_their_means_and_small_ones_lean_on_the_rest() -> None:
    x = [0] * 1000 + [20] * 1000
    past = histories(x, [0.0] * 1000 + [49.0] * 1000)
    rng = np.random.default_rng(1)
    y = np.where(np.array(x) > 0, 8.0, 0.0) + rng.standard_normal(2000)
    made = cell_means(past, y, histories([0, 20], [0.0, 49.0]))
    assert made == pytest.approx([y[:1000].mean(), y[1000:].mean()], abs=0.01)
    lone = cell_means(histories([*x, 2], [0.0] * 1000 + [49.0] * 1001), [*y, 100.0], histories([2], [49.0]))
    assert y.mean() < lone[0] < 100.0


def test_the_weight_of_the_coarser_cell() -> None:
    cell = np.array([0, 0, 1, 1])
    n, coarse = np.array([2.0, 2.0]), np.array([10.0, 10.0])
    y = np.array([0.0, 2.0, 8.0, 10.0])  # within (2 + 2) / 2 = 2; raw (64 + 64) / 2 - 2 * 2 = 60 over 4 customers
    assert _pull(y, cell, n, np.array([2.0, 18.0]), coarse) == pytest.approx(LEAST)
    y = np.array([1.0, 7.0, 3.0, 9.0])  # within 18; raw (4 + 4) / 2 - 36 < 0
    assert _pull(y, cell, n, np.array([8.0, 12.0]), coarse) == MOST
    y = np.array([0.0, 6.0, 6.0, 14.0])  # within 25; means 3 and 10 about 6.5: raw 49 - 50 < 0; a third cell is empty
    assert _pull(y, cell, np.array([2.0, 2.0, 0.0]), np.array([6.0, 20.0, 0.0]), np.array([13.0, 13.0, 0.0])) == MOST
    y = np.array([0.0, 4.0, 8.0, 12.0])  # within 8; raw (64 + 64) / 2 - 16 = 48, between 12
    assert _pull(y, cell, n, np.array([4.0, 20.0]), np.array([12.0, 12.0])) == pytest.approx(1.0)
    y = np.array([0.0, 6.0, 6.0, 12.0])  # within 18; raw (36 + 36) / 2 - 36 = 0
    assert _pull(y, cell, n, np.array([6.0, 18.0]), np.array([12.0, 12.0])) == MOST
    y = np.array([0.0, 4.0, 5.0, 9.0])  # within 8; raw (25 + 25) / 2 - 16 = 9, between 2.25
    assert _pull(y, cell, n, np.array([4.0, 14.0]), np.array([9.0, 9.0])) == pytest.approx(8 / 2.25)


def test_no_past_no_forecast() -> None:
    none = Histories(np.zeros(0, np.int64), np.zeros(0), np.zeros(0), np.zeros(0))
    assert cell_means(none, [], histories([1, 2], [1.0, 2.0])).tolist() == [0.0, 0.0]
    assert len(cell_means(histories([1, 2], [1.0, 2.0]), [1.0, 3.0], none)) == 0


def test_the_total_is_kept_on_the_customers_learned_from() -> None:
    rng = np.random.default_rng(2)
    past = Histories(rng.integers(0, 12, 3000), rng.random(3000) * 40, np.full(3000, 40.0), rng.lognormal(3, 1, 3000))
    y = rng.poisson(0.3 * past.x)
    assert cell_means(past, y, past).sum() == pytest.approx(y.sum(), rel=0.02)


def test_customers_unlike_any_before_have_the_mean_of_all() -> None:
    quiet = histories([0] * 50, [0.0] * 50)
    made = cell_means(quiet, [2.0] * 25 + [4.0] * 25, histories([40, 0], [49.0, 0.0], spend=9.0))
    assert made == pytest.approx([3.0, 3.0])
    assert cell_means(histories([40] * 50, [9.0] * 50), [2.0] * 50, histories([0], [0.0])) == pytest.approx([2.0])


def test_where_silence_and_spend_are_parted() -> None:
    size = 4200
    silence = np.arange(1.0, size + 1)  # days since the last order
    past = Histories(np.ones(size, np.int64), size - silence + 1, np.full(size, size + 1.0), np.ones(size))
    group = np.searchsorted([0.1, 0.25, 0.5, 0.75], (silence - 0.5) / size)
    wanted = np.array([0.0, 10.0, 50.0, 20.0, 90.0])[group]
    assert cell_means(past, wanted, past) == pytest.approx(wanted, abs=0.3)
    spend = np.arange(1.0, size + 1)
    past = Histories(np.ones(size, np.int64), np.ones(size), np.full(size, 9.0), spend)
    wanted = np.array([0.0, 50.0, 20.0])[np.searchsorted([1 / 3, 2 / 3], (spend - 0.5) / size)]
    assert cell_means(past, wanted, past) == pytest.approx(wanted, abs=0.3)


def test_groups_of_orders() -> None:
    orders = _levels(histories([*range(18), 99], [0.0] * 19), np.ones(4), np.ones(2))[0]
    assert orders.tolist() == [0, 1, 2, 3, 3, *[4] * 4, *[5] * 8, 6, 6]
