"""What nests in what, to 1e-8, and sums over all counts: oracles that need no figure from outside.

Others stand beside their models: k = 1 of CNBD-k in ``test_regular``, c = 1 of BdW in ``test_sbg``, no correlation in
``test_correlation``, no effect and no growth in ``test_covariates``, ``test_time_varying`` and ``test_gompertz``.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lifelong.models import cnbd_k
from lifelong.models.bg_bb import BGBB
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.correlation import CorrelatedParetoNBD
from lifelong.models.covariates import Covariates
from lifelong.models.ggompertz_nbd import GGompertzNBD
from lifelong.models.mbg_nbd import MBGNBD
from lifelong.models.nbd import NBD
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.models.time_varying import TimeVaryingParetoNBD
from lifelong.values import Course, Timelines

PARETO, BETA = [0.9, 4.0, 0.8, 12.0], [0.9, 4.0, 0.7, 2.5]
COUNTS: list[tuple[Any, list[float]]] = [
    (NBD(), [0.9, 4.0]),
    (ParetoNBD(), PARETO),
    (CorrelatedParetoNBD(), [*PARETO, 3.0]),
    (GGompertzNBD(), [0.9, 4.0, 0.02, 0.8, 0.4]),
    (BGNBD(), BETA),
    (MBGNBD(), BETA),
    (cnbd_k.BGCNBD2(), BETA),
    (cnbd_k.BGCNBD5(), BETA),
    (cnbd_k.MBGCNBD2(), BETA),
    (cnbd_k.MBGCNBD5(), BETA),
    (BGBB(), [1.2, 0.75, 0.66, 2.8]),
]


@pytest.mark.parametrize(("model", "theta"), COUNTS, ids=lambda v: getattr(v, "name", ""))
def test_probabilities_of_all_counts_sum_to_one_and_their_mean_is_the_expectation(
    model: Any, theta: list[float]
) -> None:
    at, most = np.array(theta), 1500
    for t in (1, 13, 52):
        n = np.arange(t + 1 if model.name == "bg_bb" else most)
        pmf = model.pmf_new(at, n, t)
        assert (pmf >= 0.0).all()
        assert pmf.sum() == pytest.approx(1.0, abs=1e-8)
        assert pmf @ n == pytest.approx(float(model.expect_new(at, t)), rel=1e-8)


def test_covariates_that_change_but_do_not_are_static_covariates() -> None:
    rng, size, days = np.random.default_rng(3), 60, 364
    gender, channel = rng.integers(0, 2, (2, size))
    T = rng.integers(100, days, size)
    x, t_x, _ = ParetoNBD().simulate(np.array(PARETO), T / 7.0, rng)
    last = np.where(x > 0, np.clip(np.ceil(t_x * 7.0), 1, T), 0).astype(int)
    x = np.minimum(x, last)
    # A timeline has each order's day: all of a customer's fall on the last days up to it, for their sum is what counts.
    who = np.repeat(np.arange(size), x)
    day = np.concatenate([np.arange(end - n + 1, end + 1) for end, n in zip(last, x, strict=True)])
    halves = np.column_stack([T // 2, T - T // 2]).ravel()
    values = np.repeat(np.column_stack([gender, channel]), 2, axis=0).astype(float)
    told = Timelines.of(Course.of(("gender", "channel"), values, np.repeat(np.arange(size), 2), halves), who, day)
    table = {"x": x, "t_x": last, "T": T, "gender": gender.astype(float), "channel": channel.astype(float)}
    static, moving = Covariates(ParetoNBD(), ["gender", "channel"], ["gender", "channel"]), TimeVaryingParetoNBD()
    static = Covariates.of(static.fit(table))
    gamma = {"order": np.array([0.3, 0.6]), "leave": np.array([-0.5, 0.8])}
    here = np.r_[PARETO, np.exp(gamma["order"]), np.exp(gamma["leave"])]
    there = np.r_[PARETO, gamma["leave"], gamma["order"]]
    assert moving.loglik(there, told) == pytest.approx(static.loglik_each(here, table).sum(), abs=1e-8)
    np.testing.assert_allclose(moving.alive(there, told), static.alive(here, table), rtol=1e-8)
    ahead = Course.of(("gender", "channel"), values[::2], np.arange(size), np.full(size, 182))
    np.testing.assert_allclose(
        moving.expect(there, told, ahead, 0.002), static.expect(here, table, 26.0, 0.002), rtol=1e-8
    )
