r"""Upper bounds of what a customer will bring that hold whatever the forecast: Mondrian split-conformal prediction.

**Story.** Most customers bring nothing, so a two-sided interval says nothing of them; how much it may be at most does. At an
earlier origin every customer's outcome is a multiple of the forecast. Among customers of like forecast, nine tenths of these
multiples lie below some number; so will nine tenths of those to come, if customers stay as they are.

.. math:: u(z) = \mu(z) \, Q_b, \qquad Q_b = \text{the } \lceil (n_b + 1)(1 - a) \rceil \text{-th smallest of } y_j / \mu_j,\; j \in b(z)

b is the tenth of the earlier forecasts into which :math:`\mu(z)` falls, n_b its customers; tenths of fewer than 100 are joined with
their neighbours. The rank is that of split-conformal prediction, under which a bound holds with at least 1 - a where the
customers of a bin are exchangeable.

**Source.** Vovk, Gammerman, Shafer (2005), *Algorithmic Learning in a Random World*, section 4.5; Lei et al. (2018), JASA 113,
theorem 2 (the rank).

The total of a season is no customer's: outcomes are first scaled to the forecast's total at their own origin, so that the multiples
tell how customers spread about the forecast, and the forecast tells the level.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BINS = 10
LEAST = 100  # customers a bin
PERCENTS = range(1, 100)


@dataclass(frozen=True, slots=True, eq=False)
class UpperBounds:
    """Multiples of the forecast, sorted, for each bin of forecasts.

    Attributes:
        edges: the least forecast of each bin but the first, rising.
        ratios: outcome / forecast of each bin's customers, rising; one array a bin.
    """

    edges: Floats
    ratios: tuple[Floats, ...]

    @classmethod
    def fit(cls, actual: Floats, forecast: Floats) -> Self:
        """Learn from customers of earlier origins whose forecasts had not seen the outcomes; forecasts above zero."""
        bins = int(np.clip(len(forecast) // LEAST, 1, BINS))
        edges = np.unique(np.quantile(forecast, np.arange(1, bins) / bins))
        while True:
            at = np.searchsorted(edges, forecast, side="right")
            small = np.flatnonzero(np.bincount(at, minlength=len(edges) + 1) < LEAST)
            if not len(small) or not len(edges):
                break
            edges = np.delete(edges, min(small[0], len(edges) - 1))  # forecasts that tie: a small bin joins the next
        ratio = actual / forecast
        return cls(edges, tuple(np.sort(ratio[at == b]) for b in range(len(edges) + 1)))

    def upper(self, forecast: Floats, level: float) -> Floats:
        """The bound that the outcome stays below with probability ``level``; inf where a bin is too small to say."""
        at = np.searchsorted(self.edges, forecast, side="right")
        found = np.array([_quantile(ratio, level) for ratio in self.ratios])
        made: Floats = forecast * found[at]
        return made

    def multiples(self) -> Floats:
        """The multiple of the forecast at each whole per cent from 1 to 99, shape (bins, 99); inf where a bin is too small."""
        return np.array([[_quantile(ratio, n / 100.0) for n in PERCENTS] for ratio in self.ratios])


def _quantile(ratio: Floats, level: float) -> float:
    """Of upper levels the rank is rounded up, of lower ones down: an interval between two holds at least what it says."""
    exact = round((len(ratio) + 1) * level, 9)
    rank = int(np.ceil(exact) if level >= 0.5 else np.floor(exact))
    if rank > len(ratio):
        return float("inf")
    return float(ratio[rank - 1]) if rank else 0.0
