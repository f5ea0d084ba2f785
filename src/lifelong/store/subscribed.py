"""From the landing to the table of subscriptions: one row a subscription that counts, a report a file, and quarantine.

A cache as the tables of orders are: made in a temporary folder, moved into place whole, made again by ``rebuild``. Such
tables are small beside orders, so that they are worked on in memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong import schema
from lifelong.store import beside
from lifelong.store.build import import_report
from lifelong.store.engine import InMemory
from lifelong.tables import subscription_report
from lifelong.tables.clean import Rules
from lifelong.tables.subscription_versions import versions

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.store.landing import Landing, Manifest
    from lifelong.values import ImportReport


def _fill(root: Path, landing: Landing, manifest: Manifest, made: beside.Table[ImportReport]) -> None:
    work = InMemory()
    raw = [work.raw(landing.path(batch)) for batch in manifest.subscriptions]
    rules = [Rules.from_dict(batch.plan["rules"]) for batch in manifest.subscriptions]
    periods = [str(batch.plan.get("period", "")) for batch in manifest.subscriptions]
    told = versions(list(zip(raw, rules, periods, strict=True)))
    kept = told.filter(nw.col("reason").is_null() & nw.col("repeats").is_null())
    rows_kept = kept.select(schema.names(schema.SUBSCRIPTIONS)).to_native()
    reports: dict[str, Any] = {}
    for place, batch in enumerate(manifest.subscriptions):
        own = told.filter(nw.col("batch") == place)
        report = subscription_report.report(own, rules[place].currency, source=batch.source, batch=batch.id)
        reports[batch.id] = report.as_dict()
        if report.quarantined:
            bad = own.filter(~nw.col("reason").is_null() & nw.col("repeats").is_null()).select("row", "reason")
            beside.quarantine(root, batch, raw[place], bad)
    made.write(rows_kept, reports)


#: The table of subscriptions: ``schema.SUBSCRIPTIONS``.
KIND = beside.Kind("subscriptions", "subscribed", _fill, import_report)
build, find = KIND.build, KIND.find
