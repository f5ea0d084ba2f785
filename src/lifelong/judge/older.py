"""Customers who are older than the data: their histories counted from its begin, with their age on that day beside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifelong.score.base import arrow
from lifelong.tables import summary as tables

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True, eq=False)
class Older:
    """Who is older than the data, and by how much.

    Attributes:
        column: what the days of the first orders are called.
        begin: the last day without data, which stands in the place of the first order day, days since 1970-01-01.
        who: their customer numbers.
        age: int32, days from the first order to ``begin``, in the order of ``who``.
    """

    column: str
    begin: int
    who: pa.Array
    age: pa.Array

    def started(self, orders: Any) -> pa.Table:
        """The orders and a row of the begin for each of them: a visit that brought nothing."""
        import pyarrow as pa

        table = arrow(orders)
        told = {"customer_id": self.who, "day": self.begin, "is_order": 1, "cost": 0}
        rows = [_filled(told.get(field.name), field.type, len(self.who)) for field in table.schema]
        return pa.concat_tables([table, pa.table(rows, schema=table.schema)])

    def beside(self, summary: pa.Table) -> pa.Table:
        """A summary of such orders with ``before``, and with orders as they are: the begin is none."""
        import pyarrow as pa
        import pyarrow.compute as pc

        place = pc.index_in(summary["customer_id"], value_set=self.who)
        before = pc.fill_null(self.age.take(place.combine_chunks()), 0)
        orders = pc.subtract(summary["orders"], pc.cast(place.is_valid(), summary["orders"].type))
        made = summary.set_column(summary.column_names.index("orders"), "orders", orders)
        return made.append_column("before", pc.cast(before, pa.int32()))

    def seen(self, orders: Any, day: int) -> pa.Table:
        """The summary as of a day, of those who have ordered since the data begin: of others nothing was known then."""
        import pyarrow.compute as pc

        table = self.beside(arrow(tables.summary(self.started(orders), day)))
        return table.filter(pc.or_(pc.equal(table["before"], 0), pc.greater(table["x"], 0)))


def _filled(value: Any, kind: pa.DataType, size: int) -> Any:
    """A column of one value, of an array, or of nothing."""
    import pyarrow as pa

    if value is None:
        return pa.nulls(size, kind)
    return pa.array([value] * size, kind) if isinstance(value, int) else value.cast(kind)
