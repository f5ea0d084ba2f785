"""Customers older than the data: the likelihood by brute force, against simulated lives, and the parameters found again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.integrate import dblquad
from scipy.stats import gamma

import lifelong
from lifelong.errors import ConfigError, DataError, FitError
from lifelong.models.bg_nbd import BGNBD
from lifelong.models.ggompertz_nbd import GGompertzNBD
from lifelong.models.left_truncated import LeftTruncated
from lifelong.models.nbd import NBD
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.models.truncated_objective import TruncatedObjective
from lifelong.values import Patterns

if TYPE_CHECKING:
    from lifelong.models.truncated_objective import Seen

MODELS: list[tuple[Any, list[float]]] = [
    (ParetoNBD(), [0.8, 6.0, 0.9, 30.0]),
    (GGompertzNBD(), [0.8, 6.0, 0.03, 0.9, 60.0]),
    (NBD(), [0.8, 6.0]),
]
NAMES = [model.name for model, _ in MODELS]


def lives(theta: list[float], size: int, rng: np.random.Generator, ages: Any) -> dict[str, Any]:
    """Whole lives from the first order on, of which only what falls into 60 weeks of view is kept, and what comes after."""
    rate = rng.gamma(theta[0], 1 / theta[1], size)
    if len(theta) == 4:
        death = rng.exponential(size=size) / rng.gamma(theta[2], 1 / theta[3], size)
    elif len(theta) == 5:
        death = np.log1p(theta[2] * rng.exponential(size=size) / rng.gamma(theta[3], 1 / theta[4], size)) / theta[2]
    else:
        death = np.full(size, 1e9)
    before = rng.choice(ages, size) * 7
    birth = np.where(before > 0, -before / 7.0, rng.integers(0, 40, size))
    begin, end = np.maximum(birth, 0.0), 60.0
    made = rng.poisson(rate * np.clip(np.minimum(birth + death, end) - begin, 0.0, None))
    # of n orders at random in the time alive, the last is where the largest of n uniform numbers falls
    last = np.clip(np.minimum(birth + death, end) - begin, 0.0, None) * rng.random(size) ** (1 / np.maximum(made, 1))
    T = np.rint((end - begin) * 7).astype(int)
    t_x = np.where(made > 0, np.clip(np.ceil(last * 7), 1, T), 0).astype(int)
    ahead = rng.poisson(rate * np.clip(np.minimum(birth + death, end + 26.0) - end, 0.0, None))
    return {
        "x": np.minimum(made, t_x),
        "t_x": t_x,
        "T": T,
        "before": before,
        "alive": birth + death > end,
        "ahead": ahead,
    }


def kept(table: dict[str, Any], rows: Any) -> dict[str, Any]:
    return {name: values[rows] for name, values in table.items()}


def buyers(table: dict[str, Any]) -> dict[str, Any]:
    """What a file of orders holds: no older customer without one."""
    return kept(table, (table["x"] > 0) | (table["before"] == 0))


def loglik(model: Any, theta: Any, table: dict[str, Any], seen: Seen) -> float:
    return objective(model, table, seen).value(np.array(theta))[0]


def objective(model: Any, table: dict[str, Any], seen: Seen) -> TruncatedObjective:
    histories = Patterns.of(table["x"], table["t_x"], table["T"])
    return TruncatedObjective(model, histories, np.asarray(table["before"], np.int64), seen)


@pytest.mark.parametrize(("x", "t_x"), [(0, 0), (1, 28), (3, 140)])
def test_likelihood_by_brute_force(x: int, t_x: int) -> None:
    """The definition itself, integrated over both rates and, within, over the moment of leaving."""
    (r, alpha, s, beta), S, t, T = MODELS[0][1], 30.0, t_x / 7.0, 30.0

    def of_rates(leave: float, rate: float) -> float:
        there = np.exp(-leave * (S + T) - rate * T)
        both = leave + rate
        gone = leave / both * (np.exp(-leave * S - both * t) - np.exp(-leave * S - both * T))
        never = (1.0 - np.exp(-leave * S)) if x == 0 else 0.0
        return float(
            (rate**x * (there + gone) + never)
            * gamma.pdf(rate, r, scale=1 / alpha)
            * gamma.pdf(leave, s, scale=1 / beta)
        )

    # the densities have a pole at 0: by squares of the rates they have none worth speaking of
    whole = dblquad(lambda u, v: of_rates(u**3, v**3) * 9 * u**2 * v**2, 0, 1.6, 0, 1.2, epsabs=1e-8, epsrel=1e-7)[0]
    table = {"x": [x], "t_x": [t_x], "T": [210], "before": [210]}
    assert loglik(ParetoNBD(), MODELS[0][1], table, "all") == pytest.approx(np.log(whole), abs=1e-5)
    if x:
        none = {"x": [0], "t_x": [0], "T": [210], "before": [210]}
        bought = 1.0 - np.exp(loglik(ParetoNBD(), MODELS[0][1], none, "all"))
        seen = loglik(ParetoNBD(), MODELS[0][1], table, "buyers")
        assert seen == pytest.approx(np.log(whole) - np.log(bought), abs=1e-5)


@pytest.mark.parametrize(("model", "theta"), MODELS, ids=NAMES)
def test_lives_end_and_go_on_as_it_says(model: Any, theta: list[float]) -> None:
    rng, known = np.random.default_rng(1), LeftTruncated(model)
    for age in (0, 20, 150):
        table = lives(theta, 60_000, rng, [age])
        alive, ahead = known.alive(np.array(theta), table), known.expect(np.array(theta), table, 26.0)
        for rows in (table["x"] == 0, table["x"] > 0):
            for what, said in ((table["alive"], alive), (table["ahead"], ahead)):
                gap = what[rows] - said[rows]
                assert abs(gap.mean()) < 4 * gap.std() / np.sqrt(rows.sum()) + 2e-3  # moments are told in whole days
        if age:
            silent = np.exp(loglik(model, theta, {"x": [0], "t_x": [0], "T": [420], "before": [age * 7]}, "all"))
            assert (table["x"] == 0).mean() == pytest.approx(silent, abs=4 * 0.5 / np.sqrt(60_000))


@pytest.mark.parametrize("seen", ["all", "buyers"])
@pytest.mark.parametrize(("model", "theta"), MODELS, ids=NAMES)
def test_gradient(model: Any, theta: list[float], seen: Seen) -> None:
    table = lives(theta, 400, np.random.default_rng(2), [0, 5, 40, 200])
    made = objective(model, table if seen == "all" else buyers(table), seen)
    for factor in (1.0, 1.6):
        at = np.array(theta) * factor
        _, gradient = made.value(at)
        for j in range(len(at)):
            step = np.zeros(len(at))
            step[j] = 1e-5 * at[j]
            rise = (made.value(at + step)[0] - made.value(at - step)[0]) / (2 * step[j])
            assert gradient[j] == pytest.approx(rise, rel=1e-5, abs=1e-4 / at[j])


@pytest.mark.parametrize(("model", "theta"), MODELS, ids=NAMES)
def test_without_older_customers_it_is_the_model(model: Any, theta: list[float]) -> None:
    table = lives(theta, 800, np.random.default_rng(3), [0])
    plain, fit = model.fit(Patterns.grouped(table["x"], table["t_x"], table["T"])), LeftTruncated(model).fit(table)
    assert fit.loglik > plain.loglik - 1e-5
    assert fit.loglik == pytest.approx(model.loglik(fit.theta, Patterns.of(table["x"], table["t_x"], table["T"])))
    assert fit.model == plain.model
    assert fit.loglik == pytest.approx(plain.loglik, abs=1e-5)
    assert [f.code for f in fit.findings] == [f.code for f in plain.findings]
    at = np.array(theta)
    x, t_x, T = table["x"], table["t_x"] / 7.0, table["T"] / 7.0
    np.testing.assert_allclose(LeftTruncated(model).alive(at, table), model.alive(at, x, t_x, T), rtol=1e-12)


@pytest.mark.parametrize("seen", ["all", "buyers"])
def test_the_parameters_are_found_again_and_are_lost_without_it(seen: Seen) -> None:
    theta = MODELS[0][1]
    table = lives(theta, 8_000, np.random.default_rng(4), [0, 20, 60, 150])
    table = table if seen == "all" else buyers(table)
    fit = LeftTruncated(ParetoNBD(), seen).fit(table)
    assert fit.loglik >= loglik(ParetoNBD(), theta, table, seen)
    assert fit.loglik - loglik(ParetoNBD(), theta, table, seen) < 9.0  # chi-squared of 4: once in 900
    gap = np.log(fit.theta / theta) / np.sqrt(np.diag(fit.covariance))
    assert np.abs(gap).max() < 3.5
    assert fit.info["before"] == {"older": int((table["before"] > 0).sum()), "seen": seen, "ages": 4}
    # taken for new customers of the first day they mislead
    plain = ParetoNBD().fit(Patterns.grouped(table["x"], table["t_x"], table["T"]))
    off = np.log(plain.theta / theta) / np.sqrt(np.diag(plain.covariance))
    assert np.abs(off).max() > 6.0


def test_every_age_of_its_own() -> None:
    """Older customers say more of late leaving than the new: the interval of s narrows."""
    theta = MODELS[0][1]
    table = lives(theta, 5_000, np.random.default_rng(5), np.r_[np.zeros(40), np.arange(1, 160)].astype(int))
    made = objective(ParetoNBD(), table, "all")
    (coarse,) = made.coarser()
    assert len(coarse.parts) < 30 < len(made.parts)
    fit, fresh = (
        LeftTruncated(ParetoNBD()).fit(table),
        LeftTruncated(ParetoNBD()).fit(kept(table, table["before"] == 0)),
    )
    assert np.abs(np.log(fit.theta / theta) / np.sqrt(np.diag(fit.covariance))).max() < 3.5
    assert fit.params[2].se < fresh.params[2].se / 2
    assert fit.info["before"]["ages"] == len(made.parts)


def test_customers_who_all_ordered_are_suspicious() -> None:
    table = buyers(lives(MODELS[0][1], 1_000, np.random.default_rng(6), [0, 80]))
    assert "F247" in {f.code for f in LeftTruncated(ParetoNBD(), "all").fit(table).findings}
    assert "F247" not in {f.code for f in LeftTruncated(ParetoNBD(), "buyers").fit(table).findings}


def test_all_of_one_age_and_time() -> None:
    """Nobody is new: that is told, and there is a fit all the same."""
    table = lives(MODELS[0][1], 900, np.random.default_rng(7), [50])
    fit = LeftTruncated(ParetoNBD()).fit(table)
    assert np.isfinite(fit.covariance).all()
    assert "F206" in {f.code for f in fit.findings}
    silent = LeftTruncated(ParetoNBD()).fit(kept(table, table["x"] == 0))
    assert np.isfinite(silent.loglik)


def test_what_it_cannot_take_is_refused() -> None:
    with pytest.raises(FitError, match="bg_nbd cannot be fitted"):
        LeftTruncated(BGNBD())
    with pytest.raises(ConfigError, match="does not say who is seen"):
        LeftTruncated(ParetoNBD(), "some")
    good = {"x": [1, 0], "t_x": [7, 0], "T": [70, 70], "before": [14, 14]}
    with pytest.raises(DataError, match="1 older customers have no order"):
        lifelong.LeftTruncated(ParetoNBD(), "buyers").fit(good)
    for wrong in ([-1, 0], [0.5, 1]):
        with pytest.raises(DataError, match="no number of days"):
            LeftTruncated(ParetoNBD()).fit(good | {"before": wrong})
    for gone in ({"before": ["old", "new"]}, {"before": [1.0, np.nan]}, {"before": [[1, 2]]}):
        with pytest.raises(DataError, match="no age for every customer"):
            LeftTruncated(ParetoNBD()).fit(good | gone)
    with pytest.raises(DataError, match="no age for every customer"):
        LeftTruncated(ParetoNBD()).fit({name: good[name] for name in ("x", "t_x", "T")})
    with pytest.raises(FitError, match="no customer"):
        LeftTruncated(ParetoNBD()).fit({name: np.array([], int) for name in good})
