"""Tables that a project keeps beside its orders: small caches of the landing, built whole and made again by ``rebuild``.

Each is a folder in ``cache/``, named for the batches that it was made from: made in a temporary folder and moved into place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.store import files
from lifelong.store.engine import InMemory

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from lifelong.store.landing import Batch


def made(place: Path, fill: Callable[[Path], None]) -> None:
    """Fill a folder of a cache, which is there whole or not at all."""
    place.parent.mkdir(parents=True, exist_ok=True)
    temporary = files.temporary_beside(place)
    temporary.mkdir()
    try:
        fill(temporary)
        files.sync(temporary)
        temporary.replace(place)
    finally:
        if temporary.exists():
            files.remove(temporary)


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
