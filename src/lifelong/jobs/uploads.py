"""Files that were sent to the server: each in a folder of its own under a name made here, kept until it was read."""

from __future__ import annotations

import re
import secrets
import shutil
import time
from typing import TYPE_CHECKING

from lifelong.errors import AccessError, DataError
from lifelong.phrases import phrase
from lifelong.store import files

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

#: Seconds after which an upload that nobody used is removed.
STALE = 24 * 3600
#: What a file that can be read ends in.
ENDINGS = (".csv", ".tsv", ".txt", ".parquet", ".jsonl", ".ndjson", ".json", ".xlsx", ".xls", ".gz")


class Uploads:
    """The folder ``uploads`` of a project."""

    def __init__(self, root: Path) -> None:
        self._place = root / "uploads"

    async def take(self, name: str, chunks: AsyncIterator[bytes], most: int) -> str:
        """Write what comes in, all of it or nothing, and return its id.

        Args:
            name: the file's own name; only its harmless letters and its ending are kept.
            chunks: the bytes.
            most: the largest size in bytes.

        Raises:
            DataError: E101 for an ending that no reader has, E504 for a file that is too large.
            StoreError: E403, where the disk refuses.
        """
        safe, upload = _safe(name), secrets.token_hex(8)
        folder = self._place / upload
        with files.disk_errors(self._place):
            self.sweep()
            folder.mkdir(parents=True)
            size = 0
            try:
                with (folder / safe).open("wb") as out:
                    async for chunk in chunks:
                        size += len(chunk)
                        if size > most:
                            raise _too_large(most)
                        out.write(chunk)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return upload

    def path(self, upload: str) -> Path:
        """Where an upload lies; E503 where there is none of that id."""
        is_id = re.fullmatch("[0-9a-f]{16}", upload) is not None
        found = next(iter((self._place / upload).glob("*")), None) if is_id else None
        if found is None:
            raise AccessError(
                "E503",
                "there is no such upload",
                where=phrase("upload {upload!r}", upload=upload[:40]),
                why="its id is wrong, or it was read already",
                fix="send the file again",
            )
        return found

    def drop(self, upload: str) -> None:
        """Remove an upload; it is in the landing now."""
        shutil.rmtree(self.path(upload).parent, ignore_errors=True)

    def sweep(self) -> None:
        """Remove uploads that nobody used."""
        old = time.time() - STALE
        for folder in self._place.glob("*"):
            if folder.stat().st_mtime < old:
                shutil.rmtree(folder, ignore_errors=True)


def _safe(name: str) -> str:
    """A file's own name without anything that a file system or a terminal could take for more than a name."""
    last = re.split(r"[\\/]", name)[-1]
    clean = re.sub(r"[^\w.\- ]", "_", last).strip(". ")[-100:]
    if not clean.lower().endswith(ENDINGS):
        raise DataError(
            "E101",
            phrase("a file named {clean!r} cannot be read", clean=clean[:60]),
            where="the upload",
            why="its ending is none of those that are read",
            fix=phrase("send one of {endings}", endings=" ".join(ENDINGS)),
        )
    return clean


def _too_large(most: int) -> DataError:
    return DataError(
        "E504",
        phrase("the file is larger than {most:,.0f} MB", most=most / 1000000.0),
        where="the upload",
        why="a larger one is better read from where it lies",
        fix="lifelong ingest FILE reads files of any size",
    )
