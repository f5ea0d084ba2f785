"""A firm's table of leads: which column is which, and its cells as days, amounts and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.schema import UNKNOWN
from lifelong.sources.small_tables import SmallTable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Names of each canonical column, best first; compared without case, blanks and signs.
NAMES: dict[str, str] = {
    "lead_id": "lead id, mql id, lead, prospect id, prospect, contact id, id",
    "created_at": "created at, created, created date, first contact date, lead date, came at, received at, date",
    "converted": "converted at, converted date, conversion date, won date, won at, closed won date, converted, is converted, conversion, won, acquisition",
    "value": "value, clv, ltv, customer value, lifetime value",
    "customer_id": "customer id, customer, client id, account id",
    "channel": "channel, source, lead source, origin, utm source",
    "campaign": "campaign, utm campaign, campaign name",
    "landing_page": "landing page, landing page id, landing, page",
}
PATH = ("channel", "campaign", "landing_page")
_YES = {"1", "1.0", "yes", "y", "true", "t", "won", "converted"}
_NO = {"", "0", "0.0", "no", "n", "false", "f", "lost", "open"}
#: A column is one of numbers where so many of its filled cells are.
NUMERIC = 0.99


@dataclass(frozen=True, eq=False)
class LeadFile:
    """The cells of a table of leads, a row each (n).

    Attributes:
        name: the file's.
        columns: canonical name to the file's.
        ids: the leads'.
        created: day on which each came, NaN where the file does not say.
        converted: day of converting, NaN without one or where only a flag is there.
        is_converted: whether it did.
        value: of the converted ones, NaN where that is not told.
        customers: customer ids, empty where there are none.
        paths: channel, campaign, landing page, as far as the file has them; a blank is "unknown".
        features: all other columns: numbers with NaN for blanks, or words.
    """

    name: str
    columns: Mapping[str, str]
    ids: list[str]
    created: Floats
    converted: Floats
    is_converted: NDArray[np.bool_]
    value: Floats
    customers: list[str]
    paths: list[tuple[str, ...]]
    features: Mapping[str, Any]


def read(path: Path, columns: Mapping[str, str] | None = None) -> LeadFile:
    """Read a table of leads: CSV, TSV, Parquet, JSON Lines or Excel.

    Raises:
        DataError: E433 where a needed column is missing or not understood; E101, E103, E106 to E108 as for orders.
        ConfigError: E302 for a column that is not known.
    """
    told = SmallTable.read(path, NAMES, _unusable, columns)
    if "converted" not in told:
        raise told.missing("converted", "no column says which leads have converted")
    converted, flags = _converted(told)
    size = len(flags)
    created = told.days("created_at") if "created_at" in told else np.full(size, np.nan)
    if "created_at" in told and np.isnan(created).any():
        late = phrase("{isnan:,} leads have no day on which they came", isnan=int(np.isnan(created).sum()))
        raise _unusable(
            late,
            "created_at",
            phrase("{name}, column {created_at}", name=path.name, created_at=told.columns["created_at"]),
        )
    rungs = [[text or UNKNOWN for text in told.cells(name)] for name in PATH if name in told]
    used = set(told.columns.values())
    return LeadFile(
        name=path.name, columns=told.columns,
        ids=told.cells("lead_id") if "lead_id" in told else [str(i + 1) for i in range(size)],
        created=created, converted=converted, is_converted=flags,
        value=told.amounts("value") if "value" in told else np.full(size, np.nan),
        customers=told.cells("customer_id") if "customer_id" in told else [],
        paths=[tuple(row) for row in zip(*rungs, strict=True)] if rungs else [()] * size,
        features={name: _feature(cells) for name, cells in told.texts.items() if name not in used},
    )  # fmt: skip


def _converted(told: SmallTable) -> tuple[Floats, NDArray[np.bool_]]:
    """Days of converting and who converted; of a flag no days."""
    texts = [text.casefold() for text in told.cells("converted")]
    if set(texts) <= _YES | _NO:
        return np.full(len(texts), np.nan), np.array([text in _YES for text in texts], bool)
    days = told.days("converted")
    return days, ~np.isnan(days)


def _feature(texts: list[str]) -> Any:
    """Numbers with NaN for blanks where almost all cells are numbers, else words."""
    made = [_number(text) for text in texts]
    filled = sum(map(bool, texts))
    if filled and sum(v == v for v in made) >= NUMERIC * filled:
        return np.array(made)
    return np.array(texts, object)


def _number(text: str) -> float:
    try:
        found = float(text.replace(",", "."))
    except ValueError:
        return float("nan")
    return found if np.isfinite(found) else float("nan")


def _unusable(what: str, name: str, where: str) -> DataError:
    return DataError(
        "E433", what, where=where,
        why="a lead's chance is learned from which leads converted, and when",
        fix=phrase("name the column, such as --column {name}=NAME, or correct the file", name=name),
    )  # fmt: skip
