"""A firm's table of touches: which column is which, and how it writes times. Read as orders are."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong import schema
from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.sources import dates
from lifelong.sources.columns import by_user, is_utc, plain
from lifelong.sources.files import hinted, today_in
from lifelong.sources.look import ReadPlan
from lifelong.sources.reading import looked_at
from lifelong.tables.clean_rules import Rules
from lifelong.tables.clean_time import zone_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

#: Names of each canonical column, best first; compared without case, accents, blanks and signs.
NAMES: dict[str, str] = {
    "customer_id": (
        "customer id, customer, client id, client, user id, user, member id, contact id, visitor id, account id, user pseudo id, "
        "id klienta, klient, id клиента, клиент, id client, kundennummer, kunde"
    ),
    "email": "email, e-mail, mail, customer email, email address, adres e-mail, почта, adresse e-mail, courriel",
    "touched_at": (
        "touched at, touch time, occurred at, visited at, visit time, session start, event time, event timestamp, event date, timestamp, "
        "datetime, time, date, created at, clicked at, opened at, day, data, czas, дата, время, heure, datum, zeit"
    ),
    "channel": "channel, channel group, channel grouping, default channel group, marketing channel, kanał, канал, canal, kanal",
    "source": "utm source, source, traffic source, session source, źródło, источник, quelle",
    "medium": "utm medium, medium, session medium",
    "campaign": "utm campaign, campaign, campaign name, session campaign, kampania, кампания, campagne, kampagne",
    "referrer": "referrer, referer, http referrer, referring site, page referrer",
    "landing_page": "landing page, landing site, landing url, page url, page location, session entry, url, page",
    "gclid": "gclid, google click id",
    "fbclid": "fbclid, facebook click id",
    "msclkid": "msclkid, microsoft click id",
    "ttclid": "ttclid, tiktok click id",
    "kind": "kind, type, event, event type, event name, touch type, interaction, typ, тип",
}
#: One of these must say where a touch came from.
SIGNS = ("channel", "source", "medium", "referrer", "landing_page", "gclid", "fbclid", "msclkid", "ttclid")


def plan(path: Path, *, columns: Mapping[str, str] | None = None, timezone: str = "UTC") -> ReadPlan:
    """Look at a table of touches and decide how it is read; ``files.extract`` then reads it.

    Args:
        path: as for orders.
        columns: canonical name (``schema.TOUCH_SOURCE``) to the file's; ``touched_at`` may end in ``:dmy``.
        timezone: the zone that a day belongs to.

    Raises:
        DataError: E371 where a needed column is missing; E101, E103, E106, E107 as for orders.
        ConfigError: E302 for a column that is not known.
    """
    zone_of(timezone)
    seen = looked_at(path)
    given, hints = hinted(columns or {}, seen.header)
    found = _mapped(seen.header, given, path.name)
    at = found["touched_at"]
    times = [text for text in seen.texts(at) if text.strip()]
    rules = Rules(
        columns=tuple(found),
        dates=hints.get("touched_at") or dates.order_of(times, at, path.name, "touched_at"),
        timezone=timezone,
        source_zone="UTC" if is_utc(at) else "",
        today=today_in(timezone),
    )
    return ReadPlan(
        str(path), seen.format, seen.compression, seen.encoding, seen.separator, seen.skip, seen.header, found, (), rules
    )  # fmt: skip


def _mapped(header: Sequence[str], given: Mapping[str, str], where: str) -> dict[str, str]:
    """The file's column for each canonical one that it has: those that the user names first."""
    by_plain = {plain(name): name for name in reversed(header)}
    found = by_user(header, given, where, list(NAMES))
    for canonical, names in NAMES.items():
        hits = (by_plain[plain(n)] for n in names.split(", ") if plain(n) in by_plain)
        column = next((hit for hit in hits if hit not in found.values()), None)
        if canonical not in found and column is not None:
            found[canonical] = column
    if "customer_id" not in found and "email" not in found:
        raise _missing("customer_id", phrase("who was touched"), header, where)
    if "touched_at" not in found:
        raise _missing("touched_at", phrase("when a touch was"), header, where)
    if not set(SIGNS) & set(found):
        raise _missing(
            "channel", phrase("where a touch came from: a channel, utm_source, utm_medium ..."), header, where
        )
    return {name: found[name] for name in schema.names(schema.TOUCH_SOURCE) if name in found}


def _missing(canonical: str, what: str, header: Sequence[str], where: str) -> DataError:
    return DataError(
        "E371", phrase("no column says {what}", what=what),
        where=phrase("{where}, header: {header}", where=where, header=", ".join(name or "(no name)" for name in header[:20])),
        why="a touch is a person, a time and a channel",
        fix=phrase("name it:  --column {canonical}=NAME", canonical=canonical),
    )  # fmt: skip
