"""The queue: what is cancelled does not run, what is killed is said, one key is one question."""

from __future__ import annotations

import os
import signal
import time
from typing import TYPE_CHECKING

import pytest

from lifelong.errors import AccessError
from lifelong.jobs import Queue
from lifelong.project import Project

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[Queue]:
    Project(tmp_path / "shop")
    one = Queue(tmp_path / "shop")
    yield one
    one.close()


def _waits(queue: Queue) -> str:
    """The id of a job that waits behind a running one."""
    queue.submit("check", {})
    return queue.submit("status", {}).id


def test_what_waits_and_what_runs_can_be_cancelled(queue: Queue) -> None:
    behind = _waits(queue)
    assert queue.cancel(behind).state == "cancelled"
    running = next(job for job in queue.records.all() if job.id != behind)
    for _ in range(3):  # a second time changes nothing
        assert queue.cancel(running.id).is_over
    again = queue.submit("status", {})
    assert queue.wait(again.id, 60).state in ("done", "failed")
    assert queue.records.get(behind).state == "cancelled"
    assert queue.records.get(behind).answer == ""


def test_many_who_cancel_do_not_end_the_work(queue: Queue) -> None:
    for number in range(12):
        job = queue.submit("stages", {"until": f"2025-01-{number + 1:02d}"})
        time.sleep(0.01 * (number % 4))
        queue.cancel(job.id)
    last = queue.submit("status", {})
    assert queue.wait(last.id, 60).state == "done"


def test_a_killed_worker_is_said_and_the_next_job_has_another(queue: Queue) -> None:
    job = queue.submit("status", {})
    for _ in range(2000):
        if queue._worker is not None:
            break
        time.sleep(0.005)
    assert queue._worker is not None
    os.kill(queue._worker.pid, signal.SIGKILL)
    over = queue.wait(job.id, 60)
    assert over.state == "failed"
    assert over.error is not None
    assert over.error["code"] == "E507"
    assert queue.wait(queue.submit("status", {}).id, 60).state == "done"


def test_a_key_is_one_question_and_one_question_one_job(queue: Queue) -> None:
    first = queue.submit("rebuild", {}, "key")
    assert queue.submit("rebuild", {}, "key").id == first.id
    with pytest.raises(AccessError) as other:
        queue.submit("status", {}, "key")
    assert other.value.code == "E505"
    same = queue.submit("check", {})
    assert queue.submit("check", {}).id == same.id


def test_too_many_are_refused(queue: Queue, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lifelong.jobs.queue.LONGEST", 1)

    def many() -> None:
        for number in range(5):
            queue.submit("stages", {"until": f"2025-02-{number + 1:02d}"})

    with pytest.raises(AccessError) as full:
        many()
    assert full.value.code == "E506"
