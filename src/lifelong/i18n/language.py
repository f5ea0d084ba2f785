"""What a language says about numbers, money, dates and counted things, as one record."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

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
        span: a stretch of days in words, with the same slots.
        months, months_short: January first; ``months_dated`` are the short ones behind a day, where they differ.
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
    span: str
    months: tuple[str, ...]
    months_short: tuple[str, ...]
    day: str
    month: str
    plural: Callable[[int], str]
    units: Mapping[str, Mapping[str, str]]
    words: Mapping[str, str]
    months_dated: tuple[str, ...] = ()
