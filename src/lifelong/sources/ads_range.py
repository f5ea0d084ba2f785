"""The range of days that a report says above its header, as people write it: "January 1, 2025 - January 31, 2025"."""

from __future__ import annotations

import re
from datetime import date

from lifelong.sources.ads_names import MONTHS
from lifelong.sources.columns import plain
from lifelong.units import day_of

_WORDS = {plain(word): number for number, words in enumerate(MONTHS, 1) for word in words.split()}
_ISO = re.compile(r"(?<!\d)(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
_POINTS = re.compile(r"(?<!\d)(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)")
_NAMED = re.compile(r"(?<!\d)(\d{1,2})(?:\.|er)? (?:de )?([^\W\d_]{3,12})\.?(?:,| de)? (\d{4})(?!\d)")
_ENGLISH = re.compile(r"([^\W\d_]{3,12})\.? (\d{1,2}), (\d{4})(?!\d)")


def range_of(text: str) -> tuple[int, int] | None:
    """The first and the last day that a line names; None where it does not name two, or one alone.

    >>> range_of("1. Januar 2025 - 31. Januar 2025") == range_of("2025-01-01 - 2025-01-31")
    True
    """
    text = re.sub(r"[\u00a0\u202f\u2009 ]+", " ", text)
    found = [
        *((m.start(), int(m[1]), int(m[2]), int(m[3])) for m in _ISO.finditer(text)),
        *((m.start(), int(m[3]), int(m[2]), int(m[1])) for m in _POINTS.finditer(text)),
        *((m.start(), int(m[3]), _month(m[2]), int(m[1])) for m in _NAMED.finditer(text)),
        *((m.start(), int(m[3]), _month(m[1]), int(m[2])) for m in _ENGLISH.finditer(text)),
    ]
    days = []
    for _, year, month, day in sorted(found):
        try:
            days.append(day_of(date(year, month, day)))
        except ValueError:
            return None
    return (days[0], days[-1]) if len(days) in {1, 2} and days[0] <= days[-1] else None


def _month(word: str) -> int:
    return _WORDS.get(plain(word), 0)
