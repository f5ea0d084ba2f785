"""What a back-test is asked: how long the hold-out, from which days, on whose terms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifelong.errors import FitError
from lifelong.phrases import phrase
from lifelong.units import Horizon, date_of
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifelong.judge.older import Older
    from lifelong.judge.traits import Traits

ORIGINS = 3  # half-overlapping hold-outs: two of them end on different days, so one bad season does not decide
HOLDOUTS = (364, 273, 182, 91, 56, 28)  # days: the longest that leaves enough history is taken
LEAST_HISTORY = 28  # days before an origin
LEAST_CUSTOMERS = 20


@dataclass(frozen=True, slots=True)
class Trial:
    """The terms of a back-test.

    Attributes:
        holdout: how far each origin's forecast reaches; None takes the longest of 52, 39, 26, 13, 8 or 4 weeks of
            which the data hold three.
        origins: the last days that each test may see, in days since 1970-01-01; None chooses them.
        until: the last day of the data that counts; None takes the last order's.
        margin: share of revenue that counts as value; None counts revenue itself.
        currency: of the amounts.
        spend: the spend model, or ``auto``; empty for none.
        prior: ``auto``, ``on`` or ``off``, for every fit.
        seed: of the simulations.
        traits: covariates by customer; with them each model has a row ``+covariates`` beside its own.
        older: customers who are older than the data; every model is then fitted with their age in its likelihood.
    """

    holdout: Horizon | None = None
    origins: Sequence[int] | None = None
    until: int | None = None
    margin: float | None = None
    currency: str = ""
    spend: str = "auto"
    prior: str = "auto"
    seed: int = 0
    traits: Traits | None = None
    older: Older | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When a back-test looks: origins (latest first), the hold-out, the first day of the data, and what to say."""

    origins: tuple[int, ...]
    horizon: Horizon
    first: int
    findings: tuple[Finding, ...] = ()


def schedule(trial: Trial, first: int, last: int) -> Schedule:
    """Choose the origins of a rolling back-test.

    The latest origin lies one hold-out before the last day; the others half a hold-out apart before it, as long as
    at least half a hold-out (and four weeks) of history is left.

    Args:
        trial: what was asked.
        first: the first day of the data.
        last: the last day of the data that counts.

    Raises:
        FitError: E203, where no origin has enough history.
    """
    horizon = trial.holdout or _longest(first, last)
    days = int(min(horizon.days, 10**6))
    asked = trial.origins or [last - days - (n * days + 1) // 2 for n in range(ORIGINS)]
    least = max(days // 2, LEAST_HISTORY)
    kept = tuple(sorted({int(o) for o in asked if o - first + 1 >= least and o + days <= last}, reverse=True))
    if horizon.is_lifetime or not kept:
        raise _too_short(first, last, horizon)
    few: tuple[Finding, ...] = ()
    if len(kept) < ORIGINS and trial.origins is None:
        text = phrase(
            "the history holds {kept} hold-out(s) of {horizon} instead of {origins}: the model's own "
            "error is known less well, and bands of totals are wider for it",
            kept=len(kept),
            horizon=horizon,
            origins=ORIGINS,
        )
        few = (Finding("F301", text, "info", {"origins": len(kept)}),)
    return Schedule(kept, horizon, first, few)


def _longest(first: int, last: int) -> Horizon:
    """The longest usual hold-out of which the data hold three, or else two."""
    span = last - first + 1
    for times in (3, 2):
        for days in HOLDOUTS:
            if times * days <= span:
                return Horizon.parse(f"{days // 7}w")
    raise _too_short(first, last, Horizon.parse(f"{HOLDOUTS[-1] // 7}w"))


def _too_short(first: int, last: int, horizon: Horizon) -> FitError:
    return FitError(
        "E203",
        phrase(
            "the orders from {first} to {last} are too short for a hold-out of {horizon}",
            first=date_of(first),
            last=date_of(last),
            horizon=horizon,
        ),
        where="the first and the last order",
        why="a back-test hides the last part of the history and forecasts it from what came before",
        fix="take a shorter one (--holdout 4w), or fit without a back-test (--model mbg_nbd)",
    )
