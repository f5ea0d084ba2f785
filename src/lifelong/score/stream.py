"""Scores of a base that memory should not hold twice: made in batches, written to Parquet as they are made."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError, did_you_mean
from lifelong.score import base as bases
from lifelong.score.forecast import FUTURES
from lifelong.score.rows import LEVELS, all_columns, known, rows
from lifelong.score.scores import groups, package, prepare
from lifelong.score.totals import group_totals, mean_total

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from lifelong.score.forecast import Forecast
    from lifelong.score.rows import Known
    from lifelong.score.terms import Terms
    from lifelong.values import Fit, Scores

BATCH = 500_000  # customers at once


def to_parquet(fit: Fit, summary: Any, terms: Terms, path: str | Path, columns: Sequence[str] = ()) -> Scores:
    """As :func:`lifelong.score.score`, with the rows in a Parquet file instead of memory.

    What costs time is computed once a distinct history; a customer's row is a look-up. One thread writes a batch
    while the next is made.

    Args:
        fit: as for ``score``.
        summary: the path of a Parquet file with the summary, or any frame.
        terms: as for ``score``.
        path: the file to write (zstd), replaced where it exists.
        columns: which of ``schema.SCORES``; all where none is named. Without any quantile among them nothing is
            simulated, and totals come without intervals (nan).

    Returns:
        Scores without rows, with ``path`` and totals.

    Raises:
        ConfigError: E302 for an unknown column; else as ``score``.
    """
    wanted = _columns(columns)
    table = _read(Path(summary), wanted, terms) if isinstance(summary, str | Path) else bases.arrow(summary)
    bases.check(table)
    is_simulated = any(name in LEVELS for name in wanted)
    ahead, has_cost = prepare(fit, table, terms, FUTURES if is_simulated else 0)
    facts = known(ahead, wanted, has_cost=has_cost)
    _write(Path(path), ahead, facts, table, wanted)
    totals = group_totals(ahead, groups(ahead, table)) if is_simulated else {"all": mean_total(ahead)}
    empty = rows(ahead, facts, table.slice(0, 0), 0, wanted)
    return package(ahead, table, empty, totals, has_cost=has_cost, path=str(path))


def _columns(asked: Sequence[str]) -> tuple[str, ...]:
    every = all_columns()
    for name in asked:
        if name not in every:
            raise ConfigError(
                "E302", f"scores have no column {name!r}", why=did_you_mean(name, every), fix="take a known name"
            )
    return tuple(asked) or every


def _read(path: Path, wanted: Sequence[str], terms: Terms) -> pa.Table:
    """The summary's columns that are needed."""
    import pyarrow.parquet as pq

    needed = ["customer_id", "first_day", *bases.NEEDED]
    if terms.margin is None or "historic" in wanted or "total" in wanted:
        needed += ["revenue", "cost"]
    there = set(pq.read_schema(path).names)
    return pq.read_table(path, columns=[name for name in needed if name in there], memory_map=True)


def _write(path: Path, ahead: Forecast, facts: Known, table: pa.Table, wanted: Sequence[str]) -> None:
    """Write batch by batch; at most one waits for the disk.

    Real numbers hardly repeat, so dictionaries would cost time and save nothing.
    """
    import pyarrow.parquet as pq

    first = rows(ahead, facts, table.slice(0, 0), 0, wanted)
    with (
        pq.ParquetWriter(path, first.schema, compression="zstd", use_dictionary=["silent_days"]) as writer,
        ThreadPoolExecutor(max_workers=1) as pool,
    ):
        waiting = None
        for at in range(0, len(table), BATCH):
            made = rows(ahead, facts, table.slice(at, BATCH), at, wanted)
            if waiting is not None:
                waiting.result()
            waiting = pool.submit(writer.write_table, made)
        if waiting is not None:
            waiting.result()
