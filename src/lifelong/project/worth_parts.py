"""What customer equity is made of: of each kind of customers the value of those there are, and of one who joins."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from lifelong.errors import FitError
from lifelong.money.subscription import period_rate, value_new
from lifelong.phrases import phrase
from lifelong.project import costing, formulating, knowing, paying
from lifelong.units import minor_digits
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from lifelong.project.asked import Base, Question
    from lifelong.project.folder import Folder
    from lifelong.project.paying import Payers
    from lifelong.score.payments import Subscribers
    from lifelong.score.terms import Terms
    from lifelong.values import Fit

    Floats = np.ndarray[Any, np.dtype[np.float64]]

#: Newcomers that the value of one is computed from.
SOME = 200


class Stream(Protocol):
    """Money to come of some customers, as a function of a fit's parameters."""

    def worth(self, theta: Floats, leave: float = 1.0, force: float | None = None) -> float:
        """Present value, where all chances to leave stand at a factor; ``force`` a week in place of the terms'."""

    def slope(self, theta: Floats) -> float:
        """By how many per cent the yearly retention moves where all chances to leave are 1 % higher."""


@dataclass(frozen=True, slots=True)
class New:
    """A newcomer of one kind, major units: value on joining, what of it is paid at once, and how many came a month of late."""

    clv: float
    first: float
    seen: float


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One kind of customers, or those of one period: value of those there are, and a newcomer's by its share of newcomers."""

    fit: Fit
    here: Stream
    new: Stream
    rlv: float
    first: float
    after: float

    def worth(self, theta: Floats) -> tuple[float, float]:
        """Of those there are and of one who joins, what the streams say now."""
        return self.here.worth(theta), self.new.worth(theta)

    def slope(self, theta: Floats) -> float:
        """Of those there are."""
        return self.here.slope(theta)

    def valued(self, theta: Floats, leave: float, force: float, was: tuple[float, float]) -> tuple[float, float]:
        """RLV and the newcomer's value, where chances to leave and the rate stand otherwise than when streams were worth ``was``."""
        here, new = (one.worth(theta, leave, force) for one in (self.here, self.new))
        return self.rlv * here / was[0], self.first + self.after * new / was[1]


def clv(new: Sequence[New]) -> float:
    """What a new customer is worth, as kinds of newcomers came of late."""
    return sum(share * one.clv for share, one in zip(_shares(new), new, strict=True))


def seen(new: Sequence[New]) -> float:
    """New customers a month."""
    return sum(one.seen for one in new)


def _shares(new: Sequence[New]) -> list[float]:
    """Each kind's share; the first has all where none came."""
    whole = seen(new)
    return [one.seen / whole if whole else float(place == 0) for place, one in enumerate(new)]


def newcomers(folder: Folder, who: Payers, question: Question) -> list[New]:
    """A newcomer of each kind, buyers first."""
    buyers = [_buyer(folder, *who.buyers, question)] if who.buyers else []
    margins = paying.margins(folder, who, question)
    return buyers + [_subscriber(one, margin, question) for one, margin in zip(who.subscribed, margins, strict=True)]


def _buyer(folder: Folder, made: Fit, at: Base, question: Question) -> New:
    from lifelong.score import Terms, score

    here, own, level = costing.at_level(folder, at, question)
    margin = formulating.margin_of(here, own)
    share = None if own is None and margin == 1.0 else margin
    terms = Terms(question.horizon, share, question.discount, folder.currency, level=level)
    new = score(made, knowing.newcomers(folder, made, here, SOME), terms)
    first = margin * paying.first_order(at, 10.0 ** minor_digits(folder.currency))
    return New(first + new.totals.value / SOME, first, float(paying.recent(at).mean()))


def _subscriber(who: Subscribers, margin: float, question: Question) -> New:
    from lifelong.score.payments import contract
    from lifelong.score.subscriptions import PERIODS

    worth, first = 0.0, 0.0
    for period, share, price in who.joined.by_period():
        fit, d = who.fits[period], period_rate(question.discount.force_per_day, PERIODS[period])
        residual = contract(fit).derl(fit.theta, 1, d)
        worth += share * float(value_new(price, margin, residual, d))
        first += share * margin * price
    return New(worth, first, float(who.joined.recent.mean()))


def streams(folder: Folder, who: Payers, question: Question, rlv: float, new: Sequence[New]) -> list[Part] | Finding:
    """Money to come of all parts, as parameters, retention and the rate move it; or why that is not told."""
    from lifelong.score.renewals_worth import here, joining

    shares, parts = _shares(new), []
    force, first = question.discount.force_per_week, 1 if who.buyers else 0
    margins = paying.margins(folder, who, question)
    for one, margin, share in zip(who.subscribed, margins, shares[first:], strict=True):
        joined = {period: (part, price) for period, part, price in one.joined.by_period()}
        for period in dict.fromkeys((*one.book.periods, *joined)):
            part, price = joined.get(period, (0.0, 1.0))
            each = joining(one, period, price, force)
            there = here(one, period, force) if period in one.book.periods else each
            theta, paid = one.fits[period].theta, share * part * margin
            rlv_of = margin * there.worth(theta) if there is not each else 0.0
            parts.append(Part(one.fits[period], there, each, rlv_of, paid * price, paid * each.worth(theta)))
    if not who.buyers:
        return parts
    own = _buyers(folder, *who.buyers, question)
    if isinstance(own, Finding):
        return own
    rest, share = rlv - sum(part.rlv for part in parts), shares[0]
    made = Part(who.buyers[0], *own, rest, share * new[0].first, share * (new[0].clv - new[0].first))
    return [made, *parts]


def _buyers(folder: Folder, made: Fit, at: Base, question: Question) -> tuple[Stream, Stream] | Finding:
    """Orders to come of the customers there are, and of a new one; or why they are not told."""
    from lifelong.score import Terms
    from lifelong.score.levers import Stream as Orders
    from lifelong.score.levers import steady
    from lifelong.score.scores import prepare

    try:
        steady(made.model)
    except FitError as problem:
        return Finding(
            "F491", phrase("what retention and the rate move is not told: {what}", what=problem.what), "info"
        )
    terms: Terms = Terms(question.horizon, 1.0, question.discount, folder.currency)
    tables = knowing.seen_by(folder, made, at).summary, knowing.newcomers(folder, made, at, SOME)
    there, new = (Orders.of(prepare(made, table, terms, 0)[0]) for table in tables)
    return there, new
