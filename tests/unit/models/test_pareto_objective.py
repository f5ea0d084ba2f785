"""Pareto/NBD's likelihood at many parameters at once: the same as one by one, whichever way its steps go."""

from __future__ import annotations

import itertools

import mpmath
import numpy as np
import pytest

from lifelong.models import pareto_objective
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.models.pareto_objective import ParetoObjective, directions, ladder
from lifelong.testing import simulated_patterns
from lifelong.values import Patterns

CENTRE = np.array([0.55, 10.6, 0.6, 11.7])
SHOP = simulated_patterns(ParetoNBD(), np.array([0.5, 3.0, 0.6, 8.0]), 800, np.random.default_rng(1), (1, 104))
LONG = simulated_patterns(ParetoNBD(), np.array([2.0, 2.0, 0.6, 20.0]), 300, np.random.default_rng(2), (20, 104))


def one_by_one(patterns: Patterns, theta: np.ndarray) -> np.ndarray:
    return np.array([ParetoNBD().loglik(row, patterns) for row in theta])


def about(centre: np.ndarray, size: int, sd: list[float]) -> np.ndarray:
    return centre * np.exp(np.random.default_rng(3).normal(size=(size, 4)) * sd)


@pytest.mark.parametrize("patterns", [SHOP, LONG], ids=["few orders", "hundreds of orders"])
def test_values_are_those_of_one_by_one(patterns: Patterns) -> None:
    theta = about(CENTRE, 150, [0.5, 1.0, 1.0, 1.5])
    made = ParetoNBD().objective(patterns).values_at(theta)
    assert np.allclose(made, one_by_one(patterns, theta), rtol=1e-12, atol=0)


def test_values_hold_in_the_corners_of_the_ranges() -> None:
    ends = [(p.low, 0.7 * np.sqrt(p.low * p.high), p.high) for p in ParetoNBD.params]
    corners = np.array(list(itertools.product(*ends)))
    wide = np.exp(np.random.default_rng(4).uniform(*np.log([(e[0], e[2]) for e in ends]).T, size=(80, 4)))
    theta = np.concatenate([corners, wide])
    objective = ParetoNBD().objective(SHOP)
    times, top = np.union1d(objective.made.alive.t, objective.made.dead.t), int(objective.made.alive.x.max())
    goes_up, holds = directions(theta, times, top)
    by_draw = goes_up.any(axis=0)
    # Steps up, steps down alone, and draws that neither holds: all three are looked at.
    assert min((by_draw & holds).sum(), (~by_draw & holds).sum(), (~holds).sum()) >= 5
    assert np.allclose(objective.values_at(theta), one_by_one(SHOP, theta), rtol=1e-10, atol=0)


@pytest.mark.parametrize("theta", [[0.5, 10.0, 0.6, 4.0], [0.5, 10.0, 0.6, 15.0], [0.8, 2.0, 0.6, 60.0]])
def test_each_step_is_the_hypergeometric_function(theta: list[float]) -> None:
    (r, alpha, s, beta), times, top = theta, np.array([0.0, 1.0, 30.0, 250.0]), 25
    goes_up, holds = directions(np.array([theta]), times, top)
    assert holds.all()
    assert goes_up.any() == (beta > 2 * alpha)
    v = ladder(np.array([theta]), times, top, goes_up)[:, :, 0]
    for x, (i, t) in itertools.product((0, 1, 7, 25), enumerate(times)):
        p = mpmath.mpf(r) + x
        told = mpmath.hyp2f1(1, p, p + s + 1, (alpha - beta) / (mpmath.mpf(alpha) + t)) / (p + s)
        assert v[x, i] == pytest.approx(float(told), rel=1e-11)


@pytest.mark.parametrize(("s", "is_up", "loss"), [(150.0, False, 198 / 152), (120.0, True, 121 / 99)])
def test_steps_take_the_better_way_and_say_where_both_lose(
    s: float, is_up: bool, loss: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    # rho = -99, so g is 99 / (1 + s) < 1 between x = 0 and 1, and 198 / (2 + s) > 1 between 1 and 2.
    theta, times = np.array([[1.0, 1.0, s, 100.0], [1.0, 1.0, s, 1.0]]), np.array([0.0])
    for factor, holds in ((0.99, False), (1.01, True)):
        monkeypatch.setattr(pareto_objective, "LOSS", loss * factor)
        assert [told.tolist() for told in directions(theta, times, 2)] == [[[is_up, False]], [holds, True]]


def test_pieces_and_their_size_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    theta = about(CENTRE, 7, [0.1, 0.2, 0.2, 0.3])
    whole = ParetoNBD().objective(SHOP).values_at(theta)
    for held, piece in ((20_000, 5), (1, 32_768)):  # a draw or two at once, in pieces of a pattern; and one by one
        monkeypatch.setattr(pareto_objective, "HELD", held)
        monkeypatch.setattr(pareto_objective, "PIECE", piece)
        assert np.allclose(ParetoNBD().objective(SHOP).values_at(theta), whole, rtol=1e-13, atol=0)
    assert ParetoNBD().objective(SHOP).values_at(theta[:0]).shape == (0,)


def test_shops_of_one_kind_of_customer() -> None:
    theta = about(CENTRE, 5, [0.1] * 4)
    for patterns in (Patterns.of([0, 0], [0, 0], [10, 30], [3, 4]), Patterns.of([7, 9], [20, 25], [30, 30], [2, 1])):
        assert np.allclose(ParetoNBD().objective(patterns).values_at(theta), one_by_one(patterns, theta), rtol=1e-12)


def test_coarser_likenesses_have_values_too() -> None:
    coarse = ParetoNBD().objective(SHOP).coarser()[0]
    assert isinstance(coarse, ParetoObjective)
    assert coarse.values_at(CENTRE[None])[0] == pytest.approx(coarse.value(CENTRE)[0], rel=1e-12)
