"""Present value: money that comes later is worth less, by a continuous rate."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Floats = NDArray[np.float64]


def discount_factor(when: ArrayLike, force: float) -> Floats:
    r"""What one unit of money at a time is worth today: :math:`e^{-\delta t}`.

    Args:
        when: time from today, any shape.
        force: the continuous rate a unit of that time (``Rate.force_per_day``, ``Rate.force_per_week``).

    >>> float(discount_factor(365.25, math.log(1.1) / 365.25).round(6))
    0.909091
    """
    factor: Floats = np.exp(-force * np.asarray(when, np.float64))
    return factor


def tail_horizon(force: float, left: float) -> float:
    r"""The time after which only the share ``left`` of a level stream's worth remains: :math:`-\ln(left) / \delta`.

    It ends a simulation of the rest of life; what comes later is a share ``left`` of the worth at most, because no
    customer of a latent-attrition model orders faster with time.

    >>> round(tail_horizon(math.log(1.1), 0.01), 2)
    48.32
    """
    return -math.log(left) / force
