"""Golden numbers of static covariates and their modifiers: the apparel data of CLVTools 0.12.1 (../shared/data/reference)."""

from __future__ import annotations

import csv
import re
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lifelong.models.bg_nbd import BGNBD
from lifelong.models.correlation import CorrelatedParetoNBD
from lifelong.models.covariates import Covariates
from lifelong.models.encoding import Encoding
from lifelong.models.ggompertz_nbd import GGompertzNBD
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.values import Patterns

REPOSITORY = Path(__file__).resolve().parents[2]
BOTH = ["gender", "channel"]
#: The parameters at which the reference predictions were made: r, alpha, s, beta, then trans and life.
FIXED = [1.838995945897, 92.971555685263, 0.591434065792, 49.560097743457]
GAMMA = [0.286130239060, 0.624031992279, -0.641517052458, 0.790392793399]


@pytest.fixture(scope="module")
def apparel(shared_data: Path) -> dict[str, Any]:
    """The 600 customers to the end of 2006: x, t_x, T in days, and their two covariates."""
    folder, end = shared_data / "apparel", date(2006, 12, 31).toordinal()
    days: dict[str, set[int]] = {}
    with (folder / "transactions.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            day = date.fromisoformat(row["date"]).toordinal()
            if day <= end:
                days.setdefault(row["customer_id"], set()).add(day)
    with (folder / "static_covariates.csv").open(newline="") as file:
        known = {row["customer_id"]: row for row in csv.DictReader(file)}
    table: dict[str, Any] = {
        "customer_id": np.array([int(one) for one in days]),
        "x": np.array([len(d) - 1 for d in days.values()]),
        "t_x": np.array([max(d) - min(d) for d in days.values()]),
        "T": np.array([end - min(d) for d in days.values()]),
    }
    return table | {name: np.array([int(known[one][name]) for one in days]) for name in BOTH}


def test_pareto_nbd_with_static_covariates(apparel: dict[str, Any]) -> None:
    fit = Covariates(ParetoNBD(), BOTH, BOTH).fit(apparel)
    assert fit.loglik >= -5821.062709
    assert fit.loglik == pytest.approx(-5821.062709, abs=1e-3)
    assert fit["r"] == pytest.approx(1.837843, rel=1e-2)
    assert fit["alpha"] == pytest.approx(92.912349, rel=1e-2)
    assert fit["s"] == pytest.approx(0.591999, rel=1e-2)
    assert fit["beta"] == pytest.approx(49.622727, rel=1e-2)
    for name, value in {"gender": 0.285874, "channel": 0.624124}.items():
        assert fit[f"trans_{name}"] == pytest.approx(value, rel=1e-2)
    for name, value in {"gender": -0.642993, "channel": 0.790679}.items():
        assert fit[f"life_{name}"] == pytest.approx(value, rel=1e-2)
    assert fit.info["cells"] == 4
    assert fit.info["loglik_without"] == pytest.approx(-5848.097827, abs=1e-4)


def test_gender_constrained_equal_and_the_likelihood_ratio(apparel: dict[str, Any]) -> None:
    fit = Covariates(ParetoNBD(), BOTH, BOTH, equal=["gender"]).fit(apparel)
    free = Covariates(ParetoNBD(), BOTH, BOTH).fit(apparel)
    assert fit.loglik == pytest.approx(-5826.534194, abs=1e-3)
    assert fit["both_gender"] == pytest.approx(0.3282534, rel=1e-2)
    assert fit["trans_channel"] == pytest.approx(0.6384304, rel=1e-2)
    assert fit["life_channel"] == pytest.approx(1.0227894, rel=1e-2)
    assert fit["alpha"] == pytest.approx(94.7222817, rel=1e-2)
    assert 2 * (free.loglik - fit.loglik) == pytest.approx(10.94, abs=5e-3)


def test_ggompertz_nbd_with_static_covariates(apparel: dict[str, Any]) -> None:
    fit = Covariates(GGompertzNBD(), BOTH, BOTH).fit(apparel)
    assert fit.loglik >= -5821.062833
    assert fit.loglik == pytest.approx(-5821.062833, abs=1e-3)


def test_bg_nbd_with_both_weights_moved_tells_that_they_run_to_their_edge(apparel: dict[str, Any]) -> None:
    fit = Covariates(BGNBD(), BOTH, BOTH, leaving="weights").fit(apparel)
    assert fit.loglik >= -5839.8635
    assert {"b"} <= {f.facts["name"] for f in fit.findings if f.code == "F203"}
    assert np.isfinite(fit.covariance).all()


def test_bg_nbd_with_the_odds_moved_is_better_and_has_an_optimum(apparel: dict[str, Any]) -> None:
    fit = Covariates(BGNBD(), BOTH, BOTH).fit(apparel)
    assert fit.loglik == pytest.approx(-5839.012563, abs=1e-4)
    assert fit.info["gain"] < 1e-6
    assert "F203" not in {f.code for f in fit.findings}
    assert max(p.se for p in fit.params[4:]) < 0.35


def test_predictions_customer_by_customer(apparel: dict[str, Any], shared_data: Path) -> None:
    with (shared_data / "reference" / "apparel_pnbd_static_predictions.csv").open(newline="") as file:
        rows = {int(row["customer_id"]): row for row in csv.DictReader(file)}
    said = {
        k: np.array([float(rows[i][k]) for i in apparel["customer_id"]]) for k in ("palive", "cet_52", "dert_10pct")
    }
    model = Covariates(ParetoNBD(), BOTH, BOTH, encoding=Encoding.learn(apparel, BOTH))
    theta = np.r_[FIXED, np.exp(GAMMA)]
    made = {
        "palive": model.alive(theta, apparel),
        "cet_52": model.expect(theta, apparel, 52.0),
        "dert_10pct": model.expect(theta, apparel, np.inf, np.log(1.1) / 52),
    }
    for name, values in made.items():
        np.testing.assert_allclose(values, said[name], rtol=1e-6, err_msg=name)


def test_holdout_totals(apparel: dict[str, Any]) -> None:
    fit = Covariates(ParetoNBD(), BOTH, BOTH).fit(apparel)
    model = Covariates.of(fit)
    assert model.expect(fit.theta, apparel, 1450 / 7).sum() == pytest.approx(1453.546609, rel=5e-4)
    assert model.alive(fit.theta, apparel).sum() == pytest.approx(311.2585, rel=5e-4)


def test_a_penalised_fit_tells_the_likelihood_of_the_data(apparel: dict[str, Any]) -> None:
    free = Covariates(ParetoNBD(), BOTH, BOTH).fit(apparel)
    light, heavy = (Covariates(ParetoNBD(), BOTH, BOTH, penalty=p).fit(apparel) for p in (0.01, 100.0))
    assert free.loglik > light.loglik > heavy.loglik > light.info["loglik_without"]
    assert light.loglik == pytest.approx(-5822.8751, abs=1e-3)
    # so heavy a penalty leaves next to nothing of the coefficients, and the likelihood is that of none
    assert np.abs([p.estimate for p in heavy.params[4:]]).max() < 5e-4
    assert heavy.loglik == pytest.approx(-5848.0978, abs=0.05)
    assert "F245" in {f.code for f in heavy.findings}


def cdnow_patterns(shared_data: Path) -> Patterns:
    """The sample of 2,357 customers to the end of September 1997."""
    with (shared_data / "cdnow" / "cdnow_cbs_39w.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    x, t_x, T = (np.array([float(row[k]) for row in rows]) for k in ("x", "t_x", "T"))
    return Patterns.grouped(x, np.rint(t_x * 7), np.rint(T * 7))


def test_correlation_on_cdnow(shared_data: Path) -> None:
    """The reference stops at -9591.765907 with .08612; the likelihood still rises, to the edge of what the form allows."""
    patterns = cdnow_patterns(shared_data)
    fit = CorrelatedParetoNBD().fit(patterns)
    assert fit.loglik >= -9591.765907
    assert fit.loglik == pytest.approx(-9591.666374, abs=1e-3)
    assert fit["cor"] == pytest.approx(0.0883, abs=2e-3)
    assert [f.facts["name"] for f in fit.findings if f.code == "F203"] == ["cor"]
    # The reference's parameters lie at the same edge: its correlation is the most that they allow.
    theta, model = np.array([0.54318, 10.10014, 0.50885, 9.17912, 1e5]), CorrelatedParetoNBD()
    assert model.correlation(theta) == pytest.approx(0.08612, abs=2e-5)
    at = model.loglik(theta, patterns)
    assert at == pytest.approx(-9591.765907, abs=5e-3)


def test_correlation_on_apparel_is_no_less_likely_than_none(apparel: dict[str, Any]) -> None:
    patterns = Patterns.grouped(apparel["x"], apparel["t_x"], apparel["T"])
    fit = CorrelatedParetoNBD().fit(patterns)
    assert fit.loglik >= -5848.0978
    assert fit.loglik == pytest.approx(-5848.026450, abs=1e-3)
    assert fit.loglik >= ParetoNBD().fit(patterns).loglik


def test_correlation_and_covariates_together(apparel: dict[str, Any]) -> None:
    fit = Covariates(CorrelatedParetoNBD(), BOTH, BOTH).fit(apparel)
    assert fit.loglik >= -5821.062709
    assert fit.loglik == pytest.approx(-5821.0501, abs=1e-3)
    assert 0 < fit["cor"] < 0.02


def test_the_page_on_earlier_software_says_what_we_find(apparel: dict[str, Any], shared_data: Path) -> None:
    page = (REPOSITORY / "docs" / "explanation" / "where-others-stop.md").read_text(encoding="utf-8")
    patterns = Patterns.grouped(apparel["x"], apparel["t_x"], apparel["T"])
    correlated = CorrelatedParetoNBD().fit(patterns)
    cdnow = CorrelatedParetoNBD().fit(cdnow_patterns(shared_data))
    weights, odds = (Covariates(BGNBD(), BOTH, BOTH, leaving=one).fit(apparel) for one in ("weights", "odds"))
    drawn = Covariates(ParetoNBD(), BOTH, BOTH, penalty=10.0).fit(apparel)
    rows = [line for line in page.splitlines() if line.startswith(("| apparel", "| CDNOW"))]
    for row, fit in zip(rows, (correlated, cdnow, weights, odds, drawn), strict=True):
        assert f"| {fit.loglik:,.3f}" in row
        assert set(re.findall(r"F\d{3}", row)) <= {f.code for f in fit.findings}
    assert f"at {cdnow['cor']:.3f}".replace("0.", ".") in rows[1]
    assert f"{max(p.se for p in odds.params[4:]):.2f}".lstrip("0") in rows[3]
    assert f"{ParetoNBD().fit(patterns).loglik:,.3f}" in rows[0]
