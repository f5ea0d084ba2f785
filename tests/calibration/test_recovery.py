"""Promises 4 and 5 for every other model: parameters come back without bias, and 95 % intervals hold them.

BG/NBD, MBG/NBD, Pareto/NBD and Gamma-Gamma have a larger test of their own (test_models_recovery.py), Pareto/GGG and
time-varying covariates too. Shops are such that the parameters can be told: two to six years of orders; for GGompertz/NBD
lives that end within them, for without that its hazard is Pareto/NBD's; for BdW and two segments 24 renewals, as c and the
loyal segment show late. The correlation of Pareto/NBD is never told well, as its form allows so little of it.
"""

from __future__ import annotations

import numpy as np
import pytest
from tests.calibration.known_shops import (
    Case,
    cohorts,
    occasions,
    older,
    purchases,
    spends,
    spends_of_two_kinds,
    subscribers,
    with_covariates,
)

SEED = 23
Z95 = 1.959964
MOVED, EFFECTS = ("trans_web", "life_web", "life_old"), [0.5, 0.4, -0.5]

CASES = [
    Case("nbd", purchases("nbd", [0.5, 20.0], 3000)),
    Case("bg_cnbd_2", purchases("bg_cnbd_2", [0.8, 10.0, 0.8, 2.5], 3000)),
    Case("bg_cnbd_3", purchases("bg_cnbd_3", [0.8, 7.0, 0.8, 2.5], 3000)),
    Case("mbg_cnbd_2", purchases("mbg_cnbd_2", [0.8, 10.0, 0.8, 2.5], 3000)),
    Case("mbg_cnbd_3", purchases("mbg_cnbd_3", [0.8, 7.0, 0.8, 2.5], 3000)),
    Case("ggompertz_nbd", purchases("ggompertz_nbd", [0.8, 8.0, 0.05, 1.0, 2000.0], 3000), 60),
    Case("bg_bb", occasions([1.2, 0.75, 0.66, 2.78], 3000, 10)),
    Case(
        "pareto_nbd_correlated",
        purchases("pareto_nbd_correlated", [2.0, 12.0, 2.0, 12.0, 5.0], 3000, (20, 60)),
        60,
        free=("cor",),
        flat=("cor",),
    ),
    Case("pareto_nbd+covariates", with_covariates("pareto_nbd", [0.6, 20.0, 1.2, 60.0], EFFECTS, 3000), 60, MOVED),
    Case("bg_nbd+covariates", with_covariates("bg_nbd", [0.6, 20.0, 0.8, 2.5], EFFECTS, 3000), free=MOVED),
    Case("left_truncated, all", older("all", [0.8, 10.0, 1.0, 60.0], 3000), 60),
    Case("left_truncated, buyers", older("buyers", [0.8, 10.0, 1.0, 60.0], 3000), 60),
    Case("gamma_gamma_dependent", spends("gamma_gamma_dependent", [6.25, 3.74, 15.44, 1.22], 3000), free=("delta",)),
    Case("normal_normal", spends("normal_normal", [2.0, 1.0, 4.5, 1.1], 3000), free=("m", "b")),
    Case("gamma_gamma+covariates", spends_of_two_kinds([6.25, 3.74, 15.44], 0.4, 3000), free=("spend_web",)),
    Case("sbg", subscribers("sbg", [0.8, 2.5], 3000, 12)),
    Case("bdw", subscribers("bdw", [0.8, 2.5, 1.3], 5000, 24)),
    Case("discrete_weibull", subscribers("discrete_weibull", [0.3, 0.7], 3000, 12)),
    Case("constant_churn", subscribers("constant_churn", [0.2], 3000, 12)),
    Case("two_segments", subscribers("two_segments", [1.0, 0.08, 0.8], 3000, 24)),
    Case("ten cohorts of sbg", cohorts([0.8, 2.5], 0.3, 10, 1000), 40),
]


def seen(case: Case) -> tuple[list[str], np.ndarray, np.ndarray, np.ndarray]:
    """Names; each fit's gap to the truth, the same in standard errors, and whether its intervals hold the truth."""
    rng = np.random.default_rng(SEED)
    told = [case.made(rng) for _ in range(case.shops)]
    names = list(dict.fromkeys(p.name for p in told[0][0]))
    free = np.array([name in case.free for name in names])

    def scale(values: list[list[float]]) -> np.ndarray:
        """On the scale of the intervals; cohorts of one shop are rows of their own."""
        rows = np.array(values, dtype=np.float64).reshape(-1, len(names))
        return np.where(free, rows, np.log(np.where(free, 1.0, rows)))

    at, low, high = (
        scale([[getattr(p, side) for p in fit] for fit, _ in told]) for side in ("estimate", "low", "high")
    )
    true = scale([list(truth) for _, truth in told])
    return names, at - true, (at - true) / ((high - low) / (2.0 * Z95)), (low <= true) & (true <= high)


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_parameters_come_back_and_intervals_hold(case: Case) -> None:
    names, gap, errors, held = seen(case)
    bias, square, cover = gap.mean(axis=0), (errors**2).mean(axis=0), held.mean(axis=0)
    print(f"\n{case.name}, {case.shops} shops: " + "; ".join(
        f"{n} bias {b:+.3f} cover {c:.3f} z2 {s:.2f}" for n, b, c, s in zip(names, bias, cover, square, strict=True)
    ))  # fmt: skip
    firm = np.array([name not in case.flat for name in names])
    chance = np.sqrt(0.95 * 0.05 / len(gap))
    assert np.abs(bias[firm]).max() <= 0.05
    assert (cover >= 0.95 - 4.0 * chance).all()
    assert cover.mean() >= 0.95 - 3.0 * chance
    # Errors neither too small nor too large: the mean of so many chi-squares of one degree, within five standard errors.
    assert (np.abs(square[firm] - 1.0) <= 5.0 * np.sqrt(2.0 / len(gap))).all()
