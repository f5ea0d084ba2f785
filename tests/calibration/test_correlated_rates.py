"""Pareto/NBD with log-normal rates: known shops come back, truths rank evenly among the draws, CDNOW is as published.

Numbers of shops, seeds, priors and bounds were written down and committed before the first run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import stats
from tests.calibration.test_more_ranks import BAND
from tests.calibration.test_posterior_ranks import even
from tests.reference.logs import Logs
from tests.unit.posterior.test_correlated import MEAN, SLOPES, SPREAD, shop

from lifelong.models.pareto_abe import simulate
from lifelong.posterior import RatePrior, pareto_abe
from lifelong.tables.gaps import spacings
from lifelong.units import day_of
from lifelong.values import Spacings

if TYPE_CHECKING:
    from pathlib import Path

KNOWN, SHOPS, SEED = 20, 120, 2028
PRIOR = RatePrior(centre=(-2.0, -3.5), worth=4.0, spread=((0.8, 0.2), (0.2, 0.6)), degrees=12.0)
CUSTOMERS, WEEKS = 60, 104

#: Medians and 95 % intervals of 7,500 sweeps on CDNOW's 39 weeks in the vignette of the R package BTYDplus (M. Platzer,
#: "Customer base analysis with BTYDplus", model M1 of Abe 2009): two means, two variances and the covariance.
PUBLISHED = {
    "log_lambda": (-3.70, -3.54, -3.32),
    "log_mu": (-3.96, -3.59, -3.26),
    "var_log_lambda": (1.10, 1.34, 1.65),
    "cov_log_lambda_log_mu": (-0.20, 0.13, 0.74),
    "var_log_mu": (1.44, 2.62, 5.05),
}


@pytest.mark.slow
def test_known_shops_come_back() -> None:
    """Intervals of 90 % hold what they promise, and the truth lies no further off than these say."""
    truth = np.r_[np.sqrt(np.diag(SPREAD)), 0.3 / np.sqrt(0.8), MEAN - 2.0 * SLOPES, SLOPES]
    held, off = [], []
    for seed in range(KNOWN):
        data, _, v = shop(500, SEED + seed, SLOPES)
        theta = pareto_abe(data, {"v": v}, draws=400, thin=5, seed=seed).shared.theta
        low, high = np.quantile(theta, [0.05, 0.95], axis=0)
        held.append((low <= truth) & (truth <= high))
        off.append((theta.mean(axis=0) - truth) / theta.std(axis=0))
    z = np.array(off)
    print(f"held {np.mean(held, axis=0).round(2)}, mean z {z.mean(axis=0).round(2)}, z² {(z**2).mean(axis=0).round(2)}")
    # Seven numbers of a shop go together: 140 count as some 60, whose share of 90 % is known to .04.
    assert np.mean(held) > 0.78
    # A weak prior moves what is barely known, the spread of log mu, by less than one standard error.
    assert (np.abs(z.mean(axis=0)) < 1.0).all()


@pytest.mark.slow
def test_the_truth_ranks_evenly_among_the_draws() -> None:
    """Means, spreads and correlation are drawn from the prior; with them the first customer's rates are looked at."""
    rng, below = np.random.default_rng(SEED), []
    T = np.full(CUSTOMERS, float(WEEKS))
    for one in range(SHOPS):
        gamma = stats.invwishart(PRIOR.degrees, (PRIOR.degrees - 3.0) * PRIOR.checked()).rvs(random_state=rng)
        mean = rng.multivariate_normal(PRIOR.centre, gamma / PRIOR.worth)
        rates, _, (who, when) = simulate(mean, gamma, T, rng)
        last = np.zeros(CUSTOMERS)
        np.maximum.at(last, who, when)
        days = np.ceil(7.0 * last).astype(int)
        x = np.minimum(np.bincount(who, minlength=CUSTOMERS), days)
        data = Spacings(x, days, np.full(CUSTOMERS, 7 * WEEKS), np.zeros(CUSTOMERS))
        made = pareto_abe(data, prior=PRIOR, draws=100, thin=20, seed=one)
        sd = np.sqrt(np.diag(gamma))
        truth = np.r_[sd, gamma[0, 1] / sd.prod(), mean, rates[:, 0]]
        drawn = np.column_stack([made.shared.theta, made.lam[:, 0], made.mu[:, 0]])
        below.append((drawn < truth).mean(axis=0))
    even("pareto_abe", np.array(below), np.zeros(SHOPS), BAND)


@pytest.mark.slow
def test_cdnow_is_as_published(shared_data: Path) -> None:
    """Each median lies within a published standard deviation of the published one, and the chains have met."""
    orders = Logs(shared_data).orders("cdnow")
    shared = pareto_abe(spacings(orders, day_of("1997-09-30")), seed=1).shared
    sd, cor, mean = shared.theta[:, :2], shared.theta[:, 2], shared.theta[:, 3:]
    drawn = np.column_stack([mean, sd[:, 0] ** 2, cor * sd.prod(axis=1), sd[:, 1] ** 2])
    low, median, high = np.array(list(PUBLISHED.values())).T
    print(np.quantile(drawn, [0.025, 0.5, 0.975], axis=0).round(2), shared.diagnostics)
    assert (np.abs(np.median(drawn, axis=0) - median) < (high - low) / 3.92).all()
    assert shared.diagnostics["r_hat"] < 1.05
