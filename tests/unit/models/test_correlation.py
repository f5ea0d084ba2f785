"""Pareto/NBD with correlation: what it nests, its gradient, its contract, its draws."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong import plugins
from lifelong.models.correlation import CorrelatedParetoNBD, rates
from lifelong.models.correlation_objective import Tie
from lifelong.models.covariates import Covariates
from lifelong.models.encoding import Encoding
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.testing import check_model, simulated_patterns

MODEL = CorrelatedParetoNBD()
THETA = np.array([0.6, 4.0, 0.8, 6.0, 5.0])
X, T_X, T = np.array([0, 1, 2, 12, 3]), np.array([0.0, 3.0, 20.0, 50.0, 52.0]), np.array([4.0, 52.0, 52.0, 52.0, 52.0])


@pytest.mark.parametrize("theta", [[0.6, 10.0, 0.8, 30.0, 3.0], [0.6, 2.0, 0.8, 3.0, 0.2], [1.5, 0.3, 2.0, 0.4, 50.0]])
def test_it_keeps_the_contract_of_models(theta: list[float]) -> None:
    check_model(MODEL, np.array(theta), light=True)


@pytest.mark.slow
def test_it_recovers_and_covers() -> None:
    check_model(MODEL, np.array([1.0, 1.0, 1.0, 5.0, 1.0]))


def test_without_correlation_it_is_pareto_nbd() -> None:
    none, plain = np.r_[THETA[:4], 1.0], ParetoNBD()
    for made, said in [
        (MODEL.loglik_each(none, X, T_X, T), plain.loglik_each(THETA[:4], X, T_X, T)),
        (MODEL.alive(none, X, T_X, T), plain.alive(THETA[:4], X, T_X, T)),
        (MODEL.expect(none, X, T_X, T, 26.0, 0.002), plain.expect(THETA[:4], X, T_X, T, 26.0, 0.002)),
        (MODEL.expect_new(none, T), plain.expect_new(THETA[:4], T)),
        (MODEL.pmf_new(none, X, T), plain.pmf_new(THETA[:4], X, T)),
    ]:
        np.testing.assert_allclose(made, said, rtol=1e-8)
    assert MODEL.correlation(none) == 0.0
    patterns = simulated_patterns(plain, THETA[:4], 500, np.random.default_rng(1))
    assert MODEL.loglik(none, patterns) == pytest.approx(plain.loglik(THETA[:4], patterns), abs=1e-8)


@pytest.mark.parametrize("q", [1e-4, 0.3, 1.0, 8.0, 1e4])
@pytest.mark.parametrize("base", [[0.6, 4.0, 0.8, 6.0], [0.6, 0.2, 0.8, 6.0], [2.0, 0.3, 2.0, 0.2]])
def test_the_density_is_never_below_zero_and_the_margins_are_kept(base: list[float], q: float) -> None:
    tie = Tie.of(np.array([*base, q]))
    corners = [(u - tie.A) * (v - tie.B) for u in (0.0, 1.0) for v in (0.0, 1.0)]
    assert min(1.0 + tie.m * corner for corner in corners) >= -1e-12
    if q in (1e-4, 1e4):  # and near the edge it is nearly zero somewhere: no correlation is left out
        assert min(1.0 + tie.m * corner for corner in corners) < 2e-2
    theta = np.array([*base, q])
    weights = tie.weights([np.zeros(1)] * 4)
    assert float(sum(weights)[0]) == pytest.approx(1.0)
    assert MODEL.expect_new(theta, 1e-6) / 1e-6 == pytest.approx(base[0] / base[1], rel=1e-4)


@pytest.mark.parametrize(
    "base", [[0.6, 4.0, 0.8, 6.0], [0.6, 0.2, 0.8, 6.0], [2.0, 0.3, 2.0, 0.2], [0.2, 6.0, 2.0, 0.9]]
)
def test_gradient_on_every_side_of_the_bounds(base: list[float]) -> None:
    patterns = simulated_patterns(ParetoNBD(), np.array(base), 300, np.random.default_rng(2))
    for q in (0.05, 0.9, 20.0):
        at = np.array([*base, q])
        _, gradient = MODEL.loglik_gradient(at, patterns)
        for j in range(5):
            step = np.zeros(5)
            step[j] = 1e-5 * at[j]
            rise = (MODEL.loglik(at + step, patterns) - MODEL.loglik(at - step, patterns)) / (2 * step[j])
            assert gradient[j] == pytest.approx(rise, rel=1e-5, abs=1e-4)


def test_drawn_rates_have_the_correlation() -> None:
    """Customers who order at once and leave late, or the other way: the sign shows in those who never come back."""
    rng = np.random.default_rng(3)
    for q, sign in ((1e4, 1), (1e-4, -1)):
        theta = np.array([1.0, 1.0, 1.0, 5.0, q])
        said = float(MODEL.correlation(theta))
        assert np.sign(said) == sign
        rate, leave = rates(theta, np.zeros(200_000), np.zeros(200_000), rng)
        assert np.corrcoef(rate, leave)[0, 1] == pytest.approx(said, abs=0.015)
        assert rate.mean() == pytest.approx(1.0, abs=0.02)
        assert leave.mean() == pytest.approx(0.2, abs=0.005)


def test_a_fit_finds_a_correlation_that_is_there() -> None:
    theta = np.array([1.0, 1.0, 1.0, 3.0, 0.05])
    patterns = simulated_patterns(MODEL, theta, 6000, np.random.default_rng(4), weeks=(20.0, 60.0))
    fit, plain = MODEL.fit(patterns), ParetoNBD().fit(patterns)
    assert fit.loglik > plain.loglik + 5
    assert fit.loglik >= MODEL.loglik(theta, patterns) - 1e-6
    assert fit.params[4].low < MODEL.correlation(theta) < fit.params[4].high < 0.05


def test_at_an_edge_the_interval_is_not_narrow() -> None:
    """There the slope of the correlation in q is 0, and what is not known of q must show all the same."""
    theta, covariance = np.array([1.0, 1.0, 1.0, 5.0, 1e5]), np.diag([1e-4, 1e-4, 1e-4, 1e-4, 36.0])
    told = MODEL.estimates(theta, covariance)[4]
    assert told.low < 0.01
    assert told.estimate < told.high < told.estimate + 0.01
    assert told.se == pytest.approx((told.high - told.low) / (2 * 1.959964), rel=1e-4)
    held = MODEL.estimates(theta, np.zeros((5, 5)))[4]
    assert held.low == held.estimate == held.high == pytest.approx(float(MODEL.correlation(theta)))


def test_at_an_edge_a_fit_tells_the_far_end_by_the_likelihood() -> None:
    """Few customers, whose correlation runs to an edge: the interval is a profile, and holds the truth."""
    theta = np.array([2.0, 12.0, 2.0, 12.0, 5.0])
    patterns = simulated_patterns(MODEL, theta, 1000, np.random.default_rng(5), weeks=(20.0, 60.0))
    fit = MODEL.fit(patterns, prior="off")
    assert abs(np.log(fit.theta[4])) > 11.0
    assert fit.params[4].low < MODEL.correlation(theta) < fit.params[4].high


def test_it_takes_covariates_and_has_a_name() -> None:
    assert isinstance(plugins.load("models", "pareto_nbd_correlated")(), CorrelatedParetoNBD)
    table = {"web": [0, 1], "x": [1, 2], "t_x": [30, 90], "T": [200, 200]}
    model = Covariates(MODEL, ["web"], encoding=Encoding.learn(table, ["web"]))
    none = Covariates(ParetoNBD(), ["web"], encoding=model.encoding)
    theta = np.r_[THETA[:4], 1.0, 1.7]
    np.testing.assert_allclose(
        model.expect(theta, table, 26.0), none.expect(np.delete(theta, 4), table, 26.0), rtol=1e-9
    )
