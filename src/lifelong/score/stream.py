"""Scores of a base that memory should not hold twice: made in batches, written to Parquet as they are made."""

from __future__ import annotations

import secrets
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lifelong.errors import ConfigError, did_you_mean
from lifelong.phrases import phrase
from lifelong.score.forecast import FUTURES
from lifelong.score.rows import LEVELS, all_columns, known, rows
from lifelong.score.scores import checked, groups, package, prepare
from lifelong.score.totals import group_totals, mean_total

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from lifelong.score.forecast import Forecast
    from lifelong.score.rows import Known
    from lifelong.score.source import Source
    from lifelong.score.terms import Terms
    from lifelong.values import Fit, Scores, Totals


SETTINGS: dict[str, Any] = {"use_dictionary": ["silent_days"], "write_statistics": ["customer_id"]}


def to_parquet(fit: Fit, summary: Any, terms: Terms, path: str | Path, columns: Sequence[str] = ()) -> Scores:
    """As :func:`lifelong.score.score`, with the rows in a Parquet file instead of memory.

    What costs time is computed once a distinct history; a customer's row is a look-up. One thread makes batches and
    another writes them, while totals are added up beside them. The file stands whole or not at all.

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
    source = checked(summary)
    is_simulated = any(name in LEVELS for name in wanted)
    ahead, has_cost = prepare(fit, source, terms, FUTURES if is_simulated else 0)
    facts = known(ahead, wanted, has_cost=has_cost)
    with _whole(Path(path)) as draft, ThreadPoolExecutor(1) as aside:
        writing = aside.submit(_write, draft, ahead, facts, source, wanted)
        totals = _totals(ahead, source, is_simulated=is_simulated)
        writing.result()
    empty = rows(ahead, facts, source.empty(), 0, wanted)
    return package(ahead, source, empty, totals, has_cost=has_cost, path=str(path))


def _columns(asked: Sequence[str]) -> tuple[str, ...]:
    every = all_columns()
    for name in asked:
        if name not in every:
            raise ConfigError(
                "E302",
                phrase("scores have no column {name!r}", name=name),
                why=did_you_mean(name, every),
                fix="take a known name",
            )
    return tuple(asked) or every


def _totals(ahead: Forecast, source: Source, *, is_simulated: bool) -> dict[str, Totals]:
    return group_totals(ahead, groups(ahead, source)) if is_simulated else {"all": mean_total(ahead)}


@contextmanager
def _whole(path: Path) -> Iterator[Path]:
    """A name to write to, which becomes the path's once all is written; after an error nothing is left of it."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield draft
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _write(path: Path, ahead: Forecast, facts: Known, source: Source, wanted: Sequence[str]) -> None:
    """Write batch by batch; at most one waits for the disk.

    Real numbers hardly repeat, so dictionaries would cost time and save nothing; nor do they stand in any order, so
    the least and the most of each part would tell a reader nothing.
    """
    import pyarrow.parquet as pq

    needed = ["customer_id", *(("revenue", "cost") if "historic" in wanted or "total" in wanted else ())]
    first = rows(ahead, facts, source.empty(), 0, wanted)
    with (
        pq.ParquetWriter(path, first.schema, compression="zstd", **SETTINGS) as writer,
        ThreadPoolExecutor(1) as pool,
    ):
        waiting, at = None, 0
        for batch in source.batches(needed):
            made = rows(ahead, facts, batch, at, wanted)
            at += len(batch)
            if waiting is not None:
                waiting.result()
            waiting = pool.submit(writer.write_table, made)
        if waiting is not None:
            waiting.result()
