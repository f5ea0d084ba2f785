"""The short way: rows of which every cell is written in the one form that most shops write, checked by patterns.

What this way says of such rows is what the long way would say; a test holds both together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.tables import clean_text as texts
from lifelong.tables import clean_time as times
from lifelong.tables.clean_numbers import sure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifelong.tables.clean_rules import Rules

# Up to three letters and a number above zero, or a UUID: words for nobody and names of tests are longer.
_BARE = "[1-9][0-9]*"
_NAME = f"(?:[A-Za-z]{{0,3}}-?{_BARE}|[0-9a-f]{{8}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{4}}-[0-9a-f]{{12}})"
_MAIL = "[a-su-z0-9][a-z0-9._+-]*@[a-z0-9-]+(?:[.][a-z0-9-]+)+"
_WORD = "[A-Za-z0-9](?:[A-Za-z0-9 ._/&:,-]*[A-Za-z0-9])?"
_PIECES = "-?[0-9]{1,6}"
_CLOCK = "(?: (?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9])?"
_YEAR_LAST = "(?:[0-9]{2}[.][0-9]{2}[.]|[0-9]{2}/[0-9]{2}/|[0-9]{2}-[0-9]{2}-)[0-9]{4}"
_DATE = 10  # characters of a date; a longer text has a clock
# Day and second of a moment, null unless its text is a date of 1970 to 2099 as ISO writes it, alone or with a clock: an
# engine that finds these for less than patterns and slices cost adds them to a landing's rows.
DAY, SECOND = "_iso_day", "_iso_second"
_FORMS = {  # how the date is written, and where year, month and day stand
    "ymd": ("[0-9]{4}-[0-9]{2}-[0-9]{2}", (0, 5, 8)),
    "dmy": (_YEAR_LAST, (6, 3, 0)),
    "mdy": (_YEAR_LAST, (6, 0, 3)),
}


def applies(rules: Rules, have: Sequence[str]) -> bool:
    """Whether a file of these rules can have rows that go the short way."""
    simple = rules.dates in _FORMS and not rules.continued and not rules.rates
    zoned = rules.source_zone == "" or rules.timezone == "UTC"
    return simple and zoned and "customer_id" in have and not {"refund", "cost"} & set(have)


def is_dated(rules: Rules, have: Sequence[str]) -> bool:
    """Whether the engine told the day of every date that can be sound."""
    return rules.dates == "ymd" and DAY in have


def told(frame: Any, rules: Rules, have: Sequence[str], dates: str = "") -> Any:
    """The frame with ``_is_plain``; where a narrower pattern of dates is given, amounts must not be below zero too."""
    needed = _needed(rules, have)
    if dates:
        needed = {n: pattern.removeprefix("-?") for n, pattern in needed.items()} | {"ordered_at": dates + _CLOCK}
    known = [~nw.col(DAY).is_null()] if dates and is_dated(rules, have) else []
    checks = known + [
        nw.col(name).str.contains(f"^{pattern}$")
        for name, pattern in needed.items()
        if not known or name != "ordered_at"
    ]
    optional = {"email": _MAIL, "product": _WORD, "channel": _WORD, "status": _WORD}
    for name, pattern in optional.items():
        if name in have:
            wrong = {"email": (), "status": (*texts.CANCELLED, *texts.UNPAID, *texts.TEST)}.get(name, ())
            fits = nw.col(name).str.contains(f"^{pattern}$")
            checks.append(nw.col(name).is_null() | (fits & ~texts.among(nw.col(name), (*wrong, *texts.NOTHING))))
    if "currency" in have and rules.currency:
        checks.append(nw.col("currency") == rules.currency)
    if "fault" in have:
        checks.append(nw.col("fault").is_null())
    return frame.with_columns(_is_plain=sure(nw.all_horizontal(*checks, ignore_nulls=False)))


def _needed(rules: Rules, have: Sequence[str]) -> dict[str, str]:
    """The pattern of each column that a plain row cannot do without."""
    point = "[.]" if rules.decimal == "." else ","
    decimals = f"(?:{point}[0-9]{{1,{rules.digits}}})?" if rules.digits else ""
    found = {"customer_id": _NAME, "ordered_at": _FORMS[rules.dates][0] + _CLOCK}
    if "order_id" in have:
        found["order_id"] = _BARE if rules.cancel_prefix else _NAME
    if "quantity" in have:
        found["quantity"] = _PIECES
    if "revenue" in have:
        found["revenue"] = f"-?[0-9]{{1,9}}{decimals}"
    elif "unit_price" in have:
        found["unit_price"] = f"-?[0-9]{{1,6}}{decimals}"
    return found


def lines(frame: Any, rules: Rules, have: Sequence[str], *, is_sound: bool = False) -> Any:
    """Lines of plain rows; where all are sound, no date needs a second look and nothing was paid back."""
    if is_sound and is_dated(rules, have):
        frame = frame.with_columns(_day=nw.col(DAY), _second=nw.col(SECOND))
    else:
        frame = _dated(frame, rules)
    if is_sound:
        frame = frame.with_columns(_exists=nw.lit(True))
    nothing, text = nw.lit(None).cast(nw.Int64), nw.lit(None, dtype=nw.String)
    quantity = nw.col("quantity").cast(nw.Int64) * 1000 if "quantity" in have else nothing
    if "revenue" in have:
        amount = _minor("revenue", rules)
    elif "unit_price" in have:
        pieces = nw.col("quantity").cast(nw.Int64) if "quantity" in have else nw.lit(1)
        amount = _minor("unit_price", rules) * pieces
    else:
        amount = nothing
    frame = frame.with_columns(_amount=amount, _pieces=quantity)
    below = nw.when(nw.col("_amount") < 0).then(-nw.col("_amount")).otherwise(nw.lit(0))
    return frame.select(
        "row",
        *(nw.col(n) if n in have else text.alias(n) for n in ("order_id", "customer_id", "email")),
        *(nw.col(n) if n in have else text.alias(n) for n in ("product", "channel", "status")),
        day=nw.when(nw.col("_exists")).then(nw.col("_day")),
        second=nw.when(nw.col("_exists")).then(nw.col("_second")),
        revenue=nw.col("_amount"),
        refund=nw.lit(0) if is_sound else below,
        cost=nothing,
        quantity=nw.col("_pieces"),
        is_rounded=nw.lit(False),
        is_single=nw.lit(rules.grain == "order"),
        reason=text if is_sound else _reason(rules),
    )


def _reason(rules: Rules) -> nw.Expr:
    """A plain row can have a bad date, and nothing else that is wrong."""
    return nw.coalesce(
        nw.when(~nw.col("_exists")).then(nw.lit("invalid date")),
        nw.when(nw.col("_day") < 0).then(nw.lit("date before 1970")),
        nw.when(nw.col("_day") > rules.today).then(nw.lit("date in the future")),
    )


def turned(at: nw.Expr, rules: Rules) -> nw.Expr:
    """A plain date's figures with the year first: texts that can be compared."""
    return nw.concat_str(*(at.str.slice(place, 2 + 2 * (i == 0)) for i, place in enumerate(_FORMS[rules.dates][1])))


def _minor(name: str, rules: Rules) -> nw.Expr:
    """A plain amount's minor units, by the nearest integer.

    Below 10^9 with at most three decimals, the double nearest to the text times 10^digits lies within 10^-3 of the
    integer that is meant, so that rounding finds it on every engine.
    """
    text = nw.col(name)
    if not rules.digits:
        return text.cast(nw.Int64)
    pointed = text if rules.decimal == "." else text.str.replace_all(",", ".", literal=True)
    return (pointed.cast(nw.Float64) * float(10**rules.digits)).round(0).cast(nw.Int64)


def _dated(frame: Any, rules: Rules) -> Any:
    """``_day``, ``_second`` and ``_exists`` by slices at fixed places."""
    _, (year, month, date) = _FORMS[rules.dates]
    at = nw.col("ordered_at")
    frame = frame.with_columns(
        _y=at.str.slice(year, 4).cast(nw.Int64),
        _m=at.str.slice(month, 2).cast(nw.Int64),
        _d=at.str.slice(date, 2).cast(nw.Int64),
    )
    frame = frame.with_columns(
        _day=times.civil(nw.col("_y"), nw.col("_m"), nw.col("_d")),
        _exists=times.exists(nw.col("_y"), nw.col("_m"), nw.col("_d")),
    )
    if isinstance(frame, nw.DataFrame) and not (frame["ordered_at"].str.len_chars() > _DATE).any():
        return frame.with_columns(_second=nw.lit(0))
    frame = frame.with_columns(_clock=at.str.slice(11, 8))
    clock = nw.when(nw.col("_clock") != "").then(nw.col("_clock")).otherwise(nw.lit("00:00:00"))
    second = sum(
        (clock.str.slice(3 * i, 2).cast(nw.Int64) * size for i, size in enumerate((3600, 60, 1))), start=nw.lit(0)
    )
    return frame.with_columns(_second=nw.when(nw.col("_clock") != "").then(second).otherwise(nw.lit(0)))
