"""Parquet files: typed columns become ISO texts and shortest exact decimals."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong.errors import DataError
from lifelong.phrases import phrase
from lifelong.sources.csvs import connected, watched
from lifelong.sources.look import SAMPLE_ROWS, Look, targets

if TYPE_CHECKING:
    from pathlib import Path

    import duckdb

    from lifelong.sources.look import Progress, ReadPlan


def look(path: Path) -> Look:
    """The header and the first rows of a Parquet file."""
    import duckdb

    with connected(path.parent) as connection:
        try:
            relation = connection.read_parquet(str(path))
            header = tuple(relation.columns)
            rows = relation.select(*(_text(name, kind) for name, kind in _typed(relation))).limit(SAMPLE_ROWS)
            found = [[cell or "" for cell in row] for row in rows.fetchall()]
        except duckdb.Error as problem:
            raise _damaged(path, problem) from None
    if not found:
        raise DataError("E106", "the file holds no order", where=path.name, why="it has no row", fix="export it again")
    return Look("parquet", header, found, is_typed=True)


def copy(plan: ReadPlan, out: Path, progress: Progress) -> int:
    """Write the plan's columns as texts."""
    from pathlib import Path

    import duckdb

    path = Path(plan.path)
    with connected(out.parent) as connection:
        try:
            relation = connection.read_parquet(str(path), file_row_number=True)
            kinds = dict(_typed(relation))
            total = int(connection.read_parquet(str(path)).count("*").fetchall()[0][0])
            wanted = [_text(theirs, kinds[theirs]).alias(name) for name, theirs in targets(plan).items()]
            row = duckdb.ColumnExpression("file_row_number") + 1
            relation = relation.select(row.cast("BIGINT").alias("row"), *wanted)
            watched(connection, lambda: relation.write_parquet(str(out), compression="zstd"), progress, total)
        except duckdb.Error as problem:
            raise _damaged(path, problem) from None
    return total


def _typed(relation: duckdb.DuckDBPyRelation) -> list[tuple[str, str]]:
    return list(zip(relation.columns, (str(kind) for kind in relation.types), strict=True))


def _text(name: str, kind: str) -> Any:
    """The column as text. A float is its shortest decimal; one that this writes with an exponent is written out."""
    import duckdb

    column = duckdb.ColumnExpression(name)
    text = column.cast("VARCHAR")
    if kind not in {"DOUBLE", "FLOAT"}:
        return text
    has_exponent = duckdb.FunctionExpression("contains", text, duckdb.ConstantExpression("e"))
    long = duckdb.FunctionExpression("format", duckdb.ConstantExpression("{:.12f}"), column.cast("DOUBLE"))
    return duckdb.CaseExpression(has_exponent, long).otherwise(text)


def _damaged(path: Path, problem: Exception) -> DataError:
    return DataError(
        "E101", phrase("{name} is no Parquet file that can be read", name=path.name), where=str(path), why=str(problem).splitlines()[0],
        fix="write the file again, or check that it was copied whole",
    )  # fmt: skip
