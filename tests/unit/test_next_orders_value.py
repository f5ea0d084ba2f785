"""Next orders as a value: the earliest first, days as dates for people, null where unlikely."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import FrozenInstanceError

import pyarrow as pa
import pytest

from lifelong.errors import ConfigError
from lifelong.schema import NEXT_ORDERS, names
from lifelong.values import Finding, NextOrders, to_json
from lifelong.values.dates import DAYS


@pytest.fixture
def dated() -> NextOrders:
    day = {name: pa.array([10_140, None, 10_136, 10_136], pa.int32()) for name in DAYS}
    told = {
        "customer_id": ["c", "nobody", "b", "a"],
        "alive": [0.9, 0.2, 1.0, 0.75],
        "overdue": [0.5, 0.99, 0.1, 0.25],
        "within": [0.8, 0.1, 0.9, 0.7],
        "likely": pa.array([1, 0, 1, 1], pa.int32()),
    } | day
    table = pa.table({name: told[name] for name in names(NEXT_ORDERS)})
    rhythm = {"mu": 3.0, "s2": 0.5, "tau2": 0.2, "typical_gap": 20.1, "customers": 4, "gaps": 40}
    note = (Finding("F216", "only 40 gaps"),)
    return NextOrders("1997-09-30", "26w", 4, 3, 2.5, rhythm, table, "bg_nbd", note)


def test_the_earliest_dates_come_first_and_ties_by_customer(dated: NextOrders) -> None:
    assert dated.top(10)["customer_id"].to_pylist() == ["a", "b", "c"]
    assert dated.top(1)["customer_id"].to_pylist() == ["a"]
    assert len(dated.top(0)) == 0
    with pytest.raises(ConfigError, match="-1 rows"):
        dated.top(-1)


def test_days_are_numbers_in_the_table_and_dates_for_people(dated: NextOrders) -> None:
    assert dated.frame()["date"].to_pylist() == [10_140, None, 10_136, 10_136]
    assert pa.table(dated).equals(dated.frame())
    arrow = dated.to_arrow()
    assert arrow.column_names == dated.frame().column_names
    for name in DAYS:
        assert arrow[name].to_pylist() == [dt.date(1997, 10, 6), None, dt.date(1997, 10, 2), dt.date(1997, 10, 2)]
    pandas = dated.to_pandas()
    assert pandas["date"][0] == dt.date(1997, 10, 6)
    assert pandas["date"].isna().tolist() == [False, True, False, False]


def test_next_orders_tell_their_contract(dated: NextOrders) -> None:
    told = json.loads(to_json(dated))
    assert set(told) == {
        "as_of", "horizon", "definition", "customers", "likely", "again", "rhythm", "rows", "findings", "model", "path",
    }  # fmt: skip
    assert (told["customers"], told["likely"], told["again"]) == (4, 3, 2.5)
    assert [row["date"] for row in told["rows"]] == ["1997-10-02", "1997-10-02", "1997-10-06"]
    assert set(told["rows"][0]) == set(names(NEXT_ORDERS))
    assert dated.as_dict(top=1)["rows"] == told["rows"][:1]


def test_next_orders_print_in_eighty_columns_or_say_so(dated: NextOrders) -> None:
    text = str(dated)
    assert "3 will likely order within 26w" in text
    assert "a typical gap between order days is 20 days" in text
    assert "F216 only 40 gaps" in text
    rows = [line for line in text.splitlines() if "1997-10-0" in line]
    assert [row.split()[0] for row in rows] == ["a", "b", "c"]
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "nobody" not in text
    assert dated.text(0).count("1997-10") == 0


def test_next_orders_are_frozen(dated: NextOrders) -> None:
    with pytest.raises(FrozenInstanceError):
        dated.likely = 4
