"""The winner's values blended with learned ones, tested at the same origins as everybody else.

What a user would get is tested: at an origin whose history is too short to learn from that is the statistical model alone. A
learned forecast is made by what is kept beside a fit and nothing else, so that what is tested is what scores are made by.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError, FitError
from lifelong.judge.fitting import not_by_occasions, occasion, plain_name
from lifelong.phrases import phrase
from lifelong.score.scores import with_blend
from lifelong.score.source import Source
from lifelong.units import date_of
from lifelong.values import Finding
from lifelong.values.blend import SUFFIX

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.judge.origin import Seen
    from lifelong.judge.trial import Schedule, Trial
    from lifelong.score.forecast import Forecast
    from lifelong.units import Horizon
    from lifelong.values import Blend

#: What is asked for where the statistical model is to be the back-test's winner.
BLEND = "blend"
TOO_LITTLE = {"E217", "E218", "E219"}


@dataclass(frozen=True, slots=True, eq=False)
class Tried:
    """A blend at every origin.

    Attributes:
        name: of the row: the statistical model's with ``+blend`` behind it; empty where nothing could be learned.
        ahead: what it forecast, an origin each; the statistical forecast where nothing could be learned there.
        findings: where it was not learned, and why.
    """

    name: str
    ahead: Sequence[Forecast] = ()
    findings: tuple[Finding, ...] = ()


def asks_blend(name: str) -> bool:
    """Whether a name asks for a blend: ``blend``, or a model's name with ``+blend`` behind it."""
    return name == BLEND or name.endswith(SUFFIX)


def statistical(name: str) -> str:
    """The model whose values are blended: ``bg_nbd`` of ``bg_nbd+blend``; empty for ``blend``, which leaves it to the back-test."""
    return "" if name == BLEND else plain_name(name.removesuffix(SUFFIX))


def plainly(names: Sequence[str]) -> tuple[str, ...]:
    """The models to fit for these names: where a blend is among them, the plain form of all in a calendar too."""
    blends = [statistical(name) for name in names if asks_blend(name)]
    plain = [name for name in names if not asks_blend(name)]
    beside = [*blends, *map(plain_name, plain)] if blends else []
    return tuple(dict.fromkeys(name for name in (*plain, *beside) if name))


def is_installed() -> bool:
    """Whether the extra ``ml`` is there; it is not loaded to find out."""
    return find_spec("lightgbm") is not None


def try_blend(
    name: str, orders: Any, seen: Sequence[Seen], ahead: Sequence[Forecast], terms: tuple[Schedule, Trial]
) -> Tried:
    """Learn at every origin, and forecast by what was learned.

    Args:
        name: of the statistical model, not in the firm's calendar.
        orders: ``schema.ORDERS``, any frame.
        seen: the origins.
        ahead: that model's forecasts at them.
        terms: of the back-test.
    """
    if seen[0].value is None:
        return Tried("", findings=(_not_tried("the data hold no amounts, and values are what is blended"),))
    if occasion(name):
        return Tried("", findings=(_not_tried(not_by_occasions(name, "what to learn from days").what),))
    if not is_installed():
        return Tried(
            "", findings=(_not_tried('the extra "ml" is not installed (python -m pip install "lifelong[ml]")'),)
        )
    try:
        learnt = _learnt(name, orders, seen, terms)
    except ConfigError as problem:  # it is installed and cannot be loaded
        return Tried("", findings=(_not_tried(problem.what),))
    refused = {day: what for day, what in learnt.items() if isinstance(what, str)}
    if len(refused) == len(seen):
        return Tried("", findings=(_not_tried(next(iter(refused.values()))),))
    made = [_with(learnt[one.day], one, each, orders) for one, each in zip(seen, ahead, strict=True)]
    return Tried(name + SUFFIX, made, _short(name, refused))


def learn_blend(name: str, orders: Any, day: int, horizon: Horizon, trial: Trial) -> Blend:
    """What is kept beside the fit of a day: raises as ``judge.learning.learn`` does, and E464."""
    if occasion(name):
        raise not_by_occasions(name, "what to learn from days")
    return _taught(_past(name, orders, horizon, trial), day)


def _learnt(name: str, orders: Any, seen: Sequence[Seen], terms: tuple[Schedule, Trial]) -> Mapping[int, Blend | str]:
    """What was learned by each origin, or why nothing could be."""
    plan, trial = terms
    past = _past(name, orders, plan.horizon, trial)
    made: dict[int, Blend | str] = {}
    for one in seen:
        try:
            made[one.day] = _taught(past, one.day)
        except FitError as problem:
            if problem.code not in TOO_LITTLE:
                raise
            made[one.day] = problem.what
    return made


def _past(name: str, orders: Any, horizon: Horizon, trial: Trial) -> Any:
    from lifelong.judge.learning import Past  # here, since features are a long way off where nothing is learned

    return Past.of(orders, replace(trial, margin=None, holdout=horizon), horizon, name)


def _taught(past: Any, day: int) -> Blend:
    from lifelong.judge.learning import learn

    made: Blend = learn(past, day).kept(past.horizon)
    return made


def _with(learnt: Blend | str, seen: Seen, ahead: Forecast, orders: Any) -> Forecast:
    if isinstance(learnt, str):
        return ahead
    fit = replace(ahead.engine.fit, blend=learnt)
    return with_blend(fit, ahead, Source.of(seen.summary), orders)[0]


def _not_tried(why: str) -> Finding:
    return Finding("F262", phrase("learned forecasts were not tried: {why}", why=why), "info")


def _short(name: str, refused: Mapping[int, str]) -> tuple[Finding, ...]:
    if not refused:
        return ()
    days = ", ".join(date_of(day).isoformat() for day in refused)
    text = phrase(
        "nothing could be learned at {days}, where the blend is {name} alone: {values}",
        days=days,
        name=name,
        values=next(iter(refused.values())),
    )
    return (Finding("F263", text, "info", {"origins": [date_of(day).isoformat() for day in refused]}),)
