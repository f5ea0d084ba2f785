"""Which spend model is taken: by likelihood and by the size of the effect, and what is told of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lifelong.errors import ConfigError
from lifelong.models.gamma_gamma_dependent import DependentGammaGamma
from lifelong.models.spend_choice import decide, fit_spend_named
from lifelong.testing import simulated_spend
from lifelong.values import Estimate, Fit, Spend


def spends(delta: float, customers: int = 3000, seed: int = 0) -> Spend:
    theta = np.array([6.0, 4.0, 15.0, np.exp(delta)])
    return simulated_spend(DependentGammaGamma(), theta, customers, np.random.default_rng(seed))


def codes(fit: Fit) -> list[str]:
    return [f.code for f in fit.findings]


def test_independent_spends_keep_gamma_gamma_and_nothing_is_told() -> None:
    fit = fit_spend_named("auto", spends(0.0))
    assert fit.model == "gamma_gamma"
    assert not {"F211", "F220", "F222"} & set(codes(fit))


@pytest.mark.parametrize(("delta", "word"), [(0.3, "more"), (-0.3, "less")])
def test_spends_that_hang_on_frequency_take_the_model_that_knows_it(delta: float, word: str) -> None:
    fit = fit_spend_named("auto", spends(delta))
    assert fit.model == "gamma_gamma_dependent"
    told = next(f for f in fit.findings if f.code == "F220")
    assert told.severity == "info"
    assert told.facts["direction"] == word
    assert told.facts["effect"] == pytest.approx(abs(2.0 ** fit["delta"] - 1.0))
    assert "F211" not in codes(fit)
    assert fit_spend_named("gamma_gamma", spends(delta)).model == "gamma_gamma"


def test_a_few_customers_do_not_prove_it() -> None:
    few = [fit_spend_named("auto", spends(0.2, 40, seed)) for seed in range(8)]
    assert sum(fit.model == "gamma_gamma" for fit in few) >= 6


def test_what_is_sure_may_still_be_too_small() -> None:
    """Thresholds on the likelihood ratio (10.83 is p = .001) and on delta, each by itself."""
    plain = fit_spend_named("gamma_gamma", spends(0.3, 500))
    assert "F211" in codes(plain)

    def beside(ratio: float, delta: float) -> Fit:
        made = DependentGammaGamma().fit(spends(0.3, 500))
        told = (*made.params[:3], Estimate("delta", delta, 0.01, 0.0, 0.0, ""))
        return decide(plain, replace(made, params=told, loglik=plain.loglik + ratio / 2.0))

    assert beside(10.9, 0.101).model == "gamma_gamma_dependent"
    assert beside(10.9, -0.101).model == "gamma_gamma_dependent"
    for kept in (beside(10.7, 0.5), beside(5000.0, 0.099), beside(-1.0, -0.5)):
        assert kept.model == "gamma_gamma"
        assert "F211" not in codes(kept)
        assert codes(kept)[-1] == "F222"


def test_more_than_a_few_who_brought_nothing_take_amounts_of_either_sign() -> None:
    spend = spends(0.0)
    for lost, model, code in ((0, "gamma_gamma", ""), (30, "gamma_gamma", "F223"), (31, "normal_normal", "F221")):
        total = spend.total.copy()
        total[:lost] = np.resize([0.0, -9.0], lost)
        fit = fit_spend_named("auto", Spend(spend.x, total, spend.count))
        assert fit.model == model
        told = [f for f in fit.findings if f.code in {"F221", "F223"}]
        assert [f.code for f in told] == [code] * bool(code)
        assert [f.facts for f in told] == [{"customers": lost, "all": 3000}] * bool(code)


def test_a_name_that_is_not_known_is_refused() -> None:
    with pytest.raises(ConfigError, match="E302"):
        fit_spend_named("gama_gamma", spends(0.0, 50))
