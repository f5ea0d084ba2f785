"""The short way into memory for small text tables that can be read in one way only; all others go by the landing.

Where no cell is quoted, a table is its lines cut at the separator, and every reader of CSV says the same of it. PyArrow's
is there anyway; DuckDB's takes longer to start than such a file takes to read.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lifelong.sources.look import ReadPlan

#: Larger files are streamed: here the whole file and its table are in memory.
MOST_BYTES = 32 << 20


def table(plan: ReadPlan) -> Any:
    """The rows that ``files.extract`` would write (row and canonical columns), as an Arrow table; None where it is not sure.

    It is sure of UTF-8 without quotes, empty lines and bare carriage returns, every row of which is as wide as the
    header.
    """
    path = Path(plan.path)
    if plan.format != "csv" or plan.compression or plan.encoding not in {"utf-8", "utf-8-sig"}:
        return None
    if path.stat().st_size > MOST_BYTES:
        return None
    content = path.read_bytes()
    return _read(plan, content) if _is_plain(content) else None


def _is_plain(content: bytes) -> bool:
    if b'"' in content or b"\x00" in content or content.startswith((b"\n", b"\r")):
        return False
    if b"\r" in content and (content.count(b"\r") != content.count(b"\r\n") or b"\n\r\n" in content):
        return False
    return b"\n\n" not in content


def _read(plan: ReadPlan, content: bytes) -> Any:
    import numpy as np
    import pyarrow as pa
    from pyarrow import csv

    names = [f"c{i}" for i in range(len(plan.header))]
    wanted = {name: names[plan.header.index(theirs)] for name, theirs in plan.columns.items()}
    try:
        found = csv.read_csv(
            pa.BufferReader(content),
            csv.ReadOptions(skip_rows=plan.skip, column_names=names),
            csv.ParseOptions(delimiter=plan.separator, quote_char=False),
            csv.ConvertOptions(
                column_types=dict.fromkeys(names, pa.string()),
                include_columns=list(dict.fromkeys(wanted.values())),
                null_values=[""],
                strings_can_be_null=True,
            ),
        )
    except pa.ArrowInvalid:  # a row of another width, or bytes that are no UTF-8
        return None
    numbers = pa.py_buffer(np.arange(1, len(found) + 1, dtype=np.int64))  # pa.array would load numpy.ma
    rows = pa.Array.from_buffers(pa.int64(), len(found), [None, numbers])
    return pa.table({"row": rows, **{name: found[column] for name, column in wanted.items()}}).combine_chunks()
