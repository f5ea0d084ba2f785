"""Which channel a touch belongs to: by the firm's own word, its utm tags, a click's number, or the page it came from.

The medium decides, as the field's analytics do it; the source says which kind of paid or unpaid traffic it is. Names are
compared in small letters, and other names of one thing are brought together first (aliases). Pure narwhals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong.schema import UNKNOWN
from lifelong.tables import clean_text as texts
from lifelong.tables.clean_numbers import sure

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Other names of sources, media and channels; a firm's own come before them.
ALIASES: dict[str, str] = {
    "fb": "facebook", "facebook.com": "facebook", "m.facebook.com": "facebook", "l.facebook.com": "facebook",
    "lm.facebook.com": "facebook", "ig": "instagram", "instagram.com": "instagram", "l.instagram.com": "instagram",
    "google.com": "google", "www.google.com": "google", "adwords": "google", "googleads": "google", "google-ads": "google",
    "bing.com": "bing", "yt": "youtube", "youtube.com": "youtube", "m.youtube.com": "youtube", "tt": "tiktok",
    "tiktok.com": "tiktok", "li": "linkedin", "lnkd.in": "linkedin", "linkedin.com": "linkedin", "t.co": "twitter",
    "x.com": "twitter", "twitter.com": "twitter", "pinterest.com": "pinterest", "vk.com": "vk",
    "e-mail": "email", "e_mail": "email", "newsletter": "email", "ppc": "cpc", "paidsearch": "cpc",
    "paid-search": "cpc", "paid_social": "paid-social", "paidsocial": "paid-social", "banner": "display",
    "(none)": "none", "(direct)": "direct", "(not set)": "", "(not provided)": "", "not set": "", "null": "",
}  # fmt: skip
_SOCIAL = "^x$|facebook|instagram|meta|tiktok|linkedin|pinterest|snapchat|twitter|reddit|(?:^|[.])vk(?:[.]|$)|threads"
_SEARCH = "google|bing|yahoo|duckduckgo|ecosia|baidu|yandex|seznam|startpage|(?:^|[.])brave[.]"
_SHOPS = "shopping|amazon|ebay|idealo|kelkoo|ceneo|allegro"
_VIDEO = "youtube|vimeo|twitch"
_PAID = "^(?:cpc|retargeting|remarketing|paid.*)$"
#: Unpaid media and those that name their kind themselves, by utm_medium.
_MEDIUMS = {
    "display": "^(?:display|cpm|interstitial|expandable)$",
    "email": "^email|email$|^mail$",
    "affiliate": "affiliate",
    "sms": "^(?:sms|mms|text)$",
    "push": "push|^(?:mobile|notification)$",
    "audio": "^(?:audio|podcast)$",
    "social": "^(?:social.*|sm)$",
    "referral": "^(?:referral|link|app)$",
}
#: Numbers that platforms put behind the address of a paid click.
_CLICKS = {
    "gclid": "paid search", "msclkid": "paid search", "fbclid": "social", "ttclid": "paid social",
}  # fmt: skip
CHANNELS = (
    "paid search", "paid social", "paid shopping", "paid video", "paid other", "display", "email", "affiliate", "sms",
    "push", "audio", "social", "referral", "organic search", "direct", UNKNOWN,
)  # fmt: skip


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
    known = {**ALIASES, **aliases}
    frame = frame.with_columns(
        source=_known(texts.lower(nw.col("_source")), known),
        medium=_known(texts.lower(nw.col("_medium")), known),
        _own=_known(texts.lower(nw.col("_channel")), known),
        _from=texts.lower(nw.col("_referrer")).str.replace_all("^[a-z]+://(?:www[.])?|[/?#].*$", ""),
    )
    source, medium = nw.col("source"), nw.col("medium")
    frame = frame.with_columns(_where=nw.when(source != "").then(source).otherwise(nw.col("_from").fill_null("")))
    where = nw.col("_where")
    paid, is_tagged = medium.str.contains(_PAID), (source != "") | (medium != "")
    rules: list[tuple[nw.Expr, str]] = [
        (paid & (where.str.contains(_SHOPS) | medium.str.contains("shop")), "paid shopping"),
        (paid & where.str.contains(_VIDEO), "paid video"),
        (paid & (where.str.contains(_SOCIAL) | medium.str.contains("social")), "paid social"),
        (paid & (where.str.contains(_SEARCH) | (medium == "cpc")), "paid search"),
        (paid, "paid other"),
        *((medium.str.contains(words), channel) for channel, words in _MEDIUMS.items()),
        *((_clicked(sign), channel) for sign, channel in _CLICKS.items()),
        ((medium == "organic") & where.str.contains(_SOCIAL), "social"),
        (medium == "organic", "organic search"),
        ((source == "direct") | (medium == "none"), "direct"),
        (source == "email", "email"),
        (where.str.contains(_SOCIAL), "social"),
        (where.str.contains(_SEARCH), "organic search"),
        (~is_tagged & (where != ""), "referral"),
    ]
    told = nw.coalesce(*(nw.when(sure(fits)).then(nw.lit(channel)) for fits, channel in rules), nw.lit(UNKNOWN))
    own = nw.col("_own")
    return frame.with_columns(channel=nw.when(own != "").then(own).otherwise(told))


def _known(text: nw.Expr, aliases: Mapping[str, str]) -> nw.Expr:
    """A name under its common one; nothing is an empty text."""
    return text.fill_null("").replace_strict(list(aliases), list(aliases.values()), default=text.fill_null(""))


def _clicked(sign: str) -> nw.Expr:
    """The click's number stands in its column, or behind the address of the page that was opened."""
    return ~nw.col(f"_{sign}").is_null() | sure(nw.col("_landing_page").str.contains(f"[?&]{sign}="))
