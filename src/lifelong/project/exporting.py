"""The verb `export`: tables of the project as files, what they hold, and the files that were kept."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Any

from lifelong.errors import AccessError, ConfigError, did_you_mean
from lifelong.phrases import phrase
from lifelong.project import enrolling, runs, spending
from lifelong.schema import ORDERS, SCORES, SPEND, SUBSCRIPTIONS, TIERS
from lifelong.values.made import Made

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    import pyarrow as pa

    from lifelong.project.folder import Folder

#: Folders of files that were made to be taken away.
KEPT = ("reports", "exports")
#: Formats of a table: csv with commas and decimal points, csv with semicolons and decimal commas, Parquet, XLSX.
SHAPES = {"csv": ".csv", "csv-european": ".csv", "parquet": ".parquet", "xlsx": ".xlsx"}
#: The name of a kept file: letters, digits and these marks, never a path.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,120}")
PREVIEWED = 5
#: The tables whose columns an export has.
_TABLES = {"scores": SCORES, "orders": ORDERS, "subscriptions": SUBSCRIPTIONS, "spend": SPEND, "segments": TIERS}
#: What stands on each row besides.
_BESIDE = {
    "as_of": "The last day of the data.",
    "horizon": "How far ahead the value looks.",
    "currency": "The currency of all amounts.",
    "definition": "What value means.",
    "model_version": "The model and its version.",
    "reason": "Why the row could not be used.",
    "row": "The row of the file.",
}


def export(folder: Folder, path: Path, *, what: str, is_european: bool, rule: str = "") -> Path:
    """Write a table to a file that office programs open safely; with a rule, the scores of those whom it chooses."""
    from lifelong import export as writers

    if rule and what != "scores":
        raise ConfigError(
            "E301",
            phrase("a rule chooses no {what}", what=what),
            where="--rule",
            why="it chooses customers by what is known of them",
            fix="leave out --what",
        )
    table, beside = exported(folder, what)
    if rule:
        from lifelong.project import segmenting

        table = segmenting.chosen(folder, rule)
    return writers.write(table, path, beside=beside, is_european=is_european)


def exported(folder: Folder, what: str) -> tuple[pa.Table, Mapping[str, Any]]:
    """The table of an export, and what each of its rows says besides."""
    if what not in EXPORTS:
        raise ConfigError(
            "E302",
            phrase("there is no {what!r} to export", what=what),
            where="--what",
            why=did_you_mean(what, EXPORTS),
            fix="take a known name",
        )
    folder.require()
    return EXPORTS[what](folder)


def _orders(folder: Folder) -> tuple[pa.Table, Mapping[str, Any]]:
    import pyarrow.parquet as pq

    _, tables = folder.tables()
    return pq.read_table(tables.orders), {"currency": folder.currency}


def _subscriptions(folder: Folder) -> tuple[pa.Table, Mapping[str, Any]]:
    return enrolling.kept(folder, folder.landing.read()).rows, {"currency": folder.currency}


def _spend(folder: Folder) -> tuple[pa.Table, Mapping[str, Any]]:
    return spending.spend_table(folder), {"currency": folder.currency}


def _segments(folder: Folder) -> tuple[pa.Table, Mapping[str, Any]]:
    """Every customer's tier by value, as `tiers` says it."""
    from lifelong.decide.tiers import Cuts
    from lifelong.project.tiering import tiers

    made = tiers(folder, Cuts.parse("value", ""), "", None)
    return made.table, {"as_of": made.as_of, "definition": made.definition, "currency": made.currency}


def _quarantine(folder: Folder) -> tuple[pa.Table, Mapping[str, Any]]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    found = sorted((folder.root / "quarantine").glob("*.parquet"))
    if not found:
        return pa.table({"row": pa.array([], pa.int64()), "reason": pa.array([], pa.string())}), {}
    parts = [pq.read_table(path) for path in found]
    return pa.concat_tables(parts, promote_options="default"), {}


#: What can be exported, and how it is made.
EXPORTS: dict[str, Callable[[Folder], tuple[pa.Table, Mapping[str, Any]]]] = {
    "scores": runs.exported,
    "orders": _orders,
    "subscriptions": _subscriptions,
    "spend": _spend,
    "segments": _segments,
    "quarantine": _quarantine,
}


# -- files that are kept


def make(folder: Folder, what: str, shape: str) -> Made:
    """Write an export into exports/ of the project, under a name that says what, as of when and how."""
    from lifelong import export as writers

    if shape not in SHAPES:
        raise ConfigError(
            "E302", phrase("there is no format {shape!r}", shape=shape), where="format", why=did_you_mean(shape, SHAPES), fix=phrase("take one of {shapes}", shapes=", ".join(SHAPES))
        )  # fmt: skip
    folder.progress("reading the rows", 0, None)
    table, beside = exported(folder, what)
    with folder.writing("export"):
        as_of = str(beside.get("as_of", ""))
        marks = [what, as_of, "european" if shape == "csv-european" else ""]
        path = folder.root / "exports" / ("_".join(mark for mark in marks if mark) + SHAPES[shape])
        folder.progress("writing the file", 0, None)
        writers.write(table, path, beside=beside, is_european=shape == "csv-european")
    content = path.read_bytes()
    return Made(str(path), what, shape, "", as_of, len(content), hashlib.sha256(content).hexdigest())


def kept(folder: Folder, place: str) -> list[dict[str, Any]]:
    """The files of reports/ or exports/, the youngest first: name, size, and when each was made."""
    found = [path for path in (folder.root / place).glob("*") if path.is_file() and _NAME.fullmatch(path.name)]
    told = [(path.stat().st_mtime, path.name, path.stat().st_size) for path in found if path.suffix != ".tmp"]
    return [{"name": name, "size": size, "at": at} for at, name, size in sorted(told, reverse=True)]


def kept_file(folder: Folder, place: str, name: str) -> Path:
    """One of these files. The name is looked up in the folder's own listing and never taken as a path.

    Raises:
        AccessError: E503 where no file has that name.
    """
    for one in kept(folder, place) if place in KEPT else ():
        if one["name"] == name:
            return folder.root / place / str(one["name"])
    raise AccessError(
        "E503",
        "there is no such file",
        where=phrase("{place}, {name!r}", place=place[:20], name=name[:60]),
        why="it was never made, or it was removed since",
        fix="make it again",
    )


def preview(folder: Folder, what: str) -> dict[str, Any]:
    """The first rows of an export, its columns with their meaning, and how many rows there are."""
    table, beside = exported(folder, what)
    known = _BESIDE | {column.name: column.meaning for column in _TABLES.get(what, ())}
    columns = [
        {"name": field.name, "type": str(field.type), "meaning": known.get(field.name, "")} for field in table.schema
    ]
    columns += [
        {"name": name, "type": "string", "meaning": known.get(name, "")}
        for name in beside
        if name not in table.column_names
    ]
    rows = [
        {**row, **{k: v for k, v in beside.items() if k not in row}} for row in table.slice(0, PREVIEWED).to_pylist()
    ]
    return {
        "what": what,
        "rows": len(table),
        "columns": columns,
        "first": [{k: _told(v) for k, v in row.items()} for row in rows],
    }


def _told(value: Any) -> Any:
    return value if isinstance(value, int | float | bool) or value is None else str(value)


def csv_text(table: pa.Table) -> str:
    """A table as CSV whose cells no spreadsheet runs, for an answer that is no file."""
    from lifelong import export as writers

    return writers.csv_text(table)
