"""Cohorts fitted together know more than cohorts fitted alone, and keep real differences."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.errors import FitError
from lifelong.models.bdw import BdW
from lifelong.models.climb import Prior
from lifelong.models.cohorts import LOW, Pooled, fit_cohorts
from lifelong.models.optimise import fit_tenure
from lifelong.models.sbg import SBG
from lifelong.values import Tenures

MODEL = SBG()


def cohorts(zs: np.ndarray, size: int, rng: np.random.Generator) -> list[Tenures]:
    """One a row of log parameters, of 2, 3, 4, ... renewals."""
    made = []
    for g, z in enumerate(zs):
        life = MODEL.simulate(np.exp(z), size, rng)
        made.append(Tenures.of(np.minimum(life - 1, g + 2), life - 1 < g + 2))
    return made


def together(parts: list[Tenures]) -> Tenures:
    return Tenures.of(*(np.concatenate([getattr(p, f) for p in parts]) for f in ("n", "is_lost", "count")))


def test_pooling_errs_less_than_separate_fits_and_less_than_one_fit() -> None:
    """Survival of renewal 20, six shops of eight cohorts of 200 subscribers, log parameters scattered by 0.3."""
    rng, error = np.random.default_rng(1), {"alone": 0.0, "pooled": 0.0, "one": 0.0}
    for _ in range(6):
        zs = np.log([0.8, 2.5]) + 0.3 * rng.standard_normal((8, 2))
        data = cohorts(zs, 200, rng)
        fits = {
            "alone": [MODEL.fit(c, prior="off") for c in data],
            "pooled": list(fit_cohorts(MODEL, data).fits),
            "one": [MODEL.fit(together(data))] * 8,
        }
        for how, made in fits.items():
            error[how] += sum(
                float(MODEL.survival(f.theta, 20) - MODEL.survival(np.exp(z), 20)) ** 2
                for f, z in zip(made, zs, strict=True)
            )
    assert error["pooled"] < 0.6 * error["alone"]
    assert error["pooled"] < 0.9 * error["one"]


def test_large_cohorts_keep_their_own_estimates() -> None:
    data = [
        Tenures.from_survivors(t)
        for t in ([100_000, 63_100, 46_800, 38_200, 32_600], [100_000, 86_900, 74_300, 65_300, 59_300])
    ]
    made = fit_cohorts(MODEL, data)
    for fit, own in zip(made.fits, data, strict=True):
        assert fit.theta == pytest.approx(MODEL.fit(own).theta, rel=0.02)
        assert fit.info["prior"] == "on"
        assert {f.code for f in fit.findings} & {"F201", "F202", "F236"} == {"F236"}
    assert [f.code for f in made.findings] == ["F235"]
    assert made.sd.min() > 0.1


def test_like_cohorts_are_drawn_together_and_spread_is_measured() -> None:
    rng = np.random.default_rng(4)
    alike = fit_cohorts(MODEL, cohorts(np.tile(np.log([0.8, 2.5]), (10, 1)), 300, rng))
    apart = fit_cohorts(MODEL, cohorts(np.log([0.8, 2.5]) + 0.8 * rng.standard_normal((10, 2)), 300, rng))
    assert alike.sd.max() < 0.45 < apart.sd.max()
    assert not alike.findings
    assert alike.sd.min() >= LOW
    young = alike.fits[0]
    alone = MODEL.fit(cohorts(np.log([[0.8, 2.5]]), 300, rng)[0], prior="off")
    assert young.params[0].high - young.params[0].low < alone.params[0].high - alone.params[0].low


def test_intervals_hold_the_doubt_about_what_is_common() -> None:
    """Wider than where the common mean and spread are given."""
    data = cohorts(
        np.log([0.8, 2.5]) + 0.3 * np.random.default_rng(7).standard_normal((6, 2)), 300, np.random.default_rng(8)
    )
    made = fit_cohorts(MODEL, data)
    given = [fit_tenure(MODEL, one, prior=Prior(made.mean, made.sd)) for one in data]
    wider = [fit.params[0].se / own.params[0].se for fit, own in zip(made.fits, given, strict=True)]
    assert min(wider) > 1.0


def test_laplace_is_the_integral() -> None:
    """The marginal likelihood of one cohort against quadrature over its two parameters."""
    data = Tenures.from_survivors([400, 260, 190, 155])
    mean, sd = np.log([0.8, 1.5]), np.array([0.3, 0.4])
    made = Pooled(MODEL, [data]).marginal(mean, sd)
    node, weight = np.polynomial.hermite_e.hermegauss(60)
    z = [mean[i] + sd[i] * node for i in (0, 1)]
    top = MODEL.fit(data, prior="off").loglik
    value = np.array([[MODEL.loglik(np.exp([a, b]), data) - top for b in z[1]] for a in z[0]])
    exact = top + np.log(weight @ np.exp(value) @ weight / (2 * np.pi))
    assert made == pytest.approx(exact, abs=0.02)


def test_the_three_parameters_of_bdw_pool_too() -> None:
    rng = np.random.default_rng(6)
    life = [BdW().simulate(np.array([0.6, 1.8, 1.3]), 500, rng) for _ in range(5)]
    made = fit_cohorts(BdW(), [Tenures.of(np.minimum(t - 1, 6), t - 1 < 6) for t in life])
    assert np.isfinite(made.loglik)
    for fit in made.fits:
        assert float(BdW().survival(fit.theta, 6)) == pytest.approx(
            float(BdW().survival(np.array([0.6, 1.8, 1.3]), 6)), abs=0.06
        )


def test_an_empty_cohort_is_refused() -> None:
    for wrong in ([], [Tenures.from_survivors([5, 3]), Tenures.of([], [])]):
        with pytest.raises(FitError, match="cohort"):
            fit_cohorts(MODEL, wrong)
