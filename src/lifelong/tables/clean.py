"""From the texts of a landing to lines of exact integers: one row in, one row out, each kept or set aside with a reason.

Pure narwhals: the same function, equal by ``==``, on DuckDB (lazily), Polars, pandas and PyArrow.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw

from lifelong import schema
from lifelong.tables import clean_numbers as numbers
from lifelong.tables import clean_plain as plain
from lifelong.tables import clean_text as texts
from lifelong.tables import clean_time as times
from lifelong.tables.clean_duplicates import duplicates, flags, marked
from lifelong.tables.clean_frame import entered, is_empty, names_of, returned
from lifelong.tables.clean_orders import orders
from lifelong.tables.clean_plain import DAY, SECOND
from lifelong.tables.clean_refunds import matches
from lifelong.tables.clean_rules import REASONS, Reason, Rules
from lifelong.tables.clean_sound import can_be_sound, counted_again, odd

__all__ = [
    "DAY", "LINES", "REASONS", "SECOND", "Reason", "Rules", "can_be_sound", "counted_again", "duplicates", "flags",
    "lines", "marked", "matches", "odd", "orders", "sound",
]  # fmt: skip

# The columns of lines(): name and type. Money in minor units, quantity in thousandths of a piece.
LINES: dict[str, Any] = {
    "row": nw.Int64, "order_id": nw.String, "customer_id": nw.String, "email": nw.String, "day": nw.Int32,
    "second": nw.Int32, "revenue": nw.Int64, "refund": nw.Int64, "cost": nw.Int64, "quantity": nw.Int64,
    "product": nw.String, "channel": nw.String, "status": nw.String, "is_rounded": nw.Boolean,
    "is_single": nw.Boolean, "reason": nw.String,
}  # fmt: skip


def lines(raw: Any, rules: Rules) -> Any:
    """Clean a landing's rows.

    Rows that are written plainly take a short way (``clean_plain``); if there are others (one look at the data
    tells), these take the long way. Both ways give the same.

    Args:
        raw: frame with ``row`` (int64) and texts under the names of ``schema.SOURCE``; ``fault`` (text) is not null
            where the reader could not parse the row. Other columns are passed over.
        rules: how this file writes dates and amounts.

    Returns:
        A frame of the same engine, one row a row in any order, with the columns ``LINES``. ``revenue`` is what the
        row brought in with refunds taken off, ``refund`` what was paid back (0 or more), ``is_single`` says that the
        row is a whole order, ``reason`` is null where the row is kept, else a key of ``REASONS``. Money that can be
        read is counted in rows with a reason too.
    """
    frame = entered(raw)
    have = names_of(frame)
    if not plain.applies(rules, have):
        return returned(_long(frame, rules), raw)
    frame = plain.told(frame, rules, have)
    short = plain.lines(frame.filter(nw.col("_is_plain")), rules, have)
    odd = frame.filter(~nw.col("_is_plain"))
    counted = _shaped(short)
    if is_empty(odd):
        return returned(counted, raw)
    return returned(nw.concat([counted, _long(odd, rules)], how="vertical"), raw)


def sound(raw: Any, rules: Rules) -> Any:
    """The lines of rows among which ``odd`` finds none, as :func:`lines` would make them, by fewer expressions."""
    frame = entered(raw)
    return returned(_shaped(plain.lines(frame, rules, names_of(frame), is_sound=True)), raw)


def _long(frame: Any, rules: Rules) -> Any:
    """The long way, that understands every way of writing."""
    frame = _cells(frame)
    if rules.continued:
        frame = _continued(frame)
    frame = _money(frame, rules)
    frame = _when(frame, rules)
    return _shaped(frame.with_columns(reason=_reason(rules)))


def _shaped(frame: Any) -> Any:
    return frame.select(*(nw.col(name).cast(kind) for name, kind in LINES.items()))


def _cells(frame: Any) -> Any:
    """Every source column as clean text, null where the file has no such column."""
    have = set(names_of(frame))
    absent = nw.lit(None, dtype=nw.String)
    names = [n for n in schema.names(schema.SOURCE) if n in have]
    frame = frame.select(
        "row",
        _fault=nw.col("fault").cast(nw.String) if "fault" in have else absent,
        **{f"_{name}": texts.cell(name) for name in names},
    )
    frame = frame.with_columns(**{f"_{name}": texts.something(f"_{name}") for name in names})
    frame = frame.with_columns(**{f"_{name}": absent for name in schema.names(schema.SOURCE) if name not in have})
    frame = frame.with_columns(_who=texts.identifier(nw.col("_customer_id")), _mail=texts.mail(nw.col("_email")))
    frame = frame.with_columns(_who=texts.somebody(nw.col("_who")))
    totals = nw.concat_str(*(nw.coalesce(f"_{n}", nw.lit("")) for n in _TOTALLED), separator="\n")
    return frame.with_columns(
        order_id=texts.identifier(nw.col("_order_id")),
        email=nw.coalesce(nw.col("_mail"), texts.mail(nw.col("_who"))),
        customer_id=nw.coalesce("_who", "_mail"),
        product=nw.col("_product"),
        channel=nw.col("_channel"),
        status=nw.col("_status"),
        _is_total=totals.str.contains(texts.TOTAL),
    )


_TOTALLED = ("order_id", "customer_id", "ordered_at")


def _continued(frame: Any) -> Any:
    """Rows that leave customer, date and amount empty take them from their order's first row."""
    head = (
        frame.filter(~nw.col("_ordered_at").is_null() & ~nw.col("order_id").is_null())
        .group_by("order_id")
        .agg(
            _head_customer=nw.col("customer_id").max(),
            _head_mail=nw.col("email").max(),
            _head_at=nw.col("_ordered_at").min(),
        )
    )
    follows = nw.col("_ordered_at").is_null() & ~nw.col("_head_at").is_null()
    return frame.join(head, on="order_id", how="left").with_columns(
        customer_id=nw.coalesce("customer_id", "_head_customer"),
        email=nw.coalesce("email", "_head_mail"),
        _revenue=nw.when(follows & nw.col("_revenue").is_null()).then(nw.lit("0")).otherwise(nw.col("_revenue")),
        _ordered_at=nw.coalesce("_ordered_at", "_head_at"),
    )


def _money(frame: Any, rules: Rules) -> Any:
    """revenue, refund, cost and quantity, with the flags of what is wrong."""
    digits = rules.digits + _extra(rules)
    nothing, no = nw.lit(None).cast(nw.Int64), nw.lit(False)
    for name, places in (("quantity", 3), ("revenue", digits), ("refund", digits), ("cost", digits)):
        if name in rules.columns:
            frame = numbers.read(frame, f"_{name}", rules.decimal, places)
        else:
            frame = frame.with_columns(**{f"_{name}_n": nothing, f"_{name}_bad": no})
    if "revenue" in rules.columns:
        amount = {"_amount": "_revenue_n", "is_rounded": "_revenue_rounded", "_large": "_revenue_large"}
        frame = frame.with_columns(
            **{new: nw.col(old) for new, old in amount.items()}, _amount_bad=nw.col("_revenue_bad")
        )
    elif "unit_price" in rules.columns:
        frame = _priced(frame, rules)
    else:
        frame = frame.with_columns(_amount=nothing, is_rounded=no, _large=no, _amount_bad=no)
    frame = frame.with_columns(
        quantity=nw.col("_quantity_n"),
        _back=nw.coalesce(nw.col("_refund_n").abs(), nw.lit(0)),
        _cost_minor=nw.col("_cost_n"),
        _amount_bad=nw.col("_amount_bad") | nw.col("_refund_bad") | nw.col("_cost_bad"),
    )
    return _refunded(_exchanged(frame, rules), rules)


def _priced(frame: Any, rules: Rules) -> Any:
    """Revenue as quantity times unit price; without a column of quantities a row is one piece."""
    frame = numbers.read(frame, "_unit_price", rules.decimal, rules.digits + _extra(rules) + 4)
    pieces = nw.col("_quantity_n") if "quantity" in rules.columns else nw.lit(1000).cast(nw.Int64)
    frame = numbers.times(frame.with_columns(_pieces=pieces), "_pieces", "_unit_price_n")
    return frame.with_columns(
        _amount=nw.col("_product"),
        is_rounded=nw.col("_unit_price_rounded") | nw.col("_product_rounded"),
        _large=nw.col("_unit_price_large") | nw.col("_product_large"),
        _amount_bad=nw.col("_unit_price_bad") | nw.col("_quantity_bad"),
    )


def _extra(rules: Rules) -> int:
    """Further decimals to read where amounts are exchanged, so that 12.50 EUR is not 12 before it becomes yen."""
    return 2 if rules.rates else 0


def _exchanged(frame: Any, rules: Rules) -> Any:
    """Amounts of other currencies by their rates; those without a rate become null, and are told apart."""
    if not rules.currency:
        return frame.with_columns(_is_foreign=nw.lit(False))
    marked = nw.coalesce(*(numbers.marked_currency(nw.col(f"_{n}"), rules.currency) for n in ("revenue", "unit_price")))
    named = nw.coalesce(numbers.code(nw.col("_currency"), rules.currency), marked)
    frame = frame.with_columns(_named=nw.coalesce(named, nw.lit(rules.currency)))
    rates = {**dict(rules.rates), rules.currency: "1"}
    foreign = ~texts.among(nw.col("_named"), tuple(rates))
    frame = frame.with_columns(_is_foreign=foreign)
    names = ("_amount", "_back", "_cost_minor")
    if not rules.rates:
        return frame.with_columns(*(nw.when(~nw.col("_is_foreign")).then(nw.col(n)).alias(n) for n in names))
    extra = _extra(rules)
    loses = (nw.col("_amount") - (nw.col("_amount") // 10**extra) * 10**extra) != 0
    frame = frame.with_columns(
        is_rounded=numbers.sure(nw.col("is_rounded") | ((nw.col("_named") == rules.currency) & loses)),
    )
    for name in names:
        frame = frame.with_columns(_sum=nw.lit(None).cast(nw.Int64))
        for code, rate in sorted(rates.items()):
            frame = numbers.exchanged(frame, name, rate, extra)
            is_it = nw.col("_named") == code
            frame = frame.with_columns(_sum=nw.when(is_it).then(nw.col(f"{name}_there")).otherwise(nw.col("_sum")))
        frame = frame.with_columns(nw.col("_sum").alias(name))
    too_large = numbers.sure(nw.col("_amount").abs() > numbers.LARGEST)
    return frame.with_columns(_large=nw.col("_large") | too_large, _amount=nw.when(~too_large).then(nw.col("_amount")))


def _refunded(frame: Any, rules: Rules) -> Any:
    """Refunds taken off, in whichever way the file tells them: below zero, by number, by status, or beside."""
    amount, back = nw.col("_amount"), nw.coalesce(nw.col("_back"), nw.lit(0))
    if rules.cancel_prefix:
        is_cancelled = nw.col("order_id").str.contains(f"^{rules.cancel_prefix}[0-9]")
        amount = nw.when(is_cancelled).then(-amount.abs()).otherwise(amount)
        frame = frame.with_columns(
            quantity=nw.when(is_cancelled).then(-nw.col("quantity").abs()).otherwise(nw.col("quantity"))
        )
    undone = texts.among(nw.col("_status"), texts.CANCELLED) & (amount > 0)
    back = nw.when(undone).then(amount).otherwise(back)
    below = nw.when(amount < 0).then(-amount).otherwise(nw.lit(0))
    cost = nw.when((amount < 0) & (nw.col("_cost_minor") > 0)).then(-nw.col("_cost_minor"))
    return frame.with_columns(revenue=amount - back, refund=back + below, cost=cost.otherwise(nw.col("_cost_minor")))


def _when(frame: Any, rules: Rules) -> Any:
    """Day and second, null where the text is no time."""
    frame = times.read(frame, "_ordered_at", rules.dates, (rules.timezone, rules.source_zone))
    frame = frame.with_columns(_is_date=numbers.sure(nw.col("_is_date")))
    return frame.with_columns(
        day=nw.when(nw.col("_is_date")).then(nw.col("_day")),
        second=nw.when(nw.col("_is_date")).then(nw.col("_second")),
        is_single=nw.lit(rules.grain == "order"),
    )


def _reason(rules: Rules) -> nw.Expr:
    """The first reason of ``REASONS`` that fits, or null."""
    nobody, undated = nw.col("customer_id").is_null(), nw.col("_ordered_at").is_null()
    tried = {
        "unreadable row": ~nw.col("_fault").is_null(),
        "total line": numbers.sure(nw.col("_is_total")) & (nobody | ~nw.col("_is_date")),
        "test order": _is_test(),
        "not paid": texts.among(nw.col("_status"), texts.UNPAID),
        "no customer": nobody,
        "damaged customer": texts.is_rounded_number(nw.col("_customer_id")),
        "no date": undated,
        "invalid date": ~nw.col("_is_date"),
        "date before 1970": nw.col("day") < 0,
        "date in the future": nw.col("day") > rules.today,
    }
    if rules.has_amount:
        tried |= {
            "invalid amount": nw.col("_amount_bad"),
            "amount too large": nw.col("_large"),
            "foreign currency": nw.col("_is_foreign"),
            "no amount": nw.col("revenue").is_null(),
        }
    return nw.coalesce(*(nw.when(fits).then(nw.lit(reason)) for reason, fits in tried.items()))


def _is_test() -> nw.Expr:
    return (
        numbers.sure(texts.among(nw.col("_status"), texts.TEST))
        | numbers.sure(nw.col("order_id").str.contains(texts.TEST_NAME))
        | numbers.sure(nw.col("customer_id").str.contains(texts.TEST_NAME))
        | numbers.sure(nw.col("email").str.contains(texts.TEST_MAIL))
    )
