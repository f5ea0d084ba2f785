"""Partial pooling: the exact gradient, what groups take from each other, recovery, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.errors import ConfigError, FitError
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.nbd import NBD
from lifelong.posterior import chains, pool, stated_prior
from lifelong.posterior.density import density
from lifelong.posterior.groups import Joint, common_prior
from lifelong.testing import simulated_patterns
from lifelong.values import Patterns, Pooled, Spend, to_json

CENTRE, SD = np.array([0.5, 20.0]), np.array([0.2, 0.4])
SIZES = (1_000, 300, 100, 60, 30)


def shop(seed: int) -> tuple[np.ndarray, dict[str, Patterns]]:
    rng = np.random.default_rng(seed)
    truth = CENTRE * np.exp(SD * rng.standard_normal((len(SIZES), 2)))
    named = zip(SIZES, truth, strict=True)
    return truth, {f"of {n}": simulated_patterns(NBD(), theta, n, rng, (50, 100)) for n, theta in named}


@pytest.fixture(scope="module")
def pooled() -> tuple[np.ndarray, Pooled]:
    truth, groups = shop(4)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chains, "TUNE", 150)  # enough for five groups of two parameters, and quicker
        return truth, pool(NBD(), groups, draws=240)


@pytest.mark.parametrize("vary", [[True] * 4, [False, True, False, True]])
def test_the_joint_gradient_is_that_of_the_joint_density(vary: list[bool]) -> None:
    rng = np.random.default_rng(1)
    theta = np.array([0.5, 20.0, 0.8, 2.5])
    data = [simulated_patterns(BGNBD(), theta * np.exp(0.6 * rng.standard_normal(4)), n, rng) for n in (3_000, 200, 20)]
    joint = Joint.about([density(BGNBD(), one, None, 0) for one in data], np.array(vary))
    assert joint.roots[0] is not None  # both ways to walk are looked at
    assert joint.roots[2] is None
    u = 0.3 * rng.standard_normal(joint.size)
    height, gradient = joint.value(u)
    assert np.isfinite(height)
    slopes = [(joint.value(u + e)[0] - joint.value(u - e)[0]) / 2e-5 for e in 1e-5 * np.eye(joint.size)]
    assert np.allclose(gradient, slopes, rtol=1e-5, atol=1e-4)


def test_small_groups_take_more_from_the_others_than_large_ones(pooled: tuple[np.ndarray, Pooled]) -> None:
    truth, made = pooled
    assert (np.diff(made.shrinkage, axis=0) > 0).all()
    assert made.shrinkage.min() > 0
    assert made.shrinkage.max() < 1
    centre = np.exp(made.mean.mean(axis=0))
    told = np.array([one.centre for one in made.posteriors.values()])
    # The smallest group moves to the rest, the largest by less than its own standard deviation.
    assert (np.abs(np.log(told[-1] / centre)) < np.abs(np.log(made.alone[-1] / centre)) + 0.05).all()
    first = next(iter(made.posteriors.values()))
    assert (np.abs(np.log(told[0] / made.alone[0])) < np.sqrt(np.diag(first.covariance))).all()
    for theta, one in zip(truth, made.posteriors.values(), strict=True):
        gap = np.log(one.centre / theta) / np.sqrt(np.diag(one.covariance))
        assert (np.abs(gap) < 4).all()


def test_what_groups_have_in_common(pooled: tuple[np.ndarray, Pooled]) -> None:
    _, made = pooled
    error = made.mean.std(axis=0)
    assert (np.abs(made.mean.mean(axis=0) - np.log(CENTRE)) < 4 * error).all()
    assert (np.quantile(made.spread, 0.005, axis=0) < SD).all()
    assert (np.quantile(made.spread, 0.995, axis=0) > SD).all()
    new = np.log(made.new_group(4_000, np.random.default_rng(1)))
    assert np.allclose(new.mean(axis=0), made.mean.mean(axis=0), atol=0.05)
    assert np.allclose(new.var(axis=0), (made.spread**2).mean(axis=0) + made.mean.var(axis=0), rtol=0.25)


def test_each_group_is_a_posterior_to_score_with(pooled: tuple[np.ndarray, Pooled]) -> None:
    _, made = pooled
    one = made["of 60"]
    assert one.as_fit(100).draws(10, np.random.default_rng(1)).shape == (10, 2)
    assert one.origin.customers == 60
    assert one.theta.shape == (240, 2)
    assert one.to_arviz().posterior["r"].shape == (4, 60)
    assert "5 groups pooled, 240 draws" in str(made)
    assert len(made.rows()) == 10
    assert '"spread"' in to_json(made)


def test_a_parameter_may_be_common_to_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chains, "TUNE", 60)  # what is common is looked at, not the draws
    _, groups = shop(5)
    made = pool(NBD(), dict(list(groups.items())[:3]), vary=("alpha",), draws=40)
    r = np.array([one.theta[:, 0] for one in made.posteriors.values()])
    assert np.array_equal(r[0], r[2])
    assert (made.spread[:, 0] == 0).all()
    assert np.array_equal(made.shrinkage[:, 0], np.ones(3))
    assert "F276" in {f.code for f in made.findings}


def test_spends_have_a_prior_in_units_of_the_typical_one() -> None:
    few = [Spend(np.array([2, 1]), np.array([2.0, 1.0]) * unit, np.array([1, 1])) for unit in (10.0, 1_000.0)]
    shift = common_prior(GammaGamma(), few).mean - stated_prior(GammaGamma()).mean
    assert np.allclose(shift, [0.0, 0.0, np.log(100.0)])
    assert np.array_equal(common_prior(NBD(), [Patterns.of([0], [0], [9])]).mean, stated_prior(NBD()).mean)


def test_what_cannot_be_pooled() -> None:
    some = Patterns.of([0, 2], [0, 50], [300, 300], [5, 5])
    with pytest.raises(FitError, match="1 group is not several") as caught:
        pool(NBD(), {"a": some})
    assert caught.value.code == "E222"
    with pytest.raises(FitError, match="without a customer: b"):
        pool(NBD(), {"a": some, "b": Patterns.of([], [], [])})
    with pytest.raises(ConfigError, match="no parameter 'alhpa'") as wrong:
        pool(NBD(), {"a": some, "b": some}, vary=("alhpa",))
    assert (wrong.value.code, "did you mean 'alpha'" in str(wrong.value)) == ("E302", True)
