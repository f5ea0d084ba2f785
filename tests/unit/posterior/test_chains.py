"""The long form of a posterior: it agrees with the quick one, repeats itself, and says when its chains did not meet."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from lifelong.errors import ConfigError
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.climb import Prior
from lifelong.models.nbd import NBD
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.posterior import posterior, stated_prior
from lifelong.posterior.chains import judged
from lifelong.values import Patterns, Posterior
from lifelong.values.arviz import arviz

if TYPE_CHECKING:
    from pathlib import Path

FEW = Patterns.of([0, 1, 2, 5], [0, 100, 180, 300], [365, 365, 365, 365], [12, 5, 2, 1])


@pytest.fixture(scope="module")
def cdnow(shared_data: Path) -> Patterns:
    with (shared_data / "cdnow" / "cdnow_cbs_39w.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    x, t_x, T = (np.array([float(row[name]) for row in rows]) for name in ("x", "t_x", "T"))
    return Patterns.grouped(x, np.rint(t_x * 7), np.rint(T * 7))


def agree(one: Posterior, other: Posterior) -> bool:
    """Means and spreads of the log parameters within four Monte Carlo errors of both."""
    sd = np.sqrt(np.diag(other.covariance))
    share = sum(1.0 / made.diagnostics["ess"] for made in (one, other))
    gap = np.abs(np.log(one.centre / other.centre)) / sd
    spread = np.abs(np.log(np.diag(one.covariance) / np.diag(other.covariance))) / 2.0
    # A spread is known to sqrt(1 / 2n) of itself for a normal; for skewed ones to about twice that.
    return bool((gap < 4.0 * np.sqrt(share)).all() and (spread < 4.0 * np.sqrt(2.0 * share)).all())


def test_both_forms_agree_on_cdnow(cdnow: Patterns) -> None:
    quick, long = posterior(BGNBD(), cdnow, draws=2_000), posterior(BGNBD(), cdnow, how="nuts", draws=1_200)
    assert agree(quick, long)
    assert long.diagnostics["r_hat"] < 1.01
    assert (long.findings, quick.findings) == ((), ())


@pytest.mark.slow
def test_both_forms_agree_on_cdnow_for_pareto_too(cdnow: Patterns) -> None:
    assert agree(posterior(ParetoNBD(), cdnow, draws=2_000), posterior(ParetoNBD(), cdnow, how="nuts", draws=2_000))


def test_both_forms_agree_on_twenty_customers() -> None:
    assert agree(posterior(NBD(), FEW, draws=4_000), posterior(NBD(), FEW, how="nuts", draws=2_000))


def test_equal_seeds_give_equal_chains() -> None:
    one, two, other = (posterior(NBD(), FEW, how="nuts", draws=400, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.theta, two.theta)
    assert not np.array_equal(one.theta, other.theta)
    assert np.array_equal(one.weight, np.full(400, 1 / 400))


def test_the_density_of_each_draw_is_the_posteriors() -> None:
    made, prior = posterior(NBD(), FEW, how="nuts", draws=40), stated_prior(NBD())
    told = [NBD().loglik(theta, FEW) + prior.value(np.log(theta))[0] for theta in made.theta]
    assert np.allclose(made.log_density, told, rtol=1e-10)


def test_a_funnel_of_a_prior_is_told() -> None:
    wide = Prior(stated_prior(BGNBD()).mean, np.full(4, 4.0))
    made = posterior(BGNBD(), FEW, wide, how="nuts", draws=200)
    assert {"F272", "F273"} <= {f.code for f in made.findings}


def test_chains_that_did_not_meet_and_steps_that_left_the_path() -> None:
    u = np.random.default_rng(1).standard_normal((4, 500, 2))
    figures, found = judged(u, 0)
    assert found == []
    assert figures["ess"] > 1_000
    u[0, :, 1] += 1.0
    figures, found = judged(u, 3)
    assert [f.code for f in found] == ["F273", "F274"]
    assert figures["r_hat"] > 1.05
    assert judged(np.full((4, 100, 1), np.nan), 0)[1][0].code == "F273"


@pytest.mark.parametrize("how", ["nuts", "laplace"])
def test_arviz_gets_the_same_draws(how: str) -> None:
    made = posterior(NBD(), FEW, how=how, draws=400)
    told = made.to_arviz()
    assert told.posterior.attrs["model"] == "nbd"
    alpha = told.posterior["alpha"].values
    assert alpha.shape == ((4, 100) if how == "nuts" else (1, 400))
    assert set(alpha.ravel()) <= set(made.theta[:, 1])
    if how == "nuts":
        assert np.array_equal(alpha.ravel(), made.theta[:, 1])
        assert np.array_equal(told.sample_stats["lp"].values.ravel(), made.log_density)


def test_the_first_chains_of_a_day_warn_of_nothing(tmp_path: Path) -> None:
    work = "from lifelong.posterior.chains import judged; import numpy as np; judged(np.random.rand(4, 50, 1), 0)"
    nutpie = "from lifelong.posterior.chains import walk; walk(lambda u: (-float(u @ u) / 2, -u), 1, 40, 1)"
    for n, code in enumerate((work, nutpie)):
        fresh = {**os.environ, "XDG_CACHE_HOME": str(tmp_path / str(n))}
        run = [sys.executable, "-W", "error::FutureWarning", "-c", code]
        told = subprocess.run(run, env=fresh, capture_output=True, text=True, check=False)
        assert (told.returncode, told.stderr) == (0, "")


def test_pareto_smoothing_is_that_of_arviz() -> None:
    from lifelong.posterior.pareto import smoothed

    for sd in (0.5, 1.5, 3.0):
        log_ratio = np.random.default_rng(4).normal(0.0, sd, 2_000)
        weight, shape = smoothed(log_ratio)
        told, k_hat = arviz("a test").psislw(log_ratio)
        assert shape == pytest.approx(float(k_hat), abs=0.03)
        assert np.allclose(weight, np.exp(told), rtol=0.02)


@pytest.mark.parametrize("package", ["nutpie", "arviz"])
def test_without_the_extra_the_command_is_told(package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    made = posterior(NBD(), FEW, draws=20)
    monkeypatch.setitem(sys.modules, package, None)
    work: dict[str, Any] = {"nutpie": lambda: posterior(NBD(), FEW, how="nuts"), "arviz": made.to_arviz}
    with pytest.raises(ConfigError) as caught:
        work[package]()
    assert caught.value.code == "E303"
    assert "lifelong[bayes]" in caught.value.fix
