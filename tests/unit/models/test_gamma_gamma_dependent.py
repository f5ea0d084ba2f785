"""The dependent Gamma-Gamma: where it is Gamma-Gamma, its gradient and Hessian, and what a fit tells."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.gamma_gamma_dependent import DependentGammaGamma
from lifelong.models.optimise import hessian_by_differences
from lifelong.testing import simulated_spend
from lifelong.values import Spend

MODEL = DependentGammaGamma()
THETA = np.array([6.0, 4.0, 15.0, np.exp(0.3)])


def test_without_dependence_it_is_gamma_gamma() -> None:
    flat = np.r_[THETA[:3], 1.0]
    spend = simulated_spend(MODEL, THETA, 300, np.random.default_rng(0))
    value, gradient = GammaGamma().loglik_gradient(THETA[:3], spend)
    assert MODEL.loglik(flat, spend) == pytest.approx(value, rel=1e-12)
    assert MODEL.loglik_gradient(flat, spend)[1][:3] == pytest.approx(gradient, rel=1e-9, abs=1e-9)
    x, total = np.array([0, 1, 8]), np.array([0.0, 20.0, 300.0])
    assert MODEL.expect(flat, x, total) == pytest.approx(GammaGamma().expect(THETA[:3], x, total), rel=1e-14)
    assert MODEL.scale(flat, total, x) == pytest.approx(GammaGamma().scale(THETA[:3], total), rel=1e-14)
    drawn = (
        m.draw_spend(flat[: len(m.params)], x, np.arange(3), np.random.default_rng(1)) for m in (MODEL, GammaGamma())
    )
    assert next(drawn).tolist() == next(drawn).tolist()


def test_the_hessian_is_exact_and_rows_without_money_say_nothing() -> None:
    spend = simulated_spend(MODEL, THETA, 300, np.random.default_rng(0))
    objective = MODEL.objective(spend)
    assert objective.hessian(THETA) == pytest.approx(hessian_by_differences(objective, THETA), rel=1e-5, abs=1e-4)
    more = Spend(np.r_[spend.x, 0, 4], np.r_[spend.total, 0.0, 0.0], np.r_[spend.count, 7, 1])
    assert MODEL.loglik(THETA, more) == MODEL.loglik(THETA, spend)


def test_a_customer_who_orders_more_is_expected_to_spend_by_the_power_more() -> None:
    assert MODEL.scale(THETA, 0.0, [0, 1, 3]) == pytest.approx(15.0 * np.array([2.0**0.3, 3.0**0.3, 5.0**0.3]))
    assert MODEL.expect(np.array([2.0, 0.5, 9.0, 1.0]), [0, 1], [0.0, 5.0]).tolist() == [
        np.inf,
        pytest.approx(28 / 1.5),
    ]
    two = np.stack([THETA, THETA * 1.1], axis=1)  # parameters of each customer, as draws have them
    assert MODEL.scale(two, [5.0, 6.0], [1, 2]).tolist() == pytest.approx(
        [float(MODEL.scale(theta, total, x)) for theta, total, x in zip(two.T, (5.0, 6.0), (1, 2), strict=True)]
    )


def test_a_spend_to_come_is_that_of_customers_who_have_made_it() -> None:
    """Of customers with x + 1 orders, the last order by what the first x brought: no draw of the model's own is used."""
    rng, size, x = np.random.default_rng(3), 400_000, 2
    nu = rng.standard_gamma(4.0, size) / (
        15.0 * (1.0 + x + 1.0) ** 0.3
    )  # the rates of those with x + 1, by the likelihood
    first, last = (rng.standard_gamma(6.0, (n, size)) / nu for n in (x, 1))
    total = first.sum(axis=0)
    gap = last[0] - MODEL.expect(THETA, x, total)
    for some in np.array_split(np.argsort(total), 4):
        assert abs(gap[some].mean()) < 4 * gap[some].std() / np.sqrt(len(some))


def test_simulated_customers_spend_as_the_likelihood_says() -> None:
    spend = MODEL.simulate(THETA, np.repeat([1, 4], 200_000), np.random.default_rng(4)).reshape(2, -1)
    each = spend / np.array([[1.0], [4.0]])
    mean = 6.0 * 15.0 * np.array([2.0, 5.0]) ** 0.3 / 3.0
    assert each.mean(axis=1) == pytest.approx(mean, rel=0.01)


def test_a_fit_tells_delta_itself_and_not_that_spends_depend() -> None:
    spend = simulated_spend(MODEL, THETA, 3000, np.random.default_rng(2))
    fit = MODEL.fit(spend)
    delta = fit.params[-1]
    assert (delta.name, delta.unit) == ("delta", "")
    assert abs(delta.estimate - 0.3) < 4 * delta.se
    assert delta.high - delta.estimate == pytest.approx(delta.estimate - delta.low)
    assert fit.theta[3] == pytest.approx(np.exp(delta.estimate))
    assert [f.code for f in GammaGamma().fit(spend).findings if f.code == "F211"] == ["F211"]
    assert "F211" not in [f.code for f in fit.findings]
    cents = MODEL.fit(Spend(spend.x, spend.total * 100.0, spend.count))
    assert cents["delta"] == pytest.approx(delta.estimate, abs=1e-6)
    assert cents["gamma"] == pytest.approx(fit["gamma"] * 100.0, rel=1e-5)


def test_spends_that_are_all_alike_are_told() -> None:
    spend = Spend(np.array([1, 2, 3]), np.array([9.0, 18.0, 27.0]), np.array([400, 300, 200]))
    assert "F212" in [f.code for f in MODEL.fit(spend).findings]
