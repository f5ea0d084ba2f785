"""Which order a refund takes back: cancelled invoices and returns find the order that they reverse.

The rule, in this order. (1) The latest earlier row of the same customer, product and quantity (or amount, where no
quantity is known) that no other refund has taken back: pairs nest as brackets do, which sums and running minima of
+1 and -1 find without any loop. (2) The latest earlier row of the same customer and product that brought in at least
as much. (3) The customer's latest earlier order that brought in at least as much. Else the refund stays by itself.
"""

from __future__ import annotations

from typing import Any

import narwhals as nw

from lifelong.tables.clean_duplicates import order_key
from lifelong.tables.clean_frame import entered, names_of, returned

_FAR = 2**32  # more than rows in any one group
RULES = ("same goods", "same product", "latest order")


def matches(lines_kept: Any) -> Any:
    """The refunds among kept lines, each with the order that it takes back.

    Returns:
        A frame of the same engine: batch, row, target (the order's key, null where none was found), rule (one of
        ``RULES``, or null) and is_cancelled (the row's own number stands for nothing but refunds).
    """
    frame = entered(lines_kept)
    if "batch" not in names_of(frame):
        frame = frame.with_columns(batch=nw.lit(""))
    return returned(found(frame.with_columns(_key=order_key())), lines_kept)


def found(frame: Any) -> Any:
    """As :func:`matches`, of a narwhals frame whose orders are told by ``_key``."""
    frame = frame.with_columns(
        _at=nw.col("day").cast(nw.Int64) * 86_400 + nw.col("second"),
        _what=nw.coalesce("product", nw.lit("\x00")),
        _size=nw.coalesce(nw.col("quantity"), nw.col("revenue")).abs(),
    ).select("batch", "row", "customer_id", "revenue", "product", "_key", "_at", "_what", "_size")
    bought = frame.filter(nw.col("revenue") > 0)
    below = frame.filter(nw.col("revenue") < 0)
    own = bought.join(below.select("_key").unique(), on="_key", how="semi").select("_key").unique()
    back = below.join(own, on="_key", how="anti")
    first = _bracketed(bought, back)
    second = _latest(bought, back.filter(~nw.col("product").is_null()), ["customer_id", "_what"], "_second")
    third = _latest(_by_order(bought, back), back, ["customer_id"], "_third")
    joined = back.select("batch", "row")
    for part in (first, second, third):
        joined = joined.join(part, on=["batch", "row"], how="left")
    tried = zip(RULES, ("_first", "_second", "_third"), strict=True)
    rule = nw.coalesce(*(nw.when(~nw.col(column).is_null()).then(nw.lit(name)) for name, column in tried))
    return joined.select("batch", "row", target=nw.coalesce("_first", "_second", "_third"), rule=rule)


def _by_order(bought: Any, back: Any) -> Any:
    """One row an order of those customers who sent something back: all that it brought in, at its last row."""
    some = bought.join(back.select("customer_id").unique(), on="customer_id", how="semi")
    orders = some.group_by("customer_id", "_key").agg(
        _at=nw.col("_at").min(), revenue=nw.col("revenue").sum()
    )
    return orders.with_columns(revenue=nw.col("revenue").cast(nw.Int64), batch=nw.lit(""), row=nw.lit(0).cast(nw.Int64))


def _events(bought: Any, back: Any, by: list[str]) -> Any:
    """Purchases and refunds of each group in the order of time, numbered through: _i, with _from, the group's first."""
    some = bought.join(back.select(*by).unique(), on=by, how="semi")
    columns = [*by, "_at", "_is_back", "_key", "batch", "row", "revenue"]
    events = nw.concat(
        [part.with_columns(_is_back=nw.lit(k)).select(*columns) for k, part in enumerate((some, back))], how="vertical"
    )
    events = events.with_row_index("_i", order_by=[*by, "_at", "_is_back", "_key", "batch", "row"])
    events = events.with_columns(nw.col("_i").cast(nw.Int64))
    return events.with_columns(_from=nw.col("_i").min().over(*by))


def _latest(bought: Any, back: Any, by: list[str], name: str) -> Any:
    """batch, row and the key of the latest earlier purchase of the group, if it brought in at least the refund."""
    events = _events(bought, back, by)
    at = nw.when(nw.col("_is_back") == 0).then(nw.col("_i")).otherwise(nw.lit(-1))
    events = events.with_columns(_last=at).with_columns(_last=nw.col("_last").cum_max().over(order_by="_i"))
    sold = events.filter(nw.col("_is_back") == 0).select(_last="_i", _sold="revenue", _target="_key")
    wanted = events.filter((nw.col("_is_back") == 1) & (nw.col("_last") >= nw.col("_from")))
    paired = wanted.join(sold, on="_last", how="inner").filter(nw.col("_sold") >= -nw.col("revenue"))
    return paired.select("batch", "row", nw.col("_target").alias(name))


def _bracketed(bought: Any, back: Any) -> Any:
    """batch, row and key of the purchase that each refund closes, as a bracket closes the one opened last.

    Within a group let s be the running sum of +1 (bought) and -1 (sent back) and m the running minimum of s and 0.
    The depth s - m rises with a purchase and falls with a refund that has something to take back; a refund at which
    m falls has nothing. Groups are told apart in one running minimum by taking a large step down from one to the next.
    """
    by = ["customer_id", "_what", "_size"]
    events = _events(bought, back, by)
    step = 1 - 2 * nw.col("_is_back").cast(nw.Int64)
    events = events.with_columns(_step=step, _new=(nw.col("_i") == nw.col("_from")).cast(nw.Int64))
    events = events.with_columns(
        _sum=nw.col("_step").cum_sum().over(order_by="_i").cast(nw.Int64),
        _group=nw.col("_new").cum_sum().over(order_by="_i").cast(nw.Int64),
    )
    before = nw.when(nw.col("_new") == 1).then(nw.col("_sum") - nw.col("_step"))
    events = events.with_columns(_before=before).with_columns(_before=nw.col("_before").max().over("_group"))
    events = events.with_columns(_s=nw.col("_sum") - nw.col("_before"))
    events = events.with_columns(_low=nw.min_horizontal(nw.col("_s"), nw.lit(0)) - nw.col("_group") * _FAR)
    events = events.with_columns(_low=nw.col("_low").cum_min().over(order_by="_i") + nw.col("_group") * _FAR)
    events = events.with_columns(_was=nw.col("_low").shift(1).over(order_by="_i"))
    was = nw.when((nw.col("_new") == 1) | nw.col("_was").is_null()).then(nw.lit(0)).otherwise(nw.col("_was"))
    depth = nw.col("_s") - nw.col("_step") - was
    level = nw.when(nw.col("_is_back") == 0).then(depth + 1).otherwise(depth)
    paired = events.with_columns(_level=level).filter(nw.col("_level") > 0)
    order = ["_group", "_level", "_i"]
    paired = paired.with_columns(_first=nw.col("_key").shift(1).over(order_by=order))
    return paired.filter(nw.col("_is_back") == 1).select("batch", "row", "_first")
