r"""A Tweedie regression: amounts of 0 or more whose spread grows with their mean."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Between Poisson (1) and gamma (2): a mass at 0 and a skew tail.
POWER = 1.5
STEPS = 100
CLOSE = 1e-16


@dataclass(frozen=True, eq=False)
class Tweedie:
    """A fitted regression: ``theta`` (1 + columns), and the lowest and highest log mean of the rows that it saw."""

    theta: Floats
    low: float
    high: float

    def mean(self, design: Floats) -> Floats:
        """Expected amounts, shape (n,); beyond what was seen the nearest that was."""
        return np.asarray(np.exp(np.clip(self.theta[0] + design @ self.theta[1:], self.low, self.high)))


def fit_tweedie(design: Floats, amount: Floats, penalty: float = 1.0) -> Tweedie:
    r"""Expected amounts with a log link, by quasi-likelihood with variance phi mu^1.5 and a ridge.

    **Formula.** :math:`\log \mu_i = \alpha + x_i^\top \beta`, and Fisher scoring solves

    .. math:: \sum_i \frac{(y_i - \mu_i)\, x_i}{\mu_i^{p-1}} = \lambda \bar y^{2-p} \beta, \qquad p = 1.5.

    **Numerics.** The right side is in units of the mean, so that another currency gives the same coefficients. At the end
    alpha is moved so that the means sum to the amounts: the link and the ridge would else bias the total.

    **Source.** Wedderburn, R. W. M. (1974), Quasi-likelihood functions, Biometrika 61, 439-447; Jørgensen, B. (1987),
    Exponential dispersion models, JRSS B 49, 127-162.

    **Check.** Two kinds, and the means of each (the ridge is small here):

    >>> made = fit_tweedie(np.repeat([[-1.0], [1.0]], 50, axis=0), np.repeat([10.0, 40.0], 50), penalty=1e-9)
    >>> made.mean(np.array([[-1.0], [1.0]])).round(6).tolist()
    [10.0, 40.0]

    Args:
        design: shape (n, columns), centred.
        amount: 0 or more (n).
        penalty: lambda, in rows of the mean amount.

    Raises:
        DataError: E432 where an amount is below 0, or all are 0.
    """
    if len(amount) == 0 or amount.min() < 0 or not amount.any():
        raise DataError(
            "E432", "a value is below 0, or none is above 0", where="the values of converted leads",
            why="value is learned as an amount of 0 or more", fix="give each converted lead a value of 0 or more",
        )  # fmt: skip
    center = float(amount.mean())
    y = amount / center
    full = np.hstack([np.ones((len(y), 1)), design])
    ridge = np.r_[1e-10, np.full(design.shape[1], penalty)]
    theta = _climbed(full, y, ridge)
    theta[0] += np.log(amount.sum() / np.exp(full @ theta).sum())
    fitted = full @ theta
    return Tweedie(theta, float(fitted.min()), float(fitted.max()))


def _climbed(full: Floats, y: Floats, ridge: Floats) -> Floats:
    """The top, by Fisher scoring from equal means; a step that loses is halved."""
    theta = np.zeros(full.shape[1])
    value = _quasi(theta, full, y, ridge)
    for _ in range(STEPS):
        mu = np.exp(full @ theta)
        gradient = full.T @ ((y - mu) * mu ** (1.0 - POWER)) - ridge * theta
        information = (full * mu[:, None] ** (2.0 - POWER)).T @ full + np.diag(ridge)
        step = np.linalg.solve(information, gradient)
        if gradient @ step < CLOSE:
            break
        size, tried = 1.0, _quasi(theta + step, full, y, ridge)
        while tried < value and size > 1e-9:
            size /= 2.0
            tried = _quasi(theta + step * size, full, y, ridge)
        theta, value = theta + step * size, tried
    return theta


def _quasi(theta: Floats, full: Floats, y: Floats, ridge: Floats) -> float:
    """Quasi-likelihood less the penalty; minus infinity where a mean leaves the range of numbers."""
    level = full @ theta
    if np.abs(level).max() > 50:
        return -np.inf
    terms = y * np.exp((1.0 - POWER) * level) / (1.0 - POWER) - np.exp((2.0 - POWER) * level) / (2.0 - POWER)
    return float(terms.sum() - 0.5 * ridge @ theta**2)
