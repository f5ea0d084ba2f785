"""Shops whose parameters are known, one kind for every model: simulated, fitted, and set beside the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import plugins
from lifelong.models.cohorts import fit_cohorts
from lifelong.models.covariates import Covariates
from lifelong.models.encoding import Encoding
from lifelong.models.gamma_gamma import GammaGamma
from lifelong.models.left_truncated import LeftTruncated
from lifelong.models.optimise import estimates_of, fit_spend
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.models.special import tally
from lifelong.models.spend_covariates import SpendCovariates
from lifelong.testing import simulated_spend
from lifelong.values import Patterns, Tenures

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lifelong.values import Estimate

    Floats = np.ndarray
    #: What a fit said, and what was true.
    Said = tuple[Sequence[Estimate], Sequence[float]]


@dataclass(frozen=True)
class Case:
    """A model and a kind of shop.

    Attributes:
        name: of the model, and of what modifies it.
        made: simulates one shop and fits the model to it.
        shops: how many are made.
        free: estimates of either sign, whose gap to the truth is a difference and not the logarithm of a ratio.
        flat: estimates that such data hardly hold: only that their intervals hold the truth is asked of them.
    """

    name: str
    made: Callable[[np.random.Generator], Said]
    shops: int = 100
    free: tuple[str, ...] = ()
    flat: tuple[str, ...] = ()


def whole_days(x: Any, t_x: Floats, T: Floats) -> tuple[Floats, Floats, Floats]:
    """Histories as a summary counts them: order days and days, to the nearest; two orders of a day are one."""
    days = np.where(x > 0, np.clip(np.rint(t_x * 7.0), 1, T), 0).astype(np.int64)
    return np.minimum(x, days), days, T


def came(customers: int, weeks: tuple[int, int]) -> Floats:
    """Days since the first order: the customers came on twelve days spread evenly over ``weeks``, for quick fits."""
    return np.resize(np.linspace(*weeks, 12).astype(np.int64) * 7, customers)


def purchases(
    name: str, theta: Sequence[float], customers: int, weeks: tuple[int, int] = (100, 300)
) -> Callable[[np.random.Generator], Said]:
    """A shop of a purchase model."""
    model, true = plugins.load("models", name)(), np.array(theta)
    T = came(customers, weeks)

    def made(rng: np.random.Generator) -> Said:
        x, t_x, _ = model.simulate(true, T / 7.0, rng)
        fit = model.fit(Patterns.grouped(*whole_days(x, t_x, T)), prior="off")
        return fit.params, truth(model, true)

    return made


def truth(model: Any, theta: Floats) -> list[float]:
    """The true parameters in the words of the model's estimates."""
    return [p.estimate for p in estimates_of(model, theta, np.zeros((len(theta), len(theta))))]


def occasions(theta: Sequence[float], customers: int, most: int) -> Callable[[np.random.Generator], Said]:
    """Donors asked on up to ``most`` occasions."""
    from lifelong.models.bg_bb import BGBB

    model, true, n = BGBB(), np.array(theta), np.resize(np.arange(most // 2, most + 1), customers)

    def made(rng: np.random.Generator) -> Said:
        x, t_x, _ = model.simulate(true, n, rng)
        return model.fit(Patterns.grouped(x, t_x, n), prior="off").params, theta

    return made


def with_covariates(
    name: str, theta: Sequence[float], coefficients: Sequence[float], customers: int
) -> Callable[[np.random.Generator], Said]:
    """Customers of two channels, old and young: one covariate moves ordering, both move leaving."""
    T = came(customers, (100, 300))
    true = np.r_[np.array(theta), np.exp(coefficients)]

    def made(rng: np.random.Generator) -> Said:
        table = {"web": rng.integers(0, 2, customers), "old": rng.integers(0, 2, customers), "T": T}
        base = plugins.load("models", name)()
        model = Covariates(base, ["web"], ["web", "old"], encoding=Encoding.learn(table, ["web", "old"]))
        x, t_x, _ = model.simulate(true, table, rng)
        days = whole_days(x, t_x, T)
        fit = model.fit(table | {"x": days[0], "t_x": days[1]}, prior="off")
        return fit.params, [*theta, *coefficients]

    return made


def older(seen: Any, theta: Sequence[float], customers: int) -> Callable[[np.random.Generator], Said]:
    """A shop whose orders are known for three years only, though some customers came one or three years before that."""
    base, true = ParetoNBD(), np.array(theta)
    before, T = (np.resize(days, customers) for days in ([0, 0, 364, 1092], [1092, 546, 1092, 1092]))

    def made(rng: np.random.Generator) -> Said:
        rate = rng.gamma(true[0], 1.0 / true[1], customers)
        death = 7.0 * rng.exponential(size=customers) / rng.gamma(true[2], 1.0 / true[3], customers)
        there = np.clip(np.minimum(death - before, T), 0.0, None) / 7.0
        x = rng.poisson(rate * there)
        # Of x orders at random in the time there, the last is where the largest of x uniform numbers falls.
        x, t_x, _ = whole_days(x, there * rng.random(customers) ** (1.0 / np.maximum(x, 1)), T)
        rows = (x > 0) | (before == 0) | (seen == "all")
        table = {"x": x[rows], "t_x": t_x[rows], "T": T[rows], "before": before[rows]}
        return LeftTruncated(base, seen).fit(table, prior="off").params, theta

    return made


def spends(name: str, theta: Sequence[float], customers: int) -> Callable[[np.random.Generator], Said]:
    """Customers of one to eight orders and what these brought."""
    model, true = plugins.load("spend", name)(), np.array(theta)

    def made(rng: np.random.Generator) -> Said:
        fit = fit_spend(model, simulated_spend(model, true, customers, rng), prior="off")
        return fit.params, truth(model, true)

    return made


def spends_of_two_kinds(theta: Sequence[float], more: float, customers: int) -> Callable[[np.random.Generator], Said]:
    """Customers of two channels, of which one spends e^more times as much."""
    true, model = np.array(theta), GammaGamma()

    def made(rng: np.random.Generator) -> Said:
        web, x = rng.integers(0, 2, customers), rng.integers(1, 9, customers)
        owner = np.repeat(np.arange(customers), x)
        each = model.draw_spend(true, np.zeros(customers), owner, rng) * true[2] * np.exp(more * web)[owner]
        table = {"x": x, "total": tally(owner, each, customers), "web": web}
        return SpendCovariates(["web"]).fit(table, prior="off").params, [*theta, more]

    return made


def watched(lifetimes: Any, renewals: Any) -> Tenures:
    """Subscribers as they are known who were watched for so many renewals."""
    return Tenures.of(np.minimum(lifetimes - 1, renewals), lifetimes - 1 < renewals)


def subscribers(name: str, theta: Sequence[float], customers: int, most: int) -> Callable[[np.random.Generator], Said]:
    """Subscribers who joined evenly over ``most`` periods."""
    model, true = plugins.load("contracts", name)(), np.array(theta)
    renewals = np.resize(np.arange(1, most + 1), customers)

    def made(rng: np.random.Generator) -> Said:
        return model.fit(watched(model.simulate(true, customers, rng), renewals), prior="off").params, theta

    return made


def cohorts(mean: Sequence[float], spread: float, number: int, customers: int) -> Callable[[np.random.Generator], Said]:
    """Cohorts of unequal age, each with parameters of its own, drawn about what all have in common."""
    model = plugins.load("contracts", "sbg")()
    ages = np.resize(np.arange(6, 25, 2), number)

    def made(rng: np.random.Generator) -> Said:
        true = np.array(mean) * np.exp(spread * rng.standard_normal((number, 2)))
        data = [watched(model.simulate(one, customers, rng), age) for one, age in zip(true, ages, strict=True)]
        fits = fit_cohorts(model, data).fits
        return [p for fit in fits for p in fit.params], true.ravel().tolist()

    return made
