"""What a language says about numbers, money, dates and counted things, as data. One entry a language.

A catalogue of another language is another :class:`Locale`; the formatting functions read nothing else.
"""

from __future__ import annotations

import contextlib
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lifelong.errors import ConfigError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MINUS = "\u2212"
NBSP = "\u00a0"


@dataclass(frozen=True, slots=True)
class Locale:
    """How one language writes measures.

    Attributes:
        code: the language tag, as in ``<html lang>``.
        decimal, group: the decimal mark and what stands between thousands.
        money: where the currency stands, with the slots ``{sign}``, ``{symbol}`` and ``{number}``.
        symbols: currency code to sign; a currency without one is written with its code.
        spread: an interval in words, with the slots ``{low}`` and ``{high}``.
        months, months_short: January first.
        day, month: patterns with the slots ``{day}``, ``{month}``, ``{year}`` and ``{yy}``.
        plural: the plural category of a whole number, as CLDR names it (one, few, many, other).
        units: by unit, the word for each plural category.
        words: whole messages by key.
    """

    code: str
    decimal: str
    group: str
    money: str
    symbols: Mapping[str, str]
    spread: str
    months: tuple[str, ...]
    months_short: tuple[str, ...]
    day: str
    month: str
    plural: Callable[[int], str]
    units: Mapping[str, Mapping[str, str]]
    words: Mapping[str, str]


def _one_other(count: int) -> str:
    return "one" if abs(count) == 1 else "other"


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_UNITS = ("day", "week", "month", "quarter", "year", "order", "customer", "cohort", "point", "row", "unit")

EN = Locale(
    code="en",
    decimal=".",
    group=",",
    money="{sign}{symbol}{number}",
    symbols={
        "USD": "$",
        "EUR": "€",
        "GBP": "£",
        "JPY": "¥",
        "INR": "₹",
        "ILS": "₪",
        "KRW": "₩",
        "NGN": "₦",
        "VND": "₫",
    },
    spread="{low} to {high}",
    months=_MONTHS,
    months_short=tuple(month[:3] for month in _MONTHS),
    day="{day} {month} {year}",
    month="{month} {yy}",
    plural=_one_other,
    units={unit: {"one": unit, "other": f"{unit}s"} for unit in _UNITS},
    words={
        "unknown": "not known",
        "absent": "not estimated",
        "unclear": "no clear change",
        "lifetime": "the rest of life",
    },
)

LOCALES: dict[str, Locale] = {EN.code: EN}


_NOW: ContextVar[str] = ContextVar("language", default=EN.code)


def language() -> str:
    """The language that is spoken now: English, or what :func:`speaking` set."""
    return _NOW.get()


@contextlib.contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language within the block: of one thread or task, as a page or a report is written."""
    token = _NOW.set(locale(code).code)
    try:
        yield
    finally:
        _NOW.reset(token)


def locale(code: str = "") -> Locale:
    """The locale of a language tag, by default of the language spoken now; E302 with the closest where there is none."""
    code = code or _NOW.get()
    found = LOCALES.get(code)
    if found is None:
        raise ConfigError(
            "E302",
            f"there is no language {code!r}",
            why=did_you_mean(code, LOCALES),
            fix="take a language that is there",
        )
    return found
