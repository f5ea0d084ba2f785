"""Subscriptions are told from free buying by the gaps between order days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv as pc
import pytest

from lifelong.tables.regularity import regularity

if TYPE_CHECKING:
    from pathlib import Path


def _orders(gaps: np.ndarray) -> pa.Table:
    """Customers by rows of gaps; day 0 first."""
    days = np.concatenate([np.zeros((len(gaps), 1)), np.cumsum(gaps, axis=1)], axis=1).astype(np.int32)
    names = np.repeat([f"c{i:03d}" for i in range(len(gaps))], days.shape[1])
    return pa.table({"customer_id": names, "day": days.ravel(), "is_order": np.ones(days.size, np.int32)})


@pytest.mark.parametrize(
    "engine",
    [
        lambda t: t,
        lambda t: pl.from_arrow(t),
        lambda t: pl.from_arrow(t).lazy(),
        lambda t: t.to_pandas(),
        lambda t: duckdb.from_arrow(t),
    ],
)
def test_monthly_payers_are_regular_on_every_engine(engine: Any) -> None:
    months = np.tile([31, 28, 31, 30, 31, 30], (40, 1))
    found = regularity(engine(_orders(months)), 10_000)
    assert (found.judged, found.regular) == (40, 40)
    assert found.median_gap == pytest.approx(181 / 6)
    assert found.is_contractual


def test_free_buyers_are_not() -> None:
    rng = np.random.default_rng(1)
    for shape in (1.0, 2.0, 4.0):  # the regularity of Pareto/NBD, and of the grocer's customers
        gaps = np.ceil(rng.gamma(shape, 30 / shape, (400, 8)))
        assert not regularity(_orders(gaps), 100_000).is_contractual


def test_only_what_is_seen_counts() -> None:
    found = regularity(_orders(np.full((30, 6), 30)), until=60)
    assert (found.judged, found.share, found.is_contractual) == (0, 0.0, False)
    assert np.isnan(found.median_gap)


def test_real_shops_are_not_taken_for_subscriptions(shared_data: Path) -> None:
    table = pc.read_csv(shared_data / "grocery_elog" / "transactions.csv").to_pandas()
    frame = pd.DataFrame(
        {
            "customer_id": table["customer_id"].astype(str),
            "day": (pd.to_datetime(table["date"]) - pd.Timestamp(0)).dt.days,
            "is_order": 1,
        }
    )
    found = regularity(frame, 100_000)
    assert found.judged > 400
    assert found.share < 0.1
