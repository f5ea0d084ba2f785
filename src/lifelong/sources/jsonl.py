"""JSON Lines: one order or line a line; numbers keep their digits, objects within are named by a point."""

from __future__ import annotations

import json
import lzma
import zlib
from typing import TYPE_CHECKING, Any

from lifelong.errors import DataError
from lifelong.sources import encodings, landing_writer
from lifelong.sources.look import SAMPLE_ROWS, Look, targets
from lifelong.sources.records import Record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from lifelong.sources.look import Progress, ReadPlan

_LONGEST = 1 << 24  # characters of a line


def look(path: Path, text: str, packed: str, encoding: str) -> Look:
    """The names and values of the first lines."""
    found = []
    whole = text.splitlines()
    for line in whole[:SAMPLE_ROWS]:
        told = _object(line)
        if told is not None:
            found.append(told)
    if not found:
        raise DataError(
            "E103", "no line is a JSON object", where=path.name, why="JSON Lines has one object a line, not one list",
            fix="write one order a line, as jq -c '.[]' does",
        )  # fmt: skip
    header = tuple(dict.fromkeys(name for told in found for name in told))
    rows = [[told.get(name, "") for name in header] for told in found]
    return Look("jsonl", header, rows, packed, encoding, is_typed=True)


def copy(plan: ReadPlan, out: Path, progress: Progress) -> int:
    """Write the plan's columns; a line that is no JSON object is kept as it stands."""
    from pathlib import Path

    path = Path(plan.path)
    wanted = targets(plan)
    try:
        with (
            encodings.opened(path, plan.compression) as stream,
            encodings.lines_of(stream, plan.encoding) as decoded,
        ):
            rows = _records(decoded, list(wanted.values()))
            return landing_writer.write(rows, list(wanted), range(len(wanted)), out, lambda done: progress(done, None))
    except (EOFError, zlib.error, lzma.LZMAError, OSError) as problem:
        raise encodings.unreadable(path, problem) from None


def _records(stream: Any, names: list[str]) -> Iterator[Record]:
    while line := stream.readline(_LONGEST):
        if not line.strip("\ufeff \t\r\n"):
            continue
        told = _object(line)
        if told is None:
            yield Record(None, line.rstrip("\r\n"), "no JSON object")
        else:
            yield Record([told.get(name, "") for name in names], "", "")


def _object(line: str) -> dict[str, str] | None:
    """One line's values as texts, or None."""
    try:
        told = json.loads(line.strip("\ufeff \t\r\n\x1e"), parse_float=str, parse_int=str, parse_constant=str)
    except (ValueError, RecursionError):
        return None
    return _flat(told) if isinstance(told, dict) else None


def _flat(told: dict[str, Any], before: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for name, value in told.items():
        if isinstance(value, dict):
            flat |= _flat(value, f"{before}{name}.")
        elif isinstance(value, list):
            flat[f"{before}{name}"] = json.dumps(value, ensure_ascii=False)
        else:
            flat[f"{before}{name}"] = "" if value is None else str(value)
    return flat
