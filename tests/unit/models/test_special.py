"""Special functions against mpmath, to the extremes."""

from __future__ import annotations

import warnings

import mpmath as mp
import numpy as np
import pytest

from lifelong.models import special
from lifelong.models.chebyshev import nodes_needed, on_pairs, on_times
from lifelong.models.exponential import discounted_power, power_integral
from lifelong.models.geometric import expected_orders
from lifelong.models.pairs import Pairs, pair
from lifelong.models.special import log_rising, power_tail, tally, weigh

TOLERANCE = 1e-10  # promise 9: relative, or of the log


def corners(seed: int, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """k, q and rho of Pareto/NBD's integrals over parameters 1e-3 to 1e4, x to 1e4, T to 1e5."""
    rng = np.random.default_rng(seed)
    r, s, alpha, beta = 10 ** rng.uniform(-3, 4, (4, size))
    x = np.floor(10 ** rng.uniform(0, 4, size)) - 1
    t = 10 ** rng.uniform(-1, 5, size) * (rng.random(size) > 0.2)
    of_v = rng.random(size) > 0.5
    q = np.where(alpha >= beta, np.where(of_v, s + 1, s), np.where(of_v, r + x, r + x + 1))
    return r + s + x, q, np.abs(alpha - beta) / (np.minimum(alpha, beta) + t)


def exact_power_tail(k: float, q: float, rho: float) -> float:
    """log S by mpmath's numbers, from the integral over log y on an even grid.

    ``hyp2f1`` runs for minutes in the corners. On an even grid of step 1/4 the error is e^(-4 pi^2) in theory; the test
    below holds it against ``hyp2f1`` where that is quick.
    """
    with mp.workdps(20):
        K, Q, RHO = mp.mpf(k), mp.mpf(q), mp.mpf(rho)
        first = min(0.0, float(mp.log(K / ((1 + RHO) * (1 + Q)))))
        total, step = mp.mpf(0), mp.mpf(1) / 4
        for i in range(int((first - 36) * 4), 17):
            y = mp.exp(i * step)
            term = y * mp.exp(-y - Q * mp.log1p(-RHO * mp.expm1(-y / K)))
            total += term
            if term < total * 1e-20:
                break
        return float(mp.log(total * step))


def test_the_oracle_is_the_hypergeometric_function() -> None:
    with mp.workdps(30):
        for k, q, rho in (
            (0.01, 0.5, 300.0),
            (2.3, 1.6, 0.4),
            (40.0, 38.0, 3.0),
            (900.0, 0.002, 1e6),
            (5e3, 12.0, 1e4),
        ):
            wanted = float(mp.log(mp.hyp2f1(q, 1, k + 1, -rho)))
            assert exact_power_tail(k, q, rho) == pytest.approx(wanted, rel=1e-14)


def check_power_tail(seed: int, size: int) -> None:
    k, q, rho = corners(seed, size)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        made = power_tail(k, q, rho)
    assert all(np.isfinite(m).all() for m in made)
    wanted = np.array([exact_power_tail(*row) for row in zip(k, q, rho, strict=True)])
    error = np.abs(made[0] - wanted) / np.maximum(1.0, np.abs(wanted))
    worst = int(error.argmax())
    assert error.max() < TOLERANCE, (k[worst], q[worst], rho[worst], made[0][worst], wanted[worst])


def test_power_tail_against_mpmath() -> None:
    check_power_tail(1, 40)


@pytest.mark.slow
def test_power_tail_against_mpmath_at_ten_thousand_points() -> None:
    check_power_tail(2, 10_000)


def test_power_tail_derivatives_are_those_of_the_integral() -> None:
    with mp.workdps(40):
        for k, q, rho in (
            (0.01, 0.5, 300.0),
            (2.3, 1.6, 0.4),
            (40.0, 38.0, 3.0),
            (5e3, 12.0, 1e4),
            (900.0, 0.002, 1e6),
        ):
            made = [float(v[0]) for v in power_tail(*(np.array([v]) for v in (k, q, rho)))]

            def log_s(k: mp.mpf, q: mp.mpf, rho: mp.mpf) -> mp.mpf:
                return mp.log(mp.hyp2f1(q, 1, k + 1, -rho))

            at = tuple(mp.mpf(v) for v in (k, q, rho))
            for j in range(3):
                h = at[j] * mp.mpf(10) ** -12
                up, down = ([v + s * h * (i == j) for i, v in enumerate(at)] for s in (1, -1))
                assert made[1 + j] == pytest.approx(float((log_s(*up) - log_s(*down)) / (2 * h)), rel=1e-9)


def test_power_tail_special_values() -> None:
    k = np.array([0.5, 2.0, 100.0])
    log_s, d_k, d_q, d_rho = power_tail(k, np.array([0.4, 1.5, 80.0]), np.zeros(3))
    assert np.abs(log_s).max() < 1e-13  # no difference of the bases: S = 1
    assert np.abs(d_k).max() == 0.0
    assert np.abs(d_q).max() == 0.0
    assert d_rho == pytest.approx(-np.array([0.4, 1.5, 80.0]) / (k + 1), rel=1e-12)
    assert power_tail(np.array([1.0]), np.array([1.0]), np.array([3.0]))[0] == pytest.approx(np.log(np.log(4.0) / 3.0))


@pytest.mark.parametrize("a", [1e-3, 0.5, 1.0, 3.7, 1e4])
def test_log_rising_against_mpmath(a: float) -> None:
    x = np.array([0, 1, 2, 10, 999, 10_000, 10_000])
    value, slope = log_rising(a, x)
    with mp.workdps(40):
        for n, v, d in zip(x.tolist(), value, slope, strict=True):
            assert v == pytest.approx(float(mp.loggamma(mp.mpf(a) + n) - mp.loggamma(a)), rel=TOLERANCE, abs=1e-13)
            assert d == pytest.approx(float(mp.digamma(mp.mpf(a) + n) - mp.digamma(a)), rel=TOLERANCE, abs=1e-13)


def test_log_rising_above_the_table() -> None:
    n = np.array([3, special.TABLE_LIMIT + 1])
    value, slope = log_rising(0.7, n)
    assert value[0] == pytest.approx(np.log(0.7 * 1.7 * 2.7), rel=1e-10)
    assert slope[0] == pytest.approx(1 / 0.7 + 1 / 1.7 + 1 / 2.7, rel=1e-10)
    assert value[1] == pytest.approx(float(mp.loggamma(0.7 + n[1]) - mp.loggamma(0.7)), rel=1e-12)
    assert slope[1] == pytest.approx(float(mp.digamma(0.7 + n[1]) - mp.digamma(0.7)), rel=1e-12)


def test_sums_in_one_thread() -> None:
    rng = np.random.default_rng(0)
    table, weight = rng.random((3, 50)), rng.random(50)
    np.testing.assert_allclose(weigh(table, weight), table @ weight, rtol=1e-13)
    made = tally(np.array([0, 2, 2]), np.array([1.0, 2.0, 3.0]), 4)
    assert made.tolist() == [1.0, 0.0, 5.0, 0.0]
    assert tally(np.array([], dtype=np.intp), np.array([]), 2).dtype == np.float64


def test_discounted_power_is_the_exponential_integral() -> None:
    rng = np.random.default_rng(4)
    with mp.workdps(40):
        for _ in range(30):
            base, s, rate = 10 ** rng.uniform(-3, 5), 10 ** rng.uniform(-3, 4), 10 ** rng.uniform(-4, 0)
            z = mp.mpf(base) * rate
            wanted = float(base * mp.exp(z) * mp.expint(s, z))
            made = discounted_power(np.array([base]), s, np.inf, rate)[0]
            assert made == pytest.approx(wanted, rel=TOLERANCE)
            h = 10 ** rng.uniform(-1, 4)
            tail = float((base + h) * mp.exp(-rate * h) * (base / (base + mp.mpf(h))) ** s * mp.exp(z + rate * h)
                         * mp.expint(s, z + rate * h))  # fmt: skip
            made = discounted_power(np.array([base]), s, h, rate)[0]
            assert made == pytest.approx(wanted - tail, rel=1e-9, abs=1e-13 * wanted)
    assert len(discounted_power(np.zeros(0), 1.0, 5.0, 0.1)) == 0


@pytest.mark.parametrize("s", [1e-3, 0.3, 1.0, 1.0 + 1e-9, 2.5, 1e4])
def test_power_integral(s: float) -> None:
    with mp.workdps(40):
        for base, h in ((1e-3, 1e5), (10.0, 39.0), (1e4, 1e-3)):
            B, H, S = mp.mpf(base), mp.mpf(h), mp.mpf(s)
            wanted = B * mp.log1p(H / B) if s == 1 else B * (1 - (1 + H / B) ** (1 - S)) / (S - 1)
            assert float(power_integral(base, s, h)) == pytest.approx(float(wanted), rel=TOLERANCE)
    assert power_integral(10.0, s, np.inf) == (pytest.approx(10.0 / (s - 1.0)) if s > 1 else np.inf)


def exact_orders(R: float, A: float, a: float, b: float, h: float) -> float:
    """The closed form of BG/NBD's expectation, with digits enough for its cancellation."""
    with mp.workdps(80):
        R_, A_, a_, b_, h_ = (mp.mpf(v) for v in (R, A, a, b, h))
        return float((a_ + b_ - 1) / (a_ - 1) * (1 - mp.hyp2f1(R_, a_ - 1, a_ + b_ - 1, -h_ / A_)))


def test_expected_orders_are_the_closed_form() -> None:
    rng = np.random.default_rng(5)
    for _ in range(150):
        R, A, a, b, h = (10 ** rng.uniform(*span) for span in ((-2, 2.5), (-1, 3), (-1.5, 1.5), (-1.5, 2), (-1, 3)))
        made = expected_orders(*(np.array([v]) for v in (R, A)), a, np.array([b]), np.array([h]))[0]
        assert made == pytest.approx(exact_orders(R, A, a, b, h), rel=TOLERANCE), (R, A, a, b, h)


@pytest.mark.parametrize(
    ("R", "A", "a", "b", "h"),
    [
        (5.0, 12.0, 1.0 + 1e-10, 3.0, 20.0),  # the closed form divides 0 by 0
        (0.226, 0.03141, 47.98, 0.01529, 7.1e4),
        (0.0015, 0.061, 25.65, 0.0084, 33.4),
        (188.2, 20.19, 0.2033, 330.4, 6.594),
        (42.5, 0.6238, 193.4, 0.00287, 0.9936),
        (0.526, 0.0439, 164.6, 0.00103, 3297.0),
    ],
)
def test_expected_orders_in_the_corners(R: float, A: float, a: float, b: float, h: float) -> None:
    made = expected_orders(*(np.array([v]) for v in (R, A)), a, np.array([b]), np.array([h]))[0]
    assert made == pytest.approx(exact_orders(R, A, a, b, h), rel=TOLERANCE)


@pytest.mark.parametrize(("horizon", "rate"), [(np.inf, 0.0027), (52.0, 0.0027), (26.0, 0.05), (1.0, 1e-6)])
@pytest.mark.parametrize(("R", "A", "a", "b"), [(0.3, 5.0, 0.8, 2.4), (7.2, 40.0, 0.8, 9.4), (2.0, 3.0, 3.0, 0.5)])
def test_discounted_orders_against_mpmath(R: float, A: float, a: float, b: float, horizon: float, rate: float) -> None:
    with mp.workdps(20):

        def rate_of_orders(t: mp.mpf) -> mp.mpf:
            return mp.exp(-rate * t) * R / A * mp.hyp2f1(R + 1, a, a + b, -t / A)

        cuts = [0, 1, 20, 300, 3000, 16000] if np.isinf(horizon) else [0, horizon / 30, horizon / 5, horizon]
        wanted = float(mp.quad(rate_of_orders, cuts))
    made = expected_orders(np.array([R]), np.array([A]), a, np.array([b]), np.array([horizon]), rate)[0]
    assert made == pytest.approx(wanted, rel=1e-9)


def test_no_rows_give_no_rows() -> None:
    none = np.zeros(0)
    assert len(expected_orders(none, none, 1.0, none, none)) == 0


@pytest.mark.parametrize("unit", [7.0, 1.0, 7.3])
def test_pairs_of_whole_days_are_found_as_those_of_any_times(unit: float) -> None:
    rng = np.random.default_rng(4)
    x, t = rng.integers(0, 6, 3000).astype(np.float64), rng.integers(0, 90, 3000) / unit
    pairs, row = pair(x, t)
    assert np.array_equal(pairs.x[pairs.ix][row], x)
    assert np.array_equal(pairs.t[pairs.it][row], t)
    assert np.array_equal(pairs.t, np.unique(t))
    assert len(pairs) == len({*zip(x.tolist(), t.tolist(), strict=True)})


def test_times_are_interpolated_only_where_that_is_exact() -> None:
    x, t = np.repeat(np.arange(3.0), 400), np.tile(np.linspace(0.0, 100.0, 400), 3)
    pairs, row = pair(x, t)
    calls: list[int] = []

    def smooth(some: Pairs) -> np.ndarray:
        calls.append(len(some))
        return (-(1.5 + some.each_x) * np.log(4.0 + some.each_t))[None]

    made = on_times(smooth, pairs, 4.0)[0][row]
    assert calls == [3 * nodes_needed(float(np.log(26.0)))]
    np.testing.assert_allclose(made, -(1.5 + x) * np.log(4.0 + t), rtol=1e-12)

    def rough(some: Pairs) -> np.ndarray:
        calls.append(len(some))
        return np.abs(some.each_t - 50.0 + some.each_x)[None]

    made = on_times(rough, pairs, 4.0)[0][row]
    assert calls[-1] == 1200
    np.testing.assert_array_equal(made, np.abs(t - 50.0 + x))
    few = Pairs(x[:2], t[:2], np.arange(2), np.arange(2))
    assert on_times(smooth, few, 4.0)[0].tolist() == smooth(few)[0].tolist()


def test_on_pairs_broadcasts_and_keeps_the_shape() -> None:
    def f(x: np.ndarray, t: np.ndarray) -> np.ndarray:
        return (1.0 + x) / (2.0 + t)

    x, t = np.arange(4)[:, None], np.linspace(0.0, 9.0, 300)
    np.testing.assert_allclose(on_pairs(f, x, t, 2.0), f(x, t), rtol=1e-11)
    assert on_pairs(f, 1, 2.0, 2.0).shape == ()


def test_gammas_agree_with_mpmath_over_sixteen_decades() -> None:
    z = np.concatenate(
        [10.0 ** np.linspace(-8, 8, 161), np.linspace(0.1, 30.0, 120), [1.0, 2.0, 12.0, 1.4616321449683622]]
    )
    with mp.workdps(40):
        exact = [[float(f(v)) for v in z] for f in (mp.loggamma, mp.digamma, lambda v: mp.polygamma(1, v))]
    for made, told in zip(special.gammas(z), np.array(exact), strict=True):
        # 2e-14: the steps below twelve add up logs of size 20, each exact to 1e-16 of it
        assert np.all(np.abs(made - told) <= 2e-14 * np.maximum(np.abs(told), 1.0))


def test_gammas_keep_the_shape() -> None:
    assert [v.shape for v in special.gammas(2.0)] == [(), (), ()]
    assert [v.shape for v in special.gammas(np.ones((2, 3)))] == [(2, 3)] * 3
