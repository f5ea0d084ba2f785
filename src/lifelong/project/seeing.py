"""The verb `look`: how a file would be read, and its first rows; nothing is stored."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError, LifelongError, did_you_mean
from lifelong.phrases import phrase
from lifelong.project.ingesting import there
from lifelong.sources import ads, columns, files, kinds, subscriptions, touches
from lifelong.sources.reading import looked_at
from lifelong.values.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from lifelong.sources.look import ReadPlan

#: Rows of the file that are shown.
SHOWN = 5
#: The column of spend in which totals say that they are some: it is found, and nobody names it.
OWN = "label"


def look(path: Path, kind: str, given: Mapping[str, str], currency: str, timezone: str) -> Seen:
    """Look at a file.

    Args:
        path: the file.
        kind: orders, spend, touches or subscriptions; empty for the likeliest.
        given: our names of columns to the file's, where they are known.
        currency: of the amounts, where it is known.
        timezone: the zone that a day belongs to.

    Raises:
        ConfigError: E302 for a kind that does not exist.
        DataError: E101, E103, E106 where it is no table.
    """
    there(path)
    if kind and kind not in kinds.COLUMNS:
        raise ConfigError(
            "E302", phrase("there is no kind of file {kind!r}", kind=kind), where="kind", why=did_you_mean(kind, kinds.COLUMNS),
            fix=phrase("take one of {columns}", columns=", ".join(kinds.COLUMNS)),
        )  # fmt: skip
    beginning = looked_at(path)
    kind = kind or kinds.of(path, beginning.header)
    known = [column for column in kinds.COLUMNS[kind] if column.name != OWN]
    told: dict[str, Any] = (
        {"columns": _RECOGNISED[kind](beginning.header, given, path.name)} if kind in _RECOGNISED else {}
    )
    try:
        read = _READ[kind](path, given, currency, timezone)
        plan, platform = (read.reading, read.told.origin) if isinstance(read, ads.SpendPlan) else (read, "")
        told = {
            "platform": platform,
            "columns": {name: of for name, of in plan.columns.items() if of in plan.header and name != OWN},
            "currency": plan.rules.currency,
            "dates": plan.rules.dates,
            "decimal": plan.rules.decimal,
        }
        seen = (plan.format, plan.compression, plan.encoding, plan.separator)
    except LifelongError as error:
        told = {"columns": dict(given), **told, "problem": error.as_dict()["error"]}
        seen = (beginning.format, beginning.compression, beginning.encoding, beginning.separator)
    return Seen(
        path.name, kind, *seen, beginning.header, [list(row) for row in beginning.rows[:SHOWN]],
        {c.name: c.meaning for c in known}, [c.name for c in known if c.is_required], **told,
    )  # fmt: skip


def _spend(path: Path, given: Mapping[str, str], currency: str, timezone: str) -> ads.SpendPlan:
    return ads.plan(path, ads.Reading(columns=given), currency, timezone)


#: Kinds of which columns are recognised where the file as a whole cannot be read yet.
_RECOGNISED = {"orders": columns.recognised, "spend": ads.recognised}
_READ: dict[str, Callable[[Path, Mapping[str, str], str, str], ReadPlan | ads.SpendPlan]] = {
    "orders": lambda path, given, currency, zone: files.plan(path, columns=given, currency=currency, timezone=zone),
    "spend": _spend,
    "touches": lambda path, given, _, zone: touches.plan(path, columns=given, timezone=zone),
    "subscriptions": lambda path, given, currency, zone: subscriptions.plan(
        path, columns=given, currency=currency, timezone=zone
    ),
}
