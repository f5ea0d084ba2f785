"""The settings of a project as the verb `settings` tells them."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Setting:
    """One line of lifelong.toml.

    Attributes:
        name: as in the file.
        kind: ``text``, ``flag``, ``list``, or ``choice`` of ``choices``.
        value, default: text, true or false, or a list of texts.
        say: what it means, in a line.
        used_by: the verbs that read it.
        choices: what a choice may be.
        locked: why it cannot be changed now; empty where it can.
    """

    name: str
    kind: str
    value: str | bool | tuple[str, ...]
    default: str | bool | tuple[str, ...]
    say: str
    used_by: tuple[str, ...]
    choices: tuple[str, ...] = ()
    locked: str = ""

    @property
    def is_default(self) -> bool:
        """Whether nobody has changed it."""
        return self.value == self.default


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings, in the order of lifelong.toml.

    Attributes:
        rows: the settings.
        changed: the names of those that this call changed.
        value_again: whether there are scores that were made before what was changed, and that follow from it.
    """

    rows: tuple[Setting, ...]
    changed: tuple[str, ...] = ()
    value_again: bool = False

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of `settings`."""
        return {
            "settings": [_plain(asdict(row)) for row in self.rows],
            "changed": list(self.changed),
            "value_again": self.value_again,
        }

    def __str__(self) -> str:
        lines = [f"{row.name:<14} {_told(row.value):<24} {row.say}" for row in self.rows]
        lines += [f"{row.name} cannot be changed: {row.locked}" for row in self.rows if row.locked]
        if self.changed:
            lines.append(f"changed: {', '.join(self.changed)}")
        if self.value_again:
            lines.append("the scores are of the earlier settings; make them again:  lifelong run")
        return "\n".join(lines)


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in told.items()}


def _told(value: str | bool | tuple[str, ...]) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return (value if isinstance(value, str) else "; ".join(value)) or "-"
