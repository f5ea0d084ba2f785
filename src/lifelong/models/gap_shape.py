r"""How regularly a firm's customers come: two quick estimates of k, without any model of who leaves.

**Story.** Where orders come at random, gaps are exponential and k = 1; the nearer a customer comes to a clock, the larger is
the shape k of the gaps' gamma distribution. One estimate takes every customer's last two gaps and gives one k for the firm;
the other gives each customer with many gaps a k of their own, of which the median is told. Both say before any fit
whether a regular model is worth trying.

**Formula.** Two gaps of one customer with gamma distributed gaps have a share :math:`M = g_1/(g_1+g_2) \sim
\mathrm{Beta}(k, k)`, whatever the customer's pace. Its variance is :math:`1 / (8k + 4)`, and its mean is known:

.. math:: k = \frac{1 - 4v}{8v}, \qquad v = \overline{(M - \tfrac12)^2}.

A customer's own k is the most likely one: with s the log of the mean gap less the mean of the logs, it solves
:math:`\log k - \psi(k) = s`.

**Symbols.** gaps: days or weeks, for k has no unit.

**Numerics.** Which gap is g_1 does not matter, for v is taken about 1/2. Earlier software takes one of the two by chance and
the variance about the shares' own mean, so that every run gives another figure. A customer's own k is found by Newton steps
in 1/k, which from the start below are exact after five; equal gaps have no finite k.

**Source.** Wheat, R. D. and Morrison, D. G. (1990), Estimating purchase regularity with two interpurchase times, *Journal
of Marketing Research* 27(1), 87-93; Minka, T. P. (2002), Estimating a gamma distribution, equations 9 and 10.

**Check.** Gaps of shape 3, twelve for each of 20,000 customers; so few gaps make a customer's own k too large:

>>> gaps = np.random.default_rng(1).gamma(3.0, size=(20_000, 12))
>>> round(pair_shape(gaps[:, -2], gaps[:, -1]), 1)
3.0
>>> round(float(np.median(own_shapes(12, gaps.sum(axis=1), np.log(gaps).sum(axis=1)))), 1)
3.4
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from lifelong.errors import FitError

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]

#: Below this excess of the log of the mean over the mean of the logs, gaps are equal but for rounding.
EQUAL = 1e-12
STEPS = 8


def pair_shape(one: ArrayLike, other: ArrayLike) -> float:
    """The k of all customers, from two gaps of each (Wheat and Morrison 1990); inf where every two are equal.

    Args:
        one: the last gap of each customer (``tables.gaps.last_pairs``), in any unit.
        other: the gap before it.

    Raises:
        FitError: E205 where there is no pair, or a gap is not above zero.
    """
    first, second = np.asarray(one, dtype=np.float64), np.asarray(other, dtype=np.float64)
    if not len(first) or not ((first > 0) & (second > 0)).all():
        raise FitError(
            "E205", "the regularity needs two gaps above zero of at least one customer", where="gaps",
            why="gaps are those between order days, and who came twice has only one", fix="give tables.gaps.last_pairs",
        )  # fmt: skip
    v = float(np.mean((first / (first + second) - 0.5) ** 2))
    return (1.0 - 4.0 * v) / (8.0 * v) if v > 0 else float("inf")


def own_shapes(n: ArrayLike, total: ArrayLike, log_gaps: ArrayLike) -> Floats:
    """The most likely k of each customer's gaps; inf where they are equal, as a single gap is.

    Args:
        n: how many gaps, at least one; with fewer than ten the estimate is far too large.
        total: their sum.
        log_gaps: the sum of their logarithms, in the same unit (``Spacings.log_gaps`` with ``t_x / 7``).
    """
    n, total = np.asarray(n, dtype=np.float64), np.asarray(total, dtype=np.float64)
    s = np.log(total / n) - np.asarray(log_gaps, dtype=np.float64) / n
    differs = s > EQUAL
    s = np.where(differs, s, 1.0)
    k = (3.0 - s + np.sqrt((s - 3.0) ** 2 + 24.0 * s)) / (12.0 * s)
    for _ in range(STEPS):
        k = 1.0 / (1.0 / k + (np.log(k) - special.digamma(k) - s) / (k - k**2 * special.polygamma(1, k)))
    return np.asarray(np.where(differs, k, np.inf))
