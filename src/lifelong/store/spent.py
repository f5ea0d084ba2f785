"""From the landing to the table of spend: one row a day, channel and campaign, a report a file, and quarantine.

A cache as the table of subscriptions is: see :mod:`lifelong.store.beside`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong import schema
from lifelong.store import beside
from lifelong.store.engine import InMemory
from lifelong.tables import spend_days, spend_report, spend_rows
from lifelong.tables.clean import Rules
from lifelong.values import Finding
from lifelong.values.spend_report import SpendReport

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

    from lifelong.store.landing import Landing, Manifest


def _report(told: dict[str, Any]) -> SpendReport:
    findings = tuple(Finding.from_dict(f) for f in told["findings"])
    return SpendReport(**{**told, "unread": tuple(told["unread"]), "findings": findings})


def _fill(root: Path, landing: Landing, manifest: Manifest, made: beside.Table[SpendReport]) -> None:
    work = InMemory()
    raw = [work.raw(landing.path(batch)) for batch in manifest.spend]
    rules = [Rules.from_dict(batch.plan["rules"]) for batch in manifest.spend]
    told = [spend_rows.Told.from_dict(batch.plan["told"]) for batch in manifest.spend]
    rows = [spend_days.rows_of(spend_rows.cleaned(*each)) for each in zip(raw, rules, told, strict=True)]
    table, parts = spend_days.daily(rows)
    rows_kept = _table(table)
    reports: dict[str, Any] = {}
    for place, batch in enumerate(manifest.spend):
        names = (batch.source, batch.id)
        report = spend_report.report(rows[place], parts[place], rules[place].currency, told[place].origin, names)
        reports[batch.id] = report.as_dict()
        if report.quarantined:
            beside.quarantine(root, batch, raw[place], _bad(rows[place]))
    made.write(rows_kept, reports)


def _table(rows: Sequence[dict[str, Any]]) -> pa.Table:
    """Rows of ``schema.SPEND`` as a table of its types."""
    import pyarrow as pa

    kinds = {"text": pa.string(), "int32": pa.int32(), "int64": pa.int64(), "float64": pa.float64()}
    return pa.Table.from_pylist(list(rows), schema=pa.schema([(c.name, kinds[c.kind]) for c in schema.SPEND]))


def _bad(rows: Sequence[Any]) -> Any:
    """The numbers of the rows that could not be used, and why."""
    import pyarrow as pa

    told = [(row["row"], row["reason"]) for row in rows if row["reason"] not in {None, "total row"}]
    return nw.from_native(pa.table({"row": [n for n, _ in told], "reason": [r for _, r in told]}))


#: The table of spend: ``schema.SPEND``.
KIND = beside.Kind("spend", "spent", _fill, _report)
build, find = KIND.build, KIND.find
