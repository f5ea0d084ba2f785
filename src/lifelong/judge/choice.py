"""Which model won, and why, in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.in_calendar import SUFFIX
from lifelong.phrases import phrase
from lifelong.values import Finding
from lifelong.values.blend import SUFFIX as BLEND

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SAME_SCORE = 1e-3  # nats a customer: a smaller difference in log score decides nothing
#: Nats a customer that the firm's calendar must gain: simulated futures blur each score by a few thousandths, and a
#: shop that has no calendar should be left as it is.
GAIN = 5e-3


@dataclass(frozen=True, slots=True, eq=False)
class Record:
    """How one model did over the origins, in the order of the origins.

    Attributes:
        errors: |forecast - actual| of each customer, an array an origin.
        scores: mean log score an origin; empty for a baseline.
        parameters: how many the model has: fewer is simpler.
        levelled: as errors, of forecasts that are scaled to the actual total; empty for a baseline.
        misses: log(actual / forecast) of the total of orders, an origin each; empty for a baseline.
    """

    errors: Sequence[Floats]
    scores: Sequence[float]
    parameters: int
    levelled: Sequence[Floats] = ()
    misses: Sequence[float] = ()

    @property
    def mae(self) -> float:
        """Mean absolute error, averaged over origins."""
        return float(np.mean([e.mean() for e in self.errors]))

    @property
    def levelled_mae(self) -> float:
        """Mean absolute error once the totals are right, averaged over origins."""
        return float(np.mean([e.mean() for e in self.levelled]))

    @property
    def log_score(self) -> float:
        """Mean log score over origins."""
        return float(np.mean(self.scores))


def gap(better: Record, other: Record) -> tuple[float, float]:
    """How much larger the other's error is once both totals are right, and the paired standard error of that.

    The same customers stand at every origin and the hold-outs overlap, so origins do not add as if independent: the
    standard error is the origins' root mean square, not that over their root number.
    """
    steps = [b - a for a, b in zip(better.levelled, other.levelled, strict=True)]
    mean = float(np.mean([s.mean() for s in steps]))
    variances = [s.var(ddof=1) / len(s) if len(s) > 1 else 0.0 for s in steps]
    return mean, float(np.sqrt(np.mean(variances)))


def choose(models: Mapping[str, Record], baselines: Mapping[str, Record]) -> tuple[str, str, tuple[Finding, ...]]:
    """The model of least absolute error once totals are right; within one standard error, of the best log score; the simplest.

    Most customers do not come again, and the absolute error alone is least where a forecast is near their 0: it would choose
    whoever forecasts too little. So the forecasts are scaled to the actual total before they are compared, which leaves who
    orders how much more than whom; what a model says of the level counts in the log score.

    The winner's own form in the firm's calendar is taken where :func:`_gains` says so, and after that a blend with learned
    values where :func:`_learns` says so.

    Args:
        models: by name; ``<model>+calendar`` beside ``<model>`` stands for that alone, and so does ``<model>+blend``.
        baselines: by name; they are never chosen, but the reason says how the winner did against them.

    Returns:
        The name, the reason in a few sentences, and a finding where no model beats the better baseline.
    """
    twins = {name: name + SUFFIX for name in models if name + SUFFIX in models}
    blends = [name for name in models if name.endswith(BLEND)]
    plain = {name: record for name, record in models.items() if name not in {*twins.values(), *blends}}
    first = min(plain, key=lambda name: (plain[name].levelled_mae, name))
    level = [name for name in plain if name == first or _is_level(plain[first], plain[name])]
    top = max(plain[name].log_score for name in level)
    sharp = [name for name in level if plain[name].log_score >= top - SAME_SCORE]
    chosen = min(sharp, key=lambda name: (plain[name].parameters, -plain[name].log_score, name))
    reason = _reason(plain, chosen, first, level)
    if chosen in twins:
        is_better, said = _gains(models[chosen], models[twins[chosen]])
        chosen, reason = twins[chosen] if is_better else chosen, f"{reason} {said}"
    for name in blends:
        is_better, said = _learns(models[chosen], models[name])
        chosen, reason = name if is_better else chosen, f"{reason} {said}"
    best_baseline = min(baselines, key=lambda name: baselines[name].mae)
    ratio = models[chosen].mae / baselines[best_baseline].mae if baselines[best_baseline].mae > 0 else float("nan")
    why = f"{reason} {_against(ratio, best_baseline)}"
    if all(record.mae >= baselines[best_baseline].mae for record in models.values()):
        text = phrase(
            "no model beats the baseline {best_baseline}: on these orders the forecasts of single customers add little",
            best_baseline=best_baseline,
        )
        return chosen, why, (Finding("F302", text, "warning", {"baseline": best_baseline, "ratio": ratio}),)
    return chosen, why, ()


def spends(dependent: Record, plain: Record) -> tuple[bool, Finding]:
    """Whether values need the spend model that knows how often customers order, and what to say of it.

    As purchase models are: of two that are level on the error each, totals put right, the simpler one is taken.
    """
    mean, error = gap(dependent, plain)
    share = abs(mean) / plain.levelled_mae if plain.levelled_mae > 0 else 0.0
    is_clear, facts = mean > error, {"gain": mean, "error": error}
    if is_clear:
        text = phrase(
            "with the spend model that knows how often customers order, values err {share:.1%} less"
            " each, totals put right, by more than one standard error: it is taken",
            share=share,
        )
    elif mean > 0:
        text = phrase(
            "with the spend model that knows how often customers order, values err {share:.1%} less"
            " each, totals put right, which is no clear gain: it is left",
            share=share,
        )
    else:
        text = phrase(
            "with the spend model that knows how often customers order, values err {share:.1%} more"
            " each, totals put right, which is no clear gain: it is left",
            share=share,
        )
    return is_clear, Finding("F306", text, "info", facts)


def _is_level(best: Record, other: Record) -> bool:
    mean, error = gap(best, other)
    return mean <= error


def _gains(plain: Record, calendar: Record) -> tuple[bool, str]:
    """Whether a model does better in the firm's calendar, and why: a clearly better log score, and totals that are no worse.

    The calendar moves all customers together, so totals are what it can spoil: that they miss by more is held against it where
    it is more than one standard error over the origins.
    """
    if calendar.log_score < plain.log_score + GAIN:
        return False, "In the firm's own calendar its log score is hardly better, if at all."
    more = np.abs(calendar.misses) - np.abs(plain.misses)
    error = float(more.std(ddof=1)) / np.sqrt(len(more)) if len(more) > 1 else 0.0
    if more.mean() > error:
        return False, "In the firm's own calendar its totals miss by more."
    return True, "In the firm's own calendar it has the better log score, and its totals are no worse."


def _learns(plain: Record, blend: Record) -> tuple[bool, str]:
    """Whether values blended with learned ones err less each: totals put right, by more than a standard error, and also as they are.

    What is learned tells customers apart; a statistical model is easier to explain, and so it stands where that is not clear.
    """
    mean, error = gap(blend, plain)
    share = f"{100 * abs(mean) / plain.levelled_mae:.1f} %" if plain.levelled_mae > 0 else "0 %"
    if mean <= error:
        return (
            False,
            f"Blended with learned forecasts it errs {share} {'less' if mean > 0 else 'more'} each, which is no clear gain.",
        )
    if blend.mae >= plain.mae:
        return False, "Blended with learned forecasts its totals miss by so much more that it errs no less each."
    return (
        True,
        f"Blended with learned forecasts it errs {share} less each, totals put right, by more than one standard error.",
    )


def _reason(models: Mapping[str, Record], chosen: str, first: str, level: Sequence[str]) -> str:
    origins = len(models[chosen].errors)
    times = "1 origin" if origins == 1 else f"{origins} origins"
    if len(models) == 1:
        return f"{chosen} is the only model tested, over {times}."
    if len(level) == 1:
        return f"{chosen} has the least error each over {times}, totals put right, by more than one standard error."
    others = ", ".join(sorted(set(level) - {chosen}))
    by = (
        "the better log score"
        if models[chosen].log_score > max(models[n].log_score for n in level if n != chosen)
        else "fewer parameters"
    )
    lead = "" if chosen == first else f" ({first} is first by less than a standard error)"
    return f"{chosen} is level with {others} on the error each over {times}, totals put right{lead}, and has {by}."


def _against(ratio: float, baseline: str) -> str:
    if not np.isfinite(ratio):
        return f"The baseline {baseline} made no error."
    word = "below" if ratio < 1 else "above"
    return f"Its error is {abs(1 - ratio) * 100:.0f} % {word} that of the better baseline, {baseline}."
