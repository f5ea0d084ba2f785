"""A purchase model whose customers are of several kinds, each with parameters of its own: by covariates, or by age."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from lifelong.models.base import Parameter, PurchaseModel

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


class ByKind(Protocol):
    """Predictions for customers of whom each has a kind: :class:`Kinds`, or ``models.courses.Courses``."""

    @property
    def base(self) -> Any:
        """The model of each kind."""

    @property
    def params(self) -> tuple[Parameter, ...]:
        """What is fitted."""

    @property
    def size(self) -> int:
        """How many kinds there are."""

    def alive(self, theta: Floats, kind: Any, x: Any, t_x: Any, T: Any) -> Floats:
        """P(still a customer at T | x, t_x, T)."""

    def expect_if_alive(
        self, theta: Floats, kind: Any, past: tuple[Any, Any, Any], horizon: float, discount: float = 0.0
    ) -> Floats:
        """Expected orders in (T, T + horizon] given alive at T, discounted."""

    def draw_orders(
        self, theta: Floats, kind: Any, past: tuple[Any, Any, Any], horizon: float, rng: np.random.Generator
    ) -> tuple[Ints, Floats]:
        """One future for each customer, given alive at T."""


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """The predictions of ``base.PurchaseModel`` for customers of whom each has a kind; time in weeks.

    A kind is a number from 0 on. Neighbouring numbers stand for customers who are alike, so that kinds may be put
    together by them where they are many.

    Attributes:
        base: the model of each kind.
        name: of the whole, as fits tell it.
        params: what is drawn and fitted: ``theta`` is in their order.
        size: how many kinds there are.
        at: the base model's parameters of a kind, from theta of shape (k,) or (k, n): a column a draw.
        silent: what P(alive) of a kind's customers without a repeat order is to be multiplied by, from theta, kind, t_x
            and T; None where nothing is.
    """

    base: PurchaseModel
    name: str
    params: tuple[Parameter, ...]
    size: int
    at: Callable[[Floats, int], Floats]
    silent: Callable[[Floats, int, Floats, Floats], Floats] | None = None

    @classmethod
    def one(cls, model: PurchaseModel) -> Kinds:
        """All customers of one kind: the model itself."""
        return cls(model, model.name, tuple(model.params), 1, lambda theta, _: theta)

    def alive(self, theta: Floats, kind: Any, x: Any, t_x: Any, T: Any) -> Floats:
        """P(still a customer at T | x, t_x, T)."""

        def one(number: int, rows: Any) -> Floats:
            made = self.base.alive(self.at(theta, number), x[rows], t_x[rows], T[rows])
            if self.silent is None:
                return made
            return np.where(x[rows] > 0, made, made * self.silent(theta, number, t_x[rows], T[rows]))

        return self.each(kind, len(x), one)

    def expect_if_alive(
        self, theta: Floats, kind: Any, past: tuple[Any, Any, Any], horizon: float, discount: float = 0.0
    ) -> Floats:
        """Expected orders in (T, T + horizon] given alive at T, discounted; ``past`` is x, T and t_x (None: just now)."""
        x, T, t_x = past

        def one(number: int, rows: Any) -> Floats:
            since = None if t_x is None else t_x[rows]
            return self.base.expect_if_alive(self.at(theta, number), x[rows], T[rows], horizon, discount, since)

        return self.each(kind, len(x), one)

    def expect_new(self, theta: Floats, kind: Any, t: Floats) -> Floats:
        """Expected orders of new customers of some kinds within t weeks of the first order."""
        return self.each(kind, len(t), lambda number, rows: self.base.expect_new(self.at(theta, number), t[rows]))

    def draw_orders(
        self, theta: Floats, kind: Any, past: tuple[Any, Any, Any], horizon: float, rng: np.random.Generator
    ) -> tuple[Ints, Floats]:
        """One future for each customer, given alive at T: ``theta`` is (k, n), ``past`` as in :meth:`expect_if_alive`."""
        x, T, t_x = past
        if self.size > 1:
            drawn = np.empty((len(self.base.params), len(x)))
            for number, rows in self._parts(kind):
                drawn[:, rows] = self.at(theta[:, rows], number)
            theta = drawn
        else:
            theta = self.at(theta, 0)
        return self.base.draw_orders(theta, x, T, horizon, rng, t_x)

    def each(self, kind: Any, rows: int, function: Callable[[int, Any], Floats]) -> Floats:
        """A function of a kind's number and rows, put together again in the rows' order."""
        if self.size == 1:
            return function(0, slice(None))
        made = np.empty(rows)
        for number, some in self._parts(kind):
            made[some] = function(number, some)
        return made

    @staticmethod
    def _parts(kind: Any) -> list[tuple[int, Ints]]:
        """The rows of each kind that occurs."""
        order = np.argsort(kind, kind="stable")
        numbers, first = np.unique(np.asarray(kind)[order], return_index=True)
        return list(zip(numbers.tolist(), np.split(order, first)[1:], strict=True))
