"""Where the bar for a leak stands, at three real shops: tiers made from spend, and what the first order brought."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
import pyarrow.parquet as pq
import pytest

import lifelong as ll
from lifelong.models.association import separation
from lifelong.models.levels import Levels
from lifelong.project.driving import LEAK
from lifelong.tables.firsts import firsts

if TYPE_CHECKING:
    from pathlib import Path


def _rows(data: Path, shop: str) -> tuple[pa.ChunkedArray, pa.ChunkedArray, np.ndarray]:
    """Customer, time and amount of every row."""
    if shop == "cdnow":
        table = arrow_csv.read_csv(data / "cdnow/cdnow_master.csv")
        return table["customer_id"], table["date"], table["spend"].to_numpy()
    if shop == "complete_journey":
        table = pq.read_table(data / "complete_journey/transactions.parquet")
        return table["household_id"], table["transaction_timestamp"], table["sales_value"].to_numpy()
    table = pq.read_table(data / "online_retail/online_retail_2010_2011.parquet")
    table = table.filter(pc.is_valid(table["customer_id"]))
    return (
        table["customer_id"],
        table["invoice_datetime"],
        table["quantity"].to_numpy() * table["unit_price"].to_numpy(),
    )


def _orders(data: Path, shop: str) -> pa.Table:
    who, when, paid = _rows(data, shop)
    day = when.cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False).cast(pa.int32())
    columns = {"customer_id": who.cast(pa.string()), "day": day, "revenue": np.round(paid * 100).astype(np.int64)}
    return pa.table(columns | {"is_order": pa.array((paid >= 0).astype(np.int32))})


def _summed(orders: pa.Table, people: pa.Table, column: str, how: str) -> np.ndarray:
    """A figure of each customer, in the order of ``people``; 0 where no row is left."""
    made = orders.group_by("customer_id").aggregate([(column, how)])
    place = pc.index_in(people["customer_id"], value_set=made["customer_id"].combine_chunks())
    return made[f"{column}_{how}"].take(place).fill_null(0).to_numpy().astype(float)


def _cut(values: np.ndarray, shares: tuple[float, ...]) -> Levels:
    place = np.argsort(np.argsort(values, kind="stable"), kind="stable") / len(values)
    return Levels("tier", tuple("abcd"[: len(shares) + 1]), np.searchsorted(shares, place, side="right"))


@pytest.mark.parametrize(
    ("shop", "people", "figures"),
    [
        ("cdnow", 23570, {"all": 1.00, "order days": 0.72, "recent": 0.34, "first": 0.41}),
        ("complete_journey", 1434, {"all": 1.00, "order days": 0.65, "recent": 0.90, "first": 0.10}),
        ("online_retail", 2811, {"all": 1.00, "order days": 0.73, "recent": 0.89, "first": 0.36}),
    ],
)
def test_tiers_made_from_spend_pass_the_bar_and_first_spend_does_not(
    shared_data: Path, shop: str, people: int, figures: dict[str, float]
) -> None:
    orders = _orders(shared_data, shop)
    until = pc.max(orders["day"]).as_py()
    told = firsts(orders, until, 182)
    assert len(told) == people
    spend, everything, first = (told[name].to_numpy().astype(float) for name in ("later", "all", "first_spend"))
    made = {
        "all": everything,
        "order days": _summed(orders, told, "day", "count_distinct"),
        "recent": _summed(orders.filter(pc.greater(orders["day"], until - 180)), told, "revenue", "sum"),
        "first": first,
    }
    reached = {
        name: max(separation(outcome, _cut(values, (0.6, 0.9))) for outcome in (spend, everything))
        for name, values in made.items()
    }

    assert reached == pytest.approx(figures, abs=0.006)
    assert reached["first"] < LEAK < min(reached["all"], reached["order days"])


def test_the_grocers_households_differ_by_who_is_in_the_table(shared_data: Path, tmp_path: Path) -> None:
    """The figures of docs/how-to/drivers.md: most of the strength is in who told, little in what they told."""
    lines = pq.read_table(shared_data / "complete_journey/transactions.parquet")
    orders = lines.group_by(["basket_id", "household_id"]).aggregate(
        [("transaction_timestamp", "min"), ("sales_value", "sum"), ("store_id", "min")]
    )
    orders = orders.rename_columns(["order_id", "customer_id", "ordered_at", "revenue", "channel"])
    day = orders["ordered_at"].cast(pa.timestamp("s"), safe=False).cast(pa.date32(), safe=False)
    orders = orders.set_column(2, "ordered_at", day).set_column(3, "revenue", pc.round(orders["revenue"], 2))
    homes = arrow_csv.read_csv(shared_data / "complete_journey/demographics.csv")
    homes = homes.rename_columns(["customer_id", *homes.column_names[1:]])
    homes = homes.set_column(0, "customer_id", homes["customer_id"].cast(orders["customer_id"].type))
    arrow_csv.write_csv(orders.join(homes, "customer_id"), tmp_path / "orders.csv")
    shop = ll.Project(tmp_path / "shop", settings={"currency": "USD"})
    shop.ingest(tmp_path / "orders.csv", keep=homes.column_names[1:])
    told = shop.drivers(horizon="26w")
    drivers = {driver.name: driver for driver in told.drivers}
    assert told.customers == 1434
    assert {d.name for d in told.drivers[:7]} == set(homes.column_names[1:])
    assert [d.name for d in told.drivers[7:]] == ["first month", "first spend", "first channel"]
    assert all(d.found and not d.suspect for d in told.drivers)
    known = {
        name: (round(drivers[name].strength), round(drivers[name].strength_known or 0)) for name in ("income", "age")
    }
    assert known == {"income": (481, 303), "age": (451, 111)}
    assert drivers["home_ownership"].strength_known == 0.0
    untold = next(level for level in drivers["income"].levels if level.level == "unknown")
    assert untold.customers == 943
    assert untold.low is not None
    assert untold.high is not None
    assert [round(v) for v in (untold.effect, untold.low, untold.high)] == [-939, -1062, -815]
