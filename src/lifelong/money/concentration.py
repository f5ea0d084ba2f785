"""How much of all value the best customers bring, with its doubt. Arrays only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


def top_share(values: Floats, best: float = 0.2) -> tuple[float, float] | None:
    r"""The share of all value that the best share of customers brings, and its standard deviation by other customers.

    .. math:: L = \frac{\int_{v \ge q} v}{\mu}, \qquad
        IF(v) = \frac{(v - q)^+ + p q - L v}{\mu}

    q, the value that the best p reach; the standard deviation is that of IF by the root of n.

    **Source.** Beach and Davidson (1983), Distribution-free statistical inference with Lorenz curves and income shares,
    *Review of Economic Studies* 50, 723-735, for a share's variance.

    Args:
        values: of each customer, shape (customers,).
        best: the share of customers.

    Returns:
        Share and standard deviation; None where values sum to nothing.

    >>> share, sd = top_share(np.array([8.0, 1.0, 1.0, 0.0, 0.0]))
    >>> share
    0.8
    """
    n, mean = len(values), float(values.mean()) if len(values) else 0.0
    if mean <= 0.0:
        return None
    size = int(np.ceil(best * n - 1e-9))
    edge = float(np.partition(values, n - size)[n - size])
    share = float(np.partition(values, n - size)[n - size :].sum()) / (n * mean)
    influence = (np.maximum(values - edge, 0.0) + best * edge - share * values) / mean
    return share, float(influence.std()) / n**0.5
