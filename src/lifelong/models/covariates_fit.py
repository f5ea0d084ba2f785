"""Fitting with covariates: from a table of customers to a Fit that remembers its covariates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.models.cell_objective import CellObjective
from lifelong.models.climb import Prior
from lifelong.models.covariate_findings import covariate_findings, outward
from lifelong.models.encoding import cells, column
from lifelong.models.findings import pattern_findings
from lifelong.models.optimise import FEW, Z95, estimates_of, fit_model, freeze, solve
from lifelong.models.pairs import floored
from lifelong.values import Estimate, Patterns

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lifelong.models.base import Parameter
    from lifelong.models.climb import Objective
    from lifelong.models.coefficients import HasCoefficients
    from lifelong.values import Finding, Fit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


def fit_covariates(known: HasCoefficients, table: Any, *, prior: str = "auto", seed: int = 0) -> Fit:
    r"""Fit a model with covariates to a table, a row a customer.

    The search starts from the optimum without covariates, so that it never ends below it. The penalty is
    :math:`n \lambda \sum \gamma^2` on the log-likelihood of n customers, :math:`\lambda` for the mean one; the
    log-likelihood that is told never holds it, nor the prior.

    Args:
        known: what to fit, with its encoding: ``Covariates.fit`` gives it.
        table: x, t_x, T (order days, days) and the covariates by name: a dict of arrays, an Arrow table, a frame.
        prior: as ``optimise.fit_model``; with it, a coefficient is taken to be within about 1 for a standard
            deviation of its covariate.
        seed: kept in the origin.

    Returns:
        A Fit: the model's parameters for a customer whose covariates are 0, then the coefficients. ``info`` holds
        what ``Covariates.of`` needs, the number of cells, and the log-likelihood without covariates.

    Raises:
        DataError: E211 where a covariate is absent or has gaps.
        FitError: E201 where there is no customer.
    """
    histories = Patterns.of(*(column(table, name) for name in ("x", "t_x", "T")))
    pooled = _grouped(histories, slice(None))
    plain = fit_model(known.base, pooled, prior=prior, seed=seed)  # and says so where there is no customer
    kinds = distinct, cell = cells(known.design(table))
    found = pattern_findings(pooled, plain.info["prior"] == "on", FEW)
    found += covariate_findings(known, histories.x, kinds)
    parts = [_objective(known, _grouped(histories, rows)) for rows in rows_of(cell, len(distinct))]
    return fit_cells(known, plain, kinds, parts, found)


def fit_cells(
    known: HasCoefficients,
    plain: Fit,
    kinds: tuple[Floats, Ints],
    parts: Sequence[Objective],
    found: list[Finding],
    typical: float = 0.0,
) -> Fit:
    """Fit a model to the customers of each cell at once.

    Args:
        known: what to fit, with its encoding.
        plain: the fit without covariates: where the search starts, and whether the prior is on.
        kinds: the distinct rows of the design, and each customer's cell.
        parts: the objective of each cell's customers.
        found: what the data themselves cannot say.
        typical: log of the typical spend, in units of which parameters in money are sought.
    """
    distinct, cell = kinds
    centre, spread = _moments(distinct, np.bincount(cell))
    params, customers, on = known.params, plain.origin.customers, plain.info["prior"] == "on"
    turn = _outward(known, centre, spread)
    start = np.r_[plain.theta, np.ones(len(params) - len(plain.theta))]
    objective = CellObjective(parts, known.jacobians((distinct - centre) / spread), [start])
    shift = np.array([typical if p.unit == "money" else 0.0 for p in params])
    prior = _prior(known, spread, customers, on)
    solved = solve(objective, params, shift, replace(prior, mean=prior.mean + shift), customers)
    solved = replace(solved, prior_on=on)
    origin = replace(plain.origin, patterns=objective.size)
    made = freeze(_Inward(known.name, params), solved, origin, found)
    theta, covariance = np.exp(turn @ np.log(made.theta)), turn @ made.covariance @ turn.T
    info = {**made.info, "cells": len(distinct), "loglik_without": plain.loglik, "covariates": known.told()}
    estimates = _estimates(known, theta, covariance)
    findings = outward(made.findings, estimates, len(known.base.params))
    return replace(made, params=estimates, theta=theta, covariance=covariance, findings=findings, info=info)


class _Inward:
    """The model as the search saw it: all that its findings need."""

    def __init__(self, name: str, params: tuple[Parameter, ...]) -> None:
        self.name, self.params = name, params


def _grouped(histories: Patterns, rows: Ints | slice) -> Patterns:
    """Distinct histories of some customers, counted."""
    columns = (histories.x[rows], histories.t_x[rows], histories.T[rows], histories.count[rows])
    return Patterns(*floored(*columns, 1)) if len(columns[0]) else Patterns(*columns)


def rows_of(cell: Ints, size: int) -> list[Ints]:
    """The customers of each cell."""
    return np.split(np.argsort(cell, kind="stable"), np.cumsum(np.bincount(cell, minlength=size))[:-1])


def _objective(known: HasCoefficients, patterns: Patterns) -> Objective:
    from lifelong.models.optimise import PlainObjective

    make = getattr(known.base, "objective", None)
    made: Objective = make(patterns) if make else PlainObjective(known.base, patterns)
    return made


def _moments(distinct: Floats, size: Ints) -> tuple[Floats, Floats]:
    """Mean and standard deviation of each column over customers; 1 where it does not vary."""
    weight = size / size.sum()
    centre = weight @ distinct
    spread = np.sqrt(weight @ (distinct - centre) ** 2)
    return centre, np.where(spread > 1e-9 * np.maximum(np.abs(centre), 1e-300), spread, 1.0)


def _outward(known: HasCoefficients, centre: Floats, spread: Floats) -> Floats:
    """From the logarithms that the search sees to those of theta, which are linear in them."""
    own = len(known.base.params)
    made = np.eye(own + len(known.coefficients))
    for i, one in enumerate(known.coefficients):
        made[own + i, own + i] = 1.0 / spread[one.place]
        made[:own, own + i] = -np.array(one.moves) * centre[one.place] / spread[one.place]
    return made


def _prior(known: HasCoefficients, spread: Floats, customers: int, on: bool) -> Prior:
    """The weak prior and the penalty as one normal prior, on the scale of the search."""
    mean, sd = np.array([p.prior for p in known.params]).T
    weight = np.where(on, sd**-2.0, 0.0)
    own = len(known.base.params)
    for i, one in enumerate(known.coefficients):
        weight[own + i] += 2.0 * customers * known.penalty / spread[one.place] ** 2
    with np.errstate(divide="ignore"):
        return Prior(mean, weight**-0.5)


def _estimates(known: HasCoefficients, theta: Floats, covariance: Floats) -> tuple[Estimate, ...]:
    """The model's parameters as ever, and the coefficients with symmetric intervals."""
    own = len(known.base.params)
    sd = np.sqrt(np.diag(covariance))
    coefficients = tuple(
        Estimate(p.name, float(g), float(s), float(g - Z95 * s), float(g + Z95 * s), p.unit)
        for p, g, s in zip(known.params[own:], np.log(theta[own:]), sd[own:], strict=True)
    )
    return (*estimates_of(known.base, theta[:own], covariance[:own, :own]), *coefficients)
