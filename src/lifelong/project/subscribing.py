"""The verb `subscriptions`: one table of subscriptions in, curves, values and what a point of retention is worth out."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifelong.config import Config
from lifelong.errors import ConfigError, DataError, did_you_mean
from lifelong.phrases import phrase
from lifelong.project import contracts
from lifelong.project.folder import NO_CURRENCY
from lifelong.units import date_of, day_of, share
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from lifelong.judge.contracts import Chosen
    from lifelong.project.asked import Question
    from lifelong.project.contracts import Group
    from lifelong.project.folder import Progress
    from lifelong.score.book import Book
    from lifelong.score.payments import Subscribers
    from lifelong.score.retention import RetentionEffect
    from lifelong.score.terms import Terms
    from lifelong.sources.look import ReadPlan
    from lifelong.values import Fit, Scores, Tenures

#: The change of retention that is asked about: one point.
POINT = 0.01


@dataclass(frozen=True, slots=True)
class Asked:
    """How a table is read and what is asked of it, as far as the user says."""

    columns: Mapping[str, str] = field(default_factory=dict)
    currency: str = ""
    timezone: str = ""
    period: str = ""
    bad_share: str = ""
    until: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Subscriptions:
    """What a table of subscriptions says: the reading, each period's curves, everybody's value, a point of retention.

    Attributes:
        source: the file's name.
        rows: how many it has.
        set_aside: how many of them for which reason.
        states: customers by what they are now: here, paused, leaving, lost.
        groups: a group a period, the commonest first.
        scores: a row a customer, in the table of all scores.
        effects: what one point of retention more, and one less, changes.
        path: the file that the scores were written to, if any.
    """

    source: str
    rows: int
    set_aside: Mapping[str, int]
    states: Mapping[str, int]
    groups: tuple[Group, ...]
    scores: Scores
    effects: tuple[RetentionEffect, ...]
    findings: tuple[Finding, ...]
    path: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `subscriptions`."""
        return {
            "source": self.source,
            "rows": self.rows,
            "set_aside": dict(self.set_aside),
            "states": dict(self.states),
            "groups": [g.as_dict() for g in self.groups],
            "scores": self.scores.as_dict(),
            "effects": [e.as_dict() for e in self.effects],
            "findings": [f.as_dict() for f in self.findings],
            "path": self.path,
        }

    def __str__(self) -> str:
        told = ", ".join(f"{count:,} {state}" for state, count in self.states.items())
        head = f"{self.source}: {self.rows:,} rows, {sum(self.set_aside.values()):,} set aside; customers: {told}"
        parts = [head, *map(str, self.groups), str(self.scores), "\n".join(map(str, self.effects))]
        parts.append("\n".join(f"  {f.severity:<8} {f}" for f in self.findings))
        if self.path:
            parts.append(f"a row a customer: {self.path}")
        return "\n\n".join(part for part in parts if part)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """A cleaned table of subscriptions, whether it was read from a file or kept by a project.

    Attributes:
        source: what it is called.
        rows: ``schema.SUBSCRIPTIONS``.
        size: how many rows were sent.
        set_aside: how many of them for which reason.
        currency: of the prices.
        today: the last day that is not in the future.
        findings: what to know of the rows.
    """

    source: str
    rows: pa.Table
    size: int
    set_aside: Mapping[str, int]
    currency: str
    today: int
    findings: tuple[Finding, ...]


def subscriptions(file: Path, asked: Asked, question: Question, out: Path | None, progress: Progress) -> Subscriptions:
    """Read a table of subscriptions and value everybody in it; nothing is stored but ``out``."""
    known(asked)
    progress("reading the table", 0, None)
    made = valued(_read(file, asked), asked, question, progress)
    return replace(made, path=str(written(made.scores, out))) if out else made


def valued(table: Known, asked: Asked, question: Question, progress: Progress) -> Subscriptions:
    """Curves, values and what a point of retention is worth, of a table as of a day."""
    from lifelong.score import Terms
    from lifelong.score.book import book_scores

    if question.level == "contribution":
        raise no_costs(table.source)
    now, told, until = _learnt(table, asked, progress)
    groups = tuple(contracts.group(*one) for one in told)
    book = contracts.book_of(now, table.currency)
    fits = contracts.fits_of([(period, chosen) for period, chosen, _ in told])
    error = contracts.error_of(told[0][1].fit)
    terms = Terms(question.horizon, question.margin, question.discount, table.currency, error)
    progress("valuing every customer", 0, len(now))
    scores = book_scores(fits, book, terms, as_of=date_of(until).isoformat())
    effects, missing = point_of_retention(fits, book, terms)
    states = _states(now)
    found = (*table.findings, *_told(states, asked.until, until), *(f for g in groups for f in g.findings), *missing)
    return Subscriptions(
        table.source, table.size, table.set_aside, states, groups, scores, effects, (*found, *scores.findings)
    )


def _learnt(table: Known, asked: Asked, progress: Progress) -> tuple[pa.Table, list[tuple[str, Chosen, Tenures]], int]:
    """The tenures as of a day, a model for each period, and the day."""
    import narwhals as nw

    from lifelong.tables.subscriptions import last_day, paying, tenures

    if not len(nw.from_native(table.rows).filter(paying()).head(1)):
        raise _nobody(table.source)
    until = day_of(asked.until) if asked.until else last_day(table.rows, table.today)

    def at(day: int) -> pa.Table:
        return nw.from_native(tenures(table.rows, day)).to_arrow()

    progress("fitting each period's models", 0, None)
    now = at(until)
    _some(now, until, table.source)
    told = [(period, *contracts.learnt(period, now, at, until, asked.model)) for period in contracts.periods_of(now)]
    return now, told, until


def subscribers(table: Known, until: str, progress: Progress) -> tuple[Subscribers, int]:
    """Who pays and who joined of late, as of a day; by default the last on which anything happened; and that day."""
    now, told, day = _learnt(table, Asked(until=until), progress)
    fits = contracts.fits_of([(period, chosen) for period, chosen, _ in told])
    book = contracts.book_of(now, table.currency)
    return contracts.subscribers(now, fits, book, day, table.currency), day


def point_of_retention(
    fits: Mapping[str, Fit], book: Book, terms: Terms
) -> tuple[tuple[RetentionEffect, ...], tuple[Finding, ...]]:
    """What one point more and one point less are worth; a finding where that is not to be had."""
    from lifelong.score.retention import retention_effect

    made, told = [], []
    for points in (POINT, -POINT) if book.periods else ():
        try:
            made.append(retention_effect(fits, book, terms, points))
        except ConfigError as problem:
            told.append(
                Finding("F289", phrase("what retention is worth is not told: {what}", what=problem.what), "info")
            )
    return tuple(made), tuple(told)


def known(asked: Asked) -> None:
    """Refuse a model or a period that there is not."""
    from lifelong.tables.periods import NAMES

    contracts.named(asked.model)
    if asked.period and asked.period not in NAMES:
        raise ConfigError(
            "E302", phrase("there is no period {period!r}", period=asked.period), where="--period", why=did_you_mean(asked.period, NAMES),
            fix=phrase("take one of {names}", names=", ".join(NAMES)),
        )  # fmt: skip


def planned(file: Path, asked: Asked, scratch: Path) -> ReadPlan:
    """How a table is read; Stripe's own objects are told as a table in the scratch folder first."""
    from lifelong.sources import stripe, subscriptions

    path = stripe.told(file, scratch / file.name) if stripe.is_export(file) else file
    return subscriptions.plan(
        path, columns=asked.columns, currency=asked.currency, timezone=asked.timezone or Config().timezone,
        has_period=bool(asked.period),
    )  # fmt: skip


def _read(file: Path, asked: Asked) -> Known:
    """A file's rows as they are cleaned, where not too many of them are bad."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from lifelong.sources import files
    from lifelong.tables import subscription_report, subscription_rows, subscription_status

    with tempfile.TemporaryDirectory(prefix="lifelong-") as scratch:
        plan = planned(file, asked, Path(scratch))
        path = Path(scratch) / "rows.parquet"
        files.extract(plan, path)
        raw = pq.read_table(path, memory_map=False)
    if "row" not in raw.column_names:
        raw = raw.append_column("row", pa.array(range(1, len(raw) + 1), pa.int64()))
    rows = subscription_rows.rows(raw, plan.rules, asked.period)
    allowed = share(asked.bad_share or Config().bad_share, flag="--bad-share")
    set_aside = subscription_rows.too_bad(rows, allowed, file.name)
    counts = subscription_report.counts(rows)
    found = (*subscription_report.set_aside(set_aside), *subscription_status.findings(counts))
    return Known(file.name, rows, len(raw), set_aside, plan.rules.currency or NO_CURRENCY, plan.rules.today, found)


def no_costs(source: str) -> DataError:
    """The error where contribution is asked of a table of subscriptions."""
    return DataError(
        "E368", "what a payment of a subscription costs is not known", where=source,
        why="a table of subscriptions says prices, and variable costs are those of orders",
        fix="value it at gross margin:  --margin 60%",
    )  # fmt: skip


def _nobody(source: str) -> DataError:
    return DataError(
        "E229", "nobody in the table pays, or has paid", where=source, why="trials and first payments to come are no customers",
        fix="look at its statuses, or name another column:  --column status=NAME",
    )  # fmt: skip


def _some(table: pa.Table, until: int, source: str) -> None:
    if not len(table):
        raise DataError(
            "E229", phrase("no subscription had begun by {until}", until=date_of(until).isoformat()), where=source,
            why="only what was seen by that day counts", fix="give a later day:  --until DATE",
        )  # fmt: skip


def _states(table: pa.Table) -> dict[str, int]:
    """Customers by the state of their latest tenure."""
    latest = dict(
        zip(*(table.sort_by("start")[name].to_pylist() for name in ("customer_id", "state")), strict=True)
    )  # a later one goes over an earlier one
    states = list(latest.values())
    return {state: states.count(state) for state in ("here", "paused", "leaving", "lost") if state in states}


def _told(states: Mapping[str, int], said: str, until: int) -> list[Finding]:
    found = []
    if not said:
        text = phrase(
            "seen as of {until}, the last day on which anything happened; --until names another",
            until=date_of(until).isoformat(),
        )
        found.append(Finding("F287", text, "info"))
    if "leaving" in states:
        text = phrase(
            "{leaving:,} customers leave on a day that is known, or soon: nothing more is expected of them",
            leaving=states["leaving"],
        )
        found.append(Finding("F284", text, "info"))
    return found


def written(scores: Scores, out: Path) -> Path:
    """Write a row a customer, with what the numbers mean beside each."""
    from lifelong import export

    beside = {name: getattr(scores, name) for name in ("as_of", "horizon", "currency", "definition")}
    return export.write(scores.table, out, beside=beside | {"model_version": scores.model})
