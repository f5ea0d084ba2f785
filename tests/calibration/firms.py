"""Simulated firms whose response is known: five channels on Hill curves, two years of months, season and noise.

The plans are judged by the truth of an average month. What is known of values is off by a tenth. The numbers below were
chosen once, to look like small firms' accounts, and nothing in the planner is set by them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.optimize import minimize

from lifelong.values.spending import SpendHistory

Floats = np.ndarray[Any, Any]

MONTHS, CHANNELS = 24, 5
VALUE_ERROR = 0.1


@dataclass(frozen=True)
class Firm:
    """The truth: customers a month top x s^h / (s^h + half^h), times what season and noise make of a month on average."""

    history: SpendHistory
    value: Floats
    top: Floats
    half: Floats
    shape: Floats
    average: Floats

    def profit(self, spend: Floats) -> float:
        return float((self.value * self.average * self.hill(spend)).sum() - spend.sum())

    def hill(self, spend: Floats) -> Floats:
        return customers(spend, self.top, self.half, self.shape)


def customers(spend: Floats, top: Floats, half: Floats, shape: Floats) -> Floats:
    """Hill's curve: top x s^h / (s^h + half^h)."""
    return np.asarray(top * spend**shape / (spend**shape + half**shape))


def firm(seed: int) -> Firm:
    rng = np.random.default_rng([2026, seed])
    base = np.exp(rng.normal(np.log(800_000.0), 0.7, CHANNELS))
    shape, filled = rng.uniform(0.8, 1.2, CHANNELS), rng.uniform(0.25, 0.6, CHANNELS)
    half = base * ((1.0 - filled) / filled) ** (1.0 / shape)
    cpa = np.exp(rng.normal(np.log(6_000.0), 0.5, CHANNELS))
    top = base / cpa / filled
    value = np.exp(rng.normal(np.log(15_000.0), 0.4, CHANNELS))
    noise, amplitude, phase = rng.uniform(0.1, 0.25, CHANNELS), rng.uniform(0.1, 0.3), rng.uniform(0, 2 * np.pi)
    season = amplitude * np.sin(2 * np.pi * np.arange(MONTHS) / 12 + phase)
    drift = np.zeros((MONTHS, CHANNELS))
    for t in range(1, MONTHS):
        drift[t] = 0.5 * drift[t - 1] + rng.normal(0.0, 0.22, CHANNELS)
    spend = np.rint(base * np.exp(drift + 0.5 * season[:, None])).astype(np.int64)
    truth = customers(spend, top, half, shape)
    won = np.rint(truth * np.exp(season[:, None] + rng.normal(0.0, noise, spend.shape)))
    told = value * (1.0 + VALUE_ERROR * rng.standard_normal(CHANNELS))
    names = [f"channel {c + 1}" for c in range(CHANNELS)]
    rows = [
        {"month": 2024 * 12 + t, "channel": names[c], "spend": int(spend[t, c]), "new_customers": float(won[t, c])}
        for t in range(MONTHS)
        for c in range(CHANNELS)
    ]
    history = SpendHistory.of(rows, {name: (v, VALUE_ERROR * v) for name, v in zip(names, told, strict=True)})
    average = np.exp(season[:12]).mean() * np.exp(0.5 * noise**2)
    return Firm(history, value, top, half, shape, average)


def oracle(truth: Firm, now: Floats, low: float, high: float) -> Floats:
    """The best spend of the present total within bounds that are shares of the present spend, by the truth."""
    rows = {"type": "eq", "fun": lambda u: (u @ now - now.sum()) / now.sum()}
    best = now
    for seed in range(4):
        start = np.random.default_rng(seed).uniform(low, high, len(now)) if seed else np.ones(len(now))
        found = minimize(
            lambda u: -truth.profit(u * now) / now.sum(),
            start * now.sum() / (start @ now),
            bounds=[(low, high)] * len(now),
            constraints=[rows],
            method="SLSQP",
            options={"ftol": 1e-12, "maxiter": 300},
        )
        spend = np.clip(found.x, low, high) * now
        if abs(spend.sum() / now.sum() - 1.0) < 1e-6 and truth.profit(spend) > truth.profit(best):
            best = spend
    return best


def onto(spend: Floats, low: Floats, high: Floats, total: float) -> Floats:
    """A multiple of a spend, cut at its bounds, that sums to the total."""
    small, large = 1e-6, 1e6
    for _ in range(200):
        factor = np.sqrt(small * large)
        made = np.clip(factor * spend, low, high)
        small, large = (factor, large) if made.sum() < total else (small, factor)
    return made


def proportional(history: SpendHistory, now: Floats, low: float, high: float) -> Floats:
    """What many do: money in proportion to a channel's average value by its average cost."""
    ratio = history.value * history.customers.sum(axis=0) / history.spend.sum(axis=0)
    return onto(now * ratio, low * now, high * now, float(now.sum()))


def plug_in(history: SpendHistory, now: Floats, low: float, high: float) -> Floats:
    """Each channel's log-log least squares taken as if it were the truth, and the optimum of that."""
    angle = 2 * np.pi * np.arange(len(history.months)) / 12
    lead, slope = np.zeros(len(now)), np.zeros(len(now))
    for c in range(len(now)):
        x, y = np.log(history.spend[:, c]), np.log(np.maximum(history.customers[:, c], 0.5))
        terms = np.column_stack([np.ones(len(x)), x, np.sin(angle), np.cos(angle)])
        lead[c], slope[c] = np.linalg.lstsq(terms, y, rcond=None)[0][:2]
    slope = np.clip(slope, 0.02, 0.98)
    small, large = 1e-6, 1e6
    for _ in range(200):
        price = np.sqrt(small * large)
        spend = np.exp(np.clip((np.log(history.value * slope / price) + lead) / (1 - slope), -50, 50))
        spend = np.clip(spend, low * now, high * now)
        small, large = (price, large) if spend.sum() > now.sum() else (small, price)
    return spend
