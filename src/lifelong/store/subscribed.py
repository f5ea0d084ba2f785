"""From the landing to the table of subscriptions: one row a subscription that counts, a report a file, and quarantine.

A cache as the tables of orders are: made in a temporary folder, moved into place whole, made again by ``rebuild``. Such
tables are small beside orders, so that they are worked on in memory.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong import schema
from lifelong.store import beside, files
from lifelong.store.build import REPORTS
from lifelong.store.engine import InMemory
from lifelong.tables import subscription_report
from lifelong.tables.clean import Rules
from lifelong.tables.subscription_versions import versions
from lifelong.values import Finding, ImportReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lifelong.store.landing import Landing, Manifest


@dataclass(frozen=True, slots=True)
class Subscribed:
    """The files of one built state."""

    folder: Path

    @property
    def rows(self) -> Path:
        """One row a subscription that counts: ``schema.SUBSCRIPTIONS``, without a reason."""
        return self.folder / "subscriptions.parquet"

    def reports(self) -> dict[str, ImportReport]:
        """The import report of each batch, by batch id."""
        told = files.read_sealed(self.folder / "reports.json", REPORTS)
        return {
            name: ImportReport(**{**r, "findings": tuple(Finding(**f) for f in r["findings"])})
            for name, r in told.items()
        }


def build(
    root: Path, landing: Landing, manifest: Manifest, progress: Callable[[str, int, int | None], None]
) -> Subscribed:
    """The table of this manifest's subscriptions, made if it is not there."""
    found = find(root, manifest)
    if found is not None:
        return found
    progress("checking subscriptions", 0, sum(batch.rows for batch in manifest.subscriptions))
    place = _place(root, manifest)
    beside.made(place, lambda folder: _fill(root, landing, manifest, Subscribed(folder)))
    return Subscribed(place)


def find(root: Path, manifest: Manifest) -> Subscribed | None:
    """The table of this manifest's subscriptions, if it is there."""
    place = _place(root, manifest)
    return Subscribed(place) if manifest.subscriptions and place.is_dir() else None


def _place(root: Path, manifest: Manifest) -> Path:
    return root / "cache" / manifest.subscribed


def _fill(root: Path, landing: Landing, manifest: Manifest, made: Subscribed) -> None:
    work = InMemory()
    raw = [work.raw(landing.path(batch)) for batch in manifest.subscriptions]
    rules = [Rules.from_dict(batch.plan["rules"]) for batch in manifest.subscriptions]
    periods = [str(batch.plan.get("period", "")) for batch in manifest.subscriptions]
    told = versions(list(zip(raw, rules, periods, strict=True)))
    kept = told.filter(nw.col("reason").is_null() & nw.col("repeats").is_null())
    work.write(kept.select(schema.names(schema.SUBSCRIPTIONS)).to_native(), made.rows)
    reports: dict[str, Any] = {}
    for place, batch in enumerate(manifest.subscriptions):
        own = told.filter(nw.col("batch") == place)
        report = subscription_report.report(own, rules[place].currency, source=batch.source, batch=batch.id)
        reports[batch.id] = report.as_dict()
        if report.quarantined:
            bad = own.filter(~nw.col("reason").is_null() & nw.col("repeats").is_null()).select("row", "reason")
            beside.quarantine(root, batch, raw[place], bad)
    files.write_sealed(made.folder / "reports.json", REPORTS, reports)
