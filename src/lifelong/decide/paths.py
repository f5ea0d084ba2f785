"""Paths: the channels that people were touched by, in their order, and how each path ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Paths:
    """Paths of n people with m touches in all, those of one path one after another, the earliest first.

    Attributes:
        channels: names, shape (c,).
        path: whose touch it is, 0 to n - 1, rising, shape (m,).
        channel: 0 to c - 1, shape (m,).
        age: days before the end of the path, shape (m,).
        won: whether it ended with a first order, shape (n,).
        value: of the customer in minor units, 0 where none was won, shape (n,).
    """

    channels: tuple[str, ...]
    path: Ints
    channel: Ints
    age: Floats
    won: NDArray[np.bool_]
    value: Ints

    def __len__(self) -> int:
        return len(self.won)

    @classmethod
    def of(cls, paths: Sequence[tuple[Sequence[str], bool, int]]) -> Paths:
        """Paths told one by one: their channels, whether an order followed, its customer's value; a day between touches.

        >>> Paths.of([(["a", "b"], True, 10), (["b"], False, 0)]).channel.tolist()
        [0, 1, 1]
        """
        names = tuple(sorted({name for told, _, _ in paths for name in told}))
        code = {name: i for i, name in enumerate(names)}
        sizes = [len(told) for told, _, _ in paths]
        return cls(
            names,
            np.repeat(np.arange(len(paths)), sizes),
            np.array([code[name] for told, _, _ in paths for name in told], np.int64),
            np.array([float(size - 1 - i) for size in sizes for i in range(size)]),
            np.array([won for _, won, _ in paths], bool),
            np.array([value if won else 0 for _, won, value in paths], np.int64),
        )

    @property
    def sizes(self) -> Ints:
        """Touches of each path, shape (n,)."""
        return np.bincount(self.path, minlength=len(self))

    @property
    def place(self) -> Ints:
        """Place of each touch in its path, from 0, shape (m,)."""
        ends = np.cumsum(self.sizes)
        return np.arange(len(self.path)) - (ends - self.sizes)[self.path]

    def worth(self) -> Floats:
        """What each path brought: a customer, and the value; shape (n, 2)."""
        return np.stack([self.won.astype(float), self.value.astype(float)], axis=1)
