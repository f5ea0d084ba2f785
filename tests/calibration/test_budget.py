"""Plans for simulated firms, judged by the truth: how much of what could be gained they gain, and how often they do harm."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from lifelong.decide.budget import Wish, plan, present

from .firms import firm, oracle, plug_in, proportional

RULES = ("hierarchical, mean - 1 sd", "log-log OLS, plug-in", "proportional to LTV:CAC")


@cache
def judged(seed: int) -> dict[str, tuple[float, float]]:
    """Share of the gain within +/-30 % that each rule gets, and its gain by present profit; the stated probability beside."""
    truth = firm(seed)
    now = present(truth.history).astype(float)
    made = plan(truth.history, Wish(trust=0.3))
    spends = {
        RULES[0]: np.array([move.plan for move in made.moves], float),
        RULES[1]: plug_in(truth.history, now, 0.7, 1.3),
        RULES[2]: proportional(truth.history, now, 0.7, 1.3),
    }
    best = truth.profit(oracle(truth, now, 0.7, 1.3)) - truth.profit(now)
    gains = {name: truth.profit(spend) - truth.profit(now) for name, spend in spends.items()}
    return {name: (gain / best, gain) for name, gain in gains.items()} | {"stated": (made.better or np.nan, best)}


def table(firms: range) -> dict[str, tuple[float, float, float]]:
    """Mean and median share captured, and the share of firms that are worse off than before; printed."""
    told = {}
    print(f"\n{len(firms)} firms, bounds +/-30 %       captured mean  median   worse than now")
    for name in RULES:
        rows = np.array([judged(seed)[name] for seed in firms])
        told[name] = (float(rows[:, 0].mean()), float(np.median(rows[:, 0])), float((rows[:, 1] < 0).mean()))
        print(f"{name:<34}{told[name][0]:>10.2f}{told[name][1]:>10.2f}{told[name][2]:>14.3f}")
    stated = np.array([judged(seed)["stated"][0] for seed in firms])
    print(f"stated probability to be better: mean {np.nanmean(stated):.3f}; without a move: {np.isnan(stated).sum()}")
    return told


def test_twenty_firms_gain_most_of_what_can_be_gained() -> None:
    told = table(range(20))[RULES[0]]
    assert told[0] >= 0.80  # six hundred firms are held to .85; the mean of twenty swings by .04
    assert told[2] <= 0.05


@pytest.mark.slow
def test_firms_gain_most_of_what_can_be_gained_and_are_hardly_ever_harmed() -> None:
    """Six hundred firms that nobody had seen when this was written: the mean of 150 has a standard error of .02."""
    told = table(range(1_000, 1_600))
    mean, _, worse = told[RULES[0]]
    assert mean >= 0.85
    assert worse <= 0.04
    assert worse <= min(told[name][2] for name in RULES[1:])
