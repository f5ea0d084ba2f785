"""Leads that were not seen judge the models: value captured, totals, and how true the chances are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.decide.leads import FEW, fit_leads

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.decide.leads import LeadModel, Leads

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

TOP = 0.3
FOLDS = 5
WEIGHTS = (0.0, 0.5, 1.0)
SEED = 20240501


@dataclass(frozen=True, eq=False)
class Trial:
    """Cross-validated answers to leads that were followed through the span, repeats side by side.

    Attributes:
        converted: 1 where it did within the span (n).
        brought: value brought within the span (n).
        chance, value: forecasts, shape (repeats, n).
        weights: of the direct model, as chosen in each training part.
    """

    converted: Floats
    brought: Floats
    chance: Floats
    value: Floats
    weights: tuple[float, ...]

    @property
    def captured(self) -> tuple[float, float]:
        """Shares of value that the top 30 % brought: ranked by value, and by chance; the mean of repeats."""
        by_value, by_chance = (
            float(np.mean([capture(one, self.brought) for one in rows])) for rows in (self.value, self.chance)
        )
        return by_value, by_chance

    @property
    def total(self) -> float:
        """Sum of expected values by what was brought; NaN where nothing was."""
        brought = float(self.brought.sum())
        return float(self.value.mean(axis=0).sum()) / brought if brought > 0 else float("nan")

    def reliability(self, groups: int = 10) -> list[tuple[int, float, float]]:
        """By tenths of the chance: how many leads, the mean chance told, and the share that converted."""
        told = self.chance.mean(axis=0)
        parts = [part for part in np.array_split(np.argsort(told, kind="stable"), groups) if len(part)]
        return [(len(p), float(told[p].mean()), float(self.converted[p].mean())) for p in parts]


def capture(score: Floats, brought: Floats, top: float = TOP) -> float:
    """Share of all value that the leads with the highest scores brought; leads with equal scores share their places.

    >>> capture(np.array([3.0, 2.0, 1.0, 0.0]), np.array([6.0, 0.0, 2.0, 2.0]), top=0.25)
    0.6
    >>> capture(np.zeros(4), np.array([6.0, 0.0, 2.0, 2.0]), top=0.25)  # without a ranking: as by chance
    0.25
    """
    total = float(brought.sum())
    if total <= 0:
        return float("nan")
    _, code, counts = np.unique(-score, return_inverse=True, return_counts=True)
    before = np.cumsum(counts) - counts
    taken = np.clip((top * len(score) - before) / counts, 0.0, 1.0)
    return float(taken[code.reshape(-1)] @ brought / total)


def trial(leads: Leads, edges: Floats, repeats: int = 1, seed: int = SEED) -> Trial:
    """Every lead's forecast by models that have not seen it; the weight is chosen within each training part.

    Args:
        leads: all; only those that were followed through the span are judged, all others teach.
        edges: ends of the bins of delay.
        repeats: how often the leads are dealt anew.
        seed: of the dealing.
    """
    rng = np.random.default_rng(seed)
    judged = leads.judged(edges[-1])
    chance, value = np.zeros((2, repeats, len(leads)))
    weights = []
    for repeat in range(repeats):
        fold = dealt(leads, edges, rng)
        for part in range(FOLDS):
            model = chosen(leads.take(np.flatnonzero(fold != part)), edges, rng)
            held = np.flatnonzero((fold == part) & judged)
            answer = model.answer(leads.take(held))
            chance[repeat, held], value[repeat, held] = answer.chance, answer.value
            weights.append(model.weight)
    return Trial(
        leads.within(edges[-1])[judged].astype(float), leads.outcome(edges[-1])[judged],
        chance[:, judged], value[:, judged], tuple(weights),
    )  # fmt: skip


def chosen(leads: Leads, edges: Floats, rng: np.random.Generator) -> LeadModel:
    """The model of all these leads, with the weight whose ranking captured most in folds of them."""
    model = fit_leads(leads, edges)
    if leads.within(edges[-1]).sum() < FEW:
        return model
    judged = leads.judged(edges[-1])
    product, direct = np.zeros((2, len(leads)))
    fold = dealt(leads, edges, rng)
    for part in range(FOLDS):
        inner = fit_leads(leads.take(np.flatnonzero(fold != part)), edges)
        held = np.flatnonzero((fold == part) & judged)
        answer = inner.answer(leads.take(held))
        product[held], direct[held] = answer.product, answer.direct
    brought = leads.outcome(edges[-1])[judged]
    found = [capture(((1 - w) * product + w * direct)[judged], brought) for w in WEIGHTS]
    return model.weighed(WEIGHTS[int(np.nanargmax(found))] if np.isfinite(found).any() else 0.0)


def dealt(leads: Leads, edges: Floats, rng: np.random.Generator) -> Ints:
    """A fold for each lead, with converts dealt as evenly as the others."""
    fold = np.zeros(len(leads), np.int64)
    converted = leads.within(edges[-1])
    for group in (converted, ~converted):
        rows = rng.permutation(np.flatnonzero(group))
        fold[rows] = np.arange(len(rows)) % FOLDS
    return fold
