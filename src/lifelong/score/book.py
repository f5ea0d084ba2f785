"""A firm's whole book of subscribers, of several prices and periods, in the table of all scores; one total with an interval."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.definitions import value_definition
from lifelong.score.subscriptions import DRAWS, LEVELS, PERIODS, Ahead, Plan, spread, table_of
from lifelong.values import Finding, Scores

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from lifelong.score.terms import Terms
    from lifelong.values import Fit, Totals

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Book:
    """Everybody who has ever subscribed, an entry a customer.

    Attributes:
        customer_id: who.
        renewals: how often each has renewed in the latest tenure.
        price: of a period, in major units.
        period: its name, one of ``PERIODS``.
        is_here: whether a next renewal is to come; who is lost or leaves at a known day is worth nothing more.
        paid: what each paid so far, in major units.
        chance: that whoever is taken to be there still is, where the next payment is late; 1 for all where not given.
        begun: the first day of the latest tenure, days since 1970-01-01; only what comes by month needs it.
    """

    customer_id: Sequence[str]
    renewals: Ints
    price: Floats
    period: NDArray[np.str_]
    is_here: NDArray[np.bool_]
    paid: Floats
    chance: Floats | None = None
    begun: Ints | None = None

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods of those who are there, the commonest first."""
        names, counts = np.unique(self.period[self.is_here], return_counts=True)
        return tuple(str(names[i]) for i in np.lexsort((names, -counts)))

    def due(self, period: str) -> Iterator[tuple[int, float, NDArray[np.intp]]]:
        """The numbers of the renewals that are due in this period, with the chances and places of the subscribers."""
        here = np.flatnonzero(self.is_here & (self.period == period))
        chance = np.ones(len(here)) if self.chance is None else self.chance[here]
        kinds, place = np.unique(np.stack([self.renewals[here], chance]), axis=1, return_inverse=True)
        for i, (n, share) in enumerate(kinds.T.tolist()):
            yield int(n) + 1, share, here[place.ravel() == i]


def book_scores(
    fits: Mapping[str, Fit], book: Book, terms: Terms, *, as_of: str = "", has_money: bool = True
) -> Scores:
    """Everybody's value within the horizon, just before the next renewal, by the model of the own period.

    Args:
        fits: a contractual fit for each period of those who are there.
        book: the subscribers.
        terms: as for all scores; a margin of None means revenue.
        as_of: the day, in ISO form.
        has_money: whether prices are known; else each is 1 and values are payments.

    Returns:
        ``schema.SCORES``, a row a customer: those who are lost have zeros and their value so far. Groups hold a total a
        period. The error of the models themselves is in totals.
    """
    size = len(book.customer_id)
    margin = 1.0 if terms.margin is None else terms.margin
    columns: dict[str, Any] = {name: np.zeros(size) for name in ("alive", "orders", "value", "at_risk", *LEVELS)}
    groups, parts = {}, []
    for i, period in enumerate(book.periods):
        # Fits of different periods know nothing of each other: so do their draws.
        ahead = Ahead(fits[period], Plan(1.0, period), replace(terms, seed=terms.seed + i))
        drawn, sums, customers = np.zeros((4, DRAWS)), np.zeros(3), 0
        for n, chance, at in book.due(period):
            made, price = ahead.row(n, chance), book.price[at]
            for name in ("alive", "orders"):
                columns[name][at] = made.row[name]
            for name in ("value", *LEVELS):
                columns[name][at] = made.row[name] * price
            weight = np.array([len(at), len(at), price.sum(), (price**2).sum()], dtype=np.float64)
            drawn += weight[:, None] * made.drawn
            sums += (made.row["alive"] * len(at), made.row["orders"] * len(at), made.row["value"] * price.sum())
            customers += len(at)
        groups[f"paid by the {period}"] = spread(drawn, sums.tolist(), customers, terms, ahead.rng)
        parts.append((drawn, sums, customers))
    total = _total(parts, terms)
    historic = margin * book.paid
    columns |= {"customer_id": list(book.customer_id), "silent_days": None, "historic": historic}
    columns |= {"total": historic + columns["value"], "rhythm_days": np.array([PERIODS[p] for p in book.period])}
    asked = str(terms.horizon), terms.margin, str(terms.discount)
    words = value_definition(*asked, has_cost=False, has_money=has_money, level=terms.level)
    told = "the model was not back-tested on these subscribers; the band of totals holds a usual error"
    findings = (Finding("S390", told, "warning"),) if math.isinf(terms.error.days) else ()
    models = ", ".join(dict.fromkeys(fits[p].model for p in book.periods))
    table = table_of(columns, size)
    return Scores(
        as_of, str(terms.horizon), terms.currency, words, size, total, table, {"all": total, **groups}, findings, models
    )


def _total(parts: Sequence[tuple[Floats, Floats, int]], terms: Terms) -> Totals:
    """All periods together: doubt about each model's parameters is its own, the models' error is shared."""
    drawn = sum((p[0] for p in parts), start=np.zeros((4, DRAWS)))
    sums = sum((p[1] for p in parts), start=np.zeros(3))
    return spread(drawn, sums.tolist(), sum(p[2] for p in parts), terms, np.random.default_rng(terms.seed))
