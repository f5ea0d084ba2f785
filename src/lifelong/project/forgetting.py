"""The verb `forget`: a person leaves every file of the project; a receipt stays that does not name them."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lifelong.errors import AccessError
from lifelong.phrases import phrase
from lifelong.project import enrolling, segmenting, spending, touching
from lifelong.store import files, privacy

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.project.folder import Folder
    from lifelong.store.landing import Batch, Manifest

#: Folders of results that were made with the customer; they are made again from what remains.
DERIVED = ("cache", "quarantine", "fits", "scores", "reports", "exports", "backtests", "answers", "jobs", "uploads")


def forget(folder: Folder, customer: str) -> dict[str, Any]:
    """Rewrite the landing without the customer, remove what was computed with them, and rebuild.

    The new landing counts from one atomic move on. A killed run leaves either everything as it was, or the new
    landing with leftovers that the next verb sweeps away.
    """
    with folder.writing("forget"):
        manifest = folder.landing.read()
        person = _find(folder, manifest, customer)
        every = manifest.every
        folder.progress("rewriting the landing", 0, len(every))
        batches = [_without(folder, batch, person, number, len(every)) for number, batch in enumerate(every, 1)]
        removed = sum(b.forgotten for b in batches) - sum(b.forgotten for b in every)
        if not removed:
            raise _unknown(customer)
        undone = tuple(u for u in manifest.undone if u.strip().lower() not in person.ids)
        remaining = manifest.rewritten(batches, undone)
        folder.landing.commit(remaining)
        for name in DERIVED:
            if (folder.root / name).exists():
                files.remove(folder.root / name)
        segmenting.drop_naming(folder, person.ids | person.contacts)
        folder.progress("building the tables again", 0, None)
        folder.builder.build(remaining)
        if remaining.subscriptions:
            enrolling.table(folder, remaining)
        if remaining.spend:
            spending.table(folder, remaining)
        if remaining.touches:
            touching.table(folder, remaining)
        return _receipt(folder.root, removed, len(batches))


def ahead(folder: Folder) -> dict[str, Any]:
    """What forgetting somebody would rewrite and remove: the files that were read, and results by their folders."""
    folder.require()
    every = folder.landing.read().every
    found = {name: sum(path.is_file() for path in (folder.root / name).rglob("*")) for name in DERIVED}
    return {"rewritten": [batch.source for batch in every], "removed": {k: n for k, n in found.items() if n}}


def _find(folder: Folder, manifest: Manifest, customer: str) -> privacy.Person:
    """The person behind an id or e-mail, with all ids that were joined to it."""
    import pyarrow.parquet as pq

    told = customer
    if folder.config().pseudonyms:
        told = privacy.pseudonym(customer, privacy.read_key(folder.identity()["id"]))
    aliases: dict[str, str] = {}
    if manifest.batches:
        rows = pq.read_table(folder.builder.build(manifest).merges).to_pylist()
        aliases = {str(row["alias"]).lower(): str(row["customer_id"]).lower() for row in rows}
    return privacy.find_person([folder.landing.path(b) for b in manifest.every], told, aliases)


def _without(folder: Folder, batch: Batch, person: privacy.Person, number: int, of: int) -> Batch:
    source = folder.landing.path(batch)
    temporary = files.temporary_beside(source)
    try:
        taken = privacy.without_person(source, temporary, person)
        name, digest = folder.landing.adopt(temporary)
    finally:
        temporary.unlink(missing_ok=True)
    folder.progress("rewriting the landing", number, of)
    return replace(batch, file=name, sha256=digest, rows=batch.rows - taken, forgotten=batch.forgotten + taken)


def _receipt(root: Path, removed: int, batches: int) -> dict[str, Any]:
    """What was done, without saying to whom."""
    folder = root / "receipts"
    folder.mkdir(exist_ok=True)
    number = sum(1 for _ in folder.glob("*.json")) + 1
    told = {
        "done": time.strftime("%Y-%m-%d %H:%M:%S"),
        "rows_removed": removed,
        "batches_rewritten": batches,
        "removed_with_them": [name for name in DERIVED if name != "cache"],
        "beyond_reach": "files exported from the project earlier, and the source files themselves",
    }
    path = folder / f"forgotten-{number:04d}.json"
    files.write_bytes(path, json.dumps(told, indent=1).encode())
    return {**told, "receipt": str(path)}


def _unknown(customer: str) -> AccessError:
    return AccessError(
        "E501",
        "nobody of that id or e-mail is in the project",
        where=phrase("customer {customer!r}", customer=customer),
        why="nothing was removed",
        fix="write the id exactly as the file has it",
    )
