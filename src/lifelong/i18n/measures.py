"""Numbers, money, shares, intervals and dates as people read them; every surface takes them from here.

The rules are one for all languages: U+2212 as minus, "+" only on changes, a no-break space before % and units,
rounding half to even of the decimal that Python prints (2.675 is 2.68), zero is "0", the unknown is said in words.
"""

from __future__ import annotations

import datetime as dt
import math
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import TYPE_CHECKING

from lifelong.i18n.locales import MINUS, NBSP, locale
from lifelong.units import Horizon, date_of, minor_digits

if TYPE_CHECKING:
    from lifelong.units import Money

    Real = float | int | Decimal

# Wide enough for any float64 with decimals: the default 28 digits would refuse 1e300.
_WIDE = Context(prec=700, rounding=ROUND_HALF_EVEN)


def rounded(value: Real, digits: int = 0) -> Decimal:
    """A number rounded half to even to so many decimals; ``digits`` below 0 rounds to tens, hundreds ...

    >>> rounded(2.5), rounded(2.675, 2), rounded(1250, -2)
    (Decimal('2'), Decimal('2.68'), Decimal('1200'))
    """
    exact = value if isinstance(value, Decimal) else Decimal(repr(float(value)) if not _is_whole(value) else int(value))
    whole = exact.quantize(Decimal(1).scaleb(-digits), context=_WIDE)
    whole = whole.quantize(Decimal(1), context=_WIDE) if digits < 0 else whole
    return abs(whole) if whole == 0 else whole  # no minus before a zero


def number(value: Real | None, digits: int = 0, *, signed: bool = False, lang: str = "") -> str:
    """A number with thousands grouped: ``number(-1234.5, 1)`` is "−1,234.5"; None and nan are "not known".

    ``signed`` puts "+" before what is above zero, as changes have it.
    """
    words = locale(lang)
    if value is None or math.isnan(value):
        return words.words["unknown"]
    if math.isinf(value):
        return f"{MINUS if value < 0 else ''}∞"
    exact = rounded(value, digits)
    return _sign(exact, signed=signed) + _digits(exact, digits, lang)


def money(value: Real | None, currency: str, digits: int | None = None, *, signed: bool = False, lang: str = "") -> str:
    """An amount in major units: ``money(1234.5, "USD")`` is "$1,234.50"; a currency without a sign: "PLN 1,234.50".

    ``digits`` None prints the currency's own decimals.
    """
    words = locale(lang)
    if value is None or not math.isfinite(value):
        return number(value, lang=lang)
    places = minor_digits(currency) if digits is None else digits
    exact = rounded(value, places)
    code = currency.upper()
    is_before = words.money.index("{symbol}") < words.money.index("{number}")
    symbol = words.symbols.get(code) or (code + NBSP if code and is_before else code)
    told = words.money.format(sign=_sign(exact, signed=signed), symbol=symbol, number=_digits(exact, places, lang))
    return told.rstrip(NBSP)


def ledger(amount: Money, *, lang: str = "") -> str:
    """An exact amount to the smallest coin, never through a float: "$2,500,315.63"."""
    return money(amount.amount, amount.currency, lang=lang)


def percent(share: Real | None, digits: int = 1, *, signed: bool = False, lang: str = "") -> str:
    """A share as per cent: ``percent(0.079)`` is "7.9 %" with a no-break space."""
    if share is None or not math.isfinite(share):
        return number(share, lang=lang)
    return f"{number(_hundredfold(share), digits, signed=signed, lang=lang)}{NBSP}%"


def points(change: Real | None, digits: int = 1, *, lang: str = "") -> str:
    """The change of a share, in points: ``points(0.012)`` is "+1.2 points"."""
    if change is None or not math.isfinite(change):
        return number(change, lang=lang)
    exact = rounded(_hundredfold(change), digits)
    word = _unit("point", int(exact) if exact == exact.to_integral_value() else None, lang)
    return f"{number(exact, digits, signed=True, lang=lang)}{NBSP}{word}"


def quantity(count: Real | None, unit: str, digits: int = 0, *, lang: str = "") -> str:
    """A number with its unit in the right plural: ``quantity(1, "week")`` is "1 week".

    Raises ``KeyError`` for a unit that the language's catalogue does not hold.
    """
    if count is None or not math.isfinite(count):
        return number(count, lang=lang)
    exact = rounded(count, digits)
    whole = int(exact) if digits <= 0 else None
    return f"{number(exact, digits, lang=lang)}{NBSP}{_unit(unit, whole, lang)}"


def precision(low: Real, high: Real) -> int:
    """Decimals so that an interval is at least 2 units of the last digit; negative means tens, hundreds ...

    >>> precision(0.819, 0.861), precision(269_938, 281_846), precision(3, 3)
    (2, -3, 0)
    """
    width = abs(float(high) - float(low))
    if not math.isfinite(width) or width == 0:
        return 0
    digits = -math.floor(math.log10(width) - math.log10(2))
    # the logarithm may miss by one at the exact power of ten
    return digits - 1 if width >= 2 * 10.0 ** (1 - digits) else digits


def number_digits(low: Real, high: Real) -> int:
    """Decimals for a count or a measure with this interval: never less than whole ones."""
    return min(max(precision(low, high), 0), 12)


def money_digits(low: Real, high: Real, currency: str) -> int:
    """Decimals for money with this interval: none, or all that the currency has, since nobody writes $11.7."""
    return 0 if precision(low, high) <= 0 else minor_digits(currency)


def share_digits(low: Real, high: Real) -> int:
    """Decimals of the per cent for a share with this interval."""
    return number_digits(float(low) * 100, float(high) * 100)


def interval(low: Real, high: Real, currency: str, digits: int | None = None, *, lang: str = "") -> str:
    """Two ends in words: ``interval(269_938, 281_846, "USD")`` is "$269,938 to $281,846".

    Precision follows the interval (:func:`money_digits`) where ``digits`` is None.
    """
    places = money_digits(low, high, currency) if digits is None else digits
    return _spread(money(low, currency, places, lang=lang), money(high, currency, places, lang=lang), lang)


def number_interval(low: Real, high: Real, digits: int | None = None, *, lang: str = "") -> str:
    """Two counts in words: ``number_interval(6542, 6698)`` is "6,542 to 6,698"."""
    places = number_digits(low, high) if digits is None else digits
    return _spread(number(low, places, lang=lang), number(high, places, lang=lang), lang)


def percent_interval(low: Real, high: Real, digits: int | None = None, *, lang: str = "") -> str:
    """Two shares in words, the sign once: ``percent_interval(0.794, 0.807)`` is "79.4 to 80.7 %"."""
    places = share_digits(low, high) if digits is None else digits
    return _spread(number(_hundredfold(low), places, lang=lang), percent(high, places, lang=lang), lang)


def between(low: str, high: str, *, lang: str = "") -> str:
    """Two ends that are written already: "a to b"."""
    return _spread(low, high, lang)


def money_within(value: Real, low: Real, high: Real, currency: str, *, lang: str = "") -> str:
    """An amount, as precise as its interval allows."""
    return money(value, currency, money_digits(low, high, currency), lang=lang)


def number_within(value: Real, low: Real, high: Real, *, lang: str = "") -> str:
    """A count or measure, as precise as its interval allows."""
    return number(value, number_digits(low, high), lang=lang)


def change(value: Real, low: Real, high: Real, *, lang: str = "") -> str:
    """A relative change in per cent with its sign, or "no clear change" where its interval holds 0."""
    if low <= 0 <= high:
        return locale(lang).words["unclear"]
    return percent(value, 1, signed=True, lang=lang)


def date(when: dt.date | str | int, *, lang: str = "") -> str:
    """A day in full: ``date("1998-06-30")`` is "30 June 1998"; takes a date, an ISO text or a day number."""
    day, words = _date(when), locale(lang)
    return _dated(words.day, day, words.months[day.month - 1])


def short_date(when: dt.date | str | int, *, lang: str = "") -> str:
    """A day for narrow places: "30 Jun 1998"."""
    day, words = _date(when), locale(lang)
    return _dated(words.day, day, (words.months_dated or words.months_short)[day.month - 1])


def days(first: str, last: str, *, lang: str = "") -> str:
    """A stretch of days that are written already: "30 Jun 1997 to 30 Jun 1998"."""
    return locale(lang).span.format(low=first, high=last)


def month(when: dt.date | str | int, *, lang: str = "") -> str:
    """A month for an axis: "Jan 97"."""
    day, words = _date(when), locale(lang)
    return _dated(words.month, day, words.months_short[day.month - 1])


def horizon(value: Horizon | str, *, lang: str = "") -> str:
    """A horizon in words: "39 weeks", "1 year", "the rest of life"."""
    ahead = Horizon.parse(value)
    if ahead.is_lifetime:
        return locale(lang).words["lifetime"]
    unit = {"d": "day", "w": "week", "y": "year"}[ahead.text[-1]]
    return quantity(int(ahead.text[:-1]), unit, lang=lang)


def unknown(*, lang: str = "") -> str:
    """The words for a number that the data do not hold."""
    return locale(lang).words["unknown"]


def not_estimated(*, lang: str = "") -> str:
    """The words for a number that was not computed."""
    return locale(lang).words["absent"]


def _is_whole(value: Real) -> bool:
    return not isinstance(value, Decimal) and hasattr(value, "__index__")


def _hundredfold(share: Real) -> Decimal:
    """A share times 100 in decimals: 0.145 is 14.5, and not 14.499999999999998."""
    exact = share if isinstance(share, Decimal) else Decimal(repr(float(share)))
    return exact.scaleb(2, context=_WIDE)


def _sign(exact: Decimal, *, signed: bool) -> str:
    if exact < 0:
        return MINUS
    return "+" if signed and exact > 0 else ""


def _digits(exact: Decimal, digits: int, lang: str) -> str:
    words = locale(lang)
    text = f"{abs(exact):,.{max(digits, 0)}f}"
    return text.translate({ord(","): words.group, ord("."): words.decimal})


def _unit(unit: str, whole: int | None, lang: str) -> str:
    words = locale(lang)
    return words.units[unit]["other" if whole is None else words.plural(whole)]


def _spread(low: str, high: str, lang: str) -> str:
    return locale(lang).spread.format(low=low, high=high)


def _date(when: dt.date | str | int) -> dt.date:
    if isinstance(when, str):
        return dt.date.fromisoformat(when[:10])
    return when if isinstance(when, dt.date) else date_of(when)


def _dated(pattern: str, day: dt.date, name: str) -> str:
    return pattern.format(day=day.day, month=name, year=f"{day.year:04d}", yy=f"{day.year % 100:02d}")
