"""Amounts and quantities as exact integers, from texts, by integer and string operations only.

Every function returns expressions; none of them goes through floating point, so that all engines agree to the cent.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import narwhals as nw

# Signs and words of money around a number. Letters alone are looked at by `marked_currency`.
MARK = r"(?:[€$£¥₽₴₹]|[A-Z]{3}|zł|zl|ZŁ|Kč|kr\.?|Fr\.?|руб\.?|р\.|грн\.?|Lei|lei|Ft|лв\.?)"
BLANK = "[ \u00a0\u202f\u2007\u2009\t]"
MARKS = {
    "€": "EUR", "£": "GBP", "zł": "PLN", "zl": "PLN", "ZŁ": "PLN", "₽": "RUB", "руб": "RUB", "р.": "RUB", "₴": "UAH",
    "грн": "UAH", "₹": "INR", "Kč": "CZK", "Ft": "HUF", "лв": "BGN", "Fr": "CHF",
}  # fmt: skip
DOLLARS = ("USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN")
LARGEST = 10**13  # minor units a row: 100 billion, so that 900,000 such rows still add up in 64 bits
_MINOR = 4  # up to so many decimals a number is an amount; with more it is a price of one piece


def plain(decimal: str) -> str:
    """The pattern of a number without signs of money or thousands."""
    return rf"^-?[0-9]{{1,15}}(?:{_escaped(decimal)}[0-9]{{1,20}})?$"


def full(decimal: str) -> str:
    """The pattern of a number as people and shops write it, with the given decimal sign."""
    groups = f"(?:[.'’]|{BLANK})" if decimal == "," else f"(?:[,'’]|{BLANK})"
    body = rf"(?:[0-9]{{1,3}}(?:{groups}[0-9]{{3}})+|[0-9]{{1,15}})?(?:{_escaped(decimal)}[0-9]{{1,20}})?"
    around = rf"{BLANK}*(?:{MARK}{BLANK}*)?"
    return rf"^{around}[-−+(]?{around}{body}{around}[-−)]?{around}$"


def read(frame: Any, name: str, decimal: str, digits: int) -> Any:
    """Add a column of texts as whole units of 10^-digits, half to even where a text has more decimals.

    Adds ``{name}_n`` (int64; null where the text is none or no number that can be kept), ``{name}_bad`` (it is
    there and no number), ``{name}_large`` and ``{name}_rounded`` (booleans, never null).
    """
    text = nw.col(name)
    size = 13 if digits <= _MINOR else 15
    frame = frame.with_columns(_plain=text.str.contains(plain(decimal)))
    minus = nw.when(nw.col("_plain")).then(text.str.starts_with("-")).otherwise(text.str.contains("[-−(]"))
    letters = text.str.replace_all("[A-Za-zÀ-žА-я]+[.]?", "")
    only = letters.str.replace_all("[^0-9.]" if decimal == "." else "[^0-9,]", "")
    fits = text.str.contains(full(decimal)) & text.str.contains("[0-9]")
    frame = frame.with_columns(
        _fits=nw.when(nw.col("_plain")).then(nw.lit(True)).otherwise(fits),
        _minus=minus,
        _number=nw.when(nw.col("_plain")).then(text.str.replace_all("-", "", literal=True)).otherwise(only),
    )
    if decimal == ",":
        frame = frame.with_columns(_number=nw.col("_number").str.replace_all(",", ".", literal=True))
    is_large = nw.col("_number").str.len_chars() > size - digits
    is_large = nw.when(is_large).then(nw.col("_number").str.contains(f"^[0-9]{{{size - digits + 1},}}"))
    frame = frame.with_columns(
        _fits=sure(nw.col("_fits")), _minus=sure(nw.col("_minus")), _large=sure(is_large & nw.col("_fits"))
    )
    frame = frame.with_columns(
        _number=nw.when(nw.col("_fits") & ~nw.col("_large")).then(nw.col("_number")).otherwise(nw.lit("0"))
    )
    frame = _scaled(frame, digits)
    value = nw.when(nw.col("_minus")).then(-nw.col("_units")).otherwise(nw.col("_units"))
    added = {
        f"{name}_n": nw.when(nw.col("_fits") & ~nw.col("_large")).then(value),
        f"{name}_bad": ~text.is_null() & ~nw.col("_fits"),
        f"{name}_large": nw.col("_large"),
        f"{name}_rounded": nw.col("_inexact") & nw.col("_fits"),
    }
    return frame.with_columns(**added)


def _scaled(frame: Any, digits: int) -> Any:
    """``_number``, unsigned text with a point, to the integer ``_units`` with half-even rounding."""
    text = nw.col("_number")
    exact = f"^[0-9]+[.][0-9]{{{digits}}}$" if digits else "^[0-9]+$"
    frame = frame.with_columns(_exact=text.str.contains(exact))
    odd = ~nw.col("_exact")
    frame = frame.with_columns(
        _whole=nw.when(odd).then(text.str.replace_all("[.].*$", "")),
        _part=nw.when(odd).then(text.str.replace_all("^[^.]*[.]?", "")),
    )
    tail = nw.concat_str("_part", nw.lit("0" * digits)).str.slice(0, digits)
    cut = nw.concat_str(nw.lit("0"), "_whole", tail) if digits else nw.concat_str(nw.lit("0"), "_whole")
    frame = frame.with_columns(_cut=nw.when(odd).then(cut), _rest=nw.when(odd).then(nw.col("_part").str.slice(digits)))
    is_half = nw.col("_rest").str.contains("^50*$") & nw.col("_cut").str.contains("[13579]$")
    is_up = nw.col("_rest").str.contains("^(?:[6-9]|5[0-9]*[1-9])") | is_half
    units = nw.when(odd).then(nw.col("_cut")).otherwise(text.str.replace_all(".", "", literal=True))
    up = nw.when(odd).then(nw.when(is_up).then(nw.lit(1)).otherwise(nw.lit(0))).otherwise(nw.lit(0))
    inexact = nw.when(odd).then(nw.col("_rest").str.contains("[1-9]")).otherwise(nw.lit(False))
    return frame.with_columns(_units=units.cast(nw.Int64) + up.cast(nw.Int64), _inexact=sure(inexact))


def sure(flag: nw.Expr) -> nw.Expr:
    """A flag that is false where it is null."""
    return nw.when(flag).then(nw.lit(True)).otherwise(nw.lit(False))


def times(frame: Any, pieces: str, price: str) -> Any:
    """Add ``_product``: quantity in 1/1000 times price in 1/10,000 minor units, in minor units, half to even.

    Adds ``_product_rounded`` and ``_product_large`` too. The price is cut into minor units and the rest, so that no
    product leaves 64 bits.
    """
    frame = frame.with_columns(_count=nw.col(pieces).abs(), _price=nw.col(price).abs())
    frame = frame.with_columns(_major=nw.col("_price") // 10_000)
    floats = nw.col("_count").cast(nw.Float64) * (nw.col("_major") + 1).cast(nw.Float64)
    frame = frame.with_columns(_product_large=sure((nw.col("_count") > LARGEST) | (floats > float(LARGEST) * 1000)))
    frame = frame.with_columns(_count=nw.when(~nw.col("_product_large")).then(nw.col("_count")))
    frame = frame.with_columns(_all=nw.col("_count") * nw.col("_major"))
    frame = frame.with_columns(_upper=nw.col("_all") // 1000)
    left = nw.col("_all") - nw.col("_upper") * 1000
    small = nw.col("_price") - nw.col("_major") * 10_000
    frame = halved(frame.with_columns(_left=left * 10_000 + nw.col("_count") * small), "_left", 10_000_000)
    total = nw.col("_upper") + nw.col("_left_n")
    is_minus = (nw.col(pieces) < 0) != (nw.col(price) < 0)
    return frame.with_columns(
        _product=nw.when(is_minus).then(-total).otherwise(total), _product_rounded=sure(nw.col("_left_rounded"))
    )


def exchanged(frame: Any, name: str, rate: str, extra: int) -> Any:
    """Add ``{name}_there``: amounts of 10^-extra minor units times a rate, in minor units, half to even.

    Amounts are at most ``LARGEST`` in size, the rate has up to eight decimals and is below 100,000, so that every
    product fits 64 bits.
    """
    high, low = divmod(int((Decimal(rate) * 10**8).to_integral_value()), 10**8)
    size = nw.col(name).abs()
    frame = frame.with_columns(_upper=size // 10**8)
    frame = frame.with_columns(_all=size * high + nw.col("_upper") * low, _low=(size - nw.col("_upper") * 10**8) * low)
    frame = frame.with_columns(_major=nw.col("_all") // 10**extra)
    left = (nw.col("_all") - nw.col("_major") * 10**extra) * 10**8 + nw.col("_low")
    frame = halved(frame.with_columns(_left=left), "_left", 10 ** (8 + extra))
    total = nw.col("_major") + nw.col("_left_n")
    return frame.with_columns(nw.when(nw.col(name) < 0).then(-total).otherwise(total).alias(f"{name}_there"))


def halved(frame: Any, name: str, unit: int) -> Any:
    """Add ``{name}_n``, a number >= 0 in units, half to even, and ``{name}_rounded``: whether anything was left."""
    frame = frame.with_columns(_q=nw.col(name) // unit)
    frame = frame.with_columns(_r=nw.col(name) - nw.col("_q") * unit)
    is_odd = (nw.col("_q") - (nw.col("_q") // 2) * 2) == 1
    is_up = (nw.col("_r") > unit // 2) | ((nw.col("_r") == unit // 2) & is_odd)
    up = nw.when(is_up).then(nw.lit(1)).otherwise(nw.lit(0))
    return frame.with_columns((nw.col("_q") + up).alias(f"{name}_n"), (nw.col("_r") > 0).alias(f"{name}_rounded"))


def code(text: nw.Expr, home: str) -> nw.Expr:
    """A currency column's cell as a code of ISO 4217: signs and small letters are understood."""
    signs = {**MARKS, "$": home if home in DOLLARS else "USD"}
    return nw.coalesce(
        *(nw.when(text == mark).then(nw.lit(name)) for mark, name in signs.items()), text.str.to_uppercase()
    )


def marked_currency(text: nw.Expr, home: str) -> nw.Expr:
    """The currency that an amount's text names (``12 EUR``, ``€12``), or null; a bare dollar may be the home one."""
    signs = {**MARKS, "$": home if home in DOLLARS else "USD"}
    is_code = text.str.contains("(?:^|[^A-Za-z])[A-Z]{3}(?:[^A-Za-z]|$)")
    found = nw.coalesce(
        nw.when(is_code).then(text.str.replace_all("[^A-Z]", "")),
        *(nw.when(text.str.contains(mark, literal=True)).then(nw.lit(name)) for mark, name in signs.items()),
    )
    return nw.when(text.str.contains("[^-0-9., ]")).then(found)


def _escaped(sign: str) -> str:
    return "[.]" if sign == "." else sign
