"""Response curves: known truths come back, intervals hold, and what else is known counts."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.decide.curves import CARRY, Curves, fit_curves, panel_of
from lifelong.decide.identified import slope_errors
from lifelong.decide.sampling import Lift
from lifelong.values.spending import SpendHistory

SLOPES = np.array([0.35, 0.55, 0.65, 0.85])
BASE, WON = np.array([5e5, 9e5, 3e5, 2e6]), np.array([100.0, 80.0, 60.0, 300.0])


def history(
    seed: int = 1, noise: float = 0.12, months: int = 24, carry: float = 0.0, spread: float = 0.3
) -> SpendHistory:
    """Four power curves with a season of a fifth."""
    rng = np.random.default_rng(seed)
    spend = np.rint(BASE * np.exp(spread * rng.standard_normal((months, 4)))).astype(int)
    acts = spend.astype(float)
    for t in range(1, months):
        acts[t] = (1 - carry) * spend[t] + carry * acts[t - 1]
    season = 0.2 * np.sin(2 * np.pi * np.arange(months) / 12)
    won = WON * (acts / BASE) ** SLOPES * np.exp(season[:, None] + noise * rng.standard_normal(spend.shape))
    rows = [
        {"month": 24_000 + t, "channel": f"c{c}", "spend": int(spend[t, c]), "new_customers": float(won[t, c])}
        for t in range(months)
        for c in range(4)
    ]
    return SpendHistory.of(rows, {f"c{c}": (10_000.0, 1_000.0) for c in range(4)})


def test_known_slopes_come_back() -> None:
    curves = fit_curves(history(noise=0.002))
    assert curves.slope.mean(axis=0) == pytest.approx(SLOPES, abs=0.005)
    average = np.exp(0.2 * np.sin(2 * np.pi * np.arange(12) / 12)).mean()
    assert curves.customers(BASE).mean(axis=0) == pytest.approx(WON * average, rel=0.01)


def test_nine_intervals_in_ten_hold_the_slope() -> None:
    """Fifteen histories of four channels: 60 intervals of 90 %, of which 48 to 59 hold (binomial, 99 %)."""
    held = 0
    for seed in range(15):
        low, high = np.quantile(fit_curves(history(seed), draws=300).slope, (0.05, 0.95), axis=0)
        held += int(((low < SLOPES) & (high > SLOPES)).sum())
    assert 48 <= held <= 59


def test_equal_seeds_give_equal_draws() -> None:
    first, second = (fit_curves(history(), draws=50, seed=3) for _ in range(2))
    assert np.array_equal(first.level, second.level)
    assert not np.array_equal(first.slope, fit_curves(history(), draws=50, seed=4).slope)


def test_a_lift_test_moves_the_curve_as_its_precision_allows() -> None:
    """Where months say little, a sure experiment says nearly all: 50 % more spend won 25 more, where A is about 100."""
    unsure = history(noise=0.5)
    test = Lift(0, BASE[0], 0.5 * BASE[0], 25.0, 1.0)
    plain, taught = fit_curves(unsure, draws=400), fit_curves(unsure, [test], draws=400)
    vague = fit_curves(unsure, [Lift(0, BASE[0], 0.5 * BASE[0], 25.0, 500.0)], draws=400)

    def lift(curves: Curves) -> np.ndarray:
        more = curves.customers(np.where(np.arange(4) == 0, 1.5, 1.0) * BASE) - curves.customers(BASE)
        return np.asarray(more[:, 0])

    assert abs(lift(taught).mean() - 25.0) < 1.0
    assert lift(taught).std() < 1.3 < lift(plain).std()
    assert lift(vague).mean() == pytest.approx(lift(plain).mean(), rel=0.1)
    assert np.all((taught.slope > 0.02) & (taught.slope < 0.98))


def test_spend_that_acts_later_is_seen_where_it_does() -> None:
    assert fit_curves(history(noise=0.05, carry=0.5), carry=CARRY, draws=20).carry == 0.5
    assert fit_curves(history(noise=0.05), carry=CARRY, draws=20).carry == 0.0


def test_carried_spend_that_is_steady_stays_what_it_is() -> None:
    steady = history(spread=0.0)
    assert panel_of(steady, 0.5).centre == pytest.approx(np.log(BASE), rel=1e-6)


def test_a_silent_channel_has_the_slope_of_the_others() -> None:
    plain, curves = (fit_curves(history(), silent=silent, draws=400) for silent in ((), ("c3",)))
    assert curves.slope[:, 3].std() > 1.5 * plain.slope[:, 3].std()
    assert curves.slope[:, :3].mean() - 0.1 < curves.slope[:, 3].mean() < plain.slope[:, 3].mean()


def test_the_error_of_a_slope_is_that_of_least_squares() -> None:
    """By the inverse of the normal equations, with the year's first sine and cosine."""
    told = history()
    errors = slope_errors(told)
    angle = 2 * np.pi * told.months / 12
    x, y = np.log(told.spend[:, 1]), np.log(told.customers[:, 1])
    terms = np.column_stack([np.ones(24), np.sin(angle), np.cos(angle), x])
    left = y - terms @ np.linalg.solve(terms.T @ terms, terms.T @ y)
    by_hand = np.sqrt(np.linalg.inv(terms.T @ terms)[3, 3] * (left @ left) / 20)
    assert errors[1] == pytest.approx(by_hand, rel=1e-6)


def test_no_spend_wins_nobody() -> None:
    assert fit_curves(history(), draws=5).customers(np.zeros(4)).sum() == 0.0
