"""S3 where the model is right: what staying in a tier loses is what it was expected to lose, and never two in a hundred.

Seeds, and the bound on the loss, were set before this was run, the bound on moves after runs that explored; of 20 shops, as it was first, the loss of the thin one was not told from 2 % (.0205,
known to .003), so there are ten times as many. The moves that are saved are printed: they are half of all in two of the
three shops, and two in five in the middle one, where the posterior is sure of most.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from lifelong.decide import tiers
from lifelong.decide.tiers import NEW, Cuts
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.pareto_nbd import ParetoNBD

#: r, alpha, s, beta: most have one order (as at CDNOW), some come again, nearly all do (as at a grocer).
KINDS = {"thin": (0.55, 10.6, 0.6, 11.7), "middle": (1.0, 6.0, 0.8, 20.0), "busy": (2.0, 3.0, 0.5, 40.0)}
SPEND = np.array([6.0, 4.0, 15.0])
SHOPS, CUSTOMERS, SEED = 200, 3000, 900
FIRST, MONTHS, MONTH, AFTER, HORIZON = 300, 5, 30, 60, 26.0


class Shop:
    """Customers who first came within 26 weeks, and every order day after the first with what it brought."""

    def __init__(self, theta: tuple[float, ...], seed: int) -> None:
        rng = np.random.default_rng(seed)
        born = rng.uniform(0.0, 26.0, CUSTOMERS)
        _, _, gone = ParetoNBD().simulate(np.array(theta), np.zeros(CUSTOMERS), rng)
        end = np.minimum(gone, (FIRST + MONTHS * MONTH + AFTER) / 7.0 - born)
        # rates anew: of Pareto/NBD the rate says nothing of the time of leaving
        owner = np.repeat(np.arange(CUSTOMERS), rng.poisson(rng.gamma(theta[0], 1.0 / theta[1], CUSTOMERS) * end))
        day = np.floor(7.0 * (born[owner] + rng.random(len(owner)) * end[owner])).astype(np.int64)
        self.first = np.floor(7.0 * born).astype(np.int64)
        later = day > self.first[owner]
        self.owner, self.day = np.unique(np.c_[owner, day][later], axis=0).T
        rate = rng.gamma(SPEND[1], 1.0 / SPEND[2], CUSTOMERS)
        self.paid = rng.gamma(SPEND[0], 1.0 / rate[self.owner])
        self.theta = np.array(theta)

    def seen(self, day: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Each customer's value as of a day, order days, and what came after."""
        past, next_ = self.day <= day, (self.day > day) & (self.day <= day + AFTER)
        x = np.bincount(self.owner[past], minlength=CUSTOMERS)
        last = self.first.copy()
        np.maximum.at(last, self.owner[past], self.day[past])
        orders = ParetoNBD().expect(self.theta, x, (last - self.first) / 7.0, (day - self.first) / 7.0, HORIZON)
        value = orders * GammaGamma().expect(SPEND, x, np.bincount(self.owner[past], self.paid[past], CUSTOMERS))
        return value, x + 1.0, np.bincount(self.owner[next_], self.paid[next_], CUSTOMERS)


def followed(shop: Shop) -> tuple[np.ndarray, np.ndarray]:
    """What is lost above each cut, as shares: expected and come, shape (2, cuts); and moves, soft and by the cuts."""
    cuts, ids = Cuts.parse(), np.arange(CUSTOMERS)
    before, kept, best, placed = np.full(CUSTOMERS, NEW), np.zeros((2, 3)), np.zeros((2, 3)), []
    for month in range(MONTHS):
        value, days, came = shop.seen(FIRST + month * MONTH)
        made = tiers.tiered(value, ids, days, before, cuts)
        placed.append((made.tier, made.by_cut))
        rank = np.argsort(-value, kind="stable")
        for row, worth in enumerate((value, came)):
            for tier in range(3) if month else ():
                chosen = made.tier <= tier
                kept[row, tier] += worth[chosen].sum()
                best[row, tier] += worth[rank[: chosen.sum()]].sum()
        before = made.tier
    moves = [sum(tiers.churn(one[kind], two[kind]) for one, two in pairwise(placed)) for kind in (0, 1)]
    return 1.0 - kept / best, np.array(moves)


@pytest.mark.slow
@pytest.mark.parametrize("name", KINDS)
def test_staying_loses_what_was_expected(name: str) -> None:
    told = [followed(Shop(KINDS[name], SEED + one)) for one in range(SHOPS)]
    lost, moves = np.array([a for a, _ in told]), np.sum([b for _, b in told], axis=0)
    mean = lost.mean(axis=0)
    error = (lost[:, 1] - lost[:, 0]).std(axis=0) / np.sqrt(SHOPS)
    print(f"{name}: moves {moves[0] / moves[1]:.2f}; lost {mean.round(4).tolist()}, known to {error.round(4).tolist()}")
    assert moves[0] < 0.65 * moves[1]
    assert (mean < 0.02).all()
    assert (np.abs(mean[1] - mean[0]) < 4.0 * error).all()
