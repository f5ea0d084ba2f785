"""Orders to the waits between them, by the day on which each began and ended: what a firm's calendar is learned from.

Whole numbers only, so that every engine counts the same; at most as many rows as pairs of days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import narwhals as nw
import numpy as np

from lifelong.tables.gaps import between
from lifelong.tables.summary import collected
from lifelong.values import Waits

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame


def waits(orders: IntoFrame, until: int) -> Waits:
    """Count the waits between each customer's order days up to ``until`` by their first and last day.

    Args:
        orders: a frame with ``customer_id``, ``day`` and ``is_order``; rows with ``is_order`` 0 are no visit.
        until: the last day seen, in days since 1970-01-01.
    """
    found = between(orders, until).group_by("day", "gap").agg(nw.len().alias("count"))
    table = collected(found)
    day, gap, count = (np.array(table[name].to_list(), np.int64) for name in ("day", "gap", "count"))
    order = np.lexsort((gap, day))
    ended = until - day[order]
    return Waits(ended + gap[order], ended, count[order])
