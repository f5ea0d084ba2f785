"""Orders and covariates to timelines: periods of any length, one customer's or the firm's, and what must not be missing."""

from __future__ import annotations

from datetime import date
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from lifelong.errors import ConfigError, DataError
from lifelong.tables.timelines import future, timelines

ORDERS = pa.table(
    {"customer_id": ["b", "a", "a", "a", "b"], "day": [12, 3, 9, 21, 30], "is_order": [1, 1, 1, 1, 1]},
    pa.schema([("customer_id", pa.string()), ("day", pa.int32()), ("is_order", pa.int32())]),
)


def weeks(count: int = 4, first: int = 0) -> dict[str, list[Any]]:
    """The firm's weeks from day 0 on, with a sale in every second."""
    return {"day": [first + 7 * i for i in range(count)], "sale": [i % 2 for i in range(count)]}


@pytest.mark.parametrize("kind", [pa.table, pl.DataFrame, lambda d: pl.DataFrame(d).lazy(), pd.DataFrame, "duckdb"])
def test_the_firms_weeks(kind: Any) -> None:
    table = duckdb.from_arrow(pa.table(weeks())) if kind == "duckdb" else kind(weeks())
    told = timelines(ORDERS, table, 24)
    assert told.customer.tolist() == ["a", "b"]
    assert (told.x.tolist(), told.t_x.tolist(), told.T.tolist()) == ([2, 0], [18, 0], [21, 12])
    course = told.course
    assert course.names == ("sale",)
    assert course.days.tolist() == [4, 7, 7, 3, 2, 7, 3]
    assert course.values[course.row].ravel().tolist() == [0, 1, 0, 1, 1, 0, 1]
    assert told.ordered.tolist() == [[2.0], [0.0]]  # days 9 and 21 lie in weeks with a sale


def test_each_customers_own_periods_in_any_order_and_as_dates() -> None:
    days = [date(1970, 1, 1), date(1970, 2, 1), date(1970, 1, 1), date(1970, 2, 1)]
    table = pl.DataFrame({"customer_id": ["b", "b", "a", "a"], "day": days, "price": [1.0, 2.0, 3.0, 4.0]})
    told = timelines(ORDERS, table.sample(fraction=1.0, shuffle=True, seed=1), 40, "month")
    assert told.course.days.tolist() == [28, 9, 19, 9]
    assert told.course.values[told.course.row].ravel().tolist() == [3, 4, 1, 2]
    assert told.ordered.ravel().tolist() == [6.0, 1.0]


def test_an_order_on_the_last_day_has_that_days_covariates() -> None:
    told = timelines(ORDERS, pa.table(weeks()), 21)
    assert told.course.days.tolist() == [4, 7, 7, 0, 2, 7, 0]
    assert told.ordered.tolist() == [[2.0], [0.0]]


def test_equal_weeks_are_one_stretch() -> None:
    table = weeks()
    table["sale"] = [0, 0, 0, 1]
    assert timelines(ORDERS, pa.table(table), 24).course.days.tolist() == [18, 3, 9, 3]


def test_a_future_begins_after_the_last_day() -> None:
    course = future(["b", "a", "c"], pa.table(weeks(6)), 24, 35)
    assert course.days.tolist() == [4, 7] * 3
    assert course.values[course.row].ravel().tolist() == [1, 0] * 3
    assert future(["a"], pa.table(weeks(5)), 24, 35).total.tolist() == [11]  # up to the last period's end
    assert future(["a"], pa.table(weeks(5)), 24, 24).total.tolist() == [0]


def test_nobody() -> None:
    told = timelines(ORDERS, pa.table(weeks()), 1)
    assert len(told) == len(told.course) == 0


def gone(table: dict[str, list[Any]], *rows: int) -> dict[str, list[Any]]:
    return {name: [v for i, v in enumerate(column) if i not in rows] for name, column in table.items()}


@pytest.mark.parametrize(
    ("table", "where", "customers"),
    [
        (gone(weeks(), 1), "customer a, 1970-01-08", 2),  # a week missing inside
        (gone(weeks(), 3), "customer a, 1970-01-22", 2),  # at the end
        (gone(weeks(), 0), "customer a, 1970-01-04", 1),  # at the beginning
        ({**weeks(), "customer_id": ["a"] * 4}, "customer b, 1970-01-13", 1),
        ({**weeks(), "customer_id": [1] * 4}, "customer a, 1970-01-04", 2),
    ],
)
def test_gaps_are_told(table: dict[str, list[Any]], where: str, customers: int) -> None:
    with pytest.raises(DataError) as told:
        timelines(ORDERS, pa.table(table), 24)
    assert (told.value.code, told.value.where) == ("E214", where)
    assert told.value.what.startswith(f"{customers} of 2 ")


@pytest.mark.parametrize(
    ("table", "where"),
    [
        ({"day": [0, 7, 14, 21]}, "day"),
        ({"week": [0], "sale": [1]}, "day"),
        ({"day": [0, 7, None, 21], "sale": [0, 1, 0, 1]}, "day"),
        ({"day": [0, 7, 7, 14, 21], "sale": [0, 1, 1, 0, 1]}, "day"),
        ({"day": [0, 7, 14, 21], "sale": [0, 1, None, 1]}, "sale"),
        ({"day": [0, 7, 14, 21], "sale": [0.0, 1.0, np.inf, 1.0]}, "sale"),
        ({"day": [0, 7, 14, 21], "sale": ["no", "yes", "no", "no"]}, "sale"),
    ],
)
def test_what_is_no_covariate_is_told(table: dict[str, list[Any]], where: str) -> None:
    with pytest.raises(DataError) as told:
        timelines(ORDERS, pa.table(table), 24)
    assert (told.value.code, told.value.where) == ("E215", f"covariates, column {where}")


@pytest.mark.parametrize("period", ["fortnight", 0, -7])
def test_a_period_has_a_length(period: Any) -> None:
    with pytest.raises(ConfigError, match="is not a period") as told:
        timelines(ORDERS, pa.table(weeks()), 24, period)
    assert told.value.code == "E301"


def test_fortnights_are_a_number_of_days() -> None:
    table = pa.table({"day": [0, 14], "sale": [True, False]})
    assert timelines(ORDERS, table, 24, 14).course.days.tolist() == [11, 10, 2, 10]
