"""Tables that a project keeps beside its orders: small caches of the landing, built whole and made again by ``rebuild``.

Each is a folder in ``cache/``, named for the batches that it was made from: made in a temporary folder and moved into place.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import narwhals as nw

from lifelong.phrases import phrase
from lifelong.store import files
from lifelong.store.build import REPORTS
from lifelong.store.engine import InMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lifelong.store.landing import Batch, Landing, Manifest

Report = TypeVar("Report")


@dataclass(frozen=True, slots=True)
class Table(Generic[Report]):
    """The files of one built state."""

    folder: Path
    kind: Kind[Report]

    @property
    def rows(self) -> Path:
        """The rows that count, in the kind's own schema."""
        return self.folder / f"{self.kind.name}.parquet"

    def reports(self) -> dict[str, Report]:
        """The report of each batch, by batch id."""
        told = files.read_sealed(self.folder / "reports.json", REPORTS)
        return {name: self.kind.report(report) for name, report in told.items()}

    def write(self, rows: Any, reports: Mapping[str, Any]) -> None:
        """Write the rows, and each batch's report as plain values."""
        InMemory().write(rows, self.rows)
        files.write_sealed(self.folder / "reports.json", REPORTS, dict(reports))


@dataclass(frozen=True, slots=True)
class Kind(Generic[Report]):
    """A kind of table that is made from the landing's batches of that kind.

    Attributes:
        name: of the batches in the manifest, and of the file.
        state: the manifest's attribute that names their state.
        fill: writes the table of a manifest's batches: the project's folder, landing, manifest, table.
        report: makes a report from plain values.
    """

    name: str
    state: str
    fill: Callable[[Path, Landing, Manifest, Table[Report]], None]
    report: Callable[[dict[str, Any]], Report]

    def build(
        self, root: Path, landing: Landing, manifest: Manifest, progress: Callable[[str, int, int | None], None]
    ) -> Table[Report]:
        """The table of this manifest's batches, made if it is not there: whole or not at all."""
        found = self.find(root, manifest)
        if found is not None:
            return found
        progress(
            phrase("checking {name}", name=self.name), 0, sum(batch.rows for batch in getattr(manifest, self.name))
        )
        place = self._place(root, manifest)
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = files.temporary_beside(place)
        temporary.mkdir()
        try:
            self.fill(root, landing, manifest, Table(temporary, self))
            files.sync(temporary)
            temporary.replace(place)
        finally:
            if temporary.exists():
                files.remove(temporary)
        return Table(place, self)

    def find(self, root: Path, manifest: Manifest) -> Table[Report] | None:
        """The table of this manifest's batches, if it is there."""
        place = self._place(root, manifest)
        return Table(place, self) if getattr(manifest, self.name) and place.is_dir() else None

    def _place(self, root: Path, manifest: Manifest) -> Path:
        return root / "cache" / str(getattr(manifest, self.state))


def quarantine(root: Path, batch: Batch, raw: Any, bad: Any) -> None:
    """Keep bad rows as they were sent, each with its reason: quarantine/<batch>.parquet.

    Args:
        root: the project's folder.
        batch: whose rows.
        raw: the landing's rows.
        bad: a narwhals frame of ``row`` and ``reason``.
    """
    place = root / "quarantine"
    place.mkdir(exist_ok=True)
    found = nw.from_native(raw).join(bad, on="row", how="inner").sort("row").to_native()
    path = place / f"{batch.id}.parquet"
    temporary = files.temporary_beside(path)
    InMemory().write(found, temporary)
    files.put(temporary, path)
