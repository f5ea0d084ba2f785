"""What was known on the first order day and what came after, held against hand counts on several engines."""

from __future__ import annotations

from typing import Any

import duckdb
import polars as pl
import pytest

from lifelong.tables.firsts import carried, firsts
from lifelong.units import day_of

START = day_of("1997-01-10")
TYPES = {
    "customer_id": pl.String, "day": pl.Int32, "is_order": pl.Int32, "revenue": pl.Int64, "refund": pl.Int64,
    "channel": pl.String, "product": pl.String,
}  # fmt: skip
ROWS = [
    ("a", 0, 1, 100, 0, "web", "pen"), ("a", 0, 1, 900, 50, "mail", "ink"), ("a", 30, 1, 50, 0, "web", "cap"),
    ("a", 31, 1, 7000, 0, "web", "cap"), ("b", 2, 1, 10, 0, "web", "pen"), ("b", 10, 0, -4, 4, "web", "pen"),
    ("c", 5, 1, None, None, None, "pen"), ("d", 21, 1, 60, 0, "web", "pen"), ("e", 0, 0, 5, 0, "web", "pen"),
]  # fmt: skip
ORDERS = pl.DataFrame([(c, START + d, *rest) for c, d, *rest in ROWS], schema=TYPES, orient="row")
UNTIL = START + 50


def rows_of(frame: Any) -> list[dict[str, Any]]:
    """Plain rows by customer, whatever the engine."""
    if isinstance(frame, duckdb.DuckDBPyRelation):
        frame = frame.to_arrow_table()
    if hasattr(frame, "to_dicts"):
        return sorted(frame.to_dicts(), key=lambda r: r["customer_id"])
    if hasattr(frame, "to_pylist"):
        return sorted(frame.to_pylist(), key=lambda r: r["customer_id"])
    told = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return sorted(told, key=lambda r: r["customer_id"])


def engines(table: pl.DataFrame) -> list[Any]:
    arrow = table.to_arrow()  # noqa: F841 -- DuckDB reads it by its name
    return [table, table.to_arrow(), table.to_pandas(), duckdb.sql("from arrow")]


@pytest.mark.parametrize("engine", range(4), ids=["polars", "pyarrow", "pandas", "duckdb"])
def test_every_column_equals_the_hand_count(engine: int) -> None:
    """d was not followed for thirty days, e never ordered, c's amounts are not known; day 31 is beyond the horizon."""
    told = rows_of(firsts(engines(ORDERS)[engine], UNTIL, 30))
    wanted = ("customer_id", "first_day", "first_spend", "later", "all", "channel", "product")
    assert [tuple(row[name] for name in wanted) for row in told] == [
        ("a", START, 1050, 50, 8050, "mail", "ink"),
        ("b", START + 2, 10, -4, 6, "web", "pen"),
        ("c", START + 5, 0, None, None, None, "pen"),
    ]


def test_orders_of_later_days_change_nothing_that_was_known() -> None:
    known = ["customer_id", "first_day", "first_spend", "channel", "product"]
    late = ORDERS.with_columns(
        revenue=pl.when(pl.col("day") > START + 6).then(pl.col("revenue") * 9 + 1).otherwise(pl.col("revenue")),
        channel=pl.when(pl.col("day") > START + 6).then(pl.lit("fax")).otherwise(pl.col("channel")),
    )
    assert firsts(ORDERS, UNTIL, 30).select(known).equals(firsts(late, UNTIL, 30).select(known))


def test_orders_without_names_or_refunds_will_do() -> None:
    told = rows_of(firsts(ORDERS.drop("channel", "product", "refund"), UNTIL, 30))
    assert [row["first_spend"] for row in told] == [1000, 10, 0]
    assert "channel" not in told[0]


@pytest.mark.parametrize("engine", range(4), ids=["polars", "pyarrow", "pandas", "duckdb"])
def test_attributes_are_those_of_the_first_day_alone(engine: int) -> None:
    rows = [
        ("a", 0, "gold", "x"), ("a", 0, " basic ", "x"), ("a", 9, "aaa", "x"), ("b", 2, " ", None), ("b", 9, "gold", "y"),
        ("z", 0, "gold", "x"),
    ]  # fmt: skip
    lines = pl.DataFrame(
        [(c, START + d, *rest) for c, d, *rest in rows], schema=["customer_id", "day", "tier", "zone"], orient="row"
    )
    people = pl.DataFrame({"customer_id": ["a", "b"], "first_day": [START, START + 2]})
    told = rows_of(carried(engines(lines)[engine], engines(people)[engine], ["tier", "zone"]))
    assert [(r["customer_id"], r["tier"], r["zone"]) for r in told] == [("a", "basic", "x"), ("b", None, None)]
    assert [r["changes:tier"] for r in told] == [2, 0]
