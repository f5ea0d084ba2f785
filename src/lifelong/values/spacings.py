"""Customers one by one with what their gaps say of regularity: what the models with a regularity of each one's own see."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.errors import FitError
from lifelong.phrases import phrase
from lifelong.values.histories import Patterns

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Sums of so many logarithms may differ by this in the last digits.
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Spacings:
    """Purchase histories, one a customer, with the gaps between order days.

    Attributes:
        x, t_x, T: int64, as in ``Patterns``: repeat order days, days to the last one, days seen.
        log_gaps: sum of log(weeks) over the customer's x gaps between order days; 0 where x is 0. Orders of one day are
            one order, so no gap is zero.
        customer_id: whose they are, in the same order; may be empty.
    """

    x: NDArray[np.int64]
    t_x: NDArray[np.int64]
    T: NDArray[np.int64]
    log_gaps: Floats
    customer_id: tuple[Any, ...] = ()

    @classmethod
    def of(cls, x: Any, t_x: Any, T: Any, log_gaps: Any, customer_id: Any = ()) -> Spacings:
        """Check the columns and make them histories.

        Raises:
            FitError: E223 where x gaps that add up to t_x days cannot have these logarithms.
        """
        told = Patterns.of(x, t_x, T)
        gaps = np.asarray(log_gaps, dtype=np.float64)
        if gaps.shape != told.x.shape or (len(customer_id) and len(customer_id) != len(gaps)):
            raise ValueError("x, t_x, T, log_gaps and customer_id must be of one length")
        most = told.x * np.log(np.maximum(told.t_x, 1) / np.maximum(told.x, 1) / 7.0)
        least = np.maximum(told.x - 1, 0) * np.log(1 / 7.0) + (told.x > 0) * np.log(
            (told.t_x - told.x + 1).clip(1) / 7.0
        )
        slack = ROUNDING * (1.0 + np.abs(most))
        wrong = np.flatnonzero(~((gaps <= most + slack) & (gaps >= least - slack)) | (told.x > told.t_x))
        if len(wrong):
            first = int(wrong[0])
            raise FitError(
                "E223",
                phrase(
                    "{wrong:,} of {gaps:,} customers have gaps that do not fit their history",
                    wrong=len(wrong),
                    gaps=len(gaps),
                ),
                where=phrase(
                    "row {first}: x = {x}, t_x = {t_x} days, log_gaps = {gaps:g}",
                    first=first,
                    x=told.x[first],
                    t_x=told.t_x[first],
                    gaps=gaps[first],
                ),
                why="x gaps of at least a day that add up to t_x have the largest sum of logarithms where all are equal",
                fix="let tables.gaps.spacings make them; by hand: natural logarithms of weeks, orders of one day as one",
            )
        return cls(told.x, told.t_x, told.T, gaps, tuple(customer_id))

    def __len__(self) -> int:
        return len(self.x)
