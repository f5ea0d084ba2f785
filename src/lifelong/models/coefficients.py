"""What a coefficient of a covariate is, and what the fitting routine needs to know of a model that has some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from lifelong.models.base import Parameter

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.base import PurchaseModel

    Floats = NDArray[np.float64]

#: A coefficient is sought within so many standard deviations of its covariate, on the log scale.
FURTHEST = 10.0


@dataclass(frozen=True, slots=True)
class Coefficient:
    """One coefficient: its column of the design, and how it moves the logarithms of the model's parameters."""

    name: str
    place: int
    moves: tuple[float, ...]

    @property
    def parameter(self) -> Parameter:
        """As the search sees it: the factor e^coefficient for one standard deviation of the covariate."""
        bound = float(np.exp(FURTHEST))
        return Parameter(self.name, "", "log of the factor for one more of it", 1.0, 1.0 / bound, bound, (0.0, 1.0))


class HasCoefficients(Protocol):
    """A model whose covariates are known: ``Covariates`` with its encoding."""

    @property
    def name(self) -> str:
        """As fits tell it."""

    @property
    def base(self) -> PurchaseModel:
        """The model that is modified."""

    @property
    def penalty(self) -> float:
        """By the customer."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Names of the design's columns."""

    @property
    def coefficients(self) -> tuple[Coefficient, ...]:
        """In the order of theta."""

    @property
    def params(self) -> tuple[Parameter, ...]:
        """The base model's parameters and the coefficients."""

    def design(self, table: Any) -> Floats:
        """The covariates of customers as numbers."""

    def jacobians(self, design: Floats) -> Floats:
        """How the base model's log parameters follow from those of theta, a row of a design each."""

    def told(self) -> dict[str, Any]:
        """The covariates as JSON holds them."""
