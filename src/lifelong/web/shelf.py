"""The latest scores in memory, sorted once by each column that someone asks for, so that a page of them is instant."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from lifelong import schema
from lifelong.project.rostering import row_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.project import Project
    from lifelong.project.looking_up import Register

    Rule = Any  # what lifelong.project.segmenting.parse returns: it has names, mask and a text

#: Choices of customers, each in an order, that are kept: of a million customers one takes 8 MB.
CHOICES = 8
#: Columns that a list of customers may be sorted by.
SORTED_BY = ("value", "alive", "orders", "historic", "total", "at_risk", "silent_days", "customer_id")


class Shelf:
    """One scoring run, a row a customer; with all else by which customers are chosen, once the roster was made."""

    def __init__(self, name: str, told: Mapping[str, Any], rows: pa.Table, register: Register | None = None) -> None:
        self.name, self.told, self.rows = name, told, rows.combine_chunks()
        self.register = register
        #: The columns of scores alone, whether the roster is there or not.
        self.scores = self.rows.select([c.name for c in schema.SCORES if c.name in self.rows.column_names])
        self._orders: dict[str, NDArray[np.int64]] = {}
        self._spread: dict[str, NDArray[np.float64] | None] = {}
        self._chosen: OrderedDict[tuple[str, str], NDArray[np.int64]] = OrderedDict()
        self._lock = threading.RLock()

    @classmethod
    def latest(cls, shop: Project, before: Shelf | None) -> Shelf | None:
        """The latest run of a project; ``before`` itself where it is still that."""
        run = shop.scored()
        if run is None:
            return None
        name = f"{run.path.name}{' with roster' if 'roster' in shop.holds() else ''}"
        if before is not None and before.name == name:
            return before
        register = shop.register()
        return cls(name, run.told, run.rows() if register is None else register.rows, register)

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

    def can(self, rule: Rule | None) -> bool:
        """Whether the rows hold all that a rule looks at; those of the roster may not be there yet."""
        return rule is None or rule.names <= {*self.rows.column_names}

    def chosen(self, rule: Rule | None, by: str = "value") -> NDArray[np.int64]:
        """Row numbers of whom a rule chooses, in an order; of all where there is no rule."""
        order = self.order(by)
        if rule is None:
            return order
        key = (str(rule), by)
        with self._lock:
            if key not in self._chosen:
                self._chosen[key] = order[rule.mask(self.rows)[order]]
                while len(self._chosen) > CHOICES:
                    self._chosen.popitem(last=False)
            self._chosen.move_to_end(key)
            return self._chosen[key]

    def page(
        self, by: str, start: int, size: int, *, is_up: bool = False, rule: Rule | None = None
    ) -> list[dict[str, Any]]:
        """Rows ``start`` to ``start + size`` in that order; ``is_up`` turns it round; ``rule`` says whose."""
        order = self.chosen(rule, by)
        picked = order[::-1][start : start + size] if is_up else order[start : start + size]
        rows: list[dict[str, Any]] = self.rows.take(picked).to_pylist()
        return rows

    def spread(self, column: str) -> NDArray[np.float64] | None:
        """Which share the first 0, 1, 2 ... customers hold of a column, the largest first; None where it sums to nothing."""
        import numpy as np

        with self._lock:
            if column not in self._spread:
                told = self.rows[column]
                values = np.nan_to_num(told.to_numpy(zero_copy_only=False))[self.order(column)]
                total = float(values.sum()) if told.null_count < len(told) else 0.0
                self._spread[column] = np.concatenate([[0.0], np.cumsum(values) / total]) if total > 0 else None
            return self._spread[column]

    def place(self, customer: str) -> int | None:
        """The row number of a customer, or None."""
        return row_of(self.rows["customer_id"], customer)

    def find(self, text: str, most: int = 20) -> list[dict[str, Any]]:
        """Customers whose id holds the text, whole words first."""
        import pyarrow.compute as pc

        ids = self.rows["customer_id"]
        found = self.rows.filter(pc.match_substring(ids, text, ignore_case=True)).slice(0, 2000).to_pylist()
        return sorted(found, key=lambda row: (len(row["customer_id"]), row["customer_id"]))[:most]
