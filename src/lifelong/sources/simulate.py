"""A shop whose truth is known: customers come, order by their own rate, spend by their own mean, and leave.

Two processes, as the papers draw them. Pareto/NBD (Schmittlein, Morrison and Colombo 1987): while alive, a customer
orders as a Poisson process of rate lambda, lambda gamma distributed over customers with shape r and rate alpha, and
lives an exponential time of rate mu, mu gamma distributed with shape s and rate beta. BG/NBD (Fader, Hardie and Lee
2005): rates as before, but after each repeat order the customer leaves with probability p, p beta distributed with
a and b. Spend is Gamma-Gamma (Fader and Hardie 2013): an order brings a gamma amount of shape p and rate nu, nu gamma
distributed with shape q and rate gamma; a customer's mean is p / nu. Where ``delta`` is given, gamma is multiplied by
the customer's order rate, by its mean over customers, to that power: spend and frequency then go together.

The shop is simulated past the day on which its file ends, so that what came next is known for every customer.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from lifelong.errors import ConfigError
from lifelong.phrases import phrase
from lifelong.units import DAYS_A_WEEK, date_of, day_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

Process = Literal["pareto_nbd", "bg_nbd"]

#: About one order in three weeks while alive; half of all customers leave within some nine months.
DEFAULT_PARAMETERS: dict[str, dict[str, float]] = {
    "pareto_nbd": {"r": 0.9, "alpha": 9.0, "s": 0.8, "beta": 25.0},
    "bg_nbd": {"r": 0.9, "alpha": 9.0, "a": 0.8, "b": 4.0},
    "spend": {"p": 6.0, "q": 4.0, "gamma": 20.0},
}

#: What stands in the truth, a row a customer; names are the file's header.
TRUTH_COLUMNS = (
    "customer_id",
    "first_day",
    "rate_per_week",
    "mean_spend",
    "leaves_on",
    "is_alive",
    "expected_orders",
    "expected_value",
    "next_orders",
    "next_value",
)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a simulated shop lives.

    Attributes:
        opens: its first day, as days since 1970-01-01.
        arrivals: customers are won within this many days of the opening, evenly.
        seen: the file holds this many days from the opening.
        horizon: days after the file's end in which the truth is counted.
    """

    opens: int = field(default_factory=lambda: day_of("2024-01-01"))
    arrivals: int = 52 * DAYS_A_WEEK
    seen: int = 78 * DAYS_A_WEEK
    horizon: int = 52 * DAYS_A_WEEK

    @property
    def until(self) -> int:
        """The last day that the file holds."""
        return self.opens + self.seen - 1


@dataclass(frozen=True, slots=True, eq=False)
class Shop:
    """A simulated shop.

    Attributes:
        calendar: when it lives.
        owner: int64, one entry an order in the file: which customer.
        day: int64, the order's day since 1970-01-01.
        cents: int64, what it brought, in hundredths.
        first_day: int64, one entry a customer.
        rate: orders a week while alive.
        leaves: days from the opening to leaving; ``inf`` for customers who never do.
        mean_spend: the customer's true mean of an order, in major units.
        expected_orders: order days to expect within the horizon, by the customer's own true parameters and state.
        next_orders: order days that came within the horizon.
        next_cents: what they brought, in hundredths.
    """

    calendar: Calendar
    owner: Ints
    day: Ints
    cents: Ints
    first_day: Ints
    rate: Floats
    leaves: Floats
    mean_spend: Floats
    expected_orders: Floats
    next_orders: Ints
    next_cents: Ints

    @property
    def is_alive(self) -> NDArray[np.bool_]:
        """Who is still a customer when the file ends."""
        alive: NDArray[np.bool_] = self.leaves >= self.calendar.seen
        return alive

    def orders_csv(self) -> str:
        """The orders as a firm would export them: order_id, customer_id, ordered_at, revenue; by day."""
        rows = np.lexsort((self.owner, self.day))
        table = (
            (f"O{n + 1:07d}", _name(self.owner[i]), date_of(self.day[i]).isoformat(), _amount(self.cents[i]))
            for n, i in enumerate(rows)
        )
        return _csv(("order_id", "customer_id", "ordered_at", "revenue"), table)

    def truth_csv(self) -> str:
        """What is true, a row a customer, with the columns of :data:`TRUTH_COLUMNS`; empty where one never leaves."""
        alive = self.is_alive
        value = self.expected_orders * self.mean_spend
        gone = [date_of(self.calendar.opens + int(d)).isoformat() if np.isfinite(d) else "" for d in self._capped()]
        table = (
            (
                _name(i),
                date_of(self.first_day[i]).isoformat(),
                f"{self.rate[i]:.9g}",
                f"{self.mean_spend[i]:.9g}",
                gone[i],
                int(alive[i]),
                f"{self.expected_orders[i]:.9g}",
                f"{value[i]:.9g}",
                int(self.next_orders[i]),
                _amount(self.next_cents[i]),
            )
            for i in range(len(self.rate))
        )
        return _csv(TRUTH_COLUMNS, table)

    def _capped(self) -> Floats:
        """Days to leaving; a leave further off than a century is never, and no calendar need hold it."""
        return np.where(self.leaves < 36_525, self.leaves, np.inf)


def simulate_shop(
    customers: int,
    *,
    seed: int,
    process: Process = "pareto_nbd",
    parameters: dict[str, float] | None = None,
    spend: dict[str, float] | None = None,
    calendar: Calendar | None = None,
) -> Shop:
    """Draw a shop; the same seed gives the same shop.

    Args:
        customers: how many are won, at least one.
        seed: of numpy's PCG64.
        process: ``pareto_nbd`` or ``bg_nbd``.
        parameters: the process's, per week; :data:`DEFAULT_PARAMETERS` where not given.
        spend: Gamma-Gamma's p, q and gamma, in major units, and delta (0 where not given).
        calendar: when the shop lives.

    Raises:
        ConfigError: E301 where the number of customers is below one.
    """
    if customers < 1:
        raise ConfigError(
            "E301", phrase("a shop of {customers} customers cannot be simulated", customers=customers), fix="ask for at least one customer",
        )  # fmt: skip
    rng = np.random.default_rng(seed)
    when = calendar or Calendar()
    theta = parameters or DEFAULT_PARAMETERS[process]
    first = np.sort(rng.integers(0, when.arrivals, customers)).astype(np.float64)
    rate = np.maximum(rng.gamma(theta["r"], 1.0 / theta["alpha"], customers), 1e-100)
    draw = _pareto if process == "pareto_nbd" else _geometric
    owner, time, leaves, expected = draw(theta, first, rate, when, rng)
    owner, day = _order_days(owner, time, first)
    means, cents = _spend(spend or DEFAULT_PARAMETERS["spend"], owner, rate * theta["alpha"] / theta["r"], rng)
    is_seen = day < when.seen
    later = ~is_seen
    return Shop(
        calendar=when,
        owner=owner[is_seen],
        day=day[is_seen] + when.opens,
        cents=cents[is_seen],
        first_day=first.astype(np.int64) + when.opens,
        rate=rate,
        leaves=leaves,
        mean_spend=means,
        expected_orders=expected,
        next_orders=np.bincount(owner[later], minlength=customers),
        next_cents=np.bincount(owner[later], weights=cents[later], minlength=customers).astype(np.int64),
    )


def _pareto(
    theta: dict[str, float], first: Floats, rate: Floats, when: Calendar, rng: np.random.Generator
) -> tuple[Ints, Floats, Floats, Floats]:
    """Repeat orders of Pareto/NBD: owner, days from the opening; days to leaving; expected orders of the horizon."""
    mu = np.maximum(rng.gamma(theta["s"], 1.0 / theta["beta"], len(first)), 1e-100)
    leaves = first + DAYS_A_WEEK * rng.exponential(1.0, len(first)) / mu
    end = float(when.seen + when.horizon)
    active = np.minimum(leaves, end) - first
    owner = np.repeat(np.arange(len(first)), rng.poisson(rate / DAYS_A_WEEK * active))
    time = first[owner] + rng.random(len(owner)) * active[owner]
    left = -np.expm1(-mu * when.horizon / DAYS_A_WEEK) / mu
    return owner, time, leaves, np.where(leaves >= when.seen, _days_a_week(rate) * left, 0.0)


def _geometric(
    theta: dict[str, float], first: Floats, rate: Floats, when: Calendar, rng: np.random.Generator
) -> tuple[Ints, Floats, Floats, Floats]:
    """As :func:`_pareto` for BG/NBD: who leaves does so with a repeat order."""
    dropout = np.maximum(rng.beta(theta["a"], theta["b"], len(first)), 1e-100)
    end = float(when.seen + when.horizon)
    clock, leaves = first.copy(), np.full(len(first), np.inf)
    owners, times = [], []
    going = np.arange(len(first))
    while len(going):
        clock[going] += DAYS_A_WEEK * rng.exponential(1.0, len(going)) / rate[going]
        going = going[clock[going] < end]
        owners.append(going)
        times.append(clock[going])
        is_last = rng.random(len(going)) < dropout[going]
        leaves[going[is_last]] = clock[going[is_last]]
        going = going[~is_last]
    # Whoever orders at rate lambda and leaves with chance p after each leaves at rate lambda p.
    left = -np.expm1(-rate * dropout * when.horizon / DAYS_A_WEEK) / (rate * dropout)
    expected = np.where(leaves >= when.seen, _days_a_week(rate) * left, 0.0)
    return np.concatenate(owners), np.concatenate(times), leaves, expected


def _days_a_week(rate: Floats) -> Floats:
    """Order days a week of someone who orders at that rate: orders of one day count once."""
    return -np.expm1(-rate / DAYS_A_WEEK) * DAYS_A_WEEK


def _order_days(owner: Ints, time: Floats, first: Floats) -> tuple[Ints, Ints]:
    """First and repeat orders by whole day, one a customer and day, by customer and day."""
    everyone = np.arange(len(first))
    pairs = np.unique(
        np.stack([np.r_[everyone, owner], np.r_[first, np.floor(time)].astype(np.int64)], axis=1).astype(np.int64),
        axis=0,
    )
    return pairs[:, 0], pairs[:, 1]


def _spend(theta: dict[str, float], owner: Ints, pace: Floats, rng: np.random.Generator) -> tuple[Floats, Ints]:
    """Each customer's true mean in major units, and each order's amount in whole cents, at least one; ``pace`` is 1 on average."""
    nu = rng.gamma(theta["q"], 1.0 / theta["gamma"], len(pace)) / pace ** theta.get("delta", 0.0)
    amounts = rng.gamma(theta["p"], 1.0, len(owner)) / nu[owner]
    return theta["p"] / nu, np.maximum(np.rint(amounts * 100), 1).astype(np.int64)


def _name(owner: int) -> str:
    return f"C{int(owner) + 1:06d}"


def _amount(cents: int) -> str:
    return f"{int(cents) // 100}.{int(cents) % 100:02d}"


def _csv(header: tuple[str, ...], rows: object) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)  # type: ignore[arg-type] # rows are lists of texts
    return text.getvalue()
