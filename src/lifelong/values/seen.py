"""What a look at a file shows before anything of it is stored."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from lifelong.values.findings import plain

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Seen:
    """How a file would be read.

    Attributes:
        source: the file's name.
        kind: orders, spend, touches or subscriptions: as told, or the likeliest.
        format, compression, encoding, separator: of the file; empty where the format needs none.
        header: the file's columns.
        sample: its first rows, a text a cell. They hold personal data and are kept nowhere.
        names: the columns that this kind may have, with what each means.
        needed: those of them without which nothing is read.
        columns: our names to the file's, as they would be read.
        currency: of the amounts, where the file or the settings say it.
        platform: whose report of spend it is (google_ads, meta_ads, tiktok_ads, ga4, or ``file``); empty of other kinds.
        dates, decimal: the order of days and months, and the decimal sign.
        problem: why it would not be read: code, where, why, fix; None where it would.
    """

    source: str
    kind: str
    format: str
    compression: str
    encoding: str
    separator: str
    header: Sequence[str]
    sample: Sequence[Sequence[str]]
    names: Mapping[str, str]
    needed: Sequence[str]
    columns: Mapping[str, str]
    currency: str = ""
    platform: str = ""
    dates: str = ""
    decimal: str = ""
    problem: Mapping[str, str] | None = None

    def as_dict(self) -> dict[str, Any]:
        """The JSON contract of a look."""
        return {f.name: plain(getattr(self, f.name)) for f in fields(self)}

    def __str__(self) -> str:
        how = ", ".join(
            part for part in (self.format, self.compression, self.encoding, _SIGNS.get(self.separator)) if part
        )
        lines = [f"{self.source}: {self.kind} ({how})"]
        ours = {theirs: name for name, theirs in self.columns.items()}
        for at, name in enumerate(self.header):
            shown = " | ".join(row[at] for row in self.sample[:3])
            lines.append(f"  {name[:24]:<24} {ours.get(name, '-'):<14} {shown[:60]}")
        if self.problem:
            lines.append(
                f"  it cannot be read yet: {self.problem['code']} {self.problem['why']}; {self.problem['fix']}"
            )
        return "\n".join(lines)


_SIGNS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
