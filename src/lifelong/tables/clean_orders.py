"""From kept lines to orders: lines of one order together, refunds at the order that they take back."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from lifelong import schema
from lifelong.tables.clean_duplicates import order_key
from lifelong.tables.clean_frame import entered, is_empty, looked, names_of, returned, spread
from lifelong.tables.clean_refunds import paired, refunding

_KINDS: dict[str, Any] = {"text": nw.String, "int32": nw.Int32, "int64": nw.Int64}


def orders(lines_kept: Any, merges: Any = None) -> Any:
    """One row an order, with exactly the columns and types of ``schema.ORDERS``.

    An order is told by its number and customer; without a number by customer and time, and where a row is a whole
    order each row is one. A refund joins the order that it takes back (``clean_refunds``), so that all revenue is the
    same to the cent. ``is_order`` is 0 where nothing was left of what was paid, and for a refund without an order.

    Args:
        lines_kept: lines without a reason that are no duplicates, as ``duplicates`` gave them.
        merges: frame with ``alias`` and ``customer_id``: whoever is known as alias is that customer.
    """
    frame = _keyed(entered(lines_kept), None if merges is None else entered(merges))
    alone, nameless = nw.col("is_alone"), nw.col("order_id").is_null()
    seen = looked(  # what a row below zero brought back is its refund; a lazy engine need not read the amounts
        frame.filter((nw.col("refund") > 0) | ~alone | nameless),
        below=(nw.col("revenue") < 0).cast(nw.Int32).max(),
        rest=(~alone).cast(nw.Int32).max(),
        unnamed=(~alone & nw.col("is_single") & nameless).cast(nw.Int32).max(),
        keyed=(alone & nameless).cast(nw.Int32).max(),
    )
    parts = []
    others = refunding(frame, "anti") if seen["below"] else frame
    rest = others.filter(~alone)
    if seen["unnamed"]:
        rest = _numbered(rest)
    if seen["below"]:
        involved = refunding(frame)
        involved = paired(_numbered(involved) if seen["unnamed"] else involved)
        involved = involved.with_columns(_key=nw.coalesce("target", "_key"))
        rest = nw.concat([part.select(*_USED) for part in (rest, involved)], how="vertical")
    if seen["below"] or seen["rest"]:
        parts.append(_finished(_grouped(rest)))
    number = "_key" if seen["keyed"] else "order_id"  # where all have one, a lazy engine need not make the key
    parts.append(_finished(others.filter(alone).with_columns(order_id=nw.col(number), lines=nw.lit(1))))
    return returned(nw.concat(parts, how="vertical") if len(parts) > 1 else parts[0], lines_kept)


_USED = ("customer_id", "day", "second", "revenue", "refund", "cost", "product", "channel", "_key")


def _keyed(frame: Any, merges: Any) -> Any:
    """Every line with ``_key``, its order's number, and its customer after merges."""
    have = names_of(frame)
    if "batch" not in have:
        frame = frame.with_columns(batch=nw.lit(""))
    if "is_alone" not in have:
        frame = frame.with_columns(is_alone=nw.lit(False))
    frame = frame.with_columns(_key=order_key())
    return frame if merges is None or is_empty(merges) else _merged(frame, merges)


def _numbered(frame: Any) -> Any:
    """Orders without a number that one customer placed at one time get one: first, second ... by what they say."""
    many = ~nw.col("is_alone") & nw.col("is_single") & nw.col("order_id").is_null()
    sorting = {
        "_s1": nw.coalesce("revenue", nw.lit(0)), "_s2": nw.coalesce("quantity", nw.lit(0)),
        "_s3": nw.coalesce("product", nw.lit("")), "_s4": nw.coalesce("channel", nw.lit("")),
        "_s5": nw.coalesce("cost", nw.lit(0)),
    }  # fmt: skip
    frame = frame.with_columns(**sorting).with_row_index("_n", order_by=["_key", *sorting, "batch", "row"])
    frame = frame.with_columns(nw.col("_n").cast(nw.Int64))
    frame = spread(frame, ["_key"], _least=nw.col("_n").min())
    number = (nw.col("_n") - nw.col("_least") + 1).cast(nw.String)
    named = nw.when(many).then(nw.concat_str(nw.col("_key"), nw.lit("#"), number)).otherwise(nw.col("_key"))
    return frame.with_columns(_key=named).drop("_n", "_least", *sorting)


def known_as(lines: Any, merges: Any) -> Any:
    """Lines of any engine, each with its customer after merges (``alias`` and ``customer_id``)."""
    return returned(_merged(entered(lines), entered(merges)), lines)


def _merged(frame: Any, merges: Any) -> Any:
    joined = merges.select(customer_id=nw.col("alias"), _known_as=nw.col("customer_id"))
    frame = frame.join(joined, on="customer_id", how="left")
    return frame.with_columns(customer_id=nw.coalesce("_known_as", "customer_id")).drop("_known_as")


def _grouped(rest: Any) -> Any:
    """Sums over the lines of an order; the cost is empty where a sold line has none."""
    rest = rest.with_columns(
        _at=nw.col("day"),
        _dear=-nw.coalesce("revenue", nw.lit(0)),
        _name=nw.coalesce("product", nw.lit("")),
        _is_free=(_true(nw.col("revenue") >= 0) & nw.col("cost").is_null()).cast(nw.Int64),
    )
    sums = {"_revenue": "revenue", "refund": "refund", "_cost": "cost", "_free": "_is_free"}
    grouped = rest.group_by("_key", "customer_id").agg(
        day=nw.col("_at").min(),
        **{new: nw.col(old).sum() for new, old in sums.items()},
        _known=nw.col("revenue").count(),
        _costs=nw.col("cost").count(),
        lines=nw.len(),
        channel=nw.col("channel").min(),
        _name=nw.col("_name").first(order_by=["_dear", "_name"]),
    )
    grouped = grouped.with_columns(*(nw.col(name).cast(nw.Int64) for name in sums))
    return grouped.with_columns(
        order_id=nw.col("_key"),
        revenue=nw.when(nw.col("_known") > 0).then(nw.col("_revenue")),
        cost=nw.when((nw.col("_costs") > 0) & (nw.col("_free") == 0)).then(nw.col("_cost")),
        product=nw.when(nw.col("_name") != "").then(nw.col("_name")),
    )


def _finished(frame: Any) -> Any:
    """The columns of the schema, and whether anything was left of what was paid."""
    gone = _true((nw.col("revenue") <= 0) & (nw.col("refund") > 0))
    frame = frame.with_columns(is_order=nw.when(gone).then(nw.lit(0)).otherwise(nw.lit(1)))
    return frame.select(*(nw.col(c.name).cast(_KINDS[c.kind]) for c in schema.ORDERS))


def _true(flag: nw.Expr) -> nw.Expr:
    return nw.when(flag).then(nw.lit(True)).otherwise(nw.lit(False))
