"""Files that are whole or absent: atomic writes, hashes, one writer at a time, and disk failures told plainly."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import secrets
import sys
import time
from typing import TYPE_CHECKING, Any

from lifelong.errors import StoreError
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TEMPORARY = ".tmp-"


def sha256(path: Path) -> str:
    """The hash of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def temporary_beside(path: Path) -> Path:
    """A name in the same folder that no reader looks at, for a file that is then moved into place."""
    return path.with_name(f"{TEMPORARY}{os.getpid()}-{secrets.token_hex(4)}-{path.name}")


def sync(path: Path) -> None:
    """Wait until a file's or folder's content is on the disk."""
    if path.is_dir() and sys.platform == "win32":  # pragma: no cover - Windows cannot sync a folder
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def put(temporary: Path, final: Path) -> None:
    """Move a finished file into place, so that a crash leaves the old one or the new one, never a part."""
    sync(temporary)
    temporary.replace(final)
    sync(final.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Write a whole file atomically."""
    temporary = temporary_beside(path)
    try:
        temporary.write_bytes(content)
        put(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_page(path: Path, text: str) -> Path:
    """Write a page for people, with its folder where there is none; all of it or nothing.

    Raises:
        StoreError: E403, where the disk refuses.
    """
    with disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(path, text.encode("utf-8"))
    return path


def write_sealed(path: Path, kind: str, payload: dict[str, Any]) -> None:
    """Write JSON with a seal: the hash of its payload, so that one changed byte is noticed on reading."""
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    seal = hashlib.sha256(text.encode()).hexdigest()
    write_bytes(
        path,
        json.dumps({"kind": kind, "sha256": seal, "payload": payload}, ensure_ascii=False, sort_keys=True).encode(),
    )


def read_sealed(path: Path, *kinds: str) -> dict[str, Any]:
    """Read what :func:`write_sealed` wrote as one of these kinds; anything else is a coded error."""
    try:
        whole = json.loads(path.read_bytes())
        payload = whole["payload"]
        text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
        intact = whole["sha256"] == hashlib.sha256(text.encode()).hexdigest() and set(whole) == {
            "kind",
            "sha256",
            "payload",
        }
    except (ValueError, KeyError, TypeError):
        intact, whole = False, {}
    if not intact:
        raise damaged(path)
    if whole["kind"] not in kinds:
        raise StoreError(
            "E404",
            phrase(
                "{name} is of the kind {kind!r}; this version reads {repr}",
                name=path.name,
                kind=whole["kind"],
                repr=" or ".join(map(repr, kinds)),
            ),
            where=str(path),
            why="another version of lifelong wrote it",
            fix="use that version, or make the project anew from the source files",
        )
    return dict(payload)


def damaged(path: Path) -> StoreError:
    """The error for a stored file whose bytes are not those that were written."""
    return StoreError(
        "E401",
        phrase("{name} has changed since lifelong wrote it", name=path.name),
        where=str(path),
        why="a number from a damaged file cannot be trusted",
        fix="put the file back from a copy, or ingest its source again into a new project",
    )


def sweep(folder: Path) -> None:
    """Remove what a killed process left under temporary names. Only the holder of the lock calls this."""
    for left in folder.glob(f"{TEMPORARY}*"):
        remove(left)


def remove(path: Path) -> None:
    """Remove a file or a folder with all that it holds."""
    if path.is_dir() and not path.is_symlink():
        for inner in path.iterdir():
            remove(inner)
        path.rmdir()
    else:
        path.unlink(missing_ok=True)


_REFUSALS = {
    errno.ENOSPC: ("the disk is full", "free some space, then run the same command again"),
    errno.EDQUOT: ("the disk quota is used up", "free some space, then run the same command again"),
    errno.EROFS: ("the folder cannot be written to: it is read-only", "choose another folder: --project DIR"),
    errno.EACCES: (
        "the folder cannot be read or written by you",
        "change its permissions, or choose another: --project DIR",
    ),
    errno.EPERM: (
        "the folder cannot be read or written by you",
        "change its permissions, or choose another: --project DIR",
    ),
    errno.ENOTDIR: ("a file stands where the project's folder should be", "choose another folder: --project DIR"),
    errno.EEXIST: ("a file stands where the project's folder should be", "choose another folder: --project DIR"),
}


@contextlib.contextmanager
def disk_errors(where: Path) -> Iterator[None]:
    """Turn a refusal of the disk into a coded error; nothing is torn, since nothing was moved into place."""
    try:
        yield
    except OSError as problem:
        what, fix = _REFUSALS.get(
            problem.errno or 0,
            (
                phrase("the disk refused: {problem}", problem=problem.strerror or problem),
                "mend it, then run the same command again",
            ),
        )
        raise StoreError(
            "E403",
            what,
            where=str(problem.filename or where),
            why="nothing was changed: a half-written file never stands in place",
            fix=fix,
        ) from problem
    except Exception as problem:
        if type(problem).__module__.startswith(("duckdb", "_duckdb")) and "No space left" in str(problem):
            what, fix = _REFUSALS[errno.ENOSPC]
            raise StoreError("E403", what, where=str(where), why="nothing was changed", fix=fix) from problem
        raise


class Lock:
    """One writer at a time. The system lets go of the lock when its holder dies, however it dies."""

    def __init__(self, root: Path, verb: str) -> None:
        self._path = root / ".lock"
        self._verb = verb
        self._handle: int | None = None

    def __enter__(self) -> Lock:
        self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        if not _try_lock(self._handle):
            holder = self._holder()
            os.close(self._handle)
            self._handle = None
            raise StoreError(
                "E402",
                phrase("the project is in use: {holder}", holder=holder),
                where=str(self._path.parent),
                why="two writers at once would spoil each other's work",
                fix="wait until it has finished, or stop that process",
            )
        note = json.dumps({"pid": os.getpid(), "verb": self._verb, "since": time.strftime("%Y-%m-%d %H:%M:%S")})
        os.ftruncate(self._handle, 0)
        os.pwrite(self._handle, note.encode(), 0)
        return self

    def __exit__(self, *_: object) -> None:
        if self._handle is not None:
            os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None

    def _holder(self) -> str:
        try:
            note = json.loads(os.pread(self._handle or 0, 400, 0))
            return f"process {note['pid']} has been running {note['verb']!r} since {note['since']}"
        except (ValueError, KeyError):
            return "another process holds it"


if sys.platform == "win32":  # pragma: no cover - the other half of one choice

    def _try_lock(handle: int) -> bool:
        import msvcrt

        try:
            # far beyond the note, since Windows forbids reading locked bytes
            os.lseek(handle, 1 << 20, os.SEEK_SET)
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:

    def _try_lock(handle: int) -> bool:
        import fcntl

        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True
