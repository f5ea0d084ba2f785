"""Covariates of spend: they nest in Gamma-Gamma, are found again, and say what to expect of a kind of customers."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lifelong import SpendCovariates
from lifelong.errors import ConfigError, DataError, FitError
from lifelong.models.cell_objective import CellObjective
from lifelong.models.covariates import Covariates
from lifelong.models.covariates_fit import rows_of
from lifelong.models.encoding import Encoding, cells
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.store.fits import load, save
from lifelong.values import Spend

THETA = np.array([6.0, 4.0, 15.0, np.exp(0.5), np.exp(-0.3), np.exp(0.02)])
NAMES = ["channel", "age"]


def table(size: int, seed: int = 0) -> dict[str, Any]:
    """Customers with 1 to 8 orders, a channel of three words and an age, and spends as ``THETA`` has them."""
    rng = np.random.default_rng(seed)
    known = {"channel": rng.choice(["app", "shop", "web"], size), "age": rng.integers(20, 30, size)}
    x = rng.integers(1, 9, size)
    model = SpendCovariates(NAMES, encoding=Encoding.learn(known, NAMES))
    fresh = {**known, "x": np.zeros(size), "total": np.zeros(size)}
    owner = np.repeat(np.arange(size), x)
    total = np.bincount(owner, weights=model.draw_spend(THETA, fresh, owner, rng))
    return {**known, "x": x, "total": total}


def test_without_effect_it_is_gamma_gamma() -> None:
    told = table(200)
    model = SpendCovariates(NAMES, encoding=Encoding.learn(told, NAMES))
    flat = np.r_[THETA[:3], 1.0, 1.0, 1.0]
    plain = Spend(told["x"], told["total"], np.ones(200, np.int64))
    assert model.loglik(flat, told) == pytest.approx(GammaGamma().loglik(THETA[:3], plain), rel=1e-10)
    expected = GammaGamma().expect(THETA[:3], told["x"], told["total"])
    assert model.expect(flat, told).tolist() == expected.tolist()


def test_the_gradient_is_the_likelihood_s() -> None:
    told = table(120)
    model = SpendCovariates(NAMES, encoding=Encoding.learn(told, NAMES))
    distinct, cell = cells(model.design(told))
    parts = [
        GammaGamma().objective(Spend(told["x"][r], told["total"][r], np.ones(len(r), np.int64)))
        for r in rows_of(cell, len(distinct))
    ]
    objective = CellObjective(parts, model.jacobians(distinct), [THETA])
    value, gradient = objective.value(THETA)
    assert value == pytest.approx(model.loglik(THETA, told), rel=1e-12)
    for j, at in enumerate(THETA):
        up, down = THETA.copy(), THETA.copy()
        up[j], down[j] = at * (1 + 1e-5), at * (1 - 1e-5)
        slope = (model.loglik(up, told) - model.loglik(down, told)) / (2e-5 * at)
        assert gradient[j] == pytest.approx(slope, rel=1e-5, abs=1e-4)


def test_coefficients_are_found_again_in_any_currency() -> None:
    told = table(4000)
    fit = SpendCovariates(NAMES).fit(told)
    truth = {"p": 6.0, "q": 4.0, "spend_channel=shop": 0.5, "spend_channel=web": -0.3, "spend_age": 0.02}
    assert [p.name for p in fit.params] == ["p", "q", "gamma", *list(truth)[2:]]
    for p in fit.params:
        assert np.isfinite(p.se)
        assert p.se > 0
        if p.name in truth:
            assert abs(p.estimate - truth[p.name]) < 4 * p.se
    assert fit.loglik > fit.info["loglik_without"] + 100
    assert {f.code for f in fit.findings} <= {"F204"}
    yen = SpendCovariates(NAMES).fit({**told, "total": told["total"] * 150.0})
    assert yen["spend_age"] == pytest.approx(fit["spend_age"], abs=1e-6)
    assert yen["gamma"] == pytest.approx(fit["gamma"] * 150.0, rel=1e-5)


def test_few_customers_take_the_prior_in_their_own_currency() -> None:
    told = table(120)
    fit, yen = (SpendCovariates(NAMES).fit({**told, "total": told["total"] * k}) for k in (1.0, 150.0))
    assert fit.findings[0].code == "F201"
    assert yen["gamma"] == pytest.approx(fit["gamma"] * 150.0, rel=1e-4)


def test_a_fit_can_be_saved_and_taken_for_one_kind(tmp_path: Any) -> None:
    told = table(600)
    fit = SpendCovariates(["channel"]).fit(told)
    save(fit, tmp_path)
    again = load(tmp_path)
    model = SpendCovariates.of(again)
    web = {name: values[told["channel"] == "web"] for name, values in told.items()}
    base = model.fit_of(again, web)
    assert base.model == "gamma_gamma"
    expected = GammaGamma().expect(base.theta, web["x"], web["total"])
    assert model.expect(fit.theta, web) == pytest.approx(expected, rel=1e-12)
    assert base["gamma"] == pytest.approx(fit["gamma"] * np.exp(fit["spend_channel=web"]))
    with pytest.raises(ConfigError, match="3 kinds"):
        model.fit_of(fit, told)


def test_customers_without_spend_say_nothing_and_a_penalty_draws_to_zero() -> None:
    told = table(600)
    more = {name: np.r_[values, values[:1]] for name, values in told.items()}
    more["x"][-1], more["total"][-1] = 0, 0.0
    plain = SpendCovariates(["age"]).fit(told)
    assert SpendCovariates(["age"]).fit(more).loglik == plain.loglik
    drawn = SpendCovariates(["age"], penalty=10.0).fit(told)
    assert abs(drawn["spend_age"]) < abs(plain["spend_age"])
    assert "F245" in [f.code for f in drawn.findings]


def test_what_cannot_be_is_refused() -> None:
    told = table(60)
    for named in ({"names": "age"}, {"names": []}, {"names": ["age"], "penalty": -1.0}):
        with pytest.raises(ConfigError, match="E213"):
            SpendCovariates(**named)
    with pytest.raises(DataError, match="E211"):
        SpendCovariates(["colour"]).fit(told)
    with pytest.raises(DataError, match="whole number"):
        SpendCovariates(["age"]).fit({**told, "x": told["x"] + 0.5})
    with pytest.raises(FitError, match="E201"):
        SpendCovariates(["age"]).fit({**told, "x": told["x"] * 0})
    with pytest.raises(FitError, match="not seen"):
        SpendCovariates(["age"]).expect(THETA[:4], told)
    orders = {"x": np.arange(60) % 3, "t_x": (np.arange(60) % 3) * 9, "T": np.full(60, 70), "age": told["age"]}
    with pytest.raises(FitError, match="no covariates of spend"):
        SpendCovariates.of(Covariates(ParetoNBD(), ["age"]).fit(orders))
