"""Days, horizons, rates and money: no bare number of months anywhere.

Time is kept in whole days since 1970-01-01 in the project's time zone, money in whole minor units (cents) of one
currency. A rate always names its period and is converted by compounding.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from lifelong.errors import ConfigError
from lifelong.phrases import Phrase, phrase

if TYPE_CHECKING:
    from collections.abc import Sequence

DAYS_A_WEEK = 7
DAYS_A_YEAR = 365.25
EPOCH = date(1970, 1, 1)
MOST_PER_YEAR = 100.0

# ISO 4217: the currencies whose minor unit is not a hundredth.
_MINOR_DIGITS = {
    **dict.fromkeys(
        [
            "BIF",
            "CLP",
            "DJF",
            "GNF",
            "ISK",
            "JPY",
            "KMF",
            "KRW",
            "PYG",
            "RWF",
            "UGX",
            "UYI",
            "VND",
            "VUV",
            "XAF",
            "XOF",
            "XPF",
        ],
        0,
    ),
    **dict.fromkeys(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"], 3),
}


def day_of(when: date | str) -> int:
    """Days from 1970-01-01 to a date or an ISO date text.

    >>> day_of("1970-01-02")
    1
    """
    if isinstance(when, str):
        try:
            text = when.strip()
            when = date.fromisoformat(text) if len(text) <= 10 else datetime.fromisoformat(text)
        except ValueError:
            raise ConfigError(
                "E301",
                phrase("{when!r} is not a date", when=when),
                why="a day is written year-month-day, so that no one can read it another way",
                fix="write it as 1997-09-30",
            ) from None
    return (date(when.year, when.month, when.day) - EPOCH).days


def date_of(day: int) -> date:
    """The date of a day number.

    >>> date_of(10134)
    datetime.date(1997, 9, 30)
    """
    return EPOCH + timedelta(days=int(day))


@dataclass(frozen=True, slots=True)
class Horizon:
    """A stretch of time ahead: a whole number of days, or the rest of life.

    >>> Horizon.parse("39w").days
    273.0
    >>> str(Horizon.parse("lifetime"))
    'lifetime'
    """

    days: float
    text: str

    @classmethod
    def parse(cls, value: str | Horizon) -> Horizon:
        """Read ``"39w"``, ``"90d"``, ``"2y"`` (a year is 365 days) or ``"lifetime"``."""
        if isinstance(value, Horizon):
            return value
        text = str(value).strip().lower().replace(" ", "")
        if text in {"lifetime", "life", "inf"}:
            return cls(math.inf, "lifetime")
        found = re.fullmatch(r"(\d{1,5})(d|days?|w|weeks?|y|years?)", text)
        if not found or int(found[1]) == 0:
            months = re.fullmatch(r"\d+(m|mo|months?)", text)
            raise ConfigError(
                "E301",
                phrase("{value!r} is not a horizon", value=value),
                where="--horizon",
                why="months differ in length" if months else "a horizon is a number with its unit",
                fix="write 52w, 90d, 2y (of 365 days) or lifetime",
            )
        size = {"d": 1, "w": DAYS_A_WEEK, "y": 365}[found[2][0]]
        return cls(float(int(found[1]) * size), f"{int(found[1])}{found[2][0]}")

    @property
    def weeks(self) -> float:
        """The horizon in weeks (``inf`` for the rest of life)."""
        return self.days / DAYS_A_WEEK

    @property
    def is_lifetime(self) -> bool:
        """True for the rest of life."""
        return math.isinf(self.days)

    def __str__(self) -> str:
        return self.text


@dataclass(frozen=True, slots=True)
class Rate:
    """A discount rate with its period. Conversions compound: 10 % a year is 0.7974 % a month.

    >>> round(Rate.parse("10%/year").per_month * 100, 4)
    0.7974
    """

    per_year: float

    @classmethod
    def parse(cls, value: str | Rate) -> Rate:
        """Read ``"10%/year"``, ``"0.8%/month"`` or ``"0"``; an effective rate of its period."""
        if isinstance(value, Rate):
            return value
        text = str(value).strip().lower().replace(" ", "").replace(",", ".")
        found = re.fullmatch(r"(\d+(?:\.\d+)?)%?/?(year|y|month|week|day)?", text)
        if not found or (found[2] is None and float(found[1]) != 0) or ("%" not in text and float(found[1]) != 0):
            raise ConfigError(
                "E301",
                phrase("{value!r} is not a discount rate", value=value),
                where="--discount",
                why="a rate without its period has been the commonest error in lifetime values",
                fix="write 10%/year (or 0 for none)",
            )
        rate = float(found[1]) / 100
        periods = {"y": 1.0, "m": 12.0, "w": DAYS_A_YEAR / 7, "d": DAYS_A_YEAR}[(found[2] or "year")[0]]
        growth = periods * math.log1p(rate)
        if growth > math.log1p(MOST_PER_YEAR):
            raise ConfigError(
                "E301",
                phrase(
                    "{value!r} compounds to more than {most_per_year:.0%} a year",
                    value=value,
                    most_per_year=MOST_PER_YEAR,
                ),
                where="--discount",
                why="at such a rate nothing beyond a few weeks is worth anything",
                fix="write the rate of a whole year, such as 10%/year",
            )
        return cls(math.expm1(growth))

    @property
    def per_month(self) -> float:
        """The effective rate of a twelfth of a year."""
        return math.expm1(math.log1p(self.per_year) / 12)

    @property
    def force_per_day(self) -> float:
        """The continuous rate delta a day: money that comes t days from now is worth exp(-delta t) today."""
        return math.log1p(self.per_year) / DAYS_A_YEAR

    @property
    def force_per_week(self) -> float:
        """The continuous rate a week."""
        return self.force_per_day * DAYS_A_WEEK

    def __str__(self) -> str:
        return f"{round(self.per_year * 100, 6):.6f}".rstrip("0").rstrip(".") + "%/year"


def share(value: str | float, *, flag: str) -> float:
    """Read a share such as ``"35%"`` or ``0.35``; it must lie in 0 to 1.

    >>> share("35%", flag="--margin")
    0.35
    """
    text = f"{value:.17f}" if isinstance(value, float) else str(value).strip().replace(" ", "").replace(",", ".")
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(%?)", text)
    number = float(found[1]) / (100 if found[2] else 1) if found else math.nan
    if not 0 <= number <= 1:
        raise ConfigError(
            "E301",
            phrase("{value!r} is not a share", value=value),
            where=flag,
            why="a share lies between 0 % and 100 %",
            fix=phrase("write {flag} 35%", flag=flag),
        )
    return number


def minor_digits(currency: str) -> int:
    """How many decimals the currency's minor unit has.

    >>> minor_digits("JPY"), minor_digits("EUR")
    (0, 2)
    """
    return _MINOR_DIGITS.get(currency.upper(), 2)


@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount: whole minor units of a currency."""

    minor: int
    currency: str

    @property
    def amount(self) -> Decimal:
        """The amount in major units."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    def __str__(self) -> str:
        return str(self.said())

    def said(self) -> Phrase:
        """The amount as a part of a sentence, whose marks follow the language."""
        return phrase(f"{{amount:,.{minor_digits(self.currency)}f}} {{code}}", amount=self.amount, code=self.currency)


def to_minor(amount: Decimal | str, currency: str) -> int:
    """Major units to whole minor units, rounded half to even.

    >>> to_minor("12.345", "EUR")
    1234
    """
    scaled = Decimal(amount).scaleb(minor_digits(currency))
    return int(scaled.to_integral_value(rounding=ROUND_HALF_EVEN))


def apportion(total: int, weights: Sequence[float | Fraction]) -> list[int]:
    """Deal a whole total in proportion to weights, by the largest remainder: the parts sum to it.

    Each part is its exact share rounded down or up; of equal remainders the first comes first.

    Args:
        total: whole minor units, 0 or more.
        weights: 0 or more, their sum above 0.

    >>> apportion(100, [1, 1, 1])
    [34, 33, 33]
    """
    whole = [Fraction(weight) for weight in weights]
    exact = [total * weight / sum(whole) for weight in whole]
    parts = [math.floor(part) for part in exact]
    first = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
    for i in first[: total - sum(parts)]:
        parts[i] += 1
    return parts


def dealt(total: int, exact: Sequence[float | Fraction]) -> list[int]:
    """Parts that are known in fractions of a minor unit, some below 0 perhaps, made whole: they sum to the total.

    By the largest remainder. Where the exact parts sum to another total (digits that a float does not keep), the largest
    part takes the difference.

    >>> dealt(3, [0.9, 0.9, 1.2]), dealt(-1, [-2.5, 1.5]), dealt(8, [5.0, 2.0])
    ([1, 1, 1], [-2, 1], [6, 2])
    """
    parts = [Fraction(part) for part in exact]
    largest = max(range(len(parts)), key=lambda i: abs(parts[i]))
    parts[largest] += total - sum(parts)
    whole = [math.floor(part) for part in parts]
    rest = [part - down for part, down in zip(parts, whole, strict=True)]
    more = apportion(total - sum(whole), rest) if any(rest) else [0] * len(rest)
    return [down + up for down, up in zip(whole, more, strict=True)]
