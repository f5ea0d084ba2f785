"""Waits between order days, by where they lie."""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa

from lifelong.tables.gaps import log_gaps
from lifelong.tables.waits import waits


def test_waits_are_counted_by_their_first_and_last_day() -> None:
    rows = [
        ("a", 10, 1),
        ("a", 12, 1),
        ("a", 12, 1),
        ("a", 15, 0),
        ("b", 10, 1),
        ("b", 12, 1),
        ("b", 19, 1),
        ("c", 3, 1),
    ]
    who, day, is_order = zip(*rows, strict=True)
    made = waits(pa.table({"customer_id": who, "day": pa.array(day, pa.int32()), "is_order": is_order}), 18)
    assert (made.began.tolist(), made.ended.tolist(), made.count.tolist()) == ([8], [6], [2])


def test_engines_agree_and_the_gaps_are_the_same() -> None:
    rng = np.random.default_rng(1)
    columns = {
        "customer_id": [str(i) for i in rng.integers(0, 40, 2_000)],
        "day": rng.integers(0, 300, 2_000).astype(np.int32),
        "is_order": rng.integers(0, 2, 2_000).astype(np.int32),
    }
    table = pa.table(columns)
    arrow, lazy = waits(table, 250), waits(pl.from_arrow(table).lazy(), 250)
    for name in ("began", "ended", "count"):
        assert np.array_equal(getattr(arrow, name), getattr(lazy, name))
    assert (arrow.began > arrow.ended).all()
    assert np.isclose(arrow.count @ np.log((arrow.began - arrow.ended) / 7.0), log_gaps(table, 250), rtol=1e-12)


def test_nobody_with_two_order_days_is_no_wait() -> None:
    made = waits(pa.table({"customer_id": ["a"], "day": pa.array([1], pa.int32()), "is_order": [1]}), 9)
    assert len(made.count) == len(made.began) == len(made.ended) == 0
