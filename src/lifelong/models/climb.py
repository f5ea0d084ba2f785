"""The one optimiser: a trust-region Newton ascent in log parameters, within bounds, from several starts.

It takes exact gradients and Hessians, and updates the Hessian by the symmetric rank-one formula where a fresh one
would cost more than it brings. It never fails: it returns the best point that it met, and says how sure it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


#: Optima of a coarse level whose values differ by less may change places on a finer one.
CLOSE = 2.0
#: Points nearer than this in every log(theta) are on one hill.
APART = 0.5


class Objective(Protocol):
    """A log-likelihood in theta > 0."""

    size: int

    def value(self, theta: Floats) -> tuple[float, Floats]:
        """Value and gradient in theta."""

    def hessian(self, theta: Floats) -> Floats:
        """Second derivatives in theta."""

    def starts(self) -> list[Floats]:
        """Starting points."""

    def coarser(self) -> Sequence[Objective]:
        """Cheaper likenesses of this objective, coarsest first; they only find the starting point."""


@dataclass(frozen=True, slots=True)
class Prior:
    """A normal prior on log(theta); infinite standard deviations switch it off."""

    mean: Floats
    sd: Floats

    def value(self, z: Floats) -> tuple[float, Floats, Floats]:
        """Log density (less its constant), its gradient and its Hessian."""
        weight = 1.0 / self.sd**2
        gap = z - self.mean
        return float(-0.5 * (weight * gap) @ gap), -weight * gap, -np.diag(weight)

    def values(self, z: Floats) -> Floats:
        """Log density (less its constant) at each row of z."""
        return np.asarray(-0.5 * (((z - self.mean) / self.sd) ** 2).sum(axis=1))


@dataclass(slots=True)
class Climb:
    """Where an ascent stands: all on the scale z = log(theta), prior included."""

    z: Floats
    value: float
    gradient: Floats
    hessian: Floats
    gain: float = np.inf
    iterations: int = 0
    evaluations: int = 0


class Warm:
    """An objective that is climbed from where it was left, at z = log(theta), and from nowhere else."""

    def __init__(self, objective: Objective, z: Floats) -> None:
        self.objective, self.size, self.at = objective, objective.size, np.exp(z)
        self.value, self.hessian = objective.value, objective.hessian

    def starts(self) -> list[Floats]:
        """That point."""
        return [self.at]

    def coarser(self) -> list[Objective]:
        """None: the top is near."""
        return []


class Scaled:
    """An objective with its prior, as a function of z = log(theta) within bounds."""

    def __init__(self, objective: Objective, prior: Prior, low: Floats, high: Floats) -> None:
        self.objective, self.prior, self.low, self.high = objective, prior, low, high
        self.evaluations = 0

    def value(self, z: Floats) -> tuple[float, Floats]:
        """Value and gradient in z; minus infinity where the value is not a number."""
        self.evaluations += 1
        theta = np.exp(z)
        f, g = self.objective.value(theta)
        p, dp, _ = self.prior.value(z)
        if not (np.isfinite(f) and np.isfinite(g).all()):
            return -np.inf, np.zeros_like(z)
        return f + p, theta * g + dp

    def values(self, z: Floats) -> Floats:
        """Value at each row of z: all at once where the objective can, else one by one."""
        many = getattr(self.objective, "values_at", None)
        if many is None:
            return np.array([self.value(at)[0] for at in z])
        self.evaluations += len(z)
        value = many(np.exp(z)) + self.prior.values(z)
        return np.where(np.isfinite(value), value, -np.inf)

    def hessian(self, z: Floats, gradient: Floats) -> Floats:
        """Second derivatives in z, by the chain rule from those in theta."""
        theta = np.exp(z)
        _, dp, ddp = self.prior.value(z)
        inner = self.objective.hessian(theta)
        return np.asarray(inner * np.outer(theta, theta) + np.diag(gradient - dp) + ddp)


def maximise(objective: Objective, prior: Prior, low: Floats, high: Floats) -> Climb:
    """The best point within (low, high) of log(theta), from every start, on coarse likenesses first.

    A coarse level cannot tell hills of almost one height apart, so each of them is climbed on the next level too. Where
    the edges that the best presses against change from level to level, a hill may have been lost, and the starts are
    climbed again. The last level is the objective itself, and the optimum is exact whatever the coarse levels say.
    """
    *coarse, last = [Scaled(level, prior, low, high) for level in (*objective.coarser(), objective)]
    starts = [np.clip(np.log(s), low + 1e-6, high - 1e-6) for s in objective.starts()]
    found, free = [_ascend((coarse or [last])[0], z, None, 1e-2) for z in starts], None
    for level in coarse:
        found, before = _climbed(level, found), free
        free = _free(level, found[0])
        if before is not None and (free != before).any() and not free.all():
            found = _hills([*found, *(_ascend(level, z, None, 1e-2) for z in starts)])
    found = _climbed(last, found)
    best = _confirm(last, found[0])
    best.evaluations = sum(level.evaluations for level in (*coarse, last))
    return best


def _climbed(level: Scaled, found: list[Climb]) -> list[Climb]:
    """Each hill climbed on a level."""
    return _hills([_ascend(level, climb.z, climb.hessian, tolerance(climb.value)) for climb in _hills(found)])


def _hills(found: list[Climb]) -> list[Climb]:
    """The best, and those elsewhere that are nearly as high, best first."""
    kept: list[Climb] = []
    for climb in sorted(found, key=lambda climb: -climb.value):
        near = any(float(np.abs(climb.z - other.z).max()) < APART for other in kept)
        if not kept or (climb.value > kept[0].value - CLOSE and not near):
            kept.append(climb)
    return kept


def tolerance(value: float) -> float:
    """A gain too small to matter: far below any printed digit, and above the noise of the sum."""
    return max(1e-8, 1e-13 * abs(value))


def _confirm(at: Scaled, climb: Climb) -> Climb:
    """A fresh Hessian at the end, and the steps that it still asks for."""
    for _ in range(4):
        climb.hessian = at.hessian(climb.z, climb.gradient)
        climb.gain = _gain(at, climb)
        if climb.gain <= tolerance(climb.value):
            break
        before = climb.value
        climb = _ascend(at, climb.z, climb.hessian, tolerance(climb.value))
        if climb.value <= before:
            break
    return climb


def _free(at: Scaled, climb: Climb) -> NDArray[np.bool_]:
    """The parameters that do not press against their bound."""
    pressed = ((climb.z <= at.low) & (climb.gradient < 0)) | ((climb.z >= at.high) & (climb.gradient > 0))
    return np.asarray(~pressed)


def _gain(at: Scaled, climb: Climb) -> float:
    """What a Newton step would still bring: half the squared gradient in the metric of the Hessian."""
    free = _free(at, climb)
    if not free.any():
        return 0.0
    values, vectors = np.linalg.eigh(-climb.hessian[np.ix_(free, free)])
    along = vectors.T @ climb.gradient[free]
    # A flat or rising direction promises what a step of length one would bring.
    floor = np.maximum(np.abs(values), np.abs(along))
    return float(0.5 * np.sum(np.where(floor > 0, along**2 / np.where(floor > 0, floor, 1.0), 0.0)))


def _ascend(at: Scaled, z: Floats, hessian: Floats | None, tolerance: float, most: int = 100) -> Climb:
    """Climb from z until a step promises less than the tolerance."""
    value, gradient = at.value(z)
    fresh = hessian is None
    climb = Climb(z, value, gradient, at.hessian(z, gradient) if hessian is None else hessian)
    radius, refused = 1.0, 0
    for climb.iterations in range(most):
        climb.gain = _gain(at, climb)
        if climb.gain <= tolerance or radius < 1e-9:
            break
        free = _free(at, climb)
        step = np.zeros_like(z)
        step[free] = _step(climb.gradient[free], climb.hessian[np.ix_(free, free)], radius)
        step = np.clip(climb.z + step, at.low, at.high) - climb.z
        promise = float(climb.gradient @ step + 0.5 * step @ climb.hessian @ step)
        value, gradient = at.value(climb.z + step)
        ratio = (value - climb.value) / promise if promise > 0 else -1.0
        updated = _rank_one(climb.hessian, step, gradient - climb.gradient) if np.isfinite(value) else climb.hessian
        if value > climb.value or (ratio >= -1e-3 and promise <= 1e-13 * abs(value)):
            climb.z, climb.value, climb.gradient, climb.hessian = climb.z + step, value, gradient, updated
            refused, fresh = 0, False
        else:
            climb.hessian, refused = updated, refused + 1
        length = float(np.linalg.norm(step))
        radius = length / 4.0 if ratio < 0.25 else max(radius, 2.0 * length) if ratio > 0.75 else radius
        if (ratio < 0.25 or ratio > 2.0) and not fresh:
            climb.hessian, fresh = at.hessian(climb.z, climb.gradient), True
            radius = max(radius, 0.1) if refused <= 1 else radius
    return climb


def _step(gradient: Floats, hessian: Floats, radius: float) -> Floats:
    """The best step of a quadratic model within the radius, by the eigenvalues of the Hessian."""
    values, vectors = np.linalg.eigh(-hessian)
    along = vectors.T @ gradient
    shift = max(0.0, -float(values[0])) + 1e-10 * (1.0 + float(np.abs(values).max())) if values[0] <= 0 else 0.0

    def length(extra: float) -> float:
        return float(np.linalg.norm(along / (values + extra)))

    if length(shift) > radius:
        low, high = shift, shift + float(np.linalg.norm(along)) / radius
        for _ in range(60):
            middle = (low + high) / 2.0
            low, high = (middle, high) if length(middle) > radius else (low, middle)
        shift = high
    step: Floats = vectors @ (along / (values + shift))
    return step


def _rank_one(hessian: Floats, step: Floats, change: Floats) -> Floats:
    """The symmetric rank-one update, left out where its denominator is too small to trust."""
    rest = change - hessian @ step
    below = float(rest @ step)
    if abs(below) < 1e-8 * float(np.linalg.norm(rest) * np.linalg.norm(step)) or below == 0.0:
        return hessian
    return np.asarray(hessian + np.outer(rest, rest) / below)


@dataclass(frozen=True, slots=True)
class Solved:
    """What the search found, before it is told to anybody."""

    climb: Climb
    low: Floats
    high: Floats
    covariance: Floats
    loglik: float
    held: Floats
    prior_on: bool
    seconds: float

    @property
    def theta(self) -> Floats:
        """The parameters."""
        return np.asarray(np.exp(self.climb.z))
