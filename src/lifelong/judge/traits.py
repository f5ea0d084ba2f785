"""What is known of customers beside their orders, as covariates of any purchase model."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lifelong.errors import DataError
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

#: What a model's name ends with where covariates move it.
SUFFIX = "+covariates"


@dataclass(frozen=True, slots=True, eq=False)
class Traits:
    """Covariates by customer.

    Attributes:
        names: of the columns.
        table: ``customer_id`` and a column a name: numbers or words.
        penalty: what a customer's mean log-likelihood loses for each squared coefficient.
    """

    names: tuple[str, ...]
    table: pa.Table
    penalty: float = 0.0

    def beside(self, summary: pa.Table) -> pa.Table:
        """A summary with the covariates of its customers as further columns.

        Raises:
            DataError: E211 where a customer has none.
        """
        import pyarrow.compute as pc

        place = pc.index_in(summary["customer_id"], value_set=self.table["customer_id"].combine_chunks())
        if place.null_count:
            raise DataError(
                "E211",
                phrase("{null_count:,} customers have no row of covariates", null_count=place.null_count),
                where=", ".join(self.names),
                why="each customer's rates are moved by the own covariates",
                fix="give every customer a value",
            )
        rows = self.table.take(place)
        for name in self.names:
            if name in summary.column_names:
                summary = summary.drop_columns([name])
            summary = summary.append_column(name, rows[name])
        return summary

    def told(self) -> Mapping[str, Any]:
        """For the leaderboard: by which covariates its models with covariates were tested."""
        return {"names": list(self.names), "penalty": self.penalty}
