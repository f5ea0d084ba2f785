"""Pareto/GGG on shops whose parameters are known: intervals of the parameters and of customers' futures hold."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from lifelong.models.pareto_ggg import simulate
from lifelong.posterior import pareto_ggg
from lifelong.tables.gaps import spacings

THETA = np.array([3.0, 1.0, 1.2, 8.0, 0.8, 30.0])
SHOPS, SIZE = 4, 400


@pytest.mark.slow
def test_intervals_of_parameters_and_futures_hold() -> None:
    """24 intervals of 90 %: fewer than 17 would hold once in 300 times if all were independent.

    A shop's shape and rate go together, so that they hardly are; coverage of 1,600 futures is known to .01.
    """
    held, covered = [], []
    for seed in range(SHOPS):
        _, _, (who, when) = simulate(THETA, np.full(SIZE, 104.0), np.random.default_rng(seed))
        owner, day = np.r_[np.arange(SIZE), who], np.r_[np.zeros(SIZE), np.ceil(7.0 * when)]
        ids = [f"c{one:05d}" for one in owner]
        orders = pa.table({"customer_id": ids, "day": day.astype(np.int32), "is_order": np.ones(len(day), np.int32)})
        seen, later = spacings(orders, 364), spacings(orders, 728)
        made = pareto_ggg(seen, draws=400, tune=150, thin=1, seed=seed)
        low, high = np.quantile(made.shared.theta, [0.05, 0.95], axis=0)
        held += ((low <= THETA) & (high >= THETA)).tolist()
        low, high = np.quantile(made.draw_orders(52.0), [0.1, 0.9], axis=0)
        actual = later.x - seen.x
        covered += ((low <= actual) & (actual <= high)).tolist()
    assert sum(held) >= 17
    assert 0.8 <= np.mean(covered) <= 0.96
