"""The works that are measured, each run as ``python -m bench.work NAME ...`` and telling its seconds as JSON."""

from __future__ import annotations

import json
import statistics
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from bench.data import LAST
from bench.parting import parting

if TYPE_CHECKING:
    from collections.abc import Callable

Told = dict[str, Any]
REACH = 182  # days that learned forecasts reach


def _connect() -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    connection.execute("SET threads = 2")
    connection.execute("SET preserve_insertion_order = false")
    return connection


def floor(orders: str) -> Told:
    """The hash floor: orders by customer, counted."""
    connection = _connect()
    start, used = time.perf_counter(), time.process_time()
    connection.execute("CREATE TABLE t AS SELECT customer_id, count(*) AS n FROM read_parquet(?) GROUP BY 1", [orders])
    return {"seconds": time.perf_counter() - start, "cpu": time.process_time() - used}


def summary(orders: str, parts: str) -> Told:
    """Our summary and patterns, customers in so many parts, as tables in DuckDB."""
    from lifelong.tables import patterns
    from lifelong.tables import summary as room

    connection = _connect()  # what must be imported is measured in bar 1; the floor imports nothing either
    start = time.perf_counter()
    rows = connection.read_parquet(orders)
    known = room.held(rows)
    for part in range(int(parts)):
        some = rows if parts == "1" else rows.filter(f"hash(customer_id) % {int(parts)} = {part}")
        made = room.summary(some, LAST, known)
        made.create("s") if part == 0 else made.insert_into("s")
    patterns.patterns(connection.table("s")).create("p")
    seconds = time.perf_counter() - start
    return {"seconds": seconds, **_counts(connection)}


def by_hand(orders: str, parts: str) -> Told:
    """The same two tables by the best DuckDB SQL that we could write for this data, parts as in ours."""
    connection = _connect()
    start = time.perf_counter()
    for part in range(int(parts)):
        some = "" if parts == "1" else f"AND hash(customer_id) % {int(parts)} = {part}"
        days = f"""SELECT customer_id, "day", count(*) FILTER (is_order = 1) AS orders, sum(revenue)::BIGINT AS revenue
                   FROM read_parquet($orders) WHERE "day" <= {LAST} {some} GROUP BY 1, 2"""
        marked = f"""SELECT *, CASE WHEN orders > 0 THEN "day" END AS visit,
                            CASE WHEN orders > 0 AND revenue > 0 THEN revenue END AS paid FROM ({days})"""
        people = f"""SELECT customer_id, count(visit) AS visits, min(visit) AS first, max(visit) AS last,
                            sum(orders) AS orders, sum(revenue) AS revenue, sum(paid) AS paid,
                            count(paid) AS paid_days, arg_min(greatest(revenue, 0), visit) AS first_paid
                     FROM ({marked}) GROUP BY 1"""
        made = f"""SELECT customer_id, (visits - 1)::INTEGER AS x, (last - first)::INTEGER AS t_x,
                          ({LAST} - first)::INTEGER AS "T", first AS first_day, orders::INTEGER AS orders,
                          revenue::BIGINT AS revenue, NULL::BIGINT AS "cost",
                          (paid_days - (first_paid > 0)::INTEGER)::INTEGER AS spend_x,
                          (coalesce(paid, 0) - first_paid)::BIGINT AS spend
                   FROM ({people}) WHERE visits > 0"""
        connection.execute(f"{'CREATE TABLE s AS' if part == 0 else 'INSERT INTO s'} {made}", {"orders": orders})
    connection.execute(
        'CREATE TABLE p AS SELECT x, t_x, "T", count(*) AS "count" FROM s GROUP BY 1, 2, 3 ORDER BY 1, 2, 3'
    )
    seconds = time.perf_counter() - start
    return {"seconds": seconds, **_counts(connection)}


def _counts(connection: duckdb.DuckDBPyConnection) -> Told:
    """What both ways must agree on."""
    row = connection.execute(
        """SELECT count(*), sum(x), sum(t_x), sum("T"), sum(spend_x), sum(spend)::BIGINT, sum(revenue)::BIGINT,
                  (SELECT count(*) FROM p) FROM s"""
    ).fetchone()
    return {"check": [int(v) for v in row or ()]}


def _loaded() -> None:
    """Load what a fit loads: peers are measured after their imports too, and bar 1 measures imports."""
    import numpy as np
    import pyarrow as pa

    from lifelong.models.optimise import fit_model
    from lifelong.plugins import load
    from lifelong.tables import patterns
    from lifelong.values import Patterns

    arrow = pa.table({name: np.array([1], np.int32) for name in ("x", "t_x", "T")})
    patterns.to_patterns(patterns.patterns(_connect().from_arrow(arrow)))
    fit_model(load("models", "bg_nbd")(), Patterns.of([0, 1, 2], [0, 5, 9], [20, 20, 20]))


def fit(model: str, summary: str) -> Told:
    """From the summary file to parameters with standard errors; ``proper`` is the fit without reading and grouping."""
    from lifelong import plugins
    from lifelong.models.optimise import fit_model
    from lifelong.tables import patterns

    _loaded()
    found = plugins.load("models", model)()
    start = time.perf_counter()
    table = _connect().read_parquet(summary)
    told = patterns.to_patterns(patterns.patterns(table))
    read = time.perf_counter()
    made = fit_model(found, told)
    end = time.perf_counter()
    return {
        "seconds": end - start,
        "proper": end - read,
        "loglik": made.loglik,
        "customers": told.customers,
        "patterns": len(told),
        "params": {p.name: [p.estimate, p.se] for p in made.params},
    }


def fit_kinds(model: str, kinds: str) -> Told:
    """The same with two static covariates of words, in ordering and in leaving."""
    from lifelong import plugins
    from lifelong.models.covariates import Covariates

    _loaded()
    found = Covariates(plugins.load("models", model)(), *[("channel", "gender")] * 2)
    start = time.perf_counter()
    made = found.fit(_connect().read_parquet(kinds).to_arrow_table())
    return {"seconds": time.perf_counter() - start, "loglik": made.loglik, "cells": made.info["cells"]}


def fit_spend(model: str, summary: str) -> Told:
    """A spend model from the summary file to parameters with standard errors."""
    from lifelong import plugins
    from lifelong.models import optimise
    from lifelong.tables import patterns

    _loaded()
    found = plugins.load("spend", model)()
    start = time.perf_counter()
    told = patterns.to_spend(patterns.spends(_connect().read_parquet(summary)), 2)
    made = optimise.fit_spend(found, told)
    return {"seconds": time.perf_counter() - start, "loglik": made.loglik, "customers": made.origin.customers}


def loglik_spend(model: str, summary: str, *theta: str) -> Told:
    """As :func:`loglik`, of a spend model."""
    import numpy as np

    from lifelong import plugins
    from lifelong.tables import patterns

    told = patterns.to_spend(patterns.spends(_connect().read_parquet(summary)), 2)
    return {"loglik": plugins.load("spend", model)().loglik(np.array([float(t) for t in theta]), told)}


def features(orders: str) -> Told:
    """What there is to learn from as of the last day and of two before, half a horizon apart, as tables in DuckDB."""
    from lifelong.tables import features as room

    connection = _connect()
    start = time.perf_counter()
    room.visits(connection.read_parquet(orders)).create("days")
    days = connection.table("days")
    for n in range(3):
        room.features(days, LAST - n * REACH // 2, REACH).create(f"features_{n}")
    seconds = time.perf_counter() - start
    rows = connection.execute("SELECT count(*) FROM features_0").fetchone()
    return {"seconds": seconds, "customers": int(rows[0]) if rows else 0}


def learned(orders: str) -> Told:
    """The whole blend as of the last day: what was seen from each day, then trees, weights, bounds and forecasts."""
    import pyarrow.parquet as pq

    from lifelong.judge.learning import Past, learn
    from lifelong.judge.trial import Trial
    from lifelong.units import Horizon

    _loaded()
    told, horizon = pq.read_table(orders), Horizon.parse(f"{REACH // 7}w")
    start = time.perf_counter()
    past = Past.of(told, Trial(holdout=horizon), horizon, "bg_nbd")
    visited = time.perf_counter()
    for day in (LAST, *past.origins(LAST)):
        past.look(day)
    looked = time.perf_counter()
    made = learn(past, LAST)
    end = time.perf_counter()
    parts = {"visits": visited - start, "looks": looked - visited, "trees": end - looked}
    return {"seconds": end - start, **parts, "customers": len(made.blend), "days": len(past.looks)}


def loglik(model: str, summary: str, *theta: str) -> Told:
    """The log-likelihood of a peer's parameters on the same customers, by our formula."""
    import numpy as np

    from lifelong import plugins
    from lifelong.tables import patterns

    told = patterns.to_patterns(patterns.patterns(_connect().read_parquet(summary)))
    return {"loglik": plugins.load("models", model)().loglik(np.array([float(t) for t in theta]), told)}


def posterior(arrays: str, draws: str) -> Told:
    """CPU seconds from histories to draws of Pareto/NBD's posterior, and how many independent ones they are worth."""
    import numpy as np

    from lifelong import plugins
    from lifelong.posterior import posterior as draw
    from lifelong.values import Patterns

    told = {name: np.rint(values * (1 if name == "x" else 7)) for name, values in np.load(arrays).items()}
    model = plugins.load("models", "pareto_nbd")()
    draw(model, Patterns.of([0, 1, 2], [0, 5, 9], [20, 20, 20]), draws=50)
    start = time.process_time()
    made = draw(model, Patterns.grouped(told["x"], told["t_x"], told["T"]), draws=int(draws))
    seconds = time.process_time() - start
    return {
        "seconds": seconds,
        "effective": made.diagnostics["ess"],
        "k_hat": made.diagnostics["k_hat"],
        "mean": {p.name: p.estimate for p in made.params},
    }


def money(summary: str) -> Told:
    """CPU seconds of every customer's value with intervals, written, from posterior draws; ``alone``: of the mean only."""
    from lifelong import plugins
    from lifelong.posterior import posterior as draw
    from lifelong.score import Terms
    from lifelong.score.stream import to_parquet
    from lifelong.tables import patterns

    table = _connect().read_parquet(summary)
    purchase = draw(plugins.load("models", "pareto_nbd")(), patterns.to_patterns(patterns.patterns(table)))
    spend = draw(plugins.load("spend", "gamma_gamma")(), patterns.to_spend(patterns.spends(table), 2))
    fit, terms = replace(purchase.as_fit(), spend=spend.as_fit()), Terms.parse("52w", "35%", "10%/year", "USD")
    mean = ("customer_id", "value")
    seconds: dict[tuple[str, ...], list[float]] = {mean: [], (*mean, "low80", "high80", "low90", "high90"): []}
    with tempfile.TemporaryDirectory(dir=Path(summary).parent) as folder:
        for _ in range(4):  # the first of each is for imports and caches
            for columns, each in seconds.items():
                start = time.process_time()
                to_parquet(fit, summary, terms, Path(folder) / "scores.parquet", columns)
                each.append(time.process_time() - start)
    alone, told = (statistics.median(each[1:]) for each in seconds.values())
    return {"seconds": told, "alone": alone}


_PLAIN = ("customer_id", "alive", "orders", "value")
_WITH_INTERVALS = (*_PLAIN, "low80", "high80", "low90", "high90")


def _written_scores(summary: str, columns: tuple[str, ...]) -> Told:
    """Fits first, unmeasured; then every customer's scores to a Parquet file, measured."""
    import pyarrow.parquet as pq

    from lifelong import plugins
    from lifelong.models.optimise import fit_model, fit_spend
    from lifelong.score import Terms
    from lifelong.score.stream import to_parquet
    from lifelong.tables import patterns

    table = _connect().read_parquet(summary)
    purchase = fit_model(plugins.load("models", "pareto_nbd")(), patterns.to_patterns(patterns.patterns(table)))
    spend = fit_spend(plugins.load("spend", "gamma_gamma")(), patterns.to_spend(patterns.spends(table), 2))
    with tempfile.TemporaryDirectory(dir=Path(summary).parent) as folder:
        path = Path(folder) / "scores.parquet"
        terms = Terms.parse("52w", "35%", "10%/year", "USD")
        start = time.perf_counter()
        to_parquet(replace(purchase, spend=spend), summary, terms, path, columns)
        seconds = time.perf_counter() - start
        made = pq.read_table(path)
        copy = Path(folder) / "copy.parquet"
        start = time.perf_counter()
        pq.write_table(made, copy, compression="zstd")
        written = time.perf_counter() - start
        return {"seconds": seconds, "written": written, "rows": len(made)}


def score(summary: str) -> Told:
    """P(alive), orders and value of every customer; ``written`` is the Parquet write of the same table alone."""
    return _written_scores(summary, _PLAIN)


def score_intervals(summary: str) -> Told:
    """The same with 80 % and 90 % predictive intervals of value."""
    return _written_scores(summary, _WITH_INTERVALS)


def ingest(csv: str) -> Told:
    """A CSV into a new project: landing, orders, all checks."""
    from lifelong import Project

    with tempfile.TemporaryDirectory(dir=Path(csv).parent) as folder:
        start = time.perf_counter()
        report = Project(Path(folder) / "shop").ingest(csv, currency="USD")
        return {"seconds": time.perf_counter() - start, "rows": report.rows_in, "kept": report.kept}


def cohorts(csv: str) -> Told:
    """Cohorts by month and age in one call of a project that holds the CSV, revenue added up, with intervals; CPU seconds."""
    from lifelong import Project

    with tempfile.TemporaryDirectory(dir=Path(csv).parent) as folder:
        shop = Project(Path(folder) / "shop")
        shop.ingest(csv, currency="USD")
        start = time.process_time()
        made = shop.cohorts(measure="revenue", cumulative=True)
        return {"seconds": time.process_time() - start, "customers": made.customers, "rows": made.table.num_rows}


def copy(csv: str) -> Told:
    """DuckDB's own copy of the CSV to Parquet: the floor of an ingest."""
    with tempfile.TemporaryDirectory(dir=Path(csv).parent) as folder:
        connection = _connect()
        start = time.perf_counter()
        connection.read_csv(csv).write_parquet(str(Path(folder) / "copy.parquet"), compression="zstd")
        return {"seconds": time.perf_counter() - start}


def _apparel(folder: str) -> Any:
    """Two years of the apparel customers with their covariates, as the fit wants them."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq
    from pyarrow import csv

    from lifelong.tables.timelines import timelines
    from lifelong.units import day_of

    log = csv.read_csv(Path(folder) / "transactions.csv")
    days = log["date"].cast(pa.date32()).cast(pa.int32())
    orders = pa.table({"customer_id": log["customer_id"], "day": days, "is_order": np.ones(len(log), np.int32)})
    covariates = pq.read_table(Path(folder) / "dynamic_covariates.parquet").rename_columns({"week_start": "day"})
    return timelines(orders, covariates, day_of("2006-12-31"))


def varying(folder: str) -> Told:
    """Our fit with covariates that change with time, on the apparel customers."""
    from lifelong.models.time_varying import TimeVaryingParetoNBD
    from lifelong.models.varying_fit import fit_timelines, objective

    told, model = _apparel(folder), TimeVaryingParetoNBD()
    objective(model, told)  # what must be imported is measured in bar 1
    start = time.perf_counter()
    made = fit_timelines(model, told)
    return {"seconds": time.perf_counter() - start, "loglik": made.loglik, "evaluations": made.info["evaluations"]}


def varying_simplex(folder: str) -> Told:
    """The same likelihood from the same start by scipy's Nelder-Mead, up to its own convergence."""
    import numpy as np
    from scipy.optimize import minimize

    from lifelong.models import clocks
    from lifelong.models.time_varying import TimeVaryingParetoNBD
    from lifelong.models.varying_fit import objective

    told, model = _apparel(folder), TimeVaryingParetoNBD()
    objective(model, told)
    start = time.perf_counter()
    wanted = objective(model, told)

    def deviation(z: Any) -> float:
        return -sum(clocks.loglik(wanted.theta(z), block, wanted.columns) for block in wanted.made)

    without_end = {"maxiter": 10**9, "maxfev": 10**9}
    made = minimize(deviation, np.log(wanted.first), method="Nelder-Mead", options=without_end)
    return {"seconds": time.perf_counter() - start, "loglik": -float(made.fun), "evaluations": int(made.nfev)}


WORKS: dict[str, Callable[..., Told]] = {
    work.__name__: work
    for work in (
        floor, summary, by_hand, fit, fit_kinds, fit_spend, loglik, loglik_spend, features, learned, posterior, score,
        score_intervals, ingest, copy, cohorts, varying, varying_simplex, money, parting,
    )
}  # fmt: skip

if __name__ == "__main__":
    print(json.dumps(WORKS[sys.argv[1]](*sys.argv[2:])))
