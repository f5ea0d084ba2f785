"""Payments to come of subscribers by month, in the same tensor as orders of free buyers: those there are, and those to come.

A draw is one world: parameters, who renews how often, and so what is paid when. Whoever is there pays next when the own
period ends, and then once a period for as long as the contract is renewed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong import plugins
from lifelong.errors import ConfigError
from lifelong.money.cash import Flows
from lifelong.phrases import phrase
from lifelong.score.cash import DRAWS, MONTH, MOST, NEWCOMERS, to_the_middle
from lifelong.score.subscriptions import PERIODS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from lifelong.models.contract import Contract
    from lifelong.score.book import Book
    from lifelong.values import Fit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

YEAR = 365.25  # days


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Subscriptions that began of late: periods and prices that those to come are taken to have.

    Attributes:
        recent: how many began in each of the last months, the latest first; at most twelve.
        period, price: of each, a period's price in major units.
    """

    recent: Floats
    period: NDArray[np.str_]
    price: Floats

    def by_period(self) -> Iterator[tuple[str, float, float]]:
        """Each period, its share of all, and the mean price of a period."""
        for period in np.unique(self.period).tolist():
            own = self.period == period
            yield period, float(own.mean()), float(self.price[own].mean())


@dataclass(frozen=True, slots=True, eq=False)
class Subscribers:
    """Everybody who has subscribed, the model of each period, and when each one pays next.

    Attributes:
        fits: a contractual fit for each period of those who are there, and of those who joined of late.
        book: the subscribers; those who are lost pay nothing more.
        wait: days until each one's next payment is due, 1 or more; shape (customers,).
        joined: those who began of late.
        seed: of all draws.
    """

    fits: Mapping[str, Fit]
    book: Book
    wait: Floats
    joined: Joined
    seed: int = 0

    @property
    def model(self) -> str:
        """Names of the models."""
        return ", ".join(dict.fromkeys(self.fits[period].model for period in self.book.periods or self.fits))

    def existing(self, months: int, draws: int = DRAWS) -> Flows:
        """What those who are there pay: shape (1, months, draws); the median of each month is its closed form."""
        rng, here = np.random.default_rng([self.seed, 21]), np.flatnonzero(self.book.is_here)
        payments, revenue = (np.zeros((1, months, draws)) for _ in range(2))
        for period in self.book.periods:
            model, days = contract(self.fits[period]), PERIODS[period]
            at = here[self.book.period[here] == period]
            size = len(at) if len(here) <= MOST else max(round(MOST * len(at) / len(here)), 1)
            longest = int(self.book.renewals[at].max()) + _most(months, days) + 1
            for i, theta in enumerate(self.fits[period].draws(draws, rng)):
                some = at if size == len(at) else rng.choice(at, size, replace=False)
                curve = np.exp(model.log_curve(theta, np.arange(longest + 1.0))[0])
                paid = _paid(curve, self.book.renewals[some], rng)
                if self.book.chance is not None:
                    paid[rng.random(size) >= self.book.chance[some]] = 0
                made = _by_month(paid, self.wait[some] - 1.0, days, self.book.price[some], months)
                payments[0, :, i] += made[0] * (len(at) / size)
                revenue[0, :, i] += made[1] * (len(at) / size)
        return to_the_middle(Flows(payments, revenue), *(part[None] for part in self.expected(months)))

    def expected(self, months: int, leave: float = 1.0) -> Floats:
        """Closed forms of payments and money by month, shape (2, months); ``leave`` multiplies each one's chance to leave."""
        made = np.zeros((2, months))
        for period in self.book.periods:
            model, days, theta = contract(self.fits[period]), PERIODS[period], self.fits[period].theta
            for n, chance, at in self.book.due(period):
                stay = chance * _stay(model, theta, n, _most(months, days), leave)
                for k, share in enumerate(stay):
                    when = ((self.wait[at] - 1.0 + k * days) / MONTH).astype(np.int64)
                    inside = when < months
                    for row, weight in enumerate((None, self.book.price[at][inside])):
                        made[row] += share * np.bincount(when[inside], weight, months)
        return made

    def coming(self, arrivals: Floats, draws: int = DRAWS) -> Flows:
        """What those pay who are still to join, their first payment included: shape (1, months, draws).

        Args:
            arrivals: how many join in each month and draw, shape (months, draws).
            draws: worlds.
        """
        rng, months = np.random.default_rng([self.seed, 22]), len(arrivals)
        payments, revenue = (np.zeros((1, months, draws)) for _ in range(2))
        for period, share, _ in self.joined.by_period():
            model, days = contract(self.fits[period]), PERIODS[period]
            prices = self.joined.price[self.joined.period == period]
            for i, theta in enumerate(self.fits[period].draws(draws, rng)):
                total = share * float(arrivals[:, i].sum())
                size = min(round(total), NEWCOMERS)
                if not size:
                    continue
                month = rng.choice(months, size, p=arrivals[:, i] / arrivals[:, i].sum())
                curve = np.exp(model.log_curve(theta, np.arange(_most(months, days) + 2.0))[0])
                paid = 1 + _paid(curve, np.zeros(size, np.int64), rng)
                begin = (month + rng.random(size)) * MONTH
                made = _by_month(paid, begin, days, rng.choice(prices, size), months) * (total / size)
                payments[0, :, i] += made[0]
                revenue[0, :, i] += made[1]
        return Flows(payments, revenue)

    def newcomer(self, months: int, leave: float = 1.0) -> Floats:
        """Closed forms of one who joins in a month, at any time of it alike: payments and money of it and those after."""
        made = np.zeros((2, months + 1))
        for period, share, price in self.joined.by_period():
            days, fit = PERIODS[period], self.fits[period]
            most = _most(months, days)
            stay = np.append(1.0, _stay(contract(fit), fit.theta, 1, most, leave))
            at, part = np.divmod(np.arange(most + 1.0) * days / MONTH, 1.0)
            for each, m, later in zip(stay, at.astype(np.int64), part, strict=True):
                if m < months:
                    made[:, m] += share * each * (1.0 - later) * np.array([1.0, price])
                    made[:, m + 1] += share * each * later * np.array([1.0, price])
        return made[:, :months]

    def retention(self, leave: float = 1.0) -> float:
        """The share of the money now due that is still paid a year later, each one's chance to leave multiplied."""
        now, then = 0.0, 0.0
        for period in self.book.periods:
            steps, fit = max(round(YEAR / PERIODS[period]), 1), self.fits[period]
            for n, chance, at in self.book.due(period):
                money = chance * float(self.book.price[at].sum()) / PERIODS[period]
                now += money
                then += money * float(_stay(contract(fit), fit.theta, n, steps, leave)[-1])
        return then / now

    def leaving(self, factor: float) -> float:
        """The factor of all chances to leave by which the yearly retention is ``factor`` times what it is.

        Raises:
            ConfigError: E493, where retention would be 100 % or more, or next to none.
        """
        from scipy.optimize import brentq

        if not self.book.periods:
            return 1.0
        now, low, high = self.retention(), 1e-3, 50.0
        if not self.retention(high) < factor * now < self.retention(low):
            raise ConfigError(
                "E493", phrase("a retention of {retention:.1%} a year is not to be had", retention=factor * now), where="--what-if retention=",
                why=phrase("it is {retention:.1%} of subscribers now, and lies between 0 and 100 %", retention=now),
                fix=phrase("write a factor below {factor:.2f}", factor=1.0 / now),
            )  # fmt: skip
        made = brentq(lambda log: self.retention(float(np.exp(log))) - factor * now, np.log(low), np.log(high))
        return float(np.exp(made))


def contract(fit: Fit) -> Contract:
    """The contractual model that a fit names."""
    model: Contract = plugins.load("contracts", fit.model)()
    return model


def waits(begun: Ints, renewals: Ints, period: NDArray[np.str_], until: int) -> Floats:
    """Days from the last day seen to the next payment: a period after the last one, counted from the first day.

    Where that day has passed, for a pause or a late payment, it is due now; none waits longer than a period.
    """
    days = np.array([PERIODS[one] for one in period.tolist()])
    made: Floats = np.clip((renewals + 1) * days - (until - begun), 1.0, days)
    return made


def _most(months: int, days: float) -> int:
    """Payments that could fall into so many months."""
    return int(np.ceil(months * MONTH / days)) + 1


def _stay(model: Contract, theta: Floats, n: int, steps: int, leave: float) -> Floats:
    """The chances that renewals n, n + 1, ... are paid, of one before renewal n."""
    made: Floats = np.exp(model.kept(theta, n, leave, float(steps))(n + np.arange(steps, dtype=np.float64)))
    return made


def _paid(curve: Floats, renewals: Ints, rng: np.random.Generator) -> Ints:
    """How many more payments come, drawn for each: the last t with S(t) / S(renewals) above a uniform number."""
    level = rng.random(len(renewals)) * curve[renewals]
    made: Ints = np.searchsorted(-curve, -level, side="right") - 1 - renewals
    return made


def _by_month(paid: Ints, first: Floats, days: float, price: Floats, months: int) -> Floats:
    """Payments and money by month, shape (2, months): ``paid`` of each, a period apart, from day ``first`` on."""
    made = np.zeros((2, months))
    for k in range(_most(months, days)):
        when = ((first + k * days) / MONTH).astype(np.int64)
        own = (paid > k) & (when < months)
        if not own.any():
            break
        made[0] += np.bincount(when[own], minlength=months)
        made[1] += np.bincount(when[own], price[own], months)
    return made
