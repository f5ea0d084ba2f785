"""A firm's table of touches: texts to exact days and channels, one row in, one row out, kept or set aside with a reason.

Pure narwhals, equal by ``==`` on every engine, as the cleaning of orders is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong import schema
from lifelong.tables import clean_text as texts
from lifelong.tables import clean_time as times
from lifelong.tables import touch_channels
from lifelong.tables.clean_frame import entered, names_of, returned
from lifelong.tables.clean_numbers import sure

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifelong.tables.clean_rules import Rules

#: Reasons in the order in which they are tried, and words for reports.
REASONS: dict[str, str] = {
    "unreadable row": "could not be read as rows of this file",
    "nobody": "have neither customer nor e-mail",
    "damaged customer": "have a customer number that a spreadsheet has rounded",
    "no time": "have no time",
    "invalid time": "have a time that does not exist or is not written as the others",
    "time before 1970": "have a time before 1970",
    "time in the future": "have a time in the future",
}
_KINDS: dict[str, Any] = {"text": nw.String, "int32": nw.Int32}
_ROW = ("row", "reason")


def rows(raw: Any, rules: Rules, aliases: Mapping[str, str]) -> Any:
    """Clean a table of touches.

    Args:
        raw: frame with ``row`` (int64) and texts under the names of ``schema.TOUCH_SOURCE``; ``fault`` is not null where
            the reader could not parse the row.
        rules: how this file writes times.
        aliases: the firm's other names of sources, media and channels, in small letters, to what they mean.

    Returns:
        A frame of the same engine: ``row``, ``reason`` (null where the row is kept) and ``schema.TOUCHES``.
    """
    frame = _texts(entered(raw))
    frame = times.read(frame, "_touched_at", rules.dates, (rules.timezone, rules.source_zone))
    who = nw.coalesce(texts.somebody(texts.identifier(nw.col("_customer_id"))), texts.mail(nw.col("_email")))
    frame = touch_channels.named(frame.with_columns(customer_id=who), aliases)
    is_date = sure(nw.col("_is_date"))
    frame = frame.with_columns(
        day=nw.when(is_date).then(nw.col("_day")),
        second=nw.when(is_date).then(nw.col("_second")),
        campaign=nw.col("_campaign").fill_null(""),
        kind=texts.lower(nw.col("_kind")).fill_null("visit"),
    )
    frame = frame.with_columns(reason=_reason(rules))
    told = (nw.col(c.name).cast(_KINDS[c.kind]) for c in schema.TOUCHES)
    return returned(frame.select(*_ROW, *told), raw)


def once(kept: Any) -> Any:
    """Touches that several rows tell, counted once: a narwhals frame of kept rows, the first of equal ones left.

    Args:
        kept: a narwhals frame of :func:`rows` with ``batch`` (int64, the file's place), without a reason.

    Returns:
        ``batch``, ``row`` and ``schema.TOUCHES``, in the order of customer, time and channel.
    """
    same = list(schema.names(schema.TOUCHES))
    place = (nw.col("batch") * _MANY + nw.col("row")).alias("place")
    first = kept.with_columns(place).group_by(*same).agg(nw.col("place").min())
    made = first.with_columns(batch=nw.col("place") // _MANY, row=nw.col("place") % _MANY)
    return made.select("batch", "row", *same).sort("customer_id", "day", "second", "channel", "batch", "row")


def owners(raw: Any) -> Any:
    """Which customers have which e-mail, by rows of orders as they were sent.

    Args:
        raw: an eager frame with the texts ``customer_id`` and ``email``.

    Returns:
        A narwhals frame of different ``email`` and ``customer_id``, without rows that lack one of them.
    """
    pairs = entered(raw).select(
        email=texts.mail(texts.cell("email")), customer_id=texts.somebody(texts.identifier(texts.cell("customer_id")))
    )
    return pairs.drop_nulls().unique().sort("email", "customer_id")


_MANY = 10**12  # rows of a file, so that batch and row stand in one number


def _texts(frame: Any) -> Any:
    """Each canonical column under ``_name``, trimmed, null where nothing stands or the file has no such column."""
    have = set(names_of(frame))
    made = {}
    for column in schema.TOUCH_SOURCE:
        name = column.name
        made[f"_{name}"] = texts.cell(name) if name in have else nw.lit(None, dtype=nw.String)
    frame = frame.with_columns(**made)
    frame = frame.with_columns(texts.something(name) for name in made)
    fault = nw.col("fault") if "fault" in have else nw.lit(None, dtype=nw.String)
    return frame.with_columns(_fault=fault)


def _reason(rules: Rules) -> nw.Expr:
    """The first reason that fits, or null."""
    at, day = nw.col("_touched_at"), nw.col("day")
    tried = {
        "unreadable row": ~nw.col("_fault").is_null(),
        "damaged customer": texts.is_rounded_number(nw.col("_customer_id")),
        "nobody": nw.col("customer_id").is_null(),
        "no time": at.is_null(),
        "invalid time": ~sure(nw.col("_is_date")),
        "time before 1970": day < 0,
        "time in the future": day > rules.today,
    }
    return nw.coalesce(*(nw.when(sure(fits)).then(nw.lit(reason)) for reason, fits in tried.items()))
