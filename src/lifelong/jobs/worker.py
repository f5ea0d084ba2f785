"""The worker process: reads one question a line, runs the verb, writes progress and the outcome a line each.

``python -m lifelong.jobs.worker PROJECT``. It is started by :class:`lifelong.jobs.queue.Queue` and ends when its input
ends, so that it never outlives the program that it works for.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifelong.errors import LifelongError
from lifelong.jobs.answers import Answers
from lifelong.jobs.uploads import Uploads
from lifelong.jobs.verbs import VERBS
from lifelong.phrases import N_, phrase

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from lifelong.project import Project

#: Seconds between two lines of progress of one step.
PACE = 0.1


class _Progress:
    """Tells the parent what is being done, at most ten times a second."""

    def __init__(self, tell: Callable[[Mapping[str, Any]], None]) -> None:
        self._tell, self._step, self._told = tell, "", 0.0

    def __call__(self, step: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if step != self._step or now - self._told > PACE or done == total:
            self._step, self._told = step, now
            self._tell({"step": step, "done": done, "total": total})


def call(root: Path, name: str, args: Mapping[str, Any], progress: Callable[[str, int, int | None], None]) -> Any:
    """Run a verb of :data:`VERBS` on the project and return what it answers."""
    from lifelong import project as verbs

    told = dict(args)
    if VERBS[name].is_instant:
        return getattr(verbs, VERBS[name].calls)(**told)
    if name == "value":
        return verbs.run("", root, progress, **told)
    shop = verbs.Project(root, create=False, progress=progress)
    if "file" in told:
        told["file"] = Uploads(root).path(told["file"])
    return _method(shop, VERBS[name].calls)(**_whole(told))


def _method(shop: Project, name: str) -> Callable[..., Any]:
    found: Callable[..., Any] = getattr(shop, name)  # each is a method of Project, as a test holds
    return found


def _whole(told: Mapping[str, Any]) -> dict[str, Any]:
    """Whole numbers as whole numbers: months and ages are counted."""
    return {k: int(v) if isinstance(v, float) and v.is_integer() else v for k, v in told.items()}


def answer(root: Path, name: str, args: Mapping[str, Any], progress: Callable[[str, int, int | None], None]) -> str:
    """Run a verb and keep what it answers, or its failure; the name of the kept answer."""
    from lifelong.values.findings import plain

    kept, before = Answers(root), Answers(root).state()
    try:
        made = call(root, name, args, progress)
    except LifelongError as error:
        state = before if not VERBS[name].writes else kept.state()
        kept.keep(name, args, state, None, error.as_dict()["error"])
        raise
    value = plain(made.as_dict() if hasattr(made, "as_dict") else made)
    return kept.keep(name, args, kept.state(), value)


def _end_with(parent: int) -> None:
    """End at once when the server is gone, also in the midst of a verb: nobody could say what became of it."""
    while os.getppid() == parent:
        time.sleep(PACE)
    os._exit(1)


def main(root: Path) -> None:
    """Answer questions until there are no more."""
    threading.Thread(target=_end_with, args=(os.getppid(),), daemon=True).start()

    def tell(told: Mapping[str, Any]) -> None:
        sys.stdout.write(json.dumps(told, ensure_ascii=False) + "\n")
        sys.stdout.flush()

    for line in sys.stdin:
        asked = json.loads(line)
        try:
            tell({"answer": answer(root, asked["verb"], asked["args"], _Progress(tell))})
        except LifelongError as error:
            tell({"error": error.as_dict()["error"]})
        except Exception as fault:  # noqa: BLE001 - a fault of ours ends the job, not the worker
            tell({"error": fault_told(fault)})


def fault_told(fault: Exception) -> dict[str, str]:
    """What is told of a failure that nobody foresaw: its kind and place, none of the data."""
    import traceback

    traceback.print_exc(file=sys.stderr)
    where = traceback.extract_tb(fault.__traceback__)[-1]
    return {
        "code": "E900",
        "what": phrase("an unforeseen failure: {name}", name=type(fault).__name__),
        "where": f"{Path(where.filename).name}, line {where.lineno}",
        "why": N_("this is a fault of lifelong; nothing half-written was kept"),
        "fix": N_("look at the server's own output for the whole trace, and report it"),
    }


if __name__ == "__main__":
    main(Path(sys.argv[1]))
