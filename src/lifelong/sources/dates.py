"""How a file writes dates: which of day, month and year comes first, and whose clock it is."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from lifelong.errors import DataError
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Iterable

_YEAR_FIRST = re.compile(r"^[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}(?![0-9])|^[0-9]{8}(?:[ T]|$)")
_YEAR_LAST = re.compile(r"^([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?![0-9])")
_OFFSET = re.compile(r"[0-9]{2}:[0-9]{2}.*(?:Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)$")
_CLOCK = re.compile(r"[0-9]{1,2}:[0-9]{2}")
_SLIP = 0.05  # so few dates the other way round are slips, not the rule


def order_of(texts: Iterable[str], column: str, where: str, name: str = "ordered_at") -> str:
    """``ymd``, ``dmy``, ``mdy``, ``s`` or ``ms``, decided by the dates that can be read in one way only.

    Dates with points are day first, as nobody writes them otherwise.

    Raises:
        DataError: E107, where the dates are of no known form or every one of them can be read in two ways.
    """
    counts = dict.fromkeys(("ymd", "dmy", "mdy", "both", "point", "s", "ms", "odd"), 0)
    shown = ""
    for text, times in Counter(texts).items():  # a text that comes again says the same
        kind = _kind(text.strip())
        counts[kind] += times
        if kind in {"both", "odd"} and not shown:
            shown = text
    last = counts["dmy"] + counts["mdy"] + counts["both"] + counts["point"]
    most = max(("ymd", counts["ymd"]), ("last", last), ("s", counts["s"]), ("ms", counts["ms"]), key=lambda p: p[1])
    if most[1] == 0:
        raise _refused(
            phrase("{shown!r} is not understood as a date", shown=shown) if shown else "there is no date",
            column,
            where,
            name,
        )
    if most[0] != "last":
        return most[0]
    day, month = counts["dmy"] + counts["point"], counts["mdy"]
    if not day and not month:
        raise _refused(phrase("{shown!r} can be read in two ways", shown=shown), column, where, name)
    if min(day, month) > _SLIP * (day + month):
        raise _refused(
            phrase("{day:,} dates have the day first and {month:,} the month", day=day, month=month),
            column,
            where,
            name,
        )
    return "dmy" if day > month else "mdy"


def _kind(text: str) -> str:
    if _YEAR_FIRST.match(text):
        return "ymd"
    found = _YEAR_LAST.match(text)
    if found:
        first, second = int(found[1]), int(found[3])
        if found[2] == ".":
            return "point"
        if first > 12 or second > 12:
            return "dmy" if first > 12 else "mdy"
        return "both"
    if re.fullmatch(r"[0-9]{9,10}(?:\.[0-9]+)?", text):
        return "s"
    return "ms" if re.fullmatch(r"[0-9]{12,13}(?:\.[0-9]+)?", text) else "odd"


def _refused(what: str, column: str, where: str, name: str) -> DataError:
    return DataError(
        "E107", what, where=phrase("{where}, column {column}", where=where, column=column),
        why="day and month turned round would put every row on the wrong day",
        fix=phrase("say what comes first:  --column '{name}={column}:dmy'  (or :mdy, :ymd), or name another "
"column", name=name, column=column),
    )  # fmt: skip


def clocks(texts: Iterable[str]) -> tuple[int, int]:
    """How many texts have a time of day without an offset, and how many with one."""
    naive = aware = 0
    for text, times in Counter(texts).items():
        if _OFFSET.search(text.strip()):
            aware += times
        elif _CLOCK.search(text):
            naive += times
    return naive, aware
