"""Fitting of ``TimeVaryingParetoNBD``: its coefficients have no bounds, so they are searched by their own units of scale.

The optimiser climbs in log(phi), phi > 0. Here phi is theta for r, alpha, s and beta, and e^(u gamma) for a coefficient,
with u the standard deviation of the covariate over the customers' time: a step of one then means the same for a price and
for a season. The weak prior of a coefficient is normal about 0 with a standard deviation of 1 in that unit.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np

from lifelong.errors import FitError
from lifelong.models import clocks
from lifelong.models.climb import Prior, Solved, maximise, tolerance
from lifelong.models.findings import finding, pattern_findings, shape_findings
from lifelong.models.optimise import FEW, Z95, covariance_of, takes_prior
from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.values import Estimate, Fit, Origin

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lifelong.models.base import Parameter
    from lifelong.models.clocks import Columns
    from lifelong.values import Finding, Timelines

    Floats = NDArray[np.float64]

#: A covariate's standard deviation moves a rate by a factor of e^4 = 55 at most.
FARTHEST = 4.0
#: No rate is looked at that is e^100 times another one: a step so far is taken back.
WILDEST = 100.0
#: Step of the differences of the gradient, on the scale of the search; the Hessian's relative error is about as large.
STEP = 1e-6
#: Standard error, on the scale of the search, from which the data say little of a coefficient.
LOOSE = 0.75
#: On that scale a loose coefficient farther out than this has run off: the rate has fallen to nothing, or all is due to it.
FAR = 3.0
#: r, alpha, s and beta stand before the coefficients.
BASE = 4


class HasCovariates(Protocol):
    """What is fitted: parameters without covariates, and which covariates move what."""

    name: ClassVar[str]
    base: ClassVar[tuple[Parameter, ...]]
    equal: Sequence[str]
    penalty: float

    def columns(self, names: Sequence[str]) -> Columns:
        """Which of the data's covariates move leaving, and which orders."""

    def names(self, names: Sequence[str]) -> list[str]:
        """The names of theta for data with these covariates."""


@dataclass(slots=True)
class TimelineObjective:
    """The log-likelihood of timelines in phi; its Hessian by forward differences of exact gradients.

    On the way to the optimum (``is_rough``) minus the sum of the squared slopes of each customer stands in for the
    Hessian (Berndt, Hall, Hall and Hausman 1974), which costs no more than a gradient.
    """

    made: list[clocks.Prepared]
    columns: Columns
    moves: Floats
    first: Floats
    size: int
    is_rough: bool = False

    def theta(self, z: Floats) -> Floats:
        """Parameters at a point of the search, of which ``moves`` makes the logarithms and coefficients."""
        told = self.moves @ z
        return np.concatenate([np.exp(told[:BASE]), told[BASE:]])

    def at(self, z: Floats) -> tuple[float, Floats]:
        """Value and gradient on the scale of the search."""
        value, slopes = self._each(z)
        return value, np.sum([each.sum(axis=0) for each in slopes], axis=0)

    def _each(self, z: Floats) -> tuple[float, list[Floats]]:
        """Value, and the slopes of each customer in blocks."""
        theta = self.theta(z)
        coefficients = zip(self.columns, np.split(theta[BASE:], [len(self.columns[0])]), strict=True)
        if any(np.abs(self.made[0].values[:, c] @ slope).max(initial=0.0) > WILDEST for c, slope in coefficients):
            return -np.inf, [np.zeros((1, len(z)))]
        parts = [clocks.scores(theta, block, self.columns) for block in self.made]
        scale = np.r_[theta[:BASE], np.ones(len(theta) - BASE)]
        return sum(value for value, _ in parts), [(slopes * scale) @ self.moves for _, slopes in parts]

    def value(self, phi: Floats) -> tuple[float, Floats]:
        """Value and gradient in phi."""
        value, gradient = self.at(np.log(phi))
        return value, gradient / phi

    def hessian(self, phi: Floats) -> Floats:
        """Second derivatives in phi."""
        z = np.log(phi)
        if self.is_rough:
            slopes = self._each(z)[1]
            here, made = np.sum([e.sum(axis=0) for e in slopes], axis=0), -np.sum([e.T @ e for e in slopes], axis=0)
        else:
            here = self.at(z)[1]
            made = np.array([self.at(z + step)[1] - here for step in STEP * np.eye(len(z))]) / STEP
        made = (made + made.T) / 2.0 - np.diag(here)
        return np.asarray(made / np.outer(phi, phi))

    def starts(self) -> list[Floats]:
        """Nearly the fit without covariates."""
        return [self.first]

    def coarser(self) -> list[TimelineObjective]:
        """Itself with a rough Hessian, which finds the optimum; the exact one is for the last steps."""
        return [] if self.is_rough else [replace(self, is_rough=True)]


def objective(model: HasCovariates, timelines: Timelines) -> TimelineObjective:
    """Timelines made ready for the search."""
    columns = model.columns(timelines.course.names)
    course = timelines.course
    spent = course.days / max(float(course.days.sum()), 1.0)
    values = course.values[course.row]
    spread = np.sqrt(spent @ (values - spent @ values) ** 2)
    size = np.abs(values).max(axis=0)
    unit = np.where(spread > 1e-9 * size, spread, np.where(size > 0, size, 1.0))
    moves = _moves(model, course.names, columns, unit)
    start = np.r_[_plain_start(timelines), np.ones(moves.shape[1] - BASE)]
    return TimelineObjective(clocks.prepare(timelines), columns, moves, start, len(timelines))


def _moves(model: HasCovariates, names: Sequence[str], columns: Columns, unit: Floats) -> Floats:
    """How far each step of the search moves r, alpha, s and beta's logarithms and the coefficients.

    A coefficient that is equal in both processes is one step for two rows.
    """
    leave, order = columns
    shared = np.isin(order, [names.index(name) for name in model.equal])
    made = np.zeros((BASE + len(leave) + len(order), BASE + len(leave) + int((~shared).sum())))
    made[:BASE, :BASE] = np.eye(BASE)
    place = np.empty(len(order), np.intp)
    place[~shared] = len(leave) + np.arange(int((~shared).sum()))
    place[shared] = [np.flatnonzero(leave == j)[0] for j in order[shared]]
    both = np.r_[np.arange(len(leave)), place]
    made[BASE + np.arange(len(both)), BASE + both] = 1.0 / unit[np.concatenate(columns)]
    return made


def _plain_start(timelines: Timelines) -> Floats:
    """Pareto/NBD of the same histories, on the finest of its coarse likenesses where it has any: a start need not be more."""
    params = ParetoNBD.params
    whole = ParetoNBD().objective(timelines.patterns)
    mean, sd = np.array([p.prior for p in params]).T
    low, high = np.log([[p.low, p.high] for p in params]).T
    return np.asarray(np.exp(maximise([whole, *whole.coarser()][-1], Prior(mean, sd), low, high).z))


def fit_timelines(model: HasCovariates, timelines: Timelines, *, prior: str = "auto", seed: int = 0) -> Fit:
    """Fit to timelines: theta, covariance, findings; always finite.

    ``theta`` holds the coefficients as they are; ``covariance`` is that of (log r, log alpha, log s, log beta, coefficients).
    A coefficient that runs off (F251) has no standard error and no interval, both are nan; draws hold it where it is.

    Args:
        model: which covariates move what.
        timelines: customers one by one.
        prior: ``"auto"`` (on below 500 customers), ``"on"`` or ``"off"``.
        seed: kept in the origin; the fit itself draws nothing.

    Raises:
        FitError: E201 where there is no customer.
        ConfigError: E301 where ``prior`` is something else, E302 where a covariate is not there.
    """
    began = time.perf_counter()
    if not len(timelines):
        raise FitError("E201", "there is no customer", why="a model learns from histories", fix="look at the orders")
    wanted = objective(model, timelines)
    more = wanted.moves.shape[1] - BASE
    mean, sd = np.array([*(p.prior for p in model.base), *[(0.0, 1.0)] * more]).T
    on = takes_prior(prior, len(timelines))
    low = np.r_[np.log([p.low for p in model.base]), np.full(more, -FARTHEST)]
    high = np.r_[np.log([p.high for p in model.base]), np.full(more, FARTHEST)]
    used = _drawn(Prior(mean, sd if on else np.full(len(sd), np.inf)), model.penalty * len(timelines), wanted.moves)
    climb = maximise(wanted, used, low, high)
    spread, held = covariance_of(climb.hessian, sd)
    loglik = climb.value - used.value(climb.z)[0]
    solved = Solved(climb, low, high, spread, loglik, held, on, time.perf_counter() - began)
    moves = wanted.moves
    spread = moves @ _spread_of(climb.hessian, sd, ~_runs_off(solved)) @ moves.T
    return _freeze(model, timelines, solved, wanted, spread, seed)


def _drawn(prior: Prior, penalty: float, moves: Floats) -> Prior:
    """With so much less likelihood for each squared coefficient."""
    weight = 1.0 / prior.sd**2
    weight[BASE:] += 2.0 * penalty * moves[BASE:, BASE:].max(axis=0) ** 2
    return Prior(prior.mean, np.divide(1.0, np.sqrt(weight), out=np.full(len(weight), np.inf), where=weight > 0))


def _spread_of(hessian: Floats, sd: Floats, kept: NDArray[np.bool_]) -> Floats:
    """The covariance of those that have not run off; 0 elsewhere: a curvature of nothing measures no doubt."""
    spread = np.zeros_like(hessian)
    spread[np.ix_(kept, kept)] = covariance_of(hessian[np.ix_(kept, kept)], sd[kept])[0]
    return spread


def _freeze(
    model: HasCovariates, timelines: Timelines, solved: Solved, wanted: TimelineObjective, spread: Floats, seed: int
) -> Fit:
    climb, theta = solved.climb, wanted.theta(solved.climb.z)
    sd, names = np.sqrt(np.diag(spread)), model.names(timelines.course.names)
    estimates = [
        Estimate(p.name, float(t), float(t * e), float(t * np.exp(-Z95 * e)), float(t * np.exp(Z95 * e)), p.unit)
        for p, t, e in zip(model.base, theta, sd, strict=False)
    ]
    told = np.where(sd > 0, sd, np.nan)
    estimates += [
        Estimate(n, float(t), float(e), float(t - Z95 * e), float(t + Z95 * e), "")
        for n, t, e in list(zip(names, theta, told, strict=True))[BASE:]
    ]
    info = {
        "prior": "on" if solved.prior_on else "off",
        "penalty": model.penalty,
        "iterations": climb.iterations,
        "evaluations": climb.evaluations,
        "gradient": float(np.abs(climb.gradient).max()),
        "gain": climb.gain,
        "condition": float(solved.held[-1] / max(solved.held[0], 1e-300)) if solved.held[-1] > 0 else float("inf"),
        "seconds": solved.seconds,
    }
    found = [*pattern_findings(timelines.patterns, solved.prior_on, FEW), *_findings(timelines, solved, wanted, names)]
    origin = Origin(customers=len(timelines), patterns=len(timelines), seed=seed)
    free = len(theta) - BASE
    return Fit(model.name, tuple(estimates), theta, spread, solved.loglik, tuple(found), info, origin, free=free)


def _findings(timelines: Timelines, solved: Solved, wanted: TimelineObjective, names: list[str]) -> list[Finding]:
    """What the optimum's shape tells of the four parameters, and of the coefficients."""
    climb, course = solved.climb, timelines.course
    own = replace(climb, z=climb.z[:BASE])
    four = replace(
        solved, climb=own, low=solved.low[:BASE], high=solved.high[:BASE], covariance=solved.covariance[:BASE, :BASE]
    )
    found = shape_findings(ParetoNBD(), four, tolerance(climb.value))
    held = course.values[course.row[course.days > 0]]
    still = [n for n, low, high in zip(course.names, held.min(axis=0), held.max(axis=0), strict=True) if low == high]
    found += [finding("F252", name=name) for name in still]
    loose, gone = _is_loose(solved), _runs_off(solved)
    for j in range(BASE, len(climb.z)):
        name = " = ".join(names[i] for i in np.flatnonzero(wanted.moves[:, j]))
        if gone[j]:
            found.append(finding("F251", name=name, direction="down" if climb.z[j] < 0 else "up"))
        elif loose[j] and not name.endswith(tuple(f"_{n}" for n in still)):
            found.append(finding("F253", name=name))
    return found


def _is_loose(solved: Solved) -> NDArray[np.bool_]:
    return np.asarray(np.sqrt(np.diag(solved.covariance)) >= LOOSE)


def _runs_off(solved: Solved) -> NDArray[np.bool_]:
    """Which coefficients have gone far out where the likelihood is flat."""
    is_far = np.abs(solved.climb.z) > FAR
    is_far[:BASE] = False
    return np.asarray(is_far & _is_loose(solved))
