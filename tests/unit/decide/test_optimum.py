"""The best split: against closed forms, brute force and its own bounds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.decide.curves import Curves
from lifelong.decide.optimum import Problem, best, information

NOW = np.array([400_000.0, 900_000.0, 250_000.0])


def problem(
    spread: float = 0.0, total: float | None = NOW.sum(), width: float = 0.9, last: float = 26.0, **told: float
) -> Problem:
    """Three curves with elasticities of .4, .6 and .8 that win 100, 150 and ``last`` customers at present."""
    rng = np.random.default_rng(1)
    draws = 400 if spread else 1
    slope = np.clip(np.array([0.4, 0.6, 0.8]) + spread * rng.standard_normal((draws, 3)), 0.05, 0.95)
    level = np.log([100.0, 150.0, last]) + spread * rng.standard_normal((draws, 3))
    worth = np.array([9_000.0, 8_000.0, 12_000.0]) * (1.0 + spread * rng.standard_normal((draws, 3)))
    return Problem(Curves(level, slope, np.log(NOW)), worth, NOW, (1 - width) * NOW, (1 + width) * NOW, total, **told)


def closed_form(total: float) -> np.ndarray:
    """The optimum of the three known curves without bounds, by halving the price of money."""
    value, won, slope = (
        np.array([9_000.0, 8_000.0, 12_000.0]),
        np.array([100.0, 150.0, 26.0]),
        np.array([0.4, 0.6, 0.8]),
    )
    low, high = 1e-6, 1e6
    for _ in range(200):
        price = np.sqrt(low * high)
        spend = (value * slope * won / NOW**slope / price) ** (1.0 / (1.0 - slope))
        low, high = (price, high) if spend.sum() > total else (low, price)
    return spend


@pytest.mark.parametrize("risk", [0.0, 1.0])
def test_on_known_curves_the_plan_is_the_optimum(risk: float) -> None:
    """E5: within 2 %; on curves that are known for sure, risk has no say."""
    asked = problem(width=0.99, risk=risk)
    exact = closed_form(NOW.sum())
    assert np.all(exact < asked.high)
    spend, price = best(asked)
    assert spend == pytest.approx(exact, rel=0.002)
    assert asked.returns(spend)[0] == pytest.approx(np.full(3, price), rel=0.002)


def test_a_free_total_spends_until_the_next_unit_brings_itself_and_the_hurdle() -> None:
    asked = problem(total=None, width=0.99, hurdle=0.25)
    spend, price = best(asked)
    assert price == 1.25
    inside = (spend > asked.low * 1.001) & (spend < asked.high * 0.999)
    assert inside.sum() >= 2
    assert asked.returns(spend)[0][inside] == pytest.approx(np.full(inside.sum(), 1.25), rel=0.002)


@pytest.mark.parametrize("risk", [0.0, 0.5, 1.0, 2.0])
def test_nothing_on_a_fine_grid_is_better(risk: float) -> None:
    asked = problem(spread=0.08, width=0.3, last=40.0, risk=risk)
    spend, _ = best(asked)
    shares = np.linspace(0.7, 1.3, 41)
    scores = [0.0]
    for first, second in itertools.product(shares, shares):
        third = NOW.sum() - first * NOW[0] - second * NOW[1]
        if asked.low[2] <= third <= asked.high[2]:
            scores.append(asked.score(np.array([first * NOW[0], second * NOW[1], third])))
    assert max(scores) > 0.0
    assert asked.score(spend) >= max(scores) - 1e-4 * max(scores)


def test_where_no_move_is_worth_its_risk_nothing_moves() -> None:
    spend, _ = best(problem(spread=0.3, width=0.3, risk=50.0))
    assert spend == pytest.approx(NOW, rel=1e-12)


@settings(max_examples=25, deadline=None)
@given(
    share=st.floats(0.75, 1.25),
    widths=st.lists(st.tuples(st.floats(0.0, 0.4), st.floats(0.0, 0.4)), min_size=3, max_size=3),
    risk=st.sampled_from([0.0, 1.0]),
)
def test_budget_and_bounds_hold(share: float, widths: list[tuple[float, float]], risk: float) -> None:
    """E3: to 1e-6 of the total."""
    low, high = (1 - np.array([w[0] for w in widths])) * NOW, (1 + np.array([w[1] for w in widths])) * NOW
    asked = problem(spread=0.1)
    total = float(np.clip(share * NOW.sum(), low.sum(), high.sum()))
    spend, _ = best(Problem(asked.curves, asked.worth, NOW, low, high, total, risk))
    assert abs(spend.sum() - total) <= 1e-6 * total
    assert np.all(spend >= low * (1 - 1e-6))
    assert np.all(spend <= high * (1 + 1e-6))


def test_no_room_is_no_move() -> None:
    asked = problem(spread=0.1, width=0.0)
    assert best(asked)[0] == pytest.approx(NOW, rel=1e-12)
    assert asked.score(NOW) == 0.0
    assert information(asked).tolist() == [0.0, 0.0, 0.0]


def test_a_channel_worth_nothing_gets_its_least() -> None:
    asked = problem(width=0.3)
    worth = asked.worth * np.array([0.0, 1.0, 1.0])
    spend, _ = best(Problem(asked.curves, worth, NOW, asked.low, asked.high, None, 0.0))
    assert spend[0] == pytest.approx(asked.low[0])


@pytest.mark.parametrize("total", [NOW.sum(), None])
def test_knowing_is_worth_what_brute_force_says(total: float | None) -> None:
    """EVPI of one channel: the mean of the best plans, each with that channel known, less the best plan of the means."""
    asked = problem(spread=0.15, width=0.3, total=total)
    told = information(asked, 20)
    rows = np.linspace(0, 399, 20).astype(int)
    means = []
    for c in range(3):
        gains = []
        for row in rows:
            level, slope, worth = asked.curves.level.copy(), asked.curves.slope.copy(), asked.worth.copy()
            level[:, c], slope[:, c], worth[:, c] = level[row, c], slope[row, c], worth[row, c]
            known = Problem(Curves(level, slope, asked.curves.centre), worth, NOW, asked.low, asked.high, total, 0.0)
            common, _ = best(Problem(asked.curves, asked.worth, NOW, asked.low, asked.high, total, 0.0))
            gains.append(known.gain(best(known)[0]).mean() - known.gain(common).mean())
        means.append(np.mean(gains))
    assert told == pytest.approx(means, rel=0.05, abs=50.0)


def test_a_channel_known_for_sure_teaches_nothing() -> None:
    assert information(problem()) == pytest.approx(np.zeros(3), abs=1.0)
