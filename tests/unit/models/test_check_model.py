"""check_model passes every model of ours, and fails a model for each promise that it breaks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lifelong.models import cnbd_k
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.gamma_gamma_dependent import DependentGammaGamma
from lifelong.models.ggompertz_nbd import GGompertzNBD
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.nbd import NBD
from lifelong.models.normal_normal import NormalNormal
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.testing import check_model, simulated_patterns, simulated_spend

ALL = [
    *(BGNBD(), MBGNBD(), ParetoNBD(), NBD(), GGompertzNBD(), GammaGamma(), DependentGammaGamma(), NormalNormal()),
    *(cnbd_k.BGCNBD2(), cnbd_k.MBGCNBD2(), cnbd_k.BGCNBD3(), cnbd_k.MBGCNBD4()),
]


@pytest.mark.parametrize("model", ALL, ids=lambda m: m.name)
def test_every_model(model: Any) -> None:
    check_model(model)


@pytest.mark.parametrize(
    ("model", "theta"),
    [
        (BGNBD(), [1.8, 12.0, 1.0, 4.0]),  # a = 1, where the papers' closed form divides by zero
        (BGNBD(), [0.3, 5.0, 3.5, 0.6]),
        (MBGNBD(), [1.3, 6.0, 0.37, 0.72]),
        (ParetoNBD(), [2.5, 9.0, 1.0, 30.0]),  # s = 1
        (ParetoNBD(), [0.8, 30.0, 2.4, 6.0]),  # alpha > beta
        (GammaGamma(), [1.2, 6.0, 300.0]),
        (DependentGammaGamma(), [1.2, 6.0, 300.0, 0.7]),
        (NormalNormal(), [20.0, 5.0, 0.6, 1.2]),  # a loss on the whole
        (NBD(), [2.5, 9.0]),
        (GGompertzNBD(), [0.8, 30.0, 0.3, 2.4, 6.0]),
        (GGompertzNBD(), [0.55, 10.0, 1e-5, 0.6, 12.0]),
        (cnbd_k.MBGCNBD5(), [1.8, 3.0, 1.0, 4.0]),
        (cnbd_k.BGCNBD6(), [0.3, 2.0, 3.5, 0.6]),
    ],
)
def test_elsewhere_in_the_parameters(model: Any, theta: list[float]) -> None:
    check_model(model, np.array(theta), seed=1, light=True)


def broken(base: Any, **methods: Any) -> Any:
    return type("Broken", (type(base),), methods)()


def scaled(name: str, factor: float, base: Any = None) -> Any:
    model = base or BGNBD()
    return broken(model, **{name: lambda _, *a, **k: getattr(model, name)(*a, **k) * factor})


@pytest.mark.parametrize(
    ("model", "said"),
    [
        (broken(BGNBD(), loglik=lambda _, theta, p: BGNBD().loglik(theta, p) * 1.001), "gradient"),
        (scaled("loglik_each", 1.01), "weights: loglik is not the sum"),
        (scaled("pmf_new", 1.001), "probabilities of n orders"),
        (scaled("expect_new", 1.001), "sum of n p(n)"),
        (scaled("alive", 1.5), "P\\(alive\\) leaves"),
        (scaled("expect_if_alive", 1.05), "orders of the living"),
        (scaled("expect", 1.01), "expect is not alive times"),
        (scaled("expect", -1.0), "does not grow"),
        (scaled("draw_spend", 1.1, GammaGamma()), "spend of an order"),
        (scaled("expect", np.nan, GammaGamma()), "spend of an order"),
    ],
)
def test_a_broken_promise_is_named(model: Any, said: str) -> None:
    with pytest.raises(AssertionError, match=said.replace("(n)", "\\(n\\)")):
        check_model(model, light=True)


def test_weights_that_do_not_count_are_named() -> None:
    class Deaf(BGNBD):
        def loglik(self, theta: np.ndarray, patterns: Any) -> float:
            return float(self.loglik_each(theta, patterns.x, patterns.t_x / 7, patterns.T / 7).sum())

    with pytest.raises(AssertionError, match="count 3 gives"):
        check_model(Deaf(), light=True)


def test_lifetimes_that_ignore_the_discount_are_named() -> None:
    class Undiscounted(ParetoNBD):
        def expect_if_alive(
            self, theta: Any, x: Any, T: Any, horizon: float, discount: float = 0.0, t_x: Any = None
        ) -> Any:
            return super().expect_if_alive(theta, x, T, min(horizon, 1e4), 0.0 * discount, t_x)

    with pytest.raises(AssertionError, match="discounted expectation is out of bounds"):
        check_model(Undiscounted(), light=True)


def test_simulations_that_are_not_histories_are_named() -> None:
    class Eager(BGNBD):
        def simulate(self, theta: Any, T: Any, rng: Any) -> Any:
            x, t_x, death = super().simulate(theta, T, rng)
            return x + 1, t_x + 0.5, death

        def draw_orders(self, theta: Any, x: Any, T: Any, horizon: float, rng: Any) -> Any:
            owner, when = super().draw_orders(theta, x, T, horizon, rng)
            return owner, when + 1.0

    with pytest.raises(AssertionError) as error:
        check_model(Eager(), light=True)
    for text in ("not histories", "repeat orders of new customers", "leave the horizon"):
        assert text in str(error.value)


def test_strangers_spends_are_named() -> None:
    class Apart(GammaGamma):
        def draw_spend(self, theta: Any, x: Any, owner: Any, rng: Any) -> Any:
            x_ = np.asarray(x)[owner]
            return super().draw_spend(theta, x_, np.arange(len(owner)), rng)

    with pytest.raises(AssertionError, match="share a latent mean"):
        check_model(Apart(), light=True)


def test_overflow_is_named() -> None:
    class Loud(BGNBD):
        def loglik_each(self, theta: Any, x: Any, t_x: Any, T: Any) -> Any:
            return super().loglik_each(theta, x, t_x, T) + (np.inf if theta[0] > 1e3 else 0.0)

    with pytest.raises(AssertionError, match="not finite"):
        check_model(Loud(), light=True)


def test_a_biased_fit_is_named() -> None:
    class Biased(BGNBD):
        def simulate(self, theta: Any, T: Any, rng: Any) -> Any:
            return super().simulate(np.asarray(theta) * [2.0, 1.0, 1.0, 1.0], T, rng)

    with pytest.raises(AssertionError) as error:
        check_model(Biased())
    assert "recovery: r is" in str(error.value)
    assert "coverage: 95 % intervals cover" in str(error.value)


def test_simulated_shops() -> None:
    rng = np.random.default_rng(0)
    patterns = simulated_patterns(BGNBD(), np.array([0.5, 6.0, 0.8, 2.5]), 1000, rng, weeks=(10, 20))
    assert patterns.customers == 1000
    assert patterns.T.min() >= 70
    assert patterns.T.max() <= 140
    spend = simulated_spend(GammaGamma(), np.array([6.0, 4.0, 15.0]), 5000, rng)
    assert spend.x.min() == 1
    assert spend.x.max() == 8
    assert (spend.total / spend.x).mean() == pytest.approx(6 * 15 / 3, rel=0.05)
