r"""The likelihood of customers in cells: each cell has its own scales, and all of them the same few parameters.

A covariate moves the logarithms of a model's parameters, so with u the logarithms of all that is sought

.. math:: \log \theta_i = J_i u, \qquad \nabla_u = \sum_i J_i^\top (\theta_i \circ \nabla_i), \qquad
          H_u = \sum_i J_i^\top \left[\theta_i \theta_i^\top \circ H_i + \mathrm{diag}(\theta_i \circ \nabla_i)\right] J_i :

a cell's own likelihood, gradient and Hessian are the model's, as exact as they are there, and the rest is linear.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lifelong.models.climb import Objective

    Floats = NDArray[np.float64]

#: A cell's log parameters are kept within this: beyond, no model has anything left to compute.
FARTHEST = 30.0


def scales(jacobian: Floats, theta: Floats) -> Floats:
    """A cell's parameters from those of all."""
    return np.asarray(np.exp(np.clip(jacobian @ np.log(theta), -FARTHEST, FARTHEST)))


class CellObjective:
    """The objectives of the cells as one, in the parameters that they share.

    Args:
        parts: an objective for each cell, in the model's own parameters.
        jacobians: for each cell J, shape (parameters, all that is sought).
        starts: where to begin.
    """

    def __init__(self, parts: Sequence[Objective], jacobians: Floats, starts: list[Floats]) -> None:
        self.parts, self.jacobians, self._starts = parts, jacobians, starts
        self.size = sum(part.size for part in parts)

    def starts(self) -> list[Floats]:
        """Where to begin."""
        return self._starts

    def value(self, theta: Floats) -> tuple[float, Floats]:
        """Log-likelihood and its gradient in theta."""
        total, slope = 0.0, np.zeros(len(theta))
        with np.errstate(all="ignore"):  # far from the optimum a cell may overflow; that step is then refused
            for part, jacobian in zip(self.parts, self.jacobians, strict=True):
                at = scales(jacobian, theta)
                value, gradient = part.value(at)
                total += value
                slope += jacobian.T @ (at * gradient)
        return total, slope / theta

    def hessian(self, theta: Floats) -> Floats:
        """Second derivatives in theta."""
        bend, slope = np.zeros((len(theta), len(theta))), np.zeros(len(theta))
        with np.errstate(all="ignore"):
            for part, jacobian in zip(self.parts, self.jacobians, strict=True):
                at = scales(jacobian, theta)
                tilt = at * part.value(at)[1]
                slope += jacobian.T @ tilt
                bend += jacobian.T @ (part.hessian(at) * np.outer(at, at) + np.diag(tilt)) @ jacobian
        return np.asarray((bend - np.diag(slope)) / np.outer(theta, theta))

    def coarser(self) -> list[CellObjective]:
        """The cells' own coarser likenesses, level by level; a cell too small for one stands in as it is."""
        found = [part.coarser() for part in self.parts]
        levels = max(map(len, found), default=0)
        rows = [[*[part] * (levels - len(made)), *made] for part, made in zip(self.parts, found, strict=True)]
        return [CellObjective([row[i] for row in rows], self.jacobians, self._starts) for i in range(levels)]
