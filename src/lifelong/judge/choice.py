"""Which model won, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SAME_SCORE = 1e-3  # nats a customer: a smaller difference in log score decides nothing


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """How one model did over the origins, in the order of the origins.

    Attributes:
        errors: |forecast - actual| of each customer, an array an origin.
        scores: mean log score an origin; empty for a baseline.
        parameters: how many the model has: fewer is simpler.
    """

    errors: Sequence[Floats]
    scores: Sequence[float]
    parameters: int

    @property
    def mae(self) -> float:
        """Mean absolute error, averaged over origins."""
        return float(np.mean([e.mean() for e in self.errors]))

    @property
    def log_score(self) -> float:
        """Mean log score over origins."""
        return float(np.mean(self.scores))


def gap(better: Record, other: Record) -> tuple[float, float]:
    """How much larger the other's error is, and the paired standard error of that.

    The same customers stand at every origin and the hold-outs overlap, so origins do not add as if independent: the
    standard error is the origins' root mean square, not that over their root number.
    """
    steps = [b - a for a, b in zip(better.errors, other.errors, strict=True)]
    mean = float(np.mean([s.mean() for s in steps]))
    variances = [s.var(ddof=1) / len(s) if len(s) > 1 else 0.0 for s in steps]
    return mean, float(np.sqrt(np.mean(variances)))


def choose(models: Mapping[str, Record], baselines: Mapping[str, Record]) -> tuple[str, str, tuple[Finding, ...]]:
    """The model of least mean absolute error; within one standard error, of the best log score; then the simplest.

    Args:
        models: by name.
        baselines: by name; they are never chosen, but the reason says how the winner did against them.

    Returns:
        The name, the reason in one or two sentences, and a finding where no model beats the better baseline.
    """
    first = min(models, key=lambda name: (models[name].mae, name))
    level = [name for name in models if name == first or _is_level(models[first], models[name])]
    top = max(models[name].log_score for name in level)
    sharp = [name for name in level if models[name].log_score >= top - SAME_SCORE]
    chosen = min(sharp, key=lambda name: (models[name].parameters, -models[name].log_score, name))
    best_baseline = min(baselines, key=lambda name: baselines[name].mae)
    ratio = models[chosen].mae / baselines[best_baseline].mae if baselines[best_baseline].mae > 0 else float("nan")
    why = f"{_reason(models, chosen, first, level)} {_against(ratio, best_baseline)}"
    if all(record.mae >= baselines[best_baseline].mae for record in models.values()):
        text = (
            f"no model beats the baseline {best_baseline}: on these orders the forecasts of single customers add little"
        )
        return chosen, why, (Finding("F302", text, "warning", {"baseline": best_baseline, "ratio": ratio}),)
    return chosen, why, ()


def _is_level(best: Record, other: Record) -> bool:
    mean, error = gap(best, other)
    return mean <= error


def _reason(models: Mapping[str, Record], chosen: str, first: str, level: Sequence[str]) -> str:
    origins = len(models[chosen].errors)
    times = "1 origin" if origins == 1 else f"{origins} origins"
    if len(models) == 1:
        return f"{chosen} is the only model tested, over {times}."
    if len(level) == 1:
        return f"{chosen} has the least error each over {times}, by more than one standard error."
    others = ", ".join(sorted(set(level) - {chosen}))
    by = (
        "the better log score"
        if models[chosen].log_score > max(models[n].log_score for n in level if n != chosen)
        else "fewer parameters"
    )
    lead = "" if chosen == first else f" ({first} is first by less than a standard error)"
    return f"{chosen} is level with {others} on the error each over {times}{lead}, and has {by}."


def _against(ratio: float, baseline: str) -> str:
    if not np.isfinite(ratio):
        return f"The baseline {baseline} made no error."
    word = "below" if ratio < 1 else "above"
    return f"Its error is {abs(1 - ratio) * 100:.0f} % {word} that of the better baseline, {baseline}."
