"""Customers of several kinds: each is predicted by the own parameters, whatever order they come in."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong import plugins
from lifelong.models.covariates import Covariates
from lifelong.models.encoding import Encoding
from lifelong.models.kinds import Kinds
from lifelong.models.left_truncated import LeftTruncated
from lifelong.models.pareto_nbd import ParetoNBD

THETA = np.array([0.6, 10.0, 0.6, 12.0])
TABLE = {"web": [0, 1, 0, 1, 1], "x": [0, 3, 2, 0, 1], "t_x": [0, 200, 100, 0, 50], "T": [300, 310, 280, 364, 300]}


def covariates(name: str = "pareto_nbd") -> Covariates:
    base = plugins.load("models", name)()
    return Covariates.everywhere(base, ["web"])


def known(model: Covariates) -> Covariates:
    return Covariates(model.base, model.trans, model.life, encoding=Encoding.learn(TABLE, ["web"]))


@pytest.mark.parametrize(
    "name", ["pareto_nbd", "bg_nbd", "mbg_cnbd_2", "ggompertz_nbd", "nbd", "pareto_nbd_correlated"]
)
def test_kinds_predict_as_the_covariates_do(name: str) -> None:
    model = known(covariates(name))
    theta = np.array([p.start for p in model.base.params] + [1.8] * len(model.coefficients))
    kinds, kind = model.kinds(theta, TABLE)
    x, t_x, T = (np.array(TABLE[n], np.float64) for n in ("x", "t_x", "T"))
    assert kinds.size == 2
    assert kinds.alive(theta, kind, x, t_x / 7, T / 7) == pytest.approx(model.alive(theta, TABLE))
    ahead = kinds.expect_if_alive(theta, kind, (x, T / 7, t_x / 7), 26.0, 0.001)
    assert ahead == pytest.approx(model.expect_if_alive(theta, TABLE, 26.0, 0.001))
    assert kinds.expect_new(theta, kind, np.full(5, 52.0)) == pytest.approx(model.expect_new(theta, TABLE, 52.0))


def test_the_first_kind_orders_least() -> None:
    model = known(covariates())
    theta = np.r_[THETA, 0.5, 1.0]  # whoever came by the web orders half as often
    assert model.kinds(theta, TABLE)[1].tolist() == [1, 0, 1, 0, 0]


def test_drawn_futures_have_the_mean_of_their_kind() -> None:
    model = known(covariates())
    theta = np.r_[THETA, 4.0, 1.0]
    kinds, kind = model.kinds(theta, TABLE)
    rows = np.repeat(np.arange(5), 4000)
    x, T = (np.array(TABLE[n], np.float64)[rows] for n in ("x", "T"))
    drawn = np.repeat(theta[:, None], len(rows), axis=1)
    owner, _ = kinds.draw_orders(drawn, kind[rows], (x, T / 7, None), 26.0, np.random.default_rng(1))
    made = np.bincount(rows[owner], minlength=5) / 4000
    assert made == pytest.approx(model.expect_if_alive(theta, TABLE, 26.0), rel=0.08)


def test_ages_are_kinds_from_the_youngest_on() -> None:
    table = {"x": [0, 2, 0], "t_x": [0, 90, 0], "T": [364, 364, 100], "before": [728, 7, 0]}
    model = LeftTruncated(ParetoNBD())
    kinds, kind = model.kinds(table)
    assert kind.tolist() == [2, 1, 0]
    assert kinds.at(THETA, 2).tolist() == [0.6, 10.0, 0.6, 12.0 + 104.0]
    many = kinds.at(np.stack([THETA, 2 * THETA], axis=1), 2)
    assert many[:, 1].tolist() == [1.2, 20.0, 1.2, 24.0 + 104.0]
    assert kinds.alive(THETA, kind, *(np.array(table[n]) / d for n, d in (("x", 1), ("t_x", 7), ("T", 7))))[0] == (
        pytest.approx(0.082, abs=1e-3)
    )


def test_one_kind_is_the_model_and_nobody_is_nobody() -> None:
    model = ParetoNBD()
    kinds = Kinds.one(model)
    x, T = np.array([1.0, 2.0]), np.array([40.0, 50.0])
    assert kinds.alive(THETA, np.zeros(2, int), x, T / 2, T).tolist() == model.alive(THETA, x, T / 2, T).tolist()
    several, _ = known(covariates()).kinds(np.r_[THETA, 2.0, 1.0], TABLE)
    nothing = np.zeros(0)
    assert len(several.alive(np.r_[THETA, 2.0, 1.0], np.zeros(0, int), nothing, nothing, nothing)) == 0


def test_nothing_leaves_where_the_model_has_nobody_leaving() -> None:
    assert covariates("nbd").life == ()
    assert covariates("bg_nbd").life == ("web",)
