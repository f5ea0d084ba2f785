"""Gamma-Gamma's pieces: the density itself, where the mean is finite, starts and samples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaln

from lifelong.models.gamma_gamma import SAMPLE, GammaGamma, SpendObjective
from lifelong.values import Spend

THETA = np.array([2.5, 3.5, 12.0])


def density(x: float, total: float) -> float:
    """Eq. 1a of note 025, written out."""
    p, q, g = THETA
    mean = total / x
    return float(
        gammaln(p * x + q) - gammaln(p * x) - gammaln(q) + q * np.log(g) + (p * x - 1) * np.log(mean)
        + p * x * np.log(x) - (p * x + q) * np.log(g + total)
    )  # fmt: skip


def test_the_likelihood_is_the_note_s_density() -> None:
    spend = Spend(np.array([1, 3, 3, 0, 5]), np.array([8.0, 40.0, 11.0, 0.0, 0.0]), np.array([2, 1, 4, 9, 1]))
    wanted = 2 * density(1, 8.0) + density(3, 40.0) + 4 * density(3, 11.0)
    assert GammaGamma().loglik(THETA, spend) == pytest.approx(wanted, rel=1e-13)
    objective = GammaGamma().objective(spend)
    assert (objective.size, objective.orders, objective.customers) == (3, 17.0, 7.0)
    value, gradient = objective.value(THETA)
    hessian = objective.hessian(THETA)
    assert value == GammaGamma().loglik(THETA, spend)
    for j in range(3):
        step = np.zeros(3)
        step[j] = 1e-5
        (up, slope_up), (down, slope_down) = objective.value(THETA + step), objective.value(THETA - step)
        assert gradient[j] == pytest.approx((up - down) / 2e-5, rel=1e-6)
        assert hessian[j] == pytest.approx((slope_up - slope_down) / 2e-5, rel=1e-6)


def test_rows_without_customers_or_money_say_nothing() -> None:
    one = SpendObjective(np.array([2]), np.array([9.0]), np.array([3]))
    more = SpendObjective(np.array([2, 0, 4, 1]), np.array([9.0, 3.0, 0.0, 5.0]), np.array([3, 2, 2, 0]))
    assert more.size == one.size == 1
    assert more.value(THETA)[0] == one.value(THETA)[0]


@pytest.mark.parametrize(("q", "wanted"), [(0.5, np.inf), (1.0, np.inf), (1.25, 2.0 * 9.0 / 0.25), (3.0, 9.0)])
def test_the_mean_of_a_new_customer_is_finite_above_one(q: float, wanted: float) -> None:
    assert GammaGamma().expect(np.array([2.0, q, 9.0]), 0, 0.0) == wanted


def test_starts_expect_the_mean_spend() -> None:
    objective = SpendObjective(np.array([1, 3]), np.array([8.0, 40.0]), np.array([2, 1]))
    starts = objective.starts()
    assert len(starts) == 3
    for start in starts:
        assert GammaGamma().expect(start, 0, 0.0) == pytest.approx((2 * 8.0 + 40.0) / 5)
    assert len({tuple(start[:2]) for start in starts}) == 3


def test_a_sample_of_many_rows_stands_for_all() -> None:
    rng = np.random.default_rng(0)

    def rows(size: int) -> SpendObjective:
        return SpendObjective(rng.integers(1, 9, size), rng.lognormal(3, 1, size), rng.integers(1, 4, size))

    assert rows(2 * SAMPLE).coarser() == []
    every = rows(2 * SAMPLE + 1)
    (some,) = every.coarser()
    assert some.size == SAMPLE + 1
    assert some.customers == pytest.approx(every.customers)
    assert some.total.tolist() == every.total[::2].tolist()
    assert some.x[some.ix].tolist() == every.x[every.ix][::2].tolist()
    (third,) = rows(3 * SAMPLE).coarser()
    assert third.size == SAMPLE
    assert some.value(THETA)[0] == pytest.approx(every.value(THETA)[0], rel=0.02)


def test_a_rate_of_zero_stays_a_number() -> None:
    made = GammaGamma().draw_spend(np.array([5.0, 1e-5, 1.0]), np.zeros(50), np.arange(50), np.random.default_rng(0))
    assert np.isfinite(made).all()
    assert made.max() > 1e290
