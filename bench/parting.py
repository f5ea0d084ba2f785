"""Customers parted four ways, on scores that were drawn."""

from __future__ import annotations

import time
from typing import Any


def parting(customers: str) -> dict[str, Any]:
    """Tiers, groups, potential and a shortfall of so many customers, from arrays: CPU seconds of each and of all."""
    import numpy as np
    import pyarrow as pa

    from lifelong.decide import potential, profitable, shortfall, tiers

    rng, size = np.random.default_rng(1), int(customers)
    value, days, alive = rng.gamma(0.3, 50.0, size), 1.0 + rng.poisson(2.0, size), rng.random(size)
    before, code = rng.integers(0, 4, size), rng.integers(0, 20, size)
    ids = pa.array(np.char.mod("C%08d", np.arange(size)))
    factors = np.stack([alive, days, value / days])
    told = shortfall.Followed(days, value, 0.4 * value)
    works = {
        "tiers": lambda: tiers.tiered(value, np.arange(size), days, before, tiers.Cuts.parse()),
        "groups": lambda: profitable.groups(value, code),
        "potential": lambda: potential.standing(value[::-1], value, factors, ids, 0.2),
        "why": lambda: shortfall.split(told, code == 0, code != 0, before),
    }
    took = {}
    for name, work in works.items():
        start = time.process_time()
        work()
        took[name] = time.process_time() - start
    return {"seconds": sum(took.values()), **took}
