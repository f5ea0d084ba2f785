"""Customers in changing circumstances as kinds: each has a course of covariates, past and to come, of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.models.time_varying import TimeVaryingParetoNBD

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.models.base import Parameter
    from lifelong.values import Course, Fit, Timelines

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Courses:
    """What ``models.kinds.Kinds`` offers, where every customer is a kind: x, t_x and T are those of the timelines.

    Attributes:
        base: the model.
        name: of it.
        params: those that it shares with Pareto/NBD.
        timelines: the customers, in the order of what is expected of them if they are alive.
        future: their covariates over the horizon, and no further, in the same order.
    """

    base: Any
    name: str
    params: tuple[Parameter, ...]
    timelines: Timelines
    future: Course

    @classmethod
    def of(cls, fit: Fit, timelines: Timelines, future: Course) -> tuple[Courses, Ints]:
        """From a fit of the model; also each customer's number."""
        names = [p.name for p in fit.params[len(TimeVaryingParetoNBD.base) :]]
        leaving, orders = ([n.removeprefix(p) for n in names if n.startswith(p)] for p in ("life_", "order_"))
        model = TimeVaryingParetoNBD(leaving, orders)
        order = np.argsort(model.expect_if_alive(fit.theta, timelines, future), kind="stable")
        made = cls(model, model.name, model.base, timelines.take(order), future.take(order))
        return made, np.argsort(order)

    @property
    def size(self) -> int:
        """How many customers there are."""
        return len(self.timelines)

    def alive(self, theta: Floats, kind: Any, x: Any, t_x: Any, T: Any) -> Floats:  # noqa: ARG002 - the same call for all kinds
        """P(still a customer on the last day seen)."""
        return np.asarray(self.base.alive(theta, self.timelines)[kind])

    def expect_if_alive(
        self,
        theta: Floats,
        kind: Any,
        past: tuple[Any, Any, Any],  # noqa: ARG002 - the timelines hold it
        horizon: float,  # noqa: ARG002 - it is the future's own
        discount: float = 0.0,
    ) -> Floats:
        """Expected orders over the future, given alive, discounted."""
        return np.asarray(self.base.expect_if_alive(theta, self.timelines, self.future, discount)[kind])

    def draw_orders(
        self,
        theta: Floats,
        kind: Any,
        past: tuple[Any, Any, Any],  # noqa: ARG002 - the timelines hold it
        horizon: float,  # noqa: ARG002 - it is the future's own
        rng: np.random.Generator,
    ) -> tuple[Ints, Floats]:
        """One future for each row, given alive: ``theta`` is (k, n); rows of one draw are simulated together."""
        _, first, draw = np.unique(theta[0], return_index=True, return_inverse=True)
        order = np.argsort(draw, kind="stable")
        owners, times = [], []
        for column, rows in zip(first, np.split(order, np.cumsum(np.bincount(draw))[:-1]), strict=True):
            who = np.asarray(kind)[rows]
            owner, when = self.base.draw_orders(theta[:, column], self.timelines.take(who), self.future.take(who), rng)
            owners.append(rows[owner])
            times.append(when)
        return np.concatenate(owners), np.concatenate(times)
