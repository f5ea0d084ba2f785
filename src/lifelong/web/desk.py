"""What every route works with: the project, its queue, its kept answers and pages, and the latest scores in memory."""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifelong import i18n
from lifelong.errors import LifelongError
from lifelong.jobs import VERBS, Answers, Job, Queue, arguments
from lifelong.jobs.worker import call
from lifelong.values.findings import plain
from lifelong.web.shelf import Shelf

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lifelong.jobs.answers import Answer
    from lifelong.project import Project

#: Folders of which pages show more than answers tell: the names and times of their files say whether anything changed.
SHOWN = ("scores", "backtests", "segments")
#: What was drawn and is kept, pages and parts of them; what was not asked for the longest goes first.
DRAWINGS = 256
#: Seconds that a page waits for an answer before it shows what it has.
PATIENCE = 0.25


@dataclass(frozen=True, slots=True)
class Reply:
    """What a page gets for a question.

    Attributes:
        value: the verb's answer as JSON; of an earlier state where ``is_old``; None where there is none.
        is_old: whether it answers an earlier state of the project.
        job: what is computing it now, or None.
        error: the four fields of a failure, or None.
        verb, args: the question, in its one form.
        is_settled: whether the question has this very reply as long as the project stays as it is.
    """

    value: Mapping[str, Any] | None
    is_old: bool
    job: Job | None
    error: Mapping[str, str] | None
    verb: str
    args: Mapping[str, Any]
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Present:
    """The project as it is now.

    Attributes:
        state: names it: any change that a page could show makes another one.
        holds: which kinds of data and results are there.
        shelf: the latest scores, or None.
    """

    state: str
    holds: frozenset[str]
    shelf: Shelf | None


class Desk:
    """The one desk of a server: made when it starts, closed when it ends."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.queue = Queue(root)
        self.answers: Answers = self.queue.answers
        self._present: Present | None = None
        self._drawn: OrderedDict[tuple[str, ...], Any] = OrderedDict()
        self._drawn_of = ""
        self._lock = threading.Lock()

    def project(self) -> Project:
        """The project, for verbs that answer at once."""
        from lifelong.project import Project

        return Project(self.root, create=False)

    def close(self) -> None:
        """Stop the work."""
        self.queue.close()

    def state(self) -> str:
        """The state of the project in sixteen digits; small files are read, and folders listed."""
        told = [self.answers.state()]
        for name in SHOWN:
            with contextlib.suppress(FileNotFoundError), os.scandir(f"{self.root}/{name}") as found:
                told += sorted(f"{name}/{file.name} {file.stat().st_mtime_ns}" for file in found)
        return hashlib.sha256("\n".join(told).encode()).hexdigest()[:16]

    def present(self) -> Present:
        """The project as it is now; what was read of it stays in memory until it is in another state."""
        with self._lock:
            state, before = self.state(), self._present
            if before is None or before.state != state:
                shop = self.project()
                shelf = Shelf.latest(shop, before.shelf if before else None)
                before = self._present = Present(state, frozenset(shop.holds()), shelf)
            return before

    def shelf(self) -> Shelf | None:
        """The latest scores, held in memory until others are the latest; None where nothing was scored."""
        return self.present().shelf

    def found(self, *what: str, state: str) -> Any:
        """What was drawn of a state of the project in the present language, or None."""
        key = (*what, i18n.language())
        with self._lock:
            if self._drawn_of == state and key in self._drawn:
                self._drawn.move_to_end(key)
                return self._drawn[key]
        return None

    def keep(self, made: Any, *what: str, state: str) -> None:
        """Keep what was drawn of a state. What was drawn of any other is forgotten: nobody will ask for it."""
        with self._lock:
            if self._drawn_of != state:
                self._drawn.clear()
                self._drawn_of = state
            self._drawn[(*what, i18n.language())] = made
            while len(self._drawn) > DRAWINGS:
                self._drawn.popitem(last=False)

    def drawn(self, what: str, make: Callable[[], Any]) -> Any:
        """What was drawn of the project's present state in the present language, or what ``make`` draws now."""
        state = self.state()
        kept = self.found(what, state=state)
        if kept is not None:
            return kept
        made = make()
        if self.state() == state:  # else it may be of either
            self.keep(made, what, state=state)
        return made

    def ask(self, verb: str, told: Mapping[str, Any] | None = None, patience: float = PATIENCE) -> Reply:
        """The answer to a question: the kept one, or a job that makes it, with the older answer meanwhile.

        Raises:
            ConfigError: E301, E302, where the question is not understood.
        """
        args = arguments(verb, told or {})
        if VERBS[verb].is_instant:
            return self._at_once(verb, args, lambda: call(self.root, verb, args, lambda *_: None))
        shelf = self.shelf() if VERBS[verb].is_quick else None
        if shelf is not None and (register := shelf.register) is not None:
            return self._at_once(verb, args, lambda: getattr(register, VERBS[verb].calls)(**args))
        kept = self.answers.get(verb, args)
        if kept is None:
            try:
                job = self.queue.wait(self.queue.submit(verb, args).id, patience)
            except LifelongError as error:
                return Reply(None, False, None, error.as_dict()["error"], verb, args)
            kept = self._outcome(job)
            if kept is None and not job.is_over:
                older = self.answers.older(verb, args)
                return Reply(older.value if older else None, older is not None, job, None, verb, args)
            if kept is None:
                return Reply(None, False, None, job.error, verb, args)
        return Reply(None if kept.error else kept.value, False, None, kept.error, verb, args, is_settled=True)

    def _at_once(self, verb: str, args: Mapping[str, Any], make: Callable[[], Any]) -> Reply:
        try:
            value = plain(make().as_dict())
        except LifelongError as error:
            return Reply(None, False, None, error.as_dict()["error"], verb, args)
        return Reply(value, False, None, None, verb, args, is_settled=True)

    def _outcome(self, job: Job) -> Answer | None:
        return self.answers.named(job.answer) if job.state == "done" else None
