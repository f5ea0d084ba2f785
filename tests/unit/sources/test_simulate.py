"""The simulated shop: its truth is the truth of the orders that it shows."""

from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from lifelong.errors import ConfigError
from lifelong.sources.simulate import DEFAULT_PARAMETERS, TRUTH_COLUMNS, Calendar, Process, simulate_shop
from lifelong.units import date_of, day_of

PROCESSES: tuple[Process, ...] = ("pareto_nbd", "bg_nbd")


@pytest.mark.parametrize("process", PROCESSES)
def test_the_same_seed_is_the_same_shop(process: Process) -> None:
    one, two = (simulate_shop(300, seed=7, process=process) for _ in range(2))
    assert one.orders_csv() == two.orders_csv()
    assert one.truth_csv() == two.truth_csv()
    assert one.orders_csv() != simulate_shop(300, seed=8, process=process).orders_csv()


@pytest.mark.parametrize("process", PROCESSES)
def test_what_came_is_what_was_to_be_expected(process: Process) -> None:
    """The orders counted after the split hold to the expectation given each customer's own truth: |z| < 4."""
    shop = simulate_shop(20_000, seed=11, process=process)
    miss = shop.next_orders - shop.expected_orders
    assert abs(miss.sum()) < 4 * np.sqrt(len(miss)) * miss.std()
    money = shop.next_cents / 100 - shop.expected_orders * shop.mean_spend
    assert abs(money.sum()) < 4 * np.sqrt(len(money)) * money.std()
    assert (shop.next_orders[~shop.is_alive] == 0).all()


@pytest.mark.parametrize("process", PROCESSES)
def test_everyone_has_a_first_order_and_none_after_the_file_ends(process: Process) -> None:
    shop = simulate_shop(2_000, seed=2, process=process)
    assert set(shop.owner) == set(range(2_000))
    first = np.full(2_000, 10**9)
    np.minimum.at(first, shop.owner, shop.day)
    assert (first == shop.first_day).all()
    assert shop.day.max() <= shop.calendar.until
    assert (shop.cents >= 1).all()
    pairs = set(zip(shop.owner.tolist(), shop.day.tolist(), strict=True))
    assert len(pairs) == len(shop.owner)


def test_rates_have_the_moments_of_their_gamma() -> None:
    """Mean r / alpha and mean spend p gamma / (q - 1), each within 4 standard errors."""
    shop = simulate_shop(50_000, seed=5)
    rate, spend = DEFAULT_PARAMETERS["pareto_nbd"], DEFAULT_PARAMETERS["spend"]
    for values, mean in (
        (shop.rate, rate["r"] / rate["alpha"]),
        (shop.mean_spend, spend["p"] * spend["gamma"] / (spend["q"] - 1)),
    ):
        assert abs(values.mean() - mean) < 4 * values.std() / np.sqrt(len(values))


def test_pareto_survival_is_the_closed_form() -> None:
    """P(alive t weeks after the first order) = (beta / (beta + t))^s, within 4 standard errors."""
    shop = simulate_shop(40_000, seed=9, parameters={"r": 1.0, "alpha": 10.0, "s": 0.7, "beta": 12.0})
    stayed = (shop.leaves + shop.calendar.opens - shop.first_day) / 7
    for weeks in (4, 26, 104):
        exact = (12.0 / (12.0 + weeks)) ** 0.7
        seen = (stayed > weeks).mean()
        assert abs(seen - exact) < 4 * np.sqrt(exact * (1 - exact) / len(stayed))


def test_bg_first_repeat_drops_out_with_the_beta_mean() -> None:
    """Of those who order again soon, the share that leaves at its first repeat has mean a / (a + b)."""
    theta = {"r": 50.0, "alpha": 10.0, "a": 1.0, "b": 3.0}
    far = Calendar(seen=52 * 7, horizon=7)
    shop = simulate_shop(20_000, seed=4, process="bg_nbd", parameters=theta, calendar=Calendar(1, 1, far.seen, 7))
    repeats = np.bincount(shop.owner) - 1
    # Order days merge orders of one day, so the count of leavers after one repeat day is slightly above the mean.
    left_at_once = (repeats == 1).mean()
    assert 0.25 - 0.02 < left_at_once < 0.25 + 0.08


def test_the_files_say_what_the_arrays_say() -> None:
    shop = simulate_shop(50, seed=6)
    orders = list(csv.DictReader(io.StringIO(shop.orders_csv())))
    truth = list(csv.DictReader(io.StringIO(shop.truth_csv())))
    assert tuple(truth[0]) == TRUTH_COLUMNS
    assert len(orders) == len(shop.owner)
    assert [r["ordered_at"] for r in orders] == sorted(r["ordered_at"] for r in orders)
    assert len({r["order_id"] for r in orders}) == len(orders)
    assert round(sum(float(r["revenue"]) for r in orders) * 100) == shop.cents.sum()
    assert sum(int(r["next_orders"]) for r in truth) == shop.next_orders.sum()
    assert sum(int(r["is_alive"]) for r in truth) == shop.is_alive.sum()
    gone = [r for r in truth if r["leaves_on"] and day_of(r["leaves_on"]) <= shop.calendar.until]
    assert len(gone) == (~shop.is_alive).sum()
    assert date_of(shop.calendar.until).isoformat() >= max(r["ordered_at"] for r in orders)


def test_extreme_parameters_stay_finite() -> None:
    """Shapes near zero draw rates that underflow: nobody orders again, nobody leaves, and no number is lost."""
    shop = simulate_shop(200, seed=1, parameters={"r": 1e-4, "alpha": 10.0, "s": 1e-4, "beta": 1.0})
    assert np.isfinite(shop.expected_orders).all()
    geometric = simulate_shop(200, seed=1, process="bg_nbd", parameters={"r": 1e-4, "alpha": 10.0, "a": 1e-4, "b": 1.0})
    assert np.isfinite(geometric.expected_orders).all()
    assert "nan" not in shop.truth_csv() + geometric.truth_csv()


def test_a_shop_without_customers_is_refused() -> None:
    with pytest.raises(ConfigError) as caught:
        simulate_shop(0, seed=1)
    assert caught.value.code == "E301"
