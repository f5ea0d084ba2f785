"""Summary to distinct histories with counts: all that a likelihood needs to know. Pure narwhals.

A purchase history enters every latent-attrition likelihood only as (x, t_x, T), a spend history only as the number and
the sum of its days. Equal histories are therefore counted once, and nothing is lost: days are kept, not weeks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw
import numpy as np

from lifelong.tables.summary import collected
from lifelong.values import Patterns, Spend

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame


def patterns(summary: IntoFrame) -> Any:
    """Distinct (x, t_x, T) with ``count``: the columns and types of ``schema.PATTERNS``, sorted by (x, t_x, T).

    The same kind of frame as came in, lazy where that was lazy.
    """
    return _counted(summary, "x", "t_x", "T")


def spends(summary: IntoFrame) -> Any:
    """Distinct (spend_x, spend) with ``count``, sorted; customers without a paid repeat day stand in the row (0, 0)."""
    return _counted(summary, "spend_x", "spend")


def to_patterns(table: IntoFrame) -> Patterns:
    """The arrays of :func:`patterns` for the models (reads the data where the frame is lazy)."""
    x, t_x, T, count = _arrays(table, "x", "t_x", "T", "count")
    return Patterns.of(x, t_x, T, count)


def to_spend(table: IntoFrame, minor_digits: int) -> Spend:
    """The arrays of :func:`spends`, with money in major units: ``minor_digits`` 2 turns cents into whole ones."""
    x, minor, count = _arrays(table, "spend_x", "spend", "count")
    return Spend(x, minor / 10.0**minor_digits, count)


def _counted(summary: IntoFrame, *by: str) -> Any:
    groups = nw.from_native(summary).group_by(*by).agg(nw.len().alias("count"))
    made = groups.with_columns(nw.col("count").cast(nw.Int64)).sort(*by)
    return nw.maybe_reset_index(made).to_native()


def _arrays(table: IntoFrame, *columns: str) -> list[np.ndarray[Any, np.dtype[np.int64]]]:
    """Columns as int64 arrays, by the way that loads nothing: Arrow's own ``to_numpy`` would import pandas."""
    arrow = collected(nw.from_native(table).select(*columns)).to_arrow()
    nothing = np.empty(0, np.int64)
    return [
        np.concatenate([nothing, *(np.from_dlpack(part) for part in arrow[name].chunks if len(part))])
        for name in columns
    ]
