"""Golden numbers: papers' tables and independent runs on the same data (../shared/data/reference)."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lifelong.models.bg_nbd import BGNBD
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.values import Patterns, Spend

if TYPE_CHECKING:
    from pathlib import Path

ALL = {"bg_nbd": BGNBD(), "mbg_nbd": MBGNBD(), "pareto_nbd": ParetoNBD()}
#: The parameters at which the reference predictions were made.
FIXED = {
    "pareto_nbd": ("pnbd", [0.5534, 10.5802, 0.6061, 11.6562]),
    "bg_nbd": ("bgnbd", [0.2426, 4.4136, 0.7930, 2.4262]),
    "mbg_nbd": ("mbgnbd", [0.5248, 6.1829, 0.8914, 1.6140]),
}


def table(path: Path) -> dict[str, np.ndarray]:
    with path.open(newline="") as file:
        rows = list(csv.DictReader(file))
    return {k: np.array([float(r[k]) for r in rows]) for k in rows[0]}


def shop(path: Path, until: str, spend: str = "") -> tuple[Patterns, Spend]:
    """Patterns and repeat spends of a log of (customer_id, date), as the papers make them: distinct days, first one off."""
    end = date.fromisoformat(until).toordinal()
    days: dict[str, dict[int, float]] = {}
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["date"][:10]).toordinal()
            if day <= end:
                mine = days.setdefault(row["customer_id"], {})
                mine[day] = mine.get(day, 0.0) + float(row[spend] if spend else 0.0)
    x = [len(d) - 1 for d in days.values()]
    t_x = [max(d) - min(d) for d in days.values()]
    T = [end - min(d) for d in days.values()]
    total = np.array([sum(v for k, v in d.items() if k != min(d)) for d in days.values()])
    return Patterns.grouped(x, t_x, T), Spend(np.array(x), total, np.ones(len(x), np.int64))


@pytest.fixture(scope="module")
def cdnow(shared_data: Path) -> dict[str, np.ndarray]:
    return table(shared_data / "cdnow" / "cdnow_cbs_39w.csv")


@pytest.fixture(scope="module")
def cdnow_patterns(cdnow: dict[str, np.ndarray]) -> Patterns:
    return Patterns.grouped(cdnow["x"], np.rint(cdnow["t_x"] * 7), np.rint(cdnow["T"] * 7))


@pytest.fixture(scope="module")
def predictions(shared_data: Path) -> dict[str, np.ndarray]:
    return table(shared_data / "reference" / "cdnow_customer_predictions.csv")


@pytest.mark.parametrize(
    ("model", "loglik", "params", "errors"),
    [
        (
            "bg_nbd",
            -9582.429207,
            (0.2425945, 4.4136019, 0.7929199, 2.4258881),
            (0.0125574, 0.378224, 0.185733, 0.705407),
        ),
        (
            "pareto_nbd",
            -9594.976180,
            (0.5532064, 10.5763167, 0.6062485, 11.6698697),
            (0.04762, 0.8426, 0.18729, 6.2117),
        ),
        ("mbg_nbd", -9582.135716, (0.5248436, 6.1830929, 0.8913878, 1.6140483), None),
    ],
)
def test_cdnow_estimates_of_fader_hardie_lee_2005(
    cdnow_patterns: Patterns, model: str, loglik: float, params: tuple[float, ...], errors: tuple[float, ...] | None
) -> None:
    fit = ALL[model].fit(cdnow_patterns)
    assert fit.loglik >= loglik - 1e-4
    assert fit.loglik == pytest.approx(loglik, abs=1e-3)
    assert fit.theta == pytest.approx(params, rel=2e-4)
    assert fit.info["prior"] == "off"
    assert fit.info["gain"] < 1e-6
    assert fit.origin.customers == 2357
    if errors:
        assert [p.se for p in fit.params] == pytest.approx(errors, rel=2e-3)


@pytest.mark.parametrize("model", list(FIXED))
def test_cdnow_customers_one_by_one(predictions: dict[str, np.ndarray], model: str) -> None:
    prefix, theta = FIXED[model]
    history = (np.array(theta), predictions["x"], predictions["t_x"], predictions["T"])
    engine = ALL[model]
    made = {
        "palive": engine.alive(*history),
        "cet_39": engine.expect(*history, horizon=39.0),
        "loglik": engine.loglik_each(*history),
    }
    if model == "pareto_nbd":
        made["dert_15pct"] = engine.expect(*history, horizon=np.inf, discount=np.log(1.15) / 52)
    for name, values in made.items():
        np.testing.assert_allclose(values, predictions[f"{prefix}_{name}"], rtol=1e-9, err_msg=name)


def test_cdnow_totals_over_the_next_39_weeks(cdnow: dict[str, np.ndarray], cdnow_patterns: Patterns) -> None:
    printed = {"pareto_nbd": (1665.5, 1051.9), "bg_nbd": (1653.4, 1917.3), "mbg_nbd": (1576.7, 1057.6)}
    for name, (orders, alive) in printed.items():
        theta = ALL[name].fit(cdnow_patterns).theta
        history = (theta, cdnow["x"], cdnow["t_x"], cdnow["T"])
        assert ALL[name].expect(*history, horizon=39.0).sum() == pytest.approx(orders, abs=0.15)
        assert ALL[name].alive(*history).sum() == pytest.approx(alive, abs=0.15)


def test_cdnow_residual_value_at_15_percent_a_year(cdnow: dict[str, np.ndarray]) -> None:
    theta = np.array(FIXED["pareto_nbd"][1])
    dert = ParetoNBD().expect(theta, cdnow["x"], cdnow["t_x"], cdnow["T"], horizon=np.inf, discount=np.log(1.15) / 52)
    assert dert[0] == pytest.approx(6.5009, abs=1e-4)
    assert dert.sum() == pytest.approx(7205.6, rel=2e-4)


def test_gamma_gamma_of_note_025(cdnow: dict[str, np.ndarray], predictions: dict[str, np.ndarray]) -> None:
    spend = Spend(cdnow["x"].astype(int), cdnow["x"] * cdnow["mean_repeat_spend"], np.ones(2357, np.int64))
    fit = GammaGamma().fit(spend)
    assert fit.origin.customers == 946
    assert fit.loglik == pytest.approx(-4055.9177, abs=1e-3)
    assert fit.loglik >= -4055.9187
    assert fit.theta.round(2).tolist() == [6.25, 3.74, 15.44]
    made = GammaGamma().expect(np.array([6.2495, 3.7443, 15.4443]), spend.x, spend.total)
    np.testing.assert_allclose(made, predictions["gg_mean_spend"], rtol=1e-10)


@pytest.mark.parametrize(
    ("model", "loglik", "params"),
    [
        ("pareto_nbd", -15782.3921379, (0.78643539, 5.67897605, 0.38622085, 5.71711824)),
        ("bg_nbd", -15836.5662391, (0.34859199, 2.58093755, 0.50382616, 3.64436254)),
        ("mbg_nbd", -15781.939376, (1.25679078, 6.03847584, 0.36825145, 0.71573522)),
    ],
)
def test_grocery_estimates(shared_data: Path, model: str, loglik: float, params: tuple[float, ...]) -> None:
    patterns, _ = shop(shared_data / "grocery_elog" / "transactions.csv", "2006-12-31")
    assert patterns.customers == 1525
    assert patterns.x @ patterns.count == 5569
    fit = ALL[model].fit(patterns)
    assert fit.loglik == pytest.approx(loglik, abs=1e-2)
    assert fit.loglik >= loglik - 1e-4
    assert fit.theta == pytest.approx(params, rel=2e-3)


def test_grocery_holdout_total_and_profiles(shared_data: Path) -> None:
    theta = np.array([0.78643539, 5.67897605, 0.38622085, 5.71711824])
    patterns, _ = shop(shared_data / "grocery_elog" / "transactions.csv", "2006-12-31")
    each = ParetoNBD().expect(theta, patterns.x, patterns.t_x / 7, patterns.T / 7, horizon=52.0)
    assert each @ patterns.count == pytest.approx(3990.766838, rel=1e-6)
    x = np.arange(1, 6)
    made = ParetoNBD().expect(theta, x, 12.0, 52.0, horizon=52.0)
    assert made == pytest.approx([0.4484221274, 0.3627077223, 0.2170925652, 0.1086772992, 0.04887833666], rel=1e-7)
    made = ParetoNBD().alive(theta, x, 12.0, 52.0)
    assert made == pytest.approx([0.3185794195, 0.1652060016, 0.07276665233, 0.02881672564, 0.01072070401], rel=1e-7)


@pytest.mark.parametrize(
    ("model", "loglik", "params"),
    [
        ("pareto_nbd", -5848.097827, (1.44897679, 48.636084482, 0.561259809, 46.884363479)),
        ("bg_nbd", -5857.019749, (0.6073108097, 20.9567292732, 1.2755433949, 8.8608158993)),
    ],
)
def test_apparel_estimates(shared_data: Path, model: str, loglik: float, params: tuple[float, ...]) -> None:
    patterns, _ = shop(shared_data / "apparel" / "transactions.csv", "2006-12-31")
    fit = ALL[model].fit(patterns)
    assert fit.origin.customers == 600
    assert fit.loglik >= loglik - 1e-3
    assert fit.loglik == pytest.approx(loglik, abs=1e-3)
    assert fit.theta == pytest.approx(params, rel=1e-2)
    assert "F206" in {f.code for f in fit.findings}  # all 600 first bought on one day


def test_apparel_gamma_gamma(shared_data: Path) -> None:
    _, spend = shop(shared_data / "apparel" / "transactions.csv", "2006-12-31", "price")
    fit = GammaGamma().fit(spend, prior="off")  # 387 customers: "auto" would take the prior
    assert fit.loglik == pytest.approx(-1670.663044, abs=1e-3)
    assert fit.theta == pytest.approx((3.09903265, 5.65367287, 56.50408444), rel=2e-3)


def test_pareto_nbd_point_checks() -> None:
    theta = np.array([0.55339714, 10.5801985, 0.606062497, 11.6562237])
    model = ParetoNBD()
    assert model.expect(theta, 26, 30.86, 31, horizon=52.0) == pytest.approx(25.45531813, rel=1e-9)
    assert model.alive(theta, 26, 30.86, 31) == pytest.approx(0.9979178964, abs=1e-10)
    dert = model.expect(theta, [2, 0, 7], [30.43, 0, 35], 38.86, horizon=np.inf, discount=0.0027)
    assert dert == pytest.approx([6.482938738, 0.476878797, 20.65475263], rel=1e-8)
    printed = [
        0,
        0.05077821,
        0.09916088,
        0.14542507,
        0.1897993,
        0.23247466,
        0.27361274,
        0.31335159,
        0.35181024,
        0.38909211,
    ]
    assert model.expect_new(theta, np.arange(10.0)) == pytest.approx(printed, abs=1e-2)
    assert model.expect_new(np.array([0.5534, 10.5802, 0.6061, 11.6562]), [1, 3, 6]) == pytest.approx(
        [0.051005, 0.146124, 0.275051], abs=1e-6
    )


def test_bg_nbd_point_checks() -> None:
    theta = np.array([0.243, 4.414, 0.793, 2.426])
    assert BGNBD().expect(theta, 2, 30.43, 38.86, horizon=39.0) == pytest.approx(1.226, abs=5e-4)
    assert BGNBD().expect_new(theta, [1, 3, 6]) == pytest.approx([0.053268, 0.150865, 0.280756], abs=1e-6)


def test_what_overflowed_elsewhere_stays_finite() -> None:
    model = ParetoNBD()
    alive = model.alive(
        np.array([0.5143, 2.8845, 0.2856, 14.1087]),
        [221, 254, 161, 204],
        [103.42857, 97.14286, 94.71429, 98.57143],
        [103.57143, 97.28571, 98.0, 99.42857],
    )
    assert alive == pytest.approx([0.99959605, 0.99955823, 0.74948775, 0.99425508], abs=1e-7)
    theta = np.array([10.465, 0.00798565181, 3.0516, 2.82])
    assert np.isfinite(model.loglik_each(theta, [400, 500, 500], [5, 1, 4], [6, 37, 37])).all()
