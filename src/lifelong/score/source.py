"""Where a summary's columns come from: a frame in memory, or a Parquet file that is read a part at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.score import base as bases
from lifelong.score.cells import numbers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import pyarrow as pa
    import pyarrow.parquet as pq
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]

BATCH = 1 << 18  # customers at once


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A summary whose columns are read when they are asked for.

    Attributes:
        made: an Arrow table, or an open Parquet file.
        rows: customers.
        schema: the columns' names and types.
    """

    made: pa.Table | pq.ParquetFile
    rows: int
    schema: pa.Schema

    @classmethod
    def of(cls, summary: Any) -> Source:
        """From the path of a Parquet file, or any frame."""
        if isinstance(summary, str | Path):
            import pyarrow.parquet as pq

            file = pq.ParquetFile(summary, memory_map=True)
            return cls(file, file.metadata.num_rows, file.schema_arrow)
        table = bases.arrow(summary)
        return cls(table, len(table), table.schema)

    def batches(self, names: Sequence[str], size: int | None = None) -> Iterator[pa.Table]:
        """Some columns, so many customers at once, in order."""
        import pyarrow as pa

        size = size or BATCH
        kept = [name for name in names if name in self.schema.names]
        if isinstance(self.made, pa.Table):
            table = self.made.select(kept)
            yield from (table.slice(at, size) for at in range(0, self.rows, size))
            return
        for batch in self.made.iter_batches(size, columns=kept):
            yield pa.Table.from_batches([batch])

    def columns(self, names: Sequence[str]) -> dict[str, Any]:
        """Whole columns of numbers as arrays; empty cells as 0."""
        kinds = {name: self.schema.field(name).type.to_pandas_dtype() for name in names}
        made = {name: np.empty(self.rows, kind) for name, kind in kinds.items()}
        at = 0
        for batch in self.batches(names):
            for name in names:
                fill = at
                for cells in batch[name].chunks:
                    made[name][fill : fill + len(cells)] = numbers(cells)
                    fill += len(cells)
            at += len(batch)
        return made

    def table(self, names: Sequence[str]) -> pa.Table:
        """Some columns as a table."""
        import pyarrow as pa

        kept = [name for name in names if name in self.schema.names]
        return self.made.select(kept) if isinstance(self.made, pa.Table) else self.made.read(kept)

    def __getitem__(self, name: str) -> Any:
        """A column by its name."""
        if name not in self.schema.names:
            raise KeyError(name)
        return self.table([name])[name]

    def empty(self) -> pa.Table:
        """The columns without rows."""
        import pyarrow as pa

        return pa.Table.from_batches([], self.schema)

    def take(self, rows: Any) -> pa.Array:
        """The customer numbers of some rows."""
        return self.table(["customer_id"])["customer_id"].take(rows)
