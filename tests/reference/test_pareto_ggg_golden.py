"""Pareto/GGG on the grocery log of BTYDplus (../shared/data/reference), and on CDNOW, where orders come at random."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pytest

from lifelong.models.cnbd_k import MBGCNBD2
from lifelong.posterior import pareto_ggg
from lifelong.tables.gaps import spacings
from lifelong.units import day_of
from lifelong.values import Patterns

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.posterior.people import People
    from lifelong.values import Spacings

pytestmark = pytest.mark.slow


@dataclass
class Seen:
    """A log up to its split, what came after it, and the draws."""

    data: Spacings
    later: Any
    made: People


def see(path: Path, split: str, weeks: int, draws: int) -> Seen:
    table = pa.csv.read_csv(path)
    day = pc.cast(pc.cast(table["date"], pa.date32()), pa.int32())
    ids = pc.cast(table["customer_id"], pa.string())
    orders = pa.table({"customer_id": ids, "day": day, "is_order": pa.array(np.ones(len(day)), pa.int32())})
    data, after = spacings(orders, day_of(split)), spacings(orders, day_of(split) + 7 * weeks)
    later = dict(zip(after.customer_id, after.x.tolist(), strict=True))
    came = np.array([later[one] for one in data.customer_id]) - data.x
    return Seen(data, came, pareto_ggg(data, draws=draws, tune=200, thin=4, seed=1))


@pytest.fixture(scope="module")
def grocery(shared_data: Path) -> Seen:
    return see(shared_data / "grocery_elog" / "transactions.csv", "2006-12-31", 52, 400)


def mae_of_mbg_cnbd_2(seen: Seen, weeks: float) -> tuple[float, float]:
    """Mean error and total of the model whose regularity is the same for all."""
    d, model = seen.data, MBGCNBD2()
    theta = model.fit(Patterns.grouped(d.x, d.t_x, d.T)).theta
    told = model.expect(theta, d.x, d.t_x / 7.0, d.T / 7.0, weeks)
    return float(np.abs(told - seen.later).mean()), float(told.sum())


def test_medians_on_the_grocery_log_are_the_published_ones(grocery: Seen, shared_data: Path) -> None:
    """The file allows 10 to 15 per cent: medians of two short runs of chains, under other priors."""
    rows = json.loads((shared_data / "reference" / "reference_values.json").read_text(encoding="utf-8"))["values"]
    told = next(row["params"] for row in rows if row["model"].startswith("Pareto/GGG"))
    own = dict(zip(grocery.made.shared.names, np.median(grocery.made.shared.theta, axis=0), strict=True))
    assert own == pytest.approx(told, rel=0.15)
    assert np.median(grocery.made.k, axis=0).mean() == pytest.approx(3.892, rel=0.05)
    assert np.median(grocery.made.lam, axis=0).mean() == pytest.approx(0.160, rel=0.05)


def test_the_grocery_hold_out(grocery: Seen) -> None:
    """Published total 3,815; a customer's error is smaller than with one regularity for all; intervals hold."""
    future = grocery.made.draw_orders(52.0)
    assert grocery.later.sum() == 3389
    assert future.sum(axis=1).mean() == pytest.approx(3815, rel=0.02)
    assert np.abs(future.mean(axis=0) - grocery.later).mean() < mae_of_mbg_cnbd_2(grocery, 52.0)[0]
    low, high = np.quantile(future, [0.1, 0.9], axis=0)
    assert 0.8 < ((low <= grocery.later) & (grocery.later <= high)).mean() < 0.95


def test_cdnow_has_no_regularity_and_its_forecast_is_pareto_nbds(shared_data: Path) -> None:
    """Pareto/NBD's total over the 39 weeks is 1,665.5, of which 1,882 came."""
    seen = see(shared_data / "cdnow" / "cdnow_sample.csv", "1997-09-30", 39, 80)
    assert np.median(seen.made.k) == pytest.approx(1.0, abs=0.2)
    assert seen.made.expect(39.0).sum() == pytest.approx(1665.5, rel=0.06)
