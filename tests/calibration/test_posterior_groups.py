"""Partial pooling on shops whose groups are known: intervals hold, and what is pooled errs less than either extreme.

Groups' parameters are drawn about a common mean, customers simulated from them. Each group is then told alone, all are told
as one, and all are pooled: pooling should err least, and its intervals hold as many truths as they say.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from lifelong.models.nbd import NBD
from lifelong.posterior import chains, pool, posterior
from lifelong.testing import simulated_patterns
from lifelong.values import Patterns

CENTRE, SD = np.log([0.5, 20.0]), np.array([0.3, 0.3])
SIZES = (300, 200, 120, 80, 60, 40, 30, 20)
SHOPS, DRAWS = 20, 400


@dataclass(frozen=True)
class Told:
    """Squared errors of log parameters, pooled, alone and as one, and whether 50 and 90 % intervals hold: (groups, 2) each."""

    pooled: np.ndarray
    alone: np.ndarray
    as_one: np.ndarray
    held50: np.ndarray
    held90: np.ndarray


def told(sizes: tuple[int, ...], draws: int, seed: int) -> Told:
    rng = np.random.default_rng([seed, 71])
    truth = CENTRE + SD * rng.standard_normal((len(sizes), 2))
    data = [simulated_patterns(NBD(), np.exp(z), n, rng, (50, 100)) for z, n in zip(truth, sizes, strict=True)]
    made = pool(NBD(), {f"group {i}": one for i, one in enumerate(data)}, draws=draws, seed=seed)
    z = np.log([one.theta for one in made.posteriors.values()])  # (groups, draws, 2)

    def mean(of: Patterns) -> np.ndarray:
        one = posterior(NBD(), of, seed=seed)
        return one.weight @ np.log(one.theta)

    def held(share: float) -> np.ndarray:
        low, high = np.quantile(z, [0.5 - share / 2, 0.5 + share / 2], axis=1)
        return (low <= truth) & (truth <= high)

    columns = (np.concatenate([getattr(one, c) for one in data]) for c in ("x", "t_x", "T", "count"))
    return Told(
        pooled=(z.mean(axis=1) - truth) ** 2,
        alone=(np.array([mean(one) for one in data]) - truth) ** 2,
        as_one=(mean(Patterns.of(*columns)) - truth) ** 2,
        held50=held(0.5),
        held90=held(0.9),
    )


def test_small_groups_err_less_together(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 24 intervals of 90 %, fewer than 17 hold once in 300 times if all were independent."""
    monkeypatch.setattr(chains, "TUNE", 50)  # enough for six groups of two parameters
    shops = [told((25,) * 6, 60, seed) for seed in range(2)]
    assert np.sum([s.pooled for s in shops]) < np.sum([s.alone for s in shops])
    assert np.sum([s.held90 for s in shops]) >= 17


@pytest.mark.slow
def test_groups_are_recovered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "TUNE", 200)
    shops = [told(SIZES, DRAWS, seed) for seed in range(SHOPS)]
    pooled, alone, as_one = (np.array([getattr(s, c) for s in shops]) for c in ("pooled", "alone", "as_one"))
    held50, held90 = (float(np.mean([getattr(s, c) for s in shops])) for c in ("held50", "held90"))

    def root(errors: np.ndarray) -> str:
        return str(np.sqrt(errors.mean(axis=(0, 1))).round(3))

    print(f"root mean squared error of r and alpha: pooled {root(pooled)}, alone {root(alone)}, as one {root(as_one)}; "
          f"90 % intervals hold {held90:.3f}, 50 % {held50:.3f}")  # fmt: skip
    # Four standard errors; of 320 intervals, those of r and alpha of a group go together and count once.
    assert abs(held90 - 0.9) <= 4 * np.sqrt(0.09 / 160)
    assert abs(held50 - 0.5) <= 4 * np.sqrt(0.25 / 160)
    for other in (alone, as_one):
        gain = (other - pooled).sum(axis=(1, 2))  # of each shop
        assert gain.mean() > 2 * gain.std(ddof=1) / np.sqrt(SHOPS)
