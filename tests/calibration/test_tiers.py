"""Tiers over months of a shop of mostly single orders, CDNOW: half the moves of hard cuts, at hardly any loss of expected value."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pytest

from lifelong.decide import tiers
from lifelong.decide.tiers import NEW, Cuts
from lifelong.project.asked import base_of
from lifelong.project.fitting import fit_base
from lifelong.score import Terms, score
from lifelong.units import Horizon, Rate, day_of

if TYPE_CHECKING:
    from pathlib import Path

MONTHS = ("1997-09-30", "1997-10-31", "1997-11-30", "1997-12-31", "1998-01-31", "1998-02-28")


def orders_of(data: Path) -> pa.Table:
    """A row a customer and day."""
    rows = csv.read_csv(data / "cdnow" / "cdnow_sample.csv")
    day = rows["date"].to_numpy().astype("datetime64[D]").astype(np.int64)
    each = pa.table({"customer_id": pc.cast(rows["customer_id"], pa.string()), "day": day, "paid": rows["spend"]})
    days = each.group_by(["customer_id", "day"]).aggregate([("paid", "sum")]).sort_by("customer_id")
    return pa.table({
        "order_id": [str(i) for i in range(len(days))],
        "customer_id": days["customer_id"],
        "day": days["day"].cast(pa.int32()),
        "revenue": np.rint(days["paid_sum"].to_numpy() * 100).astype(np.int64),
        "is_order": np.ones(len(days), np.int32),
    })  # fmt: skip


@pytest.mark.slow
def test_moves_are_half_of_those_of_hard_cuts_at_two_percent_of_value(shared_data: Path) -> None:
    orders = orders_of(shared_data)
    before: dict[str, int] = {}
    hard: dict[str, int] = {}
    moved, lost = [], []
    for month in MONTHS:
        at = base_of(orders.filter(pc.less_equal(orders["day"], day_of(month))), month)
        fit = fit_base("pareto_nbd", at, "USD", "auto")
        rows = score(fit, at.summary, Terms(Horizon.parse("26w"), 1.0, Rate(0.0), "USD"), orders=at.orders).table
        ids, value = rows["customer_id"].to_pylist(), rows["value"].to_numpy()
        was, was_hard = (np.array([told.get(i, NEW) for i in ids]) for told in (before, hard))
        made = tiers.tiered(value, np.arange(len(ids)), 1.0 + at.summary["x"].to_numpy(), was, Cuts.parse())
        if before:
            moved.append((tiers.churn(was, made.tier), tiers.churn(was_hard, made.by_cut)))
            best = np.sort(value)[::-1].cumsum()
            lost += [1.0 - value[made.tier <= k].sum() / best[(made.tier <= k).sum() - 1] for k in range(3)]
        before, hard = (dict(zip(ids, t.tolist(), strict=True)) for t in (made.tier, made.by_cut))
    soft, cuts = np.sum(moved, axis=0)
    assert soft <= 0.5 * cuts, f"{soft / cuts:.3f}"
    assert max(lost) <= 0.02, f"{max(lost):.4f}"
