"""What every route works with: the project, its queue, its kept answers, and the latest scores in memory."""

from __future__ import annotations

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

#: Drawn parts of pages that are kept; the one that was not asked for the longest goes first.
DRAWINGS = 32
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
    """

    value: Mapping[str, Any] | None
    is_old: bool
    job: Job | None
    error: Mapping[str, str] | None
    verb: str
    args: Mapping[str, Any]


class Desk:
    """The one desk of a server: made when it starts, closed when it ends."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.queue = Queue(root)
        self.answers: Answers = self.queue.answers
        self._shelf: Shelf | None = None
        self._drawn: OrderedDict[tuple[str, ...], Any] = OrderedDict()
        self._lock = threading.Lock()

    def project(self) -> Project:
        """The project, for verbs that answer at once."""
        from lifelong.project import Project

        return Project(self.root, create=False)

    def close(self) -> None:
        """Stop the work."""
        self.queue.close()

    def shelf(self) -> Shelf | None:
        """The latest scores, held in memory until others are the latest; None where nothing was scored."""
        with self._lock:
            found = Shelf.latest(self.project(), self._shelf)
            self._shelf = found
            return found

    def drawn(self, what: str, make: Callable[[], Any]) -> Any:
        """What was drawn of the project's present state in the present language, or what ``make`` draws now."""
        state = self.answers.state()
        key = (what, state, i18n.language())
        with self._lock:
            for old in [one for one in self._drawn if one[1] != state]:  # nobody asks for these again
                del self._drawn[old]
            if key in self._drawn:
                self._drawn.move_to_end(key)
                return self._drawn[key]
        made = make()
        with self._lock:
            self._drawn[key] = made
            while len(self._drawn) > DRAWINGS:
                self._drawn.popitem(last=False)
        return made

    def ask(self, verb: str, told: Mapping[str, Any] | None = None, patience: float = PATIENCE) -> Reply:
        """The answer to a question: the kept one, or a job that makes it, with the older answer meanwhile.

        Raises:
            ConfigError: E301, E302, where the question is not understood.
        """
        args = arguments(verb, told or {})
        if VERBS[verb].is_instant or (VERBS[verb].is_quick and "roster" in self.project().holds()):
            return self._at_once(verb, args)
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
        return Reply(None if kept.error else kept.value, False, None, kept.error, verb, args)

    def _at_once(self, verb: str, args: Mapping[str, Any]) -> Reply:
        try:
            value = plain(call(self.root, verb, args, lambda *_: None).as_dict())
        except LifelongError as error:
            return Reply(None, False, None, error.as_dict()["error"], verb, args)
        return Reply(value, False, None, None, verb, args)

    def _outcome(self, job: Job) -> Answer | None:
        return self.answers.named(job.answer) if job.state == "done" else None
