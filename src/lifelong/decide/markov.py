"""Markov attribution: what share of first orders is lost if a channel is taken out of every path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.decide.paths import Paths

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]

#: Of a path's probability so little may be still on its way when the sum is ended.
LEFT = 1e-12


@dataclass(frozen=True, eq=False)
class Moves:
    """How often paths went from where to where, of g groups of people.

    A state is the last k channels; the digits of its number, to the base m = c + 1, are channels from 1, the latest the
    last, and 0 where the path had not begun. State 0 is the beginning.

    Attributes:
        order: k.
        counts: moves to each channel (from 1), and in column 0 ends without an order; shape (g, m^k, m).
        ends: first orders that followed, and their value; shape (g, m^k, 2).
    """

    order: int
    counts: Floats
    ends: Floats

    @classmethod
    def of(cls, paths: Paths, order: int, group: Ints, groups: int) -> Moves:
        """The moves of each group; ``group`` has shape (n,)."""
        base = len(paths.channels) + 1
        code, place = paths.channel + 1, paths.place
        state = np.zeros(len(code), np.int64)
        for back in range(1, order + 1):
            earlier = np.zeros(len(code), np.int64)
            earlier[back:] = code[:-back]
            state += np.where(place >= back, earlier, 0) * base ** (back - 1)
        after = (state * base + code) % base**order
        states, mine = base**order, group[paths.path]
        last = place == paths.sizes[paths.path] - 1
        cells, rows = groups * states * base, groups * states
        counts: Floats = np.bincount((mine * states + state) * base + code, minlength=cells).astype(float)
        counts = counts.reshape(groups, states, base)
        end, who = mine[last] * states + after[last], paths.path[last]
        lost = ~paths.won[who]
        counts[..., 0] += np.bincount(end[lost], minlength=rows).reshape(groups, states)
        brought = paths.worth()[who]
        ends: Floats = np.stack([np.bincount(end, weights=w, minlength=rows) for w in brought.T], axis=1)
        return cls(order, counts, ends.reshape((groups, states, 2)))

    def mixed(self, weights: Floats) -> Moves:
        """Sums of the groups by weights of shape (b, g)."""
        told = [np.tensordot(weights, part, axes=1) for part in (self.counts, self.ends)]
        return Moves(self.order, *told)


def removal_effects(moves: Moves, smoothing: float = 0.0) -> Floats:
    r"""What share of first orders, and of their value, is lost where a channel is taken out.

    A path is a walk from channel to channel that ends with an order or without one. Taking a channel out turns every
    move into it into an end without an order.

    $$ R_c = 1 - \frac{P(\text{order} \mid c \text{ removed})}{P(\text{order})} $$

    Symbols: of states s (the last k channels) the chance of a move to channel j is (n_{sj} + a) / (n_s + a (c + 2)), where a
    is Laplace's smoothing and the two further outcomes are an order and an end without one; from the beginning, moves to
    channels alone are smoothed. Value: the order's chance times the mean value of the orders that followed the state.

    Numerics: probabilities are carried along step by step until less than 1e-12 is on its way; nothing is inverted.

    Source: Anderl, Becker, von Wangenheim & Schumann (2016), Mapping the customer journey, IJRM 33(3): the removal effect.

    >>> from lifelong.decide.paths import Paths
    >>> paths = Paths.of([(["a", "b"], True, 100), (["b"], False, 0)])
    >>> removal_effects(Moves.of(paths, 1, np.zeros(2, np.int64), 1))[0, :, 0].round(6).tolist()
    [0.5, 1.0]

    Args:
        moves: of g groups.
        smoothing: a, 0 or more.

    Returns:
        Shares of orders and of value, shape (g, c, 2); nan where a group has none.
    """
    steps, worth = _chances(moves, smoothing)
    groups, states, base = steps.shape
    wide = states // base
    steps = steps.reshape(groups, base, wide, base).transpose(0, 2, 1, 3)
    worth = worth.reshape(groups, base, wide, 2).transpose(0, 2, 1, 3)
    stay = np.ones((base, base))
    stay[np.arange(1, base), np.arange(1, base)] = 0.0
    stay[:, 0] = 0.0
    here = np.zeros((groups, wide, base, base))
    here[:, 0, :, 0] = 1.0
    won = np.zeros((groups, base, 2))
    while here.sum(axis=(1, 3)).max() > LEFT:
        won += (here @ worth).sum(axis=1)
        moved = (here @ steps) * stay
        if wide > 1:
            split = moved.reshape(groups, base, wide // base, base, base)
            moved = split.transpose(0, 2, 4, 3, 1).reshape(groups, wide, base, base)
        here = moved
    whole = won[:, :1]
    return 1.0 - won[:, 1:] / np.where(whole > 0, whole, np.nan)


def _chances(moves: Moves, smoothing: float) -> tuple[Floats, Floats]:
    """Chances of each move, shape (g, s, m), and expected orders and value at once, shape (g, s, 2)."""
    counts, ends = moves.counts.copy(), moves.ends.copy()
    orders = ends[..., 0].sum(axis=1)
    mean = ends[..., 1].sum(axis=1) / np.where(orders > 0, orders, 1.0)
    counts[:, :, 1:] += smoothing
    counts[:, 1:, 0] += smoothing
    ends[:, 1:, 0] += smoothing
    ends[:, 1:, 1] += smoothing * mean[:, None]
    whole = counts.sum(axis=-1) + ends[..., 0]
    whole = np.where(whole > 0, whole, 1.0)[..., None]
    chances = counts / whole
    return chances, ends / whole
