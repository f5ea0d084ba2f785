"""Engines agree on tables that are larger than one of their chunks, where order is no longer kept by chance."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa

from lifelong.tables import clean

TABLES = Path(__file__).resolve().parents[2] / "src" / "lifelong" / "tables"
ROWS = 150_000


def _raw() -> pa.Table:
    """Lines of baskets with returns, some 3,000 customers."""
    rng = np.random.default_rng(5)
    who, what = rng.integers(0, 3000, ROWS), rng.integers(0, 40, ROWS)
    day = rng.integers(1, 29, ROWS)
    pieces = np.where(rng.random(ROWS) < 0.1, -1, 1) * rng.integers(1, 4, ROWS)
    return pa.table(
        {
            "row": np.arange(1, ROWS + 1),
            "order_id": [f"{w}-{d}-{p < 0}" for w, d, p in zip(who, day, pieces, strict=True)],
            "customer_id": [f"c{w}" for w in who],
            "ordered_at": [f"2025-03-{d:02d}" for d in day],
            "product": [f"p{w}" for w in what],
            "quantity": [str(p) for p in pieces],
            "unit_price": ["1.25"] * ROWS,
        }
    )


def test_lines_and_orders_agree_on_large_tables() -> None:
    columns = ("order_id", "customer_id", "ordered_at", "product", "quantity", "unit_price")
    rules = clean.Rules(columns=columns, currency="EUR", grain="line")
    raw = _raw()
    found = []
    for frame in (raw, duckdb.from_arrow(raw), pl.from_arrow(raw)):
        lines = nw.from_native(clean.lines(frame, rules)).with_columns(batch=nw.lit("1")).to_native()
        marked = nw.from_native(clean.duplicates(lines))
        kept = marked.filter(nw.col("reason").is_null() & ~nw.col("duplicate")).to_native()
        made = (
            nw.from_native(clean.orders(kept)).lazy().collect(backend="pyarrow").sort("order_id", "customer_id", "day")
        )
        found.append(made.to_arrow())
    assert found[0].num_rows > 40_000
    assert found[0]["refund"].to_numpy().sum() > 0
    for other in found[1:]:
        assert other.select(found[0].column_names).cast(found[0].schema).equals(found[0])


def test_no_window_of_groups_stands_outside_the_one_helper() -> None:
    """narwhals' window of groups on PyArrow trusts the order of a join: only `spread` may use one."""
    for path in TABLES.glob("*.py"):
        for line in path.read_text(encoding="utf-8").splitlines():
            if ".over(" in line and path.name != "clean_frame.py":
                assert re.search(r"\.over\(order_by=", line), f"{path.name}: {line.strip()}"
