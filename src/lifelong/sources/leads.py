"""A firm's table of leads: which column is which, and its cells as days, amounts and words."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import DataError
from lifelong.sources import dates, numbers
from lifelong.sources.columns import by_user, plain
from lifelong.sources.files import hinted
from lifelong.sources.look import ReadPlan
from lifelong.sources.reading import copied, looked_at
from lifelong.tables.clean_rules import Rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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
#: Decimals of an amount: values are read to a hundredth of a cent.
DIGITS = 4
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
    header, texts = _texts(path)
    given, hints = hinted(columns or {}, header)
    found = _mapped(header, given, path.name)
    created = (
        _days(texts[found["created_at"]], found["created_at"], path.name, hints.get("created_at", ""))
        if "created_at" in found
        else None
    )
    converted, flags = _converted(texts[found["converted"]], found["converted"], path.name, hints.get("converted", ""))
    size = len(flags)
    day = np.full(size, np.nan) if created is None else created
    if created is not None and np.isnan(created).any():
        raise _unusable(
            f"{int(np.isnan(created).sum()):,} leads have no day on which they came", found["created_at"], path.name
        )
    value = (
        _amounts(texts[found["value"]], found["value"], path.name, hints.get("value", ""))
        if "value" in found
        else np.full(size, np.nan)
    )
    rungs = [[text or "unknown" for text in texts[found[name]]] for name in PATH if name in found]
    used = set(found.values())
    return LeadFile(
        name=path.name, columns=found,
        ids=texts[found["lead_id"]] if "lead_id" in found else [str(i + 1) for i in range(size)],
        created=day, converted=converted, is_converted=flags, value=value,
        customers=texts[found["customer_id"]] if "customer_id" in found else [],
        paths=[tuple(row) for row in zip(*rungs, strict=True)] if rungs else [()] * size,
        features={name: _feature(cells) for name, cells in texts.items() if name not in used},
    )  # fmt: skip


def _texts(path: Path) -> tuple[tuple[str, ...], dict[str, list[str]]]:
    """The header, and every column as texts without blanks around them."""
    import pyarrow.parquet as pq

    seen = looked_at(path)
    short = {f"c{i}": name for i, name in enumerate(seen.header)}
    plan = ReadPlan(
        str(path), seen.format, seen.compression, seen.encoding, seen.separator, seen.skip, seen.header, short, (),
        Rules(columns=(), currency="", rates=(), decimal=".", dates="ymd", timezone="UTC", source_zone="", today=0),
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="lifelong-") as scratch:
        out = Path(scratch) / "leads.parquet"
        copied(plan, out, _unwatched)
        table = pq.read_table(out, memory_map=False)
    return seen.header, {name: [(v or "").strip() for v in table[c].to_pylist()] for c, name in short.items()}


def _unwatched(_done: int, _total: int | None) -> None:
    """Such a table is read in a moment."""


def _mapped(header: Sequence[str], given: Mapping[str, str], where: str) -> dict[str, str]:
    """The file's column for each canonical one that it has: those that the user names first."""
    by_plain = {plain(name): name for name in reversed(header)}
    found = by_user(header, given, where, list(NAMES))
    for canonical, names in NAMES.items():
        taken = set(found.values())
        hits = (by_plain[plain(n)] for n in names.split(", ") if plain(n) in by_plain)
        column = next((hit for hit in hits if hit not in taken), None)
        if canonical not in found and column is not None:
            found[canonical] = column
    if "converted" not in found:
        raise _unusable("no column says which leads have converted", "converted", where)
    return found


def _converted(texts: list[str], column: str, where: str, order: str) -> tuple[Floats, NDArray[np.bool_]]:
    """Days of converting and who converted; of a flag no days."""
    kinds = {text.casefold() for text in texts}
    if kinds <= _YES | _NO:
        return np.full(len(texts), np.nan), np.array([text.casefold() in _YES for text in texts], bool)
    days = _days(texts, column, where, order)
    return days, ~np.isnan(days)


def _days(texts: list[str], column: str, where: str, order: str) -> Floats:
    """Days since 1970-01-01, NaN for blanks."""
    import narwhals as nw
    import pyarrow as pa

    from lifelong.tables import clean_time

    filled = [text for text in texts if text]
    written = order or dates.order_of(filled, column, where, "converted")
    frame = nw.from_native(pa.table({"text": pa.array([text or None for text in texts], pa.string())}))
    made = clean_time.read(frame, "text", written, ("UTC", "")).select("_day", "_is_date").to_native()
    good = np.array([bool(v) for v in made["_is_date"].to_pylist()])
    if int(good.sum()) < len(filled):
        odd = next(text for text, is_date in zip(texts, good, strict=True) if text and not is_date)
        raise _unusable(f"{odd!r} is no date, or not written as the others", column, where)
    days = np.array([np.nan if v is None else float(v) for v in made["_day"].to_pylist()])
    return np.where(good, days, np.nan)


def _amounts(texts: list[str], column: str, where: str, decimal: str) -> Floats:
    """Amounts, NaN for blanks."""
    import narwhals as nw
    import pyarrow as pa

    from lifelong.tables import clean_numbers

    sign = decimal or numbers.decimal_of(texts, column, where, "value")
    frame = nw.from_native(pa.table({"value": pa.array([text or None for text in texts], pa.string())}))
    made = clean_numbers.read(frame, "value", sign, DIGITS).select("value_n").to_native()["value_n"].to_pylist()
    odd = [text for text, v in zip(texts, made, strict=True) if text and v is None]
    if odd:
        raise _unusable(f"{odd[0]!r} is no amount", column, where)
    return np.array([np.nan if v is None else v / 10.0**DIGITS for v in made], float)


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


def _unusable(what: str, column: str, where: str) -> DataError:
    return DataError(
        "E433", what, where=f"{where}, column {column}",
        why="a lead's chance is learned from which leads converted, and when",
        fix="name the column, such as --column converted=won_date, or correct the file",
    )  # fmt: skip
