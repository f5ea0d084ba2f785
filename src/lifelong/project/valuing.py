"""The verbs that compute: backtest, fit, score. Results are kept in the folder, named for what they were made from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lifelong import plugins
from lifelong.errors import ConfigError, FitError, did_you_mean
from lifelong.store import files, fits
from lifelong.units import Horizon, Rate, date_of, day_of, minor_digits, share
from lifelong.values import Finding, Leaderboard, Scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from lifelong.config import Config
    from lifelong.project.folder import Folder
    from lifelong.values import Fit

LEADERBOARD = "lifelong-leaderboard/1"
SCORES = "lifelong-scores/1"
#: What is fitted where no back-test can choose: it alone lets a customer leave before the second order.
UNTESTED = "pareto_nbd"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of a value: how far ahead, which part of revenue, and what later money is worth."""

    horizon: Horizon
    margin: float | None
    discount: Rate

    @classmethod
    def of(cls, config: Config, horizon: str = "", margin: str | float = "", discount: str = "") -> Question:
        """The user's words, and the project's settings where they say nothing."""
        told = margin if margin != "" else config.margin
        return cls(
            Horizon.parse(horizon or config.horizon),
            None if told == "" else share(told, flag="--margin"),
            Rate.parse(discount or config.discount),
        )


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """The customer base as of a day: the orders' file, and the summary of every customer."""

    orders: pa.Table
    summary: pa.Table
    until: int
    state: str

    @property
    def has_money(self) -> bool:
        """Whether any order has an amount."""
        return bool(self.summary["revenue"].null_count < len(self.summary))


def base(folder: Folder, until: str = "") -> Base:
    """Orders and summary as of a day; by default the last order's."""
    manifest, tables = folder.tables()
    work = folder.engine(sum(batch.rows for batch in manifest.batches))
    try:
        return base_of(work.scan([tables.orders]), until, manifest.state)
    finally:
        work.close()


def base_of(orders: Any, until: str = "", state: str = "") -> Base:
    """The base of orders in any engine's frame, lazy or not."""
    import narwhals as nw
    import pyarrow.compute as pc

    from lifelong.tables import summary

    table = nw.from_native(orders).lazy().collect(backend="pyarrow").to_native()
    last = day_of(until) if until else int(pc.max(table["day"]).as_py())
    made = nw.from_native(summary.summary(orders, last))
    if isinstance(made, nw.DataFrame):  # sorted already
        return Base(table, made.to_native(), last, state)
    return Base(table, made.collect(backend="pyarrow").to_native().sort_by("customer_id"), last, state)


# -- backtest ---------------------------------------------------------------------------------------------------------


def backtest(
    folder: Folder, models: Sequence[str] = (), *, holdout: str = "", until: str = "", margin: str = ""
) -> Leaderboard:
    """Test models on the firm's own past; the result is kept for `fit auto`, scores and reports."""
    chosen = _known_models(models)
    told = Question.of(folder.config(), margin=margin).margin
    with folder.writing("backtest"):
        return _backtest(folder, base(folder, until), chosen, holdout, told)


def _backtest(folder: Folder, at: Base, models: Sequence[str], holdout: str, margin: float | None) -> Leaderboard:
    from lifelong.judge.backtest import backtest as judge

    folder.progress("testing on your own past", 0, None)
    board = judge(
        at.orders,
        models=models,
        holdout=Horizon.parse(holdout) if holdout else None,
        until=at.until,
        margin=margin,
        currency=folder.currency,
    )
    _folder(folder, "backtests")
    files.write_sealed(folder.root / "backtests" / f"{_stamp(at)}.json", LEADERBOARD, board.as_dict())
    return board


def saved_backtest(folder: Folder, at: Base) -> Leaderboard | None:
    """The last back-test of these orders as of this day, if there was one."""
    path = folder.root / "backtests" / f"{_stamp(at)}.json"
    if not path.exists():
        return None
    told = files.read_sealed(path, LEADERBOARD)
    return Leaderboard(**{**told, "findings": tuple(Finding(**f) for f in told["findings"])})


def _known_models(names: Sequence[str]) -> tuple[str, ...]:
    from lifelong.judge.fitting import plain_name

    known = plugins.known("models")
    for name in names:
        if plain_name(name) not in known:
            raise ConfigError(
                "E302",
                f"there is no model {name!r}",
                where="--model",
                why=did_you_mean(name, known),
                fix="take a known name",
            )
    return tuple(names)


# -- fit --------------------------------------------------------------------------------------------------------------


def fit(folder: Folder, model: str = "", *, until: str = "", prior: str = "") -> Fit:
    """Fit a model and, where there are amounts, the spend model; the fit is kept."""
    with folder.writing("fit"):
        return fit_at(folder, base(folder, until), model, prior)


def fit_at(folder: Folder, at: Base, model: str = "", prior: str = "") -> Fit:
    """Fit to a base and keep the fit; `auto` takes the back-test's winner and says why."""
    config = folder.config()
    name = model or config.model
    findings = kind_of_business(at, is_named=name != "auto")
    if name == "auto":
        name, why = _winner(folder, at)
        findings += why
    else:
        _known_models([name])
    folder.progress(f"fitting {name}", 0, None)
    made = fit_base(name, at, folder.currency, prior or config.prior)
    made = replace(made, findings=(*findings, *made.findings))
    fits.save(made, folder.root / "fits")
    return made


def kind_of_business(at: Base, *, is_named: bool) -> tuple[Finding, ...]:
    """Refuse subscriptions, whose customers leave openly: these models are for customers who leave unseen."""
    from lifelong.tables.regularity import regularity

    found = regularity(at.orders, at.until)
    if not found.is_contractual:
        return ()
    what = f"{found.regular:,} of {found.judged:,} customers with four or more orders pay every {found.median_gap:.0f} days"
    if is_named:
        return (Finding("F292", f"{what}: these look like subscriptions, and the model is for free buying"),)
    raise FitError(
        "E204",
        f"{what}: these look like subscriptions",
        where="the orders",
        why="a subscriber's leaving is seen; a model that guesses who has left would be wrong about all of them",
        fix="models for subscriptions are not part of this version; where these are free purchases, name a model: --model pareto_nbd",
    )


def _winner(folder: Folder, at: Base) -> tuple[str, tuple[Finding, ...]]:
    board = saved_backtest(folder, at) or try_backtest(folder, at, Question.of(folder.config()))
    if board is None:
        text = f"the history is too short for a back-test; {UNTESTED} was taken, untested"
        return UNTESTED, (Finding("F290", text),)
    return board.chosen, (Finding("F291", board.why, "info"),)


def try_backtest(folder: Folder, at: Base, question: Question, holdout: str = "") -> Leaderboard | None:
    """A back-test with the models that `auto` tries, or None where the history is too short for one."""
    try:
        return _backtest(folder, at, (), holdout, question.margin)
    except FitError as problem:
        if problem.code != "E203":
            raise
        return None


def fit_base(model: str, at: Base, currency: str, prior: str) -> Fit:
    """Fit to a base: the purchase model on patterns, the spend model on spend histories."""
    from lifelong.judge.fitting import fit_named
    from lifelong.models.spend_choice import AUTO, fit_spend_named
    from lifelong.tables import patterns

    if prior not in {"auto", "on", "off"}:
        raise ConfigError("E301", f"{prior!r} is no choice", where="--prior", fix="take auto, on or off")
    made = fit_named(model, at.orders, at.summary, at.until, prior)
    made = replace(made, origin=replace(made.origin, until=date_of(at.until).isoformat()))
    if not at.has_money:
        return made
    spends = patterns.to_spend(patterns.spends(at.summary), minor_digits(currency))
    spend = fit_spend_named(AUTO, spends, prior=prior)
    return replace(made, spend=replace(spend, origin=replace(spend.origin, until=made.origin.until)))


# -- score ------------------------------------------------------------------------------------------------------------


def score(folder: Folder, fitted: Fit | None, question: Question) -> Scores:
    """Value every customer by a fit; kept as a Parquet file with the words that define it."""
    with folder.writing("score"):
        made = fitted or fits.load(folder.root / "fits")
        at = base(folder, made.origin.until)
        return score_base(folder, made, at, question)


def score_base(folder: Folder, made: Fit, at: Base, question: Question) -> Scores:
    """Scores of a base, with the model's own error as the back-test measured it."""
    import pyarrow.parquet as pq

    from lifelong.score import ModelError, Terms
    from lifelong.score import score as compute

    folder.progress("valuing every customer", 0, len(at.summary))
    board = saved_backtest(folder, at)
    measured = board.model_error.get(made.model) if board else None
    error = ModelError.of(measured) if measured else ModelError()
    terms = Terms(question.horizon, question.margin, question.discount, folder.currency, error)
    scores = compute(made, at.summary, terms)
    if measured is None:
        note = Finding("S390", "the model was not back-tested on these orders; the band of totals holds a usual error")
        scores = replace(scores, findings=(*scores.findings, note))
    _folder(folder, "scores")
    path = folder.root / "scores" / f"{_stamp(at)}-{question.horizon}.parquet"
    temporary = files.temporary_beside(path)
    pq.write_table(scores.table, temporary, compression="zstd")
    files.put(temporary, path)
    scores = replace(scores, path=str(path))
    files.write_sealed(path.with_suffix(".json"), SCORES, scores.as_dict())
    files.write_bytes(folder.root / "scores" / "latest", path.stem.encode())
    return scores


def _stamp(at: Base) -> str:
    """The name of a result: the state of the landing and the as-of day."""
    return f"{date_of(at.until).isoformat()}-{hashlib.sha256(at.state.encode()).hexdigest()[:8]}"


def _folder(folder: Folder, name: str) -> None:
    (folder.root / name).mkdir(exist_ok=True)
