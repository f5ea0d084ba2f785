"""Fitting: one routine for every model, which ends with a Fit and says honestly how much the data hold.

The prior: a normal one on each log parameter, weak (a factor of e to e^1.5 either way), with means about the
published fits (CDNOW, grocery, apparel: r .24 to 1.8, alpha 2.6 to 93 weeks, a .37 to 1.28, b .7 to 8.9, s .39 to
.61, beta 5.7 to 50 weeks; Gamma-Gamma p 3.1 to 9.9, q 3.4 to 5.7, gamma .3 to 1.7 typical spends). It is on by itself below
500 customers, where the likelihood alone often runs off along a ridge. The reported likelihood never holds it.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from lifelong.errors import ConfigError, FitError
from lifelong.models.climb import Prior, Solved, maximise, tolerance
from lifelong.models.findings import (
    finding,
    pattern_findings,
    shape_findings,
    size_findings,
    spend_findings,
    tenure_findings,
)
from lifelong.phrases import phrase
from lifelong.values import Estimate, Fit, Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lifelong.models.base import ContractModel, Parameter, PurchaseModel, SpendModel
    from lifelong.models.climb import Objective
    from lifelong.values import Finding, Patterns, Spend, Tenures

    Floats = NDArray[np.float64]

#: Below so many customers "auto" takes the prior.
FEW = 500
#: In a direction that the data do not hold, a log parameter is uncertain by this many of its prior's sds.
WIDEST = 3.0
#: Step of the differences of a gradient, relative to the parameter.
STEP = 1e-4
#: Half the width of a 95 % interval, in standard errors.
Z95 = 1.959963984540054


def fit_model(model: PurchaseModel, patterns: Patterns, *, prior: str = "auto", seed: int = 0) -> Fit:
    """Fit a purchase model to patterns.

    Args:
        model: what to fit.
        patterns: distinct histories with counts, in days.
        prior: ``"auto"`` (on below 500 customers), ``"on"`` or ``"off"``; see the module's text.
        seed: kept in the origin; the fit itself draws nothing.

    Returns:
        A Fit: theta, covariance of log(theta), findings. It is always finite.

    Raises:
        FitError: E201 where there is no customer at all.
        ConfigError: E301 where ``prior`` is something else.
    """
    if patterns.customers <= 0:
        raise _nothing("no customer")
    make = getattr(model, "objective", None)
    objective: Objective = make(patterns) if make else PlainObjective(model, patterns)
    origin = Origin(customers=patterns.customers, patterns=len(patterns), seed=seed)
    shift = np.zeros(len(model.params))
    solved = solve(objective, model.params, shift, prior, patterns.customers)
    is_timed = not getattr(model, "is_discrete", False)
    return freeze(model, solved, origin, pattern_findings(patterns, solved.prior_on, FEW, is_timed))


def fit_spend(model: SpendModel, spend: Spend, *, prior: str = "auto", seed: int = 0) -> Fit:
    """Fit a spend model to the customers with x > 0; as :func:`fit_model`.

    Scale parameters (unit ``money``) are searched in units of the typical spend, so that the prior and the bounds mean
    the same in every currency.

    Raises:
        FitError: E201 where no customer has a spend.
    """
    some = spend.x > 0
    customers = int(spend.count[some].sum())
    total = float(spend.total[some] @ spend.count[some])
    is_signed = hasattr(model, "location")
    if customers <= 0 or not (total > 0 or (is_signed and spend.total[some].any())):
        raise _nothing("no customer with a repeat order that brought money")
    typical = typical_amount(spend) if is_signed else typical_spend(spend)
    make = getattr(model, "objective", None)
    objective: Objective = make(spend) if make else PlainObjective(model, spend)
    origin = Origin(customers=customers, patterns=int(some.sum()), seed=seed)
    shift = np.array([typical if p.unit == "money" else 0.0 for p in model.params])
    solved = solve(objective, model.params, shift, prior, customers)
    found = spend_findings(spend, solved.prior_on, FEW, bool(getattr(model, "is_dependent", False)))
    return freeze(model, solved, origin, found)


def typical_spend(spend: Spend) -> float:
    """Log of the geometric mean of the mean spends: where q <= 1 the plain mean is a matter of the largest order."""
    paid = (spend.x > 0) & (spend.total > 0)
    return float(np.average(np.log(spend.total[paid] / spend.x[paid]), weights=spend.count[paid]))


def typical_amount(spend: Spend) -> float:
    """Log of the root mean square of the means, where some are 0 or less."""
    some = spend.x > 0
    return float(np.log(np.average((spend.total[some] / spend.x[some]) ** 2, weights=spend.count[some])) / 2.0)


def fit_tenure(model: ContractModel, tenures: Tenures, *, prior: str | Prior = "auto", seed: int = 0) -> Fit:
    """Fit a contractual model to tenures; as :func:`fit_model`.

    ``prior`` may also be a normal one on log(theta) itself, as cohorts give each other (``models.cohorts``).

    Raises:
        FitError: E201 where there is no subscriber at all.
    """
    if tenures.customers <= 0:
        raise _nothing("no subscriber")
    origin = Origin(customers=tenures.customers, patterns=len(tenures), seed=seed)
    shift = np.zeros(len(model.params))
    solved = solve(model.objective(tenures), model.params, shift, prior, tenures.customers)
    is_pooled = isinstance(prior, Prior)
    first = [finding("F236")] if is_pooled else size_findings(tenures.customers, solved.prior_on, FEW)
    return freeze(model, solved, origin, [*first, *tenure_findings(model, solved.theta, tenures)])


class HasValue(Protocol):
    """All that a Hessian by differences needs."""

    def value(self, theta: Floats) -> tuple[float, Floats]:
        """Value and gradient in theta."""


def hessian_by_differences(objective: HasValue, theta: Floats) -> Floats:
    """Central differences of an objective's exact gradient, error of the order of the step squared."""
    rows = []
    for j, at in enumerate(theta):
        moved = np.tile(theta, (2, 1))
        moved[:, j] = at * (1.0 + STEP), at * (1.0 - STEP)
        rows.append((objective.value(moved[0])[1] - objective.value(moved[1])[1]) / (2.0 * STEP * at))
    hessian = np.array(rows)
    return np.asarray((hessian + hessian.T) / 2.0)


class PlainObjective:
    """The objective of any model that keeps the contract of ``base``: Hessian by differences of exact gradients."""

    def __init__(self, model: Any, data: Any) -> None:
        self.model, self.data, self.size = model, data, len(data.x)

    def value(self, theta: Floats) -> tuple[float, Floats]:
        """Value and gradient in theta."""
        value, gradient = self.model.loglik_gradient(theta, self.data)
        return float(value), gradient

    def hessian(self, theta: Floats) -> Floats:
        """Second derivatives in theta."""
        return hessian_by_differences(self, theta)

    def starts(self) -> list[Floats]:
        """The parameters' own starts, and each a factor of three to both sides."""
        base = np.array([p.start for p in self.model.params])
        return [base, base * 3.0 ** np.resize([1.0, -1.0], len(base)), base * 3.0 ** np.resize([-1.0, 1.0], len(base))]

    def coarser(self) -> list[PlainObjective]:
        """None."""
        return []


def takes_prior(prior: str, customers: int) -> bool:
    """Whether the prior is on: ``"on"``, ``"off"``, or by the number of customers."""
    if prior not in {"auto", "on", "off"}:
        raise ConfigError(
            "E301",
            phrase("{prior!r} is not a prior", prior=prior),
            where="prior",
            why="it is switched, not named",
            fix="take auto, on or off",
        )
    return prior == "on" or (prior == "auto" and customers < FEW)


def solve(
    objective: Objective, params: Sequence[Parameter], shift: Floats, prior: str | Prior, customers: int
) -> Solved:
    """The optimum within the parameters' bounds, with or without their prior."""
    began = time.perf_counter()
    mean, sd = np.array([p.prior for p in params]).T
    on = isinstance(prior, Prior) or takes_prior(prior, customers)
    used = prior if isinstance(prior, Prior) else Prior(mean + shift, sd if on else np.full(len(sd), np.inf))
    low = np.log([p.low for p in params]) + shift
    high = np.log([p.high for p in params]) + shift
    climb = maximise(objective, used, low, high)
    covariance, held = covariance_of(climb.hessian, sd)
    loglik = climb.value - used.value(climb.z)[0]
    return Solved(climb, low, high, covariance, loglik, held, on, time.perf_counter() - began)


def covariance_of(hessian: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Covariance of log(theta), and the information in units of the prior's, smallest first.

    A direction that the data hold less firmly than a prior of three times its width is given that width: the
    interval is then honest and finite, and a draw stays a number.
    """
    scaled = -hessian * np.outer(sd, sd)
    held, vectors = np.linalg.eigh((scaled + scaled.T) / 2.0)
    root = (vectors / np.sqrt(np.maximum(held, WIDEST**-2))) * sd[:, None]
    return np.asarray(root @ root.T), held


def freeze(model: Any, solved: Solved, origin: Origin, findings: list[Finding]) -> Fit:
    """The optimum as a value, with what must be told of it; a model may tell its ``estimates`` in words of its own."""
    climb, theta = solved.climb, solved.theta
    estimates = estimates_of(model, theta, solved.covariance)
    found = [*findings, *shape_findings(model, solved, tolerance(climb.value), [p.estimate for p in estimates])]
    info = {
        "prior": "on" if solved.prior_on else "off",
        "iterations": climb.iterations,
        "evaluations": climb.evaluations,
        "gradient": float(np.abs(climb.gradient).max()),
        "gain": climb.gain,
        "condition": float(solved.held[-1] / max(solved.held[0], 1e-300)) if solved.held[-1] > 0 else float("inf"),
        "seconds": solved.seconds,
    }
    return Fit(model.name, estimates, theta, solved.covariance, solved.loglik, tuple(found), info, origin)


def estimates_of(model: Any, theta: Floats, covariance: Floats) -> tuple[Estimate, ...]:
    """Estimates as the model tells them itself, or as those of positive parameters."""
    tell = getattr(model, "estimates", None)
    told: tuple[Estimate, ...] = (
        tell(theta, covariance) if tell else log_estimates(model.params, theta, np.sqrt(np.diag(covariance)))
    )
    return told


def log_estimates(params: Sequence[Parameter], theta: Floats, sd: Floats) -> tuple[Estimate, ...]:
    """Estimates of positive parameters, from the standard errors of their logarithms."""
    return tuple(
        Estimate(p.name, float(t), float(t * s), float(t * np.exp(-Z95 * s)), float(t * np.exp(Z95 * s)), p.unit)
        for p, t, s in zip(params, theta, sd, strict=True)
    )


def _nothing(what: str) -> FitError:
    return FitError(
        "E201",
        phrase("there is {what}", what=what),
        why="a model learns from histories, and none is left after the checks",
        fix="look at the import report and the quarantine:  lifelong check",
    )
