"""Interpolation over times: how many nodes, when it is taken, and when it is given up."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.models.chebyshev import _interpolated, nodes_needed, on_pairs, on_times
from lifelong.models.pairs import Pairs, pair


@pytest.mark.parametrize(("length", "nodes"), [(0.0, 6), (1e-3, 6), (0.1, 9), (1.0, 15), (5.0, 32), (12.0, 64)])
def test_nodes_for_an_interval(length: float, nodes: int) -> None:
    """The error falls by e^-arcsinh(2 pi / length) with each node: 31 of these, and two nodes to look at."""
    assert nodes_needed(length) == nodes


def grid(counts: int, times: int) -> Pairs:
    x, t = np.repeat(np.arange(float(counts)), times), np.tile(np.linspace(0.0, 50.0, times), counts)
    index = np.arange(times)
    return Pairs(np.arange(float(counts)), t[:times], x.astype(int), np.tile(index, counts))


def test_interpolation_is_taken_where_it_halves_the_work() -> None:
    size, calls = nodes_needed(float(np.log(54.0 / 4.0))), []

    def smooth(some: Pairs) -> np.ndarray:
        calls.append(len(some))
        return np.log(4.0 + some.each_t)[None] * (1.0 + some.each_x)

    for times, wanted in ((2 * size, 6 * size), (2 * size + 1, 3 * size)):
        pairs = grid(3, times)
        made = on_times(smooth, pairs, 4.0)
        assert calls.pop() == wanted
        assert made[0] == pytest.approx(np.log(4.0 + pairs.t)[pairs.it] * (1.0 + pairs.x[pairs.ix]), rel=1e-11)


def test_several_tables_of_several_counts() -> None:
    pairs = grid(4, 200)

    def tables(some: Pairs) -> np.ndarray:
        n, at = some.each_x, some.each_t
        return np.stack([(2.0 + at) ** -(n + 0.5), np.log(2.0 + at) + n, (2.0 + at) ** -0.1 * (n - 1.5)])

    at = np.log(2.0 + pairs.t)
    made = _interpolated(tables, pairs, at, 2.0, nodes_needed(float(np.ptp(at))))
    assert made == pytest.approx(tables(pairs), rel=1e-9, abs=1e-12)
    assert _interpolated(tables, pairs, at, 2.0, 6) is None  # too few nodes are noticed, not used
    steep = np.sqrt(np.maximum(50.0 - pairs.t, 0.0))  # its coefficients are of one sign
    for other in (np.abs(25.0 - pairs.t), steep, -steep, np.full(len(pairs.t), np.nan)):  # one of two is not smooth

        def halves(some: Pairs, other: np.ndarray = other) -> np.ndarray:
            n, t = some.each_x, some.each_t
            return np.stack([np.log(2.0 + t) + n, np.interp(t, pairs.t, other)])

        assert _interpolated(halves, pairs, at, 2.0, 24) is None


def test_no_time_before_the_first_order_is_asked_for() -> None:
    seen = []

    def watched(n: np.ndarray, at: np.ndarray) -> np.ndarray:
        seen.append(at.min())
        return 1.0 / (1e-3 + at)

    x, t = np.zeros(3000), np.r_[np.linspace(0.0, 1e-3, 2999), 0.0]
    assert on_pairs(watched, x, t, 1e-3) == pytest.approx(1.0 / (1e-3 + t), rel=1e-10)
    assert min(seen) >= 0.0


def test_one_time_for_all() -> None:
    pairs, row = pair(np.arange(600.0) % 2, np.full(600, 7.0))
    made = on_times(lambda some: (some.each_x + some.each_t)[None], pairs, 1.0)[0][row]
    assert made.tolist() == (np.arange(600) % 2 + 7.0).tolist()
    none = on_pairs(lambda n, at: n + at, [], [], 1.0)
    assert none.shape == (0,)
