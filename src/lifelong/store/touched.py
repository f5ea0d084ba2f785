"""From the landing to the table of touches: one row a touch that counts, a report a file, and quarantine.

A cache as the table of subscriptions is: see :mod:`lifelong.store.beside`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

from lifelong import schema
from lifelong.store import beside, files
from lifelong.store.build import REPORTS
from lifelong.store.engine import InMemory
from lifelong.tables import touch_report
from lifelong.tables.clean import Rules
from lifelong.tables.touches import once, rows
from lifelong.values import Finding, ImportReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lifelong.store.landing import Landing, Manifest


@dataclass(frozen=True, slots=True)
class Touched:
    """The files of one built state."""

    folder: Path

    @property
    def rows(self) -> Path:
        """One row a touch that counts: ``schema.TOUCHES``."""
        return self.folder / "touches.parquet"

    def reports(self) -> dict[str, ImportReport]:
        """The import report of each batch, by batch id."""
        told = files.read_sealed(self.folder / "reports.json", REPORTS)
        return {
            name: ImportReport(**{**r, "findings": tuple(Finding(**f) for f in r["findings"])})
            for name, r in told.items()
        }


def build(
    root: Path, landing: Landing, manifest: Manifest, progress: Callable[[str, int, int | None], None]
) -> Touched:
    """The table of this manifest's touches, made if it is not there."""
    found = find(root, manifest)
    if found is not None:
        return found
    progress("checking touches", 0, sum(batch.rows for batch in manifest.touches))
    place = _place(root, manifest)
    beside.made(place, lambda folder: _fill(root, landing, manifest, Touched(folder)))
    return Touched(place)


def find(root: Path, manifest: Manifest) -> Touched | None:
    """The table of this manifest's touches, if it is there."""
    place = _place(root, manifest)
    return Touched(place) if manifest.touches and place.is_dir() else None


def _place(root: Path, manifest: Manifest) -> Path:
    return root / "cache" / manifest.touched


def _fill(root: Path, landing: Landing, manifest: Manifest, made: Touched) -> None:
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
    work.write(kept.select(schema.names(schema.TOUCHES)).to_native(), made.rows)
    reports = {
        batch.id: touch_report.report(
            told[place], kept.filter(nw.col("batch") == place), source=batch.source, batch=batch.id
        ).as_dict()
        for place, batch in enumerate(manifest.touches)
    }
    files.write_sealed(made.folder / "reports.json", REPORTS, reports)
