"""How a file writes amounts: the decimal sign, and the currency that they name."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.tables.clean_numbers import DOLLARS, MARKS

if TYPE_CHECKING:
    from collections.abc import Iterable

_FIGURE = re.compile(r"[0-9][0-9.,'’ \u00a0\u202f\u2009]*|[.,][0-9]+")
_CODE = re.compile(r"(?<![A-Za-z])([A-Z]{3})(?![A-Za-z])")


def decimal_of(texts: Iterable[str], column: str, where: str, name: str = "revenue") -> str:
    """``.`` or ``,``: what stands before the decimals, decided by the numbers that can be read in one way only.

    Raises:
        DataError: E108, where every number can be read in two ways, such as 1,234.
    """
    votes: Counter[str] = Counter()
    unsure: Counter[str] = Counter()
    shown = ""
    for text, times in Counter(texts).items():  # a text that comes again says the same
        found = _FIGURE.search(text)
        if not found:
            continue
        sign, is_sure = _decimal(found[0].strip())
        if is_sure:
            votes[sign] += times
        elif sign:
            unsure[sign] += times
            shown = shown or text
    if votes:
        return max(votes, key=lambda sign: (votes[sign], sign == "."))
    if not unsure:
        return "."
    raise DataError(
        "E108", phrase("{shown!r} can be read in two ways", shown=shown), where=phrase("{where}, column {column}", where=where, column=column),
        why="every amount has one sign with three digits behind it: thousands, or decimals?",
        fix=phrase("say which sign stands before the decimals:  --column {name}='{column}:.'  or  --column "
"{name}='{column}:,'", name=name, column=column),
    )  # fmt: skip


def _decimal(number: str) -> tuple[str, bool]:
    """The decimal sign that a number shows and whether that is sure; a sign that is not sure is the sign seen."""
    bare = re.sub(r"['’ \u00a0\u202f\u2009]", "", number)
    points, commas = bare.count("."), bare.count(",")
    if points and commas:
        return ("." if bare.rfind(".") > bare.rfind(",") else ","), True
    if points + commas == 0:
        return "", False
    sign = "." if points else ","
    other = "," if points else "."
    if points + commas > 1:
        return other, True
    whole, _, part = bare.partition(sign)
    if len(part) != 3 or whole.startswith("0") or not 1 <= len(whole) <= 3:
        return sign, True
    return sign, False


def currencies_in(texts: Iterable[str]) -> Counter[str]:
    """The currencies that amounts name, such as in "12 EUR" or "€12", with how many do."""
    found: Counter[str] = Counter()
    for text, times in Counter(texts).items():
        code = _CODE.search(text)
        if code:
            found[code[1]] += times
            continue
        mark = next((MARKS[m] for m in MARKS if m in text), "")
        if mark or "$" in text:
            found[mark or DOLLARS[0]] += times
    return found
