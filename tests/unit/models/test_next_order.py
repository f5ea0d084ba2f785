"""The rhythm of orders: the fit against the full likelihood, dates against simulation, and histories at the edge."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import multivariate_normal, norm

from lifelong.errors import FitError
from lifelong.models import next_order
from lifelong.models.next_order import Gaps, Rhythm, fit_rhythm

TRUTH = {"mu": 3.0, "s2": 0.6, "tau2": 0.4}


def drawn(customers: int, seed: int = 1, most: int = 8) -> Gaps:
    """Gaps of the model itself; the sums are those of exact log gaps."""
    rng = np.random.default_rng(seed)
    n = rng.integers(0, most + 1, customers)
    owner = np.repeat(np.arange(customers), n)
    m = TRUTH["mu"] + np.sqrt(TRUTH["tau2"]) * rng.standard_normal(customers)
    y = m[owner] + np.sqrt(TRUTH["s2"]) * rng.standard_normal(len(owner))
    return Gaps(n, np.bincount(owner, y, customers), np.bincount(owner, y * y, customers))


def test_gaps_are_summed_by_customer_with_their_counts() -> None:
    made = Gaps.of(np.array([2, 0, 2]), np.array([7, 1, 14]), np.array([3, 1, 1]), 4)
    assert made.n.tolist() == [1, 0, 4, 0]
    assert made.total == pytest.approx([0.0, 0.0, 3 * np.log(7) + np.log(14), 0.0])
    assert made.square == pytest.approx([0.0, 0.0, 3 * np.log(7) ** 2 + np.log(14) ** 2, 0.0])


def test_parameters_are_recovered_and_their_errors_are_honest() -> None:
    inside = dict.fromkeys(TRUTH, 0)
    for seed in range(40):
        made = fit_rhythm(drawn(1500, seed))
        for p in made.params:
            inside[p.name] += p.low <= TRUTH[p.name] <= p.high
            assert p.se > 0
    assert all(34 <= hits <= 40 for hits in inside.values()), inside  # 95 %: 38 of 40 expected


def test_the_profile_is_the_full_likelihood_with_its_prior() -> None:
    """By multivariate normals of each customer's gaps, at two points: the differences must agree."""
    rng = np.random.default_rng(5)
    rows = [rng.normal(2.0, 1.0, n) for n in (1, 1, 2, 5, 3)]
    gaps = Gaps(*(np.array([f(y) for y in rows]) for f in (len, np.sum, lambda y: np.sum(y * y))))
    sums = next_order._Sums.of(gaps.n, gaps.total, gaps.square)

    def full(log_ratio: float) -> float:
        _, mu, s2 = sums.profile(log_ratio)
        tau2 = s2 * np.exp(log_ratio)
        log = sum(
            multivariate_normal.logpdf(y, np.full(len(y), mu), s2 * np.eye(len(y)) + tau2 * np.ones((len(y),) * 2))
            for y in rows
        )
        prior = next_order.PRIOR_GAPS * (np.log(s2) + next_order.PRIOR_VARIANCE / s2)
        return float(-2.0 * log + prior + ((log_ratio - np.log(next_order.PRIOR_RATIO)) / next_order.PRIOR_SPREAD) ** 2)

    points = (-2.0, -0.5, 1.0)
    assert np.diff([sums.profile(z)[0] for z in points]) == pytest.approx(np.diff([full(z) for z in points]), rel=1e-9)


def test_few_own_gaps_are_drawn_to_all_customers_and_many_are_not() -> None:
    rhythm = Rhythm.known(np.log(30.0), 0.5, 0.5)
    n = np.array([0, 1, 1000])
    gaps = Gaps(n, n * np.log(5.0), n * np.log(5.0) ** 2)
    mean, sd = rhythm.next_log_gap(gaps)
    assert np.exp(mean) == pytest.approx([30.0, np.sqrt(150.0), 5.0], rel=0.01)
    assert sd**2 == pytest.approx([1.0, 0.75, 0.5], rel=0.001)


def test_the_doubt_about_the_middle_widens_the_dates_of_new_customers() -> None:
    made = fit_rhythm(Gaps.of(np.array([0, 1]), np.array([10, 20]), np.array([1, 1]), 3))
    _, sd = made.next_log_gap(Gaps.of([], [], [], 1))
    assert sd[0] ** 2 == pytest.approx(made["s2"] + made["tau2"] + made.params[0].se ** 2)
    assert made.params[0].se > 0.3


def test_dates_after_silence_are_those_of_simulated_gaps() -> None:
    rhythm = Rhythm.known(np.log(20.0), 0.5, 0.25)
    rng = np.random.default_rng(8)
    gaps = np.rint(20.0 * np.exp(np.sqrt(0.75) * rng.standard_normal(1_000_000)))
    for silence in (0, 15, 60):
        left = gaps[gaps > silence]
        none = Gaps.of([], [], [], 1)
        for level in (0.05, 0.1, 0.5, 0.9, 0.95):
            day = int(rhythm.days(none, silence, level)[0])
            assert (left <= day - 1).mean() <= level + 0.004
            assert (left <= day).mean() >= level - 0.004
        assert rhythm.overdue(none, silence)[0] == pytest.approx((gaps <= silence).mean(), abs=0.004)
        assert rhythm.within(none, silence, 14)[0] == pytest.approx((left <= silence + 14).mean(), abs=0.006)


def test_a_longer_silence_never_brings_the_date_nearer_and_no_date_has_passed() -> None:
    gaps = Gaps(np.full(4000, 3), np.full(4000, 3 * np.log(9.0)), np.full(4000, 3 * np.log(9.0) ** 2))
    silence = np.arange(4000)
    rhythm = Rhythm.known(2.0, 0.01, 0.01)  # clockwork: after 4,000 days the tail is far below the least double
    levels = [rhythm.days(gaps, silence, u) for u in (0.05, 0.5, 0.95)]
    for days in levels:
        assert (days > silence).all()
        assert (np.diff(days) >= 0).all()
    assert (levels[0] <= levels[1]).all()
    assert (levels[1] <= levels[2]).all()
    assert norm.logsf((np.log(4000.0) - 2.0) / 0.12) < -700
    assert ((rhythm.within(gaps, silence, 30) >= 0) & (rhythm.within(gaps, silence, 30) <= 1)).all()


def test_clockwork_that_is_late_is_due_tomorrow() -> None:
    """The next moment is half a day after the silence; rounding that to even would be today."""
    silence = np.arange(100, 300)
    due = Rhythm.known(np.log(20.0), 1e-9, 1e-9).days(Gaps.of([], [], [], 200), silence, 0.05)
    assert due.tolist() == (silence + 1).tolist()


def test_a_date_stays_one_that_a_calendar_has() -> None:
    none = Gaps.of([], [], [], 1)
    assert Rhythm.known(8.0, 90.0, 9.0).days(none, 0, 0.99).tolist() == [next_order.FURTHEST]
    assert Rhythm.known(8.0, 90.0, 9.0).days(none, 2 * next_order.FURTHEST, 0.99) > 2 * next_order.FURTHEST


@pytest.mark.parametrize(
    ("gap", "count"),
    [
        ([1], [1]),
        ([7, 7], [1, 1]),
        ([1, 1], [10**6, 1]),
        ([3000, 1], [1, 1]),
        ([30, 30, 30], [400, 1, 1]),
    ],
)
def test_thin_and_heavy_histories_give_numbers(gap: list[int], count: list[int]) -> None:
    gaps = Gaps.of(np.arange(len(gap)), np.array(gap), np.array(count), len(gap) + 1)
    rhythm = fit_rhythm(gaps)
    for p in rhythm.params:
        assert np.isfinite([p.estimate, p.se, p.low, p.high]).all()
        assert p.low <= p.estimate <= p.high
    for silence in (0, 5, 20_000):
        days = rhythm.days(gaps, np.full(len(gap) + 1, silence), 0.95)
        assert (days > silence).all()
        assert (days <= max(next_order.FURTHEST, silence + 1)).all()
        assert np.isfinite(rhythm.within(gaps, np.full(len(gap) + 1, silence), 90)).all()


def test_few_gaps_are_told() -> None:
    assert [f.code for f in fit_rhythm(drawn(8)).findings] == ["F216"]
    assert fit_rhythm(drawn(100)).findings == ()


def test_without_any_gap_there_is_nothing_to_learn_from() -> None:
    with pytest.raises(FitError, match="no customer has ordered on two days") as caught:
        fit_rhythm(Gaps.of([], [], [], 5))
    assert caught.value.code == "E201"


def test_the_order_of_customers_does_not_matter() -> None:
    gaps = drawn(300)
    turned = Gaps(gaps.n[::-1], gaps.total[::-1], gaps.square[::-1])
    assert [p.estimate for p in fit_rhythm(gaps).params] == pytest.approx(
        [p.estimate for p in fit_rhythm(turned).params]
    )
