"""Several files of subscriptions as one table: what a later file tells again counts once. Pure narwhals.

A file of subscriptions is the state of a day, and the next one tells most of them again, with an end or another price.
So of a subscription that several files tell of, the last file's rows count. It is known by its number; where files have
none, by the customer and the first day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong import schema
from lifelong.tables.subscription_rows import apart, cleaned

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifelong.tables.clean_rules import Rules

_END = "\x1f"


def versions(parts: Sequence[tuple[Any, Rules, str]]) -> Any:
    """Clean the rows of several files, in the order in which they came, and mark what counts no more.

    Args:
        parts: of each file the raw frame, its rules, and the period that was told for it, as ``subscription_rows.rows``
            takes them; all frames of one eager engine.

    Returns:
        A narwhals frame with the columns of ``schema.SUBSCRIPTIONS``, ``batch`` (int64, the file's place from 0) and
        ``repeats``: ``superseded``, ``repeated`` or null. Rows without ``reason`` and ``repeats`` are kept.
    """
    frames, before = [], 0
    for place, (raw, rules, period) in enumerate(parts):
        frame = cleaned(raw, rules, period)
        frames.append(
            frame.with_columns(batch=nw.lit(place, dtype=nw.Int64), _own=nw.col("row"), row=nw.col("row") + before)
        )
        before += 1 + int(frame["row"].max() or 0)
    frame = nw.concat(frames)
    frame = _repeated(_superseded(frame))
    frame = apart(frame)
    return frame.with_columns(row=nw.col("_own")).drop("_own").sort("batch", "row")


def _superseded(frame: Any) -> Any:
    """Mark rows of a subscription that a later file tells of."""
    number = nw.concat_str(nw.lit("n"), nw.col("subscription_id"), separator=_END)
    who = nw.concat_str(nw.col("customer_id"), nw.col("start").cast(nw.String), separator=_END)
    frame = frame.with_columns(_key=nw.coalesce(number, who))
    sound = frame.filter(nw.col("reason").is_null())
    last = sound.group_by("_key").agg(_last=nw.col("batch").max())
    frame = frame.join(last, on="_key", how="left")
    is_old = nw.col("reason").is_null() & (nw.col("batch") < nw.col("_last"))
    return frame.with_columns(repeats=nw.when(is_old).then(nw.lit("superseded"))).drop("_key", "_last")


def _repeated(frame: Any) -> Any:
    """Mark rows that say what an earlier row of the same file says."""
    told = [c.name for c in schema.SUBSCRIPTIONS if c.name != "row"]
    texts = [nw.col(name).cast(nw.String).fill_null("") for name in (*told, "batch")]
    frame = frame.with_columns(_told=nw.concat_str(*texts, separator=_END))
    first = frame.filter(nw.col("reason").is_null()).group_by("_told").agg(_first=nw.col("row").min())
    frame = frame.join(first, on="_told", how="left")
    is_again = nw.col("reason").is_null() & nw.col("repeats").is_null() & (nw.col("row") > nw.col("_first"))
    again = nw.when(is_again).then(nw.lit("repeated"))
    return frame.with_columns(repeats=nw.coalesce("repeats", again)).drop("_told", "_first")
