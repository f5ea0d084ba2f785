"""Simulated shops with a calendar: customers of a stationary model whose clock runs at a planted factor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.values import Patterns, Waits

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Shop:
    """Order days of all customers up to a last day and after it."""

    who: Ints
    day: Ints
    until: int

    @property
    def patterns(self) -> Patterns:
        x, t_x, T = self.history
        return Patterns.grouped(x, t_x, T)

    @property
    def history(self) -> tuple[Ints, Ints, Ints]:
        """x, t_x and T of each customer who came by the last day."""
        past = self.day <= self.until
        _, start, count = np.unique(self.who[past], return_index=True, return_counts=True)
        first, last = self.day[past][start], self.day[past][start + count - 1]
        return count - 1, last - first, self.until - first

    @property
    def waits(self) -> Waits:
        past = self.day <= self.until
        who, day = self.who[past], self.day[past]
        same = who[1:] == who[:-1]
        pairs = np.stack([self.until - day[:-1][same], self.until - day[1:][same]])
        (began, ended), count = np.unique(pairs, axis=1, return_counts=True)
        return Waits(began, ended, count)

    def orders(self, days: int) -> Floats:
        """Orders of each known customer in the days after the last one."""
        known = np.unique(self.who[self.day <= self.until])
        later = self.who[(self.day > self.until) & (self.day <= self.until + days)]
        return np.bincount(later, minlength=int(self.who.max()) + 1)[known].astype(np.float64)


def shop(
    model: Any, theta: Floats, factor: Callable[[Floats], Floats], rng: np.random.Generator, customers: int = 2_000
) -> Shop:
    """Two years of customers who come evenly over the first 90 weeks, and half a year after them.

    Args:
        model: a purchase model.
        theta: its parameters, operational weeks.
        factor: of ordering, at weeks since the first day.
        rng: source of chance.
        customers: how many come.
    """
    until, last = 104 * 7, 130 * 7
    clock = np.concatenate([[0.0], np.cumsum(factor(np.arange(last) / 7.0))]) / 7.0
    came = rng.integers(0, 90 * 7, customers)
    zero = np.zeros(customers)
    stays = rng.random(customers) < model.alive(theta, zero, zero, zero + 1e-9)
    who, when = model.draw_orders(theta, zero, zero + 1e-9, float(clock[-1]), rng, zero)
    passed = clock[came[who]] + when
    seen = stays[who] & (passed < clock[-1])
    day = np.ceil(np.interp(passed[seen], clock, np.arange(last + 1))).astype(np.int64)
    pairs = np.unique(np.stack([np.r_[np.arange(customers), who[seen]], np.r_[came, day]]), axis=1)
    return Shop(pairs[0], pairs[1], until)
