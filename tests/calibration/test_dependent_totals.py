"""Totals of money where spend goes with frequency, on simulated shops whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pyarrow as pa
import pytest
from tests.calibration.test_holdouts import made

from lifelong import plugins
from lifelong.judge.fitting import fit_named
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.gamma_gamma_dependent import DependentGammaGamma
from lifelong.models.optimise import fit_spend
from lifelong.score.blended import plain_terms
from lifelong.score.scores import prepare
from lifelong.sources.simulate import DEFAULT_PARAMETERS, Calendar, simulate_shop
from lifelong.tables import patterns
from lifelong.tables.summary import summary
from lifelong.units import DAYS_A_WEEK, Horizon

#: Customers come within, the file holds, and the forecast reaches so many weeks.
CALENDARS = {"short": (13, 39, 26), "long": (52, 78, 52)}
WAYS = ("Gamma-Gamma", "scale at x", "scale at x + 1")


@cache
def judged(process: str, delta: float, seed: int, when: str, customers: int = 20_000) -> np.ndarray:
    """Of each way: the total of value by the true one, over that of orders; the mean absolute and root mean square error."""
    arrivals, seen, ahead = CALENDARS[when]
    calendar = Calendar(arrivals=arrivals * DAYS_A_WEEK, seen=seen * DAYS_A_WEEK, horizon=ahead * DAYS_A_WEEK)
    spend = DEFAULT_PARAMETERS["spend"] | {"delta": delta}
    shop = simulate_shop(customers, seed=seed, process=process, spend=spend, calendar=calendar)
    ids = pa.chunked_array([pa.array([f"{i:06d}" for i in shop.owner])])
    orders = made(ids, pa.chunked_array([pa.array(shop.day)]), shop.cents / 100.0)
    table = summary(orders, calendar.until).sort_by("customer_id")
    fit = fit_named(process, orders, table, calendar.until)
    true, rows = shop.expected_orders * shop.mean_spend, []
    x, total = table["spend_x"].to_numpy(), table["spend"].to_numpy() / 100.0
    for name in ("gamma_gamma", "gamma_gamma_dependent"):
        money = fit_spend(plugins.load("spend", name)(), patterns.to_spend(patterns.spends(table), 2))
        terms = plain_terms(Horizon.parse(f"{ahead}w"), "USD")
        forecast, _ = prepare(replace(fit, spend=money), table, terms, 0)
        count = forecast.mean_orders[forecast.base.history]
        if name == "gamma_gamma_dependent":
            p, q, *_ = money.theta
            rows.append(
                count * GammaGamma().expect([p, q, 0.0], x, DependentGammaGamma().scale(money.theta, total, x - 1))
            )
        rows.append(forecast.each_value())
    level = count.sum() / shop.expected_orders.sum()
    return np.array(
        [(v.sum() / true.sum() / level - 1, abs(v - true).mean(), np.sqrt(((v - true) ** 2).mean())) for v in rows]
    )


@pytest.mark.parametrize("process", ["pareto_nbd", "bg_nbd"])
def test_the_total_is_nearer_to_the_truth_by_the_scale_of_who_orders_again(process: str) -> None:
    plain, now, ahead = np.abs(judged(process, 0.4, 1, "short"))
    assert ahead[0] < 0.75 * now[0]
    assert ahead[1] < plain[1]
    assert ahead[2] < plain[2]


def test_spend_that_goes_its_own_way_stays_as_it_is() -> None:
    plain, now, ahead = judged("pareto_nbd", 0.0, 1, "short", 5_000)
    assert ahead == pytest.approx(plain, rel=0.02, abs=0.004)
    assert ahead == pytest.approx(now, rel=0.01, abs=0.004)


@pytest.mark.slow
def test_totals_and_errors_over_simulated_shops() -> None:
    """What docs/explanation/models.md shows."""
    found = []
    for when in CALENDARS:
        for process in ("pareto_nbd", "bg_nbd"):
            for delta in (-0.3, 0.0, 0.2, 0.4):
                mean = np.mean([judged(process, delta, seed, when) for seed in (1, 2, 3)], axis=0)
                found.append((delta, mean))
                text = "; ".join(
                    f"{way} {b:+.3f} {e / mean[0, 1]:.3f} {r / mean[0, 2]:.3f}"
                    for way, (b, e, r) in zip(WAYS, mean, strict=True)
                )
                print(f"{when:<6}{process:<12}{delta:>5}: {text}")
    misses = np.array([np.abs(mean[:, 0]) for delta, mean in found if delta])
    print("mean |miss| of totals where delta is not 0:", dict(zip(WAYS, misses.mean(axis=0).round(4), strict=True)))
    assert misses[:, 2].mean() < 0.5 * misses[:, 1].mean()
    assert (misses[:, 2] < misses[:, 1]).sum() >= len(misses) - 1  # a shop of 20,000 misses by a hundredth by chance
    assert all(mean[2, 1] < mean[0, 1] for delta, mean in found if delta)
