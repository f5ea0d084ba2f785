"""Who pays a project: free buyers by a fit, subscribers by their contracts; and what each kind brings month by month."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from lifelong.errors import ConfigError, DataError
from lifelong.money.cash import Course, Flows
from lifelong.phrases import phrase
from lifelong.project import asked, contracts, costing, enrolling, knowing, renewing, valuing
from lifelong.store import fits
from lifelong.units import Horizon, Rate, date_of, minor_digits

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lifelong.project.asked import Base, Question
    from lifelong.project.folder import Folder
    from lifelong.score.forecast import Forecast
    from lifelong.score.payments import Subscribers
    from lifelong.score.terms import Terms
    from lifelong.values import Fit

    Floats = np.ndarray[Any, np.dtype[np.float64]]

#: The lever that is no plain factor of money: it changes how long customers stay.
RETENTION = "retention"
#: How a definition says that a table of subscriptions is part of the money.
PAYMENTS = "payments of subscriptions"
#: Months of first orders that the rate of coming ones is taken from.
RECENT = 12


@dataclass(frozen=True, slots=True, eq=False)
class Payers:
    """Everybody who pays.

    Attributes:
        until: the last day.
        state: of the landing, or of its table of subscriptions where there are no orders.
        at: the orders; None where there are none.
        made: the latest fit, of free buyers or of the orders' own calendar; None where there are no orders.
        subscribed: those who pay by a calendar, in the orders and in the table of subscriptions.
        has_table: whether a table of subscriptions is part of it.
    """

    until: int
    state: str
    at: Base | None
    made: Fit | None
    subscribed: tuple[Subscribers, ...] = ()
    has_table: bool = False

    @property
    def buyers(self) -> tuple[Fit, Base] | None:
        """The fit and the orders of those who buy freely."""
        is_free = self.made is not None and self.at is not None and not renewing.is_contract(self.made.model)
        return (self.made, self.at) if is_free and self.made and self.at else None

    @property
    def model(self) -> str:
        """Names of the models."""
        buyers = (self.buyers[0].name,) if self.buyers else ()
        return ", ".join(dict.fromkeys((*buyers, *(one.model for one in self.subscribed))))

    @property
    def stamp(self) -> str:
        """The name of a result."""
        return asked.stamp(self.until, self.state)

    @property
    def customers(self) -> int:
        """How many there are of each kind, in all."""
        orders = len(self.at.summary) if self.at else 0
        return orders + (len(self.subscribed[-1].book.customer_id) if self.has_table else 0)


def payers(folder: Folder, verb: str) -> Payers:
    """The customers of the latest fit, and those of the table of subscriptions, as of the same day.

    Raises:
        DataError: E413, where the orders hold no amounts.
    """
    manifest = folder.landing.read()
    if enrolling.is_alone(folder):
        table, until = enrolling.subscribers(folder, manifest)
        return Payers(until, manifest.subscribed, None, None, (table,), has_table=True)
    folder.tables()
    made = fits.load(folder.root / "fits")
    at = asked.base(folder, made.origin.until)
    is_contract = renewing.is_contract(made.model)
    if made.spend is None and not (is_contract and at.has_money):
        raise DataError(
            "E413", phrase("{verb} needs amounts, and the orders hold none", verb=verb), where=str(folder.root),
            why="it is of money", fix="ingest orders with a column of amounts:  --column revenue=NAME",
        )  # fmt: skip
    who = of_orders(folder, made, at)
    if not manifest.subscriptions:
        return who
    table, _ = enrolling.subscribers(folder, manifest, date_of(at.until).isoformat())
    return replace(who, subscribed=(*who.subscribed, table), has_table=True)


def of_orders(folder: Folder, made: Fit, at: Base) -> Payers:
    """Those of orders alone, by a fit of then."""
    is_contract = renewing.is_contract(made.model)
    return Payers(
        at.until, at.state, at, made, (renewing.subscribers(at, made, folder.currency),) if is_contract else ()
    )


def margins(folder: Folder, who: Payers, question: Question) -> list[float]:
    """The share of each group of subscribers' payments that is left."""
    own, _ = margin_of(folder, who, question)
    return [1.0 if margin is None else margin for margin in _of_each(who, own)]


def _of_each(who: Payers, own: float | None) -> list[float | None]:
    """The margin of each group of subscribers: of those in the orders by costs, where these say it."""
    in_orders = len(who.subscribed) - who.has_table
    return [
        renewing.margin_of(who.at, own) if who.at and place < in_orders else own for place in range(len(who.subscribed))
    ]


def margin_of(folder: Folder, who: Payers, question: Question) -> tuple[float | None, bool]:
    """The share of revenue that is left, None where costs of the orders say it; and whether only a margin told can be meant.

    Raises:
        DataError: E368, where contribution is asked of a table of subscriptions.
        ConfigError: E173, where orders have costs and the subscriptions beside them have none.
    """
    if who.at is None:
        if question.level == "contribution":
            raise enrolling.no_costs(folder)
        return (1.0 if question.level == "revenue" else question.margin), False
    at, own, _ = costing.at_level(folder, who.at, question)
    has_cost = own is None and bool(at.summary["cost"].null_count < len(at.summary))
    if who.has_table and has_cost:
        raise ConfigError(
            "E173", "the value of buyers and of subscribers does not mean the same here",
            where="orders have costs, the table of subscriptions has none",
            why="a table of subscriptions says no costs, and the two cannot be added",
            fix="give the share of revenue that is left:  --margin 60%",
        )  # fmt: skip
    return own, has_cost


class Kind(Protocol):
    """Customers of one kind: how many came of late, and what they bring by month."""

    @property
    def seen(self) -> Floats:
        """Newcomers of each of the last months, the latest first."""

    @property
    def name(self) -> str:
        """What newcomers are called."""

    def worlds(self, arrivals: Floats, draws: int) -> tuple[Flows, Flows]:
        """Drawn months of those there are, and of so many newcomers, shape (months, draws)."""

    def courses(self, arrivals: Floats, factors: Mapping[str, float]) -> tuple[Course, ...]:
        """What is expected of newcomers a month, shape (months,); a second time where retention is moved."""


@dataclass(frozen=True, slots=True, eq=False)
class Buyers:
    """Those who buy freely."""

    made: Fit
    at: Base
    ahead: Forecast
    terms: Terms
    months: int
    first: float
    typical: tuple[float, Any]
    name: str = "customers"

    @classmethod
    def of(cls, folder: Folder, who: tuple[Fit, Base], question: Question, horizon: Horizon, months: int) -> Buyers:
        """By a fit, with the error that the back-test measured."""
        from lifelong.score import ModelError, Terms
        from lifelong.score.scores import prepare

        made, at = who
        at, own, level = costing.at_level(folder, at, question)
        error = valuing.error_of(folder, made, at) or ModelError()
        terms = Terms(horizon, own, Rate.parse("0"), folder.currency, error, level=level)
        summary = knowing.seen_by(folder, made, at).summary
        ahead, _ = prepare(made, summary, terms, 0)
        first = first_order(at, 10.0 ** minor_digits(folder.currency))
        typical = ahead.observed if ahead.observed > 0 else first, summary
        return cls(made, at, ahead, terms, months, first, typical)

    @property
    def seen(self) -> Floats:
        """First orders of each of the last months."""
        return recent(self.at)

    def worlds(self, arrivals: Floats, draws: int) -> tuple[Flows, Flows]:
        """See :class:`Kind`."""
        from lifelong.score import cash

        here = cash.existing(self.ahead, self._group, self.months, draws)
        coming = cash.coming(self.made, self.terms, arrivals, self.first, self.typical, draws)
        return cash.missed(here, self.terms), cash.missed(coming, self.terms)

    def courses(self, arrivals: Floats, factors: Mapping[str, float]) -> tuple[Course, ...]:
        """See :class:`Kind`."""
        from lifelong.score import cash
        from lifelong.score.levers import Stream

        moved = factors.get(RETENTION, 1.0)
        leave = Stream.of(self.ahead).leaving(moved) if moved != 1.0 else 1.0
        return tuple(
            Course(
                np.stack([part[0] for part in cash.expected(self.ahead, self._group, self.months, each)]),
                cash.newcomer(self.made, self.terms, self.months, self.first, self.typical, each),
                arrivals, self.ahead.margin,
            )
            for each in ((1.0, leave) if leave != 1.0 else (1.0,))
        )  # fmt: skip

    @property
    def _group(self) -> Any:
        return np.zeros(len(self.ahead.base), np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Contracted:
    """Those who pay by a calendar."""

    who: Subscribers
    terms: Terms
    months: int
    margin: float
    name: str = "subscribers"

    @classmethod
    def of(cls, folder: Folder, who: Subscribers, margin: float | None, horizon: Horizon, months: int) -> Contracted:
        """By their contracts, with the error that hidden renewals measured. They miss by themselves, not as buyers do."""
        from lifelong.score import Terms

        error = contracts.error_of(next(iter(who.fits.values())))
        terms = Terms(horizon, margin, Rate.parse("0"), folder.currency, error, seed=who.seed + 1)
        return cls(who, terms, months, 1.0 if margin is None else margin)

    @property
    def seen(self) -> Floats:
        """Subscriptions begun in each of the last months."""
        return self.who.joined.recent

    def worlds(self, arrivals: Floats, draws: int) -> tuple[Flows, Flows]:
        """See :class:`Kind`."""
        from lifelong.score import cash

        parts = self.who.existing(self.months, draws), self.who.coming(arrivals, draws)
        here, coming = (cash.missed(part, self.terms) for part in parts)
        return here, coming

    def courses(self, arrivals: Floats, factors: Mapping[str, float]) -> tuple[Course, ...]:
        """See :class:`Kind`."""
        moved = factors.get(RETENTION, 1.0)
        leave = self.who.leaving(moved) if moved != 1.0 else 1.0
        return tuple(
            Course(self.who.expected(self.months, each), self.who.newcomer(self.months, each), arrivals, self.margin)
            for each in ((1.0, leave) if leave != 1.0 else (1.0,))
        )


def kinds(folder: Folder, who: Payers, question: Question, months: int) -> tuple[list[Kind], bool]:
    """Each kind of customers, buyers first; and whether the orders' costs say what is left."""
    from lifelong.score.cash import MONTH

    horizon = Horizon.parse(f"{round(months * MONTH)}d")
    own, has_cost = margin_of(folder, who, question)
    made: list[Kind] = [Buyers.of(folder, who.buyers, question, horizon, months)] if who.buyers else []
    subscribed = zip(who.subscribed, _of_each(who, own), strict=True)
    made += [Contracted.of(folder, one, margin, horizon, months) for one, margin in subscribed]
    return made, has_cost


def recent(at: Base) -> Floats:
    """First orders of each of the last months, at most twelve."""
    from lifelong.score.cash import MONTH

    age = at.until - at.summary["first_day"].to_numpy()
    span = max(min(RECENT, int((age.max() + 1) / MONTH)), 1)
    counted = np.bincount((age / MONTH).astype(np.int64), minlength=span)[:span]
    return counted.astype(np.float64)


def first_order(at: Base, unit: float) -> float:
    """What a first order day brings, on the average of those that had an amount, major units."""
    import pyarrow.compute as pc

    first = at.orders.join(at.summary.select(["customer_id", "first_day"]), "customer_id", join_type="inner")
    first = first.filter(pc.equal(first["day"], first["first_day"]))
    paid = first.group_by("customer_id").aggregate([("revenue", "sum")])["revenue_sum"]
    return float(pc.mean(paid).as_py() or 0.0) / unit
