"""What more retention, or a higher rate, is worth where customers differ, with the doubt about the parameters.

Customers who buy freely say no goodbye. Each has an own chance to leave, and the lever multiplies all of them by one factor, from today
on: what was seen, and so who is still there, stays as it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.errors import ConfigError, FitError
from lifelong.phrases import phrase

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.score.base import Past
    from lifelong.score.engine import Engine
    from lifelong.score.forecast import Forecast

    Floats = NDArray[np.float64]

#: Models in which a living customer orders at a steady rate and leaves at a steady one, whatever the day.
STEADY = ("pareto_nbd", "bg_nbd", "mbg_nbd")
YEAR = 365.25 / 7.0  # weeks
#: Histories that stand for all.
MOST = 1_000


@dataclass(frozen=True, slots=True, eq=False)
class Stream:
    r"""Orders to come of some customers, each weighted by what an order of theirs brings.

    **Formula.** A customer of rate :math:`\lambda` and chance to leave :math:`\mu` orders at :math:`\lambda e^{-\mu t}`. All rates of those who
    are there are :math:`h(t) = E[\lambda e^{-\mu t}]`, so that with :math:`f \mu` for each they are :math:`h(f t)`, and

    .. math:: \int_0^H e^{-\delta t} h(f t)\,dt = \frac{1}{f} \int_0^{f H} e^{-(\delta / f) u} h(u)\,du

    is the model's own closed form at another rate and horizon: exact, however customers differ. Where they leave after an order,
    :math:`\mu = \lambda p`, it holds likewise. The yearly retention is :math:`h(f) / h(0)`, time in years.

    **Source.** Schmittlein, D. C., Morrison, D. G. and Colombo, R. (1987), Counting your customers, *Management Science* 33(1), 1-24
    (the mixture); Gupta, S., Lehmann, D. R. and Stuart, J. A. (2004), *JMR* 41(1), 7-18 (elasticities of customer value).

    Attributes:
        engine: fit, models and terms.
        past: histories.
        weight: money of an order of the customers of each, shape (histories,).
    """

    engine: Engine
    past: Past
    weight: Floats

    @classmethod
    def of(cls, ahead: Forecast) -> Stream:
        """Of a forecast's customers; of many histories a sample stands for all.

        Raises:
            FitError: E492, where the model's customers do not leave at a steady rate.
        """
        steady(ahead.engine.fit.model)
        base = ahead.base
        money = np.bincount(base.history, ahead.factor(slice(None)), minlength=base.histories) * ahead.paid
        rng = np.random.default_rng([ahead.engine.terms.seed, 15])
        some = np.arange(base.histories) if base.histories <= MOST else np.sort(rng.choice(base.histories, MOST, False))
        return cls(ahead.engine, base.past.at(some), np.maximum(money[some], 0.0))

    def worth(self, theta: Floats, leave: float = 1.0, force: float | None = None) -> float:
        """Present value of all orders, where chances to leave stand at a factor; ``force`` a week in place of the terms'."""
        rate = self.engine.force if force is None else force
        each = self.engine.ahead(theta, self.past, rate / leave, self.engine.horizon * leave) / leave
        return float((self.weight * self.engine.alive(theta, self.past)) @ each)

    def retention(self, theta: Floats, leave: float = 1.0) -> float:
        """Rate of orders a year from now by that of now, as far as leaving lowers it."""
        step, alive = 0.1, self.weight * self.engine.alive(theta, self.past)
        at = (0.0, step, leave * YEAR, leave * YEAR + step)
        now, soon, later, end = (
            float(alive @ self.engine.ahead(theta, self.past, 0.0, weeks)) if weeks else 0.0 for weeks in at
        )
        return (end - later) / (soon - now)

    def slope(self, theta: Floats) -> float:
        """By how many per cent retention moves where all chances to leave are 1 % higher; below 0."""
        high, low = (self.retention(theta, leave) for leave in (1.01, 1.0 / 1.01))
        return float(np.log(high / low) / (2.0 * np.log(1.01)))

    def leaving(self, factor: float) -> float:
        """The factor of all chances to leave by which the yearly retention is ``factor`` times what it is.

        Raises:
            ConfigError: E493, where retention would be 100 % or more, or next to none.
        """
        from scipy.optimize import brentq

        theta = self.engine.theta
        now = self.retention(theta)
        low, high = 1e-3, 1e3
        if not self.retention(theta, high) < factor * now < self.retention(theta, low):
            raise ConfigError(
                "E493", phrase("a retention of {factor:.1%} a year is not to be had", factor=factor * now), where="--what-if retention=",
                why=phrase("it is {now:.1%} now, and lies between 0 and 100 %", now=now), fix=phrase("write a factor below {now:.2f}", now=1.0 / now),
            )  # fmt: skip
        made = brentq(lambda log: self.retention(theta, float(np.exp(log))) - factor * now, np.log(low), np.log(high))
        return float(np.exp(made))


def steady(model: str) -> None:
    """Refuse a model whose customers do not order and leave at steady rates.

    Raises:
        FitError: E492.
    """
    if model.removesuffix("+covariates") not in STEADY:  # these move each customer's steady rates, and keep them steady
        raise FitError(
            "E492", phrase("{model} does not say what more retention brings", model=model), where="the latest fit",
            why="the lever multiplies steady chances to leave, and this model has none, or orders with a rhythm",
            fix=phrase("lifelong fit --model {steady}; or leave retention out", steady=STEADY[0]),
        )  # fmt: skip
