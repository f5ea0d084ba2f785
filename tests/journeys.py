"""Simulated ways of people through channels, by a chain whose removal effects are known; and a table of touches of them."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.units import date_of

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: What a touch of each channel looks like in an export: utm_source, utm_medium, gclid, referrer.
TAGS = {
    "paid search": ("google", "cpc", "", ""),
    "paid social": ("fb", "paid-social", "", ""),
    "email": ("nl", "email", "", ""),
    "organic search": ("", "", "", "https://www.google.com/"),
    "affiliate": ("partner", "affiliate", "", ""),
}


@dataclass(frozen=True)
class Chain:
    """A first-order chain over channels: where ways begin, go on, and end with an order. What is left ends without one.

    Attributes:
        begin: shape (c,), sums to 1.
        move: shape (c, c).
        won: chance of an order at once, shape (c,).
    """

    channels: tuple[str, ...]
    begin: Floats
    move: Floats
    won: Floats

    def chance(self, without: int = -1) -> float:
        """The chance of an order, exactly: begin (I - move)^-1 won; a channel taken out ends every way that meets it."""
        keep = np.array([i != without for i in range(len(self.channels))])
        inner = self.move[np.ix_(keep, keep)]
        return float(self.begin[keep] @ np.linalg.solve(np.eye(int(keep.sum())) - inner, self.won[keep]))

    def removal(self) -> Floats:
        """The true removal effects, as shares of their sum."""
        effect = np.array([1 - self.chance(i) / self.chance() for i in range(len(self.channels))])
        return effect / effect.sum()

    def walk(self, rng: np.random.Generator) -> tuple[list[str], bool]:
        """One way, and whether it ended with an order."""
        here, path = int(rng.choice(len(self.channels), p=self.begin)), []
        while True:
            path.append(self.channels[here])
            ends = [*self.move[here], self.won[here]]
            told = int(rng.choice(len(ends) + 1, p=[*ends, 1 - sum(ends)]))
            if told >= len(self.channels):
                return path, told == len(self.channels)
            here = told


CHAIN = Chain(
    tuple(TAGS),
    np.array([0.3, 0.3, 0.05, 0.3, 0.05]),
    np.array(
        [
            [0.10, 0.05, 0.15, 0.05, 0.02],
            [0.20, 0.15, 0.10, 0.10, 0.02],
            [0.05, 0.02, 0.20, 0.05, 0.05],
            [0.10, 0.05, 0.10, 0.10, 0.05],
            [0.02, 0.02, 0.05, 0.05, 0.05],
        ]
    ),
    np.array([0.20, 0.05, 0.30, 0.15, 0.35]),
)


def write(folder: Path, people: int, seed: int, begins: int) -> tuple[Path, Path, list[tuple[list[str], bool]]]:
    """visits.csv and orders.csv of people who walk the chain, a touch every two days; orders name no channel.

    Returns:
        Both paths and the true ways, in the order of the people (``p0``, ``p1`` ...).
    """
    rng = np.random.default_rng(seed)
    visits, orders = folder / "visits.csv", folder / "orders.csv"
    ways = [CHAIN.walk(rng) for _ in range(people)]
    touches, bought = [], []
    for i, (path, won) in enumerate(ways):
        start = begins + int(rng.integers(0, 200))
        for step, channel in enumerate(path):
            source, medium, gclid, referrer = TAGS[channel]
            at = f"{date_of(start + 2 * step).isoformat()} {rng.integers(0, 24):02d}:00:00"
            touches.append([f"p{i}", at, source, medium, gclid, referrer])
        if won:
            day = start + 2 * len(path) - 2
            for again in range(1 + int(rng.poisson(1.0))):
                at = date_of(day + 30 * again).isoformat()
                bought.append(
                    [f"o{len(bought)}", f"p{i}", f"p{i}@example.org", at, f"{rng.integers(500, 9000) / 100:.2f}"]
                )
    for path_, header, rows in (
        (visits, ["user_id", "time", "utm_source", "utm_medium", "gclid", "referrer"], touches),
        (orders, ["order_id", "customer_id", "email", "date", "total"], bought),
    ):
        with path_.open("w", newline="", encoding="utf-8") as stream:
            csv.writer(stream).writerows([header, *rows])
    return visits, orders, ways
