"""How regularly customers come: what tells a subscription from free buying."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import narwhals as nw

if TYPE_CHECKING:
    from narwhals.typing import IntoFrame

LEAST_GAPS = 3  # a customer's gaps between order days, so that their spread says anything
SAME = 0.15  # coefficient of variation up to which gaps count as one: calendar months alone vary by 0.03


@dataclass(frozen=True, slots=True)
class Regularity:
    """Customers with enough gaps to judge, and how many of them come as by a calendar.

    Attributes:
        judged: customers with at least three gaps between order days.
        regular: those whose gaps hardly differ: a coefficient of variation of at most 0.15.
        median_gap: days between order days of the regular ones, the middle value; nan where there is none.
    """

    judged: int
    regular: int
    median_gap: float

    @property
    def share(self) -> float:
        """The regular ones of those judged; 0 where none can be judged."""
        return self.regular / self.judged if self.judged else 0.0

    @property
    def words(self) -> str:
        """What was found, for a sentence."""
        return f"{self.regular:,} of {self.judged:,} customers with four or more orders pay every {self.median_gap:.0f} days"

    @property
    def is_contractual(self) -> bool:
        """Most customers pay by a calendar, as subscribers do.

        Gaps of free buying vary far more: an exponential's coefficient of variation is 1, and that of the most
        regular grocer's customers in the literature (k = 3 or 4 in Pareto/GGG) still about 0.5.
        """
        return self.judged >= 20 and self.share >= 0.6


def regularity(orders: IntoFrame, until: int) -> Regularity:
    """Judge the gaps between each customer's order days up to a day.

    Args:
        orders: ``schema.ORDERS``, any frame.
        until: the last day that counts, days since 1970-01-01.
    """
    frame = nw.from_native(orders).filter((nw.col("day") <= until) & (nw.col("is_order") == 1))
    eager = frame.select("customer_id", "day").unique()
    eager = eager.collect(backend="pyarrow") if isinstance(eager, nw.LazyFrame) else eager
    days = eager.sort("customer_id", "day")
    gaps = days.with_columns(
        gap=(nw.col("day") - nw.col("day").shift(1)).cast(nw.Float64),
        same=nw.col("customer_id") == nw.col("customer_id").shift(1),
    ).filter(nw.col("same"))
    each = (
        gaps.with_columns(square=nw.col("gap") * nw.col("gap"))
        .group_by("customer_id")
        .agg(n=nw.len(), mean=nw.col("gap").mean(), square=nw.col("square").mean())
        .filter(nw.col("n") >= LEAST_GAPS)
    )
    spread = each.with_columns(variance=nw.col("square") - nw.col("mean") * nw.col("mean"))
    regular = spread.filter(nw.col("variance") <= (SAME * nw.col("mean")) * (SAME * nw.col("mean")))
    median = float(regular["mean"].median()) if len(regular) else float("nan")
    return Regularity(len(each), len(regular), median)
