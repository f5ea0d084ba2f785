"""The fitting routine: the optimiser, the prior, the covariance, and what a fit tells."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest

from lifelong.errors import ConfigError
from lifelong.models import climb as climb_module
from lifelong.models.attrition import Attrition, PatternObjective, loglik_gradient, loglik_hessian
from lifelong.models.base import Parameter, PurchaseModel, SpendModel, weeks
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.climb import Prior, maximise
from lifelong.models.findings import independence, pattern_findings, spend_findings
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.optimise import PlainObjective, fit_model, fit_spend, takes_prior
from lifelong.models.pairs import prepare, prepare_days
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.testing import simulated_patterns, simulated_spend
from lifelong.values import Patterns, Spend

MODELS = [BGNBD(), MBGNBD(), ParetoNBD()]
INFINITE = Prior(np.zeros(2), np.full(2, np.inf))


class Bowl:
    """log-likelihood -(log a - 1)^2 - 50 (log b - 2 log a)^2: a bent valley in theta, a tilted one in its logarithm."""

    size = 1

    def value(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        a, b = np.log(theta)
        gap = b - 2 * a
        return -((a - 1) ** 2) - 50 * gap**2, np.array([-2 * (a - 1) + 200 * gap, -100 * gap]) / theta

    def hessian(self, theta: np.ndarray) -> np.ndarray:
        inner = np.array([[-402.0, 200.0], [200.0, -100.0]])
        gradient = self.value(theta)[1] * theta
        return (inner - np.diag(gradient)) / np.outer(theta, theta)

    def starts(self) -> list[np.ndarray]:
        return [np.array([30.0, 0.01]), np.array([1.0, 1.0])]

    def coarser(self) -> list[Bowl]:
        return []


def test_the_optimum_of_a_narrow_valley() -> None:
    best = maximise(Bowl(), INFINITE, np.full(2, -9.0), np.full(2, 9.0))
    assert np.log(np.exp(best.z)) == pytest.approx([1.0, 2.0], abs=1e-6)
    assert best.hessian == pytest.approx(np.array([[-402.0, 200.0], [200.0, -100.0]]))
    assert best.gain < 1e-8
    assert best.evaluations < 40


def test_an_optimum_at_the_bound_is_found_along_it() -> None:
    best = maximise(Bowl(), INFINITE, np.array([-9.0, -9.0]), np.array([9.0, 1.0]))
    assert best.z == pytest.approx([202 / 402, 1.0], abs=1e-6)
    assert best.gain < 1e-8


def test_the_prior_adds_its_curvature() -> None:
    prior = Prior(np.array([1.0, 2.0]), np.array([0.5, 2.0]))
    value, slope, curvature = prior.value(np.array([2.0, 2.0]))
    assert value == -2.0
    assert slope.tolist() == [-4.0, 0.0]
    assert curvature.tolist() == [[-4.0, 0.0], [0.0, -0.25]]
    best = maximise(Bowl(), prior, np.full(2, -9.0), np.full(2, 9.0))
    assert best.hessian == pytest.approx(np.array([[-406.0, 200.0], [200.0, -100.25]]))


class Cliff(Bowl):
    """Not a number beyond a = e: the climb must turn back."""

    def value(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
        if theta[0] > np.e:
            return np.nan, np.full(2, np.nan)
        return super().value(theta)

    def starts(self) -> list[np.ndarray]:
        return [np.array([0.5, 1.0])]


def test_values_that_are_not_numbers_are_walked_round() -> None:
    best = maximise(Cliff(), INFINITE, np.full(2, -9.0), np.full(2, 9.0))
    assert np.isfinite(best.value)
    assert best.value > -1e-3


def test_a_flat_likelihood_ends_at_once() -> None:
    class Flat(Bowl):
        def value(self, theta: np.ndarray) -> tuple[float, np.ndarray]:
            return 0.0, 0.0 * theta

        def hessian(self, theta: np.ndarray) -> np.ndarray:
            return 0.0 * np.outer(theta, theta)

    best = maximise(Flat(), INFINITE, np.full(2, -9.0), np.full(2, 9.0))
    assert best.gain == 0.0
    assert best.value == 0.0


def test_the_step_stays_within_its_radius_and_climbs() -> None:
    hessian = np.array([[2.0, 0.3], [0.3, -1.0]])  # a saddle
    gradient = np.array([0.5, 1.0])
    for radius in (0.1, 1.0, 10.0):
        step = climb_module._step(gradient, hessian, radius)
        assert np.linalg.norm(step) <= radius * (1 + 1e-9)
        assert gradient @ step > 0
    newton = climb_module._step(gradient, -np.eye(2) * 4, 10.0)
    assert newton == pytest.approx(gradient / 4)


def test_the_rank_one_update_meets_the_secant() -> None:
    hessian, step, change = -np.eye(2), np.array([0.5, -0.2]), np.array([-1.0, 0.9])
    updated = climb_module._rank_one(hessian, step, change)
    assert updated @ step == pytest.approx(change)
    assert climb_module._rank_one(hessian, step, hessian @ step) is hessian


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_hessian_is_the_derivative_of_the_gradient(model: Attrition) -> None:
    theta = np.array([p.start for p in model.params]) * [1.2, 0.7, 1.5, 0.8]
    patterns = simulated_patterns(model, theta, 2_000, np.random.default_rng(0))
    plain = PlainObjective(model, patterns)
    own = model.objective(patterns)
    np.testing.assert_allclose(
        own.hessian(theta), plain.hessian(theta), rtol=2e-4, atol=1e-4 * np.abs(own.hessian(theta)).min()
    )
    assert own.value(theta)[0] == plain.value(theta)[0]


def test_hessian_of_gamma_gamma_is_exact() -> None:
    spend = simulated_spend(GammaGamma(), np.array([5.0, 4.0, 20.0]), 500, np.random.default_rng(0))
    theta = np.array([4.0, 3.0, 25.0])
    own, plain = GammaGamma().objective(spend), PlainObjective(GammaGamma(), spend)
    np.testing.assert_allclose(own.hessian(theta), plain.hessian(theta), rtol=1e-6)


def test_coarse_levels_are_only_a_start() -> None:
    patterns = simulated_patterns(BGNBD(), np.array([0.5, 6.0, 0.8, 2.5]), 6_000, np.random.default_rng(3))
    objective = BGNBD().objective(patterns)
    levels = objective.coarser()
    assert [level.bin_days for level in levels] == [int(patterns.T.max()) // 8, int(patterns.T.max()) // 26]
    assert levels[0].size < levels[1].size < objective.size
    assert all(level.made.customers == 6_000 for level in levels)
    assert levels[0].coarser() == []
    exact = maximise(
        PlainObjective(BGNBD(), patterns), Prior(np.zeros(4), np.full(4, np.inf)), np.full(4, -6.0), np.full(4, 9.0)
    )
    fit = BGNBD().fit(patterns)
    assert fit.loglik == pytest.approx(exact.value, abs=1e-6)
    assert fit.theta == pytest.approx(np.exp(exact.z), rel=1e-4)


def test_short_and_small_data_are_not_binned() -> None:
    few = Patterns.of([0, 1, 2], [0, 20, 90], [100, 200, 300], [5, 5, 5])
    assert BGNBD().objective(few).coarser() == []
    days = np.arange(1, 100)
    short = Patterns.of(np.repeat([0, 1, 2], 99), np.r_[np.zeros(99), days, days], np.r_[days, days + 2, days + 4])
    assert short.T.max() < 120
    assert BGNBD().objective(short).coarser() == []


def test_bins_keep_order_and_zero() -> None:
    made = prepare_days([0, 1, 2, 2], [0, 5, 27, 29], [10, 27, 28, 60], [1, 2, 3, 4], bin_days=28)
    assert made.alive.t.tolist() == [13.5 / 7, 41.5 / 7, 69.5 / 7]
    assert made.dead.t.tolist() == [0.0, 13.5 / 7, 41.5 / 7]
    assert made.count.tolist() == [1.0, 2.0, 3.0, 4.0]
    merged = prepare_days([1, 1], [3, 4], [30, 40], [2, 5], bin_days=28)
    assert merged.count.tolist() == [7.0]
    assert prepare_days([], [], [], [], bin_days=28).customers == 0.0


def test_pairs_of_patterns() -> None:
    made = prepare(np.array([2, 0, 2, 2]), np.array([5, 0, 7, 5]), np.array([9, 9, 9, 8]), np.array([1, 2, 3, 4]))
    assert made.alive.x.tolist() == [0.0, 2.0]
    assert made.customers == 10.0
    assert made.count_x.tolist() == [2.0, 8.0]
    for pairs, index, column in ((made.alive, made.i_alive, [9, 9, 9, 8]), (made.dead, made.i_dead, [5, 0, 7, 5])):
        assert len(pairs) == 3
        assert pairs.x[pairs.ix][index].tolist() == [2, 0, 2, 2]
        assert pairs.t[pairs.it][index].tolist() == column
    assert made.count_alive[made.i_alive].tolist() == [4.0, 2.0, 4.0, 4.0]


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
def test_objective_from_any_time_unit(model: Attrition) -> None:
    rng = np.random.default_rng(1)
    patterns = simulated_patterns(model, np.array([p.start for p in model.params]), 800, rng)
    made = prepare(patterns.x, patterns.t_x / 7.0, patterns.T / 7.0, patterns.count)
    theta = np.array([p.start for p in model.params])
    value, gradient = loglik_gradient(model, theta, made)
    assert value == pytest.approx(model.loglik(theta, patterns), rel=1e-13)
    assert gradient == pytest.approx(model.loglik_gradient(theta, patterns)[1], rel=1e-9)
    assert (np.diag(loglik_hessian(model, theta, made)) < 0).any()


def test_every_model_keeps_the_contract() -> None:
    assert all(isinstance(m, PurchaseModel) for m in MODELS)
    assert isinstance(GammaGamma(), SpendModel)
    for model in (*MODELS, GammaGamma()):
        assert len({p.name for p in model.params}) == len(model.params)
        for p in model.params:
            assert p.low < p.start < p.high
            assert p.meaning
            assert 0 < p.prior[1] < 3
    assert weeks([7, 14]).tolist() == [1.0, 2.0]


def test_what_a_model_must_say_for_itself() -> None:
    class Empty(Attrition):
        name: ClassVar[str] = "empty"
        params: ClassVar[tuple[Parameter, ...]] = ()

    with pytest.raises(TypeError) as caught:
        Empty()
    for method in ("log_common", "log_alive", "log_dead", "starts", "expect_if_alive"):
        assert method in str(caught.value)


def test_the_prior_is_switched_by_size_or_by_hand() -> None:
    assert takes_prior("auto", 499)
    assert not takes_prior("auto", 500)
    assert takes_prior("on", 10**6)
    assert not takes_prior("off", 3)
    with pytest.raises(ConfigError) as error:
        takes_prior("maybe", 3)
    assert error.value.code == "E301"


def test_the_reported_likelihood_never_holds_the_prior() -> None:
    patterns = simulated_patterns(BGNBD(), np.array([0.5, 6.0, 0.8, 2.5]), 120, np.random.default_rng(5))
    on, off = BGNBD().fit(patterns, prior="on"), BGNBD().fit(patterns, prior="off")
    assert on.loglik == pytest.approx(BGNBD().loglik(on.theta, patterns), rel=1e-12)
    assert off.loglik == pytest.approx(BGNBD().loglik(off.theta, patterns), rel=1e-12)
    assert on.loglik < off.loglik
    assert np.trace(on.covariance) < np.trace(off.covariance)


def test_a_plain_model_of_the_contract_fits_as_well() -> None:
    class Stranger:
        """Keeps base.PurchaseModel and nothing more."""

        name = "stranger"
        params = BGNBD.params

        def loglik_gradient(self, theta: np.ndarray, patterns: Patterns) -> tuple[float, np.ndarray]:
            return BGNBD().loglik_gradient(theta, patterns)

    patterns = simulated_patterns(BGNBD(), np.array([0.5, 6.0, 0.8, 2.5]), 1_000, np.random.default_rng(6))
    theirs, ours = fit_model(Stranger(), patterns), BGNBD().fit(patterns)
    assert theirs.theta == pytest.approx(ours.theta, rel=1e-4)
    assert theirs.covariance == pytest.approx(ours.covariance, rel=1e-3)
    assert theirs.model == "stranger"


def test_a_plain_spend_model_fits_as_well() -> None:
    class Stranger:
        name = "stranger"
        params = GammaGamma.params

        def loglik_gradient(self, theta: np.ndarray, spend: Spend) -> tuple[float, np.ndarray]:
            return GammaGamma().loglik_gradient(theta, spend)

    spend = simulated_spend(GammaGamma(), np.array([6.0, 4.0, 15.0]), 900, np.random.default_rng(7))
    theirs, ours = fit_spend(Stranger(), spend), GammaGamma().fit(spend)
    assert theirs.theta == pytest.approx(ours.theta, rel=1e-3)


def test_standard_errors_and_intervals_follow_from_the_covariance() -> None:
    patterns = simulated_patterns(ParetoNBD(), np.array([0.6, 10.0, 0.6, 12.0]), 3_000, np.random.default_rng(8))
    fit = ParetoNBD().fit(patterns, seed=11)
    sd = np.sqrt(np.diag(fit.covariance))
    assert [p.se for p in fit.params] == pytest.approx(fit.theta * sd)
    assert [np.log(p.high / p.low) for p in fit.params] == pytest.approx(2 * 1.959964 * sd)
    assert [p.estimate for p in fit.params] == fit.theta.tolist()
    inverse = -np.linalg.inv(ParetoNBD().objective(patterns).hessian(fit.theta) * np.outer(fit.theta, fit.theta))
    np.testing.assert_allclose(fit.covariance, inverse, rtol=1e-3)
    assert fit.origin.seed == 11
    assert fit.origin.patterns == len(patterns)
    assert [p.unit for p in fit.params] == ["", "weeks", "", "weeks"]


def test_the_same_input_gives_the_same_bytes() -> None:
    patterns = simulated_patterns(MBGNBD(), np.array([0.6, 7.0, 0.8, 1.5]), 1_500, np.random.default_rng(9))
    one, two = MBGNBD().fit(patterns), MBGNBD().fit(patterns)
    assert one.theta.tobytes() == two.theta.tobytes()
    assert one.covariance.tobytes() == two.covariance.tobytes()
    assert one.loglik == two.loglik


def test_money_in_any_currency_gives_the_same_shapes() -> None:
    spend = simulated_spend(GammaGamma(), np.array([6.0, 4.0, 15.0]), 900, np.random.default_rng(7))
    one, other = GammaGamma().fit(spend), GammaGamma().fit(replace(spend, total=spend.total * 4e4))
    assert other.theta == pytest.approx(one.theta * [1, 1, 4e4], rel=1e-5)


def test_a_large_spend_table_starts_from_a_sample() -> None:
    spend = simulated_spend(GammaGamma(), np.array([6.0, 4.0, 15.0]), 60_000, np.random.default_rng(7))
    objective = GammaGamma().objective(spend)
    (sample,) = objective.coarser()
    assert 20_000 <= sample.size <= 40_000
    assert sample.customers == pytest.approx(60_000)
    fit = GammaGamma().fit(spend)
    assert (np.abs(np.log(fit.theta / [6.0, 4.0, 15.0])) < 4 * np.sqrt(np.diag(fit.covariance))).all()


def test_fit_takes_what_carries_its_data() -> None:
    class Carrier:
        patterns = simulated_patterns(BGNBD(), np.array([0.5, 6.0, 0.8, 2.5]), 600, np.random.default_rng(1))
        spend = simulated_spend(GammaGamma(), np.array([6.0, 4.0, 15.0]), 600, np.random.default_rng(1))

    assert BGNBD().fit(Carrier).loglik == BGNBD().fit(Carrier.patterns).loglik
    assert GammaGamma().fit(Carrier).loglik == GammaGamma().fit(Carrier.spend).loglik
    assert isinstance(BGNBD().objective(Carrier.patterns), PatternObjective)


def test_findings_of_patterns() -> None:
    def codes(*columns: list[int], prior_on: bool = False) -> list[str]:
        return [f.code for f in pattern_findings(Patterns.of(*columns), prior_on, 500)]

    fine = ([0, 2], [0, 50], [90, 100], [400, 400])
    assert codes(*fine) == []
    assert codes(*fine, prior_on=True) == ["F201"]
    assert codes([0, 2], [0, 50], [90, 100], [4, 4]) == ["F202"]
    assert codes([0], [0], [90], [600]) == ["F205", "F206"]
    assert codes([0, 1], [0, 50], [90, 91], [600, 1]) == []
    assert codes([0, 90], [0, 90], [89, 90], [600, 2]) == ["F214", "F215"]
    assert codes([0, 1], [0, 2], [6, 5], [600, 1]) == ["F213"]
    assert codes([0, 1], [0, 3], [7, 5], [600, 1]) == []
    text = pattern_findings(Patterns.of([0], [0], [90], [4]), False, 500)[0]
    assert text.text == "only 4 customers and no prior: the estimates may be far off"
    assert text.facts == {"customers": 4}


def test_findings_of_spends() -> None:
    spend = Spend(np.array([1, 2, 0]), np.array([10.0, 20.0, 0.0]), np.array([400, 400, 9]))
    assert [f.code for f in spend_findings(spend, False, 500)] == ["F212"]
    spend = Spend(np.array([1, 2, 0]), np.array([10.0, 30.0, 0.0]), np.array([100, 100, 900]))
    assert [f.code for f in spend_findings(spend, True, 500)] == ["F201", "F211"]
    spend = Spend(np.array([1, 1, 2, 2]), np.array([10.0, 20.0, 20.0, 40.0]), np.array([100, 100, 100, 100]))
    assert [f.code for f in spend_findings(spend, True, 500)] == ["F201"]


def test_independence_of_spend_and_orders() -> None:
    rng = np.random.default_rng(0)
    x = rng.integers(0, 9, 4000)
    apart = independence(x, rng.lognormal(3.0, 0.5, 4000))
    assert abs(apart.correlation) < 0.06
    assert apart.finding is None
    assert apart.customers == int((x > 0).sum())
    tied = independence(x, rng.lognormal(3.0, 0.5, 4000) * (1.0 + x) ** 0.5)
    assert tied.finding is not None
    assert tied.finding.code == "F211"
    assert "spend more" in tied.finding.text
    assert tied.p_value < 1e-6
    some = x > 0
    wanted = np.corrcoef(np.log(x[some]), np.log((1.0 + x[some]) ** -0.5 * 9))[0, 1]
    down = independence(x, (1.0 + x) ** -0.5 * 9)
    assert down.correlation == pytest.approx(wanted, abs=1e-12)
    assert "spend less" in down.finding.text


def test_independence_counts_and_edges() -> None:
    x, z = np.array([1, 2, 4, 8]), np.array([3.0, 1.0, 4.0, 5.0])
    count = np.array([2, 1, 3, 2])
    one, long = independence(x, z, count), independence(np.repeat(x, count), np.repeat(z, count))
    assert one.correlation == pytest.approx(long.correlation, abs=1e-14)
    assert one.p_value == pytest.approx(long.p_value)
    assert one.customers == long.customers == 8
    assert independence([1, 2, 3], [1.0, 2.0, 3.0]).p_value == 1.0
    assert independence([2] * 9, np.arange(1.0, 10.0)).correlation == 0.0
    perfect = independence(np.arange(1, 50), np.arange(1.0, 50.0))
    assert perfect.correlation == pytest.approx(1.0)
    assert perfect.p_value < 1e-12
    from scipy.special import ndtr

    r, n = one.correlation, one.customers
    assert one.p_value == pytest.approx(2 * ndtr(-abs(np.arctanh(r)) * np.sqrt(n - 3)))
