"""Covariates as modifiers: what nests in what, gradients, findings, scoring by kind, and a fit that can be saved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from lifelong import ConfigError, DataError, FitError
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.cell_objective import CellObjective
from lifelong.models.cnbd_k import MBGCNBD2
from lifelong.models.covariate_findings import outward
from lifelong.models.covariates import Covariates
from lifelong.models.encoding import Encoding
from lifelong.models.findings import finding
from lifelong.models.ggompertz_nbd import GGompertzNBD
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.nbd import NBD
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.store import fits
from lifelong.values import Estimate, Patterns

if TYPE_CHECKING:
    from pathlib import Path

PARETO, BG = np.array([0.6, 10.0, 0.8, 30.0]), np.array([0.5, 8.0, 0.8, 2.5])


def people(size: int, seed: int = 0) -> dict[str, Any]:
    """Customers with two covariates and no history yet."""
    rng = np.random.default_rng(seed)
    return {
        "channel": np.array(["web", "shop", "fair"])[rng.integers(0, 3, size)],
        "age": rng.integers(0, 2, size).astype(float),
        "T": rng.integers(200, 700, size),
    }


def shop(base: Any, theta: Any, size: int = 1500, seed: int = 0, **named: Any) -> tuple[Covariates, dict[str, Any]]:
    """A model with covariates, and customers who live by it."""
    table = people(size, seed)
    named = named or {"trans": ["channel", "age"], "life": ["channel"]}
    model = Covariates(base, encoding=Encoding.learn(table, ["channel", "age"]), **named)
    x, t_x, _ = model.simulate(np.asarray(theta), table, np.random.default_rng(seed + 1))
    days = np.where(x > 0, np.clip(np.ceil(t_x * 7), 1, table["T"]), 0).astype(int)
    return model, table | {"x": np.minimum(x, days), "t_x": days}


def truth(base: np.ndarray) -> np.ndarray:
    return np.r_[base, np.exp([0.5, -0.4, 0.3, 0.6, -0.5])]


def test_names_and_parameters() -> None:
    model, _ = shop(ParetoNBD(), truth(PARETO), 50)
    assert [p.name for p in model.params[4:]] == [
        "trans_channel=shop", "trans_channel=web", "trans_age", "life_channel=shop", "life_channel=web",
    ]  # fmt: skip
    assert model.name == "pareto_nbd+covariates"


@pytest.mark.parametrize(("base", "theta"), [(ParetoNBD(), PARETO), (BGNBD(), BG), (MBGNBD(), BG)])
def test_without_coefficients_it_is_the_model_itself(base: Any, theta: np.ndarray) -> None:
    model, table = shop(base, truth(theta), 300)
    none = np.r_[theta, np.ones(5)]
    history = (table["x"], table["t_x"] / 7, table["T"] / 7)
    rng = np.random.default_rng
    for made, plain in [
        (model.loglik_each(none, table), base.loglik_each(theta, *history)),
        (model.alive(none, table), base.alive(theta, *history)),
        (model.expect(none, table, 52.0, 0.001), base.expect(theta, *history, 52.0, 0.001)),
        (model.expect_if_alive(none, table, 26.0), base.expect_if_alive(theta, history[0], history[2], 26.0)),
        (model.expect_new(none, table, 26.0), np.full(300, float(base.expect_new(theta, 26.0)))),
        (model.draw_orders(none, table, 9.0, rng(3))[1], base.draw_orders(np.tile(theta[:, None], 300), history[0], history[2], 9.0, rng(3))[1]),
    ]:  # fmt: skip
        np.testing.assert_allclose(made, plain, rtol=1e-9)


@pytest.mark.parametrize("leaving", ["odds", "weights"])
def test_a_factor_of_two_is_a_scale_of_half(leaving: Any) -> None:
    table = {"web": [1], "x": [2], "t_x": [100], "T": [200]}
    model = Covariates(ParetoNBD(), ["web"], ["web"], encoding=Encoding.learn(table, ["web"]))
    assert model.thetas(np.r_[PARETO, 2.0, 4.0], table)[0][0] == pytest.approx([0.6, 5.0, 0.8, 7.5])
    model = Covariates(BGNBD(), ["web"], ["web"], leaving=leaving, encoding=model.encoding)
    b = 2.5 if leaving == "odds" else 10.0
    assert model.thetas(np.r_[BG, 2.0, 4.0], table)[0][0] == pytest.approx([0.5, 4.0, 3.2, b])
    model = Covariates(ParetoNBD(), ["web"], ["web"], equal=["web"], encoding=model.encoding)
    assert model.thetas(np.r_[PARETO, 2.0], table)[0][0] == pytest.approx([0.6, 5.0, 0.8, 15.0])


@pytest.mark.parametrize(("base", "theta"), [(ParetoNBD(), PARETO), (BGNBD(), BG)])
def test_gradient_and_hessian_of_the_cells(base: Any, theta: np.ndarray) -> None:
    model, table = shop(base, truth(theta), 400)
    distinct, cell = np.unique(model.encoding.design(table), axis=0, return_inverse=True)
    parts = [
        base.objective(Patterns.grouped(*(table[k][cell == i] for k in ("x", "t_x", "T"))))
        for i in range(len(distinct))
    ]
    objective = CellObjective(parts, model.jacobians(distinct), [])
    at = truth(theta)
    value, gradient = objective.value(at)
    assert value == pytest.approx(model.loglik_each(at, table).sum(), rel=1e-12)
    hessian = objective.hessian(at)
    for j in range(len(at)):
        up, down = at.copy(), at.copy()
        up[j], down[j] = at[j] * (1 + 1e-5), at[j] * (1 - 1e-5)
        width = up[j] - down[j]
        assert gradient[j] == pytest.approx(
            (objective.value(up)[0] - objective.value(down)[0]) / width, rel=1e-5, abs=1e-3
        )
        rise = (objective.value(up)[1] - objective.value(down)[1]) / width
        np.testing.assert_allclose(hessian[j], rise, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("base", "theta"),
    [
        (ParetoNBD(), PARETO),
        (BGNBD(), BG),
        (MBGNBD(), BG),
        (MBGCNBD2(), BG),
        (GGompertzNBD(), [0.6, 10.0, 0.01, 0.8, 30.0]),
    ],
)
def test_a_fit_finds_the_truth_again(base: Any, theta: Any) -> None:
    at = truth(np.asarray(theta))
    model, table = shop(base, at, 6000, seed=5)
    fit = Covariates(base, model.trans, model.life).fit(table)
    assert fit.loglik >= model.loglik_each(at, table).sum() - 1e-6
    assert fit.loglik == pytest.approx(model.loglik_each(fit.theta, table).sum(), rel=1e-10)
    own = len(base.params)
    for p, true in zip(fit.params[own:], np.log(at[own:]), strict=True):
        assert abs(p.estimate - true) <= 4 * p.se
        assert p.se < 0.5
    assert fit.loglik > fit.info["loglik_without"] + 50


def test_a_constant_covariate_changes_nothing_and_is_told() -> None:
    _, table = shop(ParetoNBD(), truth(PARETO), 800)
    table["one"], table["word"] = np.full(800, 3.0), ["same"] * 800
    plain = ParetoNBD().fit(Patterns.grouped(table["x"], table["t_x"], table["T"]))
    fit = Covariates(ParetoNBD(), ["one", "word"], ["one"]).fit(table)
    assert fit.loglik == pytest.approx(plain.loglik, abs=1e-8)
    assert [f.facts["name"] for f in fit.findings if f.code == "F242"] == ["one", "word"]
    assert fit["trans_one"] == 0.0
    assert fit["alpha"] == pytest.approx(plain["alpha"], rel=1e-6)
    assert np.isfinite(fit.covariance).all()


def test_what_repeats_another_covariate_is_told() -> None:
    _, table = shop(BGNBD(), truth(BG), 800)
    table["months"] = table["age"] * 12 + 1
    fit = Covariates(BGNBD(), ["age", "months"], ["age"]).fit(table)
    assert [f.facts["name"] for f in fit.findings if f.code == "F243"] == ["months"]
    single = Covariates(BGNBD(), ["age"], ["age"]).fit(table)
    assert fit.loglik == pytest.approx(single.loglik, abs=1e-5)
    assert 12 * fit["trans_months"] + fit["trans_age"] == pytest.approx(single["trans_age"], rel=1e-2)


def test_a_kind_that_never_came_back_is_told() -> None:
    _, table = shop(BGNBD(), truth(BG), 800)
    table["gone"] = (table["x"] == 0) & (np.arange(800) % 3 == 0)
    fit = Covariates(BGNBD(), ["gone"]).fit(table)
    assert [f.facts["name"] for f in fit.findings if f.code == "F244"] == ["gone"]
    assert fit["trans_gone"] < -3
    assert np.isfinite(fit.covariance).all()
    assert {"F207"} <= {f.code for f in fit.findings}


def test_findings_of_the_search_are_told_of_what_the_user_sees() -> None:
    estimates = [Estimate(n, e, 0.1, 0.0, 1.0, "") for n, e in (("s", 0.5), ("beta", 9.0), ("life_age", -3.0))]
    inner = [finding("F203", name=n, estimate=7.0) for n in ("beta", "life_age")]
    inner += [finding("F209", name=n, estimate=0.5) for n in ("s", "a")]
    told = [(f.code, f.facts["name"], f.facts["estimate"]) for f in outward(inner, estimates, 2)]
    assert told == [("F203", "beta", 9.0), ("F246", "life_age", -3.0), ("F209", "s", 0.5)]


def test_units_of_a_covariate_do_not_matter() -> None:
    _, table = shop(ParetoNBD(), truth(PARETO), 2000)
    table["cents"] = table["age"] * 5e6 + 1e6
    small, large = (Covariates(ParetoNBD(), [name], [name]).fit(table) for name in ("age", "cents"))
    assert large.loglik == pytest.approx(small.loglik, abs=1e-7)
    assert large["life_cents"] * 5e6 == pytest.approx(small["life_age"], rel=1e-5)
    assert large["r"] == pytest.approx(small["r"], rel=1e-5)


def test_a_few_customers_take_the_prior() -> None:
    _, table = shop(ParetoNBD(), truth(PARETO), 120)
    fit = Covariates(ParetoNBD(), ["age"], ["age"]).fit(table)
    assert fit.info["prior"] == "on"
    assert "F201" in {f.code for f in fit.findings}
    assert Covariates(ParetoNBD(), ["age"], ["age"]).fit(table, prior="off").loglik >= fit.loglik


def test_the_penalty_is_by_the_customer() -> None:
    """Twice the customers with the same penalty end at the same coefficients, as the mean likelihood does."""
    _, table = shop(ParetoNBD(), truth(PARETO), 700)
    double = {name: np.concatenate([values, values]) for name, values in table.items()}
    once, twice = (Covariates(ParetoNBD(), ["age"], ["age"], penalty=0.02).fit(t) for t in (table, double))
    assert twice["trans_age"] == pytest.approx(once["trans_age"], rel=1e-4)
    assert twice.loglik == pytest.approx(2 * once.loglik, rel=1e-9)


def test_a_fit_prints_saves_loads_and_scores(tmp_path: Path) -> None:
    _, table = shop(ParetoNBD(), truth(PARETO), 900)
    fit = Covariates(ParetoNBD(), ["channel", "age"], ["channel"], equal=["channel"]).fit(table)
    assert "both_channel=web" in str(fit)
    again = fits.load(tmp_path, fits.save(fit, tmp_path))
    assert again.theta.tolist() == fit.theta.tolist()
    model, loaded = Covariates.of(fit), Covariates.of(again)
    np.testing.assert_array_equal(model.expect(fit.theta, table, 52.0), loaded.expect(again.theta, table, 52.0))
    assert fit.draws(4, np.random.default_rng(0)).shape == (4, len(fit.theta))


def test_the_fit_of_one_kind_is_a_fit_of_the_base_model() -> None:
    _, table = shop(ParetoNBD(), truth(PARETO), 900)
    fit = Covariates(ParetoNBD(), ["channel"], ["channel"]).fit(table)
    model = Covariates.of(fit)
    web = {name: np.asarray(values)[table["channel"] == "web"] for name, values in table.items()}
    own = model.fit_of(fit, web)
    assert own.model == "pareto_nbd"
    np.testing.assert_allclose(
        ParetoNBD().alive(own.theta, web["x"], web["t_x"] / 7, web["T"] / 7), model.alive(fit.theta, web), rtol=1e-12
    )
    # the variance of log alpha there is that of log alpha less the coefficient
    step = np.zeros(len(fit.theta))
    step[1], step[5] = 1.0, -1.0
    assert own.covariance[1, 1] == pytest.approx(step @ fit.covariance @ step)
    with pytest.raises(ConfigError, match="3 kinds"):
        model.fit_of(fit, table)


def test_what_cannot_be_a_covariate() -> None:
    _, table = shop(ParetoNBD(), truth(PARETO), 60)
    with pytest.raises(DataError, match="no such column") as failed:
        Covariates(ParetoNBD(), ["colour"]).fit(table)
    assert failed.value.code == "E211"
    for bad, what in [
        ([None, *["web"] * 59], "1 customers have none"), ([np.nan, *[1.0] * 59], "1 customers have none"),
        (np.ones((60, 2)), "one-dimensional"),
    ]:  # fmt: skip
        with pytest.raises(DataError, match=what):
            Covariates(ParetoNBD(), ["c"]).fit(table | {"c": bad})
    fit = Covariates(ParetoNBD(), ["channel", "age"]).fit(table)
    with pytest.raises(DataError, match="'wep'") as failed:
        Covariates.of(fit).alive(fit.theta, table | {"channel": ["wep"] * 60})
    assert failed.value.code == "E212"
    assert "web" in failed.value.why
    with pytest.raises(DataError, match="is no number"):
        Covariates.of(fit).alive(fit.theta, table | {"age": ["old"] * 60})
    with pytest.raises(DataError, match=r"'1\.0'"):
        Covariates.of(fit).alive(fit.theta, table | {"channel": [1] * 60})


@pytest.mark.parametrize(
    ("base", "named", "what"),
    [
        (ParetoNBD(), {"trans": "age"}, "list of names"),
        (ParetoNBD(), {}, "no covariate"),
        (ParetoNBD(), {"trans": ["age"], "equal": ["age"]}, "cannot be equal"),
        (ParetoNBD(), {"trans": ["age"], "penalty": -1.0}, "penalty of -1.0"),
        (ParetoNBD(), {"trans": ["age"], "leaving": "some"}, "no way of leaving"),
        (NBD(), {"life": ["age"]}, "no scale that life"),
    ],
)
def test_what_is_no_model_of_covariates(base: Any, named: dict[str, Any], what: str) -> None:
    with pytest.raises(ConfigError, match=what) as failed:
        Covariates(base, **named)
    assert failed.value.code == "E213"


def test_a_model_must_be_fitted_and_a_fit_must_hold_covariates() -> None:
    with pytest.raises(FitError, match="not seen yet"):
        Covariates(ParetoNBD(), ["age"]).expect_new(np.ones(5), {"age": [1]}, 4.0)
    patterns = Patterns.grouped([0, 1, 3], [0, 20, 50], [100, 100, 100])
    with pytest.raises(FitError, match="holds no covariates"):
        Covariates.of(BGNBD().fit(patterns))


def test_nbd_takes_covariates_of_ordering() -> None:
    _, table = shop(ParetoNBD(), truth(PARETO), 600)
    assert Covariates(NBD(), ["age"]).fit(table)["trans_age"] > 0
