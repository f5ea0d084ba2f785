"""Answers that verbs gave, as JSON: kept under the question and the state of the project that they answer.

A page asks for the answer of a question in the project's present state. Where only an older one is there, it is shown
with its day until the new one has come.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifelong.config import FILE_NAME
from lifelong.errors import AccessError, LifelongError
from lifelong.jobs.unnamed import kept_args, kept_error
from lifelong.phrases import phrase
from lifelong.store import files

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

KIND = "lifelong-answer/2"
#: What an answer depends on: small files that change with the data, the fits, the scores or the settings.
DEPENDS = (FILE_NAME, "project.json", "landing/manifest.json", "fits/latest", "scores/latest")
#: So many answers are kept; the oldest go first.
KEPT = 400
#: So many that were read stay in memory.
READ = 32


@dataclass(frozen=True, slots=True)
class Answer:
    """One kept answer.

    Attributes:
        name: its file, without the ending.
        verb, args: the question.
        value: what the verb's ``as_dict`` told, empty where it failed.
        error: the four fields of a failure, or None.
        state: the state of the project that it answers.
        at: seconds since 1970.
    """

    name: str
    verb: str
    args: Mapping[str, Any]
    value: Mapping[str, Any]
    error: Mapping[str, str] | None
    state: str
    at: float


class Answers:
    """The kept answers of one project."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._place = root / "answers"
        self._known: OrderedDict[str, tuple[os.stat_result, Answer]] = OrderedDict()
        self._lock = threading.Lock()

    def state(self) -> str:
        """The present state of the project in sixteen digits."""
        digest = hashlib.sha256()
        for name in DEPENDS:
            try:
                with open(f"{self._root}/{name}", "rb", 0) as file:  # noqa: PTH123 - a path object costs as much again
                    digest.update(file.read())
            except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
                digest.update(b"-")
            digest.update(b"\n")
        # Kept plans are never changed, only added to: their names say which there are.
        with contextlib.suppress(FileNotFoundError), os.scandir(f"{self._root}/plans") as found:
            digest.update("\n".join(sorted(file.name for file in found if file.name.endswith(".json"))).encode())
        return digest.hexdigest()[:16]

    @staticmethod
    def question(verb: str, args: Mapping[str, Any]) -> str:
        """A question in sixteen digits."""
        told = json.dumps([verb, dict(args)], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]

    def name(self, verb: str, args: Mapping[str, Any], state: str) -> str:
        """The name of the answer to a question in a state."""
        return f"{self.question(verb, args)}-{state}"

    def keep(
        self,
        verb: str,
        args: Mapping[str, Any],
        state: str,
        value: Mapping[str, Any] | None,
        error: Mapping[str, str] | None = None,
    ) -> str:
        """Keep an answer and return its name."""
        name = self.name(verb, args, state)
        told = {
            "verb": verb, "args": kept_args(verb, args), "state": state, "at": time.time(), "value": value or {},
            "error": kept_error(verb, args, error),
        }  # fmt: skip
        with files.disk_errors(self._place):
            self._place.mkdir(exist_ok=True)
            files.write_sealed(self._place / f"{name}.json", KIND, told)
            kept = sorted(self._place.glob("*.json"), key=lambda path: path.stat().st_mtime)
            for path in kept[:-KEPT]:
                path.unlink(missing_ok=True)
        return name

    def get(self, verb: str, args: Mapping[str, Any], state: str = "") -> Answer | None:
        """The answer in that state (by default the present one), or None."""
        return self._read(self.name(verb, args, state or self.state()))

    def older(self, verb: str, args: Mapping[str, Any]) -> Answer | None:
        """The youngest answer to the question in any state that is not a failure, or None."""
        paths = sorted(
            self._place.glob(f"{self.question(verb, args)}-*.json"), key=lambda path: path.stat().st_mtime, reverse=True
        )
        found = (self._read(path.stem) for path in paths)
        return next((answer for answer in found if answer and not answer.error), None)

    def named(self, name: str) -> Answer:
        """The answer of that name; E503 where there is none."""
        is_name = len(name) == 33 and set(name) <= set("0123456789abcdef-")
        found = self._read(name) if is_name else None
        if found is None:
            raise AccessError(
                "E503",
                "there is no such answer",
                where=phrase("answer {name!r}", name=name[:40]),
                why="its name is wrong, or it was replaced by a younger one",
                fix="ask the question again",
            )
        return found

    def _read(self, name: str) -> Answer | None:
        path = self._place / f"{name}.json"
        try:
            now = path.stat()
        except OSError:
            return None
        with self._lock:
            known = self._known.get(name)
            if known is not None and _is_same(known[0], now):
                self._known.move_to_end(name)
                return known[1]
        try:
            told = files.read_sealed(path, KIND)
        except (LifelongError, OSError):  # a damaged answer is computed again
            return None
        made = Answer(name, **told)
        with self._lock:
            self._known[name] = (now, made)
            while len(self._known) > READ:
                self._known.popitem(last=False)
        return made


def _is_same(before: os.stat_result, now: os.stat_result) -> bool:
    """Whether a file is the one that it was: each is written whole, under a number of its own."""
    return all(getattr(before, name) == getattr(now, name) for name in ("st_ino", "st_mtime_ns", "st_size"))
