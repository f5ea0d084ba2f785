"""What is known of leads as numbers: standardised, with blanks and unseen words at the mean, where they move nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: A word that fewer rows have is not told apart.
RARE = 5
#: The commonest words of a column that are told apart.
WORDS = 20


@dataclass(frozen=True, eq=False)
class Column:
    """One column: its words (none where it is a number), its range, and the mean and spread of each number made of it."""

    name: str
    words: tuple[str, ...]
    low: float
    high: float
    mean: Floats
    spread: Floats

    def made(self, values: Any) -> tuple[Floats, NDArray[np.bool_]]:
        """Standardised numbers (n, width), and which rows have a word that was not told apart."""
        strange = np.zeros(len(values), bool)
        if self.words:
            raw = np.stack([np.asarray(values == w, float) for w in self.words], axis=1)
            strange = raw.sum(axis=1) == 0
            raw[strange] = self.mean
        else:
            numbers = np.clip(np.asarray(values, float), self.low, self.high)[:, None]
            raw = np.where(np.isnan(numbers), self.mean, numbers)
        return (raw - self.mean) / self.spread, strange


@dataclass(frozen=True, eq=False)
class LeadDesign:
    """How columns become a design matrix; learned from leads, applied to any."""

    columns: tuple[Column, ...]

    @classmethod
    def learn(cls, features: Mapping[str, Any]) -> LeadDesign:
        """From columns of numbers (NaN is a blank) or words (objects).

        >>> design = LeadDesign.learn({"size": np.array([1.0, 3.0, np.nan])})
        >>> design.made({"size": np.array([2.0, np.nan, 99.0])}, 3)[0].tolist()  # 99 is taken as 3, the most seen
        [[0.0], [0.0], [1.0]]
        """
        found = [_words(n, v) if v.dtype == object else _numbers(n, v) for n, v in features.items()]
        return cls(tuple(c for c in found if c is not None))

    def made(self, features: Mapping[str, Any], size: int) -> tuple[Floats, NDArray[np.bool_]]:
        """The design, shape (size, columns), and which rows hold a word that was not seen often enough to count."""
        parts = [c.made(features[c.name]) for c in self.columns]
        design = np.hstack([np.zeros((size, 0)), *(made for made, _ in parts)])
        return design, np.any([np.zeros(size, bool), *(strange for _, strange in parts)], axis=0)


def _numbers(name: str, values: Floats) -> Column | None:
    some = values[~np.isnan(values)]
    if not len(some) or some.min() == some.max():
        return None
    return Column(name, (), float(some.min()), float(some.max()), np.array([some.mean()]), np.array([some.std()]))


def _words(name: str, values: Any) -> Column | None:
    counts = Counter(values.tolist())
    words = tuple(sorted(w for w, n in counts.most_common(WORDS) if n >= RARE))
    if len(words) < 2:
        return None
    raw = np.stack([np.asarray(values == w, float) for w in words], axis=1)
    told = raw[raw.sum(axis=1) > 0]
    return Column(name, words, 0.0, 1.0, told.mean(axis=0), told.std(axis=0))
