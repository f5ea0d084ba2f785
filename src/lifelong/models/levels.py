"""What is known of customers as levels: words as they are, numbers in quarters, and "not known" as a level of its own."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lifelong.schema import UNKNOWN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Levels with fewer customers stand together as `OTHER`: their means would be chance.
RARE = 20
MOST = 20  # levels with a name of their own, the largest
OTHER = "(other)"
SEVERAL = 8  # numbers with at most so many different values are levels as they stand


@dataclass(frozen=True, slots=True, eq=False)
class Levels:
    """One driver.

    Attributes:
        name: what it is.
        names: its levels; each has a customer.
        code: the place of each customer's level.
    """

    name: str
    names: tuple[str, ...]
    code: Ints

    @property
    def counts(self) -> Ints:
        """Customers of each level."""
        return np.bincount(self.code, minlength=len(self.names))

    @property
    def tells(self) -> bool:
        """Whether there are two levels with enough customers to compare."""
        return int((self.counts >= RARE).sum()) >= 2

    @property
    def is_known(self) -> NDArray[np.bool_]:
        """Of whom it is known."""
        return np.array([name != UNKNOWN for name in self.names])[self.code]

    def of(self, customers: Ints) -> Levels:
        """The same levels of some customers; a level may then be empty."""
        return Levels(self.name, self.names, self.code[customers])


def named(name: str, texts: Sequence[str | None]) -> Levels:
    """Words as levels: the commonest by name, rare ones together; empty ones are missing.

    >>> found = named("channel", ["web"] * 30 + ["shop"] * 25 + [""] * 3 + ["fax"])
    >>> found.names, found.counts.tolist()
    (('web', 'shop', 'unknown', '(other)'), [30, 25, 3, 1])
    """
    told = [(text or "").strip() or UNKNOWN for text in texts]
    values, place, counts = np.unique(np.array(told, dtype=object).astype(str), return_inverse=True, return_counts=True)
    by_size = [i for i in np.lexsort((values, -counts)) if values[i] != UNKNOWN]
    own = [i for i in by_size if counts[i] >= RARE][:MOST]
    gaps = [i for i, value in enumerate(values) if value == UNKNOWN]
    rest = len(own) + len(gaps)
    target = np.full(len(values), rest, np.int64)
    target[[*own, *gaps]] = np.arange(rest)
    names = [str(values[i]) for i in (*own, *gaps)] + ([OTHER] if rest < len(values) else [])
    return Levels(name, tuple(names), target[place])


def banded(name: str, numbers: Floats) -> Levels:
    """Numbers in four bands of about equally many customers; nan is missing.

    A band ends at a customer's own number, so that none is empty.

    >>> banded("spend", np.arange(100.0)).names
    ('up to 24', '24 to 49', '49 to 74', 'above 74')
    """
    known = numbers[np.isfinite(numbers)]
    edges = np.unique(np.quantile(known, (0.25, 0.5, 0.75), method="lower")) if len(known) else known
    edges = edges[edges < known.max()] if len(known) else known
    shown = [f"{edge:,.6g}" for edge in edges]
    if shown:
        between = [f"{low} to {high}" for low, high in pairwise(shown)]
        names = [f"up to {shown[0]}", *between, f"above {shown[-1]}"]
    else:
        names = [f"{known[0]:,.6g}"] if len(known) else []
    code = np.searchsorted(edges, numbers, side="left")
    if len(known) < len(numbers):
        code = np.where(np.isfinite(numbers), code, len(names))
        names.append(UNKNOWN)
    return Levels(name, tuple(names), code.astype(np.int64))


def read(name: str, texts: Sequence[str | None]) -> Levels:
    """Numbers where every known text is one, and there are many different ones; else words.

    >>> read("age", ["30", None, "41"]).names
    ('unknown', '(other)')
    >>> read("age", [str(i) for i in range(40)]).names[0]
    'up to 9'
    """
    told = [(text or "").strip() for text in texts]
    if len(set(told) - {""}) <= SEVERAL:
        return named(name, told)
    try:
        numbers = np.array([float(text) if text else np.nan for text in told])
    except ValueError:
        return named(name, told)
    return banded(name, numbers)
