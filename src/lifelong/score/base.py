"""The customer base as a score sees it: distinct histories, and for each customer the number of theirs.

Everything that costs time is computed once a history; a customer's row is then a look-up and a few products.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import DataError
from lifelong.units import minor_digits

if TYPE_CHECKING:
    import pyarrow as pa
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

NEEDED = ("x", "t_x", "T", "spend_x", "spend")
ROOM = 10  # a table of codes may be this many times as long as the rows


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """Distinct histories (shape (histories,)) and the customers' way to them (shape (customers,)).

    Attributes:
        x, t_x, T, spend_x: a history: order days, days, days, order days with spend (0 where there is no money).
        history: int64, each customer's history.
        total: float64, each customer's spend on the days of ``spend_x``, major units; zeros where there is none.
    """

    x: Ints
    t_x: Ints
    T: Ints
    spend_x: Ints
    history: NDArray[np.int64]
    total: Floats

    def __len__(self) -> int:
        return len(self.history)

    @property
    def histories(self) -> int:
        """How many distinct histories there are."""
        return len(self.x)

    @property
    def count(self) -> Ints:
        """Customers of each history."""
        return np.bincount(self.history, minlength=self.histories)

    @classmethod
    def of(cls, columns: dict[str, Any], currency: str) -> Base:
        """From the summary's columns as arrays: x, t_x, T, and spend_x, spend (minor units) where there is money."""
        x, t_x, T = (np.asarray(columns[name]) for name in ("x", "t_x", "T"))
        spend_x = np.asarray(columns.get("spend_x", np.zeros(len(x), np.int32)))
        unpaid = x - spend_x  # nearly always 0: a narrower code than spend_x itself
        history, first = distinct(x, t_x, T, unpaid if unpaid.min(initial=0) >= 0 else spend_x)
        total = np.asarray(columns.get("spend", np.zeros(len(x)))) / 10.0 ** minor_digits(currency)
        x_, t_, T_, s_ = (values[first].astype(np.int64) for values in (x, t_x, T, spend_x))
        return cls(x_, t_, T_, s_, history, total)


def distinct(*columns: Ints) -> tuple[NDArray[np.int64], Ints]:
    """Number equal rows of whole numbers >= 0 alike.

    Returns:
        The number of each row, shape (rows,), and a row of each number, shape (distinct rows,).
    """
    code = np.array(columns[0], np.int64)
    top = int(code.max(initial=0))
    for column in columns[1:]:
        size = int(column.max(initial=0)) + 1
        if (top + 1) * size >= np.iinfo(np.int64).max:  # small numbers for the same rows
            code, column = _codes(code), _codes(column)
            top, size = int(code.max(initial=0)), int(column.max(initial=0)) + 1
        code *= size
        code += column
        top = (top + 1) * size - 1
    number = _compact(code, top) if top < ROOM * len(code) else _codes(code)
    first = np.empty(int(number.max(initial=-1)) + 1, np.int64)
    first[number] = np.arange(len(number))
    return number, first


def _compact(code: Ints, top: int) -> NDArray[np.int64]:
    """Small numbers by a table of all codes: the fastest way where the table is not much longer than the rows."""
    seen = np.zeros(top + 1, np.bool_)
    seen[code] = True
    kept = np.flatnonzero(seen)
    table = np.empty(top + 1, np.int32)
    table[kept] = np.arange(len(kept), dtype=np.int32)
    number: NDArray[np.int64] = table[code].astype(np.int64)
    return number


def _codes(values: Ints) -> NDArray[np.int64]:
    """Small numbers by Arrow's hash table: several times faster than sorting."""
    import pyarrow as pa

    encoded = pa.array(values).dictionary_encode()
    codes: NDArray[np.int64] = encoded.indices.to_numpy(zero_copy_only=False).astype(np.int64)
    return codes


def arrow(frame: Any) -> pa.Table:
    """A summary as an Arrow table, from any frame, eager or lazy."""
    import pyarrow as pa

    if isinstance(frame, pa.Table):
        return frame
    if hasattr(frame, "collect") and hasattr(frame, "to_native"):  # a narwhals LazyFrame
        frame = frame.collect(backend="pyarrow")
    if hasattr(frame, "to_arrow"):
        frame = frame.to_arrow()
    return frame if isinstance(frame, pa.Table) else pa.table(frame)


def column(table: pa.Table, name: str) -> Floats | None:
    """A number column as float64 with nan for empty cells; None where it is absent or all empty."""
    if name not in table.column_names or table[name].null_count == len(table):
        return None
    values: Floats = table[name].to_numpy().astype(np.float64)
    return values


def check(table: pa.Table) -> None:
    """A summary must have its columns and at least one customer.

    Raises:
        DataError: E102 or E201.
    """
    missing = [name for name in ("customer_id", "x", "t_x", "T", "first_day") if name not in table.column_names]
    if missing:
        raise DataError(
            "E102",
            f"the summary has no column {', '.join(missing)}",
            where="the summary table",
            why="a score is computed from each customer's history",
            fix="make it with lifelong.summarise(orders)",
        )
    if not len(table):
        raise DataError("E201", "the summary holds no customer", where="the summary table", fix="ingest orders first")
