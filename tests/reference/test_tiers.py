"""Tiers from month to month on a real grocer: fewer moves, and hardly any value lost to them (S3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from lifelong.decide import tiers
from lifelong.project.asked import base_of
from lifelong.project.fitting import fit_base
from lifelong.score import Terms, score
from lifelong.score.stages import places
from lifelong.units import Horizon, Rate, day_of

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = ("2017-06-30", "2017-07-31", "2017-08-31", "2017-09-30", "2017-10-31")
AFTER = 60  # days of what came, which judge a month's tiers


@pytest.fixture(scope="module")
def orders(shared_data: Path) -> pa.Table:
    """A row a household and day: Complete Journey, 2017."""
    lines = pq.read_table(
        shared_data / "complete_journey/transactions.parquet",
        columns=["household_id", "sales_value", "transaction_timestamp"],
    )
    cents = pc.round(pc.multiply(lines["sales_value"], 100.0)).cast(pa.int64())
    day = lines["transaction_timestamp"].cast(pa.date32(), safe=False).cast(pa.int32())
    plain = pa.table({"customer_id": lines["household_id"].cast(pa.string()), "day": day, "revenue": cents})
    days = (
        plain.group_by(["customer_id", "day"])
        .aggregate([("revenue", "sum")])
        .rename_columns({"revenue_sum": "revenue"})
    )
    some = range(len(days))
    return days.append_column("order_id", pa.array(map(str, some))).append_column(
        "is_order", pa.array([1 for _ in some])
    )


@pytest.mark.slow
def test_hysteresis_halves_the_moves_and_loses_no_more_than_two_in_a_hundred(orders: pa.Table) -> None:
    known, before, hard = pa.array([], pa.string()), np.zeros(0, np.int64), np.zeros(0, np.int64)
    moved, moved_hard, kept, best = 0.0, 0.0, np.zeros((2, 3)), np.zeros((2, 3))
    for month in MONTHS:
        at = base_of(orders.filter(pc.less_equal(orders["day"], day_of(month))), month)
        fit = fit_base("pareto_nbd", at, "USD", "auto")
        rows = score(fit, at.summary, Terms(Horizon.parse("26w"), 1.0, Rate(0.0), "USD"), orders=at.orders).table
        value, ids = rows["value"].to_numpy(), rows["customer_id"]
        place = places(ids, known)
        was, was_hard = np.append(before, tiers.NEW)[place], np.append(hard, tiers.NEW)[place]
        days = at.summary["x"].to_numpy() + 1.0
        made = tiers.tiered(value, ids.to_numpy(), days, was, tiers.Cuts.parse())
        moved, moved_hard = moved + tiers.churn(was, made.tier), moved_hard + tiers.churn(was_hard, made.by_cut)
        if len(known):
            rank = np.argsort(-value, kind="stable")
            for row, worth in enumerate((value, _came(orders, ids, day_of(month)))):
                for tier in range(3):
                    chosen = made.tier <= tier
                    kept[row, tier] += worth[chosen].sum()
                    best[row, tier] += worth[rank[: chosen.sum()]].sum()
        known, before, hard = ids.combine_chunks(), made.tier, made.by_cut
    print(f"moves {moved / moved_hard:.3f} of those by cuts alone; captured {(kept / best).round(4).tolist()}")
    assert moved <= 0.5 * moved_hard
    assert (kept >= 0.98 * best).all()  # of what was expected, and of what came, against as many best ones


def _came(orders: pa.Table, ids: pa.ChunkedArray, day: int) -> np.ndarray:
    """Revenue of each in the days after a day."""
    later = orders.filter(pc.and_(pc.greater(orders["day"], day), pc.less_equal(orders["day"], day + AFTER)))
    at = places(later["customer_id"], ids)
    there = at >= 0
    return np.bincount(at[there], later["revenue"].to_numpy()[there], len(ids))
