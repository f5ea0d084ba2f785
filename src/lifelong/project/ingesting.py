"""The verb `ingest`: a file in, an import report out, and the landing one batch richer, or nothing changed at all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.sources import files as source_files
from lifelong.store import files, privacy
from lifelong.store.landing import Batch
from lifelong.tables import quality
from lifelong.units import share
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from lifelong.config import Config
    from lifelong.project.folder import Folder
    from lifelong.sources.look import ReadPlan
    from lifelong.values import ImportReport


@dataclass(frozen=True, slots=True)
class Reading:
    """How a file is to be read, as far as the user says; the rest is seen from the file."""

    columns: Mapping[str, str]
    currency: str = ""
    rates: Mapping[str, str] | None = None
    timezone: str = ""
    keep: Sequence[str] = ()
    bad_share: str = ""


def ingest(folder: Folder, path: Path, reading: Reading) -> ImportReport:
    """Read a file into the landing. The report reconciles to the source to the cent, or nothing is stored."""
    config = folder.config()
    with folder.writing("ingest"):
        plan = _plan(folder, path, reading, config)
        manifest = folder.landing.read()
        batch_id = files.sha256(path)[:16]
        told = plan.as_dict()
        known = manifest.batch(batch_id)
        if known is not None and lasting(known.plan) == lasting(told):
            return already(folder.builder.build(manifest).reports()[batch_id])
        batch = land(folder, path, plan, batch_id, config)
        richer = manifest.with_batch(batch)
        before = {} if known is not None or not manifest.batches else folder.builder.build(manifest).reports()
        reports = folder.builder.build(richer).reports()
        report = reports[batch_id]
        quality.too_bad(report, share(reading.bad_share or config.bad_share, flag="--bad-share"))
        if report.kept == 0 and report.duplicates == 0:
            raise DataError(
                "E106",
                phrase("{name} holds no order", name=path.name),
                where=str(path),
                why="nothing could be kept of it",
                fix="look at the file, or name its columns: --column customer_id=...",
            )
        settle_currency(folder, report)
        folder.landing.commit(richer)
        folder.builder.sweep(richer)
        findings = (*plan.findings, *report.findings, *_overlap(before, reports))
        return replace(report, columns=dict(plan.columns), findings=findings)


def _plan(folder: Folder, path: Path, reading: Reading, config: Config) -> ReadPlan:
    there(path)
    folder.progress("looking at the file", 0, None)
    try:
        return planned(path, reading, config, folder.identity()["currency"])
    except DataError as problem:
        from lifelong.sources import ads, subscriptions

        if problem.code != "E102":
            raise
        fix, name = problem.fix, path.name
        if subscriptions.is_one(path):
            fix = phrase("it looks like a table of subscriptions:  lifelong ingest-subscriptions {name}", name=name)
        elif ads.is_one(path):
            fix = phrase("it looks like a report of spend:  lifelong spend {name}", name=name)
        raise DataError("E102", problem.what, where=problem.where, why=problem.why, fix=fix) from None


def planned(path: Path, reading: Reading, config: Config, currency: str = "") -> ReadPlan:
    """How the file is read: by what the user says, then the settings, then the currency of earlier files."""
    there(path)
    return source_files.plan(
        path,
        columns=reading.columns,
        currency=reading.currency or config.currency or currency,
        rates=reading.rates or {},
        timezone=reading.timezone or config.timezone,
        keep=tuple(reading.keep or config.keep),
    )


def there(path: Path) -> None:
    """Refuse where no file stands."""
    if not path.is_file():
        raise DataError(
            "E101",
            phrase("there is no file {name}", name=path.name),
            where=str(path),
            why="a folder or nothing stands there",
            fix="check the path",
        )


def land(folder: Folder, path: Path, plan: ReadPlan, batch_id: str, config: Config) -> Batch:
    """Extract the mapped columns into the landing folder; the file counts only once a manifest names it."""
    temporary = files.temporary_beside(folder.landing.folder / f"{batch_id}.parquet")
    try:
        rows = source_files.extract(
            plan, temporary, lambda done, total: folder.progress(phrase("reading {name}", name=path.name), done, total)
        )
        if config.pseudonyms:
            identity = folder.identity()
            privacy.new_key(identity["id"])
            folder.progress("replacing names by pseudonyms", 0, rows)
            privacy.hide(temporary, privacy.read_key(identity["id"]))
        name, digest = folder.landing.adopt(temporary)
    finally:
        temporary.unlink(missing_ok=True)
    return Batch(batch_id, path.name, name, digest, rows, plan.as_dict())


def lasting(plan: Mapping[str, Any]) -> dict[str, Any]:
    """A plan without the day on which it was made, which only says what is in the future."""
    return {**plan, "rules": {**plan["rules"], "today": None}}


def already(report: ImportReport) -> ImportReport:
    """The report of a file that was ingested before."""
    note = Finding(
        "D190",
        phrase("{source} was ingested before; nothing was changed", source=report.source),
        "info",
        {"batch": report.batch},
    )
    return replace(report, findings=(note, *report.findings))


def _overlap(before: Mapping[str, ImportReport], after: Mapping[str, ImportReport]) -> tuple[Finding, ...]:
    """Rows of earlier files that the new one says again, or says in a newer version: they count once."""
    rows = sum(after[name].duplicates - told.duplicates for name, told in before.items())
    if not rows:
        return ()
    return (
        Finding(
            "D191",
            phrase("{rows:,} rows of earlier files stand in this one too and count once", rows=rows),
            "info",
            {"rows": rows},
        ),
    )


def settle_currency(folder: Folder, report: ImportReport, fix: str = "") -> None:
    """The first file with amounts decides the project's currency; a second one must agree."""
    identity = folder.identity()
    if report.money_in is None or not report.currency or identity["currency"] == report.currency:
        return
    if identity["currency"]:
        raise DataError(
            "E105",
            phrase(
                "{source} is in {currency}, the project in {currency_2}",
                source=report.source,
                currency=report.currency,
                currency_2=identity["currency"],
            ),
            where=report.source,
            why="amounts of two currencies cannot be added",
            fix=fix
            or phrase(
                "give the rate, such as --rate {currency}=0.92, or make a project of its own", currency=report.currency
            ),
        )
    folder.save_identity({**identity, "currency": report.currency})
