"""Orders that come regularly: CNBD-k against its NBD kin, against simulation, and against an independent sum."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import betaln, gammaincc
from scipy.stats import gamma as gamma_law

from lifelong.models import cnbd_k, regular
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.testing import simulated_patterns

THETA = np.array([1.3, 2.8, 0.42, 0.79])
HISTORIES = np.array([0, 1, 3, 9]), np.array([0.0, 4.0, 30.0, 38.0]), np.array([10.0, 40.0, 39.0, 39.0])


def one(first: int) -> cnbd_k.CNBD:
    """The family's member with k = 1, which is the NBD model itself."""
    return cnbd_k._family(first, 1)()


@pytest.mark.parametrize(("first", "kin"), [(0, BGNBD()), (1, MBGNBD())])
def test_k_of_one_is_the_nbd_model(first: int, kin: BGNBD | MBGNBD) -> None:
    model = one(first)
    x, t_x, T = HISTORIES
    near = {"rtol": 1e-8, "atol": 0}
    np.testing.assert_allclose(model.loglik_each(THETA, *HISTORIES), kin.loglik_each(THETA, *HISTORIES), **near)
    np.testing.assert_allclose(model.alive(THETA, *HISTORIES), kin.alive(THETA, *HISTORIES), **near)
    for horizon, discount in ((26.0, 0.0), (52.0, 0.01), (np.inf, 0.003)):
        ours = model.expect_if_alive(THETA, x, T, horizon, discount, t_x)
        np.testing.assert_allclose(ours, kin.expect_if_alive(THETA, x, T, horizon, discount), **near)
    n, t = np.arange(6), 26.0
    np.testing.assert_allclose(model.pmf_new(THETA, n, t), kin.pmf_new(THETA, n, t), **near)
    np.testing.assert_allclose(model.expect_new(THETA, [1.0, 30.0]), kin.expect_new(THETA, [1.0, 30.0]), **near)
    patterns = simulated_patterns(kin, THETA, 400, np.random.default_rng(1))
    ours, theirs = model.loglik_gradient(THETA, patterns), kin.loglik_gradient(THETA, patterns)
    np.testing.assert_allclose(ours[0], theirs[0], **near)
    np.testing.assert_allclose(ours[1], theirs[1], rtol=1e-8)


@pytest.mark.parametrize("k", [2, 3, 6])
@pytest.mark.parametrize("j", [0, 1])
def test_expected_orders_are_the_sum_over_orders(k: int, j: int) -> None:
    """E = sum over n of E[(1-p)^(n-1)] P(order n within h), the rate integrated by its quantiles."""
    R, A, a, b, horizon, discount = 4.5, 30.0, 0.6, 3.0, 40.0, 0.02
    node, weight = np.polynomial.legendre.leggauss(400)
    rate = gamma_law.ppf((node + 1.0) / 2.0, R) / A
    total = 0.0
    for n in range(1, 400):
        stay = np.exp(betaln(a, b + n - 1.0) - betaln(a, b))
        events = k * n - j
        within = (rate / (rate + discount)) ** events * (1.0 - gammaincc(events, (rate + discount) * horizon))
        total += stay * float(weight @ within) / 2.0
    ours = regular.expected_orders(k, j, np.array([R]), np.array([A]), a, np.array([b]), horizon, discount)
    assert ours[0] == pytest.approx(total, rel=1e-5)  # the quantile rule of the rate errs by some 1e-6
    plain = regular.expected_orders(k, j, np.array([R]), np.array([A]), a, np.array([b]), horizon, 1e-9)
    none = regular.expected_orders(k, j, np.array([R]), np.array([A]), a, np.array([b]), horizon)
    assert none[0] == pytest.approx(plain[0], rel=1e-6)


def test_silence_is_read_as_progress_toward_the_next_order_and_then_as_leaving() -> None:
    model = cnbd_k.MBGCNBD3()
    t_x = np.array([52.0, 50.0, 45.0, 20.0])
    share = model.phases(THETA, np.full(4, 9.0), t_x, np.full(4, 52.0))
    np.testing.assert_allclose(share.sum(axis=0), 1.0)
    assert share[0, 0] == 1.0
    assert (np.diff(share[2]) > 0).all()
    soon = model.expect_if_alive(THETA, 9, 52.0, 2.0, t_x=t_x)
    assert (np.diff(soon) > 0).all()
    assert (np.diff(model.alive(THETA, 9, t_x, 52.0)) < 0).all()
    # without t_x: one who has ordered just now
    assert model.expect_if_alive(THETA, 9, 52.0, 2.0) == pytest.approx(soon[0])


def test_one_customers_forecast_does_not_hang_on_who_else_is_scored() -> None:
    model = cnbd_k.MBGCNBD2()
    rng = np.random.default_rng(3)
    T = rng.integers(60, 700, 3000) / 7.0
    x, t_x, _ = model.simulate(THETA, T, rng)
    many = model.expect(THETA, x, t_x, T, 52.0)
    for i in (0, 17, 2999):
        alone = model.expect(THETA, x[i : i + 1], t_x[i : i + 1], T[i : i + 1], 52.0)
        assert alone[0] == pytest.approx(many[i], rel=1e-9)


@pytest.mark.parametrize("silence", [0.0, 3.0, 15.0])
def test_draws_after_a_silence_have_the_expected_mean(silence: float) -> None:
    model, size = cnbd_k.BGCNBD3(), 40_000
    x, T, t_x = np.full(size, 5.0), np.full(size, 60.0), np.full(size, 60.0 - silence)
    owner, when = model.draw_orders(THETA, x, T, 30.0, np.random.default_rng(4), t_x)
    assert when.min() > 0
    assert when.max() <= 30.0
    made = np.bincount(owner, minlength=size)
    expected = float(model.expect_if_alive(THETA, 5, 60.0, 30.0, t_x=60.0 - silence))
    assert abs(made.mean() - expected) < 4.0 * made.std() / np.sqrt(size)


def test_gaps_count_only_between_different_k() -> None:
    from dataclasses import replace

    model = cnbd_k.MBGCNBD3()
    patterns = simulated_patterns(model, THETA, 200, np.random.default_rng(5))
    known = replace(patterns, log_gaps=10.0)
    assert model.loglik(THETA, known) == pytest.approx(model.loglik(THETA, patterns) + 2 * 10.0)
    np.testing.assert_array_equal(model.loglik_gradient(THETA, known)[1], model.loglik_gradient(THETA, patterns)[1])
