"""Pareto/NBD in changing circumstances: slopes, nesting, and formulas against what simulated customers do."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lifelong.errors import ConfigError, FitError
from lifelong.models import clocks
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.models.time_varying import TimeVaryingParetoNBD
from lifelong.models.varying_fit import objective
from lifelong.values import Course, Timelines

MODEL = TimeVaryingParetoNBD()
THETA = np.array([1.2, 12.0, 0.9, 30.0, 0.8, -0.5, 0.9, 0.4])


def course(customers: int, weeks: int, seed: int = 0, days: int = 7) -> Course:
    """A season of six weeks a quarter and a price of each customer's own, which moves every week; of so many days each."""
    rng = np.random.default_rng(seed)
    season = np.tile((np.arange(weeks) % 13 < 6).astype(float), customers)
    price = rng.integers(-2, 3, customers * weeks) / 2.0
    owner = np.repeat(np.arange(customers), weeks)
    return Course.of(("season", "price"), np.column_stack([season, price]), owner, np.full(len(owner), days))


def histories(customers: int, weeks: int, seed: int = 0, days: int = 7) -> Timelines:
    """Simulated customers with each order on its day: the covariates of that day are those that it was made under."""
    ahead = course(customers, weeks, seed, days)
    owner, when, _ = MODEL.simulate(slow(days), ahead, np.random.default_rng(seed + 1))
    return Timelines.of(ahead, owner, on_days(when))


def slow(days: int) -> np.ndarray:
    """The parameters of customers to whom so many days are what a week is to others."""
    return THETA * np.where(np.isin(np.arange(len(THETA)), (1, 3)), days / 7.0, 1.0)


def on_days(when: np.ndarray) -> np.ndarray:
    """Weeks to days, none of them the first."""
    return np.maximum(np.floor(when * 7), 1).astype(np.int64)


def until(whole: Course, day: int) -> Course:
    """The first days of everybody's course."""
    early = whole.start < day
    days = np.minimum(whole.days, day - whole.start)[early]
    return Course.of(whole.names, whole.values[whole.row][early], whole.owner[early], days)


def after(whole: Course, day: int) -> Course:
    """The rest of everybody's course."""
    end = whole.start + whole.days
    late = end > day
    days = np.minimum(whole.days, end - day)[late]
    return Course.of(whole.names, whole.values[whole.row][late], whole.owner[late], days)


def test_the_gradient_is_that_of_the_value() -> None:
    told = histories(80, 40)
    value, slope = MODEL.loglik_gradient(THETA, told)
    assert value == pytest.approx(MODEL.loglik(THETA, told), abs=1e-10)
    for j in range(len(THETA)):
        step = np.zeros(len(THETA))
        step[j] = 1e-5
        change = (MODEL.loglik(THETA + step, told) - MODEL.loglik(THETA - step, told)) / 2e-5
        assert slope[j] == pytest.approx(change, rel=1e-5, abs=1e-5)


def test_blocks_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    told = histories(80, 40)
    whole, slope = MODEL.loglik_gradient(THETA, told)
    alive = MODEL.alive(THETA, told)
    monkeypatch.setattr(clocks, "BLOCK", 7)
    parts, steps = MODEL.loglik_gradient(THETA, told)
    assert parts == pytest.approx(whole, abs=1e-9)
    assert steps == pytest.approx(slope, rel=1e-9)
    np.testing.assert_allclose(MODEL.alive(THETA, told), alive, rtol=1e-12)


def test_without_effects_expectations_are_those_of_pareto_nbd() -> None:
    told, ahead = histories(60, 40), course(60, 30, 9)
    theta, plain = np.r_[THETA[:4], 0, 0, 0, 0], ParetoNBD()
    x, t_x, T = told.x, told.t_x / 7.0, told.T / 7.0
    assert MODEL.loglik(theta, told) == pytest.approx(plain.loglik(theta[:4], told.patterns), abs=1e-8)
    for discount in (0.0, 0.02):
        np.testing.assert_allclose(
            MODEL.expect(theta, told, ahead, discount), plain.expect(theta[:4], x, t_x, T, 30.0, discount), rtol=1e-9
        )
    np.testing.assert_allclose(MODEL.expect_new(theta, ahead), plain.expect_new(theta[:4], 30.0), rtol=1e-10)


def test_new_customers_do_what_is_expected() -> None:
    one = course(1, 52, 3)
    size = 60_000
    many = replace(
        one,
        first=np.arange(size + 1) * len(one.days),
        days=np.tile(one.days, size),
        row=np.tile(one.row, size),
    )
    owner, when, death = MODEL.simulate(THETA, many, np.random.default_rng(2))
    assert ((when > 0) & (when <= np.minimum(death[owner], 52.0))).all()
    for weeks in (3, 17, 52):
        count = np.bincount(owner[when <= weeks], minlength=size)
        part = until(one, weeks * 7)
        told = MODEL.expect_new(THETA, part)[0]
        assert abs(count.mean() - told) < 4 * count.std() / np.sqrt(size)
        beta = THETA[3]
        gone = 1 - (beta / clocks.Clock.of(beta, THETA[4:6], part.values, clocks.Stretches.of(part)).end[0]) ** THETA[2]
        assert abs((death <= weeks).mean() - gone) < 4 * np.sqrt(gone * (1 - gone) / size)


def test_known_customers_do_what_is_expected() -> None:
    """Of many simulated customers those are taken who order on, and compared with what was expected of all."""
    size, weeks, horizon = 30_000, 20, 15
    whole = course(size, weeks + horizon, 5)
    owner, when, death = MODEL.simulate(THETA, whole, np.random.default_rng(6))
    first, ahead = until(whole, weeks * 7), after(whole, weeks * 7)
    past = when <= weeks
    told = Timelines.of(first, owner[past], on_days(when[past]))
    alive = MODEL.alive(THETA, told)
    is_alive = death > weeks
    assert abs(is_alive.mean() - alive.mean()) < 4 * np.sqrt((alive * (1 - alive)).sum()) / size + 2e-3
    came = np.bincount(owner[~past], minlength=size)
    expected = MODEL.expect(THETA, told, ahead)
    assert abs((came - expected).mean()) < 4 * (came - expected).std() / np.sqrt(size)
    for group in (told.x == 0, told.x == 2, told.x > 4):
        gap = (came - expected)[group]
        assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(group.sum()) + 0.01


def test_futures_of_the_living_agree_with_the_expectation() -> None:
    told, ahead = histories(40, 30), course(40, 20, 8)
    rng, sums = np.random.default_rng(3), []
    for _ in range(400):
        owner, when = MODEL.draw_orders(THETA, told, ahead, rng)
        assert ((when > 0) & (when <= 20)).all()
        sums.append(np.bincount(owner, minlength=40))
    expected = MODEL.expect(THETA, told, ahead) / MODEL.alive(THETA, told)
    total = np.sum(sums, axis=1)
    assert abs(total.mean() - expected.sum()) < 4 * total.std() / np.sqrt(len(total))


def test_futures_of_all_agree_with_the_expectation_and_widen_with_doubt() -> None:
    told, ahead = histories(200, 30), course(200, 20, 8)
    fit = MODEL.fit(told)
    sure = replace(fit, covariance=np.zeros_like(fit.covariance))
    counts = [MODEL.draw_counts(f, told, ahead, 400, np.random.default_rng(3)) for f in (sure, fit)]
    assert counts[0].shape == (400, 200)
    totals = [c.sum(axis=1) for c in counts]
    expected = MODEL.expect(fit.theta, told, ahead).sum()
    assert abs(totals[0].mean() - expected) < 4 * totals[0].std() / np.sqrt(400)
    assert totals[1].std() > 1.2 * totals[0].std()


def test_covariates_by_name() -> None:
    told = histories(50, 30)
    some = TimeVaryingParetoNBD(leaving=(), orders=("price",))
    assert some.names(told.course.names) == ["r", "alpha", "s", "beta", "order_price"]
    theta = np.r_[THETA[:4], 0.0, 0.0, 0.0, 0.4]
    assert some.loglik(theta[[0, 1, 2, 3, 7]], told) == pytest.approx(MODEL.loglik(theta, told), abs=1e-10)
    with pytest.raises(ConfigError, match="no covariate 'prize'") as no:
        TimeVaryingParetoNBD(leaving=("prize",)).loglik(theta, told)
    assert no.value.code == "E302"


def test_equal_coefficients_are_one() -> None:
    """The optimum of the constrained likelihood: no other common price is better, and the rest is free."""
    told = histories(600, 40)
    model = TimeVaryingParetoNBD(equal=("price",))
    fit, free = model.fit(told), MODEL.fit(told)
    names = [p.name for p in fit.params]
    assert names == MODEL.names(told.course.names)
    life, order = names.index("life_price"), names.index("order_price")
    assert fit.theta[life] == fit.theta[order]
    assert fit.params[life].se == pytest.approx(fit.params[order].se)
    assert fit.loglik < free.loglik - 1  # the truth is -0.5 and 0.4
    _, slope = model.loglik_gradient(fit.theta, told)
    assert slope[life] + slope[order] == pytest.approx(0.0, abs=1e-2)
    assert np.abs(np.delete(slope * np.r_[fit.theta[:4], np.ones(4)], [life, order])).max() < 1e-2
    draws = fit.draws(50, np.random.default_rng(1))
    np.testing.assert_allclose(draws[:, life], draws[:, order])


def test_a_penalty_costs_each_customer_alike() -> None:
    """Twice the customers, each of them double, and the same penalty: the same coefficients."""
    told = histories(600, 40)
    size = len(told.course.days)
    double = Timelines.of(
        Course.of(
            told.course.names,
            np.tile(told.course.values[told.course.row], (2, 1)),
            np.r_[told.course.owner, told.course.owner + 600],
            np.tile(told.course.days, 2),
        ),
        *[np.zeros(0, np.int64)] * 2,
    )
    double = replace(
        double, **{name: np.concatenate([getattr(told, name)] * 2) for name in ("x", "t_x", "T", "ordered")}
    )
    assert len(double.course.days) == 2 * size
    fits = [TimeVaryingParetoNBD(penalty=0.05).fit(some) for some in (told, double)]
    np.testing.assert_allclose(fits[0].theta, fits[1].theta, rtol=1e-3)
    assert fits[1].loglik == pytest.approx(2 * fits[0].loglik, abs=0.01)  # its slope is not 0 at a penalised optimum
    free = MODEL.fit(told)
    assert fits[0].loglik < free.loglik
    assert (np.abs(fits[0].theta[4:]) < np.abs(free.theta[4:])).all()
    strong = TimeVaryingParetoNBD(penalty=1e6).fit(told)
    assert np.abs(strong.theta[4:]).max() < 1e-5
    assert strong.loglik == pytest.approx(ParetoNBD().fit(told.patterns).loglik, abs=1e-3)


def test_what_cannot_be_equal_or_no_penalty_is_told() -> None:
    told = histories(20, 20)
    with pytest.raises(ConfigError, match="does not move both") as no:
        TimeVaryingParetoNBD(leaving=("season",), equal=("price",)).fit(told)
    assert no.value.code == "E302"
    for penalty in (-1.0, float("inf")):
        with pytest.raises(ConfigError, match="draws nothing toward 0") as no:
            TimeVaryingParetoNBD(penalty=penalty)
        assert no.value.code == "E301"


def test_extremes_are_finite() -> None:
    told = histories(30, 30)
    for scale in (1e-3, 1e3):
        for slope in (-8.0, 8.0):
            theta = np.r_[1.0, 10.0 * scale, 1.0, 10.0 / scale, np.full(4, slope)]
            value, gradient = MODEL.loglik_gradient(theta, told)
            assert np.isfinite(value)
            assert np.isfinite(gradient).all()
            assert ((MODEL.alive(theta, told) >= 0) & (MODEL.alive(theta, told) <= 1)).all()


def test_customers_who_are_all_alike() -> None:
    """However large shape and scale are, it is their ratio that counts: nothing is lost between large numbers."""
    told, values = histories(80, 40), []
    for size in (1e9, 1e14):
        theta = np.r_[1.2 * size, 12.0 * size, 0.9 * size, 30.0 * size, THETA[4:]]
        value, slope = MODEL.loglik_gradient(theta, told)
        values.append(np.r_[value, slope[[0, 2]] * size, slope[[1, 3]] * size, slope[4:]])
        values[-1] = np.r_[values[-1], MODEL.expect(theta, told, course(80, 20, 8))]
    np.testing.assert_allclose(values[0], values[1], rtol=1e-5, atol=1e-5)


def test_a_step_too_far_is_taken_back() -> None:
    """Rates e^100 times as high are not looked at: the search is told so before it overflows."""
    wanted = objective(MODEL, histories(20, 20))
    value, slope = wanted.at(np.r_[np.log(THETA[:4]), 200.0, 0.0, 0.0, 0.0])
    assert value == -np.inf
    assert slope.tolist() == [0.0] * 8


def test_nobody_and_few() -> None:
    told = histories(60, 30)
    nobody = Timelines.of(
        Course(told.course.names, told.course.values[:0], np.zeros(1, np.int64), *[np.zeros(0, np.int64)] * 2), [], []
    )
    with pytest.raises(FitError) as no:
        MODEL.fit(nobody)
    assert no.value.code == "E201"
    fit = MODEL.fit(told)
    assert fit.info["prior"] == "on"
    assert "F201" in {f.code for f in fit.findings}
    assert np.isfinite(fit.covariance).all()
    assert fit.loglik >= ParetoNBD().fit(told.patterns).loglik - 1.0


def test_what_never_changes_is_told() -> None:
    told = histories(60, 30)
    values = np.column_stack([told.course.values, np.ones(len(told.course.values))])
    still = replace(
        told,
        course=replace(told.course, names=("season", "price", "member"), values=values),
        ordered=np.column_stack([told.ordered, told.x]),
    )
    fit = MODEL.fit(still, prior="off")
    assert [f.facts for f in fit.findings if f.code == "F252"] == [{"name": "member"}]
    assert not [f for f in fit.findings if "member" in str(f.facts.get("name")) and f.code == "F253"]
    assert fit.loglik == pytest.approx(MODEL.fit(told, prior="off").loglik, abs=0.05)
