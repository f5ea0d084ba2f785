"""From the landing to the tables that the verbs read: lines, duplicates, merges, orders, reports, quarantine.

All of it is a cache in ``cache/<state>/``, named for the manifest that it was made from. It is made in a temporary
folder and moved into place whole; it may be deleted at any time and ``rebuild`` makes it again.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.phrases import phrase
from lifelong.store import counting, engine, files
from lifelong.tables import clean, identity, quality
from lifelong.values import Finding, ImportReport

if TYPE_CHECKING:
    from collections.abc import Callable

    from lifelong.store.engine import Engine
    from lifelong.store.landing import Batch, Landing, Manifest

REPORTS = "lifelong-reports/1"
#: Up to this share of a file's rows may be odd, and its lines still need not be written down.
_FEW = 0.02
_PARTS = 4  # a batch is large if it has this part of all rows
_ODD = ".odd.parquet"
Progress = "Callable[[str, int, int | None], None]"


def import_report(told: dict[str, Any]) -> ImportReport:
    """An import report from plain values."""
    return ImportReport(**{**told, "findings": tuple(Finding.from_dict(f) for f in told["findings"])})


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
        return {name: import_report(report) for name, report in told.items()}


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
        work = engine.choose(self._root, sum(batch.rows for batch in manifest.batches), _limit(manifest))
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
        keep = {manifest.state, manifest.subscribed, manifest.spent, manifest.touched, "lines"}
        names = {_lines_name(batch) for batch in manifest.batches}
        wanted = names | {Path(name).with_suffix(_ODD).name for name in names}
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
        rows = sum(batch.rows for batch in manifest.batches)
        parts = [self._lines(batch, work, is_large=_PARTS * batch.rows >= rows) for batch in manifest.batches]
        everything = _everything(parts, work)
        self._progress("finding duplicates", 0, None)
        differ = partial(counting.all_differ, rows=rows) if work.is_lazy and _is_short(manifest) else None
        work.write(clean.flags(everything, differ), self._flags(tables))
        flagged = work.scan([self._flags(tables)]) if engine.rows_in(self._flags(tables)) else None
        marked = clean.marked(everything, flagged)
        self._progress("joining guests to accounts", 0, None)
        kept = nw.from_native(marked).filter(nw.col("reason").is_null() & ~nw.col("duplicate")).to_native()
        work.write(identity.merges(kept, undone=manifest.undone), tables.merges)
        merges = work.scan([tables.merges])
        self._progress("writing orders", 0, None)
        work.write(clean.orders(kept, merges), tables.orders)
        told: dict[str, Any] = {}
        for batch, lines in zip(manifest.batches, parts, strict=True):
            own = self._again(batch, tables, work) if not isinstance(lines, Path) and len(parts) == 1 else None
            own = clean.marked(_everything([lines], work), flagged) if own is None else own
            told[batch.id] = self._report(batch, own, work).as_dict()
        files.write_sealed(tables.folder / "reports.json", REPORTS, told)
        self._flags(tables).unlink()

    def _flags(self, tables: Tables) -> Path:
        """What other lines say of a line: few are flagged, and only these are written down."""
        return tables.folder / "flags.parquet"

    def _lines(self, batch: Batch, work: Engine, *, is_large: bool) -> Any:
        """The batch's cleaned lines: a file of them, made once for its content and rules, or a lazy frame.

        Of sound rows the lines follow from the landing at little cost. On a lazy engine a large batch's need not be
        written down, but for those of the odd rows. Small ones are: many frames are slower than as many files.
        """
        path, rules = self._written(batch), clean.Rules.from_dict(batch.plan["rules"])
        if path.exists():
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._progress(phrase("checking {source}", source=batch.source), 0, batch.rows)
        raw = work.dated(work.raw(self._landing.path(batch)))
        short = self._short(raw, rules, batch, work) if work.is_lazy else None
        lines = clean.lines(raw, rules) if short is None else short
        lines = nw.from_native(lines).with_columns(batch=nw.lit(batch.label)).to_native()
        if short is None or not is_large:
            self._put(lines, path, work)
        self._progress(phrase("checking {source}", source=batch.source), batch.rows, batch.rows)
        return path if path.exists() else lines

    def _short(self, raw: Any, rules: clean.Rules, batch: Batch, work: Engine) -> Any:
        """Lines of sound rows as they follow from the landing, of odd rows as written; None where these are many."""
        if not clean.can_be_sound(rules, raw.columns):
            return None
        beside = self._written(batch).with_suffix(_ODD)
        if not beside.exists():
            self._set_aside(raw, rules, beside, work)
        if engine.rows_in(beside) > _FEW * batch.rows:
            return None
        if not engine.rows_in(beside):
            return clean.sound(raw, rules)
        known = nw.from_native(work.scan([beside]))
        rest = nw.from_native(raw).join(known.select("row"), on="row", how="anti").to_native()
        return nw.concat([nw.from_native(clean.sound(rest, rules)), known]).to_native()

    def _written(self, batch: Batch) -> Path:
        return self._cache / "lines" / _lines_name(batch)

    def _set_aside(self, raw: Any, rules: clean.Rules, beside: Path, work: Engine) -> None:
        """Write the lines of the odd rows, which are looked for once and read several times."""
        found = files.temporary_beside(beside)
        try:
            work.write(clean.odd(raw, rules), found)
            few = engine.choose(self._root, engine.rows_in(found))
            self._put(clean.lines(few.scan([found]), rules), beside, few)
            few.close()
        finally:
            found.unlink(missing_ok=True)

    def _put(self, frame: Any, path: Path, work: Engine) -> None:
        temporary = files.temporary_beside(path)
        work.write(frame, temporary)
        files.put(temporary, path)

    def _again(self, batch: Batch, tables: Tables, work: Engine) -> Any:
        """The marked lines of the only batch, read back from its orders, or None where these are not its lines."""
        beside = self._written(batch).with_suffix(_ODD)
        if not beside.exists() or engine.rows_in(self._flags(tables)) or engine.rows_in(tables.merges):
            return None
        orders, odd = work.scan([tables.orders]), clean.marked(work.scan([beside]), None)
        bad = nw.from_native(odd).filter(~nw.col("reason").is_null())
        below = nw.from_native(orders).filter(nw.col("revenue") < 0)
        is_whole = engine.rows_in(tables.orders) + _size(bad) == batch.rows and _size(below) == 0
        return clean.counted_again(orders, odd) if is_whole else None

    def _report(self, batch: Batch, own: Any, work: Engine) -> ImportReport:
        rules = clean.Rules.from_dict(batch.plan["rules"])
        kinds = partial(counting.kinds, rows=batch.rows) if work.is_lazy else None
        report = quality.report(own, rules, source=batch.source, batch=batch.id, kinds=kinds)
        if report.quarantined:
            self._quarantine(batch, own, work)
        return report

    def _quarantine(self, batch: Batch, own: Any, work: Engine) -> None:
        """Bad rows as they were sent, each with its reason: quarantine/<batch>.parquet."""
        folder = self._root / "quarantine"
        folder.mkdir(exist_ok=True)
        raw = nw.from_native(work.raw(self._landing.path(batch)))
        bad = nw.from_native(own).filter(~nw.col("reason").is_null() & ~nw.col("duplicate")).select("row", "reason")
        path = folder / f"{batch.id}.parquet"
        self._put(raw.join(bad, on="row", how="inner").sort("row").to_native(), path, work)


def _limit(manifest: Manifest) -> int:
    """Up to how many rows these batches are built in memory."""
    return engine.STREAMED_ROWS if _is_short(manifest) else engine.EAGER_ROWS


def _is_short(manifest: Manifest) -> bool:
    """Whether the rows of all batches may go the short way: orders with a number each."""
    rules = [clean.Rules.from_dict(batch.plan["rules"]) for batch in manifest.batches]
    return all(clean.can_be_sound(rule, rule.columns) for rule in rules)


def _everything(parts: list[Any], work: Engine) -> Any:
    """The lines of files and frames, one after another."""
    frames = [nw.from_native(part) for part in parts if not isinstance(part, Path)]
    paths = [part for part in parts if isinstance(part, Path)]
    frames += [nw.from_native(work.scan(paths))] if paths else []
    return (frames[0] if len(frames) == 1 else nw.concat(frames)).to_native()


def _size(frame: Any) -> int:
    return int(frame.select(nw.len()).collect().item())


def _lines_name(batch: Batch) -> str:
    told = json.dumps([batch.label, batch.sha256, batch.plan["rules"]], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:24] + ".parquet"
