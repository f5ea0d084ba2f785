"""Profit by cohort a year ahead, at a real shop whose profit is known customer by customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from lifelong.judge.backtest import run
from lifelong.judge.blending import statistical
from lifelong.judge.trial import Trial
from lifelong.project.asked import base_of
from lifelong.project.fitting import fit_base
from lifelong.score.cash import existing, missed
from lifelong.score.scores import prepare
from lifelong.score.terms import ModelError, Terms
from lifelong.units import Horizon, Rate, day_of

if TYPE_CHECKING:
    from pathlib import Path

LAST = "2018-12-31"
ENDS = {"1": "03-31", "2": "06-30", "3": "09-30", "4": "12-31"}


@dataclass(frozen=True)
class Year:
    """Profit of 2019 by cohort: worlds, shape (cohorts, draws), and what came."""

    cohorts: list[str]
    worlds: np.ndarray
    came: np.ndarray


def _orders(table: pa.Table) -> pa.Table:
    """A quarter's last day stands for its visits, and spend less profit for what they cost."""
    spend, profit = (np.rint(table[name].to_numpy() * 100).astype(np.int64) for name in ("spend", "profit"))
    days = [day_of(f"{quarter[:4]}-{ENDS[quarter[5]]}") for quarter in table["quarter"].to_pylist()]
    columns = {"customer_id": pc.cast(table["customer_id"], pa.string()), "day": pa.array(days, pa.int32())}
    visit = pa.array(np.ones(len(table)), pa.int32())
    return pa.table(columns | {"revenue": spend, "cost": spend - profit, "is_order": visit})


def _ahead(data: Path) -> Year:
    """From the orders to the end of 2018 alone: the back-test chooses a model and measures what it misses in a year."""
    table = pq.read_table(data / "madrigal/customer_quarter.parquet")
    orders = _orders(table)
    past = orders.filter(pc.less_equal(orders["day"], day_of(LAST)))
    board = run(past, (), Trial(until=day_of(LAST), currency="USD", holdout=Horizon.parse("52w")))
    model = statistical(board.chosen)
    at = base_of(past, LAST)
    fit = fit_base(model, at, "USD", "auto", None, board.spend)
    terms = Terms(Horizon.parse("365d"), None, Rate(0.0), "USD", ModelError.of(board.model_error[model]))
    ahead, has_cost = prepare(fit, at.summary, terms, 0)
    assert has_cost
    place = pc.index_in(at.summary["customer_id"], value_set=orders["customer_id"].combine_chunks())
    names, group = np.unique(table["cohort"].to_numpy(zero_copy_only=False)[place.to_numpy()], return_inverse=True)
    worlds = missed(existing(ahead, group, 12), terms).revenue.sum(axis=1) * ahead.margin
    # Of the cohorts, not of the customers seen: who was won before 2016 and silent until 2019 counts against it.
    later = table.filter(pc.starts_with(table["quarter"], "2019")).group_by("cohort").aggregate([("profit", "sum")])
    came = dict(zip(later["cohort"].to_pylist(), later["profit_sum"].to_pylist(), strict=True))
    return Year(names.tolist(), worlds, np.array([came[name] for name in names.tolist()]))


@pytest.mark.slow
def test_the_profit_of_a_year_lies_in_its_band(shared_data: Path) -> None:
    year = _ahead(shared_data)
    low, middle, high = np.quantile(year.worlds, [0.1, 0.5, 0.9], axis=1)
    held = (low <= year.came) & (year.came <= high)
    for row in zip(year.cohorts, year.came, middle, low, high, held, strict=True):
        print("{:10} came {:9,.0f}  told {:9,.0f}  80 %: {:9,.0f} to {:9,.0f}  {}".format(*row))
    total = np.quantile(year.worlds.sum(axis=0), [0.1, 0.5, 0.9])
    print(f"total came {year.came.sum():,.0f}, told {total[1]:,.0f}, 80 %: {total[0]:,.0f} to {total[2]:,.0f}")
    print(f"cohorts in their bands: {held.sum()} of {held.size}")
    assert len(year.cohorts) == 13
    assert total[0] <= year.came.sum() <= total[2]
    assert total[2] < 3.0 * total[0]  # two back-tests of a year know little, and still more than nothing
    assert abs(total[1] / year.came.sum() - 1.0) < 0.15
