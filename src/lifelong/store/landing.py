"""The landing: the truth, as immutable Parquet batches under one sealed manifest.

Data files are named by their content and never changed. The manifest says which of them count; replacing it is one
atomic move, so that any change (a new batch, a corrected one, a person forgotten in all of them) happens wholly or
not at all. A file that the manifest does not name is a leftover of a killed process and is swept away.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lifelong.store import files

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

KIND = "lifelong-landing/1"
#: With subscriptions in it: a version that knows nothing of them must not take their files for leftovers.
KIND_2 = "lifelong-landing/2"
#: With spend in it, likewise.
KIND_3 = "lifelong-landing/3"
#: With touches in it, likewise.
KIND_4 = "lifelong-landing/4"


@dataclass(frozen=True, slots=True)
class Batch:
    """One ingested file.

    Attributes:
        id: the first 16 hexadecimal digits of the source file's SHA-256: the same file is the same batch. Of
            subscriptions, spend and touches, with that word before them.
        source: the source file's name (not its folder).
        file: name of the Parquet file in ``landing/``, made from its hash.
        sha256: hash of the Parquet file.
        rows: rows in it.
        plan: how the source was read, and the rules of cleaning; all that a rebuild needs.
        forgotten: rows that were taken out because a person asked to be forgotten.
        sequence: the place in the order of ingest, from 1.
    """

    id: str
    source: str
    file: str
    sha256: str
    rows: int
    plan: Mapping[str, Any]
    forgotten: int = 0
    sequence: int = 0

    @property
    def label(self) -> str:
        """What stands in the lines' batch column: of equal rows in two files, the file that came first keeps its own."""
        return f"{self.sequence:06d}"

    def as_dict(self) -> dict[str, Any]:
        """The manifest's form."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__} | {"plan": dict(self.plan)}


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the project is made of: files of orders, subscriptions, spend and touches, and merges that were undone."""

    batches: tuple[Batch, ...] = ()
    undone: tuple[str, ...] = ()
    format: str = field(default=KIND)
    subscriptions: tuple[Batch, ...] = ()
    spend: tuple[Batch, ...] = ()
    touches: tuple[Batch, ...] = ()

    @property
    def state(self) -> str:
        """A hash of everything that decides the orders' tables; the caches' name."""
        return hashlib.sha256(json.dumps([_told(self.batches), sorted(self.undone)]).encode()).hexdigest()[:16]

    @property
    def subscribed(self) -> str:
        """The same of the table of subscriptions; empty where there is none."""
        return _cache("subscriptions", self.subscriptions)

    @property
    def spent(self) -> str:
        """The same of the table of spend."""
        return _cache("spend", self.spend)

    @property
    def touched(self) -> str:
        """The same of the table of touches."""
        return _cache("touches", self.touches)

    @property
    def every(self) -> tuple[Batch, ...]:
        """All batches, of every kind."""
        return (*self.batches, *self.subscriptions, *self.spend, *self.touches)

    def batch(self, batch_id: str) -> Batch | None:
        """The batch of that id, if it is there."""
        return next((b for b in self.every if b.id == batch_id), None)

    def with_batch(self, batch: Batch) -> Manifest:
        """A manifest in which this batch stands last, or in the place of the one with the same id."""
        return replace(self, batches=_with(self.batches, batch))

    def with_subscriptions(self, batch: Batch) -> Manifest:
        """The same for a batch of subscriptions."""
        return replace(self, subscriptions=_with(self.subscriptions, batch))

    def with_spend(self, batch: Batch) -> Manifest:
        """The same for a batch of spend."""
        return replace(self, spend=_with(self.spend, batch))

    def with_touches(self, batch: Batch) -> Manifest:
        """The same for a batch of touches."""
        return replace(self, touches=_with(self.touches, batch))

    def rewritten(self, batches: Sequence[Batch], undone: tuple[str, ...]) -> Manifest:
        """A manifest of the same batches, each in the place where ``every`` has it, with other files behind them."""
        left = list(batches)
        kinds: dict[str, Any] = {}
        for name in KINDS:
            size = len(getattr(self, name))
            kinds[name], left = tuple(left[:size]), left[size:]
        return replace(self, undone=undone, **kinds)


#: The kinds of batches, in the order of ``Manifest.every``.
KINDS = ("batches", "subscriptions", "spend", "touches")


def _cache(kind: str, batches: tuple[Batch, ...]) -> str:
    if not batches:
        return ""
    return f"{kind}-{hashlib.sha256(json.dumps(_told(batches)).encode()).hexdigest()[:16]}"


def _told(batches: tuple[Batch, ...]) -> list[list[Any]]:
    return [[b.id, b.sequence, b.sha256, json.dumps(b.plan, sort_keys=True)] for b in batches]


def _with(batches: tuple[Batch, ...], batch: Batch) -> tuple[Batch, ...]:
    known = {b.id: b.sequence for b in batches}
    place = known.get(batch.id) or max(known.values(), default=0) + 1
    others = [b for b in batches if b.id != batch.id]
    return tuple(sorted([*others, replace(batch, sequence=place)], key=lambda b: b.sequence))


class Landing:
    """The landing folder of a project."""

    def __init__(self, root: Path) -> None:
        self.folder = root / "landing"
        self._manifest = self.folder / "manifest.json"

    def create(self) -> None:
        """Make the folder and an empty manifest, where there is none."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self._manifest.exists():
            self.commit(Manifest())

    def read(self) -> Manifest:
        """The manifest that counts now."""
        if not self._manifest.exists():
            return Manifest()
        payload = files.read_sealed(self._manifest, KIND, KIND_2, KIND_3, KIND_4)
        kinds: dict[str, Any] = {name: tuple(Batch(**b) for b in payload.get(name, ())) for name in KINDS}
        return Manifest(undone=tuple(payload["undone"]), **kinds)

    def adopt(self, temporary: Path) -> tuple[str, str]:
        """Give a finished Parquet file its lasting name: (file name, hash). It counts once a manifest names it."""
        digest = files.sha256(temporary)
        name = f"{digest[:24]}.parquet"
        files.put(temporary, self.folder / name)
        return name, digest

    def commit(self, manifest: Manifest) -> None:
        """Make this manifest the one that counts, then remove what it no longer names."""
        payload: dict[str, Any] = {"batches": [b.as_dict() for b in manifest.batches], "undone": list(manifest.undone)}
        for name in KINDS[1:]:
            if getattr(manifest, name):
                payload[name] = [b.as_dict() for b in getattr(manifest, name)]
        kind = KIND_3 if manifest.spend else KIND_2 if manifest.subscriptions else KIND
        kind = KIND_4 if manifest.touches else kind
        files.write_sealed(self._manifest, kind, payload)
        self.sweep(manifest)

    def sweep(self, manifest: Manifest | None = None) -> None:
        """Remove leftovers: temporary files and data files that no manifest names."""
        named = {b.file for b in (manifest or self.read()).every}
        files.sweep(self.folder)
        for data in self.folder.glob("*.parquet"):
            if data.name not in named:
                data.unlink()

    def path(self, batch: Batch) -> Path:
        """The batch's file, its bytes checked against the manifest."""
        path = self.folder / batch.file
        if not path.exists() or files.sha256(path) != batch.sha256:
            raise files.damaged(path)
        return path
