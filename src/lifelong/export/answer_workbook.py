"""Any answer as a workbook: what JSON says of it, a sheet for each table, single figures by name, and what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong.export import live
from lifelong.export.writers import put

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

#: The sheet of figures that stand alone.
FIGURES = "Figures"


def workbook(told: Mapping[str, Any], keys: Iterable[str], path: Path) -> Path:
    """Write an .xlsx with the figures of an answer, the same ones and in the same units as in its JSON.

    Args:
        told: the answer as it goes into JSON.
        keys: of the definitions that it shows.
        path: where to; the same answer gives the same bytes.

    Raises:
        ConfigError: E303, where XLSX is not installed; E301 for a text that a cell cannot hold.
    """
    with live.opened(path, "Answer") as book:
        as_text = book.add_format({"quote_prefix": True})
        single = [{"figure": name, "value": value} for name, value in _singles(told)]
        for name, rows in [(FIGURES, single), *_tables(told)]:
            sheet = book.add_worksheet(_titled(name, book))
            heads = list(dict.fromkeys(head for row in rows for head in row))
            live.heads(book, sheet, 0, heads)
            sheet.set_column(0, 0, 28)
            sheet.freeze_panes(1, 0)
            for at, row in enumerate(rows, 1):
                for place, head in enumerate(heads):
                    put(sheet, (at, place), row.get(head), as_text)
        live.read_me(
            book,
            keys,
            "Figures are those of --json, in the same units: money in minor units, where not told otherwise.",
        )
    return path


def _singles(told: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Figures that stand in no table, by their way through the JSON: ``whole.blended``, ``mix.0``."""
    if isinstance(told, dict):
        for key, value in told.items():
            yield from _singles(value, f"{name}.{key}" if name else str(key))
    elif isinstance(told, list) and not _is_table(told):
        for at, value in enumerate(told):
            yield from _singles(value, f"{name}.{at}")
    elif not isinstance(told, list):
        yield name, told


def _tables(told: Any, name: str = "") -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Lists of records, by their way through the JSON; what lies within a record stands in its row."""
    if isinstance(told, dict):
        for key, value in told.items():
            yield from _tables(value, f"{name}.{key}" if name else str(key))
    elif isinstance(told, list) and _is_table(told):
        yield name, [dict(_row(record)) for record in told]


def _row(told: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    parts = told.items() if isinstance(told, dict) else enumerate(told) if isinstance(told, list) else ()
    if isinstance(told, dict | list):
        for key, value in parts:
            yield from _row(value, f"{name}.{key}" if name else str(key))
    else:
        yield name, told


def _is_table(told: list[Any]) -> bool:
    return bool(told) and all(isinstance(record, dict) for record in told)


def _titled(name: str, book: Any) -> str:
    """A name that a sheet may have: 31 letters, none of those that are forbidden, and no other sheet's."""
    plain = "".join("_" if letter in "[]:*?/\\'" else letter for letter in name)[-31:]
    taken = {sheet.get_name().lower() for sheet in book.worksheets()} | {"read me"}
    return plain if plain.lower() not in taken else f"{plain[:28]} {len(taken)}"
