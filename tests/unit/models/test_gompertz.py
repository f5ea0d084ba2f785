"""GGompertz/NBD: its integrals against mpmath, its limit Pareto/NBD, and a hazard that grows."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest

from lifelong.models.ggompertz_nbd import GGompertzNBD
from lifelong.models.gompertz import TIMES, ahead, log_growth, log_growth_slope, tail, weeks_alive
from lifelong.models.pairs import Pairs
from lifelong.models.pareto_nbd import ParetoNBD

THETA = np.array([0.55, 10.6, 0.08, 0.9, 120.0])
X, T_X, T = np.array([0, 1, 4, 20]), np.array([0.0, 3.0, 30.0, 38.5]), np.array([39.0, 20.0, 36.0, 39.0])


def exact(theta: np.ndarray, power: float, q: float, t: float) -> float:
    _, alpha, b, s, beta = (mpmath.mpf(float(v)) for v in theta)
    t, q = mpmath.mpf(t), mpmath.mpf(q)
    D = beta * mpmath.exp(-b * t) + (1 - mpmath.exp(-b * t)) / b

    def f(h: mpmath.mpf) -> mpmath.mpf:
        growth = mpmath.exp(b * h) if q > s else mpmath.mpf(1)
        return (alpha + t + h) ** (-power) * growth * (D + mpmath.expm1(b * h) / b) ** (-q)

    cuts = [0, 0.05, 0.2, 0.5, 1, 2, 4, 7, *range(10, 80, 5), 90, 110, 150, 200, 300, 500, 900, 2000, 5000]
    return float(mpmath.log(mpmath.quad(f, cuts)))


def few(x: list[float], t: list[float]) -> Pairs:
    return Pairs(np.array(x), np.array(t), np.arange(len(x)), np.arange(len(t)))


@pytest.mark.parametrize("theta", [THETA, [1.4, 48.0, 0.3, 2.5, 1e4], [0.2, 2.0, 0.02, 0.5, 5.0]])
def test_the_integrals_are_those_of_mpmath(theta: list[float]) -> None:
    """Counts and times that lie far apart share their nodes: to 1e-10 for each of them."""
    at, x, t = np.array(theta), [0.0, 3.0, 60.0, 900.0], [0.0, 12.0, 40.0, 100.0]
    for i, j in ((1.0, 0.0), (0.0, 1.0)):
        ours = tail(at, few(x, t), i, j)[0]
        wanted = [exact(at, at[0] + n + i, at[3] + j, week) for n, week in zip(x, t, strict=True)]
        np.testing.assert_allclose(ours, wanted, rtol=1e-10, atol=1e-10)


def test_the_slopes_of_the_integrals_are_those_of_differences() -> None:
    some = few([0.0, 3.0, 60.0], [0.0, 12.0, 40.0])
    for i, j in ((1.0, 0.0), (0.0, 1.0)):
        slope = tail(THETA, some, i, j)[1]
        for k, at in enumerate(THETA):
            up, down = (tail(np.where(np.arange(5) == k, at * (1.0 + e), THETA), some, i, j)[0] for e in (1e-5, -1e-5))
            np.testing.assert_allclose(slope[k], (up - down) / (2e-5 * at), rtol=1e-6, atol=1e-9)


def test_times_beyond_those_that_are_kept_at_once_say_the_same() -> None:
    rng = np.random.default_rng(3)
    t = rng.uniform(0.0, 100.0, TIMES + 300)
    many = Pairs(np.arange(30.0), t, np.arange(len(t)) % 30, np.arange(len(t))[::-1])
    value, slope = tail(THETA, many, 1.0, 0.0)
    for k in (0, TIMES - 1, TIMES, len(t) - 1):
        one = tail(THETA, few([float(k % 30)], [float(many.each_t[k])]), 1.0, 0.0)
        np.testing.assert_allclose(value[k], one[0][0], rtol=1e-11)
        np.testing.assert_allclose(slope[:, k], one[1][:, 0], rtol=1e-8)


def test_growth_and_its_slope_hold_for_small_and_large_times() -> None:
    h = np.array([1e-6, 0.3, 1.24, 1.26, 40.0, 4000.0])
    for b in (0.08, 1e-7):
        up, down = log_growth(b * 1.0001, h), log_growth(b * 0.9999, h)
        np.testing.assert_allclose(log_growth_slope(b, h), (up - down) / (0.0002 * b), rtol=1e-4, atol=2e-9 / b)
    t = np.array([0.0, 0.5, 0.62, 0.63, 50.0])
    D, by_b, by_beta = ahead(0.08, 30.0, t)
    np.testing.assert_allclose(by_b, (ahead(0.08001, 30.0, t)[0] - ahead(0.07999, 30.0, t)[0]) / 2e-5, rtol=1e-6)
    np.testing.assert_allclose(by_beta, ahead(0.08, 31.0, t)[0] - D, rtol=1e-9)


@pytest.mark.parametrize(("b", "s", "D"), [(0.08, 0.9, 120.0), (0.5, 1.0, 2e8), (1e-5, 0.4, 12.0), (2.0, 0.01, 1e-3)])
def test_weeks_alive_are_those_of_mpmath(b: float, s: float, D: float) -> None:
    for horizon, discount in ((39.0, 0.0), (520.0, 0.003), (5000.0, 0.05)):

        def f(h: mpmath.mpf, discount: float = discount) -> mpmath.mpf:
            return mpmath.exp(-discount * h) * (1 + mpmath.expm1(b * h) / (b * D)) ** (-s)

        cuts = [
            0,
            *(c for c in (0.01, 0.1, 1, 5, 10, 20, 30, 36, 40, 60, 100, 200, 400, 1000, 2000) if c < horizon),
            horizon,
        ]
        ours = weeks_alive(b, s, np.array([D]), horizon, discount)[0]
        assert ours == pytest.approx(float(mpmath.quad(f, cuts)), rel=1e-9)


def test_without_growth_it_is_pareto_nbd() -> None:
    pareto, theta = ParetoNBD(), THETA[[0, 1, 3, 4]]
    flat = np.array([*THETA[:2], 1e-12, *THETA[3:]])
    model = GGompertzNBD()
    near = {"rtol": 1e-8, "atol": 0}
    np.testing.assert_allclose(model.loglik_each(flat, X, T_X, T), pareto.loglik_each(theta, X, T_X, T), **near)
    np.testing.assert_allclose(model.alive(flat, X, T_X, T), pareto.alive(theta, X, T_X, T), **near)
    for horizon, discount in ((26.0, 0.0), (np.inf, 0.01)):
        ours, theirs = (m.expect(p, X, T_X, T, horizon, discount) for m, p in ((model, flat), (pareto, theta)))
        np.testing.assert_allclose(ours, theirs, **near)
    np.testing.assert_allclose(
        model.pmf_new(flat, np.arange(5), 30.0), pareto.pmf_new(theta, np.arange(5), 30.0), **near
    )


def test_the_older_a_customer_the_sooner_they_leave() -> None:
    model = GGompertzNBD()
    given = model.expect_if_alive(np.array([0.5, 10.0, 0.2, 2.0, 500.0]), 0, np.array([1.0, 40.0]), 26.0)
    rate = 0.5 / (10.0 + np.array([1.0, 40.0]))
    assert given[0] / rate[0] > 1.5 * given[1] / rate[1]
    # growth ends every life: the rest of it has a mean without any discount
    assert np.isfinite(model.expect_if_alive(THETA, 2, 39.0, np.inf))
