"""From the landing to the table of touches: one row a touch that counts, a report a file, and quarantine.

A cache as the table of subscriptions is: see :mod:`lifelong.store.beside`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw

from lifelong import schema
from lifelong.store import beside
from lifelong.store.build import import_report
from lifelong.store.engine import InMemory
from lifelong.tables import touch_report
from lifelong.tables.clean import Rules
from lifelong.tables.touches import once, rows

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.store.landing import Landing, Manifest
    from lifelong.values import ImportReport


def _fill(root: Path, landing: Landing, manifest: Manifest, made: beside.Table[ImportReport]) -> None:
    work = InMemory()
    told = []
    for place, batch in enumerate(manifest.touches):
        raw = work.raw(landing.path(batch))
        aliases = dict(batch.plan["aliases"])
        own = nw.from_native(rows(raw, Rules.from_dict(batch.plan["rules"]), aliases))
        bad = own.filter(~nw.col("reason").is_null()).select("row", "reason")
        if len(bad):
            beside.quarantine(root, batch, raw, bad)
        told.append(own.with_columns(batch=nw.lit(place).cast(nw.Int64)))
    every = nw.concat(told)
    kept = once(every.filter(nw.col("reason").is_null()))
    rows_kept = kept.select(schema.names(schema.TOUCHES)).to_native()
    reports = {
        batch.id: touch_report.report(
            told[place], kept.filter(nw.col("batch") == place), source=batch.source, batch=batch.id
        ).as_dict()
        for place, batch in enumerate(manifest.touches)
    }
    made.write(rows_kept, reports)


#: The table of touches: ``schema.TOUCHES``.
KIND = beside.Kind("touches", "touched", _fill, import_report)
build, find = KIND.build, KIND.find
