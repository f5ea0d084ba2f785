"""What more retention, or a higher rate, is worth of subscribers: as ``score.levers`` of free buyers, by their contracts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong.money.subscription import period_rate
from lifelong.score.payments import YEAR, contract
from lifelong.score.subscriptions import PERIODS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from lifelong.score.payments import Subscribers
    from lifelong.values import Fit

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Payments:
    """Payments to come of those who pay by one period.

    Attributes:
        fit: of a contractual model.
        period: its name.
        n: numbers of the renewals that are due, shape (kinds,).
        money: what all those before each pay at one, major units.
        wait: periods until that renewal: 0 of those who are there, 1 of one who has just joined.
        force: the continuous discount rate a week.
    """

    fit: Fit
    period: str
    n: Ints
    money: Floats
    wait: int
    force: float

    def worth(self, theta: Floats, leave: float = 1.0, force: float | None = None) -> float:
        """Present value of all payments to come, as of ``score.levers.Stream.worth``."""
        d = period_rate((self.force if force is None else force) / 7.0, PERIODS[self.period])
        each = contract(self.fit).derl(theta, self.n, d, churn=leave - 1.0)
        return float(self.money @ each) / (1.0 + d) ** self.wait

    def slope(self, theta: Floats) -> float:
        """By how many per cent the yearly retention moves where all chances to leave are 1 % higher; below 0."""
        steps, model = max(round(YEAR / PERIODS[self.period]), 1), contract(self.fit)

        def kept(leave: float) -> float:
            shares = [float(model.kept(theta, int(n), leave, steps)(np.array([n + steps - 1.0]))[0]) for n in self.n]
            return float(self.money @ np.exp(shares))

        return float(np.log(kept(1.01) / kept(1.0 / 1.01)) / (2.0 * np.log(1.01)))


def here(who: Subscribers, period: str, force: float) -> Payments:
    """Of those who are there."""
    due = [(n, chance * float(who.book.price[at].sum())) for n, chance, at in who.book.due(period)]
    number = np.unique([n for n, _ in due])
    money = np.array([sum(each for n, each in due if n == one) for one in number])
    return Payments(who.fits[period], period, number.astype(np.int64), money, 0, force)


def joining(who: Subscribers, period: str, price: float, force: float) -> Payments:
    """Of one who has just joined and paid."""
    return Payments(who.fits[period], period, np.ones(1, np.int64), np.array([price]), 1, force)
