"""Promise 6 for Pareto/GGG: the truths of simulated shops rank evenly among the draws of its sampler.

Prior, sizes, number of shops, seed and band were written down and committed before the first run.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from lifelong.models.climb import Prior
from lifelong.models.pareto_ggg import simulate
from lifelong.posterior import pareto_ggg
from lifelong.tables.gaps import spacings

#: Centre of the prior, in weeks: a day is a moment to such customers. A factor of e^0.8 either way holds nineteen truths in twenty.
CENTRE, SD = [2.0, 1.0, 0.8, 20.0, 1.2, 60.0], 0.4
SHOPS, SEED, CUSTOMERS = 100, 2028, 60
#: Sweeps of each chain that are thrown away, draws that are kept, and sweeps to one of them: neighbours are then nearly independent.
TUNE, DRAWS, THIN = 150, 100, 15
WEEKS = 250
#: Half the width of the 99.9 % band (Kolmogorov), in 1 / sqrt(shops): seven quantities are looked at.
BAND = 1.949


def shop(rng: np.random.Generator, seed: int) -> np.ndarray:
    """The share of the posterior below the truth, ties halved: six parameters, and the customers' mean regularity."""
    prior = Prior(np.log(CENTRE), np.full(6, SD))
    theta = np.exp(prior.mean + prior.sd * rng.standard_normal(6))
    (k, _, _), _, (who, when) = simulate(theta, np.full(CUSTOMERS, float(WEEKS)), rng)
    owner, day = np.r_[np.arange(CUSTOMERS), who], np.r_[np.zeros(CUSTOMERS), np.ceil(7.0 * when)]
    ids = [f"c{one:05d}" for one in owner]
    orders = pa.table({"customer_id": ids, "day": day.astype(np.int32), "is_order": np.ones(len(day), np.int32)})
    made = pareto_ggg(spacings(orders, 7 * WEEKS), prior, draws=DRAWS, tune=TUNE, thin=THIN, seed=seed)
    truth = [*theta, float(np.log(k).mean())]
    drawn = [*made.shared.theta.T, np.log(made.k).mean(axis=1)]
    return np.array([(each < one).mean() + 0.5 * (each == one).mean() for each, one in zip(drawn, truth, strict=True)])


def even(below: np.ndarray) -> np.ndarray:
    """The furthest distance of each column's distribution from an even one, in parts of the band."""
    size = len(below)
    steps = np.arange(1, size + 1)[:, None] / size
    ordered = np.sort(below, axis=0)
    far = np.maximum(np.abs(steps - ordered), np.abs(ordered - (steps - 1.0 / size))).max(axis=0)
    return np.asarray(far * np.sqrt(size) / BAND)


def ranks() -> np.ndarray:
    """Of all shops: shape (shops, quantities)."""
    rng = np.random.default_rng(SEED)
    return np.stack([shop(rng, SEED + place) for place in range(SHOPS)])


@pytest.mark.slow
def test_the_truth_ranks_evenly_among_the_draws() -> None:
    far = even(ranks())
    print(f"pareto_ggg, {SHOPS} shops: furthest from even, in bands: {far.round(2)}")
    assert far.max() < 1.0
