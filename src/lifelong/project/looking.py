"""The verbs that look at the data without computing values: status, check, merges, rebuild."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lifelong.errors import AccessError, did_you_mean
from lifelong.phrases import phrase
from lifelong.project import enrolling, spending, touching
from lifelong.project.answers import Check, Merges, Status
from lifelong.store import files, spent, subscribed, touched
from lifelong.units import Money, date_of

if TYPE_CHECKING:
    import pyarrow as pa

    from lifelong.project.folder import Folder
    from lifelong.store.beside import Table
    from lifelong.values import ImportReport, SpendReport

_CONTENTS = """
    SELECT count(*), count(DISTINCT customer_id), min(day), max(day), sum(revenue)::bigint,
        (coalesce(sum(hash(order_id, customer_id, day, revenue, refund, is_order)::hugeint), 0) % 18446744073709551557)
    FROM read_parquet($orders)
"""


def status(folder: Folder) -> Status:
    """What the project holds, without computing anything new."""
    folder.require()
    manifest = folder.landing.read()
    facts: dict[str, Any] = {
        "project": str(folder.root.resolve()),
        "name": folder.config().name,
        "currency": folder.currency,
        "batches": len(manifest.every),
        "rows": sum(b.rows for b in manifest.every),
        "state": manifest.state,
    }
    enrolled = subscribed.find(folder.root, manifest)
    if enrolled is not None:
        facts |= _subscribed(enrolled)
    costs = spent.find(folder.root, manifest)
    if costs is not None:
        facts |= _spent(folder, costs)
    journeys = touched.find(folder.root, manifest)
    if journeys is not None:
        facts |= _touched(journeys)
    tables = folder.builder.find(manifest)
    if tables is not None and manifest.batches:
        facts |= contents(folder)
    saved = sorted(p.stem for p in (folder.root / "fits").glob("*.json"))
    return Status(facts | {"fits": ", ".join(saved) or "none yet"})


def _subscribed(made: Table[ImportReport]) -> dict[str, Any]:
    """How many subscriptions count, and the content hash of their table."""
    import pyarrow.parquet as pq

    rows = pq.read_table(made.rows).drop_columns(["row"])
    return {"subscriptions": len(rows), "subscribed": _content(rows)}


def _spent(folder: Folder, made: Table[SpendReport]) -> dict[str, Any]:
    """What was spent, and the content hash of its table."""
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    rows = pq.read_table(made.rows)
    return {"spend": str(Money(pc.sum(rows["cost"]).as_py() or 0, folder.currency)), "spent": _content(rows)}


def _touched(made: Table[ImportReport]) -> dict[str, Any]:
    """How many touches count, and the content hash of their table."""
    import pyarrow.parquet as pq

    rows = pq.read_table(made.rows)
    return {"touches": len(rows), "touched": _content(rows)}


def _content(rows: pa.Table) -> str:
    """A hash of rows, whatever their order."""
    import pyarrow as pa

    told = rows.sort_by([(name, "ascending") for name in rows.column_names]).combine_chunks()
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, told.schema) as stream:
        stream.write_table(told)
    return hashlib.sha256(sink.getvalue()).hexdigest()[:16]


def contents(folder: Folder) -> dict[str, Any]:
    """Counts, dates and the content hash of the orders: equal for equal files in any order of ingest."""
    _, tables = folder.tables()
    connection = folder.connect()
    told = connection.execute(_CONTENTS, {"orders": str(tables.orders.resolve())}).fetchone()
    connection.close()
    rows, customers, first, last, revenue, content = told or (0, 0, 0, 0, None, 0)
    return {
        "orders": rows,
        "customers": customers,
        "first_day": date_of(first).isoformat(),
        "last_day": date_of(last).isoformat(),
        "revenue": str(Money(revenue, folder.currency)) if revenue is not None else "",
        "content": f"{content:016x}",
    }


def check(folder: Folder) -> Check:
    """All findings of all batches; every stored byte is held against its hash."""
    with folder.writing("check"):
        manifest = folder.landing.read()
        for batch in manifest.every:
            folder.landing.path(batch)
        own = [*enrolling.reports(folder), *touching.reports(folder)]
        reports: list[ImportReport | SpendReport] = [*own, *spending.reports(folder)]
        return Check(
            findings=tuple(finding for report in reports for finding in report.findings),
            batches=len(manifest.every),
            rows=sum(report.rows_in for report in reports),
            quarantined=sum(report.quarantined for report in reports),
            quarantine=str(folder.root / "quarantine"),
        )


def merges(folder: Folder) -> Merges:
    """Which customers were joined, and by which rule."""
    import pyarrow.parquet as pq

    folder.require()
    manifest, tables = folder.tables()
    rows = pq.read_table(tables.merges).sort_by([("customer_id", "ascending"), ("alias", "ascending")]).to_pylist()
    return Merges(tuple(rows), manifest.undone)


def undo_merge(folder: Folder, alias: str) -> Merges:
    """Take a customer out of the one that it was joined to; the tables are made again."""
    with folder.writing("identity undo"):
        known = [row["alias"] for row in merges(folder).rows]
        if alias not in known:
            raise AccessError(
                "E501",
                phrase("no customer {alias!r} was joined to another", alias=alias),
                where=phrase("alias {alias!r}", alias=alias),
                why=did_you_mean(alias, known) if known else "no customers were joined",
                fix="lifelong identity list",
            )
        manifest = folder.landing.read()
        apart = replace(manifest, undone=tuple(sorted({*manifest.undone, alias})))
        folder.builder.build(apart)
        folder.landing.commit(apart)
        folder.builder.sweep(apart)
        return merges(folder)


def rebuild(folder: Folder) -> Status:
    """Remove everything that was made from the landing, and make it again; the hash of before stands beside that of now."""
    with folder.writing("rebuild"):
        before = status(folder).facts.get("content", "")
        for name in ("cache", "quarantine"):
            if (folder.root / name).exists():
                files.remove(folder.root / name)
        manifest = folder.landing.read()
        if manifest.batches:
            folder.tables()
        if manifest.subscriptions:
            enrolling.table(folder, manifest)
        if manifest.spend:
            spending.table(folder, manifest)
        if manifest.touches:
            touching.table(folder, manifest)
        return Status({**status(folder).facts, **({"content_before": before} if before else {})})
