"""Which channel a touch belongs to: by the firm's own word, its utm tags, a click's number, or the page it came from.

What tags mean is in ``medium_rules``, for spend as well. Pure narwhals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.schema import UNKNOWN
from lifelong.tables import clean_text as texts
from lifelong.tables.clean_numbers import sure
from lifelong.tables.medium_rules import by_medium, by_source, by_visit, common

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Numbers that platforms put behind the address of a paid click.
_CLICKS = {
    "gclid": "paid search", "msclkid": "paid search", "fbclid": "social", "ttclid": "paid social",
}  # fmt: skip


def named(frame: Any, aliases: Mapping[str, str]) -> Any:
    """Add ``channel``, ``source`` and ``medium`` to touches.

    Args:
        frame: a narwhals frame with trimmed texts ``_channel``, ``_source``, ``_medium``, ``_referrer``,
            ``_landing_page`` and the clicks' numbers ``_gclid``, ``_fbclid``, ``_msclkid``, ``_ttclid``, null where
            nothing stands.
        aliases: the firm's own names, in small letters, to what they mean.

    Returns:
        The frame with the three columns; nothing is left null.
    """
    frame = frame.with_columns(
        source=common(nw.col("_source"), aliases),
        medium=common(nw.col("_medium"), aliases),
        _own=common(nw.col("_channel"), aliases),
        _from=texts.lower(nw.col("_referrer")).str.replace_all("^[a-z]+://(?:www[.])?|[/?#].*$", ""),
    )
    source, medium = nw.col("source"), nw.col("medium")
    frame = frame.with_columns(_where=nw.when(source != "").then(source).otherwise(nw.col("_from").fill_null("")))
    where, is_tagged = nw.col("_where"), (source != "") | (medium != "")
    rules = [
        *by_medium(where, medium),
        *((_clicked(sign), channel) for sign, channel in _CLICKS.items()),
        ((source == "direct") | (medium == "none"), "direct"),
        *by_source(where, medium),
        *by_visit(where),
        (~is_tagged & (where != ""), "referral"),
    ]
    told = nw.coalesce(*(nw.when(sure(fits)).then(nw.lit(channel)) for fits, channel in rules), nw.lit(UNKNOWN))
    own = nw.col("_own")
    return frame.with_columns(channel=nw.when(own != "").then(own).otherwise(told))


def _clicked(sign: str) -> nw.Expr:
    """The click's number stands in its column, or behind the address of the page that was opened."""
    return ~nw.col(f"_{sign}").is_null() | sure(nw.col("_landing_page").str.contains(f"[?&]{sign}="))
