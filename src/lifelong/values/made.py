"""Files that verbs made, and how a timer makes them again."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import PurePath
from typing import Any


@dataclass(frozen=True, slots=True)
class Made:
    """A file that a verb wrote.

    Attributes:
        path: where it lies.
        kind: of report, or what was exported.
        format, lang: how and in which language.
        as_of: the last day of the data, ISO; empty where it has none.
        size: bytes.
        sha256: of the bytes: the same data give the same file.
    """

    path: str
    kind: str
    format: str
    lang: str
    as_of: str
    size: int
    sha256: str

    @property
    def name(self) -> str:
        """The file's name."""
        return PurePath(self.path).name

    def as_dict(self) -> dict[str, Any]:
        """The file as JSON."""
        return {"name": self.name, **asdict(self)}


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a report is made again and again: printed, never installed.

    Attributes:
        kind, format, every, at: what, how, and when.
        command: what is run.
        cron: one line for crontab.
        service, timer: units for systemd; ``name`` is theirs, without the ending.
    """

    kind: str
    format: str
    every: str
    at: str
    command: str
    cron: str
    name: str
    service: str
    timer: str

    def as_dict(self) -> dict[str, Any]:
        """All of it as JSON."""
        return asdict(self)

    def __str__(self) -> str:
        place = "~/.config/systemd/user"
        return "\n".join(
            [
                "Nothing was installed. With cron, add this line (crontab -e):",
                "",
                self.cron,
                "",
                f"Or with systemd, write {place}/{self.name}.service:",
                "",
                self.service,
                f"and {place}/{self.name}.timer:",
                "",
                self.timer,
                f"and start it:  systemctl --user enable --now {self.name}.timer",
            ]
        )
