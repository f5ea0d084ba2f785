"""The same row sent twice is counted once: overlapping exports, repeated orders, newer versions of an order."""

from __future__ import annotations

from typing import Any

import narwhals as nw

from lifelong.tables.clean_frame import entered, returned

_CONTENT = (
    "order_id", "customer_id", "email", "day", "second", "revenue", "refund", "cost", "quantity", "product", "channel",
    "status",
)  # fmt: skip


def duplicates(all_lines: Any) -> Any:
    """Mark the rows that other rows already say.

    Rows with a reason are left alone. Equal rows count as often as the batch that has most of them says (ties: the
    smallest batch id), so that overlapping exports are not counted twice and equal lines of one basket stay. Where a
    row is a whole order with a number, an equal row of the same batch is a repetition, and of different versions of
    an order the one of the batch whose data reach furthest holds. The order of ingest never matters.

    Args:
        all_lines: the rows of all batches as ``lines`` made them, with a text column ``batch``.

    Returns:
        The same rows with ``duplicate`` (boolean), ``repeats`` (null, ``overlap``, ``superseded`` or ``repeated``)
        and ``is_alone`` (the row is a whole order, and no other row bears on the same order).
    """
    frame = entered(all_lines).with_columns(_key=order_key())
    kept = frame.filter(nw.col("reason").is_null()).with_columns(
        _single=nw.col("is_single").cast(nw.Int32), _time=nw.col("day").cast(nw.Int64) * 86_400 + nw.col("second")
    )
    keys = (
        kept.group_by("_key")
        .agg(
            _n=nw.len(),
            _first_batch=nw.col("batch").min(),
            _last_batch=nw.col("batch").max(),
            _has_single=nw.col("_single").max(),
        )
        .filter(nw.col("_n") > 1)
    )
    rivals = keys.filter(
        (nw.col("_first_batch") != nw.col("_last_batch")) | (nw.col("_has_single") == 1)
    ).select("_key", _is_shared=nw.lit(1))
    flagged = _flagged(kept.join(rivals, on="_key", how="inner"), kept)
    marked = frame.join(flagged, on=["batch", "row"], how="left").join(
        rivals, on="_key", how="left"
    )
    marked = marked.with_columns(
        duplicate=~nw.col("repeats").is_null(),
        is_alone=nw.col("is_single") & nw.col("_is_shared").is_null() & nw.col("reason").is_null(),
    )
    return returned(marked.drop("_key", "_is_shared"), all_lines)


def order_key() -> nw.Expr:
    """What tells an order apart: its number, or its customer and time."""
    when = nw.concat_str(nw.col("day").cast(nw.String), nw.lit("."), nw.col("second").cast(nw.String))
    return nw.coalesce("order_id", nw.concat_str(nw.col("customer_id"), nw.lit("@"), when))


def content() -> nw.Expr:
    """All that a row says, as one text."""
    parts = [nw.coalesce(nw.col(name).cast(nw.String), nw.lit("\x00")) for name in _CONTENT]
    return nw.concat_str(*parts, separator="\x1f")


def _flagged(rivals: Any, kept: Any) -> Any:
    """batch, row and repeats of the rows that are duplicates, among those whose order others bear on too."""
    reach = kept.group_by("batch").agg(_reach=nw.col("_time").max())
    frame = rivals.with_columns(
        _same=content(), _is_whole=nw.col("is_single") & ~nw.col("order_id").is_null()
    ).join(reach, on="batch", how="left")
    frame = frame.with_columns(
        _count=nw.len().over("_same", "batch").cast(nw.Int64),
        _head=nw.col("row").min().over("_same", "batch"),
        _far=nw.col("_reach").max().over("_key"),
    )
    frame = frame.with_columns(
        _most=nw.col("_count").max().over("_same"),
        _holder=nw.when(nw.col("_reach") == nw.col("_far")).then(nw.col("batch")),
    ).with_columns(
        _chosen=nw.when(nw.col("_count") == nw.col("_most")).then(nw.col("batch")),
        _holder=nw.col("_holder").min().over("_key"),
    )
    frame = frame.with_columns(
        _chosen=nw.col("_chosen").min().over("_same"),
        _is_held=(nw.col("batch") == nw.col("_holder")).cast(nw.Int32),
    ).with_columns(_is_held=nw.col("_is_held").max().over("_same"))
    whole = (
        nw.when((nw.col("batch") != nw.col("_holder")) & (nw.col("_is_held") == 1)).then(nw.lit("overlap"))
        .otherwise(
            nw.when(nw.col("batch") != nw.col("_holder")).then(nw.lit("superseded"))
            .otherwise(nw.when(nw.col("row") != nw.col("_head")).then(nw.lit("repeated")))
        )
    )  # fmt: skip
    part = nw.when(nw.col("batch") != nw.col("_chosen")).then(nw.lit("overlap"))
    frame = frame.with_columns(repeats=nw.when(nw.col("_is_whole")).then(whole).otherwise(part))
    return frame.filter(~nw.col("repeats").is_null()).select("batch", "row", "repeats")
