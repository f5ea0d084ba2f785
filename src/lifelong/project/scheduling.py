"""The verb `schedule`: the lines with which cron or systemd make a report again. They are printed; nothing is installed."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from lifelong.errors import ConfigError, did_you_mean
from lifelong.phrases import phrase
from lifelong.values.made import Schedule

if TYPE_CHECKING:
    from lifelong.project.papering import Wanted

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
#: When: cron's day of the month and of the week, systemd's day and date.
EVERY = {
    "day": ("*", "*", "*-*-*"),
    **{day: ("*", str((at + 1) % 7), f"{day[:3].capitalize()} *-*-*") for at, day in enumerate(DAYS)},
    "month": ("1", "*", "*-*-01"),
}
_AT = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


def schedule(root: Path, wanted: Wanted, every: str = "monday", at: str = "07:00") -> Schedule:
    """Lines that make a report every day, weekday or month.

    Args:
        root: the project's folder.
        wanted: the kind, format and language.
        every: ``day``, ``monday`` to ``sunday``, or ``month`` (its first day).
        at: the time of the day, by the machine's clock.

    Raises:
        ConfigError: E563 for a day or a time that is not understood.
    """
    found = _AT.fullmatch(at)
    if every not in EVERY or found is None:
        is_day = every not in EVERY
        raise ConfigError(
            "E563",
            phrase("when is not understood: {every!r}", every=every if is_day else at),
            where="--every" if is_day else "--at",
            why=did_you_mean(every, EVERY) if is_day else "a time is hours and minutes, such as 07:00",
            fix=phrase("take one of {every}", every=", ".join(EVERY)) if is_day else "write it as 07:00",
        )
    hour, minute = int(found[1]), int(found[2])
    words = [
        *_program(),
        "report",
        "--project",
        str(root.resolve()),
        "--kind",
        wanted.kind,
        "--format",
        wanted.format or "html",
    ]
    words += ["--lang", wanted.lang] if wanted.lang else []
    month_day, week_day, date = EVERY[every]
    name = f"lifelong-{wanted.kind}-{re.sub(r'[^a-z0-9]+', '-', root.resolve().name.lower()).strip('-') or 'shop'}"
    command = shlex.join(words)
    said = command.replace("%", r"\%")  # cron takes a plain per cent sign as the end of the line
    return Schedule(
        kind=wanted.kind,
        format=wanted.format or "html",
        every=every,
        at=f"{hour:02d}:{minute:02d}",
        command=command,
        cron=f"{minute} {hour} {month_day} * {week_day} {said}",
        name=name,
        service=f"[Unit]\nDescription=lifelong: {wanted.kind} report\n\n[Service]\nType=oneshot\nExecStart={_systemd(words)}\n",
        timer=f"[Unit]\nDescription=lifelong: {wanted.kind} report, every {every}\n\n[Timer]\nOnCalendar={date} {hour:02d}:{minute:02d}:00\n"
        "Persistent=true\n\n[Install]\nWantedBy=timers.target\n",
    )  # fmt: skip


def _program() -> list[str]:
    """The program, by its whole path: cron and systemd have no PATH of a person."""
    beside = Path(sys.executable).with_name("lifelong")
    found = str(beside) if beside.is_file() else shutil.which("lifelong")
    return [found] if found else [sys.executable, "-c", "from lifelong.cli import main; main()"]


def _systemd(words: list[str]) -> str:
    """Words as systemd splits them: quoted, and its own signs doubled."""
    return " ".join(
        _word(word.replace("\\", r"\\").replace("%", "%%").replace("$", "$$").replace('"', r"\"")) for word in words
    )


def _word(word: str) -> str:
    return word if re.fullmatch(r"[\w./:=%$@+-]+", word) else f'"{word}"'
