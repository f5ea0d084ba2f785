"""The likelihood of Pareto/NBD with Sarmanov's correlation: four ordinary likelihoods, mixed, with the exact gradient."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np

from lifelong.models.attrition import PatternObjective, three_tables
from lifelong.models.optimise import fit_model, hessian_by_differences
from lifelong.models.special import tally, weigh

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.base import PurchaseModel

    Floats = NDArray[np.float64]

#: What is added to alpha and to beta in each of the four; the first is Pareto/NBD itself.
SHIFTS = ((0.0, 0.0), (1.0, 1.0), (1.0, 0.0), (0.0, 1.0))


@dataclass(frozen=True, slots=True)
class Tie:
    """How the two rates are tied: m, and the means A of e^-lambda and B of e^-mu with their logarithms."""

    m: Floats
    A: Floats
    B: Floats
    of_rate: Floats
    of_leave: Floats

    @classmethod
    def of(cls, theta: Floats) -> Tie:
        """At parameters of shape (5,) or (5, n)."""
        r, alpha, s, beta, q = theta
        log_A, log_B = -r * np.log1p(1.0 / alpha), -s * np.log1p(1.0 / beta)
        A, B, a, b = np.exp(log_A), np.exp(log_B), -np.expm1(log_A), -np.expm1(log_B)
        most, least = np.maximum(A * b, a * B), np.maximum(A * B, a * b)
        return cls((q - 1.0) / (q * most + least), A, B, log_A, log_B)

    def chances(self, logs: list[Floats]) -> list[Floats]:
        """From the four log-likelihoods the means of e^-(lambda + mu), e^-lambda and e^-mu given the history: 0 to 1."""
        added = (self.of_rate + self.of_leave, self.of_rate, self.of_leave)
        return [np.exp(np.minimum(one + log - logs[0], 0.0)) for one, log in zip(added, logs[1:], strict=True)]

    def weights(self, logs: list[Floats]) -> list[Floats]:
        """The four weights, in units of the first likelihood; three of them may be below 0, their sum is not."""
        both, rate, leave = self.chances(logs)
        return [1.0 + self.m * self.A * self.B, self.m * both, -self.m * self.B * rate, -self.m * self.A * leave]


def slope_of_tie(theta: Floats) -> tuple[Floats, Floats]:
    """The gradients of m, and of log A B, in theta."""
    r, alpha, s, beta, q = (float(v) for v in theta)
    tie = Tie.of(theta)
    A, B, a, b = float(tie.A), float(tie.B), -float(np.expm1(tie.of_rate)), -float(np.expm1(tie.of_leave))
    most, least = max(A * b, a * B), max(A * B, a * b)
    below = q * most + least
    m = (q - 1.0) / below
    # The bounds are the larger of two terms each: A b where A >= B, and A B where A + B >= 1.
    d_most = (b, -A) if A * b >= a * B else (-B, a)
    d_least = (B, A) if a * b <= A * B else (-b, -a)
    by_A, by_B = (-m / below * (q * up + down) for up, down in zip(d_most, d_least, strict=True))
    of_A = np.array([-np.log1p(1.0 / alpha), r / (alpha * (alpha + 1.0))])
    of_B = np.array([-np.log1p(1.0 / beta), s / (beta * (beta + 1.0))])
    slope = np.array([*(by_A * A * of_A), *(by_B * B * of_B), (most + least) / below**2])
    return slope, np.array([*of_A, *of_B, 0.0])


class CorrelatedObjective(PatternObjective):
    """As ``attrition.PatternObjective``, of the mixture; ``model`` is the Pareto/NBD within."""

    def starts(self) -> list[Floats]:
        """The optimum without correlation, and correlation to either side of it."""
        alone = fit_model(cast("PurchaseModel", self.model), self.patterns).theta
        return [np.append(alone, q) for q in (1.0, 3.0, 1.0 / 3.0)]

    def value(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and its gradient in theta."""
        made = self.made
        tie, (by_m, by_log) = Tie.of(theta), slope_of_tie(theta)
        parts = [three_tables(self.model, theta[:4] + np.array([0.0, i, 0.0, j]), made) for i, j in SHIFTS]
        ix = made.alive.ix[made.i_alive]
        both = [np.logaddexp(u[made.i_alive], v[made.i_dead]) for _, (u, _), (v, _) in parts]
        log = [part[0][0][ix] + one for part, one in zip(parts, both, strict=True)]
        weights = tie.weights(log)
        mixed = np.maximum(weights[0] + weights[1] + weights[2] + weights[3], 1e-300)
        total = float(weigh(log[0] + np.log(mixed), made.count))
        chances = tie.chances(log)
        by_tie = tie.A * tie.B + chances[0] - tie.B * chances[1] - tie.A * chances[2]
        slope = float(weigh(by_tie / mixed, made.count)) * (by_m + tie.m * by_log)
        for weight, ((_, dc), (_, du), (v, dv)), one in zip(weights, parts, both, strict=True):
            each = made.count * weight / mixed
            dead = each * np.exp(v[made.i_dead] - one)
            slope[:4] += weigh(dc, tally(ix, each, dc.shape[1])) + weigh(dv, made.by_dead(dead))
            slope[:4] += weigh(du, tally(made.i_alive, each - dead, len(made.alive)))
        return total, slope

    def hessian(self, theta: Floats) -> Floats:
        """Second derivatives in theta, by differences of the exact gradient."""
        return hessian_by_differences(self, theta)
