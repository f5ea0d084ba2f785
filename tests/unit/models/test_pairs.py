"""Distinct pairs, however they are found: from small whole numbers, from large ones, from fractions, from a few rows."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.models.pairs import SMALL, _merge, compact, pair, prepare, prepare_days


@pytest.mark.parametrize(
    "values",
    [
        np.array([3, 0, 3, 7]),
        np.array([3, 0, 10**9, 10**9]),
        np.array([-2, 5, -2]),
        np.array([0.5, 2.0, 0.5]),
        np.array([4], dtype=np.uint8),
        np.zeros(0, np.int64),
        np.array([100_000, 0, 100_015, 100_016]),
    ],
)
def test_distinct_values_and_their_places(values: np.ndarray) -> None:
    wanted, places = np.unique(values, return_inverse=True)
    for floats in (True, False):
        distinct, index = compact(values, floats=floats)
        assert distinct.tolist() == wanted.tolist()
        assert index.tolist() == places.tolist()
        assert (distinct.dtype == np.float64) or not floats
    assert compact(values)[0].dtype == np.float64


def test_few_rows_stand_for_themselves_and_many_are_put_together() -> None:
    for size, distinct in ((SMALL, SMALL), (SMALL + 1, 6)):
        x, t = np.arange(size) % 2, np.arange(size) % 3 / 4
        pairs, row = pair(x, t)
        assert len(pairs) == distinct
        assert pairs.x[pairs.ix][row].tolist() == x.tolist()
        assert pairs.t[pairs.it][row].tolist() == t.tolist()
        assert row.max() == distinct - 1


def test_equal_histories_are_put_together() -> None:
    rng = np.random.default_rng(0)
    x, t, T, weight = *(rng.integers(0, 4, 300) for _ in range(3)), rng.random(300)
    made = _merge(x, t, T, weight)
    assert all(m.dtype.kind == "i" for m in made[:3])  # a key beyond 2^53 must not be rounded
    wanted: dict[tuple[int, ...], float] = {}
    for key in zip(x.tolist(), t.tolist(), T.tolist(), weight.tolist(), strict=True):
        wanted[key[:3]] = wanted.get(key[:3], 0.0) + key[3]
    assert {(a, b, c): w for a, b, c, w in zip(*(m.tolist() for m in made), strict=True)} == pytest.approx(wanted)


def test_days_become_weeks_and_bins_their_middle() -> None:
    one = prepare_days([0, 1], [0, 7], [14, 21], [2, 3])
    other = prepare([0, 1], [0.0, 1.0], [2.0, 3.0], [2, 3])
    for name in ("alive", "dead"):
        assert getattr(one, name).t.tolist() == getattr(other, name).t.tolist()
    assert one.customers == other.customers == 5.0
    assert one.count_x.tolist() == [2.0, 3.0]
    two = prepare_days([0, 1, 1], [0, 0, 1], [0, 2, 3], [1, 1, 1], bin_days=2)  # bins of days 0 and 1, 2 and 3
    assert two.alive.t.tolist() == [0.5 / 7, 2.5 / 7]
    assert two.dead.t.tolist() == [0.0, 0.5 / 7]
    assert two.count.tolist() == [1.0, 2.0]
