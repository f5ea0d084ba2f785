"""Tables to files: each is written beside its place and moved there whole, and no text in it runs as a formula."""

from __future__ import annotations

import csv as csv_format
import datetime as dt
import io
import json
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING, Any

from lifelong.errors import ConfigError, did_you_mean, missing_extra
from lifelong.export.cells import escaped, is_dangerous
from lifelong.phrases import phrase
from lifelong.store import files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    import pyarrow as pa

#: Rows that one XLSX sheet holds, less the header.
XLSX_ROWS = 1_048_575
# A spreadsheet keeps 15 digits of a number; a longer one is kept whole as text.
_EXACT = 10**15
_BATCH = 65_536


def write(table: Any, path: Path, *, beside: Mapping[str, Any] | None = None, is_european: bool = False) -> Path:
    """Write a table in the format of the path's ending: .csv, .parquet or .xlsx.

    Args:
        table: an Arrow table, or anything that offers itself as one (``Scores``, a Polars frame).
        path: where to; an older file there is replaced as a whole or not at all.
        beside: what each row says besides its own columns, such as ``as_of``, ``horizon``, ``currency``,
            ``definition`` and ``model_version`` of scores; a column of the table goes before one of the same name.
        is_european: CSV with semicolons and decimal commas.

    Raises:
        ConfigError: E302 for an ending that is not known, E303 where XLSX is not installed, E301 for too many rows.
        StoreError: E403 where the disk refuses.
    """
    ending = path.suffix.lower()
    if ending == ".csv":
        return csv(table, path, beside=beside, is_european=is_european)
    writers = {".parquet": parquet, ".xlsx": xlsx}
    if ending not in writers:
        raise ConfigError(
            "E302",
            phrase("{name!r} has no ending that says its format", name=path.name),
            where=str(path),
            why=did_you_mean(ending, [".csv", *writers]),
            fix="end the name in .csv, .parquet or .xlsx",
        )
    return writers[ending](table, path, beside=beside)


def csv(table: Any, path: Path, *, beside: Mapping[str, Any] | None = None, is_european: bool = False) -> Path:
    """Write CSV as RFC 4180 has it: UTF-8, CRLF, quotes doubled, a header.

    Missing values, nan and infinities are empty cells. ``is_european`` writes semicolons, decimal commas and a byte
    order mark, which is what Excel opens without asking where a comma is the decimal sign.
    """
    whole = _whole(table, beside)
    with (
        replacing(path) as temporary,
        temporary.open("w", encoding="utf-8-sig" if is_european else "utf-8", newline="") as file,
    ):
        _csv_into(file, whole, is_european=is_european)
    return path


def csv_text(table: pa.Table) -> str:
    """What :func:`csv` would write, for an answer that is no file."""
    out = io.StringIO(newline="")
    _csv_into(out, table, is_european=False)
    return out.getvalue()


def _csv_into(file: IO[str], whole: pa.Table, *, is_european: bool) -> None:
    writer = csv_format.writer(file, delimiter=";" if is_european else ",", lineterminator="\r\n")
    writer.writerow([escaped(name) for name in whole.column_names])
    for batch in whole.to_batches(max_chunksize=_BATCH):
        columns = [_csv_cells(column, is_european=is_european) for column in batch.columns]
        writer.writerows(zip(*columns, strict=True))


def parquet(table: Any, path: Path, *, beside: Mapping[str, Any] | None = None) -> Path:
    """Write Parquet (zstd): columns keep their types and texts are as they are, since nothing runs them."""
    import pyarrow.parquet as pq

    whole = _whole(table, beside)
    with replacing(path) as temporary:
        pq.write_table(whole, temporary, compression="zstd")
    return path


def xlsx(table: Any, path: Path, *, beside: Mapping[str, Any] | None = None) -> Path:
    """Write one sheet of XLSX. Texts are stored as texts; one that looks like a formula is marked so in its format too.

    Whole numbers beyond 15 digits are written as text, since a spreadsheet would round them.
    """
    try:
        import xlsxwriter
    except ImportError:
        raise missing_extra("xlsxwriter", "xlsx", "writing XLSX") from None
    whole = _whole(table, beside)
    if len(whole) > XLSX_ROWS:
        raise ConfigError(
            "E301",
            phrase("{whole:,} rows do not fit into a sheet of {xlsx_rows:,}", whole=len(whole), xlsx_rows=XLSX_ROWS),
            where=str(path),
            why="a sheet would be cut without a word",
            fix="end the name in .csv or .parquet",
        )
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with replacing(path) as temporary, xlsxwriter.Workbook(str(temporary), options) as book:
        # a fixed date: the same table gives the same bytes
        book.set_properties({"created": dt.datetime(2000, 1, 1, tzinfo=dt.UTC)})
        _fill(book, whole)
    return path


def _fill(book: Any, table: pa.Table) -> None:
    """The header, then the rows, cell by cell."""
    sheet = book.add_worksheet()
    bold, as_text = book.add_format({"bold": True}), book.add_format({"quote_prefix": True})
    sheet.freeze_panes(1, 0)
    for at, name in enumerate(table.column_names):
        sheet.write_string(0, at, name, bold)
    row = 0
    for batch in table.to_batches(max_chunksize=_BATCH):
        columns = [_plain(column) for column in batch.columns]
        for cells in zip(*columns, strict=True):
            row += 1
            for at, cell in enumerate(cells):
                put(sheet, (row, at), cell, as_text)


def put(sheet: Any, at: tuple[int, int], cell: Any, as_text: Any) -> None:
    """One cell in its own type; a text that a cell cannot hold whole is an error, not a gap."""
    if cell is None:
        return
    if isinstance(cell, int) and not isinstance(cell, bool) and abs(cell) >= _EXACT:
        cell = str(cell)
    if isinstance(cell, bool):
        sheet.write_boolean(*at, cell)
    elif not isinstance(cell, str):
        sheet.write_number(*at, cell)
    elif sheet.write_string(*at, cell, as_text if is_dangerous(cell) else None) != 0:
        raise ConfigError(
            "E301",
            phrase(
                "the text in row {at}, column {at_2} is longer than the 32,767 signs of a cell",
                at=at[0],
                at_2=at[1] + 1,
            ),
            where="XLSX",
            why="it would be cut or left out without a word",
            fix="end the name in .csv or .parquet",
        )


def _whole(table: Any, beside: Mapping[str, Any] | None) -> pa.Table:
    """The table with the columns that each row says besides."""
    import pyarrow as pa

    whole = table if isinstance(table, pa.Table) else pa.table(table)
    for name, value in (beside or {}).items():
        if name not in whole.column_names:
            whole = whole.append_column(name, pa.repeat(pa.scalar(value), len(whole)))
    return whole


def _plain(column: pa.Array) -> list[Any]:
    """A column as numbers, booleans and texts; nan and infinities are None."""
    import pyarrow as pa
    import pyarrow.compute as pc

    kind = column.type
    if pa.types.is_floating(kind):
        column = pc.if_else(pc.is_finite(column), column, pa.scalar(None, kind))
    elif pa.types.is_nested(kind):
        return [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in column.to_pylist()]
    elif not (pa.types.is_integer(kind) or pa.types.is_boolean(kind)):
        column = column.cast(pa.large_string())
    cells: list[Any] = column.to_pylist()
    return cells


def plain_columns(table: pa.Table) -> list[list[Any]]:
    """All columns as numbers, booleans and texts, whole."""
    return [_plain(column.combine_chunks()) for column in table.columns]


def _csv_cells(column: pa.Array, *, is_european: bool) -> list[Any]:
    """A column as CSV cells: texts escaped, decimal commas where they are asked for."""
    import pyarrow as pa

    kind = column.type
    cells = _plain(column)
    if pa.types.is_floating(kind):
        return [None if v is None else repr(v).replace(".", ",") for v in cells] if is_european else cells
    if pa.types.is_boolean(kind):
        return [None if v is None else str(v).lower() for v in cells]
    if pa.types.is_decimal(kind):  # an exact number: its minus is no formula
        return [None if v is None else v.replace(".", ",") for v in cells] if is_european else cells
    if pa.types.is_integer(kind):
        return cells
    return [None if v is None else escaped(v) for v in cells]


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A place to write to; what was written there takes the path's place if all went well."""
    with files.disk_errors(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = files.temporary_beside(path)
        try:
            yield temporary
            files.put(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
