"""Cleaned rows of spend to a row a day, channel and campaign.

Rows of several days are dealt over them, and what a later file tells again counts once. Reports of spend are small beside orders, so that these steps work on Python's integers, which are exact.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import narwhals as nw

from lifelong import schema
from lifelong.units import apportion

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    Row = Mapping[str, Any]
    Key = tuple[Any, ...]

_NAMES = ("channel", "source", "medium", "campaign", "purpose", "origin")
#: What becomes of a row: it counts, is a total of the file, cannot be used, or is told anew by a later file.
KINDS = ("kept", "totals", "quarantined", "older")
#: Whose reports tell of all campaigns of a day, so that two of them are seldom of different ones.
PLATFORMS = ("google_ads", "meta_ads", "tiktok_ads")
_SUMS = ("cost", "impressions", "clicks", "conversions", "conversion_value")


@dataclass(slots=True)
class Parts:
    """What became of one file's rows: how many and what cost, by :data:`KINDS`; what was kept, by channel.

    ``shared`` counts the days of a platform of which an earlier file keeps cost too, of other campaigns.
    """

    rows: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    cost: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    channels: dict[str, int] = field(default_factory=dict)
    shared: int = 0


def rows_of(cleaned: Any) -> list[dict[str, Any]]:
    """The rows of an eager frame of ``spend_rows.cleaned``."""
    return list(nw.from_native(cleaned).iter_rows(named=True))


def daily(files: Sequence[Sequence[Row]]) -> tuple[list[dict[str, Any]], list[Parts]]:
    """The table of spend of all files, and what became of each file's rows.

    Of a platform's campaign on a day, the last file that tells of it counts; earlier ones are ``older``. Two rows of one file
    are added: they are its ad groups, devices or accounts.

    Args:
        files: each file's cleaned rows, in the order of ingest.

    Returns:
        Rows of ``schema.SPEND`` in the order of day, channel and campaign, and a :class:`Parts` a file; costs sum to those of
        the files' rows, to the minor unit.
    """
    latest = {
        _same(row, day): number for number, rows in enumerate(files) for row in _sound(rows) for day in _span(row)
    }
    table: dict[Key, dict[str, Any]] = {}
    seen: dict[Key, set[int]] = {}
    told = []
    for number, rows in enumerate(files):
        parts = Parts()
        told.append(parts)
        for row in rows:
            if row["reason"] is not None:
                _count(parts, "totals" if row["reason"] == "total row" else "quarantined", row["cost"])
                continue
            days = list(_days(row))
            new = [part for part in days if latest[_same(row, part["day"])] == number]
            cost = sum(part["cost"] for part in new)
            _count(parts, "kept" if new else "older", cost if new else row["cost"])
            if new:
                parts.cost["older"] += row["cost"] - cost
                parts.channels[row["channel"]] = parts.channels.get(row["channel"], 0) + cost
            for part in new:
                _add(table, row, part)
                if part["cost"] and row["origin"] in PLATFORMS:
                    seen.setdefault((row["origin"], part["day"]), set()).add(number)
    for owners in seen.values():
        for number in sorted(owners)[1:]:
            told[number].shared += 1
    return [table[key] for key in sorted(table)], told


def _count(parts: Parts, what: str, cost: int) -> None:
    parts.rows[what] += 1
    parts.cost[what] += cost


def _sound(rows: Iterable[Row]) -> Iterator[Row]:
    return (row for row in rows if row["reason"] is None)


def _span(row: Row) -> range:
    return range(row["first"], row["last"] + 1)


def _same(row: Row, day: int) -> Key:
    """What two files tell of alike: one campaign's day. Without a source, the channel is all that tells money apart."""
    return (row["origin"], row["source"] or row["channel"], row["medium"], row["campaign"], day)


def _days(row: Row) -> Iterator[dict[str, Any]]:
    """A row's figures of each of its days; whole ones are dealt by the largest remainder, the first days first."""
    span = _span(row)
    dealt = {name: _dealt(row[name], len(span)) for name in _SUMS}
    return ({"day": day} | {name: each[at] for name, each in dealt.items()} for at, day in enumerate(span))


def _dealt(total: float | None, days: int) -> Sequence[Any]:
    """A total over days: integers as integers, also below zero, others evenly; nothing stays nothing."""
    if total is None or days == 1:
        return [total] * days
    if isinstance(total, float):
        return [total / days] * days
    parts = apportion(abs(total), [1] * days)
    return parts if total >= 0 else [-part for part in parts]


def _add(table: dict[Key, dict[str, Any]], row: Row, part: Row) -> None:
    """Add a day's figures to those of its channel and campaign."""
    key = (part["day"], *(row[name] for name in _NAMES))
    known = table.get(key)
    if known is None:
        made = {"day": part["day"]} | {name: row[name] for name in _NAMES} | {name: part[name] for name in _SUMS}
        table[key] = {column.name: made[column.name] for column in schema.SPEND}
        return
    for name in _SUMS:
        if part[name] is not None:
            known[name] = part[name] + (known[name] or 0)
