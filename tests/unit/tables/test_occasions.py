"""Orders by occasions: stretches of equal length that end on the last day seen."""

from __future__ import annotations

import pyarrow as pa

from lifelong.tables.occasions import dated
from lifelong.tables.summary import summary


def test_each_order_is_on_the_last_day_of_its_occasion() -> None:
    days = pa.table({"customer_id": ["a"] * 6, "day": [80, 73, 72, 66, 65, 81], "is_order": [1] * 6})
    assert dated(days, 80, 7)["day"].to_pylist() == [80, 73, 73, 66, 66]


def test_a_summary_of_them_counts_occasions() -> None:
    """The first order's occasion is none to come again; two orders of one occasion are one, with both their spends."""
    orders = pa.table(
        {
            "customer_id": ["a", "a", "a", "a", "b"],
            "day": [40, 45, 72, 71, 79],
            "is_order": [1, 1, 1, 1, 1],
            "revenue": [100, 200, 300, 400, 500],
        }
    )
    made = summary(dated(orders, 80, 10), 80).to_pydict()
    assert (made["x"], made["t_x"], made["T"]) == ([2, 0], [40, 0], [40, 0])
    assert (made["spend_x"], made["spend"]) == ([2, 0], [900, 0])
