"""The verbs that compute: backtest, fit, score. Results are kept in the folder, named for what they were made from."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lifelong import plugins
from lifelong.errors import ConfigError, FitError, did_you_mean
from lifelong.judge.traits import SUFFIX
from lifelong.judge.trial import Trial
from lifelong.models.spend_choice import AUTO
from lifelong.phrases import phrase
from lifelong.project import blending, renewing, runs
from lifelong.project.asked import Base, Question, base
from lifelong.project.fitting import UNTESTED, fit_base
from lifelong.project.knowing import Known, apart, older, older_of, seen_by, traits
from lifelong.store import files, fits
from lifelong.units import Horizon, date_of, share
from lifelong.values import Finding, Leaderboard, Scores

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lifelong.project.folder import Folder
    from lifelong.score import ModelError
    from lifelong.score.retention import RetentionEffect
    from lifelong.tables.regularity import Regularity
    from lifelong.values import Fit

LEADERBOARD = "lifelong-leaderboard/1"
NOTHING = Known()


# -- backtest ---------------------------------------------------------------------------------------------------------


def backtest(
    folder: Folder,
    models: Sequence[str] = (),
    known: Known = NOTHING,
    *,
    holdout: str = "",
    until: str = "",
    margin: str = "",
) -> Leaderboard:
    """Test models on the firm's own past; the result is kept for `fit auto`, scores and reports."""
    chosen = known_models(models, known)
    if known.since:
        chosen = tuple(_with_covariates(name, known) for name in chosen or (UNTESTED,))
    told = share(margin, flag="--margin") if margin else Question.of(folder.config()).margin
    with folder.writing("backtest"):
        at = base(folder, until)
        trial = Trial(holdout=_holdout(holdout), margin=told, traits=traits(folder, at, known))
        return _backtest(folder, at, chosen, replace(trial, older=older_of(folder, at, known)))


def _holdout(told: str) -> Horizon | None:
    return Horizon.parse(told) if told else None


def _backtest(folder: Folder, at: Base, models: Sequence[str], trial: Trial) -> Leaderboard:
    from lifelong.judge.backtest import run as judge

    folder.progress("testing on your own past", 0, None)
    board = judge(at.orders, models, replace(trial, until=at.until, currency=folder.currency))
    _folder(folder, "backtests")
    files.write_sealed(folder.root / "backtests" / f"{at.stamp}.json", LEADERBOARD, board.as_dict())
    return board


def saved_backtest(folder: Folder, at: Base) -> Leaderboard | None:
    """The last back-test of these orders as of this day, if there was one."""
    path = folder.root / "backtests" / f"{at.stamp}.json"
    return kept_backtest(path) if path.exists() else None


def kept_backtest(path: Path) -> Leaderboard:
    """A back-test by its file."""
    told = files.read_sealed(path, LEADERBOARD)
    return Leaderboard(**{**told, "findings": tuple(Finding.from_dict(f) for f in told["findings"])})


def known_models(names: Sequence[str], told: Known) -> tuple[str, ...]:
    """The names themselves, where each is that of a model.

    Raises:
        ConfigError: E302 for one that is not.
    """
    from lifelong.judge.blending import asks_blend, statistical
    from lifelong.judge.fitting import plain_name

    known = (*plugins.known("models"), "blend")
    for name in names:
        if name.endswith(SUFFIX) and not told.covariates:
            raise ConfigError(
                "E302",
                phrase("{name} has no covariates", name=name),
                where="--model",
                why="they are columns, which have to be named",
                fix=phrase("--model {name} --covariates channel", name=plain_name(name)),
            )
        plain = (statistical(name) or name) if asks_blend(name) else plain_name(name)
        if plain not in known:
            raise ConfigError(
                "E302",
                phrase("there is no model {name!r}", name=name),
                where="--model",
                why=did_you_mean(name, known),
                fix="take a known name",
            )
    return tuple(names)


# -- fit --------------------------------------------------------------------------------------------------------------


def fit(folder: Folder, model: str = "", known: Known = NOTHING, *, until: str = "", prior: str = "") -> Fit:
    """Fit a model and, where there are amounts, the spend model; the fit is kept."""
    with folder.writing("fit"):
        return fit_at(folder, base(folder, until), model, prior, known)


def fit_at(folder: Folder, at: Base, model: str = "", prior: str = "", known: Known = NOTHING) -> Fit:
    """Fit to a base and keep the fit; `auto` takes the back-test's winner and says why."""
    from lifelong.judge.blending import asks_blend

    config = folder.config()
    name, found = model or config.model, renewing.looked(at)
    if wants_contract(name, found):
        if known.is_something:
            raise apart("what is known beside the orders", "a model for subscriptions")
        folder.progress("fitting a contractual model", 0, None)
        made = renewing.fit(at, name, found, starts_midway=config.starts_midway)
        fits.save(made, folder.root / "fits")
        return made
    findings: tuple[Finding, ...] = ()
    if found.is_contractual:
        findings = (
            Finding(
                "F292",
                phrase("{words}: these look like subscriptions, and the model is for free buying", words=found.words),
            ),
        )
    is_auto = name == "auto"
    if is_auto:
        name, known, why = _winner(folder, at, known)
        findings += why
    else:
        known_models([name], known)
        name = _with_covariates(name, known)
    folder.progress(phrase("fitting {name}", name=name), 0, None)
    spend, told = spend_of(saved_backtest(folder, at))
    if known.since:
        at = older(folder, at, known.since)
    if asks_blend(name):
        made = blending.fit(folder, at, (name, board_of(folder, at)), prior or config.prior, is_auto=is_auto)
    else:
        made = fit_base(name, at, folder.currency, prior or config.prior, traits(folder, at, known), spend)
    if known.since:
        made = replace(made, info={**made.info, "before": {**made.info["before"], "column": known.since}})
    made = replace(made, findings=(*findings, *told, *made.findings))
    fits.save(made, folder.root / "fits")
    return made


def spend_of(board: Leaderboard | None) -> tuple[str, tuple[Finding, ...]]:
    """The spend model to fit after a back-test, and what that said of it; without one, the spends themselves choose."""
    if board is None:
        return AUTO, ()
    return board.spend, tuple(one for one in board.findings if one.code == "F306")


def wants_contract(name: str, found: Regularity) -> bool:
    """Whether subscriptions are valued: a contractual model is named, or none is and the orders come by a calendar."""
    return renewing.is_contract(name) or (name == "auto" and found.is_contractual)


def _with_covariates(name: str, known: Known) -> str:
    """The name of the model that is meant, where covariates were named beside it."""
    from lifelong.judge.blending import asks_blend

    if not known.is_something or name.endswith(SUFFIX):
        return name
    if asks_blend(name):
        raise apart("what is known beside the orders", "learned forecasts")
    if "+" in name:
        raise apart("what is known beside the orders", "the firm's own calendar")
    return name + SUFFIX if known.covariates else name


def _winner(folder: Folder, at: Base, known: Known) -> tuple[str, Known, tuple[Finding, ...]]:
    """The back-test's winner, what it needs to know, and why; with covariates if they were named, whether it won by them or not."""
    from lifelong.judge.blending import statistical

    board = board_of(folder, at)
    if board is None:
        text = phrase("the history is too short for a back-test; {untested} was taken, untested", untested=UNTESTED)
        return _with_covariates(UNTESTED, known), known, (Finding("F290", text),)
    why = (Finding("F291", board.why, "info"),)
    if known.is_something:
        return _with_covariates(statistical(board.chosen), known), known, why
    if board.chosen.endswith(SUFFIX):
        return board.chosen, Known(tuple(board.covariates["names"]), board.covariates["penalty"]), why
    return board.chosen, Known(since=board.known_since), why


def board_of(folder: Folder, at: Base) -> Leaderboard | None:
    """The last back-test of these orders, or one made now; None where the history is too short."""
    return saved_backtest(folder, at) or try_backtest(folder, at, Question.of(folder.config()))


def try_backtest(folder: Folder, at: Base, question: Question, holdout: str = "") -> Leaderboard | None:
    """A back-test with the models that `auto` tries, or None where the history is too short for one."""
    try:
        return _backtest(folder, at, (), Trial(holdout=_holdout(holdout), margin=question.margin))
    except FitError as problem:
        if problem.code != "E203":
            raise
        return None


# -- score ------------------------------------------------------------------------------------------------------------


def score(folder: Folder, fitted: Fit | None, question: Question) -> Scores:
    """Value every customer by a fit, and subscribers beside buyers; kept as a Parquet file with the words that define it."""
    from lifelong.project import enrolling
    from lifelong.project.subscribing import Asked

    if fitted is None and enrolling.is_alone(folder):
        return enrolling.subscriptions(folder, Asked(), question, None).scores
    with folder.writing("score"):
        made = fitted or fits.load(folder.root / "fits")
        at = base(folder, made.origin.until)
        return score_base(folder, made, at, question)


def score_base(folder: Folder, made: Fit, at: Base, question: Question) -> Scores:
    """Scores of a base, kept as a run."""
    from lifelong.project import enrolling

    folder.progress("valuing every customer", 0, len(at.summary))
    scores = enrolling.with_subscribers(folder, scored(folder, made, at, question), made, question)
    return runs.keep(folder, at, scores, made, question)


def scored(folder: Folder, made: Fit, at: Base, question: Question) -> Scores:
    """Scores of a base, with the model's own error as the back-test measured it."""
    from lifelong.project import costing
    from lifelong.score import ModelError, Terms
    from lifelong.score import score as compute

    at, margin, level = costing.at_level(folder, at, question)
    if renewing.is_contract(made.model):
        return renewing.scores(at, made, replace(question, margin=margin), folder.currency, level)
    measured = error_of(folder, made, at)
    terms = Terms(question.horizon, margin, question.discount, folder.currency, measured or ModelError(), level=level)
    scores = compute(made, seen_by(folder, made, at).summary, terms, orders=at.orders)
    scores = replace(scores, as_of=date_of(at.until).isoformat())  # occasions may have begun before the first order
    if question.level == "contribution":
        text = (
            "what is left of revenue to come is the share that all past orders left; of customers with small orders costs of "
            "an order take more than that"
        )
        scores = replace(scores, findings=(*scores.findings, Finding("F366", text, "info")))
    if measured is None:
        note = Finding("S390", "the model was not back-tested on these orders; the band of totals holds a usual error")
        scores = replace(scores, findings=(*scores.findings, note))
    return scores


def error_of(folder: Folder, made: Fit, at: Base) -> ModelError | None:
    """The model's own error as the last back-test of these orders measured it; None where it was not tested."""
    from lifelong.score import ModelError

    board = saved_backtest(folder, at)
    measured = board.model_error.get(made.name) if board and _is_tested(made, board) else None
    return ModelError.of(measured) if measured else None


def _is_tested(made: Fit, board: Leaderboard) -> bool:
    """Whether a back-test's row of the fit's name is of the fit's own model."""
    if "covariates" not in made.info:
        return str(made.info.get("before", {}).get("column", "")) == board.known_since
    told = made.info["covariates"]
    return {"names": list(told["trans"]), "penalty": told["penalty"]} == dict(board.covariates)


def retention(folder: Folder, fitted: Fit | None, question: Question, points: float) -> RetentionEffect:
    """What a change of retention, as a share, would change of the value of a base of subscribers."""
    with folder.writing("retention"):
        made = fitted or fits.load(folder.root / "fits")
        if not renewing.is_contract(made.model):
            raise renewing.not_a_contract(made.model)
        at = base(folder, made.origin.until)
        from lifelong.project import costing

        at, margin, _ = costing.at_level(folder, at, question)
        return renewing.effect(at, made, replace(question, margin=margin), folder.currency, points)


def _folder(folder: Folder, name: str) -> None:
    (folder.root / name).mkdir(exist_ok=True)
