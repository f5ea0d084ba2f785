"""The same row sent twice is counted once: overlapping exports, repeated orders, newer versions of an order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.tables.clean_frame import entered, is_empty, looked, returned, spread

if TYPE_CHECKING:
    from collections.abc import Callable

_CONTENT = (
    "order_id", "customer_id", "email", "day", "second", "revenue", "refund", "cost", "quantity", "product", "channel",
    "status", "reason",
)  # fmt: skip


def duplicates(all_lines: Any) -> Any:
    """Mark the rows that other rows already say: ``marked(all_lines, flags(all_lines))``.

    Equal rows count as often as the batch that has most of them says (ties: the smallest batch id), so that
    overlapping exports are not counted twice and equal lines of one basket stay; rows with a reason too. Where a
    kept row is a whole order with a number, an equal row of the same batch is a repetition, and of different
    versions of an order the one of the batch whose data reach furthest holds (ties: the smallest batch id). The
    order of ingest never matters.

    Args:
        all_lines: the rows of all batches as ``lines`` made them, with a text column ``batch``. It is read several
            times: write it down first, where it is lazy.

    Returns:
        The same rows with ``duplicate`` (boolean), ``repeats`` (null, ``overlap``, ``superseded`` or ``repeated``)
        and ``is_alone`` (the row is a whole order, and no other row bears on the same order).
    """
    return marked(all_lines, flags(all_lines))


def flags(all_lines: Any, all_differ: Callable[[Any, str], bool] | None = None) -> Any:
    """Only the rows that share their order with others or repeat them: batch, row and repeats. Mostly few.

    Args:
        all_lines: as for :func:`duplicates`.
        all_differ: a quick way to say that all rows have values of their own in a column; False where it cannot say.
    """
    frame = entered(all_lines)
    keyed = frame.with_columns(
        _key=order_key(),
        _alone=nw.col("is_single") & nw.col("reason").is_null(),
        _time=nw.col("day").cast(nw.Int64) * 86_400 + nw.col("second"),
    )
    several = None if all_differ is not None and all_differ(all_lines, "order_id") else _several(keyed)
    if several is None:
        nobody = keyed.filter(nw.col("row") < 0).select("batch", "row", repeats=nw.lit(None, dtype=nw.String))
        return returned(nobody, all_lines)
    reach = keyed.filter(nw.col("reason").is_null()).group_by("batch").agg(_reach=nw.col("_time").max())
    rivals = keyed.join(several, on="_key", how="inner").join(reach, on="batch", how="left")
    return returned(_flagged(rivals), all_lines)


def marked(all_lines: Any, flagged: Any) -> Any:
    """All rows with ``duplicate``, ``repeats`` and ``is_alone``, from what :func:`flags` found (None: nothing)."""
    frame, is_whole = entered(all_lines), nw.col("is_single") & nw.col("reason").is_null()
    if flagged is None:
        nothing = {"repeats": nw.lit(None, dtype=nw.String), "duplicate": nw.lit(False)}
        return returned(frame.with_columns(**nothing, is_alone=is_whole), all_lines)
    frame = frame.join(entered(flagged).with_columns(_is_shared=nw.lit(1)), on=["batch", "row"], how="left")
    frame = frame.with_columns(
        duplicate=~nw.col("repeats").is_null(), is_alone=is_whole & nw.col("_is_shared").is_null()
    )
    return returned(frame.drop("_is_shared"), all_lines)


def _several(keyed: Any) -> Any:
    """The keys that several rows have and may repeat one another by, or None where there are none."""
    seen = looked(
        keyed, low=nw.col("batch").min(), high=nw.col("batch").max(), singles=nw.col("_alone").cast(nw.Int32).max()
    )
    if seen["low"] == seen["high"] and not seen["singles"]:
        return None
    if seen["singles"] and _are_distinct(keyed):
        return None
    if seen["low"] == seen["high"]:  # nothing but repeated orders can be there
        keys = keyed.filter(nw.col("_alone") & ~nw.col("_key").is_null()).group_by("_key").agg(_n=nw.len())
        several = keys.filter(nw.col("_n") > 1).select("_key")
        return None if is_empty(several) else several
    counted = keyed.filter(~nw.col("_key").is_null()).with_columns(_singles=nw.col("_alone").cast(nw.Int32))
    keys = counted.group_by("_key").agg(
        _n=nw.len(), _low=nw.col("batch").min(), _high=nw.col("batch").max(), _singles=nw.col("_singles").max()
    )
    bears = (nw.col("_low") != nw.col("_high")) | (nw.col("_singles") > 0)
    several = keys.filter((nw.col("_n") > 1) & bears).select("_key")
    return None if is_empty(several) else several


def _are_distinct(keyed: Any) -> bool:
    """Whether every row has a number of its own; counting them is cheaper than listing those that stand twice."""
    number = nw.col("order_id")
    seen = looked(keyed, known=number.count(), kinds=number.n_unique(), rows=nw.len())
    return bool(seen["kinds"] == seen["known"] == seen["rows"])


def order_key() -> nw.Expr:
    """What tells an order apart: its number, or its customer and time."""
    when = nw.concat_str(nw.col("day").cast(nw.String), nw.lit("."), nw.col("second").cast(nw.String))
    return nw.coalesce("order_id", nw.concat_str(nw.col("customer_id"), nw.lit("@"), when))


def content() -> nw.Expr:
    """All that a row says, as one text."""
    parts = [nw.coalesce(nw.col(name).cast(nw.String), nw.lit("\x02")) for name in _CONTENT]
    return nw.concat_str(*parts, separator="\x1f")


def _flagged(rivals: Any) -> Any:
    """batch, row and repeats of rows whose order others bear on too, as far as they are duplicates or whole orders."""
    frame = rivals.with_columns(_same=content(), _is_whole=nw.col("_alone") & ~nw.col("order_id").is_null())
    frame = spread(frame, ["_same", "batch"], _count=nw.len(), _head=nw.col("row").min())
    frame = frame.with_columns(nw.col("_count").cast(nw.Int64))
    frame = spread(frame, ["_key"], _far=nw.col("_reach").max())
    frame = spread(frame, ["_same"], _most=nw.col("_count").max())
    frame = frame.with_columns(
        _may_hold=nw.when(nw.col("_reach") == nw.col("_far")).then(nw.col("batch")),
        _may_be=nw.when(nw.col("_count") == nw.col("_most")).then(nw.col("batch")),
    )
    frame = spread(frame, ["_key"], _holder=nw.col("_may_hold").min())
    frame = frame.with_columns(_holds=(nw.col("batch") == nw.col("_holder")).cast(nw.Int32))
    frame = spread(frame, ["_same"], _chosen=nw.col("_may_be").min(), _is_held=nw.col("_holds").max())
    elsewhere = nw.col("batch") != nw.col("_holder")
    whole = nw.coalesce(
        nw.when(elsewhere & (nw.col("_is_held") == 1)).then(nw.lit("overlap")),
        nw.when(elsewhere).then(nw.lit("superseded")),
        nw.when(nw.col("row") != nw.col("_head")).then(nw.lit("repeated")),
    )
    part = nw.when(nw.col("batch") != nw.col("_chosen")).then(nw.lit("overlap"))
    frame = frame.with_columns(repeats=nw.when(nw.col("_is_whole")).then(whole).otherwise(part))
    return frame.filter(~nw.col("repeats").is_null() | nw.col("_alone")).select("batch", "row", "repeats")
