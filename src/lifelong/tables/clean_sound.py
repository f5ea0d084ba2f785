"""Sound rows: plainly written whole orders with a number, a true date, no minus, and nothing to find fault with.

Most files hold hardly anything else. Their lines need not be written down: they follow from the landing by a few
expressions, as often as somebody asks. ``odd`` finds the other rows, which ``clean.lines`` cleans; what ``clean.sound``
says of the rest is what ``clean.lines`` would say, and a test holds both together.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.tables import clean_plain as plain
from lifelong.tables.clean_duplicates import order_key
from lifelong.tables.clean_frame import entered, is_empty, names_of, returned
from lifelong.tables.clean_numbers import sure
from lifelong.units import date_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifelong.tables.clean_rules import Rules

_LAST = 47_481  # 2099-12-31
_YEAR, _LEAP = "(?:19[7-9]|20[0-9])[0-9]", "(?:19(?:7[26]|8[048]|9[26])|20(?:[02468][048]|[13579][26]))"
# Day, month and year of every date from 1970 to 2099.
_DATES = (
    ("(?:0[1-9]|1[0-9]|2[0-8])", "(?:0[1-9]|1[0-2])", _YEAR),
    ("(?:29|30)", "(?:0[13-9]|1[0-2])", _YEAR),
    ("31", "(?:0[13578]|1[02])", _YEAR),
    ("29", "02", _LEAP),
)
_ORDER = {"ymd": (2, 1, 0), "dmy": (0, 1, 2), "mdy": (1, 0, 2)}
_SIGNS = {"ymd": "-", "dmy": "./-", "mdy": "./-"}


def can_be_sound(rules: Rules, have: Sequence[str]) -> bool:
    """Whether a file of these rules and columns can have sound rows."""
    return rules.grain == "order" and "order_id" in have and plain.applies(rules, have)


def odd(raw: Any, rules: Rules) -> Any:
    """The rows of a landing that are not sound, as they are."""
    frame = entered(raw)
    have = names_of(frame)
    is_past = nw.col(plain.DAY) <= rules.today if plain.is_dated(rules, have) else _is_past(rules)
    found = plain.told(frame, rules, have, _dates(rules)).filter(~sure(nw.col("_is_plain") & is_past))
    return returned(found.select(*(name for name in have if name not in {plain.DAY, plain.SECOND})), raw)


def counted_again(orders: Any, odd_lines: Any) -> Any:
    """The marked lines of a file as ``quality.report`` wants them, the sound ones read back from the orders.

    Only where each kept line became an order of its own, as it stood: whole numbers are summed far faster than texts.

    Args:
        orders: what ``clean.orders`` made of the file.
        odd_lines: the lines of its odd rows, as ``clean.marked`` gave them.
    """
    odd_ones = entered(odd_lines).with_columns(_key=order_key())
    kept = odd_ones.filter(nw.col("reason").is_null()).select(order_id=nw.col("_key"))
    frame = entered(orders)
    frame = frame if is_empty(kept) else frame.join(kept, on="order_id", how="anti")
    text, no = nw.lit(None, dtype=nw.String), nw.lit(False)
    frame = frame.select(
        "order_id", "customer_id", "day", "revenue", "refund", row=nw.lit(0).cast(nw.Int64), reason=text, repeats=text,
        second=nw.lit(0).cast(nw.Int32), is_rounded=no, duplicate=no, is_single=nw.lit(True), is_alone=nw.lit(True),
    )  # fmt: skip
    return returned(nw.concat([frame, odd_ones.select(*names_of(frame))], how="vertical"), orders)


def _dates(rules: Rules) -> str:
    order = _ORDER[rules.dates]
    forms = [f"[{sign}]".join(parts[i] for i in order) for sign in _SIGNS[rules.dates] for parts in _DATES]
    return f"(?:{'|'.join(forms)})"


def _is_past(rules: Rules) -> nw.Expr:
    """No later than today, by comparing texts."""
    if rules.today >= _LAST:
        return nw.lit(True)
    at, tomorrow = nw.col("ordered_at"), date_of(rules.today + 1).isoformat()
    if rules.dates == "ymd":
        return at < tomorrow
    return plain.turned(at, rules) < tomorrow.replace("-", "")
