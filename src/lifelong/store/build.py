"""From the landing to the tables that the verbs read: lines, duplicates, merges, orders, reports, quarantine.

All of it is a cache in ``cache/<state>/``, named for the manifest that it was made from. It is made in a temporary
folder and moved into place whole; it may be deleted at any time and ``rebuild`` makes it again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.store import engine, files
from lifelong.tables import clean, identity, quality
from lifelong.values import Finding, ImportReport

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lifelong.store.engine import Engine
    from lifelong.store.landing import Batch, Landing, Manifest

REPORTS = "lifelong-reports/1"
Progress = "Callable[[str, int, int | None], None]"


@dataclass(frozen=True, slots=True)
class Tables:
    """The files of one built state."""

    folder: Path

    @property
    def orders(self) -> Path:
        """One row an order: ``schema.ORDERS``."""
        return self.folder / "orders.parquet"

    @property
    def merges(self) -> Path:
        """Which customers were joined, and by which rule: alias, customer_id, rule."""
        return self.folder / "merges.parquet"

    def reports(self) -> dict[str, ImportReport]:
        """The import report of each batch, by batch id."""
        told = files.read_sealed(self.folder / "reports.json", REPORTS)
        return {
            name: ImportReport(**{**r, "findings": tuple(Finding(**f) for f in r["findings"])})
            for name, r in told.items()
        }


class Builder:
    """Builds the state of a manifest for one project folder."""

    def __init__(self, root: Path, landing: Landing, progress: Callable[[str, int, int | None], None]) -> None:
        self._root = root
        self._landing = landing
        self._progress = progress
        self._cache = root / "cache"

    def find(self, manifest: Manifest) -> Tables | None:
        """The tables of this manifest, if they are there."""
        tables = Tables(self._cache / manifest.state)
        return tables if tables.folder.is_dir() else None

    def build(self, manifest: Manifest) -> Tables:
        """The tables of this manifest, made if they are not there."""
        found = self.find(manifest)
        if found is not None:
            return found
        self._cache.mkdir(parents=True, exist_ok=True)
        final = self._cache / manifest.state
        temporary = files.temporary_beside(final)
        temporary.mkdir()
        work = engine.choose(self._root, sum(batch.rows for batch in manifest.batches))
        try:
            self._fill(Tables(temporary), manifest, work)
            work.close()
            files.sync(temporary)
            temporary.replace(final)
        finally:
            work.close()
            if temporary.exists():
                files.remove(temporary)
        return Tables(final)

    def sweep(self, manifest: Manifest) -> None:
        """Remove caches of other states and what killed processes left."""
        if not self._cache.is_dir():
            return
        keep = {manifest.state, "lines"}
        wanted = {_lines_name(batch) for batch in manifest.batches}
        for entry in self._cache.iterdir():
            if entry.name not in keep:
                files.remove(entry)
        for lines in (self._cache / "lines").glob("*"):
            if lines.name not in wanted:
                files.remove(lines)
        for left in (self._root / "quarantine").glob("*.parquet"):
            if manifest.batch(left.stem) is None:
                files.remove(left)

    def _fill(self, tables: Tables, manifest: Manifest, work: Engine) -> None:
        if not manifest.batches:
            files.write_sealed(tables.folder / "reports.json", REPORTS, {})
            return
        parts = [self._lines(batch, work) for batch in manifest.batches]
        marked_path = tables.folder / "lines.parquet"
        self._progress("finding duplicates", 0, None)
        everything = work.scan(parts)
        work.write(clean.duplicates(everything), marked_path)
        marked = work.scan([marked_path])
        self._progress("joining guests to accounts", 0, None)
        kept = nw.from_native(marked).filter(nw.col("reason").is_null() & ~nw.col("duplicate")).to_native()
        work.write(identity.merges(kept, undone=manifest.undone), tables.merges)
        merges = work.scan([tables.merges])
        self._progress("writing orders", 0, None)
        work.write(clean.orders(kept, merges), tables.orders)
        told: dict[str, Any] = {}
        for batch in manifest.batches:
            told[batch.id] = self._report(batch, marked, work).as_dict()
        files.write_sealed(tables.folder / "reports.json", REPORTS, told)
        marked_path.unlink()

    def _lines(self, batch: Batch, work: Engine) -> Path:
        """The batch's cleaned lines, made once for its content and rules."""
        path = self._cache / "lines" / _lines_name(batch)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._progress(f"checking {batch.source}", 0, batch.rows)
            raw = work.scan([self._landing.path(batch)])
            lines = clean.lines(raw, clean.Rules.from_dict(batch.plan["rules"]))
            temporary = files.temporary_beside(path)
            work.write(nw.from_native(lines).with_columns(batch=nw.lit(batch.label)).to_native(), temporary)
            files.put(temporary, path)
            self._progress(f"checking {batch.source}", batch.rows, batch.rows)
        return path

    def _report(self, batch: Batch, marked: Any, work: Engine) -> ImportReport:
        own = nw.from_native(marked).filter(nw.col("batch") == batch.label).to_native()
        report = quality.report(own, clean.Rules.from_dict(batch.plan["rules"]), source=batch.source, batch=batch.id)
        if report.quarantined:
            self._quarantine(batch, own, work)
        return report

    def _quarantine(self, batch: Batch, own: Any, work: Engine) -> None:
        """Bad rows as they were sent, each with its reason: quarantine/<batch>.parquet."""
        folder = self._root / "quarantine"
        folder.mkdir(exist_ok=True)
        raw = nw.from_native(work.scan([self._landing.path(batch)]))
        bad = nw.from_native(own).filter(~nw.col("reason").is_null() & ~nw.col("duplicate")).select("row", "reason")
        path = folder / f"{batch.id}.parquet"
        temporary = files.temporary_beside(path)
        work.write(raw.join(bad, on="row", how="inner").sort("row").to_native(), temporary)
        files.put(temporary, path)


def _lines_name(batch: Batch) -> str:
    told = json.dumps([batch.label, batch.sha256, batch.plan["rules"]], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:24] + ".parquet"
