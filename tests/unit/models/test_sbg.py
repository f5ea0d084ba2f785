"""sBG and BdW against each other, mpmath and the ratio of gammas behind them."""

from __future__ import annotations

import mpmath as mp
import numpy as np
import pytest

from lifelong.models.bdw import BdW
from lifelong.models.gamma_ratio import log_gamma_ratio
from lifelong.models.sbg import SBG
from lifelong.values import Tenures

GRID = [(0.001, 0.5), (0.3, 1e4), (0.7, 1.2), (5.0, 20.0), (300.0, 2.0), (1e4, 1e4)]


@pytest.mark.parametrize(("a", "b"), GRID)
def test_bdw_with_c_1_is_sbg(a: float, b: float) -> None:
    sbg, bdw, t = np.array([a, b]), np.array([a, b, 1.0]), np.arange(0, 10_001)
    np.testing.assert_allclose(
        BdW().log_curve(bdw, t.astype(float))[0], SBG().log_curve(sbg, t.astype(float))[0], rtol=1e-8
    )
    np.testing.assert_allclose(
        BdW().drop(bdw, t[1:].astype(float))[0], SBG().drop(sbg, t[1:].astype(float))[0], rtol=1e-8
    )
    data = Tenures.of([0, 3, 40, 40, 900], [True, True, False, True, False], [5, 4, 3, 2, 1])
    assert BdW().loglik(bdw, data) == pytest.approx(SBG().loglik(sbg, data), rel=1e-8)
    for n in (1, 7):
        assert BdW().derl(bdw, n, 0.08) == pytest.approx(float(SBG().derl(sbg, n, 0.08)), rel=1e-8)
        assert BdW().derl(bdw, n, 0.08, churn=-0.3) == pytest.approx(
            float(SBG().derl(sbg, n, 0.08, churn=-0.3)), rel=1e-8
        )


@pytest.mark.parametrize(("a", "b"), GRID)
@pytest.mark.parametrize("n", [1, 4, 200])
@pytest.mark.parametrize("d", [1.0, 0.1, 0.001])
def test_derl_is_the_closed_form_of_fader_and_hardie_2010(a: float, b: float, n: int, d: float) -> None:
    with mp.workdps(30):
        form = (b + n - 1) / (mp.mpf(a) + b + n - 1) * mp.hyp2f1(1, b + n, mp.mpf(a) + b + n, 1 / (1 + mp.mpf(d)))
    assert SBG().derl(np.array([a, b]), n, d) == pytest.approx(float(form), rel=1e-9)


@pytest.mark.parametrize(
    "theta", [(0.5, 0.9, 1.2), (0.25, 1.6, 1.6), (2.0, 40.0, 0.4), (30.0, 3.0, 2.5), (1e-3, 1e4, 0.05)]
)
def test_bdw_curve_and_drop_against_mpmath(theta: tuple[float, float, float]) -> None:
    a, b, c = theta
    with mp.workdps(60):
        for t in (1, 2, 17, 10_000):
            y, z = mp.mpf(t) ** mp.mpf(c), mp.mpf(t - 1) ** mp.mpf(c)
            log_s = [mp.log(mp.beta(a, b + v) / mp.beta(a, b)) for v in (z, y)]
            curve, drop = (
                BdW().log_curve(np.array(theta), np.array([float(t)])),
                BdW().drop(np.array(theta), np.array([float(t)])),
            )
            assert float(curve[0][0]) == pytest.approx(float(log_s[1]), rel=1e-9)
            assert float(drop[0][0]) == pytest.approx(float(log_s[0] - log_s[1]), rel=1e-7)


@pytest.mark.parametrize("a", [1e-3, 0.3, 2.5, 40.0, 1e4])
@pytest.mark.parametrize("y", [1e-3, 0.2, 7.7, 300.0, 1e6, 1e30])
def test_ratio_of_gammas_against_mpmath(a: float, y: float) -> None:
    made = log_gamma_ratio(a, np.log(np.array([y])))
    with mp.workdps(90):
        z = mp.exp(mp.mpf(float(np.log(y))))
        psi, psi1 = (lambda v: mp.digamma(v)), (lambda v: mp.polygamma(1, v))
        rise = z * (psi(z + a) - psi(z))
        told = {
            "value": mp.loggamma(z + a) - mp.loggamma(z),
            "a": psi(z + a),
            "y": rise,
            "aa": psi1(z + a),
            "ay": z * psi1(z + a),
        }
        for name, value in told.items():
            assert float(getattr(made, name)[0]) == pytest.approx(float(value), rel=5e-15, abs=2e-15), name
        bend = rise + z * z * (psi1(z + a) - psi1(z))
        # Where y is large this is a difference of a with a: small beside it, and known so well.
        assert float(made.yy[0]) == pytest.approx(float(bend), rel=1e-11, abs=1e-14 * a)


def test_far_beyond_the_numbers_the_ratio_is_a_power() -> None:
    made = log_gamma_ratio(2.5, np.array([300.0, 1e5]))
    assert made.value.tolist() == [750.0, 2.5e5]
    assert made.y.tolist() == [2.5, 2.5]


def test_the_curve_by_sums_and_by_gammas_are_one() -> None:
    theta = np.array([0.7, 1.2])
    whole, broken = np.array([0.0, 3.0, 500.0]), np.array([0.0, 3.0, 500.0, 2.5])
    by_sums, by_gammas = SBG().log_curve(theta, whole), SBG().log_curve(theta, broken)
    for made, other in zip(by_sums, by_gammas, strict=True):
        np.testing.assert_allclose(made, other[..., :3], rtol=1e-10, atol=1e-14)


def test_two_cohorts_of_different_age_are_used_in_full() -> None:
    """Censoring: the young cohort's survivors count as there, neither as lost nor as staying for ever."""
    rng, theta = np.random.default_rng(2), np.array([1.0, 4.0])
    old, young = SBG().simulate(theta, 4000, rng), SBG().simulate(theta, 4000, rng)
    tables = [[int((life > t).sum()) for t in range(age + 1)] for life, age in ((old, 9), (young, 2))]
    both = SBG().fit(Tenures.from_survivors(tables))
    alone = SBG().fit(Tenures.from_survivors(tables[0]))
    assert (np.abs(np.log(both.theta / theta)) < 3 * np.sqrt(np.diag(both.covariance))).all()
    # The two more renewals of 4,000 subscribers narrow what is known of the first churn.
    first = np.array([theta[1], -theta[0]]) / theta.sum()  # gradient of log-odds-like a / (a + b) in logs, to scale
    assert first @ both.covariance @ first < first @ alone.covariance @ first
    wrong = Tenures.from_survivors([tables[0], [*tables[1], 0]])  # as if all of the young were lost
    assert SBG().survival(SBG().fit(wrong).theta, 5) < SBG().survival(both.theta, 5) - 0.1


@pytest.mark.parametrize("a", [1.002, 1.05, 3.0])
def test_a_tail_whose_mean_barely_exists_is_summed_to_its_end(a: float) -> None:
    """Undiscounted, at alpha = 1.002, a third of the mean lies beyond e^600 periods: (beta + n - 1) / (alpha - 1)."""
    for n in (1, 5):
        made = BdW().derl(np.array([a, 2.0, 1.0]), n)
        assert made == pytest.approx((2.0 + n - 1) / (a - 1), rel=1e-8)
