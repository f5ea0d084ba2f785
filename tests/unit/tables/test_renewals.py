"""Orders by a calendar as subscriptions: own periods, renewals, missed ones, and the newest days that are not judged."""

from __future__ import annotations

from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from lifelong.tables.renewals import periods, tenures, waits

ENGINES: dict[str, Any] = {
    "pyarrow": lambda table: table,
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "pandas": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "duckdb": lambda table: duckdb.connect().from_arrow(table),
}
UNTIL = 1000


def _orders(told: dict[str, list[int]], revenue: int | None = 1000) -> pa.Table:
    """Order days by customer."""
    rows = [(who, day) for who, days in told.items() for day in days]
    return pa.table(
        {
            "customer_id": [who for who, _ in rows],
            "day": pa.array([day for _, day in rows], pa.int32()),
            "revenue": pa.array([revenue] * len(rows), pa.int64()),
            "is_order": pa.array([1] * len(rows), pa.int32()),
        }
    )


def _every(gap: int, last: int, size: int) -> list[int]:
    return [last - gap * i for i in reversed(range(size))]


def _listed(frame: Any, *names: str) -> list[tuple[Any, ...]]:
    made = nw.from_native(frame)
    made = made.collect(backend="pyarrow") if isinstance(made, nw.LazyFrame) else made
    rows = sorted(made.to_arrow().to_pylist(), key=lambda r: (r["customer_id"], r.get("start", 0)))
    return [tuple(r[name] for name in names) for r in rows]


def _told(orders: pa.Table, seen: int = UNTIL, until: int = UNTIL) -> list[tuple[Any, ...]]:
    made = tenures(orders, periods(orders, until), "month", seen, until)
    return _listed(made, "customer_id", "period", "start", "renewals", "state", "price", "paid")


MANY = {
    "weekly": _every(7, 998, 6),
    "fortnightly": _every(14, 990, 5),
    "monthly": _every(30, 990, 9),
    "four weeks": _every(28, 990, 9),
    "quarterly": _every(91, 930, 4),
    "half-yearly": _every(182, 900, 3),
    "yearly": _every(365, 900, 3),
    "once": [980],
    "once and gone": [900],
    "gone": _every(30, 900, 4),
    "back": [*_every(30, 600, 4), *_every(30, 990, 3)],
    "and more": [*_every(30, 990, 5), 963, 965],
    "missed one": [840, 870, 930, 960, 990],
}


@pytest.mark.parametrize("engine", ENGINES)
def test_periods_are_those_of_most_gaps(engine: str) -> None:
    got = dict(_listed(periods(ENGINES[engine](_orders(MANY)), UNTIL), "customer_id", "period"))
    assert got == {
        "weekly": "week", "fortnightly": "fortnight", "monthly": "month", "four weeks": "month", "quarterly": "quarter",
        "half-yearly": "half-year", "yearly": "year", "gone": "month", "back": "month", "and more": "month",
        "missed one": "month",
    }  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_tenures_are_equal_on_every_engine_and_what_they_should_be(engine: str) -> None:
    orders = ENGINES[engine](_orders(MANY))
    made = tenures(orders, periods(orders, UNTIL), "month", UNTIL, UNTIL)
    assert _listed(made, "customer_id", "period", "start", "renewals", "state", "price", "paid") == [
        ("and more", "month", 870, 4, "here", 1400, 7000),
        ("back", "month", 510, 3, "lost", 1000, 4000),
        ("back", "month", 930, 2, "here", 1000, 3000),
        ("fortnightly", "fortnight", 934, 4, "here", 1000, 5000),
        ("four weeks", "month", 766, 8, "here", 1000, 9000),
        ("gone", "month", 810, 3, "lost", 1000, 4000),
        ("half-yearly", "half-year", 536, 2, "here", 1000, 3000),
        ("missed one", "month", 840, 1, "lost", 1000, 2000),
        ("missed one", "month", 930, 2, "here", 1000, 3000),
        ("monthly", "month", 750, 8, "here", 1000, 9000),
        ("once", "month", 980, 0, "here", 1000, 1000),
        ("once and gone", "month", 900, 0, "lost", 1000, 1000),
        ("quarterly", "quarter", 657, 3, "here", 1000, 4000),
        ("weekly", "week", 963, 5, "here", 1000, 6000),
        ("yearly", "year", 170, 2, "here", 1000, 3000),
    ]


@pytest.mark.parametrize(
    ("last", "state"), [(955, "here"), (954, "lost")], ids=["31 + 15 days from it are to come", "are over"]
)
def test_a_renewal_is_missed_after_a_period_and_the_grace(last: int, state: str) -> None:
    assert _told(_orders({"a": _every(30, last, 4)}))[0][4] == state


def test_the_newest_days_are_judged_by_what_came_after_them() -> None:
    """Due a day before the cut: paid late but in time, or not; due after it: not judged, whether paid or not."""
    seen = UNTIL - 15
    told = {
        "paid late": [922, 953, 998],
        "not paid": [922, 953],
        "due later": [930, 960],
        "paid early": [930, 960, 988],
    }
    got = {row[0]: row[3:5] for row in _told(_orders(told), seen)}
    assert got == {
        "paid late": (1, "here"),
        "not paid": (1, "lost"),
        "due later": (1, "here"),
        "paid early": (1, "here"),
    }
    now = {row[0]: row[3:5] for row in _told(_orders(told))}
    assert now == {
        "paid late": (2, "here"),
        "not paid": (1, "lost"),
        "due later": (1, "here"),
        "paid early": (2, "here"),
    }


def test_later_orders_refunds_and_unknown_amounts() -> None:
    assert [row[5:] for row in _told(_orders({"a": _every(30, 990, 3)}, revenue=None))] == [(0, 0)]
    assert _told(_orders({"a": _every(30, 990, 3)}, revenue=-5))[0][5:] == (0, -15)
    assert _told(_orders({"b": _every(30, 1100, 9)}))[0][3] == 4
    orders = _orders({"a": _every(30, 990, 3)})
    assert _told(orders.set_column(3, "is_order", pa.array([0] * len(orders), pa.int32()))) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_waits_are_those_of_renewals_alone(engine: str) -> None:
    """No gap of less than half a period, and none that was a loss."""
    told = {"a": [800, 831, 860, 865, 890], "b": [800, 831, 900], "c": [100, 465]}
    orders = ENGINES[engine](_orders(told))
    made = nw.from_native(waits(orders, periods(orders, UNTIL), "month", UNTIL))
    made = made.collect(backend="pyarrow") if isinstance(made, nw.LazyFrame) else made
    rows = sorted(tuple(row.values()) for row in made.select("period", "gap", "count").to_arrow().to_pylist())
    assert rows == [("month", 25, 1), ("month", 29, 1), ("month", 31, 2), ("year", 365, 1)]
