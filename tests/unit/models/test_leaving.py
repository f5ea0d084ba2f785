"""The two ways to leave (geometric, exponential): what is drawn, row by row and in blocks, and the integrals' rules."""

from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import pytest
from scipy.special import gammaln

from lifelong.models import exponential, geometric
from lifelong.models.exponential import BLOCK, discounted_power, power_integral
from lifelong.models.geometric import CHUNK, MOST_ORDERS, expected_orders, nbd
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.models.special import discount_rule, line_rule, power_tail

SIZE = 40_000


def near(made: np.ndarray, wanted: float) -> None:
    """Within four standard errors."""
    assert abs(made.mean() - wanted) < 4 * made.std() / np.sqrt(len(made))


def test_orders_fall_evenly_over_a_life_at_a_steady_hazard() -> None:
    rng, rate, leave = np.random.default_rng(0), np.full(SIZE, 0.5), np.full(SIZE, 0.1)
    owner, when = exponential.draw_until(rate, np.minimum(exponential.leaving(leave, rng), 12.0), rng)
    near(np.bincount(owner, minlength=SIZE), 0.5 * (1 - np.exp(-1.2)) / 0.1)
    near(when <= 6.0, (1 - np.exp(-0.6)) / (1 - np.exp(-1.2)))
    assert when.max() <= 12.0
    x, t_x, death = exponential.histories_until(rate, exponential.leaving(leave, rng), np.full(SIZE, 12.0), rng)
    near(x, 0.5 * (1 - np.exp(-1.2)) / 0.1)
    near(death, 10.0)
    assert (t_x[x == 0] == 0.0).all()
    for n in (1, 4):
        here = x == n
        near(t_x[here] / np.minimum(death, 12.0)[here], n / (n + 1))
    assert x.dtype == np.int64


def test_orders_stop_with_a_fixed_chance_after_each() -> None:
    rng, rate = np.random.default_rng(1), np.full(SIZE, 0.5)
    last = rng.geometric(0.2, SIZE)
    x, t_x, death = geometric.draw_histories(rate, last, np.full(SIZE, 12.0), rng)
    assert (x <= last).all()
    alive = x < last
    assert (death[~alive] == t_x[~alive]).all()
    near(alive, np.exp(-0.5 * 0.2 * 12.0))
    near(death[alive] - 12.0, 1 / (0.5 * 0.2))  # the rest of a life has no memory
    near(death[~alive], 10.0 - 12.0 * np.exp(-1.2) / (1 - np.exp(-1.2)))
    for n in (1, 3):
        here = alive & (x == n)
        near(t_x[here], 12.0 * n / (n + 1))
    assert (t_x[x == 0] == 0.0).all()
    owner, when = geometric.draw_future(rate, np.full(SIZE, 0.2), 12.0, rng)
    made = np.bincount(owner, minlength=SIZE)
    near(made, (1 - np.exp(-1.2)) / 0.2)
    near(when <= 6.0, (1 - np.exp(-0.6)) / (1 - np.exp(-1.2)))
    single = np.isin(owner, np.flatnonzero(made == 1))
    gone, stays = 0.2, 0.8 * np.exp(-0.5 * 12.0)  # of one order: the last of a life, or alone until the horizon
    early, late = gone * (1 - np.exp(-3.0)), gone * (np.exp(-3.0) - np.exp(-6.0))
    half = stays * 0.5 * 12.0 / 2
    near(when[single] <= 6.0, (early + half) / (early + late + 2 * half))


def test_draws_at_the_end_of_the_numbers() -> None:
    rng = np.random.default_rng(2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for leave in (0.0, 5e-324):
            owner, when = exponential.draw_until(
                np.ones(99), np.minimum(exponential.leaving(np.full(99, leave), rng), 5.0), rng
            )
            assert (when <= 5.0).all()
            near(np.bincount(owner, minlength=99), 5.0)
            _, t_x, death = exponential.histories_until(
                np.ones(99), exponential.leaving(np.full(99, leave), rng), np.full(99, 5.0), rng
            )
            assert np.isinf(death).any()
            assert (t_x <= 5.0).all()
        for rate in (0.0, 5e-324):
            x, _, death = geometric.draw_histories(np.full(99, rate), np.full(99, 3), np.full(99, 5.0), rng)
            assert not x.any()
            assert np.isinf(death).any()
        for x in (
            exponential.histories_until(
                np.array([1e300]), exponential.leaving(np.array([1.0]), rng), np.array([5.0]), rng
            )[0],
            geometric.draw_histories(np.array([1e300]), np.array([10**12]), np.array([5.0]), rng)[0],
            np.bincount(
                exponential.draw_until(
                    np.array([1e300]), np.minimum(exponential.leaving(np.array([1.0]), rng), 5.0), rng
                )[0]
            ),
            np.bincount(geometric.draw_future(np.array([1e300]), np.array([0.0]), 5.0, rng)[0]),
        ):
            assert x[0] == pytest.approx(MOST_ORDERS, rel=0.01)
    assert MOST_ORDERS == 1e7


def test_blocks_of_rows_are_rows() -> None:
    rng = np.random.default_rng(3)
    size = 2 * CHUNK + 37
    R, A, b, h = 10 ** rng.uniform(-1, 1, (4, size))
    picked = [0, 7, 8, CHUNK - 1, CHUNK, 2 * CHUNK, size - 1]
    for discount in (0.0, 0.01):
        every = expected_orders(R, A, 0.8, b, h, discount)
        one_by_one = [expected_orders(R[[i]], A[[i]], 0.8, b[[i]], h[[i]], discount)[0] for i in picked]
        assert every.shape == (size,)
        assert every[picked] == pytest.approx(one_by_one, rel=1e-9)
    base = 10 ** rng.uniform(0, 2, 2 * BLOCK + 3)
    every = discounted_power(base, 0.6, 52.0, 0.003)
    picked = [0, BLOCK - 1, BLOCK, 2 * BLOCK, 2 * BLOCK + 2]
    assert every[picked] == pytest.approx([discounted_power(base[[i]], 0.6, 52.0, 0.003)[0] for i in picked], rel=1e-9)
    k, q, rho = 10 ** rng.uniform(-1, 2, (3, 1500))
    made = np.array(power_tail(k, q, rho))
    for i in (0, 511, 512, 1499):
        assert made[:, i] == pytest.approx([v[0] for v in power_tail(k[[i]], q[[i]], rho[[i]])], rel=1e-11, abs=1e-12)


def test_without_discount_a_tiny_one_makes_no_difference() -> None:
    R, A, b = np.array([0.4, 3.0, 40.0]), np.array([5.0, 20.0, 9.0]), np.array([2.5, 0.4, 7.0])
    for a, h in ((0.8, 26.0), (3.0, 500.0), (0.05, 1.0)):
        horizon = np.full(3, h)
        assert expected_orders(R, A, a, b, horizon, 1e-13) == pytest.approx(
            expected_orders(R, A, a, b, horizon), rel=1e-8
        )
    for s in (0.6, 1.0, 2.5):
        made = discounted_power(np.array([3.0, 30.0]), s, 26.0, 1e-13)
        assert made == pytest.approx(power_integral([3.0, 30.0], s, 26.0), rel=1e-10)


@pytest.mark.parametrize(("left", "right"), [(1.0, 1.0), (0.01, 2.0), (3.0, 1e-3), (40.0, 0.5), (4.0, 4.0)])
def test_the_rule_of_the_line(left: float, right: float) -> None:
    """The density e^(left v) / (1 + e^v)^(left + right) integrates to the beta function."""
    mode = np.log(left / right)
    v, weight = line_rule(
        np.array([min(mode, 0.0) - 1.0]), np.array([max(mode, 0.0) + 1.0]), np.array([left]), np.array([right])
    )
    made = (weight * np.exp(left * v - (left + right) * np.logaddexp(0.0, v))).sum()
    assert made == pytest.approx(np.exp(gammaln(left) + gammaln(right) - gammaln(left + right)), rel=1e-11)
    assert (np.diff(v) > 0).all()
    assert v.shape == weight.shape


@pytest.mark.parametrize("horizon", [0.3, 52.0, 1e5])
def test_the_rule_of_a_discounted_horizon(horizon: float) -> None:
    tau, weight = discount_rule(np.array([0.5, 8.0, 300.0]), np.full(3, horizon), 0.02)
    assert weight.sum(axis=1) == pytest.approx([(1 - np.exp(-0.02 * horizon)) / 0.02] * 3, rel=1e-10)
    first = (1 - np.exp(-0.02 * horizon) * (1 + 0.02 * horizon)) / 0.02**2
    assert (weight * tau).sum(axis=1) == pytest.approx([first] * 3, rel=1e-9)
    assert tau.max() <= min(horizon, 50.0 / 0.02) * (1 + 1e-12)
    assert (tau > 0).all()
    tau, weight = discount_rule(np.array([8.0]), np.array([horizon]), 0.0)
    assert (weight / (8.0 + tau)).sum() == pytest.approx(np.log1p(horizon / 8.0), rel=1e-10)


def test_counts_of_a_customer_who_never_leaves() -> None:
    n = np.arange(60.0)
    exactly, at_least = nbd(0.7, 3.0, n, np.full(60, 5.0))
    share = 5.0 / 8.0
    wanted = np.exp(gammaln(0.7 + n) - gammaln(0.7) - gammaln(n + 1)) * (1 - share) ** 0.7 * share**n
    assert exactly == pytest.approx(wanted, rel=1e-11)
    assert at_least[:30] == pytest.approx(1.0 - np.r_[0.0, np.cumsum(exactly)[:29]], rel=1e-8)
    assert nbd(0.7, 3.0, np.array([0.0, 2.0]), np.zeros(2))[0].tolist() == [1.0, 0.0]


@pytest.mark.parametrize("theta", [(0.6, 10.0, 0.6, 12.0), (3.0, 2.0, 4.0, 90.0), (0.05, 0.2, 12.0, 3.0)])
def test_counts_of_a_customer_who_leaves(theta: tuple[float, ...]) -> None:
    """The integral over the time of death by another rule, on a plain grid of log u."""
    from scipy.integrate import quad

    r, alpha, s, beta = theta
    for n, t in ((0, 5.0), (1, 30.0), (4, 80.0), (9, 400.0)):

        def gone(v: float, n: int = n) -> float:
            u = np.exp(v)
            count = nbd(r, alpha, np.array([float(n)]), np.array([u]))[0][0]
            return float(u * count * s / (beta + u) * (beta / (beta + u)) ** s)

        alive = nbd(r, alpha, np.array([float(n)]), np.array([t]))[0][0] * (beta / (beta + t)) ** s
        cuts = np.linspace(np.log(t) - 60.0, np.log(t), 25)
        wanted = alive + sum(quad(gone, a, b, epsabs=0.0, epsrel=1e-11)[0] for a, b in pairwise(cuts))
        made = float(ParetoNBD().pmf_new(np.array(theta), n, t))
        assert made == pytest.approx(wanted, rel=1e-9)
