"""Jobs as they are kept: one small sealed file each, so that a page that is opened again finds its job."""

from __future__ import annotations

import os
import secrets
import threading
import time
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal

from lifelong.errors import AccessError, LifelongError
from lifelong.jobs.unnamed import kept_args, kept_error
from lifelong.phrases import phrase
from lifelong.store import files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KIND = "lifelong-job/1"
#: So many finished jobs are kept; older ones are removed.
KEPT = 200

State = Literal["queued", "running", "done", "failed", "cancelled", "lost"]
#: States that do not change any more.
FINAL = ("done", "failed", "cancelled", "lost")


@dataclass(frozen=True, slots=True)
class Job:
    """One verb at work.

    Attributes:
        id: sixteen hexadecimal digits.
        verb, args: what runs.
        state: queued, running, done, failed, cancelled, or lost (its program ended while it ran).
        made, began, ended: seconds since 1970.
        step, done, total: what it is doing, and how much of it is done; ``total`` None where that is not known.
        answer: the name of the kept answer, once done.
        error: code, what, where, why and fix, once failed.
        key: the caller's idempotency key.
    """

    id: str
    verb: str
    args: Mapping[str, Any]
    state: State = "queued"
    made: float = field(default_factory=time.time)
    began: float = 0.0
    ended: float = 0.0
    step: str = ""
    done: int = 0
    total: int | None = None
    answer: str = ""
    error: Mapping[str, str] | None = None
    key: str = ""

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in FINAL

    @property
    def left(self) -> float | None:
        """Seconds still to go in this step, by its pace so far; None where that cannot be told."""
        if self.state != "running" or not self.total or not 0 < self.done <= self.total:
            return None
        return (time.time() - self.began) * (self.total - self.done) / self.done

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a job, also on the disk. Nobody's name is in it."""
        args, error = kept_args(self.verb, self.args), kept_error(self.verb, self.args, self.error)
        return {**asdict(self), "args": args, "error": error}


class Records:
    """The jobs of one project, in its folder ``jobs``. One writer, many readers in one process."""

    def __init__(self, root: Path) -> None:
        self._place = root / "jobs"
        self._lock = threading.Lock()
        self._jobs: dict[str, Job] = {}
        for path in sorted(self._place.glob("*.json")) if self._place.is_dir() else ():
            told = self._read(path)
            if told:
                self._jobs[told.id] = told

    @staticmethod
    def _read(path: Path) -> Job | None:
        try:
            return Job(**files.read_sealed(path, KIND))
        except (LifelongError, TypeError):  # a damaged record tells nothing, and nothing depends on it
            return None

    def settle(self) -> None:
        """Mark as lost what was at work when an earlier program ended."""
        for job in self.all():
            if not job.is_over:
                self.put(replace(job, state="lost", ended=time.time()))

    def new(self, verb: str, args: Mapping[str, Any], key: str = "") -> Job:
        """A queued job, kept."""
        return self.put(Job(secrets.token_hex(8), verb, dict(args), key=key))

    def put(self, job: Job) -> Job:
        """Keep a job as it is now; on the disk too, unless only its progress moved."""
        with self._lock:
            before = self._jobs.get(job.id)
            self._jobs[job.id] = job
            if before is None or before.state != job.state:
                self._place.mkdir(exist_ok=True)
                with files.disk_errors(self._place):
                    files.write_sealed(self._place / f"{job.id}.json", KIND, job.as_dict())
                self._forget_old()
        return job

    def _forget_old(self) -> None:
        over = sorted((job for job in self._jobs.values() if job.is_over), key=lambda job: job.ended)
        for job in over[:-KEPT]:
            del self._jobs[job.id]
            (self._place / f"{job.id}.json").unlink(missing_ok=True)

    def get(self, name: str) -> Job:
        """The job of that id; E501 where there is none."""
        with self._lock:
            found = self._jobs.get(name)
        if found is None:
            raise AccessError(
                "E503",
                "there is no such job",
                where=phrase("job {name!r}", name=name[:40]),
                why="its id is wrong, or it ended long ago",
                fix="ask for the list of jobs",
            )
        return found

    def drop_others(self, name: str) -> None:
        """Let go of every job that is over but one: their files were removed, and what they were told may name somebody."""
        with self._lock:
            self._jobs = {key: job for key, job in self._jobs.items() if key == name or not job.is_over}

    def by_key(self, key: str) -> Job | None:
        """The job that a caller started under that key."""
        with self._lock:
            return next((job for job in self._jobs.values() if key and job.key == key), None)

    def all(self) -> list[Job]:
        """Every job, the youngest first."""
        with self._lock:
            return sorted(self._jobs.values(), key=lambda job: -job.made)


def is_alive(pid: int) -> bool:
    """Whether a process of that number runs."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
