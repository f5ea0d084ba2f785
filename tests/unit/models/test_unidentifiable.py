"""Thirty shops that cannot be learned from: a finite fit and a coded finding each, and never a warning."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from lifelong.errors import FitError
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.findings import TEXTS
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.testing import simulated_patterns
from lifelong.values import Patterns, Spend

if TYPE_CHECKING:
    from lifelong.values import Fit

MODELS = [BGNBD(), MBGNBD(), ParetoNBD()]
#: What each shop must at least be told, whatever the model; "any" asks for some finding.
SHOPS: dict[str, tuple[tuple[list[int], list[int], list[int], list[int]], str]] = {
    "one customer, one order": (([0], [0], [300], [1]), "F205"),
    "one customer, two orders": (([1], [40], [300], [1]), "F201"),
    "one customer, daily": (([300], [300], [300], [1]), "F214"),
    "two customers, alike": (([2], [50], [90], [2]), "F201"),
    "one day of history": (([0, 1], [0, 1], [1, 1], [900, 100]), "F213"),
    "everybody came today": (([0], [0], [0], [1000]), "F213"),
    "no repeaters, many": (([0, 0, 0], [0, 0, 0], [100, 200, 300], [4000, 5000, 6000]), "F205"),
    "no repeaters, same day": (([0], [0], [365], [5000]), "F205"),
    "same T": (([0, 1, 2, 5], [0, 100, 200, 300], [365] * 4, [500, 200, 100, 50]), "F206"),
    "same history": (([3], [120], [365], [2000]), "F206"),
    "all ordered last on the last day": (([1, 2, 6], [200, 300, 365], [200, 300, 365], [300, 300, 300]), "F215"),
    "all gone at once": (([1, 2], [3, 5], [365, 366], [2000, 2000]), "any"),
    "all gone on day one": (([1], [1], [700], [3000]), "F206"),
    "everybody daily": (([365, 200], [365, 200], [365, 200], [400, 600]), "F214"),
    "daily, then gone": (([30, 30], [30, 30], [365, 400], [500, 500]), "any"),
    "one whale among silence": (([0, 0, 3000], [0, 0, 3000], [2900, 3000, 3000], [2000, 2000, 1]), "F214"),
    "huge x": (([9000, 8000], [20000, 20000], [20000, 20500], [300, 300]), "any"),
    "long histories": (([1, 2, 0], [300000, 500000, 0], [700000, 700000, 700000], [300, 300, 900]), "F206"),
    "two customers, opposite": (([0, 90], [0, 200], [200, 201], [1, 1]), "F201"),
    "one repeater in ten thousand": (([0, 0, 1], [0, 0, 20], [300, 301, 300], [5000, 4999, 1]), "any"),
    "regular as a clock": (([4, 8, 12], [112, 224, 336], [140, 252, 364], [400, 400, 400]), "any"),
    "five customers, silent": (([0, 0], [0, 0], [90, 91], [2, 3]), "F205"),
    "forty customers": (([0, 1, 3], [0, 30, 90], [100, 110, 120], [20, 12, 8]), "F201"),
}


def check(fit: Fit, code: str) -> None:
    assert np.isfinite(fit.theta).all()
    assert (fit.theta > 0).all()
    assert np.isfinite(fit.covariance).all()
    assert np.linalg.eigvalsh(fit.covariance).min() >= -1e-12
    assert np.isfinite(fit.loglik)
    assert np.isfinite([v for p in fit.params for v in (p.estimate, p.se, p.low, p.high)]).all()
    assert all(p.low <= p.estimate <= p.high for p in fit.params)
    codes = [f.code for f in fit.findings]
    assert codes
    assert set(codes) <= set(TEXTS)
    assert code == "any" or code in codes
    assert np.isfinite(fit.draws(100, np.random.default_rng(0))).all()
    assert str(fit)


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
@pytest.mark.parametrize("shop", SHOPS)
def test_purchase_histories(model: BGNBD, shop: str) -> None:
    columns, code = SHOPS[shop]
    patterns = Patterns.of(*columns)
    fit = model.fit(patterns)
    check(fit, code)
    history = (fit.theta, patterns.x, patterns.t_x / 7, patterns.T / 7)
    for values in (
        model.alive(*history),
        model.expect(*history, horizon=52.0),
        model.expect(*history, horizon=np.inf, discount=0.002),
    ):
        assert np.isfinite(values).all()
        assert (values >= 0).all()


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.name)
@pytest.mark.parametrize("shop", ["one customer, one order", "same T", "forty customers", "all gone at once"])
@pytest.mark.parametrize("prior", ["on", "off"])
def test_the_switched_prior_is_as_finite(model: BGNBD, shop: str, prior: str) -> None:
    fit = model.fit(Patterns.of(*SHOPS[shop][0]), prior=prior)
    few = fit.origin.customers < 500
    check(fit, "F201" if prior == "on" else "F202" if few else "any")
    assert fit.info["prior"] == prior


@pytest.mark.parametrize(
    ("model", "theta"),
    [
        (BGNBD(), [0.5, 6.0, 0.001, 5.0]),  # a -> 0: nobody leaves
        (MBGNBD(), [0.5, 6.0, 0.001, 5.0]),
        (ParetoNBD(), [0.6, 10.0, 0.001, 10.0]),  # s -> 0
        (BGNBD(), [500.0, 5000.0, 0.8, 2.5]),  # all order alike
        (ParetoNBD(), [0.6, 10.0, 400.0, 9000.0]),  # all leave alike
    ],
)
def test_parameters_at_the_edge(model: BGNBD, theta: list[float]) -> None:
    patterns = simulated_patterns(model, np.array(theta), 3_000, np.random.default_rng(1))
    fit = model.fit(patterns)
    check(fit, "any")
    assert {"F203", "F204", "F207"} & {f.code for f in fit.findings}


SPENDS: dict[str, tuple[tuple[list[int], list[float], list[int]], str]] = {
    "one customer": (([2], [50.0], [1]), "F201"),
    "constant spend": (([1, 2, 3], [10.0, 20.0, 30.0], [300, 300, 300]), "F212"),
    "constant spend of one order": (([1], [10.0], [900]), "F212"),
    "one order each": (([1, 1, 1], [5.0, 10.0, 40.0], [300, 300, 300]), "any"),
    "tiny currency": (([1, 2, 3], [1e-6, 5e-6, 2e-6], [300, 300, 300]), "any"),
    "huge currency": (([1, 2, 3], [1e12, 5e12, 2e12], [300, 300, 300]), "any"),
    "a thousand orders": (([1000, 900], [1e4, 2e4], [3, 4]), "F201"),
}


@pytest.mark.parametrize("shop", SPENDS)
def test_spends(shop: str) -> None:
    (x, total, count), code = SPENDS[shop]
    check(GammaGamma().fit(Spend(np.array(x), np.array(total), np.array(count))), code)


def test_infinite_mean_spend_is_told() -> None:
    rng = np.random.default_rng(2)
    rate = rng.standard_gamma(0.5, 4000)
    x = rng.integers(1, 9, 4000)
    total = rng.standard_gamma(3.0 * x) / rate
    fit = GammaGamma().fit(Spend(x, total, np.ones(4000, np.int64)))
    check(fit, "F210")
    assert 0.45 < fit["q"] < 0.6
    assert GammaGamma().expect(fit.theta, 0, 0.0) == np.inf


def test_nothing_at_all_is_an_error_with_a_way_out() -> None:
    none = np.zeros(0, np.int64)
    for model in MODELS:
        with pytest.raises(FitError) as error:
            model.fit(Patterns.of(none, none, none, none))
        assert error.value.code == "E201"
        assert error.value.fix
    for spend in (Spend(none, np.zeros(0), none), Spend(np.array([0]), np.array([0.0]), np.array([5]))):
        with pytest.raises(FitError, match="money"):
            GammaGamma().fit(spend)
