"""The table of futures against futures simulated for one customer at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from tests.unit.score.conftest import make_fit

from lifelong.score import Terms
from lifelong.score import futures as rooms
from lifelong.score.base import Base, Past
from lifelong.score.engine import Engine, factor_of, means, spend_each
from lifelong.score.rows import known, rows
from lifelong.score.scores import prepare
from lifelong.score.signed import Noise
from lifelong.score.totals import group_totals

if TYPE_CHECKING:
    from lifelong.score.forecast import Forecast
    from lifelong.values import Fit


@pytest.fixture(scope="module")
def ahead(fit: Fit, summary: pa.Table, terms: Terms) -> Forecast:
    return prepare(fit, summary, terms, 900_000)[0]


def direct(ahead: Forecast, row: int, size: int, rng: np.random.Generator) -> np.ndarray:
    """Futures of one customer, each with parameters and life or death of its own."""
    engine, base = ahead.engine, ahead.base
    h = base.history[row]
    theta, money = engine.fit.draws(size, rng), engine.fit.spend.draws(size, rng)
    stay = np.array([engine.purchase.alive(t, base.x[h], base.t_x[h] / 7.0, base.T[h] / 7.0) for t in theta])
    rows = np.full(size, h)
    _, worth, beside = rooms.draw(engine, base.past.at(rows), base.spend_x[rows], theta.T, money.T, rng)
    factor = factor_of(engine.spend, money.T, np.full(size, base.total[row]), base.spend_x[rows])
    return np.where(rng.random(size) < stay, (worth * factor + beside) * ahead.margin, 0.0)


@pytest.fixture(scope="module")
def dependent(summary: pa.Table, terms: Terms) -> Forecast:
    """As ``ahead``, by a spend model whose factor hangs on the orders so far: three times the spend at twice the orders."""
    made = make_fit(summary, "pareto_nbd", spend_model="gamma_gamma_dependent")
    steep = replace(made.spend, theta=np.r_[made.spend.theta[:3], np.exp(np.log(3.0) / np.log(2.0))])
    return prepare(replace(made, spend=steep), summary, terms, 900_000)[0]


@pytest.fixture(scope="module")
def signed(summary: pa.Table, terms: Terms) -> Forecast:
    """As ``ahead``, of margins: a third of the customers have brought less than nothing."""
    lost = np.where(np.arange(len(summary)) % 3 == 0, -0.7, 1.0)
    margins = summary.set_column(
        summary.schema.get_field_index("spend"),
        "spend",
        pa.array(np.rint(summary["spend"].to_numpy() * lost).astype(int)),
    )
    return prepare(make_fit(margins, "pareto_nbd", spend_model="normal_normal"), margins, terms, 900_000)[0]


@pytest.mark.parametrize("name", ["ahead", "dependent", "signed"])
def test_quantiles_are_those_of_futures_simulated_one_by_one(name: str, request: pytest.FixtureRequest) -> None:
    ahead: Forecast = request.getfixturevalue(name)
    rng, size = np.random.default_rng(5), 800
    by_value = np.argsort(-ahead.customer_value(slice(None)))
    for row in (by_value[0], by_value[100], by_value[300], by_value[-1]):
        sample = direct(ahead, row, size, rng)
        for level in (0.05, 0.10, 0.50, 0.90, 0.95):
            told = ahead.customer_quantile(level, np.array([row]))[0]
            # the told quantile's level in the sample: within five standard errors of both simulations, and a point
            below, upto = (sample < told - 1e-9).mean(), (sample <= told + 1e-9).mean()
            slack = 5 * np.sqrt(level * (1 - level) * (1 / size + 1 / ahead.futures.draws)) + 0.01
            assert below - slack <= level <= upto + slack


def test_a_table_of_many_histories_agrees_with_the_exact_means(any_fit: Fit, summary: pa.Table, terms: Terms) -> None:
    ahead, _ = prepare(any_fit, summary, terms, 200_000)
    table, base = ahead.futures, ahead.base
    told = table.moments(1) * ahead.factor(slice(None)).mean()
    simulated = float(base.count @ table.moments(1, "orders"))
    exact = float(base.count @ ahead.means.orders)
    assert simulated == pytest.approx(exact, rel=0.05)  # draws of parameters move the mean by a few hundredths
    assert np.isfinite(told).all()


def test_few_histories_have_cells_of_their_own(ahead: Forecast) -> None:
    base = ahead.base
    pairs = {(int(x), int(s), int(t)) for x, s, t in zip(base.x, base.spend_x, base.T, strict=True)}
    cells = len(ahead.futures.worth)
    assert cells <= rooms.MAX_CELLS
    assert cells <= len(pairs)


def test_a_factor_that_hangs_on_the_orders_is_in_every_mean(dependent: Forecast) -> None:
    base, engine = dependent.base, dependent.engine
    x = base.spend_x[base.history]
    each = engine.spend.expect(engine.spend_theta, x, base.total)
    wanted = dependent.margin * dependent.mean_worth[base.history] * each
    assert dependent.customer_value(slice(None)) == pytest.approx(wanted, rel=1e-12)
    small, large = np.arange(150), np.arange(400)
    for group in (small, large):
        told = group_totals(dependent, {"group": group})["group"]
        assert told.value == pytest.approx(wanted[group].sum(), rel=1e-9)
        assert told.low80 < told.value < told.high80
    simulated = dependent.margin * dependent.futures.moments(1) * dependent.means.alive
    assert simulated[base.history] @ dependent.factor(slice(None)) == pytest.approx(wanted.sum(), rel=0.1)


def test_totals_of_amounts_of_either_sign_are_those_of_their_customers(signed: Forecast) -> None:
    base, engine = signed.base, signed.engine
    each = engine.spend.expect(engine.spend_theta, base.spend_x[base.history], base.total)
    wanted = signed.margin * signed.mean_worth[base.history] * each
    assert (wanted < 0).any()
    assert signed.customer_value(slice(None)) == pytest.approx(wanted, rel=1e-12)
    assert signed.each_value() == pytest.approx(wanted, rel=1e-12)
    rng = np.random.default_rng(7)
    for group in (np.argsort(wanted)[:120], np.argsort(wanted)[:220], np.arange(600)):
        told = group_totals(signed, {"group": group})["group"]
        assert told.value == pytest.approx(wanted[group].sum(), rel=1e-9)
        sample = np.sum([direct(signed, row, 60, rng) for row in group], axis=0)  # parameters of each customer's own
        assert told.low80 < np.mean(sample) < told.high80
        width = np.subtract(*np.quantile(sample, [0.9, 0.1]))
        assert 0.7 * width < told.high80 - told.low80 < 2.0 * width
    assert group_totals(signed, {"group": np.argsort(wanted)[:220]})["group"].high80 < 0


def test_rows_of_amounts_of_either_sign_may_be_losses(signed: Forecast, summary: pa.Table) -> None:
    wanted = ("value", "median", "low80", "high80", "low90", "high90")
    table = rows(signed, known(signed, wanted, has_cost=False), summary, 0, wanted)
    low, median, high = (table[name].to_numpy() for name in ("low80", "median", "high80"))
    assert (table["value"].to_numpy() < 0).any()
    assert (table["value"].to_numpy() > 0).any()
    assert ((low <= median) & (median <= high)).all()
    assert ((table["low90"].to_numpy() <= low) & (high <= table["high90"].to_numpy())).all()
    assert low[0] == signed.customer_quantile(0.10, slice(0, 1))[0]


def test_one_factor_for_all_needs_no_neighbour() -> None:
    rng = np.random.default_rng(0)
    worth, chance = rng.poisson(1.0, (2, 4000)).astype(float), rng.standard_normal((2, 4000))
    noise = Noise.of(worth, chance * np.sqrt(worth), np.full(9, -2.0))
    assert noise.at.tolist() == [-2.0]
    alive = np.array([0.5, 0.5])
    value = np.sort(np.where(rng.random(4000) < 0.5, -2.0 * worth[1] + chance[1] * np.sqrt(worth[1]), 0.0))
    for level in (0.1, 0.9, 0.97):
        told = noise.quantile(level, np.array([1, 1]), alive, np.full(2, -2.0))
        assert told[0] == told[1] == pytest.approx(value[int(level * 4000)], abs=0.15)


def test_cells_stretch_to_the_exact_mean(
    fit: Fit, summary: pa.Table, terms: Terms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rooms, "MAX_CELLS", 40)
    monkeypatch.setattr(rooms, "LEAST_CELLS", 1)
    ahead, _ = prepare(fit, summary, terms, 200_000)
    assert len(ahead.futures.worth) <= 40
    engine, base, table = ahead.engine, ahead.base, ahead.futures
    corner = np.array([np.flatnonzero(table.cell == c)[0] for c in range(len(table.worth))])
    ratio = ahead.means.worth / ahead.means.worth[corner][table.cell]
    assert (table.orders_stretch / table.orders_stretch[corner][table.cell]) == pytest.approx(ratio)
    assert engine.horizon == 26.0
    assert (base.count > 0).all()


def test_orders_probabilities_sum_to_one_and_know_the_dead(ahead: Forecast) -> None:
    some = np.arange(0, ahead.base.histories, 50)
    n = np.arange(400)
    pairs = np.tile(n, len(some)), np.repeat(some, len(n))
    each = ahead.futures.orders_probability(*pairs, ahead.alive_mixed).reshape(len(some), -1)
    assert each.sum(axis=1) == pytest.approx(1.0, abs=2e-3)
    assert (each > 0).all()
    assert (each[:, 0] >= 1 - ahead.alive_mixed[some]).all()


def test_order_quantiles_are_the_smallest_numbers_that_reach_the_level(ahead: Forecast) -> None:
    p = ahead.alive_mixed
    for level in (0.1, 0.5, 0.9):
        q = ahead.futures.orders_quantile(level, p)
        for h in range(0, ahead.base.histories, 60):
            row = ahead.futures.orders[ahead.futures.cell[h]]
            below = (1 - p[h]) + p[h] * (row <= q[h]).mean()
            assert below >= level - 1e-9
            if q[h] > 0:
                assert (1 - p[h]) + p[h] * (row <= q[h] - 1).mean() < level


def test_again_is_the_share_of_futures_with_an_order(ahead: Forecast) -> None:
    h = int(np.argmax(ahead.base.x))
    assert ahead.futures.again()[h] == (ahead.futures.orders[ahead.futures.cell[h]] > 0).mean()


def test_a_long_horizon_cuts_the_draws(fit: Fit, summary: pa.Table, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rooms, "MOST_ORDERS", 1e5)
    ahead, _ = prepare(fit, summary, Terms.parse("104w", 0.3, "0", "EUR"), 2_000_000)
    assert ahead.futures.draws == rooms.DRAWS[0]


def test_a_simulated_rest_of_life_is_lifted_to_the_closed_form(fit: Fit, summary: pa.Table) -> None:
    ahead, _ = prepare(fit, summary, Terms.parse("lifetime", 0.3, "20%/year", "EUR"), 100_000)
    engine = ahead.engine
    assert engine.simulated_horizon < np.inf
    x, t_x, T = np.array([0, 3, 3]), np.array([0.0, 10.0, 15.0]), np.array([10.0, 20.0, 20.0])
    whole = engine.purchase.expect_if_alive(engine.theta, x, T, np.inf, engine.force, t_x)
    part = engine.purchase.expect_if_alive(engine.theta, x, T, engine.simulated_horizon, engine.force, t_x)
    past = Past(x, t_x * 7.0, T * 7.0, np.zeros(3, np.int64))
    assert engine.tail(past) == pytest.approx(whole / part)
    assert (engine.tail(past) > 1.0).all()


def test_spend_without_a_bound_falls_back_to_what_was_seen(fit: Fit, terms: Terms) -> None:
    engine = Engine.of(fit, terms)
    theta = np.array([6.0, 0.8, 16.0])  # q < 1: no mean before the first repeat order
    each = spend_each(engine, theta, np.array([0, 5]), np.array([0.0, 100.0]), 21.5)
    assert each[0] == 21.5
    assert each[1] == pytest.approx(6.0 * 116.0 / (0.8 + 30.0 - 1.0))


def test_means_need_no_second_look_without_a_discount(fit: Fit, summary: pa.Table) -> None:
    engine = Engine.of(fit, Terms.parse("26w"))
    columns = {name: summary[name].to_numpy() for name in ("x", "t_x", "T")}
    made = means(engine, Base.of(columns, ""), engine.theta)
    assert made.orders is made.worth


def test_regular_customers_futures_hang_on_their_silence(summary: pa.Table) -> None:
    """One who is nearly due brings the next order sooner than one who has just ordered: totals are those of the sums."""
    made = make_fit(summary, "mbg_cnbd_3")
    ahead, _ = prepare(made, summary, Terms.parse("4w", 0.3, "0", "EUR"), 900_000)
    base, model = ahead.base, ahead.engine.purchase
    exact = model.expect_if_alive(made.theta, base.x, base.T / 7.0, 4.0, 0.0, base.t_x / 7.0)
    assert ahead.means.orders == pytest.approx(exact, rel=1e-9)
    plain = model.expect_if_alive(made.theta, base.x, base.T / 7.0, 4.0)
    assert np.abs(plain / exact - 1.0).max() > 0.2
    drawn = ahead.futures.moments(1, "orders")
    assert base.count @ (ahead.means.alive * drawn) == pytest.approx(base.count @ ahead.mean_orders, rel=0.05)
