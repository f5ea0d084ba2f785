"""From an optimum to a Fit: the covariance where the data are silent, starts, and what is told of the search."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lifelong.errors import ConfigError, FitError
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.optimise import PlainObjective, covariance_of, fit_model, fit_spend, takes_prior
from lifelong.testing import simulated_patterns, simulated_spend
from lifelong.values import Patterns, Spend


class Flat:
    """A model to which all parameters are alike."""

    name, params = "flat", BGNBD.params

    def loglik_gradient(self, theta: np.ndarray, _: Any) -> tuple[float, np.ndarray]:
        return -3.0, 0.0 * theta


MANY = Patterns.of([0, 2], [0, 50], [90, 100], [400, 400])


def test_what_the_data_do_not_hold_is_three_times_as_wide_as_its_prior() -> None:
    fit = fit_model(Flat(), MANY, prior="off")
    assert fit.covariance == pytest.approx(np.diag([9.0 * p.prior[1] ** 2 for p in BGNBD.params]))
    assert fit.info["condition"] == np.inf
    assert fit.loglik == -3.0
    on = fit_model(Flat(), MANY, prior="on")
    assert on.theta == pytest.approx([np.exp(p.prior[0]) for p in BGNBD.params], rel=1e-6)
    assert on.covariance == pytest.approx(np.diag([p.prior[1] ** 2 for p in BGNBD.params]), rel=1e-6)
    assert on.info["condition"] == pytest.approx(1.0)
    assert on.loglik == pytest.approx(-3.0)


def test_information_in_units_of_the_prior() -> None:
    sd = np.array([2.0, 0.5])
    covariance, held = covariance_of(-np.diag([100.0, 4.0]), sd)
    assert held == pytest.approx([1.0, 400.0])
    assert covariance == pytest.approx(np.diag([0.01, 0.25]))
    covariance, held = covariance_of(-np.diag([1e-4, 4.0]), sd)  # the first is hardly held
    assert held == pytest.approx([4e-4, 1.0])
    assert covariance == pytest.approx(np.diag([36.0, 0.25]))
    lopsided = -np.array([[100.0, 3.0], [1.0, 4.0]])
    assert covariance_of(lopsided, sd)[0] == pytest.approx(np.linalg.inv([[100.0, 2.0], [2.0, 4.0]]))


def test_what_is_told_of_the_search() -> None:
    patterns = simulated_patterns(BGNBD(), np.array([0.5, 6.0, 0.8, 2.5]), 900, np.random.default_rng(2))
    fit = BGNBD().fit(patterns)
    assert list(fit.info) == ["prior", "iterations", "evaluations", "gradient", "gain", "condition", "seconds"]
    assert fit.info["prior"] == "off"
    assert 0 < fit.info["seconds"] < 60
    assert 0 <= fit.info["iterations"] < 10 < fit.info["evaluations"] < 60
    assert 1.0 < fit.info["condition"] < 1e6
    slope = fit.theta * BGNBD().loglik_gradient(fit.theta, patterns)[1]
    assert fit.info["gradient"] == pytest.approx(np.abs(slope).max(), rel=1e-3)
    assert fit.info["gain"] < 1e-8
    assert (fit.origin.customers, fit.origin.patterns, fit.origin.seed) == (900, len(patterns), 0)
    held = BGNBD().fit(Patterns.of([0], [0], [300], [5000]), prior="off")  # everything runs to the edges
    slope = held.theta * BGNBD().loglik_gradient(held.theta, Patterns.of([0], [0], [300], [5000]))[1]
    assert held.info["gradient"] == pytest.approx(np.abs(slope).max(), rel=1e-3)
    assert held.info["gradient"] > slope.max()


def test_the_starts_of_a_plain_model() -> None:
    base = np.array([p.start for p in BGNBD.params])
    first, second, third = PlainObjective(BGNBD(), MANY).starts()
    assert first.tolist() == base.tolist()
    assert second == pytest.approx(base * [3, 1 / 3, 3, 1 / 3])
    assert third == pytest.approx(base * [1 / 3, 3, 1 / 3, 3])
    assert PlainObjective(BGNBD(), MANY).coarser() == []
    assert PlainObjective(BGNBD(), MANY).size == 2


def test_the_curvature_of_a_plain_model() -> None:
    class Known:
        params = BGNBD.params

        def loglik_gradient(self, theta: np.ndarray, _: Any) -> tuple[float, np.ndarray]:
            a, b = theta
            return float(a**3 * b + b**2), np.array([3 * a**2 * b, a**3 + 2 * b])

    made = PlainObjective(Known(), MANY).hessian(np.array([2.0, 5.0]))
    assert made == pytest.approx(np.array([[60.0, 12.0], [12.0, 2.0]]), rel=1e-7)
    assert (made == made.T).all()


def test_the_typical_spend_is_the_geometric_mean_over_customers() -> None:
    spend = Spend(np.array([1, 2, 0, 3]), np.array([10.0, 80.0, 0.0, 0.0]), np.array([300, 100, 50, 20]))

    class Still:
        name, params = "still", GammaGamma.params

        def loglik_gradient(self, theta: np.ndarray, _: Spend) -> tuple[float, np.ndarray]:
            return -1.0, 0.0 * theta

    fit = fit_spend(Still(), spend, prior="on")
    typical = 10.0 ** (300 / 400) * 40.0 ** (100 / 400)
    assert fit.theta == pytest.approx([np.exp(1.6), np.exp(1.4), typical * np.exp(-0.4)], rel=1e-6)
    assert (fit.origin.customers, fit.origin.patterns) == (420, 3)


def test_a_fit_of_spends_is_of_those_with_repeat_orders() -> None:
    spend = simulated_spend(GammaGamma(), np.array([6.0, 4.0, 15.0]), 700, np.random.default_rng(3))
    fit = GammaGamma().fit(spend, seed=7)
    assert (fit.origin.customers, fit.origin.seed) == (700, 7)
    assert fit.info["prior"] == "off"
    assert fit.info["evaluations"] < 80
    few = Spend(spend.x[:499], spend.total[:499], spend.count[:499])
    assert GammaGamma().fit(few).info["prior"] == "on"
    assert GammaGamma().fit(few, prior="off").info["prior"] == "off"


def test_errors_name_a_way_out() -> None:
    with pytest.raises(ConfigError, match="'none' is not a prior") as config:
        takes_prior("none", 1)
    assert config.value.where == "prior"
    assert "auto, on or off" in str(config.value)
    for few in (
        Spend(np.array([2]), np.array([9.0]), np.array([0])),
        Spend(np.array([2]), np.array([0.0]), np.array([3])),
    ):
        with pytest.raises(FitError) as error:
            GammaGamma().fit(few)
        assert error.value.code == "E201"
        assert "lifelong check" in error.value.fix


def test_the_condition_is_the_best_held_direction_over_the_worst() -> None:
    sd = np.array([p.prior[1] for p in BGNBD.params])
    held = np.array([4.0, 0.25, 100.0, 9.0])

    class Tight:
        name, params = "tight", BGNBD.params

        def loglik_gradient(self, theta: np.ndarray, _: Any) -> tuple[float, np.ndarray]:
            gap = np.log(theta) - 0.5
            return float(-0.5 * (held / sd**2) @ gap**2), -held / sd**2 * gap / theta

    fit = fit_model(Tight(), MANY, prior="off")
    assert fit.info["condition"] == pytest.approx(400.0, rel=1e-4)
    assert fit.theta == pytest.approx(np.exp([0.5] * 4), rel=1e-6)
    assert fit.covariance == pytest.approx(np.diag(sd**2 / held), rel=1e-4)
