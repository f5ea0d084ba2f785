"""A project of a simulated shop as its owner has it: orders, touches and spend ingested, a model fitted, all scored."""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from bench import data
from bench.measure import Measured, process
from bench.peers import HOME

CHANNELS = ("search", "social", "email", "affiliate", "display", "shopping", "referral", "direct")
OFTEN = (0.24, 0.2, 0.14, 0.06, 0.12, 0.12, 0.04, 0.08)  # the share of each in the touches
TOUCHES = 1.3  # beyond the first, on average; people who never order have as many
OTHERS = 0.5  # people who were touched and never ordered, for each customer


def command(count: int, words: list[str], rounds: int) -> Measured:
    """One real ``lifelong`` call on the project, each time on a copy of its own, since tiers are kept for the next call."""
    program, runs = str(Path(sys.executable).with_name("lifelong")), []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory(dir=HOME / "data") as folder:
            copied = shutil.copytree(project(count), Path(folder) / "shop")
            where = [] if words[0] == "budget" else ["--project", str(copied)]
            runs.append(process([program, *words, *where]))
    wall, cpu, peak = ([run[i] for run in runs] for i in range(3))
    return Measured(statistics.median(wall), statistics.median(cpu), max(peak))


def project(count: int) -> Path:
    """The folder of a project of about so many customers, with everything in it that the verbs of money read."""
    folder = HOME / "data" / f"project-{count}"
    if folder.exists():
        return folder
    from lifelong import Project

    part = folder.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    orders, touches, spend = data.csv(round(count * data.ORDERS_EACH)), _touches(count), _spend(count)
    print(f"  a project of {count:,} customers ...", flush=True)
    shop = Project(part)
    shop.ingest(orders, currency="USD")
    shop.touches(touches)
    shop.spend(spend)
    shop.fit("pareto_nbd")
    shop.score(horizon="52w", margin="35%", discount="10%/year")
    part.rename(folder)
    return folder


def tested(count: int) -> Path:
    """The same project with two models tested on its past, so that every page of the web app has something to show."""
    folder = project(count)
    if not any((folder / "backtests").glob("*.json")):
        from lifelong import Project

        print(f"  a back-test of {count:,} customers ...", flush=True)
        Project(folder).backtest(("pareto_nbd", "bg_nbd"), margin="35%")
    return folder


def history(count: int) -> Path:
    """Months of spend, new customers and their value by channel, as ``budget`` reads them."""
    path = HOME / "data" / f"history-{count}.csv"
    if not path.exists():
        rng, lines = np.random.default_rng(3), ["month,channel,spend,new_customers,value,value_sd"]
        for c, channel in enumerate(CHANNELS[:5]):
            level = count / 24 * OFTEN[c] * 12
            for month in range(24):
                spend = level * rng.uniform(0.5, 1.6)
                won = rng.poisson(count / 24 * OFTEN[c] * (spend / level) ** 0.6)
                lines.append(f"{1997 + month // 12}-{month % 12 + 1:02d},{channel},{spend:.2f},{won},45,60")
        path.write_text("\n".join(lines) + "\n")
    return path


def _touches(count: int) -> Path:
    """Touches before the first orders of all customers, and of people who never order."""
    path = HOME / "data" / f"touches-{count}.csv"
    if path.exists():
        return path
    with duckdb.connect() as connection:
        query = 'SELECT customer_id, min("day") AS first FROM read_parquet($orders) GROUP BY 1 ORDER BY 1'
        orders = str(data.orders(round(count * data.ORDERS_EACH)))
        first = connection.sql(query, params={"orders": orders}).fetchnumpy()
        rng, customers = np.random.default_rng(2), len(first["first"])
        others = round(customers * OTHERS)
        end = np.r_[first["first"], rng.integers(data.FIRST, data.LAST, others)].astype(np.int64)
        names = np.r_[first["customer_id"].astype("U12"), np.char.mod("p%d", np.arange(others))]
        who = np.repeat(np.arange(len(end)), 1 + rng.poisson(TOUCHES, len(end)))
        ages, seconds = rng.integers(0, 45, len(who)), rng.integers(0, 86_400, len(who))
        channel = rng.choice(len(CHANNELS), len(who), p=OFTEN)
        told = pa.table(
            {
                "customer_id": pa.array(names).take(pa.array(who)),
                "touched_at": pa.array((end[who] - ages) * 86_400 + seconds, pa.timestamp("s")),
                "channel": pa.array(CHANNELS).take(pa.array(channel)),
            }
        )
        connection.from_arrow(told).write_csv(str(path.with_suffix(".part")), header=True)
    path.with_suffix(".part").rename(path)
    return path


def _spend(count: int) -> Path:
    """Two years of daily spend of five channels, 12 a new customer on average."""
    path = HOME / "data" / f"spend-{count}.csv"
    if not path.exists():
        rng, days = np.random.default_rng(4), np.arange(data.FIRST, data.LAST + 1).astype("datetime64[D]")
        lines = ["day,channel,cost"]
        for c, channel in enumerate(CHANNELS[:5]):
            cost = count / data.DAYS * OFTEN[c] * 12 * rng.uniform(0.7, 1.3, len(days))
            lines += [f"{day},{channel},{each:.2f}" for day, each in zip(days, cost, strict=True)]
        path.write_text("\n".join(lines) + "\n")
    return path
