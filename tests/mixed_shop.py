"""A shop of two kinds of customers, of whom one order often and little, the others seldom and much: no model's law."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

FIRST, DAYS, SIZE = 10_000, 420, 1200


def mixed_shop(seed: int = 5) -> pa.Table:
    """Canonical orders."""
    rng = np.random.default_rng(seed)
    born = rng.integers(0, 60, SIZE)
    often = rng.random(SIZE) < 0.25
    rate = np.where(often, 1 / 14.0, rng.gamma(0.5, 1 / 40.0, SIZE))
    life = np.where(often, rng.exponential(500.0, SIZE), rng.exponential(250.0, SIZE))
    level = np.where(often, 900.0, rng.gamma(3.0, 2500.0, SIZE))
    stop = np.minimum(life, DAYS - born)
    owner = np.repeat(np.arange(SIZE), rng.poisson(rate * stop))
    days = np.r_[born, born[owner] + (rng.random(len(owner)) * stop[owner]).astype(int)] + FIRST
    who = np.r_[np.arange(SIZE), owner]
    size = len(who)
    return pa.table(
        {
            "order_id": [str(i) for i in range(size)],
            "customer_id": [f"c{i:04d}" for i in who],
            "day": pa.array(days, pa.int32()),
            "revenue": pa.array(rng.gamma(5.0, level[who] / 5.0).astype(np.int64) + 1),
            "refund": pa.nulls(size, pa.int64()),
            "cost": pa.nulls(size, pa.int64()),
            "lines": pa.array([1] * size, pa.int32()),
            "is_order": pa.array([1] * size, pa.int32()),
        }
    )
