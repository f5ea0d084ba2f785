"""What every contractual model must keep: gradient, Hessian, weights, probabilities, simulation, extremes, recovery."""

from __future__ import annotations

import itertools
import warnings
from typing import Any

import numpy as np
import pytest

from lifelong import plugins
from lifelong.errors import ConfigError, FitError
from lifelong.models.bdw import BdW
from lifelong.models.discrete_weibull import DiscreteWeibull
from lifelong.models.sbg import SBG
from lifelong.models.segments import ConstantChurn, TwoSegments
from lifelong.values import Tenures

TRUTH: dict[str, tuple[Any, list[float]]] = {
    "sbg": (SBG(), [0.9, 3.2]),
    "bdw": (BdW(), [0.7, 2.2, 1.4]),
    "discrete_weibull": (DiscreteWeibull(), [0.25, 0.7]),
    "constant_churn": (ConstantChurn(), [0.3]),
    "two_segments": (TwoSegments(), [0.8, 0.06, 0.9]),
}
EVERY = pytest.mark.parametrize("name", list(TRUTH))


def seen(model: Any, theta: Any, size: int, rng: np.random.Generator, periods: int = 12) -> Tenures:
    """Subscribers who joined evenly over half of the time watched: histories of several lengths, right-censored."""
    life = model.simulate(np.asarray(theta, dtype=float), size, rng)
    age = rng.integers(periods // 2, periods + 1, size)
    return Tenures.of(np.minimum(life - 1, age), life - 1 < age)


@EVERY
def test_gradient_and_hessian_are_those_of_the_likelihood(name: str) -> None:
    model, theta = TRUTH[name]
    data = seen(model, theta, 400, np.random.default_rng(1), 30)
    for factor in (1.0, 0.6, 1.8):
        at = np.array(theta) * factor ** np.resize([1.0, -1.0, 0.5], len(theta))
        objective = model.objective(data)
        _, gradient = objective.value(at)
        hessian = objective.hessian(at)
        for j in range(len(at)):
            step = np.zeros(len(at))
            step[j] = 1e-5 * at[j]
            up, down = objective.value(at + step), objective.value(at - step)
            assert gradient[j] == pytest.approx((up[0] - down[0]) / (2 * step[j]), rel=1e-5, abs=1e-5)
            assert hessian[j] == pytest.approx((up[1] - down[1]) / (2 * step[j]), rel=2e-5, abs=1e-3)


@EVERY
def test_a_count_is_as_many_equal_subscribers(name: str) -> None:
    model, theta = TRUTH[name]
    at = np.array(theta)
    once = Tenures.of([0, 2, 5, 5], [True, True, False, True], [3, 1, 2, 4])
    n = np.repeat([0, 2, 5, 5], [3, 1, 2, 4])
    lost = np.repeat([True, True, False, True], [3, 1, 2, 4])
    assert model.loglik(at, once) == pytest.approx(model.loglik(at, Tenures.of(n, lost)), rel=1e-13)
    assert model.loglik_each(at, n, lost).sum() == pytest.approx(model.loglik(at, once), rel=1e-12)
    assert model.loglik_gradient(at, once)[1] == pytest.approx(model.loglik_gradient(at, Tenures.of(n, lost))[1])


@EVERY
def test_probabilities_curve_retention_and_hazard_agree(name: str) -> None:
    model, theta = TRUTH[name]
    at, t = np.array(theta), np.arange(1, 301)
    survival = model.survival(at, np.arange(301))
    assert survival[0] == 1.0
    assert (np.diff(survival) < 0).all()
    np.testing.assert_allclose(model.pmf(at, t), -np.diff(survival), rtol=1e-8, atol=1e-15)
    assert model.pmf(at, t).sum() + survival[-1] == pytest.approx(1.0, abs=1e-12)
    np.testing.assert_allclose(model.retention(at, t), survival[1:] / survival[:-1], rtol=1e-10)
    np.testing.assert_allclose(model.retention(at, t) + model.hazard(at, t), 1.0, rtol=1e-14)


@EVERY
@pytest.mark.parametrize("d", [0.1, 0.002])
@pytest.mark.parametrize("n", [1, 6])
def test_residual_lifetime_is_the_sum_of_survival(name: str, d: float, n: int) -> None:
    """Against all terms one by one; 0.002 reaches far beyond those that are added directly."""
    model, theta = TRUTH[name]
    at = np.array(theta)
    t = np.arange(n, n + 60_000)
    terms = model.survival(at, t) / model.survival(at, n - 1) * (1 + d) ** -(t - n).astype(float)
    assert model.derl(at, n, d) == pytest.approx(terms.sum(), rel=1e-10)
    assert model.derl(at, n, d, horizon=7) == pytest.approx(terms[:7].sum(), rel=1e-12)
    assert model.derl(at, n, 0.0, horizon=20_000) == pytest.approx(
        (model.survival(at, t[:20_000]) / model.survival(at, n - 1)).sum(), rel=1e-9
    )
    weighed = (terms * (t - n + 1)).sum() / terms.sum()
    assert model.retention_elasticity(at, n, d) == pytest.approx(weighed, rel=1e-9)


@EVERY
def test_simulated_lifetimes_are_those_of_the_formula(name: str) -> None:
    model, theta = TRUTH[name]
    at, size = np.array(theta), 60_000
    life = model.simulate(at, size, np.random.default_rng(3))
    assert life.min() >= 1
    for t in (1, 2, 5, 20):
        share = float(model.survival(at, t))
        assert np.mean(life > t) == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / size))
    stayed = life[life > 4]  # four renewals made: renewal 5 is due
    paid = np.minimum(stayed - 5, 10)
    expected = model.derl(at, 5, 0.0, horizon=10)
    assert paid.mean() == pytest.approx(float(expected), abs=4 * paid.std() / np.sqrt(len(stayed)))


@pytest.mark.parametrize("name", ["sbg", "bdw", "discrete_weibull", "two_segments"])
def test_less_churn_inside_the_posterior_is_what_a_simulation_gives(name: str) -> None:
    """Each subscriber's own chance to leave falls by a fifth; sorting by the n - 1 renewals made happened before."""
    model, theta = TRUTH[name]
    at, rng, size = np.array(theta), np.random.default_rng(5), 400_000
    gain = float(model.churn_effect(at, 1, -0.2, 0.1, horizon=8))
    if name == "two_segments":
        own = -np.expm1(-np.where(rng.random(size) < at[0] / (1 + at[0]), at[1], at[2]))
        c = 1.0
    elif name == "discrete_weibull":
        own, c = np.full(size, -np.expm1(-at[0])), at[1]
    else:
        own, c = rng.beta(at[0], at[1], size), 1.0 if name == "sbg" else at[2]
    t = np.arange(1, 9.0)
    before, after = ((np.power.outer(1 - own * f, t**c) @ 1.1 ** -(t - 1)).mean() for f in (1.0, 0.8))
    assert gain == pytest.approx(after / before - 1, rel=0.01)
    assert gain > 0


@EVERY
def test_extremes_are_finite_and_silent(name: str) -> None:
    model, theta = TRUTH[name]
    n = np.array([0, 1, 30, 9_999, 10_000])
    data = Tenures.of(np.r_[n, n], np.r_[np.ones(5, bool), np.zeros(5, bool)])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for corner in itertools.product((1e-3, 1.0, 1e4), repeat=len(theta)):
            at = np.array(corner)
            survival = model.survival(at, n)
            assert ((survival >= 0) & (survival <= 1)).all(), corner
            assert np.isfinite(model.loglik_each(at, data.n, data.is_lost)).all(), corner
            for d, horizon in ((0.1, np.inf), (0.0, 60)):
                made = model.derl(at, [1, 50], d, horizon)
                assert np.isfinite(made).all(), corner
                assert (made >= 0).all(), corner
            value, gradient = model.loglik_gradient(at, data)
            assert np.isfinite([value, *gradient, *model.objective(data).hessian(at).ravel()]).all(), corner


@EVERY
def test_recovery_at_5000_subscribers(name: str) -> None:
    model, theta = TRUTH[name]
    data = seen(model, theta, 5_000, np.random.default_rng(7), 24)
    fit = model.fit(data)
    assert fit.info["prior"] == "off"
    assert fit.info["gain"] < 1e-6
    assert fit.loglik >= model.loglik(np.array(theta), data) - 1e-6
    gap = np.log(fit.theta / theta) / np.sqrt(np.diag(fit.covariance))
    assert (np.abs(gap) < 4).all(), gap
    assert float(model.survival(fit.theta, 48)) == pytest.approx(float(model.survival(np.array(theta), 48)), abs=0.03)


@pytest.mark.parametrize(("name", "size"), [("sbg", 1000), ("bdw", 3000), ("discrete_weibull", 1000)])
def test_95_percent_intervals_hold_the_truth(name: str, size: int) -> None:
    """100 fits: between 88 and 100 % is within three standard errors of 95 %."""
    model, theta = TRUTH[name]
    rng = np.random.default_rng(11)
    held = np.array(
        [
            [
                p.low <= t <= p.high
                for p, t in zip(model.fit(seen(model, theta, size, rng), prior="off").params, theta, strict=True)
            ]
            for _ in range(100)
        ]
    )
    assert (held.mean(axis=0) >= 0.88).all(), held.mean(axis=0)
    assert 0.90 <= held.mean() <= 0.99


def test_findings_of_little_data() -> None:
    def codes(tenures: Tenures, model: Any = SBG(), **how: Any) -> set[str]:  # noqa: B008 - a model holds no state
        return {f.code for f in model.fit(tenures, **how).findings}

    assert {"F231", "F201"} <= codes(Tenures.from_survivors([100, 100, 100]))
    assert {"F232"} <= codes(Tenures.from_survivors([1000, 500, 0]))
    assert {"F233"} <= codes(Tenures.from_survivors([1000, 500]))
    assert "F202" in codes(Tenures.from_survivors([100, 60, 40, 30]), prior="off")
    assert "F234" in codes(Tenures.from_survivors([1000, 631, 468, 382, 326]))
    good = codes(Tenures.from_survivors([10_000, 8000, 6512, 5388, 4521, 3843, 3304, 2870, 2515, 2221]))
    assert not good & {"F231", "F232", "F233", "F202"}
    with pytest.raises(FitError, match="no subscriber"):
        SBG().fit(Tenures.of([], []))


@pytest.mark.parametrize("table", [[500, 500, 500], [500, 0], [500, 499], [1, 0], [1, 1], [3, 2, 2, 1]])
@EVERY
def test_little_data_still_give_a_finite_fit(name: str, table: list[int]) -> None:
    model = TRUTH[name][0]
    for prior in ("on", "off"):
        fit = model.fit(Tenures.from_survivors(table), prior=prior)
        assert np.isfinite(fit.loglik)
        assert np.isfinite(fit.covariance).all()
        draws = fit.draws(50, np.random.default_rng(0))
        assert np.isfinite(model.survival(draws[0], [1, 100])).all()


def test_the_registry_knows_the_contracts_apart_from_the_purchase_models() -> None:
    assert set(plugins.known("contracts")) >= set(TRUTH)
    assert not set(plugins.known("contracts")) & set(plugins.known("models"))
    for name, (model, _) in TRUTH.items():
        assert type(plugins.load("contracts", name)()) is type(model)


@pytest.mark.parametrize("wrong", [{"n": 0}, {"d": -0.1}, {"horizon": -1.0}, {"churn": -1.0}])
def test_a_residual_lifetime_refuses_what_has_no_meaning(wrong: dict[str, float]) -> None:
    with pytest.raises(ConfigError, match="residual lifetime"):
        SBG().derl(np.array([0.7, 1.2]), **({"n": 1} | wrong))


def test_lifetimes_of_infinite_mean_say_so() -> None:
    assert np.isinf(SBG().derl(np.array([1.0, 2.0]), 1))
    assert np.isinf(BdW().derl(np.array([0.5, 2.0, 1.9]), 1))
    assert np.isfinite(BdW().derl(np.array([0.5, 2.0, 2.1]), 1))
    assert SBG().derl(np.array([1.5, 2.0]), 3) == pytest.approx((2.0 + 2) / 0.5)
    with pytest.raises(FitError, match="endless"):
        BdW().derl(np.array([2.0, 2.0, 1.0]), 1, churn=-0.1)
    # E[1 / theta'] - 1 with theta' = 0.9 theta and theta ~ Beta(3, 2): (3 + 2 - 1) / (3 - 1) / 0.9 - 1.
    assert SBG().derl(np.array([3.0, 2.0]), 1, churn=-0.1) == pytest.approx(4 / 2 / 0.9 - 1)
