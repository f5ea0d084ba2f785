"""What a model says of customers of some age who are still there: a new customer again, with other parameters."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from lifelong.models.climb import Objective
    from lifelong.values import Patterns

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Aged:
    """Customers of one age.

    Attributes:
        theta: the parameters with which those still there are like new customers.
        jacobian: the derivatives of these in the model's own parameters, a row for each of these.
        log_here: log P(still there at that age).
        slope: the gradient of that in the model's own parameters.
    """

    theta: Floats
    jacobian: Floats
    log_here: float
    slope: Floats


@runtime_checkable
class Ageing(Protocol):
    """A purchase model whose customers leave by their age alone, whatever they ordered."""

    name: str

    def older(self, theta: Floats, age: float) -> Floats:
        """``aged(theta, age).theta``, also from a draw a column: shape (k,) or (k, n)."""

    def aged(self, theta: Floats, age: float) -> Aged:
        """Customers of that age in weeks, of whom it is not known how often they ordered."""

    def objective(self, patterns: Patterns) -> Objective:
        """The likelihood of these patterns."""
