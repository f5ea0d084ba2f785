"""What a purchase model and a spend model must offer. Arrays only: no frame, file or database comes in here.

Time inside this wing is in **weeks** (float64), as the papers have it; ``values.Patterns`` holds days, and
:func:`weeks` turns them over. ``theta`` is always a float64 array in the order of ``params``; every function takes
``theta`` of shape (k,) for one parameter vector. Functions of customers broadcast x, t_x, T against each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from lifelong.models.climb import Objective
    from lifelong.values import Patterns, Spend, Tenures

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a model. All are positive and searched on the log scale within (low, high).

    ``prior`` is (mean, standard deviation) of the weakly informative normal prior on log(parameter).
    """

    name: str
    unit: str
    meaning: str
    start: float
    low: float
    high: float
    prior: tuple[float, float]


def weeks(days: ArrayLike) -> Floats:
    """Days to weeks, float64."""
    return np.asarray(days, dtype=np.float64) / 7.0


@runtime_checkable
class PurchaseModel(Protocol):
    """When customers order, and when they leave."""

    name: ClassVar[str]
    params: ClassVar[tuple[Parameter, ...]]
    #: What is ahead of a living customer hangs on the silence T - t_x too, as it does where orders come regularly.
    is_regular: ClassVar[bool]

    def loglik(self, theta: Floats, patterns: Patterns) -> float:
        """Log-likelihood of all customers, time in weeks."""

    def loglik_gradient(self, theta: Floats, patterns: Patterns) -> tuple[float, Floats]:
        """Log-likelihood and its exact gradient in theta (not log theta), in one pass."""

    def loglik_each(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """Log-likelihood of each history; t_x, T in weeks."""

    def alive(self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> Floats:
        """P(still a customer at T | x, t_x, T)."""

    def expect(
        self, theta: Floats, x: ArrayLike, t_x: ArrayLike, T: ArrayLike, horizon: float, discount: float = 0.0
    ) -> Floats:
        """Expected orders in (T, T + horizon], each weighed by exp(-discount (time since T)).

        ``horizon`` in weeks, may be inf when ``discount`` > 0; ``discount`` is the continuous rate a week.
        """

    def expect_if_alive(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        discount: float = 0.0,
        t_x: ArrayLike | None = None,
    ) -> Floats:
        """As :meth:`expect`, given that the customer is alive at T: a function of (x, T), and of t_x where ``is_regular``.

        Without ``t_x`` the customer is one who has ordered just now.
        """

    def expect_new(self, theta: Floats, t: ArrayLike) -> Floats:
        """Expected repeat orders of a new customer within t weeks of the first order."""

    def pmf_new(self, theta: Floats, n: ArrayLike, t: ArrayLike) -> Floats:
        """P(a new customer makes exactly n repeat orders within t weeks)."""

    def simulate(self, theta: Floats, T: ArrayLike, rng: np.random.Generator) -> tuple[Ints, Floats, Floats]:
        """Histories of new customers, one for each T (weeks): x, t_x (weeks, exact) and the time of death (inf if never)."""

    def draw_orders(
        self,
        theta: Floats,
        x: ArrayLike,
        T: ArrayLike,
        horizon: float,
        rng: np.random.Generator,
        t_x: ArrayLike | None = None,
    ) -> tuple[Ints, Floats]:
        """One future for each (x, T), given alive at T; ``theta`` is (k,) or (k, len(x)): a parameter draw each.

        ``t_x`` as in :meth:`expect_if_alive`.

        Returns (owner, when), one entry an order: the index into x, and weeks after T, within the horizon (finite).
        """


@runtime_checkable
class SpendModel(Protocol):
    """How much an order brings, given what earlier orders brought."""

    name: ClassVar[str]
    params: ClassVar[tuple[Parameter, ...]]

    def loglik(self, theta: Floats, spend: Spend) -> float:
        """Log-likelihood of the customers with x > 0."""

    def loglik_gradient(self, theta: Floats, spend: Spend) -> tuple[float, Floats]:
        """Log-likelihood and its exact gradient in theta."""

    def expect(self, theta: Floats, x: ArrayLike, total: ArrayLike) -> Floats:
        """Expected spend of an order to come, given x that brought total; inf where q <= 1 and x is too small."""

    def scale(self, theta: Floats, total: ArrayLike, x: ArrayLike) -> Floats:
        """The customer's factor: a spend is its :meth:`draw_spend` times this (Gamma-Gamma: gamma + total).

        A model whose factor hangs on x, the orders so far, beside total sets ``is_dependent = True``. One whose spends
        may be below 0 has ``location(theta, total, x)`` too: a spend is that and its draw times this.
        """

    def draw_spend(self, theta: Floats, x: ArrayLike, owner: Ints, rng: np.random.Generator) -> Floats:
        """A spend for each order, in units of :meth:`scale`; orders of one owner share that owner's latent mean.

        ``x`` is one an owner, ``owner`` indexes into it (as from ``PurchaseModel.draw_orders``); ``theta`` is (k,)
        or (k, len(x)), a parameter draw an owner. The distribution depends on x alone, never on total: that is why
        one table by x serves every customer.
        """


class ContractModel(Protocol):
    """How long subscribers stay who must say so when they leave; all of it is in ``contract.Contract``."""

    name: ClassVar[str]
    params: ClassVar[tuple[Parameter, ...]]

    def objective(self, tenures: Tenures) -> Objective:
        """The likelihood of these tenures, prepared for the fitting routine."""

    def power(self, theta: Floats) -> float:
        """The power p of a tail S(t) ~ t^-p; inf where it falls faster."""
