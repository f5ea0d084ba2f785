"""Orders counted by occasions: stretches of equal length, the last of which ends on the last day seen. Pure narwhals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import narwhals as nw

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame


def dated(orders: IntoFrame, until: int, days: int) -> Any:
    """The orders up to a day, each on the last day of its occasion, so that those of one occasion are of one day.

    All occasions are then over, and customers who first came in the same one have equally many behind them. A summary
    made of it has whole occasions in t_x and T, and in x the occasions with an order after that of the first.

    Args:
        orders: a frame with ``day``.
        until: the last day seen, in days since 1970-01-01.
        days: of an occasion.

    Returns:
        The same kind of frame as came in.
    """
    rows = nw.from_native(orders).filter(nw.col("day") <= until)
    ago = (until - nw.col("day")) // days * days
    return rows.with_columns(day=(until - ago).cast(nw.Int32)).to_native()
