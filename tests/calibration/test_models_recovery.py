"""Promises 4 and 5 for the parameters: recovery without bias, and 95 % intervals that cover."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lifelong.models.bg_nbd import BGNBD
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.testing import simulated_patterns, simulated_spend

#: About the estimates for CDNOW, with time stretched so that a day is a moment to the customers.
TRUTH = {
    BGNBD: [0.5, 20.0, 0.8, 2.5],
    MBGNBD: [0.6, 20.0, 0.8, 1.6],
    ParetoNBD: [0.6, 20.0, 1.2, 60.0],
    GammaGamma: [6.25, 3.74, 15.44],
}


def data(model: Any, theta: np.ndarray, customers: int, rng: np.random.Generator) -> Any:
    if isinstance(model, GammaGamma):
        return simulated_spend(model, theta, customers, rng)
    return simulated_patterns(model, theta, customers, rng, weeks=(100.0, 300.0))


@pytest.mark.slow
@pytest.mark.parametrize("kind", list(TRUTH))
def test_two_hundred_shops_of_three_thousand(kind: type) -> None:
    model, theta, rng = kind(), np.array(TRUTH[kind]), np.random.default_rng(20)
    gaps, held = [], []
    for _ in range(200):
        fit = model.fit(data(model, theta, 3_000, rng), prior="off")
        gaps.append(np.log(fit.theta / theta))
        held.append([p.low <= t <= p.high for p, t in zip(fit.params, theta, strict=True)])
    bias, cover = np.mean(gaps, axis=0), np.mean(held, axis=0)
    print(f"{model.name}: log bias {bias.round(4)}, coverage {cover}")
    assert np.abs(bias).max() <= 0.05
    # 200 binomial draws at 95 %: four standard errors are 6 points.
    assert (cover >= 0.89).all()
    assert abs(cover.mean() - 0.95) <= 0.03


@pytest.mark.slow
@pytest.mark.parametrize("kind", [BGNBD, ParetoNBD])
def test_coverage_of_four_hundred(kind: type) -> None:
    model, theta, rng = kind(), np.array(TRUTH[kind]), np.random.default_rng(21)
    held = [
        [
            p.low <= t <= p.high
            for p, t in zip(model.fit(data(model, theta, 2_000, rng), prior="off").params, theta, strict=True)
        ]
        for _ in range(400)
    ]
    cover = np.mean(held, axis=0)
    print(f"{model.name}: coverage {cover}")
    assert ((cover >= 0.92) & (cover <= 0.98)).all()


@pytest.mark.slow
def test_few_customers_with_the_prior_cover_too() -> None:
    model, theta, rng = BGNBD(), np.array(TRUTH[BGNBD]), np.random.default_rng(22)
    held = [
        [p.low <= t <= p.high for p, t in zip(model.fit(data(model, theta, 80, rng)).params, theta, strict=True)]
        for _ in range(200)
    ]
    assert np.mean(held) >= 0.92
