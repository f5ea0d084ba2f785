r"""The quick form: independent draws from a likeness of the posterior, weighed by what the posterior really is there.

**Story.** A quarter of the draws come from a t distribution about the mode, with the curvature there. Weighed, they tell
mean and spread of the posterior itself, which is skew: the rest come from a t distribution with those.

**Formula.** Of n draws, :math:`n_1` from :math:`q_1` and :math:`n_2` from :math:`q_2`, each is weighed as one of their
mixture,

.. math:: w(z) \propto \frac{p(z)}{(n_1 q_1(z) + n_2 q_2(z)) / n}, \qquad
          q_i(z) = \frac{\Gamma((\nu+k)/2)}{\Gamma(\nu/2)\,(\nu\pi)^{k/2}\,\lvert R_i \rvert}
          \left(1 + \frac{\lVert R_i^{-1} (z - m_i) \rVert^2}{\nu}\right)^{-(\nu+k)/2},

and the weights are Pareto smoothed (``posterior.pareto``).

**Source.** Cornuet, J.-M., Marin, J.-M., Mira, A. and Robert, C. P. (2012), Adaptive multiple importance sampling,
*Scandinavian Journal of Statistics* 39(4), 798-812; Tierney, L. and Kadane, J. B. (1986), *JASA* 81, 82-86 (Laplace).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.phrases import phrase
from lifelong.posterior.density import Draws
from lifelong.posterior.pareto import good_shape, smoothed
from lifelong.values import Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.posterior.density import Density
    from lifelong.values import Posterior

    Floats = NDArray[np.float64]

#: Degrees of freedom: tails heavier than a normal's, so that a skew posterior stays under them.
FREEDOM = 5.0
#: The share of the draws that is made about the mode.
FIRST = 0.25
#: So much of the first covariance is added to the second, which few heavy draws may leave flat.
ADDED = 1e-3


@dataclass(frozen=True, slots=True)
class Likeness:
    """A multivariate t distribution about a centre, its scale a matrix root."""

    centre: Floats
    root: Floats

    def draw(self, size: int, rng: np.random.Generator) -> Floats:
        """Draws, shape (size, k)."""
        u = rng.standard_normal((size, len(self.centre)))
        return np.asarray(self.centre + u * np.sqrt(FREEDOM / rng.chisquare(FREEDOM, size))[:, None] @ self.root.T)

    def log_density(self, z: Floats) -> Floats:
        """Log density at each z, less what all likenesses of one k share."""
        u = np.linalg.solve(self.root, (z - self.centre).T)
        bend = np.log1p((u**2).sum(axis=0) / FREEDOM)
        return np.asarray(-(FREEDOM + len(self.centre)) / 2.0 * bend - np.linalg.slogdet(self.root)[1])


def laplace(about: Density, size: int) -> Posterior:
    """Draw about the mode, then about what the posterior has been seen to be, and weigh."""
    rng = np.random.default_rng([about.origin.seed, 5])
    first = Likeness(about.mode.z, about.root)
    n = np.maximum(np.array([FIRST * size, (1.0 - FIRST) * size]).astype(int), 1)
    z = first.draw(n[0], rng)
    value = about.values(z)
    mean, spread = moments(z, smoothed(value - first.log_density(z))[0])
    second = Likeness(mean, np.asarray(np.linalg.cholesky(spread + ADDED * about.root @ about.root.T)))
    more = second.draw(n[1], rng)
    z, value = np.concatenate([z, more]), np.concatenate([value, about.values(more)])
    mixed = np.logaddexp(*(np.log(m) + q.log_density(z) for m, q in zip(n, (first, second), strict=True)))
    weight, shape = smoothed(value - mixed)
    found = []
    if shape > good_shape(len(z)):
        text = phrase('the quick form is not close enough here (k-hat {shape:.2f}): draw with how="nuts"', shape=shape)
        found.append(Finding("F271", text, facts={"k_hat": shape}))
    figures = {"k_hat": shape, "ess": 1.0 / float(weight @ weight)}
    return about.posterior(Draws(z, weight, value, "laplace", 1, figures, found))


def moments(z: Floats, weight: Floats) -> tuple[Floats, Floats]:
    """Mean and covariance of weighed draws."""
    mean = weight @ z
    gap = z - mean
    return mean, (weight[:, None] * gap).T @ gap
