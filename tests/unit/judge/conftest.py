"""Orders of a small simulated shop, by hand: rates, lifetimes and spends of the customers' own."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

FIRST = 10_000
DAYS = 365


def make_orders(customers: int, *, money: bool = True, seed: int = 1) -> pa.Table:
    rng = np.random.default_rng(seed)
    ids, days, cents = [], [], []
    for i in range(customers):
        start = int(rng.integers(0, 150))
        rate, life = rng.gamma(0.8, 1 / 20.0), rng.exponential(300.0)
        level = rng.gamma(4.0, 8.0)
        times = np.cumsum(rng.exponential(1 / max(rate, 1e-3), 200))
        visits = {0} | {int(t) + 1 for t in times if t < min(life, DAYS - start - 1)}
        for day in sorted(visits):
            ids.append(f"c{i:04d}")
            days.append(FIRST + start + day)
            cents.append(int(100 * rng.gamma(5.0, level / 5.0)) + 1)
    size = len(ids)
    return pa.table(
        {
            "order_id": [str(i) for i in range(size)],
            "customer_id": ids,
            "day": pa.array(days, pa.int32()),
            "revenue": pa.array(cents, pa.int64()) if money else pa.nulls(size, pa.int64()),
            "refund": pa.nulls(size, pa.int64()),
            "cost": pa.nulls(size, pa.int64()),
            "lines": pa.array([1] * size, pa.int32()),
            "is_order": pa.array([1] * size, pa.int32()),
        }
    )


@pytest.fixture(scope="session")
def orders() -> pa.Table:
    return make_orders(400)


@pytest.fixture(scope="session")
def bare_orders() -> pa.Table:
    return make_orders(200, money=False)
