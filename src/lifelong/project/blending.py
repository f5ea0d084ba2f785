"""Fitting a purchase model whose values are blended with learned ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lifelong.errors import ConfigError, FitError
from lifelong.models.spend_choice import AUTO
from lifelong.phrases import phrase
from lifelong.project.fitting import UNTESTED, fit_base
from lifelong.units import Horizon
from lifelong.values import Finding

if TYPE_CHECKING:
    from lifelong.project.asked import Base
    from lifelong.project.folder import Folder
    from lifelong.values import Blend, Fit, Leaderboard


def fit(folder: Folder, at: Base, named: tuple[str, Leaderboard | None], prior: str, *, is_auto: bool = False) -> Fit:
    """Fit the model of a blend's name, and learn the blend beside it.

    The blend is learned for the hold-out of the last back-test of these orders, over which it was tested, or for the
    project's horizon where there was none. ``blend`` alone takes the back-test's best statistical model.

    Args:
        folder: the project.
        at: the base to fit to.
        named: the blend's name, and the back-test of these orders.
        prior: as in ``optimise.fit_model``.
        is_auto: whether a back-test chose the name: what cannot be learned is then a finding.

    Raises:
        FitError: E151 where there are no amounts, E217, E218 or E219 where the history is too short to learn from.
        ConfigError: E303, where LightGBM is not installed.
    """
    from lifelong.judge.blending import statistical

    name, board = named
    if not at.has_money:
        raise FitError(
            "E151",
            phrase("{name!r} blends values, and the orders hold no amounts", name=name),
            where="--model",
            why="without amounts there is no value to learn",
            fix="take a purchase model alone (--model auto)",
        )
    base = statistical(name) or (statistical(board.chosen) if board else UNTESTED)
    horizon = Horizon.parse(str(board.rows[0]["horizon"]) if board else folder.config().horizon)
    spend = board.spend if board else AUTO
    made = fit_base(base, at, folder.currency, prior, spend=spend)
    folder.progress(phrase("learning from what came within {horizon} of earlier days", horizon=horizon), 0, None)
    try:
        return replace(made, blend=_learnt(folder, at, base, horizon, (prior, spend)))
    except (ConfigError, FitError) as problem:
        if not is_auto:
            raise
        text = phrase(
            "learned forecasts were chosen and cannot be made here, {base} stands alone: {what}",
            base=base,
            what=problem.what,
        )
        return replace(made, findings=(Finding("F266", text), *made.findings))


def _learnt(folder: Folder, at: Base, base: str, horizon: Horizon, how: tuple[str, str]) -> Blend:
    """Learned beside a base; ``how`` are prior and spend model."""
    from lifelong.judge.blending import learn_blend
    from lifelong.judge.trial import Trial

    if horizon.is_lifetime:
        raise ConfigError(
            "E301",
            "a blend is learned for some time ahead, not for life",
            where="the project's horizon",
            why="outcomes must have come to be learned from",
            fix="lifelong backtest --holdout 13w, and then lifelong fit --model blend",
        )
    trial = Trial(currency=folder.currency, prior=how[0], spend=how[1])
    return learn_blend(base, at.orders, at.until, horizon, trial)
