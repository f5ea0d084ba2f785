"""One queue, one worker: jobs run one after another, since a project has one writer."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
import threading
import time
from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lifelong.errors import AccessError, LifelongError
from lifelong.jobs.answers import Answers
from lifelong.jobs.records import Job, Records
from lifelong.jobs.uploads import Uploads
from lifelong.jobs.verbs import VERBS, arguments
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

#: So many jobs may wait; the next is refused.
LONGEST = 200


class Queue:
    """The jobs of one project, worked off by one process.

    Args:
        root: the project's folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.records = Records(root)
        self.records.settle()
        self.answers = Answers(root)
        self._waiting: deque[str] = deque()
        self._changed = threading.Condition()
        self._worker: subprocess.Popen[str] | None = None
        self._running = ""
        self._is_open = True
        self._thread = threading.Thread(target=self._work, name="jobs", daemon=True)
        self._thread.start()

    # -- asking ---------------------------------------------------------------------------------------------------

    def submit(self, verb: str, told: Mapping[str, Any], key: str = "") -> Job:
        """Queue a verb. The same question that is waiting or running already is that job, not another.

        Raises:
            ConfigError: E301, E302, where the question is not understood.
            AccessError: E505, where the key was used for another question; E506, where too much is waiting.
        """
        args = arguments(verb, told)
        if before := self.records.by_key(key):
            if (before.verb, dict(before.args)) != (verb, args):
                raise _other_question(key)
            return before
        with self._changed:
            if not VERBS[verb].writes and (same := self._same(verb, args)):
                return same
            if len(self._waiting) >= LONGEST:
                raise _full()
            job = self.records.new(verb, args, key)
            self._waiting.append(job.id)
            self._changed.notify_all()
        return job

    def _same(self, verb: str, args: Mapping[str, Any]) -> Job | None:
        ahead = (self.records.get(name) for name in (*self._waiting, self._running) if name)
        return next((job for job in ahead if (job.verb, dict(job.args)) == (verb, dict(args))), None)

    def wait(self, job: str, seconds: float) -> Job:
        """The job once it is over, or as it is after so long."""
        end = time.monotonic() + seconds
        with self._changed:
            while not (now := self.records.get(job)).is_over and (left := end - time.monotonic()) > 0:
                self._changed.wait(left)
        return now

    def cancel(self, name: str) -> Job:
        """Take a job out of the queue, or stop it at work; what it had not finished is not kept."""
        with self._changed:
            job = self.records.get(name)
            if name in self._waiting:
                self._waiting.remove(name)
                job = self.records.put(replace(job, state="cancelled", ended=time.time()))
            elif name == self._running and not job.is_over:
                job = self.records.put(replace(job, state="cancelled", ended=time.time()))
                self._stop_worker()
            self._changed.notify_all()
        return job

    def close(self) -> None:
        """Stop working. Jobs that wait are cancelled."""
        with self._changed:
            self._is_open = False
            for name in (*self._waiting, self._running):
                if name and not (job := self.records.get(name)).is_over:
                    self.records.put(replace(job, state="cancelled", ended=time.time()))
            self._waiting.clear()
            self._stop_worker()
            self._changed.notify_all()
        self._thread.join(5)

    # -- working --------------------------------------------------------------------------------------------------

    def _work(self) -> None:
        while True:
            with self._changed:
                while self._is_open and not self._waiting:
                    self._changed.wait()
                if not self._is_open:
                    return
                self._running = self._waiting.popleft()
                job = self.records.put(replace(self.records.get(self._running), state="running", began=time.time()))
            outcome = self._run(job)
            # a disk that refuses the record, or an upload that is gone, must not end the thread that works
            with self._changed, contextlib.suppress(LifelongError):
                now = self.records.get(job.id)
                if not now.is_over:  # it may have been cancelled meanwhile
                    self.records.put(replace(now, ended=time.time(), **outcome))
                if job.verb == "forget" and outcome["state"] == "done":
                    self.records.drop_others(job.id)
                if VERBS[job.verb].writes and "file" in job.args and outcome["state"] == "done":
                    Uploads(self.root).drop(job.args["file"])
            with self._changed:
                self._running = ""
                self._changed.notify_all()

    def _run(self, job: Job) -> dict[str, Any]:
        """Hand a job to the worker and follow it to its end."""
        try:
            with self._changed:  # whoever cancels comes before, and it is not begun, or after, and the worker ends
                if self.records.get(job.id).is_over:
                    return {"state": "cancelled"}
                worker = self._started()
                assert worker.stdin is not None  # noqa: S101 - a pipe was asked for
                assert worker.stdout is not None  # noqa: S101 - and so was this one
                worker.stdin.write(json.dumps({"verb": job.verb, "args": dict(job.args)}) + "\n")
                worker.stdin.flush()
            for line in worker.stdout:
                told = json.loads(line)
                if "answer" in told:
                    return {"state": "done", "answer": told["answer"]}
                if "error" in told:
                    return {"state": "failed", "error": told["error"]}
                self._moved(job.id, told)
        except (OSError, ValueError):
            pass  # the worker died under our hands; said below
        self._stop_worker()
        return {"state": "failed", "error": _died(job)}

    def _moved(self, name: str, told: Mapping[str, Any]) -> None:
        with self._changed:
            now = self.records.get(name)
            if not now.is_over:
                self.records.put(replace(now, step=told["step"], done=told["done"], total=told["total"]))
            self._changed.notify_all()

    def _started(self) -> subprocess.Popen[str]:
        if self._worker is None or self._worker.poll() is not None:
            self._worker = subprocess.Popen(  # noqa: S603 - our own module, no shell
                [sys.executable, "-m", "lifelong.jobs.worker", str(self.root)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                encoding="utf-8",
            )
        return self._worker

    def _stop_worker(self) -> None:
        with self._changed:  # whoever cancels and whoever works may both come here at once
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()
            worker.wait()
            for pipe in (worker.stdin, worker.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):  # what was not read any more has nowhere to go
                        pipe.close()


def _died(job: Job) -> dict[str, str]:
    return AccessError(
        "E507",
        phrase("the process that ran {verb!r} ended before it was done", verb=job.verb),
        where=phrase("job {id}", id=job.id),
        why="it was killed, or memory ran out; the project is as it was before",
        fix="run it again; with less memory, close other programs first",
    ).as_dict()["error"]


def _other_question(key: str) -> AccessError:
    return AccessError(
        "E505",
        "this idempotency key was used for another question",
        where=phrase("Idempotency-Key {key!r}", key=key[:40]),
        why="a key names one question, so that a repeated call does nothing twice",
        fix="take a new key",
    )


def _full() -> AccessError:
    return AccessError(
        "E506",
        phrase("{longest} jobs are waiting already", longest=LONGEST),
        where="the queue",
        why="more would wait longer than anyone does",
        fix="wait, or cancel some",
    )
