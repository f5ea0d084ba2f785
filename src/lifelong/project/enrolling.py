"""Subscriptions that a project keeps: a file of them in, an import report out; and the table that the verbs value."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from lifelong.errors import ConfigError, DataError
from lifelong.phrases import phrase
from lifelong.project import asked as asking
from lifelong.project import ingesting, renewing, runs, subscribing
from lifelong.store import files, subscribed
from lifelong.units import date_of, day_of, share
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from lifelong.project.asked import Question
    from lifelong.project.folder import Folder
    from lifelong.project.subscribing import Asked, Known, Subscriptions
    from lifelong.score.payments import Subscribers
    from lifelong.store.beside import Table
    from lifelong.store.landing import Manifest
    from lifelong.values import Fit, ImportReport, Scores

#: A table whose last event lies so many days before the day of the scores is told of.
STALE = 31


def ingest(folder: Folder, path: Path, asked: Asked) -> ImportReport:
    """Read a table of subscriptions into the landing. The report reconciles to the file, or nothing is stored."""
    from lifelong.tables import subscription_rows

    subscribing.known(asked)
    config = folder.config()
    with folder.writing("ingest-subscriptions"), tempfile.TemporaryDirectory(prefix="lifelong-") as scratch:
        ingesting.there(path)
        folder.progress("looking at the file", 0, None)
        home = asked.currency or config.currency or folder.identity()["currency"]
        told = replace(asked, currency=home, timezone=asked.timezone or config.timezone)
        plan = subscribing.planned(path, told, Path(scratch))
        words = plan.as_dict() | {"period": asked.period}
        manifest, batch_id = folder.landing.read(), f"subscriptions-{files.sha256(path)[:16]}"
        known = manifest.batch(batch_id)
        if known is not None and ingesting.lasting(known.plan) == ingesting.lasting(words):
            return ingesting.already(table(folder, manifest).reports()[batch_id])
        batch = replace(ingesting.land(folder, path, plan, batch_id, config), plan=words)
        richer = manifest.with_subscriptions(batch)
        report = table(folder, richer).reports()[batch_id]
        bad, allowed = report.details, share(asked.bad_share or config.bad_share, flag="--bad-share")
        subscription_rows.refuse(bad["reasons"], bad["rows"], report.rows_in, allowed, path.name)
        ingesting.settle_currency(folder, report, "value it by itself:  lifelong subscriptions FILE")
        folder.landing.commit(richer)
        folder.builder.sweep(richer)
        return replace(report, columns=dict(plan.columns), findings=(*plan.findings, *report.findings))


def table(folder: Folder, manifest: Manifest) -> Table[ImportReport]:
    """The manifest's table of subscriptions, made where it is missing."""
    return subscribed.build(folder.root, folder.landing, manifest, folder.progress)


def reports(folder: Folder) -> list[ImportReport]:
    """The import reports of all files, of orders and of subscriptions."""
    manifest = folder.landing.read()
    told = list(folder.tables()[1].reports().values()) if manifest.batches or not manifest.every else []
    return told + (list(table(folder, manifest).reports().values()) if manifest.subscriptions else [])


def kept(folder: Folder, manifest: Manifest) -> Known:
    """The project's own table, with what its files' reports say.

    Raises:
        DataError: E172, where no file of subscriptions was ingested.
    """
    import pyarrow.parquet as pq

    if not manifest.subscriptions:
        raise DataError(
            "E172",
            "the project holds no subscriptions",
            where=str(folder.root),
            why="no file of them was ingested",
            fix="lifelong ingest-subscriptions FILE; or value a table by itself:  lifelong subscriptions FILE",
        )
    made = table(folder, manifest)
    reports = list(made.reports().values())
    set_aside: dict[str, int] = {}
    for report in reports:
        for reason, rows in report.details["reasons"].items():
            set_aside[reason] = set_aside.get(reason, 0) + rows
    today = max(int(batch.plan["rules"]["today"]) for batch in manifest.subscriptions)
    found = tuple(finding for report in reports for finding in report.findings)
    source = ", ".join(batch.source for batch in manifest.subscriptions)
    size = sum(report.rows_in for report in reports)
    return subscribing.Known(source, pq.read_table(made.rows), size, set_aside, folder.currency, today, found)


def subscriptions(folder: Folder, asked: Asked, question: Question, out: Path | None) -> Subscriptions:
    """Value the customers of the project's own table of subscriptions; the scores are kept as a run.

    Raises:
        ConfigError: E301, where it is told how a file is read, and none is.
    """
    subscribing.known(asked)
    if asked.columns or asked.currency or asked.timezone or asked.period or asked.bad_share:
        raise ConfigError(
            "E301",
            "there is no file to read in this way",
            where="--column, --currency, --timezone, --period, --bad-share",
            why="the project's table was read when it was ingested",
            fix="name the FILE, or leave these out",
        )
    with folder.writing("subscriptions"):
        made = valued(folder, asked, question)
    return replace(made, path=str(subscribing.written(made.scores, out))) if out else made


@dataclass(frozen=True, slots=True)
class _Moment:
    """What names a run of subscribers alone: the day and the state of their table."""

    until: int
    state: str

    @property
    def stamp(self) -> str:
        """The name of a result."""
        return asking.stamp(self.until, self.state)


def valued(folder: Folder, asked: Asked, question: Question, *, is_latest: bool = True) -> Subscriptions:
    """Value the project's own table, and keep the scores as a run, with the fit of the commonest period beside them."""
    manifest = folder.landing.read()
    made = subscribing.valued(kept(folder, manifest), asked, question, folder.progress)
    moment = _Moment(day_of(made.scores.as_of), manifest.subscribed)
    scores = runs.keep(folder, moment, made.scores, made.groups[0].chosen.fit, question, is_latest=is_latest)
    return replace(made, scores=scores)


def no_costs(folder: Folder) -> DataError:
    """The error where contribution is asked of the project's own table."""
    return subscribing.no_costs(str(folder.root))


def is_alone(folder: Folder) -> bool:
    """Whether the project holds subscriptions and no order."""
    manifest = folder.landing.read()
    return bool(manifest.subscriptions) and not manifest.batches


def with_subscribers(folder: Folder, scores: Scores, made: Fit, question: Question) -> Scores:
    """Scores of buyers and of the subscribers whom the project keeps as one table, as of the same day.

    Raises:
        ConfigError: E173, where the two kinds do not mean the same by value.
    """
    from lifelong.score.together import BUYERS, SUBSCRIBERS, together

    manifest = folder.landing.read()
    if not manifest.subscriptions:
        return scores
    table, until = kept(folder, manifest), day_of(scores.as_of)
    told = subscribing.valued(table, subscribing.Asked(until=scores.as_of), question, folder.progress)
    if told.scores.definition != scores.definition:
        raise ConfigError(
            "E173",
            "the value of buyers and of subscribers does not mean the same here",
            where=phrase(
                "{definition}; and {scores_definition}",
                definition=scores.definition,
                scores_definition=told.scores.definition,
            ),
            why="a table of subscriptions says no costs, and orders without amounts no money: the two cannot be added",
            fix="give the share of revenue that is left:  --margin 60%",
        )
    own = replace(told.scores, table=_named(told.scores.table, scores.table, folder))
    whole = together(scores, own)
    groups = {**whole.groups, SUBSCRIBERS: told.scores.totals, BUYERS: scores.totals}
    found = (*told.findings, *_beside(table, until, made))
    seen = {(f.code, f.text): f for f in (*whole.findings, *found)}
    return replace(whole, groups=groups, findings=tuple(seen.values()))


def subscribers(folder: Folder, manifest: Manifest, until: str = "") -> tuple[Subscribers, int]:
    """Those of the project's own table, with each one's next payment and who joined of late; and the last day."""
    return subscribing.subscribers(kept(folder, manifest), until, folder.progress)


def _named(rows: pa.Table, buyers: pa.Table, folder: Folder) -> pa.Table:
    """Subscribers under the names that the orders' customers were joined to; who orders too keeps the orders' rhythm."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    _, tables = folder.tables()
    merges = pq.read_table(tables.merges)
    names = dict(zip(merges["alias"].to_pylist(), merges["customer_id"].to_pylist(), strict=True))
    own = pa.array([names.get(name, name) for name in rows["customer_id"].to_pylist()], pa.string())
    is_buyer = pc.is_in(own, value_set=buyers["customer_id"].combine_chunks())
    rhythm = pc.if_else(is_buyer, pa.scalar(None, pa.float64()), rows["rhythm_days"].combine_chunks())
    for name, column in (("customer_id", own), ("rhythm_days", rhythm)):
        rows = rows.set_column(rows.column_names.index(name), name, column)
    return rows


def _beside(table: Known, until: int, made: Fit) -> Sequence[Finding]:
    """What to know of a total of both kinds."""
    from lifelong.tables.subscriptions import last_day

    found, last = [], last_day(table.rows, table.today)
    if until - last > STALE:
        text = phrase(
            "nothing has happened to a subscription since {last}: whoever ran then is taken to run still",
            last=date_of(last).isoformat(),
        )
        found.append(Finding("D182", text))
    if renewing.is_contract(made.model):
        text = phrase(
            "the orders come by a calendar, and subscriptions are kept beside them: payments of these count twice if the orders hold them"
        )
        found.append(Finding("D183", text))
    return found
