"""What customers of each channel or campaign are worth at equal age, as new ones, and against what winning them cost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lifelong import definitions
from lifelong.errors import FitError
from lifelong.money.acquiring import Z, fieller, shrunk
from lifelong.phrases import phrase
from lifelong.values.budget import Interval

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from lifelong.definitions import Valued

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

#: Days of a month of age.
MONTH = 30
#: How far customers are followed at most, months.
MOST = 36
#: Ages that a scorecard shows, days.
SHOWN = (30, 90, 365)
#: Customers below whom no mean is shown.
FEW = 10


def ages(seen: int) -> tuple[int, ...]:
    """Ages at which money is added up: each month of 30 days that somebody was followed for, and those of a scorecard.

    >>> ages(100)
    (0, 30, 60, 90, 365)
    """
    return tuple(sorted({*range(0, min(seen, MOST * MONTH) + 1, MONTH), *SHOWN}))


@dataclass(frozen=True, eq=False)
class Followed:
    """Customers, where they came from, how long they were followed, and what they brought by each age.

    Attributes:
        names: of the channels or campaigns.
        code: which of them each customer came by, shape (customers,); with ``owner``, of each part of a customer, shape (parts,).
        seen: days from the first order day to the last day seen, same shape.
        ages: days, ascending.
        money: minor units brought by each age, shape (customers, ages).
        owner: where several names share a customer, whose part it is, shape (parts,); None: each customer has one name.
        credit: how large the part is, same shape; those of a customer sum to 1.
    """

    names: tuple[str, ...]
    code: Ints
    seen: Ints
    ages: tuple[int, ...]
    money: Floats
    owner: Ints | None = None
    credit: Floats | None = None

    def equal_age(self, wanted: int = 0) -> int:
        """The age at which all are compared: the one wanted, else the greatest up to a year that half of all have reached.

        Raises:
            FitError: E383, where too few have been followed for so long.
        """
        reached = {age: int((self.seen >= age).sum()) for age in self.ages}
        if wanted:
            if reached.get(wanted, 0) < FEW:
                raise _young(
                    phrase(
                        "{reached} customers have been followed for {wanted} days",
                        reached=reached.get(wanted, 0),
                        wanted=wanted,
                    )
                )
            return wanted
        half = [age for age, n in reached.items() if 0 < age <= 365 and 2 * n >= len(self.seen) and n >= FEW]
        if not half:
            raise _young("fewer than half of the customers have been followed for 30 days")
        return max(half)

    def at(self, age: int, name: int | None = None) -> Floats:
        """Money by an age of those of a name (None: of all) who have been followed for so long, shape (those,)."""
        found: Floats = self.money[self._who(age, name)[0], self.ages.index(age)]
        return found

    def parts(self, age: int, name: int | None = None) -> Floats:
        """How much of each customer of :meth:`at` is the name's, 0 to 1, same shape."""
        return self._who(age, name)[1]

    def _who(self, age: int, name: int | None) -> tuple[Ints, Floats]:
        old = self.seen >= age
        if name is None or self.owner is None or self.credit is None:
            rows = np.flatnonzero(old if name is None else old & (self.code == name))
            return rows, np.ones(len(rows))
        mine = (self.code == name) & old[self.owner]
        return self.owner[mine], self.credit[mine]

    def curve(self, age: int, name: int | None = None) -> Floats:
        """Mean money by each month of age up to ``age``, all of the same customers, shape (months,)."""
        rows, parts = self._who(age, name)
        places = [i for i, each in enumerate(self.ages) if each <= age and each % MONTH == 0]
        if parts.sum() < FEW:
            return np.zeros(0)
        mean: Floats = np.average(self.money[rows][:, places], axis=0, weights=parts)
        return mean


@dataclass(frozen=True, slots=True)
class New:
    """What a new customer is worth: mean and standard deviation, minor units, and of all customers what was seen by the equal age."""

    mean: float
    sd: float


def spread(values: Floats, parts: Floats) -> tuple[float, float, float]:
    r"""Mean and variance of values that count by parts, and how many whole ones say as much.

    That number is :math:`(\sum w)^2 / \sum w^2` (Kish 1965, Survey Sampling, section 8.2); of whole ones it is their own.

    >>> spread(np.array([1.0, 2.0, 3.0]), np.ones(3))
    (2.0, 1.0, 3.0)
    """
    n = float(parts.sum() ** 2 / (parts @ parts))
    mean = float(np.average(values, weights=parts))
    varied = float(np.average((values - mean) ** 2, weights=parts))
    return mean, varied * n / (n - 1.0) if n > 1.0 else 0.0, n


def measured(values: Floats, parts: Floats | None = None) -> Interval | None:
    """A mean with Student's intervals, of values that count by ``parts`` (None: whole); None below :data:`FEW` customers.

    Amounts have long tails to the right: the lower bounds then lie rather too low than too high, the upper ones too low as well.
    """
    parts = np.ones(len(values)) if parts is None else parts
    if parts.sum() < FEW:
        return None
    from scipy import stats

    mean, varied, n = spread(values, parts)
    se = (varied / n) ** 0.5
    t80, t90 = (float(stats.t.ppf(q, n - 1.0)) for q in (0.9, 0.95))
    return Interval(mean, mean - t80 * se, mean + t80 * se, mean - t90 * se, mean + t90 * se)


def new_values(people: Followed, age: int, whole: New) -> list[tuple[float, float]]:
    """What a new customer of each name is worth, with its standard deviation, minor units.

    The value of a new customer of the firm, times how a name's customers compare with all at equal age, drawn to 1 the more the
    fewer they are: a name that nobody has been followed from is worth what all are.
    """
    groups = [(people.at(age, i), people.parts(age, i)) for i in range(len(people.names))]
    there = [i for i, (g, _) in enumerate(groups) if len(g)]
    everybody = people.at(age)
    mean = float(everybody.mean())
    if mean <= 0:
        return [(whole.mean, whole.sd)] * len(groups)
    means, spreads, counts = zip(*(spread(*groups[i]) for i in there), strict=True)
    told, sd = shrunk(counts, means, spreads)
    made = [(whole.mean, whole.sd)] * len(groups)
    for i, m, s in zip(there, told / mean, sd / mean, strict=True):
        made[i] = (whole.mean * float(m), float(np.hypot(whole.sd * m, whole.mean * s)))
    return made


def interval(mean: float, sd: float) -> Interval:
    """Normal intervals."""
    return Interval(mean, mean - Z[80] * sd, mean + Z[80] * sd, mean - Z[90] * sd, mean + Z[90] * sd)


def ratio(value: Valued, value_sd: float, cost: Valued, won: float, scatter: float = 1.0) -> Interval | None:
    """Value to cost of winning, with the doubt of both sides; None where it has no bound.

    Args:
        value: of a new customer, minor units.
        value_sd: its standard deviation.
        cost: of winning one, minor units: spend by customers, unsure because so few or many came by chance. Its definition is
            what it may be set against, :func:`lifelong.definitions.set_against`.
        won: customers.
        scatter: how much more they differ from month to month than chance alone, as ``money.acquiring.dispersion`` says.

    Raises:
        ConfigError: E441, where value and cost are not of one definition: revenue, a value after the cost, another currency.
    """
    mean = definitions.ratio(value, cost)
    sd = cost.amount * (scatter / won) ** 0.5
    bounds = [fieller(value.amount, value_sd, cost.amount, sd, z) for z in Z.values()]
    if cost.amount <= 0 or bounds[0] is None or bounds[1] is None:
        return None
    return Interval(mean, *bounds[0], *bounds[1])


def status(told: Interval | None, cost: float, followed: float, target: float) -> str:
    """What to do, by a rule: the 80 % interval of value to cost against the target and against 1.

    ``unpaid``: it costs nothing. ``too early``: fewer than 30 customers were followed, or the interval has no bound. ``grow``: all of it
    is at or above the target. ``keep``: all of it is at or above 1. ``stop``: all of it is below 1. ``watch``: the data do not say.
    """
    if cost <= 0:
        return "unpaid"
    if told is None or followed < 30:
        return "too early"
    if told.low80 >= target:
        return "grow"
    if told.low80 >= 1.0:
        return "keep"
    return "stop" if told.high80 < 1.0 else "watch"


def codes(told: Sequence[str]) -> tuple[tuple[str, ...], Ints]:
    """Names in the order of the alphabet, and each row's place in them."""
    names, code = np.unique(np.asarray(told, object).astype(str), return_inverse=True)
    return tuple(str(n) for n in names), code.astype(np.int64)


def _young(what: str) -> FitError:
    return FitError(
        "E383", what, where="the orders", why="channels are compared at equal age: every customer followed for as long",
        fix="take a younger age (--age 30d) or a shorter payback, or come back with a longer history",
    )  # fmt: skip
