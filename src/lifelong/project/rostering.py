"""The roster: everything by which customers may be chosen or looked up, a row each, kept beside the run that it is of.

It joins the scores to what was counted (first day, order days, revenue), the stage of life, the next order date, the tier of
value, and what was known at the first order. It is made once a run and state of the landing, so that a rule, a page and the
look at one customer read a file and compute nothing anew. Beside it lie the orders, by customer: those of one are then read
without a look at everybody's.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from contextlib import closing
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import FitError, LifelongError
from lifelong.project import asked, renewing, runs
from lifelong.project.driving import attributes
from lifelong.project.kinds import kinds
from lifelong.project.knowing import seen_by
from lifelong.project.tiering import places
from lifelong.store import files
from lifelong.units import Horizon, day_of, minor_digits

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

    from lifelong.project.asked import Base
    from lifelong.project.folder import Folder
    from lifelong.project.runs import Run

#: How far ahead a next order date is named.
AHEAD = Horizon.parse("26w")
_SHAPE = "2"  # of the files: others are made anew
_ROWS = 16_384  # of a row group: a look at one customer reads one of them
_VISITS = """
    SELECT customer_id, day, revenue, is_order FROM read_parquet($orders) WHERE day <= $until
    ORDER BY customer_id, day, order_id
"""
_NO_VISITS = """
    SELECT ''::VARCHAR AS customer_id, 0::INTEGER AS day, 0::BIGINT AS revenue, 0::INTEGER AS is_order WHERE $until < 0
"""


def place(folder: Folder, run: Run) -> Path:
    """Where the roster of a run lies, for the present state of the landing."""
    told = hashlib.sha256(f"{folder.landing.read().state} {_SHAPE}".encode()).hexdigest()[:8]
    return run.path.with_suffix(f".roster-{told}.parquet")


def visits(path: Path) -> Path:
    """Where the orders by customer lie, of a roster's place; they are there wherever the roster is."""
    return path.with_name(path.name.replace(".roster-", ".visits-"))


def found(folder: Folder) -> Path | None:
    """The roster of the latest run where it was made; nothing is computed."""
    path = place(folder, runs.last(folder))
    return path if path.is_file() else None


def roster(folder: Folder) -> tuple[Run, Path]:
    """The latest run and its roster, made where it is missing.

    Raises:
        DataError: E106 where nothing was scored.
    """
    run = runs.last(folder)
    path = place(folder, run)
    if not path.is_file():
        with folder.writing("roster"):
            _keep_visits(folder, run, visits(path))
            _keep(_made(folder, run), path)
    return run, path


def read(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows, in the order of the scores, which is by customer id; all columns, or some."""
    import pyarrow.parquet as pq

    with pq.ParquetFile(path) as file:
        return file.read(None if columns is None else list(columns))


def row_of(ids: pa.ChunkedArray, name: str) -> int | None:
    """The row number of a customer, found by halving, since rows are by id; None where there is no such id."""
    import pyarrow.compute as pc

    at = bisect_left(range(len(ids)), name, key=lambda row: ids[row].as_py())
    if at < len(ids) and ids[at].as_py() == name:
        return at
    found = int(pc.index(ids, name).as_py())  # nobody, but for rows that are in another order
    return None if found < 0 else found


def _keep(table: pa.Table, path: Path) -> None:
    import pyarrow.parquet as pq

    temporary = files.temporary_beside(path)
    pq.write_table(table, temporary, compression="zstd", row_group_size=_ROWS)
    files.put(temporary, path)


def _keep_visits(folder: Folder, run: Run, path: Path) -> None:
    """The orders up to the day of the scores, of one customer after another, each one's by day; none without orders."""
    told: dict[str, Any] = {"until": day_of(run.told["as_of"])}
    if folder.landing.read().batches:
        told["orders"] = str(folder.tables()[1].orders.resolve())
    temporary = files.temporary_beside(path)
    with closing(folder.connect()) as connection:
        rows = connection.sql(_VISITS if "orders" in told else _NO_VISITS, params=told)
        rows.write_parquet(str(temporary.resolve()), compression="zstd", row_group_size=_ROWS)
    files.put(temporary, path)


def _made(folder: Folder, run: Run) -> pa.Table:
    import pyarrow as pa

    folder.progress("writing the roster of customers", 0, run.told["customers"])
    rows = run.rows()
    if "orders" not in kinds(folder):
        return rows
    at = run.base(folder) or asked.base(folder, run.told["as_of"])
    columns: dict[str, Any] = {name: rows[name] for name in rows.column_names}
    for more in (_counted(folder, at), _stages(at), _next(folder, run, at), _tier(folder), _known(folder, at)):
        if more is None:
            continue
        row = places(rows, more)
        taken = more.drop_columns(["customer_id"]).take(pa.array(row, mask=row < 0))
        for name in taken.column_names:
            columns[name if name not in columns else f"kept_{name}"] = taken[name]
    return pa.table(columns)


def _counted(folder: Folder, at: Base) -> pa.Table:
    import pyarrow as pa
    import pyarrow.compute as pc

    told = at.summary
    unit = 10.0 ** minor_digits(folder.currency)
    return pa.table({
        "customer_id": told["customer_id"], "first_day": _days(told["first_day"]), "age_days": told["T"],
        "order_days": pc.add(told["x"], 1), "revenue": pc.divide(told["revenue"].cast(pa.float64()), unit),
    })  # fmt: skip


def _days(column: Any) -> Any:
    import pyarrow as pa

    return column.cast(pa.int32()).cast(pa.date32())


def _stages(at: Base) -> pa.Table | None:
    from lifelong.project.staging import seen
    from lifelong.score.stages import life_stages

    try:
        return life_stages(seen(at)).table.select(["customer_id", "stage", "overdue"])
    except FitError:  # nobody has ordered on two days: no rhythm to tell a stage by
        return None


def _next(folder: Folder, run: Run, at: Base) -> pa.Table | None:
    import pyarrow as pa

    from lifelong.score import next_orders
    from lifelong.tables.gaps import gaps

    made = run.made_by()
    if renewing.is_contract(made.model):
        return None
    try:
        told = next_orders(made, seen_by(folder, made, at).summary, gaps(at.orders, at.until), AHEAD).table
    except LifelongError:  # no rhythm, or circumstances that nothing tells of today
        return None
    days = {f"next_{name}": _days(told[name]) for name in ("date", "low80", "high80")}
    return pa.table({"customer_id": told["customer_id"], "within_26w": told["within"], **days})


def _tier(folder: Folder) -> pa.Table | None:
    import pyarrow as pa

    from lifelong.decide.tiers import Cuts
    from lifelong.project.tiering import latest_tiers

    cuts = Cuts.parse()
    try:
        rows, tier = latest_tiers(folder, cuts)
    except FitError:  # no value above 0
        return None
    return pa.table(
        {"customer_id": rows["customer_id"], "tier": pa.array(np.array(cuts.names)[tier].tolist(), pa.string())}
    )


def _known(folder: Folder, at: Base) -> pa.Table:
    """Channel and product of the first order, and the firm's own columns as of that day; numbers where all of them are."""
    import pyarrow as pa

    from lifelong.tables.firsts import firsts

    people = firsts(at.orders, at.until, 0)
    made = {name: people[name] for name in ("customer_id", "channel", "product") if name in people.column_names}
    kept, _ = attributes(folder, people)
    if kept is not None:
        row = places(people, kept)
        taken = kept.take(pa.array(row, mask=row < 0))
        made |= {f"kept_{n}" if n in made else n: taken[n] for n in taken.column_names if n != "customer_id"}
    return pa.table({name: column if name == "customer_id" else _typed(column) for name, column in made.items()})


def _typed(column: Any) -> Any:
    """Texts as numbers where every known one is a number; empty ones are not known."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    told = pc.utf8_trim_whitespace(column.cast(pa.string()))
    told = pc.if_else(pc.equal(told, ""), None, told)
    try:
        return told.cast(pa.float64()) if told.null_count < len(told) else told
    except pa.ArrowInvalid:
        return told
