"""Whole periods by the calendar, against Python's own dates, on every engine."""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import Any

import duckdb
import narwhals as nw
import numpy as np
import polars as pl
import pyarrow as pa
import pytest

from lifelong.tables.periods import DAYS, MONTHS, NAMES, with_periods


def _whole(start: int, end: int, period: str) -> int:
    """By going from due date to due date."""
    if period in DAYS:
        return (end - start) // DAYS[period]
    origin = date(1970, 1, 1)
    first, last, k = origin + timedelta(start), origin + timedelta(end), 0
    while True:
        month = first.month - 1 + (k + 1) * MONTHS[period]
        year, month = first.year + month // 12, month % 12 + 1
        if date(year, month, min(first.day, calendar.monthrange(year, month)[1])) > last:
            return k
        k += 1


@pytest.mark.parametrize(
    "load",
    [
        lambda table: table,
        pl.from_arrow,
        lambda table: pl.from_arrow(table).lazy(),
        lambda table: table.to_pandas(),
        lambda table: duckdb.connect().from_arrow(table),
    ],
    ids=["pyarrow", "polars", "polars lazy", "pandas", "duckdb"],
)
def test_whole_periods_are_those_of_the_calendar(load: Any) -> None:
    rng = np.random.default_rng(0)
    start = rng.integers(0, 60_000, 2000)
    end = start + rng.integers(0, 2500, 2000)
    period = rng.choice(NAMES, 2000)
    table = pa.table({"a": pa.array(start, pa.int32()), "b": pa.array(end, pa.int32()), "p": period})
    made = with_periods(nw.from_native(load(table)), "a", "b", "p", "whole")
    frame = made.collect() if isinstance(made, nw.LazyFrame) else made
    got = sorted(zip(*(frame[name].to_list() for name in ("a", "b", "p", "whole")), strict=True))
    each = zip(start.tolist(), end.tolist(), period.tolist(), strict=True)
    assert got == sorted((a, b, p, _whole(a, b, p)) for a, b, p in each)
