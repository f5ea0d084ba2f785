"""What the attrition models share: where a search starts, when time is binned, and the pieces of the Hessian."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lifelong.models.attrition import PatternObjective, loglik_hessian
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.pairs import prepare
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.values import Patterns

MODELS = [BGNBD(), MBGNBD(), ParetoNBD()]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)


class Asked(BGNBD):
    """Keeps what it is asked to start from."""

    def starts(self, rate: float, span: float) -> list[np.ndarray]:
        return [np.array([rate, span])]


def asked(*columns: list[int]) -> list[float]:
    return [float(v) for v in Asked().objective(Patterns.of(*columns)).starts()[0]]


def test_a_search_starts_from_the_mean_rate_and_the_mean_span() -> None:
    assert asked([0, 2], [0, 30], [70, 140], [3, 1]) == pytest.approx([2 / 50, 50 / 4])  # 3 x 10 and 20 weeks
    assert asked([0], [0], [70], [4]) == pytest.approx([0.5 / 40, 10.0])  # nobody came again
    assert asked([0], [0], [0], [5]) == pytest.approx([0.5 * 7, 1 / 7])  # all came today
    assert asked([1], [7], [7], [3]) == pytest.approx([1.0, 1.0])


@each_model
def test_starts_have_no_unit_of_time(model: Any) -> None:
    """In another unit of time, the starts are the same customers'."""
    weeks = [p.unit == "weeks" for p in model.params]
    for one, other in zip(model.starts(0.2, 30.0), model.starts(0.2 / 7, 210.0), strict=True):
        assert other == pytest.approx(np.where(weeks, one * 7, one))
    low, high = ([getattr(p, side) for p in model.params] for side in ("low", "high"))
    rates = [start[0] / start[1] for start in model.starts(0.2, 30.0)]
    assert rates == pytest.approx([0.4] * 3)  # those who are still there order more often than all do
    for start in model.starts(0.2, 30.0):
        assert (start > low).all()
        assert (start < high).all()


def rows(size: int, longest: int) -> PatternObjective:
    T = np.arange(size) % 50 + longest - 49
    return BGNBD().objective(Patterns.of(np.zeros(size, int), np.zeros(size, int), T, np.ones(size, int)))


def test_time_is_binned_only_where_there_is_enough_of_it() -> None:
    assert rows(200, 120).coarser() == []
    assert rows(201, 119).coarser() == []
    assert [level.bin_days for level in rows(201, 120).coarser()] == [15, 4]
    days = np.arange(1000) + 1
    binned = PatternObjective(BGNBD(), Patterns.of(days % 3, np.minimum(days % 3, days), days, days), 2)
    assert binned.size > 200
    assert binned.coarser() == []


@each_model
def test_hessian_against_differences_of_the_value(model: Any) -> None:
    theta = np.array([p.start for p in model.params]) * [1.1, 0.8, 1.4, 0.9]
    made = prepare([0, 0, 1, 2, 7, 2], [0, 0, 3, 20, 30, 20], [9, 30, 31, 22, 30, 40], [5, 4, 3, 2, 1, 6])
    patterns = Patterns.of(
        [0, 0, 1, 2, 7, 2], [0, 0, 21, 140, 210, 140], [63, 210, 217, 154, 210, 280], [5, 4, 3, 2, 1, 6]
    )
    hessian = loglik_hessian(model, theta, made)
    assert (hessian == hessian.T).all()
    for j in range(4):
        step = theta[j] * 1e-5
        up, down = theta.copy(), theta.copy()
        up[j], down[j] = theta[j] + step, theta[j] - step
        wanted = (model.loglik_gradient(up, patterns)[1] - model.loglik_gradient(down, patterns)[1]) / (2 * step)
        assert hessian[j] == pytest.approx(wanted, rel=1e-4, abs=1e-5 * np.abs(hessian).max())


@each_model
def test_histories_keep_the_shape_that_they_were_asked_in(model: Any) -> None:
    theta = np.array([p.start for p in model.params])
    x, t_x, T = np.array([[0], [2]]), np.array([[0.0], [9.0]]), np.array([10.0, 20.0, 30.0])
    for made in (model.loglik_each(theta, x, t_x, T), model.alive(theta, x, t_x, T)):
        assert made.shape == (2, 3)
        assert len(np.unique(made)) >= 4
    assert model.alive(theta, 2, 9.0, 20.0) == pytest.approx(model.alive(theta, x, t_x, T)[1, 1])
    several = model.expect(theta, x, t_x, T, 26.0)
    assert several == pytest.approx(model.alive(theta, x, t_x, T) * model.expect_if_alive(theta, x, T, 26.0))
