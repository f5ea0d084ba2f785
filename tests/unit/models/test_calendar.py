"""The firm's calendar: its clock, what the orders say of it, and a model that runs in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.shops import Shop, shop

from lifelong.errors import FitError
from lifelong.models import calendar as calendars
from lifelong.models import operational
from lifelong.models.calendar import AHEAD, PERIOD, YEAR, Calendar, smoothed
from lifelong.models.cnbd_k import MBGCNBD3
from lifelong.models.in_calendar import InCalendar, fit_calendar
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.operational import PIECE, derivatives, evidence, fit_in_calendar, in_operation, waits_in
from lifelong.models.optimise import fit_model
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.values import Patterns, Waits

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

THETA = {
    MBGNBD: np.array([1.257, 6.039, 0.368, 0.716]),
    ParetoNBD: np.array([0.786, 5.68, 0.386, 5.72]),
    MBGCNBD3: np.array([1.303, 1.75, 0.449, 0.835]),
}
MODELS = pytest.mark.parametrize("made", [MBGNBD, ParetoNBD, MBGCNBD3], ids=lambda m: m.name)
UNEVEN = Calendar(
    np.exp(0.3 * np.sin(np.arange(20))), np.exp(0.3 * np.cos(0.5 * np.arange(AHEAD)) - 0.1), np.full(AHEAD, 0.1)
)


def level(weeks: Floats) -> Floats:
    return np.ones_like(weeks)


def decline(weeks: Floats) -> Floats:
    return np.exp(-0.4 * weeks / 52.0)


def season(weeks: Floats) -> Floats:
    return np.exp(0.3 * np.sin(2.0 * np.pi * weeks / 52.0))


# -- the clock --------------------------------------------------------------------------------------------------------


def test_a_level_clock_shows_calendar_time() -> None:
    clock = Calendar.level(3)
    weeks = np.array([0.0, 1.5, 4.0, 40.0, 1e4])
    for told in (clock.since(weeks), clock.until(weeks), clock.before(weeks), clock.after(weeks)):
        assert told == pytest.approx(weeks, rel=1e-14)
    assert clock.until(np.inf) == np.inf


def test_the_clock_is_turned_back_exactly_and_adds_up() -> None:
    weeks = np.linspace(0.0, 400.0, 1001)
    assert UNEVEN.before(UNEVEN.since(weeks)) == pytest.approx(weeks, abs=1e-10)
    assert UNEVEN.after(UNEVEN.until(weeks, -1.3), -1.3) == pytest.approx(weeks, abs=1e-10)
    assert UNEVEN.since(8.0) == pytest.approx(4.0 * UNEVEN.seen[:2].sum())
    assert UNEVEN.until(6.0, 2.0) == pytest.approx((4.0 * UNEVEN.ahead[0] + 2.0 * UNEVEN.ahead[1]) * np.exp(0.2))
    t, T = UNEVEN.past([0.0, 10.0, 30.0], 30.0)
    assert t == pytest.approx(UNEVEN.since([0.0, 30.0, 30.0]) - UNEVEN.since([0.0, 20.0, 0.0]))
    assert pytest.approx(UNEVEN.since(30.0)) == T
    later = UNEVEN.until(4.0 * AHEAD + 10.0) - UNEVEN.until(4.0 * AHEAD)
    assert later == pytest.approx(10.0 * UNEVEN.ahead[-YEAR:].mean())


# -- the estimate -----------------------------------------------------------------------------------------------------


def test_without_information_the_factor_is_one_and_in_doubt() -> None:
    made = smoothed(np.zeros(6), np.zeros((6, 6)))
    assert made.seen == pytest.approx(np.ones(6))
    assert made.ahead == pytest.approx(np.ones(AHEAD))
    assert 0.05 < made.doubt[0] < made.doubt[AHEAD - 1] < 0.5


def test_what_is_known_for_sure_is_believed_and_a_shock_is_not_carried_on() -> None:
    information = 1e6 * (np.eye(12) - np.full((12, 12), 1 / 12))
    shock = np.zeros(12)
    shock[7] = -0.3
    made = smoothed(information @ shock, information)
    assert np.log(made.seen) - np.log(made.seen).mean() == pytest.approx(shock - shock.mean(), abs=0.01)
    assert made.ahead == pytest.approx(np.full(AHEAD, made.seen[0]), abs=0.05)
    trend = -0.02 * np.arange(12)[::-1]
    falling = smoothed(information @ trend, information)
    assert falling.ahead[3] < falling.seen[0] - 0.01
    assert falling.ahead[0] > falling.ahead[YEAR]
    waves = 0.3 * np.sin(2.0 * np.pi * np.arange(3 * YEAR) / YEAR)
    known = 1e4 * (np.eye(3 * YEAR) - np.full((3 * YEAR, 3 * YEAR), 1 / (3 * YEAR)))
    wave = smoothed(known @ waves, known)
    assert np.log(wave.ahead[:YEAR]) == pytest.approx(waves[:YEAR][::-1], abs=0.06)


def small(made: Any, seed: int = 3, customers: int = 200) -> Shop:
    return shop(made(), THETA[made], season, np.random.default_rng(seed), customers)


def joint(model: Any, theta: Floats, told: Shop, g: Floats) -> float:
    """The log-likelihood of all orders in calendar time, written down plainly."""
    clock = Calendar(np.exp(g), np.ones(AHEAD), np.zeros(AHEAD))
    p, w = told.patterns, told.waits
    each = model.loglik_each(theta, p.x, *clock.past(p.t_x / 7.0, p.T / 7.0))
    orders = np.bincount(w.ended // PERIOD, weights=w.count, minlength=len(g))
    return float(each @ p.count + orders @ g + (getattr(model, "k", 1) - 1) * waits_in(w, clock)[1])


@MODELS
def test_the_evidence_is_slope_and_profile_bend_of_the_joint_likelihood(made: Any) -> None:
    told, model, theta = small(made), made(), THETA[made]
    g = 0.2 * np.sin(np.arange(int(told.patterns.T.max()) // PERIOD + 1))
    fit = fit_model(model, told.patterns, prior="off")
    clock = Calendar(np.exp(g), np.ones(AHEAD), np.zeros(AHEAD))

    class Known:  # no covariance: nothing is profiled out
        covariance = np.zeros((len(theta), len(theta)))

    Known.theta = theta
    pull, information = evidence(model, Known, told.patterns, told.waits, clock)
    slope = pull - information @ g
    rng = np.random.default_rng(1)
    for _ in range(3):
        way = rng.standard_normal(len(g))
        way -= way.mean()
        up, here, down = (joint(model, theta, told, g + s * 1e-3 * way) for s in (1.0, 0.0, -1.0))
        assert slope @ way == pytest.approx((up - down) / 2e-3, rel=1e-4, abs=1e-2)
        assert way @ information @ way >= -(up + down - 2.0 * here) / 1e-6 * (1.0 - 1e-3) - 1e-2
    level_clock = Calendar.level(len(g))
    pull, information = evidence(model, fit, told.patterns, told.waits, level_clock)
    scale = np.ones(len(g))
    assert pull.sum() == pytest.approx(0.0, abs=1e-6), "a constant factor is the model's own scale"
    assert scale @ information @ scale < 1e-9 * np.trace(information)


def test_pieces_of_many_waits_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    told = small(MBGCNBD3)
    fit = fit_model(MBGCNBD3(), told.patterns, prior="off")
    clock = Calendar.level(int(told.patterns.T.max()) // PERIOD + 1)
    whole = evidence(MBGCNBD3(), fit, told.patterns, told.waits, clock)
    assert len(told.waits.count) < PIECE
    monkeypatch.setattr("lifelong.models.operational.PIECE", 37)
    for a, b in zip(evidence(MBGCNBD3(), fit, told.patterns, told.waits, clock), whole, strict=True):
        assert a == pytest.approx(b, rel=1e-8, abs=1e-8)


def test_a_sample_of_many_histories_stands_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    told = small(MBGNBD, customers=3_000)
    patterns = told.patterns
    _, whole = fit_in_calendar(MBGNBD(), patterns, told.waits)
    monkeypatch.setattr("lifelong.models.operational.MOST", len(patterns) // 2)
    some, count = operational._sample(patterns)
    assert len(patterns) // 4 < len(some) <= len(patterns) // 2
    assert count @ (patterns.x[some] + 1.0) == pytest.approx(patterns.count @ (patterns.x + 1.0), rel=2e-3)
    _, clock = fit_in_calendar(MBGNBD(), patterns, told.waits)
    assert np.log(clock.seen / whole.seen).std() < 0.05


def test_derivatives_by_the_last_order_vanish_where_there_is_none() -> None:
    x, t, w = np.array([0.0, 3.0]), np.array([0.0, 9.0]), np.array([20.0, 0.0])
    slope, bend, cross = derivatives(MBGNBD(), THETA[MBGNBD], x, t, w)
    for of_nothing in (slope[0, 0], bend[0, 0], cross[0, :, 0], slope[1, 1], bend[2, 1], cross[1, :, 1], bend[1]):
        assert of_nothing == pytest.approx(np.zeros_like(of_nothing), abs=1e-8)


def test_the_likelihood_is_that_of_the_orders_in_calendar_time() -> None:
    told = small(MBGCNBD3)
    fit, clock = fit_in_calendar(MBGCNBD3(), told.patterns, told.waits, prior="off")
    plainly = joint(MBGCNBD3(), fit.theta, told, np.log(clock.seen))
    assert fit.loglik == pytest.approx(plainly, rel=1e-12)
    assert in_operation(told.patterns, Calendar.level(30)).customers == told.patterns.customers


def test_too_short_a_history_is_refused() -> None:
    with pytest.raises(FitError, match="E216") as caught:
        fit_calendar(MBGNBD(), Patterns.of([1], [3], [9]), Waits(np.array([9]), np.array([6]), np.array([1])))
    assert "1 weeks of orders are too few" in caught.value.what


def test_a_model_of_unknown_regularity_is_refused() -> None:
    class Odd(MBGNBD):
        name = "odd"
        is_regular = True

    with pytest.raises(FitError, match="E216") as caught:
        fit_calendar(Odd(), Patterns.of([1], [3], [9]), Waits(np.array([9]), np.array([6]), np.array([1])))
    assert "mbg_cnbd_3+calendar" in caught.value.fix


# -- a model that runs in it ------------------------------------------------------------------------------------------


@MODELS
def test_in_a_level_calendar_a_model_is_itself(made: Any) -> None:
    model, theta = made(), THETA[made]
    same, wide = InCalendar(model, Calendar.level(30)), np.append(theta, 1.0)
    x, t_x, T = np.array([0, 4, 9]), np.array([0.0, 20.0, 80.0]), np.array([30.0, 35.0, 90.0])
    silence = t_x if model.is_regular else None
    for horizon, discount in ((0.0, 0.0), (26.0, 0.0), (10.0, 0.002), (52.0, 0.002), (500.0, 0.002), (np.inf, 0.002)):
        told = same.expect(wide, x, t_x, T, horizon, discount)
        assert told == pytest.approx(model.expect(theta, x, t_x, T, horizon, discount), rel=1e-4 if discount else 1e-12)
        given = same.expect_if_alive(wide, x, T, horizon, discount, silence)
        assert given == pytest.approx(
            model.expect_if_alive(theta, x, T, horizon, discount, silence), rel=1e-4 if discount else 1e-12
        )
    assert same.alive(wide, x, t_x, T) == pytest.approx(model.alive(theta, x, t_x, T))
    assert same.loglik_each(wide, x, t_x, T) == pytest.approx(model.loglik_each(theta, x, t_x, T))
    assert same.expect_new(wide, 26.0) == pytest.approx(model.expect_new(theta, 26.0))
    assert same.expect_since(wide, 40.0, 14.0) == pytest.approx(model.expect_new(theta, 26.0))
    assert same.pmf_new(wide, 2, 26.0) == pytest.approx(model.pmf_new(theta, 2, 26.0))
    data = small(made).patterns
    value, slope = same.loglik_gradient(wide, data)
    plain_value, plain_slope = model.loglik_gradient(theta, data)
    assert (value, same.loglik(wide, data)) == pytest.approx((plain_value, plain_value))
    assert slope == pytest.approx(np.append(plain_slope, 0.0))


def within(sample: Floats, expected: float) -> bool:
    return bool(abs(sample.mean() - expected) < 4.0 * sample.std() / np.sqrt(len(sample)) + 1e-12)


@MODELS
def test_formulas_agree_with_simulated_customers_in_an_uneven_calendar(made: Any) -> None:
    model, rng = InCalendar(made(), UNEVEN), np.random.default_rng(2)
    theta, size = np.append(THETA[made], 1.1), 20_000
    x, t_x, death = model.simulate(theta, np.full(size, 50.0), rng)
    assert ((t_x <= np.minimum(death, 50.0) + 1e-9) & ((x == 0) == (t_x == 0))).all()
    assert within(x.astype(float), float(model.expect_since(theta, 50.0, 0.0)))
    said = model.alive(theta, x, t_x, np.full(size, 50.0))
    assert within((death > 50.0) - said, 0.0)
    for horizon, discount in ((30.0, 0.0), (30.0, 0.01), (300.0, 0.01)):
        silence = np.full(size, 38.0) if model.is_regular else None
        owner, when = model.draw_orders(theta, np.full(size, 4), np.full(size, 40.0), horizon, rng, silence)
        worth = np.bincount(owner, weights=np.exp(-discount * when), minlength=size)
        one = None if silence is None else 38.0
        assert within(worth, float(model.expect_if_alive(theta, 4, 40.0, horizon, discount, one)))
        assert when.max() <= horizon


def test_drawn_futures_carry_the_doubt_about_the_factor() -> None:
    model, rng, size = InCalendar(MBGNBD(), UNEVEN), np.random.default_rng(2), 4_000
    ahead = np.exp(0.1 * rng.standard_normal(size))
    theta = np.vstack([np.repeat(THETA[MBGNBD][:, None], size, axis=1), ahead])
    owner, _ = model.draw_orders(theta, np.full(size, 400), np.full(size, 40.0), 52.0, rng)
    orders = np.bincount(owner, minlength=size)
    staying = orders > np.median(orders) / 2.0
    assert np.corrcoef(np.log(orders[staying]), np.log(ahead[staying]))[0, 1] > 0.5


def test_a_fit_has_its_calendar_and_says_what_it_cannot_know() -> None:
    told = small(MBGNBD, customers=600)
    fit = fit_calendar(MBGNBD(), told.patterns, told.waits)
    assert fit.model == "mbg_nbd+calendar"
    clock = Calendar.of(fit.info["calendar"])
    assert fit["ahead"] == 1.0
    assert fit.params[-1].se == pytest.approx(clock.spread)
    assert fit.draws(4_000, np.random.default_rng(1))[:, -1].std() == pytest.approx(clock.spread, rel=0.2)
    codes = {f.code for f in fit.findings}
    assert "F255" in codes
    assert "F256" not in codes
    young = Shop(told.who, told.day, told.until - 60 * 7)
    found = fit_calendar(MBGNBD(), young.patterns, young.waits).findings
    assert "F256" in {f.code for f in found}


# -- planted calendars ------------------------------------------------------------------------------------------------


def misses(made: Any, factor: Any, seeds: range) -> tuple[Floats, Floats, float]:
    """Relative misses of the total over half a year, stationary and in the calendar, and the ratio of their MAE."""
    model, plain, told, errors = made(), [], [], []
    for seed in seeds:
        one = shop(model, THETA[made], factor, np.random.default_rng(seed))
        x, t_x, T = (v.astype(float) for v in one.history)
        came = one.orders(182)
        fits = fit_model(model, one.patterns), fit_calendar(model, one.patterns, one.waits)
        run = InCalendar(model, Calendar.of(fits[1].info["calendar"]))
        each = [m.expect(f.theta, x, t_x / 7.0, T / 7.0, 26.0) for m, f in zip((model, run), fits, strict=True)]
        plain.append(each[0].sum() / came.sum() - 1.0)
        told.append(each[1].sum() / came.sum() - 1.0)
        errors.append([np.abs(e - came).mean() for e in each])
    before, after = np.mean(errors, axis=0)
    return np.array(plain), np.array(told), float(after / before)


@pytest.mark.parametrize("factor", [decline, season], ids=["decline", "season"])
@pytest.mark.parametrize("made", [MBGNBD, MBGCNBD3], ids=lambda m: m.name)
def test_a_planted_calendar_is_found(made: Any, factor: Any) -> None:
    plain, told, ratio = misses(made, factor, range(2))
    assert np.abs(plain).min() > 0.15
    assert np.abs(told).mean() < 0.5 * np.abs(plain).mean()
    assert ratio < 1.0


@pytest.mark.parametrize("made", [MBGNBD, ParetoNBD, MBGCNBD3], ids=lambda m: m.name)
def test_a_stationary_shop_is_left_as_it_is(made: Any) -> None:
    plain, told, ratio = misses(made, level, range(2))
    assert np.abs(told).mean() < np.abs(plain).mean() + 0.01
    assert ratio < 1.01


def test_the_scales_hold_no_calendar_at_all_with_a_sixteenth_of_the_prior() -> None:
    weights = [weight for weight, kernel in calendars._kernels(-0.5 - np.arange(YEAR), YEAR) if not kernel.any()]
    assert sum(weights) == pytest.approx(0.5**4)
