"""Numbers that people type: amounts, shares and times, or what is wrong with them."""

from __future__ import annotations

import math
import re

from lifelong.errors import ConfigError
from lifelong.money.calculator import LEAST, LEAST_SHARE, MOST
from lifelong.phrases import phrase
from lifelong.units import share

MONTHS = {"": 1.0, "m": 1.0, "y": 12.0}


def amount(text: str | float, flag: str, example: str, *, is_zero_allowed: bool = False) -> float:
    """An amount of 0 or more, as people write one."""
    plain = str(text).strip().replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    plain = plain.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", plain) else plain.replace(",", ".")
    number = float(plain) if re.fullmatch(r"\d+(\.\d*)?(e[+-]?\d+)?", plain) else math.nan
    if LEAST <= number <= MOST or (number == 0 and is_zero_allowed):
        return number
    if is_zero_allowed:
        what = phrase("{text!r} is not a number 0, or from {least:g} to {most:g}", text=text, least=LEAST, most=MOST)
    else:
        what = phrase("{text!r} is not a number from {least:g} to {most:g}", text=text, least=LEAST, most=MOST)
    raise wrong(
        flag,
        what,
        "value and cost are computed from it",
        example,
    )


def typed_share(text: str | float, flag: str, example: str) -> float:
    """A share of 1."""
    try:
        return share(text, flag=flag)
    except ConfigError:
        raise wrong(
            flag, phrase("{text!r} is not a share", text=text), "a share lies between 0 % and 100 %", example
        ) from None


def months(text: str | float) -> float | None:
    """A time in months, as in ``20m`` or ``2y``; None where nothing was typed."""
    if text == "":
        return None
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?)(m|y|)", re.sub(r"onths?|ears?|\s", "", str(text).lower()))
    number = float(found[1].replace(",", ".")) * MONTHS[found[2]] if found else math.nan
    if 1 < number <= 1 / LEAST_SHARE:
        return number
    why = phrase(
        "it is the mean months that customers stay: more than 1, at most {least_share:,.0f}",
        least_share=1 / LEAST_SHARE,
    )
    raise wrong("--lifetime", phrase("{text!r} is not a lifetime", text=text), why, "20m")


def margin(text: str | float) -> float | None:
    """A margin above 0; None where nothing was typed."""
    if text == "":
        return None
    number = typed_share(text, "--margin", "40%")
    if number >= LEAST_SHARE:
        return number
    raise wrong(
        "--margin",
        phrase("a margin of {text} leaves nothing", text=text),
        "without margin no customer is worth anything",
        "40%",
    )


def wrong(flag: str, what: str, why: str, example: str) -> ConfigError:
    """What is said of a number that cannot be used."""
    return ConfigError(
        "E351", what, where=flag, why=why, fix=phrase("write {flag} {example}", flag=flag, example=example)
    )


def whole(text: str | int, flag: str, least: int, most: int) -> int:
    """A whole number of months."""
    plain = re.sub(r"\s*m(onths?)?$", "", str(text).strip().lower())
    if re.fullmatch(r"\d{1,6}", plain) and least <= int(plain) <= most:
        return int(plain)
    raise wrong(
        flag,
        phrase("{text!r} is not a number of months from {least} to {most}", text=text, least=least, most=most),
        "it is counted by months",
        "24",
    )
