"""Which order a refund takes back: cancelled invoices and returns find the order that they reverse.

The rule, in this order. (1) The latest earlier row of the same customer, product and quantity (or amount, where no
quantity is known) that no other refund has taken back: pairs nest as brackets do, which sums and running minima of
+1 and -1 find without any loop. (2) The latest earlier row of the same customer and product that brought in at least
as much. (3) The customer's latest earlier order that brought in at least as much. Else the refund stays by itself.
A row below zero within an order that sold something is that order's own.

Everything is a chain of windows over the rows of customers with refunds, so that a lazy engine reads them once.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw

from lifelong.tables.clean_duplicates import order_key
from lifelong.tables.clean_frame import entered, names_of, returned, spread

_FAR = 2**32  # more than rows in any one group
RULES = ("same goods", "same product", "latest order")


def matches(lines_kept: Any) -> Any:
    """The refunds among kept lines, each with the order that it takes back.

    Returns:
        A frame of the same engine: batch, row, target (the order's key, null where none was found) and rule (one of
        ``RULES``, or null).
    """
    frame = entered(lines_kept)
    if "batch" not in names_of(frame):
        frame = frame.with_columns(batch=nw.lit(""))
    frame = paired(refunding(frame.with_columns(_key=order_key())))
    return returned(frame.filter(nw.col("_is_back") == 1).select("batch", "row", "target", "rule"), lines_kept)


def refunding(frame: Any, how: str = "semi") -> Any:
    """The rows of customers who have a row below zero, or (``anti``) of the others."""
    below = frame.filter(nw.col("revenue") < 0).select("customer_id").unique()
    return frame.join(below, on="customer_id", how=how)


def paired(frame: Any) -> Any:
    """Rows, told apart by ``_key``, with ``_is_back`` (0 or 1), ``target`` and ``rule`` of those that are refunds."""
    money = nw.coalesce(nw.col("revenue"), nw.lit(0))
    frame = frame.with_columns(
        _time=nw.col("day").cast(nw.Int64) * 86_400 + nw.col("second"),
        _what=nw.coalesce("product", nw.lit("\x02")),
        _size=nw.coalesce(nw.col("quantity"), money).abs(),
        _paid=nw.when(money > 0).then(money).otherwise(nw.lit(0)),
    )
    frame = spread(frame, ["customer_id", "_key"], _sold=nw.col("_paid").sum())
    frame = frame.with_columns(nw.col("_sold").cast(nw.Int64))
    frame = frame.with_columns(
        _is_back=nw.when((money < 0) & (nw.col("_sold") == 0)).then(nw.lit(1)).otherwise(nw.lit(0))
    )
    frame = _bracketed(frame)
    frame = _latest(frame, ["customer_id", "_what"], "_paid", "_second")
    frame = _latest(frame, ["customer_id"], "_sold", "_third")
    is_back, has_product = nw.col("_is_back") == 1, ~nw.col("product").is_null()
    frame = frame.with_columns(_second=nw.when(has_product).then(nw.col("_second")))
    tried = tuple(zip(RULES, ("_first", "_second", "_third"), strict=True))
    rule = nw.coalesce(*(nw.when(~nw.col(column).is_null()).then(nw.lit(name)) for name, column in tried))
    target = nw.coalesce(*(column for _, column in tried))
    return frame.with_columns(target=nw.when(is_back).then(target), rule=nw.when(is_back).then(rule))


def _ordered(frame: Any, by: list[str]) -> Any:
    """The rows numbered through by group and time: ``_i``, with ``_from``, the first of its group."""
    order = [*by, "_time", "_is_back", "_key", "batch", "row"]
    used = [name for name in ("_i", "_from") if name in names_of(frame)]
    frame = frame.drop(*used).with_row_index("_i", order_by=order)
    frame = frame.with_columns(nw.col("_i").cast(nw.Int64))
    return spread(frame, by, _from=nw.col("_i").min())


def _latest(frame: Any, by: list[str], worth: str, name: str) -> Any:
    """Add the key of the latest earlier purchase of the group, if that was worth at least the refund.

    A purchase begins a stretch that lasts until the next one; its refunds share the stretch with it.
    """
    frame = _ordered(frame, by)
    begins = ((nw.col("_paid") > 0) | (nw.col("_i") == nw.col("_from"))).cast(nw.Int64)
    frame = frame.with_columns(_begins=begins)
    frame = frame.with_columns(_stretch=nw.col("_begins").cum_sum().over(order_by="_i").cast(nw.Int64))
    bought = nw.when(nw.col("_paid") > 0)
    used = [column for column in ("_worth", "_whose") if column in names_of(frame)]
    frame = frame.drop(*used).with_columns(_amount=bought.then(nw.col(worth)), _name=bought.then(nw.col("_key")))
    frame = spread(frame, ["_stretch"], _worth=nw.col("_amount").max(), _whose=nw.col("_name").max())
    is_enough = (nw.col("_is_back") == 1) & (nw.col("_worth") >= -nw.col("revenue"))
    return frame.with_columns(nw.when(is_enough).then(nw.col("_whose")).alias(name))


def _bracketed(frame: Any) -> Any:
    """Add ``_first``: the key of the purchase that a refund closes, as a bracket closes the one opened last.

    Within a group let s be the running sum of +1 (bought) and -1 (sent back) and m the running minimum of s and 0.
    The depth s - m rises with a purchase and falls with a refund that has something to take back; a refund at which
    m falls has nothing. Groups are told apart in one running minimum by taking a large step down from one to the next.
    """
    frame = _ordered(frame, ["customer_id", "_what", "_size"])
    step = nw.when(nw.col("_paid") > 0).then(nw.lit(1)).otherwise(-nw.col("_is_back")).cast(nw.Int64)
    frame = frame.with_columns(_step=step, _new=(nw.col("_i") == nw.col("_from")).cast(nw.Int64))
    frame = frame.with_columns(
        _sum=nw.col("_step").cum_sum().over(order_by="_i").cast(nw.Int64),
        _group=nw.col("_new").cum_sum().over(order_by="_i").cast(nw.Int64),
    )
    before = nw.when(nw.col("_new") == 1).then(nw.col("_sum") - nw.col("_step"))
    frame = spread(frame.with_columns(_start=before), ["_group"], _before=nw.col("_start").max())
    frame = frame.with_columns(_s=nw.col("_sum") - nw.col("_before"))
    frame = frame.with_columns(_low=nw.min_horizontal(nw.col("_s"), nw.lit(0)) - nw.col("_group") * _FAR)
    frame = frame.with_columns(_low=nw.col("_low").cum_min().over(order_by="_i") + nw.col("_group") * _FAR)
    frame = frame.with_columns(_was=nw.col("_low").shift(1).over(order_by="_i"))
    was = nw.when((nw.col("_new") == 1) | nw.col("_was").is_null()).then(nw.lit(0)).otherwise(nw.col("_was"))
    depth = nw.col("_s") - nw.col("_step") - was
    level = nw.when(nw.col("_step") == 1).then(depth + 1).otherwise(nw.when(nw.col("_step") == -1).then(depth))
    frame = frame.with_columns(_level=nw.coalesce(level, nw.lit(0)))
    frame = frame.with_columns(_before_it=nw.col("_key").shift(1).over(order_by=["_group", "_level", "_i"]))
    closes = (nw.col("_step") == -1) & (nw.col("_level") > 0)
    return frame.with_columns(_first=nw.when(closes).then(nw.col("_before_it")))
