"""Futures whose money may be below 0: what a customer's orders bring on the average, and chance that is not in proportion to it.

Where a spend model has a ``location``, a future's value is the customer's factor (that location) times its discounted orders,
plus noise. Both are drawn together, so the distribution hangs on the factor: its quantiles are tabled at some factors between
the least and the largest of a base, and taken between two neighbours for a customer.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

FACTORS = 17  # tabled: the distribution goes smoothly between them
SAMPLE = 100_000  # customers from whose factors those are taken, beside the least and the largest


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """The table.

    Attributes:
        at: the tabled factors, rising, shape (factors,).
        value: sorted values of the futures at each, shape (factors, cells, draws).
        square: mean of the squared noise of each cell, shape (cells,).
        product: mean of worth times that.
    """

    at: Floats
    value: Floats
    square: Floats
    product: Floats

    @classmethod
    def of(cls, worth: Floats, noise: Floats, factor: Floats) -> Noise:
        """From futures, shape (cells, draws), of discounted orders and of noise, and every customer's factor."""
        some = factor[:: max(len(factor) // SAMPLE, 1)]
        inner = np.quantile(some, np.linspace(0.0, 1.0, FACTORS)[1:-1])
        at = np.unique(np.r_[factor.min(), inner, factor.max()])
        value = np.stack([np.sort(one * worth + noise, axis=1) for one in at])
        return cls(at, value, (noise**2).mean(axis=1), (worth * noise**2).mean(axis=1))

    def quantile(self, level: float, cell: Ints, alive: Floats, factor: Floats) -> Floats:
        """The quantile of each customer's value: one who has left brings 0, which lies amid losses and gains."""
        high = np.clip(np.searchsorted(self.at, factor), 1, len(self.at) - 1) if len(self.at) > 1 else np.zeros(1, int)
        low = np.maximum(high - 1, 0)
        width = self.at[high] - self.at[low]
        part = np.where(width > 0, (factor - self.at[low]) / np.where(width > 0, width, 1.0), 0.0)
        p = np.maximum(alive, 1e-12)
        made = []
        for share, valid in ((level / p, level < p), ((level - (1.0 - p)) / p, level > 1.0 - p)):
            below, above = (self._tabled(place, cell, np.clip(share, 0.0, 1.0)) for place in (low, high))
            made.append(np.where(valid, below + part * (above - below), 0.0))
        return np.asarray(np.minimum(made[0], 0.0) + np.maximum(made[1], 0.0))

    def moments(self, cell: Ints, alive: Floats, worth: Floats) -> Floats:
        """What noise adds to variance (alone) and to the third central moment (by the factor) of each history, shape (2, n).

        ``worth``: expected discounted orders given alive. Noise has no mean, whatever the number of orders.
        """
        square, product = self.square[cell], self.product[cell]
        return np.stack([alive * square, 3.0 * alive * (product - alive * worth * square)])

    def _tabled(self, place: Ints, cell: Ints, share: Floats) -> Floats:
        draws = self.value.shape[2]
        position = np.clip(share * draws - 0.5, 0.0, draws - 1.0)
        first = position.astype(np.int64)
        low, high = self.value[place, cell, first], self.value[place, cell, np.minimum(first + 1, draws - 1)]
        return np.asarray(low + (position - first) * (high - low))
