"""From the landing to the table of spend: one row a day, channel and campaign, a report a file, and quarantine.

A cache as the table of subscriptions is: see :mod:`lifelong.store.beside`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong import schema
from lifelong.store import beside, files
from lifelong.store.build import REPORTS
from lifelong.store.engine import InMemory
from lifelong.tables import spend_days, spend_report, spend_rows
from lifelong.tables.clean import Rules
from lifelong.values import Finding
from lifelong.values.spend_report import SpendReport

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pyarrow as pa

    from lifelong.store.landing import Landing, Manifest


@dataclass(frozen=True, slots=True)
class Spent:
    """The files of one built state."""

    folder: Path

    @property
    def rows(self) -> Path:
        """One row a day, channel and campaign: ``schema.SPEND``."""
        return self.folder / "spend.parquet"

    def reports(self) -> dict[str, SpendReport]:
        """The report of each batch, by batch id."""
        told = files.read_sealed(self.folder / "reports.json", REPORTS)
        return {name: _report(r) for name, r in told.items()}


def _report(told: dict[str, Any]) -> SpendReport:
    findings = tuple(Finding(**f) for f in told["findings"])
    return SpendReport(**{**told, "unread": tuple(told["unread"]), "findings": findings})


def build(root: Path, landing: Landing, manifest: Manifest, progress: Callable[[str, int, int | None], None]) -> Spent:
    """The table of this manifest's spend, made if it is not there."""
    found = find(root, manifest)
    if found is not None:
        return found
    progress("checking spend", 0, sum(batch.rows for batch in manifest.spend))
    place = _place(root, manifest)
    beside.made(place, lambda folder: _fill(root, landing, manifest, Spent(folder)))
    return Spent(place)


def find(root: Path, manifest: Manifest) -> Spent | None:
    """The table of this manifest's spend, if it is there."""
    place = _place(root, manifest)
    return Spent(place) if manifest.spend and place.is_dir() else None


def _place(root: Path, manifest: Manifest) -> Path:
    return root / "cache" / manifest.spent


def _fill(root: Path, landing: Landing, manifest: Manifest, made: Spent) -> None:
    work = InMemory()
    raw = [work.raw(landing.path(batch)) for batch in manifest.spend]
    rules = [Rules.from_dict(batch.plan["rules"]) for batch in manifest.spend]
    told = [spend_rows.Told.from_dict(batch.plan["told"]) for batch in manifest.spend]
    rows = [spend_days.rows_of(spend_rows.cleaned(*each)) for each in zip(raw, rules, told, strict=True)]
    table, parts = spend_days.daily(rows)
    work.write(_table(table), made.rows)
    reports: dict[str, Any] = {}
    for place, batch in enumerate(manifest.spend):
        names = (batch.source, batch.id)
        report = spend_report.report(rows[place], parts[place], rules[place].currency, told[place].origin, names)
        reports[batch.id] = report.as_dict()
        if report.quarantined:
            beside.quarantine(root, batch, raw[place], _bad(rows[place]))
    files.write_sealed(made.folder / "reports.json", REPORTS, reports)


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
