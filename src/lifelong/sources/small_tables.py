"""Tables that fit into memory: which column is which, and cells as texts, days and amounts."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lifelong.sources import dates, numbers
from lifelong.sources.columns import by_user, plain
from lifelong.sources.files import hinted
from lifelong.sources.look import ReadPlan
from lifelong.sources.reading import copied, looked_at
from lifelong.tables.clean_rules import Rules

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from lifelong.errors import DataError

    Floats = NDArray[np.float64]
    #: What is said of a column that cannot be used: what, our name of it, where.
    Fault = Callable[[str, str, str], DataError]

#: Decimals of an amount: values are read to a hundredth of a cent.
DIGITS = 4


@dataclass(frozen=True, eq=False)
class SmallTable:
    """A table's cells.

    Attributes:
        name: of the file.
        columns: our name to the file's, of the columns that were found.
        texts: the file's name to its cells, without blanks around them; all columns.
        hints: how dates or decimals are written, where the user says so, by our name.
        fault: makes the error of a column that cannot be used.
    """

    name: str
    columns: dict[str, str]
    texts: dict[str, list[str]]
    hints: Mapping[str, str]
    fault: Fault

    @classmethod
    def read(
        cls, path: Path, names: Mapping[str, str], fault: Fault, columns: Mapping[str, str] | None = None
    ) -> SmallTable:
        """Read CSV, TSV, Parquet, JSON Lines or Excel, gzipped or not.

        Args:
            path: of the file.
            names: our name of each column to the names that files use, best first, with commas between them.
            fault: makes the error of a column that cannot be used.
            columns: our name to the file's, as the user says.

        Raises:
            DataError: E101, E103, E106 to E108 as for orders.
            ConfigError: E302 for a column that is not known.
        """
        header, texts = _texts(path)
        given, hints = hinted(columns or {}, header)
        found = by_user(header, given, path.name, list(names))
        by_plain = {plain(name): name for name in reversed(header)}
        for ours, written in names.items():
            taken = set(found.values())
            hits = (by_plain[plain(n)] for n in written.split(", ") if plain(n) in by_plain)
            column = next((hit for hit in hits if hit not in taken), None)
            if ours not in found and column is not None:
                found[ours] = column
        return cls(path.name, found, texts, hints, fault)

    def __len__(self) -> int:
        return len(next(iter(self.texts.values()), []))

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def cells(self, name: str) -> list[str]:
        """The texts of one of our columns."""
        return self.texts[self.columns[name]]

    def days(self, name: str) -> Floats:
        """Days since 1970-01-01, NaN for blanks, shape (n,)."""
        import narwhals as nw
        import pyarrow as pa

        from lifelong.tables import clean_time

        texts, column = self.cells(name), self.columns[name]
        filled = [text for text in texts if text]
        written = self.hints.get(name, "") or dates.order_of(filled, column, self.name, name)
        frame = nw.from_native(pa.table({"text": pa.array([text or None for text in texts], pa.string())}))
        made = clean_time.read(frame, "text", written, ("UTC", "")).select("_day", "_is_date").to_native()
        good = np.array([bool(v) for v in made["_is_date"].to_pylist()])
        if int(good.sum()) < len(filled):
            odd = next(text for text, is_date in zip(texts, good, strict=True) if text and not is_date)
            raise self.fault(f"{odd!r} is no date, or not written as the others", name, self._where(name))
        days = np.array([np.nan if v is None else float(v) for v in made["_day"].to_pylist()])
        return np.where(good, days, np.nan)

    def amounts(self, name: str) -> Floats:
        """Amounts, NaN for blanks, shape (n,)."""
        import narwhals as nw
        import pyarrow as pa

        from lifelong.tables import clean_numbers

        texts = self.cells(name)
        sign = self.hints.get(name, "") or numbers.decimal_of(texts, self.columns[name], self.name, name)
        frame = nw.from_native(pa.table({"value": pa.array([text or None for text in texts], pa.string())}))
        made = clean_numbers.read(frame, "value", sign, DIGITS).select("value_n").to_native()["value_n"].to_pylist()
        odd = [text for text, v in zip(texts, made, strict=True) if text and v is None]
        if odd:
            raise self.fault(f"{odd[0]!r} is no amount", name, self._where(name))
        return np.array([np.nan if v is None else v / 10.0**DIGITS for v in made], float)

    def missing(self, name: str, what: str) -> DataError:
        """The error of a column that is needed and not there."""
        return self.fault(what, name, f"{self.name}, header: {', '.join(list(self.texts)[:20])}")

    def _where(self, name: str) -> str:
        return f"{self.name}, column {self.columns[name]}"


def _texts(path: Path) -> tuple[tuple[str, ...], dict[str, list[str]]]:
    """The header, and every column as texts."""
    import pyarrow.parquet as pq

    seen = looked_at(path)
    short = {f"c{i}": name for i, name in enumerate(seen.header)}
    plan = ReadPlan(
        str(path), seen.format, seen.compression, seen.encoding, seen.separator, seen.skip, seen.header, short, (),
        Rules(columns=(), currency="", rates=(), decimal=".", dates="ymd", timezone="UTC", source_zone="", today=0),
    )  # fmt: skip
    with tempfile.TemporaryDirectory(prefix="lifelong-") as scratch:
        out = Path(scratch) / "table.parquet"
        copied(plan, out, _unwatched)
        table = pq.read_table(out, memory_map=False)
    return seen.header, {name: [(v or "").strip() for v in table[c].to_pylist()] for c, name in short.items()}


def _unwatched(_done: int, _total: int | None) -> None:
    """Such a table is read in a moment."""
