"""The parts of the ascent, each on a surface whose answer can be worked out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.models.climb import (
    Climb,
    Prior,
    Scaled,
    _ascend,
    _confirm,
    _free,
    _gain,
    _rank_one,
    _step,
    maximise,
    tolerance,
)

FREE = Prior(np.zeros(2), np.full(2, np.inf))


class Quadratic:
    """0.5 (z - top)' H (z - top) in z = log(theta), and a count of what it was asked for."""

    size = 1

    def __init__(self, hessian: list[list[float]], top: list[float]) -> None:
        self.inner, self.top, self.values, self.hessians = np.array(hessian), np.array(top), 0, 0

    def value(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        self.values += 1
        gap = np.log(theta) - self.top
        return float(0.5 * gap @ self.inner @ gap), self.inner @ gap / theta

    def hessian(self, theta: np.ndarray) -> np.ndarray:
        self.hessians += 1
        slope = self.inner @ (np.log(theta) - self.top)
        return (self.inner - np.diag(slope)) / np.outer(theta, theta)

    def starts(self) -> list[np.ndarray]:
        return [np.array([1.0, 1.0]), np.array([2.0, 0.5])]

    def coarser(self) -> list[Quadratic]:
        return []


def scaled(objective: Quadratic, prior: Prior = FREE, bound: float = 9.0) -> Scaled:
    return Scaled(objective, prior, np.full(2, -bound), np.full(2, bound))


def climb(gradient: list[float], hessian: list[list[float]], z: tuple[float, float] = (0.0, 0.0)) -> Climb:
    return Climb(np.array(z), 0.0, np.array(gradient), np.array(hessian))


def test_on_the_log_scale_with_its_prior() -> None:
    prior = Prior(np.array([1.0, -1.0]), np.array([0.5, 2.0]))
    at = scaled(Quadratic([[-4.0, 1.0], [1.0, -3.0]], [0.5, 0.2]), prior)
    z = np.array([0.3, 0.7])
    value, slope = at.value(z)
    gap = z - [0.5, 0.2]
    assert value == pytest.approx(0.5 * gap @ at.objective.inner @ gap - 0.5 * (0.7**2 / 0.25 + 1.7**2 / 4.0))
    assert slope == pytest.approx(at.objective.inner @ gap - [-0.7 / 0.25, 1.7 / 4.0])
    assert at.hessian(z, slope) == pytest.approx(np.array([[-8.0, 1.0], [1.0, -3.25]]))
    assert at.evaluations == 1


def test_many_at_once_where_the_objective_can() -> None:
    class Many(Quadratic):
        def values_at(self, theta: np.ndarray) -> np.ndarray:
            each = [self.value(row)[0] for row in theta]
            return np.where(theta[:, 0] > 100.0, np.nan, each)

    prior, z = Prior(np.array([1.0, -1.0]), np.array([0.5, 2.0])), np.array([[0.3, 0.7], [5.0, 0.0], [-1.0, 2.0]])
    one, many = (scaled(kind([[-4.0, 1.0], [1.0, -3.0]], [0.5, 0.2]), prior) for kind in (Quadratic, Many))
    told = [one.value(at)[0] for at in z]
    assert one.values(z).tolist() == told
    assert many.values(z) == pytest.approx([told[0], -np.inf, told[2]])  # no number is no place to go
    assert (one.evaluations, many.evaluations) == (6, 3)


@pytest.mark.parametrize("slope", [[np.nan, 1.0], [1.0, np.inf]])
def test_a_slope_that_is_no_number_is_no_place_to_go(slope: list[float]) -> None:
    class Torn(Quadratic):
        def value(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
            return 1.0, np.array(slope) * theta

    value, gradient = scaled(Torn([[-1.0, 0.0], [0.0, -1.0]], [0.0, 0.0])).value(np.zeros(2))
    assert value == -np.inf
    assert gradient.tolist() == [0.0, 0.0]


def test_what_presses_against_a_bound_is_held() -> None:
    at = scaled(Quadratic([[-1.0, 0.0], [0.0, -1.0]], [0.0, 0.0]), bound=1.0)
    flat = [[-1.0, 0.0], [0.0, -1.0]]
    assert _free(at, climb([-1.0, 1.0], flat, (-1.0, 1.0))).tolist() == [False, False]
    assert _free(at, climb([1.0, -1.0], flat, (-1.0, 1.0))).tolist() == [True, True]
    assert _free(at, climb([0.0, 0.0], flat, (-1.0, 1.0))).tolist() == [True, True]
    assert _free(at, climb([-1.0, 1.0], flat, (-0.9, 0.9))).tolist() == [True, True]


def test_the_gain_that_a_step_promises() -> None:
    at = scaled(Quadratic([[-1.0, 0.0], [0.0, -1.0]], [0.0, 0.0]), bound=1.0)
    assert _gain(at, climb([3.0, 4.0], [[-6.0, 0.0], [0.0, -8.0]])) == pytest.approx(0.5 * (9 / 6 + 16 / 8))
    assert _gain(at, climb([3.0, 4.0], [[-2.0, 0.0], [0.0, 8.0]])) == pytest.approx(0.5 * (3 + 16 / 8))  # too flat
    assert _gain(at, climb([0.3, 4.0], [[0.0, 0.0], [0.0, 0.0]])) == pytest.approx(0.5 * (0.3 + 4.0))
    assert _gain(at, climb([0.0, 4.0], [[0.0, 0.0], [0.0, -8.0]])) == pytest.approx(0.5 * 16 / 8)
    assert _gain(at, climb([3.0, 4.0], [[-6.0, 5.0], [5.0, -8.0]], (1.0, 0.0))) == pytest.approx(0.5 * 16 / 8)
    assert _gain(at, climb([3.0, 4.0], [[-6.0, 0.0], [0.0, -8.0]], (1.0, 1.0))) == 0.0


def test_a_step_is_the_best_within_its_radius() -> None:
    rng = np.random.default_rng(0)
    turn = np.linspace(0.0, 2.0 * np.pi, 20_001)
    for hessian in ([[-2.0, 0.4], [0.4, -1.0]], [[2.0, 0.3], [0.3, -1.0]], [[3.0, 0.1], [0.1, 1.0]], [[0.0, 0.0]] * 2):
        H, gradient = np.array(hessian), rng.normal(size=2)
        for radius in (0.01, 0.3, 40.0):
            step = _step(gradient, H, radius)
            ring = radius * np.stack([np.cos(turn), np.sin(turn)])
            best = (gradient @ ring + 0.5 * np.einsum("ij,ik,kj->j", ring, H, ring)).max()
            assert np.linalg.norm(step) <= radius * (1 + 1e-9)
            assert gradient @ step + 0.5 * step @ H @ step >= best - 1e-6 * abs(best)
    assert _step(np.array([1.0, 1.0]), np.array([[-1.0, 0.0], [0.0, -0.5]]), 9.0) == pytest.approx(
        [1.0, 2.0], abs=1e-14
    )


def test_an_update_that_cannot_be_trusted_is_left_out() -> None:
    hessian, step = -np.eye(2), np.array([1.0, 0.0])
    assert _rank_one(hessian, step, np.array([-1.0 + 1e-9, 1.0])) is hessian
    taken = _rank_one(hessian, step, np.array([-1.0 + 1e-7, 1.0]))
    assert taken @ step == pytest.approx([-1.0 + 1e-7, 1.0])
    assert taken[1, 1] == pytest.approx(-1.0 + 1e7, rel=1e-6)


def test_a_quadratic_is_climbed_in_a_step_where_the_radius_lets_it() -> None:
    at = scaled(Quadratic([[-4.0, 1.0], [1.0, -3.0]], [0.5, 0.2]))
    made = _ascend(at, np.zeros(2), None, 1e-10)
    assert made.z == pytest.approx([0.5, 0.2], abs=1e-12)
    assert (made.iterations, at.evaluations, at.objective.hessians) == (1, 2, 1)
    far = scaled(Quadratic([[-4.0, 1.0], [1.0, -3.0]], [5.0, 2.0]))
    made = _ascend(far, np.zeros(2), None, 1e-10)
    assert made.z == pytest.approx([5.0, 2.0], abs=1e-9)
    assert far.evaluations == 4  # the radius: 1, 2, then 4, which is enough
    assert far.objective.hessians == 1
    short = _ascend(far, np.zeros(2), None, 1e-10, most=1)
    assert np.linalg.norm(short.z) == pytest.approx(1.0)


def test_a_wrong_curvature_is_mended_on_the_way() -> None:
    at = scaled(Quadratic([[-4.0, 1.0], [1.0, -3.0]], [0.5, 0.2]))
    made = _ascend(at, np.zeros(2), np.diag([-1.0, -1.0]), 1e-10)
    assert made.z == pytest.approx([0.5, 0.2], abs=1e-6)
    assert at.evaluations <= 6
    assert at.objective.hessians == 1


def test_the_end_is_confirmed_by_a_fresh_curvature() -> None:
    at = scaled(Quadratic([[-4.0, 1.0], [1.0, -3.0]], [0.5, 0.2]))
    value, slope = at.value(np.array([0.4, 0.2]))
    stale = Climb(np.array([0.4, 0.2]), value, slope, np.diag([-1e9, -1e9]))
    made = _confirm(at, stale)
    assert made.z == pytest.approx([0.5, 0.2], abs=1e-9)
    assert made.hessian == pytest.approx(at.objective.inner)
    assert made.gain <= tolerance(made.value)


def test_every_start_is_tried_and_every_evaluation_counted() -> None:
    class Coarse(Quadratic):
        def coarser(self) -> list[Quadratic]:
            return [self.near]

    objective = Coarse([[-4.0, 1.0], [1.0, -3.0]], [0.5, 0.2])
    objective.near = Quadratic([[-4.0, 1.0], [1.0, -3.0]], [0.4, 0.3])
    best = maximise(objective, FREE, np.full(2, -9.0), np.full(2, 9.0))
    assert best.z == pytest.approx([0.5, 0.2], abs=1e-9)
    assert best.evaluations == objective.values + objective.near.values
    assert objective.near.values >= 5  # two starts of two evaluations at least, and their best
    assert objective.values <= 5


def test_the_better_of_two_hills_is_taken() -> None:
    class Hills(Quadratic):
        """Two hills, of height 0 and 1, of which only the higher one is reached from the second start."""

        def value(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
            z = np.log(theta)
            a, b = np.exp(-2.0 * ((z - [-2, 0]) ** 2).sum()), 2.0 * np.exp(-2.0 * ((z - [2, 0]) ** 2).sum())
            return a + b, (-4.0 * a * (z - [-2, 0]) - 4.0 * b * (z - [2, 0])) / theta

        def hessian(self, theta: np.ndarray) -> np.ndarray:
            h, rows = 1e-5, []
            for j in range(2):
                up, down = theta.copy(), theta.copy()
                up[j] *= 1 + h
                down[j] *= 1 - h
                rows.append((self.value(up)[1] - self.value(down)[1]) / (2 * h * theta[j]))
            return np.array(rows)

        def starts(self) -> list[np.ndarray]:
            return [np.exp([-1.8, 0.1]), np.exp([1.7, 0.2]), np.exp([-1.7, 0.2])]

    best = maximise(Hills([[0.0, 0.0], [0.0, 0.0]], [0.0, 0.0]), FREE, np.full(2, -9.0), np.full(2, 9.0))
    assert best.z == pytest.approx([2.0, 0.0], abs=1e-4)


def test_a_gain_too_small_to_matter() -> None:
    assert tolerance(0.0) == 1e-8
    assert tolerance(-1e4) == 1e-8
    assert tolerance(-1e7) == pytest.approx(1e-6)
    assert tolerance(1e7) == pytest.approx(1e-6)
