"""What a coefficient of a covariate is, and what the fitting routine needs to know of a model that has some."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from lifelong.models.base import Parameter
from lifelong.models.cell_objective import scales
from lifelong.models.encoding import cells

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

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
    """A model whose covariates are known: ``Covariates`` or ``SpendCovariates`` with its encoding."""

    @property
    def name(self) -> str:
        """As fits tell it."""

    @property
    def base(self) -> Any:
        """The model that is modified: of purchases or of spend."""

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


def jacobians(known: HasCoefficients, design: Floats) -> Floats:
    """How the logarithms of the base model's parameters follow from those of theta, for each row of a design."""
    own = len(known.base.params)
    made = np.zeros((len(design), own, own + len(known.coefficients)))
    made[:, range(own), range(own)] = 1.0
    for i, one in enumerate(known.coefficients):
        made[:, :, own + i] = design[:, [one.place]] * np.array(one.moves)
    return made


def thetas(known: HasCoefficients, theta: Floats, table: Any) -> tuple[Floats, Ints]:
    """The base model's parameters in each cell of a table's customers, and each customer's cell."""
    distinct, cell = cells(known.design(table))
    return np.stack([scales(jacobian, theta) for jacobian in known.jacobians(distinct)]), cell


def by_cell(at: Floats, cell: Ints, function: Callable[[Floats, Ints], Floats]) -> Floats:
    """A function of a cell's parameters and customers, put together again in the customers' order."""
    order = np.argsort(cell, kind="stable")
    groups = np.split(order, np.cumsum(np.bincount(cell, minlength=len(at)))[:-1])
    made = np.concatenate([function(theta, rows) for theta, rows in zip(at, groups, strict=True)])
    back = np.empty_like(made)
    back[order] = made
    return back
