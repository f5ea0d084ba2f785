r"""A discrete-time hazard: when something happens, from rows that are not all followed to the end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.errors import FitError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

STEPS = 60
CLOSE = 1e-12
#: The bins' own levels are drawn together by so little: as if by a twentieth of an event.
BINS = 0.05


@dataclass(frozen=True, eq=False)
class Hazard:
    """A fitted hazard: level, each bin's difference, coefficients (theta), and their covariance.

    Attributes:
        theta: shape (1 + bins + columns).
        covariance: of theta, the penalty counted as a prior.
        bins: how many.
    """

    theta: Floats
    covariance: Floats
    bins: int

    def cumulative(self, design: Floats, share: Floats | None = None) -> Floats:
        """Cumulative hazard in each bin, shape (n, bins); ``share`` (n, bins) is how much of each bin is passed."""
        made = np.logaddexp(0.0, self._level(design))
        return np.asarray(made if share is None else made * share)

    def exposure(self, design: Floats, event: Ints, seen: Ints) -> tuple[Floats, Floats]:
        """Events seen, and the cumulative hazard that each row was exposed to until its event or its last bin, (n,) each.

        A row whose event fell into a bin was exposed to the part of it before the event: its mean is 1 - L (1 - h) / h.
        """
        hazard = self.cumulative(design)
        counted = (event >= 0) & (event < seen)
        last = np.where(counted, event, seen)
        passed = (hazard * (np.arange(self.bins)[None, :] < last[:, None])).sum(axis=1)
        own = hazard[np.arange(len(event)), np.where(counted, event, 0)]
        return counted.astype(float), passed + np.where(counted, 1.0 - own / np.expm1(own), 0.0)

    def relative_variance(self, design: Floats, share: Floats | None = None) -> Floats:
        """Variance of the logarithm of a row's summed cumulative hazard, by the delta method, shape (n,)."""
        slope = 1.0 / (1.0 + np.exp(-self._level(design)))
        slope = slope if share is None else slope * share
        gradient = np.hstack([slope.sum(axis=1, keepdims=True), slope, design * slope.sum(axis=1, keepdims=True)])
        total = self.cumulative(design, share).sum(axis=1)
        variance = np.einsum("ij,jk,ik->i", gradient, self.covariance, gradient)
        return np.asarray(np.divide(variance, total**2, out=np.zeros(len(total)), where=total > 0))

    def _level(self, design: Floats) -> Floats:
        baseline = self.theta[0] + self.theta[1 : 1 + self.bins]
        return np.asarray(baseline[None, :] + (design @ self.theta[1 + self.bins :])[:, None])


def fit_hazard(design: Floats, event: Ints, seen: Ints, bins: int, penalty: float = 1.0) -> Hazard:
    r"""Logit hazards of an event in bins of time, right-censored, with a ridge on the coefficients.

    **Story.** In each bin of time a row that has waited until then has the event or waits on. A row that could not be
    followed through a bin says nothing about it: it is no negative.

    **Formula.** In bin b, among rows that waited and were seen through it,

    .. math:: h_{ib} = \frac{1}{1 + e^{-(\alpha + \delta_b + x_i^\top \beta)}}, \qquad
              P(T_i \le H) = 1 - \prod_b (1 - h_{ib}),

    and the log-likelihood less the penalty lambda |beta|^2 / 2 is climbed by Newton's method with halved steps.

    **Numerics.** Whether a bin counts hangs on how long the row **could** be followed, not on its event: an event in a
    bin that is not yet over would otherwise count without those who waited beside it.

    **Source.** Cox, D. R. (1972), Regression models and life-tables, JRSS B 34, sec. 6 (discrete time); Singer, J. D. and
    Willett, J. B. (1993), It's about time, J. Educational Statistics 18, 155-195.

    **Check.** Without covariates it is the life table: 1 of 4, then 1 of 2, for the third was not followed (a light
    prior draws the bins together, as if by a twentieth of an event):

    >>> made = fit_hazard(np.zeros((4, 0)), np.array([0, 1, -1, -1]), np.array([2, 2, 1, 2]), 2)
    >>> (1.0 - np.exp(-made.cumulative(np.zeros((1, 0))))).round(1).tolist()
    [[0.3, 0.5]]

    Args:
        design: shape (n, columns), centred.
        event: the bin of each row's event, -1 where there is none (n).
        seen: how many bins each row could be followed through (n).
        bins: how many bins there are.
        penalty: lambda: the precision of a normal prior on each coefficient.

    Raises:
        FitError: E431 where no event was seen.
    """
    counted = (event >= 0) & (event < seen)
    if not counted.any():
        raise FitError(
            "E431", "no conversion was seen in a span that is over", where="the leads",
            why="a chance of converting is learned from leads that did", fix="wait, or take a shorter --within",
        )  # fmt: skip
    rows = [np.flatnonzero((seen > b) & ((event < 0) | (event >= b))) for b in range(bins)]
    hits = [(event[r] == b).astype(float) for b, r in enumerate(rows)]
    ridge = np.r_[1e-8, np.full(bins, BINS), np.full(design.shape[1], penalty)]
    theta = np.zeros(1 + bins + design.shape[1])
    rate = (counted.sum() + 0.5) / (sum(map(len, rows)) + 1.0)
    theta[0] = np.log(rate / (1.0 - rate))
    return _climbed(theta, design, rows, hits, ridge)


def _climbed(theta: Floats, design: Floats, rows: list[NDArray[np.intp]], hits: list[Floats], ridge: Floats) -> Hazard:
    """The top, by Newton's method from a start; a step that loses is halved."""
    value, gradient, hessian = _terms(theta, design, rows, hits, ridge)
    for _ in range(STEPS):
        step = np.linalg.solve(hessian, gradient)
        if gradient @ step < CLOSE:
            break
        size = 1.0
        tried = _terms(theta + step, design, rows, hits, ridge)
        while tried[0] < value and size > 1e-9:
            size /= 2.0
            tried = _terms(theta + step * size, design, rows, hits, ridge)
        theta = theta + step * size
        value, gradient, hessian = tried
    return Hazard(theta, np.asarray(np.linalg.inv(hessian), np.float64), len(rows))


def _terms(
    theta: Floats, design: Floats, rows: list[NDArray[np.intp]], hits: list[Floats], ridge: Floats
) -> tuple[float, Floats, Floats]:
    """Penalised log-likelihood, its gradient, and minus its Hessian."""
    bins = len(rows)
    score = design @ theta[1 + bins :]
    value, gradient, hessian = -0.5 * float(ridge @ theta**2), -ridge * theta, np.diag(ridge)
    for b, (r, y) in enumerate(zip(rows, hits, strict=True)):
        level = theta[0] + theta[1 + b] + score[r]
        h = 1.0 / (1.0 + np.exp(-level))
        value += float(y @ level - np.logaddexp(0.0, level).sum())
        full = np.zeros((len(r), len(theta)))
        full[:, 0] = full[:, 1 + b] = 1.0
        full[:, 1 + bins :] = design[r]
        gradient = gradient + full.T @ (y - h)
        hessian = hessian + (full * (h * (1.0 - h))[:, None]).T @ full
    return value, gradient, hessian
