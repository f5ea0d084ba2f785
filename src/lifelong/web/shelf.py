"""The latest scores in memory, sorted once by each column that someone asks for, so that a page of them is instant."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.project import Project

#: Columns that a list of customers may be sorted by.
SORTED_BY = ("value", "alive", "orders", "historic", "total", "at_risk", "silent_days", "customer_id")


class Shelf:
    """One scoring run, a row a customer."""

    def __init__(self, name: str, told: Mapping[str, Any], rows: pa.Table) -> None:
        self.name, self.told, self.rows = name, told, rows
        self._orders: dict[str, NDArray[np.int64]] = {}
        self._lock = threading.Lock()

    @classmethod
    def latest(cls, shop: Project, before: Shelf | None) -> Shelf | None:
        """The latest run of a project; ``before`` itself where it is still that."""
        run = shop.scored()
        if run is None:
            return None
        if before is not None and before.name == run.path.name:
            return before
        return cls(run.path.name, run.told, run.rows())

    def __len__(self) -> int:
        return len(self.rows)

    def order(self, by: str) -> NDArray[np.int64]:
        """Row numbers by a column, the largest first (ids: A to Z); ties by the order of the rows, which is by id."""
        import numpy as np

        with self._lock:
            if by not in self._orders:
                if by == "customer_id":
                    made = np.arange(len(self.rows))
                else:
                    column = self.rows[by].to_numpy(zero_copy_only=False)
                    made = np.argsort(-np.nan_to_num(column, nan=-np.inf), kind="stable")
                self._orders[by] = made
            return self._orders[by]

    def page(self, by: str, start: int, size: int, *, is_up: bool = False) -> list[dict[str, Any]]:
        """Rows ``start`` to ``start + size`` in that order; ``is_up`` turns it round."""
        order = self.order(by)
        picked = order[::-1][start : start + size] if is_up else order[start : start + size]
        rows: list[dict[str, Any]] = self.rows.take(picked).to_pylist()
        return rows

    def find(self, text: str, most: int = 20) -> list[dict[str, Any]]:
        """Customers whose id holds the text, whole words first."""
        import pyarrow.compute as pc

        ids = self.rows["customer_id"]
        found = self.rows.filter(pc.match_substring(ids, text, ignore_case=True)).slice(0, 2000).to_pylist()
        return sorted(found, key=lambda row: (len(row["customer_id"]), row["customer_id"]))[:most]

    def customer(self, name: str) -> dict[str, Any] | None:
        """The row of one customer."""
        import pyarrow.compute as pc

        found: Sequence[dict[str, Any]] = self.rows.filter(pc.equal(self.rows["customer_id"], name)).to_pylist()
        return found[0] if found else None
