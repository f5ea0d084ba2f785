"""Simulated shops of any size, kept under .bench/: two years of daily dates.

Customers follow Pareto/NBD (rates and lifetimes gamma distributed), so that every model measured has something to find.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from bench.measure import FailedWorkError
from bench.peers import HOME

if TYPE_CHECKING:
    from pathlib import Path

FIRST, DAYS = 9_862, 730  # 1997-01-01 and two years from it
LAST = FIRST + DAYS - 1
PARETO = {"r": 0.55, "alpha": 70.0, "s": 0.6, "beta": 80.0}  # days
ORDERS_EACH, ALPHA = 3.15, 47.2  # orders a customer of the large shop, and the days of alpha that bring so many
PAYING = 0.394  # of the customers have a repeat order that brought money
BUSY, BUSY_ALPHA = 10, 11.3  # orders a customer of the busy shop, and the days of alpha that bring so many
_CHUNK = 1_000_000


def orders(rows: int) -> Path:
    """About so many canonical orders as Parquet, in the order of their days as a log has them."""
    path = HOME / "data" / f"orders-{rows}.parquet"
    if not path.exists():
        _make(path, round(rows / ORDERS_EACH), ALPHA)
    return path


def customers(count: int) -> Path:
    """The orders of exactly so many customers."""
    path = HOME / "data" / f"customers-{count}.parquet"
    if not path.exists():
        _make(path, count)
    return path


def busy(rows: int) -> Path:
    """About so many orders of a tenth as many customers, who order the more often for it."""
    path = HOME / "data" / f"busy-{rows}.parquet"
    if not path.exists():
        _make(path, rows // BUSY, BUSY_ALPHA)
    return path


def csv(rows: int) -> Path:
    """The same orders as a shop would export them: order, customer, date and amount."""
    path = HOME / "data" / f"orders-{rows}.csv"
    if not path.exists():
        source = str(orders(rows))
        query = """SELECT order_id, customer_id, (DATE '1970-01-01' + "day")::DATE AS ordered_at,
                          (revenue / 100)::DECIMAL(12, 2) AS revenue FROM read_parquet($source)"""
        with duckdb.connect() as connection:
            connection.execute("SET threads = 2")
            connection.sql(query, params={"source": source}).write_csv(str(path.with_suffix(".part")), header=True)
        path.with_suffix(".part").rename(path)
    return path


def rows(path: Path) -> int:
    """How many orders a simulated file really holds."""
    return int(json.loads(path.with_suffix(".json").read_text())["rows"])


def apparel() -> Path:
    """The apparel customers with their weekly covariates, a data set that lies beside the checkout."""
    folder = HOME.parents[1] / "shared" / "data" / "apparel"
    if not folder.is_dir():
        raise FailedWorkError("apparel is not beside this checkout (../shared/data)")
    return folder


def summary(count: int) -> Path:
    """The summary of so many customers as Parquet: where fits and scores begin."""
    from lifelong.tables import summary as room

    path = HOME / "data" / f"summary-{count}.parquet"
    if not path.exists():
        with duckdb.connect() as connection:
            rows = connection.read_parquet(str(customers(count)))
            made = room.summary(rows, LAST, room.held(rows))
            made.write_parquet(str(path.with_suffix(".part")), compression="zstd")
        path.with_suffix(".part").rename(path)
    return path


def kinds(count: int) -> Path:
    """The summary of so many customers with two covariates that have to do with how often they order."""
    path = HOME / "data" / f"kinds-{count}.parquet"
    if not path.exists():
        query = """WITH drawn AS (SELECT *, hash(customer_id) % 100 + least(3 * x, 30) AS u,
                                         hash(customer_id || 'b') % 100 + least(t_x / 20, 20) AS v
                                  FROM read_parquet($summary))
                   SELECT x, t_x, "T", CASE WHEN u < 40 THEN 'shop' WHEN u < 65 THEN 'web' WHEN u < 85 THEN 'app'
                                            ELSE 'phone' END AS channel,
                          CASE WHEN v < 60 THEN 'f' ELSE 'm' END AS gender FROM drawn"""
        with duckdb.connect() as connection:
            connection.sql(query, params={"summary": str(summary(count))}).write_parquet(str(path.with_suffix(".part")))
        path.with_suffix(".part").rename(path)
    return path


def arrays(count: int) -> Path:
    """x, t_x and T in weeks, and spend, for peers that read neither our files nor our names."""
    path = HOME / "data" / f"arrays-{count}.npz"
    if not path.exists():
        table = pq.read_table(summary(count), columns=["x", "t_x", "T", "spend_x", "spend"])
        column = {name: table[name].to_numpy() for name in table.column_names}
        np.savez(
            path,
            x=column["x"],
            t_x=column["t_x"] / 7,
            T=column["T"] / 7,
            n=column["spend_x"],
            spend=column["spend"] / 100,
        )
    return path


def cdnow() -> Path:
    """Every tenth customer of CDNOW, seen for 39 weeks: x, t_x and T in weeks."""
    from lifelong.sources import demo

    path = HOME / "data" / "cdnow-tenth.npz"
    if not path.exists():
        query = """WITH days AS (SELECT DISTINCT customer_id, date::DATE AS d FROM read_csv($log)
                                 WHERE customer_id % 10 = 0 AND date::DATE <= DATE '1997-09-30')
                   SELECT count(*) - 1 AS x, (max(d) - min(d)) / 7.0 AS t_x, (DATE '1997-09-30' - min(d)) / 7.0 AS T
                   FROM days GROUP BY customer_id ORDER BY customer_id"""
        with duckdb.connect() as connection:
            columns = connection.sql(query, params={"log": str(demo.cdnow(HOME / "data"))}).fetchnumpy()
        np.savez(path, **{name: np.asarray(values, dtype=np.float64) for name, values in columns.items()})
    return path


def _make(path: Path, count: int, alpha: float = PARETO["alpha"]) -> None:
    print(f"  simulating {count:,} customers ...", flush=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    parts = path.with_suffix(".parts.parquet")
    rows = 0
    with pq.ParquetWriter(parts, _simulated(0, 1, alpha).schema) as writer:
        for start in range(0, count, _CHUNK):
            part = _simulated(start, min(_CHUNK, count - start), alpha)
            rows += len(part)
            writer.write_table(part)
    query = """SELECT 'o' || row_number() OVER ()::VARCHAR AS order_id, customer_id, "day", revenue, 0::BIGINT AS refund,
                      NULL::BIGINT AS "cost", 1::INTEGER AS "lines", 1::INTEGER AS is_order, NULL::VARCHAR AS product,
                      NULL::VARCHAR AS channel
               FROM (SELECT * FROM read_parquet($parts) ORDER BY "day")"""
    with duckdb.connect(config={"memory_limit": "6GB", "temp_directory": str(HOME / "data" / "spill")}) as connection:
        connection.sql(query, params={"parts": str(parts)}).write_parquet(str(path), compression="zstd")
    parts.unlink()
    path.with_suffix(".json").write_text(json.dumps({"customers": count, "rows": rows}))


def _simulated(start: int, count: int, alpha: float) -> pa.Table:
    """The orders of customers start to start + count: a first one each, then a Poisson process until death or the end."""
    rng = np.random.default_rng([start, count])
    born = rng.integers(0, DAYS, count).astype(np.float64)
    rate = rng.gamma(PARETO["r"], 1 / alpha, count)
    death = born + rng.exponential(1 / np.maximum(rng.gamma(PARETO["s"], 1 / PARETO["beta"], count), 1e-12))
    stop = np.minimum(death, DAYS)
    repeats = rng.poisson(rate * (stop - born))
    owner = np.repeat(np.arange(count), repeats)
    when = born[owner] + rng.random(len(owner)) * (stop - born)[owner]
    who = np.r_[np.arange(count), owner]
    day = np.r_[born, when].astype(np.int32) + FIRST
    mean = 20 * rng.gamma(6, 1, count) ** -1 * 6  # a customer's own mean spend
    cents = np.maximum(np.rint(mean[who] * rng.gamma(4, 0.25, len(who)) * 100), 1).astype(np.int64)
    names = pa.array(who + start + 1).cast(
        pa.string()
    )  # a customer called 0 is nobody to an import, and would be set aside
    return pa.table({"customer_id": names, "day": day, "revenue": cents})
