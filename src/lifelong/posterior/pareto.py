r"""Pareto smoothing of importance weights: what makes a few heavy weights bearable, and says when it cannot.

**Story.** Where draws come from a likeness of a density, a few of them may carry nearly all the weight, and sums then
hang on luck. The largest weights are replaced by the expected order statistics of a generalised Pareto distribution
that is fitted to them. Its shape, k-hat, tells whether the likeness is close enough: below 0.7 it is.

**Formula.** With M largest of S weights above the cut u, :math:`M = \min(S/5, 3\sqrt S)`:

.. math:: w_{(j)} = u + \frac{\sigma}{k}\left[(1 - p_j)^{-k} - 1\right], \qquad p_j = \frac{j - 1/2}{M},
          \qquad w_{(j)} \le \max_i w_i

and the shape and scale by :func:`tail_shape`. What is left is worth :math:`1 / \sum_i w_i^2` independent draws.

**Symbols.** log ratio: log of the density wanted less log of the density drawn from, shape (S,); no unit.

**Numerics.** Ratios are taken less their largest, so nothing overflows; equal weights have no tail and give k = 0.

**Source.** Vehtari, A., Simpson, D., Gelman, A., Yao, Y. and Gabry, J. (2024), Pareto smoothed importance sampling,
*Journal of Machine Learning Research* 25(72), 1-58; Zhang, J. and Stephens, M. A. (2009), A new and efficient
estimation method for the generalized Pareto distribution, *Technometrics* 51(3), 316-325.

**Check.** Weights from a Pareto distribution of shape 0.5 have k = 0.5:

>>> u = (np.arange(20_000) + 0.5) / 20_000
>>> round(smoothed(-0.5 * np.log1p(-u))[1], 1)
0.5
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: Fewer tail weights than this have no shape to speak of.
LEAST = 5
#: The shape is drawn toward 0.5 with the weight of so many tail weights (Vehtari and others 2024, appendix).
HELD = 10


def smoothed(log_ratio: Floats) -> tuple[Floats, float]:
    """Weights that sum to 1, and k-hat; see the module's text."""
    weight: Floats = np.exp(log_ratio - log_ratio.max())
    size = len(weight)
    tail = int(np.ceil(min(size / 5.0, 3.0 * np.sqrt(size))))
    order = np.argsort(weight)
    top = order[size - tail :]
    cut = float(weight[order[size - tail - 1]])
    excess = weight[top] - cut
    if tail < LEAST or excess[tail // 4] <= 1e-12:
        return weight / weight.sum(), 0.0 if excess.max() <= 1e-12 else np.inf
    shape, scale = tail_shape(excess)
    rank = (np.arange(tail) + 0.5) / tail
    grown = -np.log1p(-rank) if abs(shape) < 1e-8 else np.expm1(-shape * np.log1p(-rank)) / shape
    weight[top] = np.minimum(cut + scale * grown, 1.0)
    return weight / weight.sum(), shape


def tail_shape(excess: Floats) -> tuple[float, float]:
    r"""Shape and scale of the generalised Pareto distribution of sorted, positive excesses.

    With :math:`b = -k/\sigma` the profile log-likelihood is :math:`n[\log(-b/k(b)) - k(b) - 1]`,
    :math:`k(b) = \overline{\log(1 - b x)}`. Its posterior mean in b is taken over a grid that the data's quartile and
    maximum place (Zhang and Stephens 2009, equations 8 to 10).
    """
    size = len(excess)
    nodes = 30 + int(np.sqrt(size))
    quartile = float(excess[int(size / 4.0 + 0.5) - 1])
    spread = 1.0 - np.sqrt(nodes / (np.arange(nodes) + 0.5))
    at = 1.0 / float(excess[-1]) + spread / (3.0 * quartile)
    shape = np.log1p(-at[:, None] * excess).mean(axis=1)
    profile = size * (np.log(-at / shape) - shape - 1.0)
    weight = np.exp(profile - profile.max())
    best = float(weight @ at / weight.sum())
    k = float(np.log1p(-best * excess).mean())
    return (size * k + HELD * 0.5) / (size + HELD), -k / best


def good_shape(size: int) -> float:
    """The largest k-hat at which so many draws can be relied on (Vehtari and others 2024, section 3.2.4)."""
    return min(1.0 - 1.0 / float(np.log10(size)), 0.7)
