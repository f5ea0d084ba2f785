"""What customers brought by each age, held against hand counts on several engines."""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl
import pytest

from lifelong.tables.channel_values import by_age

ROWS = [
    ("a", 100, 1, 10.0), ("a", 130, 1, 5.0), ("a", 131, 1, 7.0), ("a", 300, 1, 99.0),
    ("b", 110, 0, -2.0), ("b", 112, 1, 8.0), ("c", 120, 0, 4.0), ("d", 140, 1, None),
]  # fmt: skip
ORDERS = pl.DataFrame(
    ROWS, schema={"customer_id": pl.String, "day": pl.Int32, "is_order": pl.Int32, "money": pl.Float64}, orient="row"
)


@pytest.mark.parametrize("engine", range(4), ids=["polars", "pyarrow", "pandas", "duckdb"])
def test_money_by_age_equals_the_hand_count(engine: int) -> None:
    """c never ordered; what b paid back before the first order is of day 0; the order of day 300 is not yet seen."""
    arrow = ORDERS.to_arrow()
    frame: Any = [ORDERS, arrow, ORDERS.to_pandas(), duckdb.sql("from arrow")][engine]
    made = by_age(frame, 200, (0, 30, 60))
    if hasattr(made, "to_arrow_table"):
        made = made.to_arrow_table()
    table = pl.DataFrame(made).sort("customer_id")
    assert table.select("customer_id", "first_day", "money_0", "money_30", "money_60").rows() == [
        ("a", 100, 10.0, 15.0, 22.0),
        ("b", 112, 6.0, 6.0, 6.0),
        ("d", 140, 0.0, 0.0, 0.0),
    ]
