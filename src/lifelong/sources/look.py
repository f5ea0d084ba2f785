"""What a first look at a file shows, and the plan of reading it: what all formats share."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifelong.tables.clean import Rules
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Progress = Callable[[int, int | None], None]

SAMPLE_ROWS = 20_000


@dataclass(frozen=True, slots=True)
class Look:
    """What the beginning of a file shows.

    Attributes:
        is_typed: the file knows dates and numbers itself; their texts are ISO and have a decimal point.
        rows: the sample's rows, as texts, each as wide as the header.
    """

    format: str
    header: tuple[str, ...]
    rows: Sequence[Sequence[str]]
    compression: str = ""
    encoding: str = ""
    separator: str = ""
    skip: int = 0
    is_typed: bool = False

    def texts(self, name: str) -> list[str]:
        """A column's texts in the sample."""
        at = self.header.index(name)
        return [row[at] for row in self.rows]


@dataclass(frozen=True, slots=True)
class ReadPlan:
    """How a file is read: all that was seen and decided. JSON-able.

    Attributes:
        path: the file.
        format: ``csv``, ``parquet``, ``jsonl`` or ``xlsx``.
        compression: ``gzip``, ``bz2``, ``xz`` or nothing.
        encoding: as Python names it; nothing where the format knows.
        separator: between cells; nothing where the format knows.
        skip: lines up to and with the header.
        header: the file's column names.
        columns: canonical name to the file's name.
        keep: further columns to keep, by the file's name.
        rules: what cleaning needs; a rebuild needs nothing else.
        findings: what a user should know of the reading.
    """

    path: str
    format: str
    compression: str
    encoding: str
    separator: str
    skip: int
    header: tuple[str, ...]
    columns: Mapping[str, str]
    keep: tuple[str, ...]
    rules: Rules
    findings: tuple[Finding, ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON. The folder is left out: the same file elsewhere has the same plan."""
        told = {f.name: getattr(self, f.name) for f in fields(self)}
        return told | {
            "path": Path(self.path).name,
            "header": list(self.header),
            "columns": dict(self.columns),
            "keep": list(self.keep),
            "rules": self.rules.as_dict(),
            "findings": [f.as_dict() for f in self.findings],
        }

    @classmethod
    def from_dict(cls, told: Mapping[str, Any]) -> ReadPlan:
        """The plan that :meth:`as_dict` told."""
        changed = {
            "header": tuple(told["header"]),
            "columns": dict(told["columns"]),
            "keep": tuple(told["keep"]),
            "rules": Rules.from_dict(told["rules"]),
            "findings": tuple(Finding.from_dict(f) for f in told["findings"]),
        }
        return cls(**{**told, **changed})


def targets(plan: ReadPlan) -> dict[str, str]:
    """The landing's column for each column that is read: canonical name (or the kept one) to the file's name."""
    return {**plan.columns, **{name: name for name in plan.keep}}
