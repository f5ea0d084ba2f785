r"""Slice sampling of many numbers at once: each moves by itself under its own density, all in one step.

**Story.** A level is drawn below the density where one stands, then a point among those above that level, by shrinking an
interval that lies about the present point by chance. Nothing is tuned and every step moves.

Where the prior of a few numbers is normal, a slice of the likelihood alone is enough: the point moves along an ellipse through
itself and a fresh draw of the prior, all numbers of one customer together.

**Source.** Neal, R. M. (2003), Slice sampling, *Annals of Statistics* 31(3), 705-767, section 4, figure 5, with an interval
of fixed width (m = 1); Murray, I., Adams, R. P. and MacKay, D. J. C. (2010), Elliptical slice sampling, *AISTATS* 9, 541-548.

**Check.** A thousand standard normals:

>>> rng, at = np.random.default_rng(1), np.full(1000, 3.0)
>>> for _ in range(20):
...     at = slice_step(lambda v: -0.5 * v**2, at, 6.0, rng)
>>> bool(abs(at.mean()) < 0.1), bool(abs(at.std() - 1.0) < 0.1)
(True, True)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

#: After so many halvings the interval is as narrow as rounding: the point stays.
MOST = 60


def slice_step(log_density: Callable[[Floats], Floats], at: Floats, width: float, rng: np.random.Generator) -> Floats:
    """One step for each element of ``at``; ``log_density`` gives one value an element, of that element alone."""
    level = log_density(at) - rng.standard_exponential(at.shape)
    low = at - width * rng.random(at.shape)
    high = low + width
    made, waits = at.copy(), np.ones(at.shape, dtype=bool)
    for _ in range(MOST):
        tried = low + (high - low) * rng.random(at.shape)
        taken = waits & (log_density(tried) >= level)
        made[taken] = tried[taken]
        waits &= ~taken
        if not waits.any():
            break
        low = np.where(waits & (tried < at), tried, low)
        high = np.where(waits & (tried >= at), tried, high)
    return made


def elliptical_step(
    log_likelihood: Callable[[Floats, NDArray[np.intp]], Floats], at: Floats, fresh: Floats, rng: np.random.Generator
) -> Floats:
    """One step for each column of ``at`` under a normal prior about 0; all numbers of a column move together.

    Args:
        log_likelihood: of columns, shape (d, m), and their places in ``at``, shape (m,): one value for each of them.
        at: shape (d, n), less the prior's means.
        fresh: draws of each column's prior, less its means, same shape.
        rng: where chance comes from.
    """
    waits = np.arange(at.shape[1])
    level = log_likelihood(at, waits) - rng.standard_exponential(len(waits))
    angle = 2.0 * np.pi * rng.random(len(waits))
    low, high = angle - 2.0 * np.pi, angle.copy()
    made = at.copy()
    for _ in range(MOST):
        tried = at[:, waits] * np.cos(angle[waits]) + fresh[:, waits] * np.sin(angle[waits])
        is_taken = log_likelihood(tried, waits) >= level[waits]
        made[:, waits[is_taken]] = tried[:, is_taken]
        waits = waits[~is_taken]
        if not len(waits):
            break
        left = waits[angle[waits] < 0.0]
        right = waits[angle[waits] >= 0.0]
        low[left], high[right] = angle[left], angle[right]
        angle[waits] = low[waits] + (high[waits] - low[waits]) * rng.random(len(waits))
    return made
