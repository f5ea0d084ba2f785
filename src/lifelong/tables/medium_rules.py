"""The one table by which a source and a medium say the channel, of visits as of spend, and other names of one thing.

The medium decides, as the field's analytics do it; the source says which kind of paid or unpaid traffic it is. Names are
compared in small letters, and other names of one thing are brought together first (aliases). Pure narwhals.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong.schema import UNKNOWN
from lifelong.tables import clean_text as texts

if TYPE_CHECKING:
    from collections.abc import Mapping

    import narwhals as nw

    Rule = tuple[nw.Expr, str]


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
    "email": "^email|email$|^mail$|newsletter",
    "affiliate": "affiliate",
    "sms": "^(?:sms|mms|text)$",
    "push": "push|^(?:mobile|notification)$",
    "audio": "^(?:audio|podcast)$",
    "social": "^(?:social.*|sm)$",
    "referral": "^(?:referral|link|app)$",
}
CHANNELS = (
    "paid search", "paid social", "paid shopping", "paid video", "paid other", "display", "email", "affiliate", "sms",
    "push", "audio", "social", "referral", "organic search", "direct", UNKNOWN,
)  # fmt: skip


def by_medium(source: nw.Expr, medium: nw.Expr) -> list[Rule]:
    """What the medium says, the first that fits; both names are common ones (:func:`common`).

    Args:
        source: who sent the visit or sold the space; of a visit without a tag, the page that it came from.
        medium: ``utm_medium``.
    """
    paid = medium.str.contains(_PAID)
    return [
        (paid & (source.str.contains(_SHOPS) | medium.str.contains("shop")), "paid shopping"),
        (paid & source.str.contains(_VIDEO), "paid video"),
        (paid & (source.str.contains(_SOCIAL) | medium.str.contains("social")), "paid social"),
        (paid & (source.str.contains(_SEARCH) | (medium == "cpc")), "paid search"),
        (paid, "paid other"),
        *((medium.str.contains(words), channel) for channel, words in _MEDIUMS.items()),
    ]


def by_source(source: nw.Expr, medium: nw.Expr) -> list[Rule]:
    """What the source says where the medium says nothing, of visits and of spend."""
    return [
        ((medium == "organic") & source.str.contains(_SOCIAL), "social"),
        (medium == "organic", "organic search"),
        (source == "email", "email"),
        (source.str.contains(_SOCIAL), "social"),
    ]


def by_visit(source: nw.Expr) -> list[Rule]:
    """What the source says of a visit alone: who pays a search engine and names no medium did not get it unpaid."""
    return [(source.str.contains(_SEARCH), "organic search")]


def common(text: nw.Expr, aliases: Mapping[str, str]) -> nw.Expr:
    """A name in small letters under its common one; nothing is an empty text.

    Args:
        text: of any case.
        aliases: the firm's own names, in small letters, to what they mean; they come before ours.
    """
    known, small = {**ALIASES, **aliases}, texts.lower(text).fill_null("")
    return small.replace_strict(list(known), list(known.values()), default=small)
