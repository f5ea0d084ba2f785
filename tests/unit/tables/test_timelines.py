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
from lifelong.units import day_of

ORDERS = pa.table(
    {"customer_id": ["b", "a", "a", "a", "b"], "day": [12, 3, 9, 21, 30], "is_order": [1, 1, 1, 1, 1]},
    pa.schema([("customer_id", pa.string()), ("day", pa.int32()), ("is_order", pa.int32())]),
)


def weeks(count: int = 4, first: int = 0) -> dict[str, list[Any]]:
    """The firm's weeks from day 0 on, with a sale in every second."""
    return {"day": [first + 7 * i for i in range(count)], "sale": [i % 2 for i in range(count)]}


@pytest.mark.parametrize("kind", [pa.table, pl.DataFrame, lambda d: pl.DataFrame(d).lazy(), pd.DataFrame, "duckdb"])
def test_the_firms_weeks(kind: Any) -> None:
    made = (lambda d: duckdb.from_arrow(pa.table(d))) if kind == "duckdb" else kind
    told = timelines(made(ORDERS.to_pydict()), made(weeks()), 24)
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


def test_python_s_dates_in_pandas_are_days_too() -> None:
    table = pd.DataFrame({"day": [date(1970, 1, 1), date(1970, 2, 1)], "price": [1.0, 2.0]})
    assert timelines(ORDERS, table, 40, "month").course.days.tolist() == [28, 9, 19, 9]


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


def test_the_last_year_s_season_comes_again() -> None:
    """Sixty weeks are known; those after them are as 52 weeks before, a second time round too."""
    table = {"day": [7 * i for i in range(60)], "price": [float(i) for i in range(60)]}
    course = future(["a"], pa.table(table), 58 * 7, 115 * 7, unknown="season")
    assert course.values[course.row].ravel().tolist() == [58, 59, *range(8, 60), 8, 9, 10]
    assert [(f.code, f.facts) for f in course.findings] == [
        ("F254", {"customers": 1, "day": "1971-02-25", "held": 0}),
    ]
    known = future(["a"], pa.table(table), 50 * 7, 60 * 7, unknown="season")
    assert known.findings == ()
    assert known.values[known.row].ravel().tolist() == [*range(50, 60)]


def test_months_come_again_for_each_customer_who_has_a_year() -> None:
    """b's table has a hole in its last year: the last month is held."""
    months = [date(1970 + i // 12, i % 12 + 1, 1) for i in range(15)]
    table = {
        "customer_id": ["a"] * 15 + ["b"] * 13,
        "day": [*months, *months[:3], *months[5:]],
        "price": [float(i) for i in [*range(15), *range(13)]],
    }
    day = day_of("1971-03-31")
    course = future(["b", "a"], pa.table(table), day, day_of("1981-04-02"), "month", "season")
    told = [course.values[course.row[course.owner == i]].ravel().tolist() for i in (0, 1)]
    assert told == [[12.0], [14.0, *([*range(3, 15)] * 10), 3.0]]
    assert course.total.tolist() == [day_of("1981-04-02") - day] * 2
    assert course.findings[0].facts == {"customers": 2, "day": "1971-04-01", "held": 1}


def test_the_last_period_is_held() -> None:
    course = future(["a", "b"], pa.table(weeks()), 24, 400, unknown="last")
    assert course.days.tolist() == [376, 376]
    assert course.values[course.row].ravel().tolist() == [1, 1]
    assert course.findings[0].facts == {"customers": 2, "day": "1970-01-29", "held": 2}
    short = future(["a"], pa.table({"day": [0, 14], "sale": [0, 1]}), 20, 60, 14, unknown="season")  # no whole year
    assert short.values[short.row].ravel().tolist() == [1]


def test_who_is_not_in_the_table_stays_unknown() -> None:
    table = pa.table({**weeks(), "customer_id": ["a"] * 4})
    with pytest.raises(DataError, match="1 of 2 customers") as told:
        future(["a", "b"], table, 24, 400, unknown="last")
    assert told.value.code == "E214"
    with pytest.raises(ConfigError, match="says nothing of a future") as no:
        future(["a"], table, 24, 400, unknown="guess")
    assert no.value.code == "E301"


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
        ({"day": pa.array([], pa.int32()), "sale": pa.array([], pa.int32())}, "day"),
        ({"day": [0, 7, None, 21], "sale": [0, 1, 0, 1]}, "day"),
        ({"day": [0, 7, 14, 21], "customer_id": ["a", "a", None, "a"], "sale": [0, 1, 0, 1]}, "customer_id"),
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
