"""The verbs that hand things out: report, card, export, and run, which does everything up to the report."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError, did_you_mean
from lifelong.project import aging, asked, enrolling, renewing, runs, spending, valuing
from lifelong.project.answers import Run
from lifelong.project.knowing import seen_by
from lifelong.project.subscribing import Asked
from lifelong.store import fits
from lifelong.units import date_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pyarrow as pa

    from lifelong.project.asked import Base, Question
    from lifelong.project.folder import Folder
    from lifelong.project.subscribing import Subscriptions
    from lifelong.report.inputs import ReportData
    from lifelong.values import Fit, ImportReport, Scores


def report(folder: Folder, path: Path | None, question: Question) -> Path:
    """Score with the latest fit and write the report; of subscribers alone, value them and write theirs."""
    if enrolling.is_alone(folder):
        return write_subscribers(folder, enrolling.subscriptions(folder, Asked(), question, None), path)
    with folder.writing("report"):
        folder.tables()  # of orders: without one, this is said before a fit is asked for
        made = fits.load(folder.root / "fits")
        at = asked.base(folder, made.origin.until)
        scores = valuing.score_base(folder, made, at, question)
        return write_report(folder, at, made, scores, path=path)


def write_report(
    folder: Folder,
    at: Base,
    made: Fit,
    scores: Scores,
    *,
    path: Path | None = None,
    truth: Sequence[Mapping[str, Any]] | None = None,
) -> Path:
    """Gather what the report prints and write it."""
    from lifelong.report import html

    folder.progress("writing the report", 0, None)
    data = gather(folder, at, made, scores, truth)
    return html.write(data, path or _place(folder, f"clv-report_{data.as_of}_en.html"))


def card(folder: Folder, path: Path | None, question: Question) -> Path:
    """Score with the latest fit and write its model card."""
    from lifelong.report import card as cards

    with folder.writing("card"):
        folder.tables()  # of orders: without one, this is said before a fit is asked for
        made = fits.load(folder.root / "fits")
        at = asked.base(folder, made.origin.until)
        data = gather(folder, at, made, valuing.score_base(folder, made, at, question))
        return cards.write(data, path or _place(folder, f"model-card_{data.as_of}_en.md"))


def gather(
    folder: Folder, at: Base, made: Fit, scores: Scores, truth: Sequence[Mapping[str, Any]] | None = None
) -> ReportData:
    """All that a report or a card prints."""
    from lifelong.project.ripening import ripening
    from lifelong.report.inputs import ReportData
    from lifelong.tables import cohorts, loyalty

    config = folder.config()
    as_of = date_of(at.until).isoformat()
    grid = cohorts.grid(at.orders, at.until)
    cells = cohorts.curves(at.orders, at.until, grid.period, grid.age)
    is_contract = renewing.is_contract(made.model)
    _, tables = folder.tables()
    data = ReportData(
        name=config.name or folder.root.resolve().name,
        as_of=as_of,
        currency="" if not at.has_money else folder.currency,
        scores=scores,
        fit=made,
        leaderboard=None if is_contract else valuing.saved_backtest(folder, at),
        imports=list(tables.reports().values()),
        enrolled=[report for report in enrolling.reports(folder) if report.kind == "subscriptions"],
        loyalty=dict(loyalty.loyalty(at.orders, at.until)),  # type: ignore[arg-type] # a TypedDict of numbers
        # A contract's renewals are not orders at a random rate: unripe cells stay empty.
        cohorts=[{**cell, "expected": None} for cell in cells]
        if is_contract
        else ripening(at, made, seen_by(folder, made, at), (cells, grid)),
        brought=aging.followed(folder, at, _brought(at, grid.period)),
        cohort_unit=grid.period,
        cohort_age=grid.age,
        truth=truth,
        is_left_truncated=config.starts_midway,
    )
    return replace(data, instead=renewing.tested(made)) if is_contract else data


def _brought(at: Base, period: str | int) -> aging.Asked:
    """What cohorts are asked for the report: by a period of the calendar; revenue, which needs no assumption."""
    by = str(period) if period in aging.TIMES else "quarter"
    return aging.Asked(by=by, measure="revenue" if at.has_money else "orders", cumulative=True)


def _place(folder: Folder, name: str) -> Path:
    (folder.root / "reports").mkdir(exist_ok=True)
    return folder.root / "reports" / name


@dataclass(frozen=True, slots=True)
class Choice:
    """Which model, as of which day, tested on how much of the past."""

    until: str = ""
    model: str = ""
    holdout: str = ""


def run(
    folder: Folder,
    ingested: ImportReport | None,
    question: Question,
    choice: Choice,
    truth: Callable[[Scores], Sequence[Mapping[str, Any]]] | None = None,
) -> Run:
    """Back-test, fit, score and report, once the file is in.

    Args:
        folder: the project.
        ingested: the report of the file that has just come in; None where what is there is looked at anew.
        question: horizon, margin, discount.
        choice: model, as-of day, hold-out.
        truth: where a simulation knows what came: makes the report's rows of predicted beside true.
    """
    if enrolling.is_alone(folder):
        return _subscribers(folder, question, choice)
    with folder.writing("run"):
        ingested = ingested or list(folder.tables()[1].reports().values())[-1]
        at = asked.base(folder, choice.until)
        is_contract = valuing.wants_contract(choice.model or folder.config().model, renewing.looked(at))
        board = None if is_contract else valuing.try_backtest(folder, at, question, choice.holdout)
        made = valuing.fit_at(folder, at, choice.model)
        scores = valuing.score_base(folder, made, at, question)
        path = write_report(folder, at, made, scores, truth=truth(scores) if truth else None)
    findings = (*ingested.findings, *(board.findings if board else ()), *made.findings, *scores.findings)
    return Run(ingested, board, made, scores, str(path), folder.root, findings)


def _subscribers(folder: Folder, question: Question, choice: Choice) -> Run:
    """The same of subscribers alone: nothing is hidden and forecast but renewals."""
    told = Asked(until=choice.until, model=choice.model)
    made = enrolling.subscriptions(folder, told, question, None)
    ingested = enrolling.reports(folder)[-1]
    fit = made.groups[0].chosen.fit
    path = write_subscribers(folder, made)
    return Run(ingested, None, fit, made.scores, str(path), folder.root, (*ingested.findings, *made.findings))


def write_subscribers(folder: Folder, made: Subscriptions, path: Path | None = None) -> Path:
    """The report of a project that holds subscriptions and no order."""
    from lifelong.report import html
    from lifelong.report.inputs import ReportData

    folder.progress("writing the report", 0, None)
    fit, scores = made.groups[0].chosen.fit, made.scores
    data = ReportData(
        name=folder.config().name or folder.root.resolve().name,
        as_of=scores.as_of,
        currency=scores.currency,
        scores=scores,
        fit=fit,
        enrolled=enrolling.reports(folder),
        kept=[group.kept for group in made.groups],
        notes=made.findings,
        instead=renewing.tested(fit),
    )
    return html.write(data, path or _place(folder, f"clv-report_{data.as_of}_en.html"))


def export(folder: Folder, path: Path, *, what: str, is_european: bool) -> Path:
    """Write scores, orders, subscriptions or quarantined rows to a file that office programs open safely."""
    from lifelong import export as writers

    makers = {
        "scores": _scores,
        "orders": _orders,
        "subscriptions": _subscriptions,
        "spend": _spend,
        "quarantine": _quarantine,
    }
    if what not in makers:
        raise ConfigError(
            "E302",
            f"there is no {what!r} to export",
            where="--what",
            why=did_you_mean(what, makers),
            fix="take a known name",
        )
    folder.require()
    table, beside = makers[what](folder)
    return writers.write(table, path, beside=beside, is_european=is_european)


def _scores(folder: Folder) -> tuple[pa.Table, Mapping[str, Any]]:
    """The latest scores, with what defines them on each row."""
    run = runs.last(folder)
    beside = {name: run.told[name] for name in ("as_of", "horizon", "currency", "definition")}
    return run.rows(), beside | {"model_version": run.told["model"]}


def _orders(folder: Folder) -> tuple[pa.Table, Mapping[str, Any]]:
    import pyarrow.parquet as pq

    _, tables = folder.tables()
    return pq.read_table(tables.orders), {"currency": folder.currency}


def _subscriptions(folder: Folder) -> tuple[pa.Table, Mapping[str, Any]]:
    return enrolling.kept(folder, folder.landing.read()).rows, {"currency": folder.currency}


def _spend(folder: Folder) -> tuple[pa.Table, Mapping[str, Any]]:
    return spending.spend_table(folder), {"currency": folder.currency}


def _quarantine(folder: Folder) -> tuple[pa.Table, Mapping[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = sorted((folder.root / "quarantine").glob("*.parquet"))
    if not found:
        return pa.table({"row": pa.array([], pa.int64()), "reason": pa.array([], pa.string())}), {}
    parts = [pq.read_table(path) for path in found]
    return pa.concat_tables(parts, promote_options="default"), {}


def csv_text(table: pa.Table) -> str:
    """A table as CSV whose cells no spreadsheet runs, for an answer that is no file."""
    from lifelong import export

    return export.csv_text(table)
