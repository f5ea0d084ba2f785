"""The customer base as a score sees it: distinct histories, and for each customer the number of theirs.

Everything that costs time is computed once a history; a customer's row is then a look-up and a few products.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.score.numbering import by_parts, distinct, parts
from lifelong.units import minor_digits

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

ROWS = 1 << 20  # customers at once where a table of all histories is added up
NEEDED = ("x", "t_x", "T", "spend_x", "spend")


class Past(NamedTuple):
    """What a purchase model needs to know of customers: order days, days, and ``models.kinds``; arrays of one length."""

    x: NDArray[Any]
    t_x: NDArray[Any]
    T: NDArray[Any]
    kind: NDArray[Any]

    def at(self, rows: NDArray[Any]) -> Past:
        """Some of them, by their numbers."""
        return Past(self.x[rows], self.t_x[rows], self.T[rows], self.kind[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """Distinct histories (shape (histories,)) and the customers' way to them (shape (customers,)).

    Attributes:
        x, t_x, T, spend_x: a history: order days, days, days, order days with spend (0 where there is no money).
        kind: which of ``models.kinds`` its customers are; 0 where a fit tells none apart.
        count: customers of each history.
        history: int32, each customer's history.
        total: float64, each customer's spend on the days of ``spend_x``, major units; zeros where there is none.
    """

    x: Ints
    t_x: Ints
    T: Ints
    spend_x: Ints
    kind: Ints
    count: Ints
    history: NDArray[np.int32]
    total: Floats

    def __len__(self) -> int:
        return len(self.history)

    @property
    def past(self) -> Past:
        """The histories without their spend."""
        return Past(self.x, self.t_x, self.T, self.kind)

    @property
    def histories(self) -> int:
        """How many distinct histories there are."""
        return len(self.x)

    @classmethod
    def of(cls, columns: Mapping[str, Any], currency: str) -> Base:
        """From arrays: the summary's x, t_x, T, and spend_x, spend (minor units) where there is money; ``kind`` where told."""
        x, t_x, T = (np.asarray(columns[name]) for name in ("x", "t_x", "T"))
        spend_x = np.asarray(columns["spend_x"]) if "spend_x" in columns else np.zeros(len(x), np.int8)
        # T first: where numbers stand in the order of the codes, customers of one first day have neighbouring ones
        kind = columns.get("kind", np.zeros(1, np.int8))
        history, first = distinct(T, x, t_x, _unpaid(x, spend_x), kind)
        total = np.zeros(len(x))
        if "spend" in columns:
            np.divide(columns["spend"], 10.0 ** minor_digits(currency), out=total)
        kinds = kind if len(kind) == len(x) else np.zeros(len(x), np.int8)
        x_, t_, T_, s_, k_ = (values[first].astype(np.int64) for values in (x, t_x, T, spend_x, kinds))
        return cls(x_, t_, T_, s_, k_, tally(history, len(first)), history, total)


def tally(number: Any, size: int, weight: Callable[[slice], Floats] | None = None, cell: Ints | None = None) -> Any:
    """How often each number comes, or the sum of weights that ``weight`` gives for a slice of the rows.

    In parts, so that neither wide copies of the numbers nor all weights are held, and always in the same order.
    With ``cell``, numbers of a cell count together: ``cell`` names each number's.
    """
    total = np.zeros(size, np.int64 if weight is None else np.float64)
    for part in parts(len(number), ROWS):
        one = number[part] if cell is None else cell[number[part]]
        total += np.bincount(one, weights=None if weight is None else weight(part), minlength=size)
    return total


def _unpaid(x: Any, spend_x: Any) -> Any:
    """Order days without spend: nearly always 0, and so a narrower code than ``spend_x`` itself."""
    if all(np.array_equal(x[part], spend_x[part]) for part in parts(len(x))):
        return np.zeros(1, np.int8)
    unpaid = np.empty(len(x), np.int32)

    def work(part: slice) -> None:
        np.subtract(x[part], spend_x[part], out=unpaid[part], dtype=np.int32, casting="unsafe")

    by_parts(work, len(x))
    return unpaid if unpaid.min(initial=0) >= 0 else spend_x


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


def check(names: Sequence[str], rows: int) -> None:
    """A summary must have its columns and at least one customer.

    Raises:
        DataError: E102 or E201.
    """
    missing = [name for name in ("customer_id", "x", "t_x", "T", "first_day") if name not in names]
    if missing:
        raise DataError(
            "E102",
            phrase("the summary has no column {missing}", missing=", ".join(missing)),
            where="the summary table",
            why="a score is computed from each customer's history",
            fix="make it with lifelong.summarise(orders)",
        )
    if not rows:
        raise DataError("E201", "the summary holds no customer", where="the summary table", fix="ingest orders first")
