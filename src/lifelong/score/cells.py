"""Between numpy's arrays and Arrow's columns: over one memory, and without pandas.

Arrow's own ways (``pa.array``, ``to_numpy``) load pandas wherever it is installed, to see whether an array is one of
its; that takes longer than to score a million customers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import pyarrow as pa


def numbers(cells: pa.Array) -> Any:
    """A column's numbers, empty cells as 0."""
    import pyarrow as pa

    if cells.null_count:
        cells = cells.fill_null(0)
    kind = cells.type
    if not len(cells) or not (pa.types.is_integer(kind) or pa.types.is_floating(kind)):
        return cells.to_numpy(zero_copy_only=False)
    held = np.frombuffer(cells.buffers()[1], kind.to_pandas_dtype())
    return held[cells.offset : cells.offset + len(cells)]


def column(values: Any, *, has_gaps: bool = False) -> pa.Array:
    """An array as a column; nan is an empty cell where it may have gaps."""
    import pyarrow as pa

    gaps, valid = 0, None
    if has_gaps:
        is_gap = np.isnan(values)
        gaps = int(is_gap.sum())
        valid = pa.py_buffer(np.packbits(~is_gap, bitorder="little")) if gaps else None
    held = pa.py_buffer(np.ascontiguousarray(values))
    return pa.Array.from_buffers(pa.from_numpy_dtype(values.dtype), len(values), [valid, held], gaps)
