"""How the command line speaks: results on standard output, progress and errors on standard error."""

from __future__ import annotations

import json
import sys
import time
from typing import TYPE_CHECKING, Any, NoReturn

import click

from lifelong.cli.flags import BOOK
from lifelong.cli.language import speech
from lifelong.phrases import heard, phrase

if TYPE_CHECKING:
    from lifelong.errors import LifelongError


def say(value: Any, *, as_json: bool, whole: Any = None) -> None:
    """Print a value: its JSON contract, or its text; and write it as a workbook where ``--book`` asks for that.

    Args:
        value: what is printed, or what makes the text that is.
        as_json: as its JSON contract, else as text.
        whole: what goes into the workbook, where that is not ``value``.
    """
    context = click.get_current_context(silent=True)
    if context and (path := context.meta.get(BOOK)):
        from lifelong.project import book

        book(value if whole is None else whole, path, verb=context.info_name or "")
    if as_json:
        from lifelong.values import to_json

        sys.stdout.write(to_json(value) + "\n")
    else:
        with speech():
            sys.stdout.write(f"{value() if callable(value) else value}\n")


def fail(error: LifelongError, *, as_json: bool) -> NoReturn:
    """Print an error in its one shape and leave with its exit code."""
    if as_json:
        sys.stdout.write(json.dumps(error.as_dict(), ensure_ascii=False) + "\n")
    else:
        with speech():
            sys.stderr.write(f"{error}\n")
    sys.exit(error.exit_code)


class Progress:
    """Shows long work: a bar with count, rate and time left on a terminal, else a plain line a step."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._live = sys.stderr.isatty() and not quiet
        self._bar: Any = None
        self._task: Any = None
        self._step = ""
        self._began = time.monotonic()

    def __enter__(self) -> Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()
        self._step = ""

    def __call__(self, step: str, done: int, total: int | None) -> None:
        """Told by the verbs: the step's name, how much is done, and of how much (None: not known)."""
        if self._quiet:
            return
        if self._live:
            self._draw(step, done, total)
        elif step != self._step:
            elapsed = time.monotonic() - self._began
            with speech():
                rows = f" ({heard(phrase('{total:,} rows', total=total))})" if total else ""
                sys.stderr.write(f"{elapsed:6.1f} s  {heard(step)}{rows}\n")
        self._step = step

    def _draw(self, step: str, done: int, total: int | None) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        if self._bar is None:
            rate = TextColumn("{task.fields[rate]}")
            columns = (
                TextColumn("{task.description:<32}"),
                BarColumn(24),
                MofNCompleteColumn(),
                rate,
                TimeElapsedColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Bar(*columns, console=Console(stderr=True), transient=False)
            self._bar.start()
        if step != self._step:
            if self._task is not None:
                self._finish()
            self._task = self._bar.add_task(step, total=total, rate="")
        speed = self._bar.tasks[-1].speed
        self._bar.update(self._task, completed=done, total=total, rate=f"{speed:,.0f}/s" if speed else "")

    def _finish(self) -> None:
        last = self._bar.tasks[-1]
        if last.total is None:
            self._bar.update(self._task, total=1, completed=1)
        else:
            self._bar.update(self._task, completed=last.total)
