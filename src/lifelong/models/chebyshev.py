"""Functions of (x, t) that are smooth in t, computed at few times for each x and interpolated to all of them.

All such functions here depend on t through base + t and are analytic for Re(base + t) > 0, so in log(base + t) their
Chebyshev coefficients fall at a known rate. The coefficients' own tail is still looked at: where they do not end in
nothing, or where there are few times anyway, every pair is computed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from lifelong.models.pairs import Pairs, pair

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

#: The size of the last coefficients, relative to the largest, that counts as exact.
EXACT = 1e-12


def on_times(function: Callable[[Pairs], Floats], pairs: Pairs, base: float) -> Floats:
    """Tables at each pair, shape (tables, pairs), from ``function(pairs)``, which is asked for these or fewer; ``base`` > 0."""
    at = np.log(base + pairs.t)
    size = nodes_needed(float(np.ptp(at)) if len(at) else 0.0)
    if len(pairs) > 2 * size * len(pairs.x):
        found = _interpolated(function, pairs, at, base, size)
        if found is not None:
            return found
    return function(pairs)


def on_pairs(function: Callable[[Floats, Floats], Floats], x: ArrayLike, t: ArrayLike, base: float) -> Floats:
    """A positive ``function(x, t)``, broadcast; where rows are many, from distinct pairs and few times for each x."""
    x_, t_ = np.broadcast_arrays(np.asarray(x, dtype=np.float64), np.asarray(t, dtype=np.float64))
    pairs, row = pair(x_.ravel(), t_.ravel())
    logs = on_times(lambda some: np.log(function(some.each_x, some.each_t))[None], pairs, base)[0]
    return np.asarray(np.exp(logs)[row].reshape(x_.shape))


def nodes_needed(length: float) -> int:
    """Nodes for 1e-13 on an interval of that length, of a function analytic within pi of it."""
    return int(np.ceil(31.0 / np.arcsinh(2.0 * np.pi / max(length, 1e-3)))) + 2


def _interpolated(
    function: Callable[[Pairs], Floats], pairs: Pairs, at: Floats, base: float, size: int
) -> Floats | None:
    low, length = float(at.min()), max(float(np.ptp(at)), 1e-12)
    angle = np.pi * (np.arange(size) + 0.5) / size
    node = np.maximum(np.exp(low + length * (np.cos(angle) + 1.0) / 2.0) - base, 0.0)
    each = np.arange(len(pairs.x) * size)
    table = function(Pairs(pairs.x, node, each // size, each % size))
    table = table.reshape(len(table), len(pairs.x), size)
    basis = np.cos(np.outer(np.arange(size), angle)) * (2.0 / size)
    basis[0] /= 2.0
    coefficient = np.einsum("axn,cn->axc", table, basis)
    largest = np.maximum(np.abs(coefficient).max(axis=(1, 2)), 1e-300)
    if not (np.abs(coefficient[:, :, -2:]).max(axis=(1, 2)) / largest).max() <= EXACT:
        return None
    turn = np.arccos(np.clip(2.0 * (at - low) / length - 1.0, -1.0, 1.0))
    values = np.einsum("axc,ct->axt", coefficient, np.cos(np.outer(np.arange(size), turn)))
    return np.asarray(values[:, pairs.ix, pairs.it])
