"""The verb `spend`: a report of advertising spend in, an import report out; and the table that other verbs read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.project import ingesting, touching
from lifelong.sources import ads
from lifelong.store import files, spent
from lifelong.tables import spend_report
from lifelong.units import Money, date_of, day_of, share
from lifelong.values import Finding
from lifelong.values.spend_totals import ChannelSpend, SpendTotals

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    import pyarrow as pa

    from lifelong.project.folder import Folder
    from lifelong.store.beside import Table
    from lifelong.store.landing import Manifest
    from lifelong.values.spend_report import SpendReport


def ingest(folder: Folder, path: Path, asked: ads.Reading) -> SpendReport:
    """Read a report of spend into the landing. The report reconciles to the file to the cent, or nothing is stored."""
    config = folder.config()
    with folder.writing("spend"):
        ingesting.there(path)
        folder.progress("looking at the file", 0, None)
        plan = ads.plan(path, asked, config.currency or folder.identity()["currency"], config.timezone)
        plan = replace(plan, told=replace(plan.told, aliases=touching.parsed(config.aliases)))
        words = plan.reading.as_dict() | {"told": plan.told.as_dict()}
        manifest, batch_id = folder.landing.read(), f"spend-{files.sha256(path)[:16]}"
        known = manifest.batch(batch_id)
        if known is not None and ingesting.lasting(known.plan) == ingesting.lasting(words):
            report = table(folder, manifest).reports()[batch_id]
            return _told(replace(report, findings=(_again(report), *report.findings)), plan)
        batch = replace(ingesting.land(folder, path, plan.reading, batch_id, config), plan=words)
        richer = manifest.with_spend(batch)
        reports = table(folder, richer).reports()
        report = reports[batch_id]
        spend_report.refuse(report, share(asked.bad_share or config.bad_share, flag="--bad-share"))
        _settle(folder, report)
        before = table(folder, manifest).reports() if manifest.spend and known is None else {}
        folder.landing.commit(richer)
        folder.builder.sweep(richer)
        found = (*plan.reading.findings, *_anew(before, reports), *report.findings)
        return _told(replace(report, findings=found), plan)


def _told(report: SpendReport, plan: ads.SpendPlan) -> SpendReport:
    columns = {ours: theirs for ours, theirs in plan.reading.columns.items() if ours != "label"}
    return replace(report, columns=columns, unread=plan.unread)


def _again(report: SpendReport) -> Finding:
    return Finding(
        "D190",
        phrase("{source} was ingested before; nothing was changed", source=report.source),
        "info",
        {"batch": report.batch},
    )


def _settle(folder: Folder, report: SpendReport) -> None:
    """The first file with amounts decides the project's currency; spend is in it already, or by a rate."""
    identity = folder.identity()
    if not identity["currency"] and report.currency:
        folder.save_identity({**identity, "currency": report.currency})


def _anew(before: Mapping[str, SpendReport], after: Mapping[str, SpendReport]) -> list[Finding]:
    """What the new file tells again of earlier ones; and days of a platform of which two files name different campaigns."""
    rows = sum(after[name].rows["older"] - told.rows["older"] for name, told in before.items())
    cost = sum(after[name].cost["older"] - told.cost["older"] for name, told in before.items())
    if not rows and not cost:
        return []
    currency = next(iter(after.values())).currency
    text = phrase(
        "{rows:,} rows of earlier files are told anew; the new file's hold, and {cost} of the "
        "earlier ones no longer count",
        rows=rows,
        cost=_money(cost, currency),
    )
    return [Finding("F365", text, "info", {"rows": rows, "cost": cost})]


def _money(minor: int, currency: str) -> str:
    return (
        Money(minor, currency or "XXX").said()
        if currency
        else phrase("{amount:,.2f}", amount=Money(minor, "XXX").amount)
    )


def table(folder: Folder, manifest: Manifest) -> Table[SpendReport]:
    """The manifest's table of spend, made where it is missing."""
    return spent.build(folder.root, folder.landing, manifest, folder.progress)


def reports(folder: Folder) -> list[SpendReport]:
    """The import reports of all files of spend."""
    manifest = folder.landing.read()
    return list(table(folder, manifest).reports().values()) if manifest.spend else []


def spend_table(folder: Folder) -> pa.Table:
    """The project's spend, ``schema.SPEND``: a row a day, channel and campaign, costs in the project's minor units.

    Raises:
        DataError: E367, where no report of spend was ingested.
    """
    import pyarrow.parquet as pq

    manifest = folder.landing.read()
    if not manifest.spend:
        raise DataError(
            "E367",
            "the project holds no spend",
            where=str(folder.root),
            why="no report of it was ingested",
            fix="lifelong spend FILE",
        )
    with pq.ParquetFile(table(folder, manifest).rows) as file:
        return file.read()


def overview(folder: Folder, first: str, last: str) -> SpendTotals:
    """What was spent in each channel and for which purpose, over a range of days."""
    folder.require()
    begin, end = day_of(first) if first else None, day_of(last) if last else None
    rows = [
        row
        for row in spend_table(folder).to_pylist()
        if (begin is None or row["day"] >= begin) and (end is None or row["day"] <= end)
    ]
    if not rows:
        raise DataError(
            "E367",
            "no spend lies in these days",
            where=phrase("--from {first} --to {last}", first=first or "...", last=last or "..."),
            why="there is none to add up",
            fix="take other days; without them all spend is shown",
        )
    parts: dict[tuple[str, str], ChannelSpend] = {}
    for row in rows:
        key = (row["channel"], row["purpose"])
        parts[key] = parts.get(key, ChannelSpend(*key)).plus(row)
    ordered = sorted(parts.values(), key=lambda part: (-part.cost, part.channel, part.purpose))
    days = [row["day"] for row in rows]
    return SpendTotals(
        date_of(min(days)).isoformat(),
        date_of(max(days)).isoformat(),
        folder.currency,
        sum(row["cost"] for row in rows),
        tuple(ordered),
    )
