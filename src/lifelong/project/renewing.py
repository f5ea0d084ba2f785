"""A project whose orders come by a calendar: subscriptions that nobody wrote down, valued by a contractual model."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong import plugins
from lifelong.errors import FitError
from lifelong.phrases import phrase
from lifelong.project import contracts
from lifelong.units import date_of
from lifelong.values import Finding

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.judge.contracts import Chosen
    from lifelong.project.asked import Base, Question
    from lifelong.score.book import Book
    from lifelong.score.payments import Subscribers
    from lifelong.score.retention import RetentionEffect
    from lifelong.score.terms import Terms
    from lifelong.tables.regularity import Regularity
    from lifelong.values import Fit, Scores, Tenures

    Floats = NDArray[np.float64]


def is_contract(model: str) -> bool:
    """Whether a model is for subscriptions."""
    return model in plugins.known("contracts")


def looked(at: Base) -> Regularity:
    """How regularly the customers come."""
    from lifelong.tables.regularity import regularity

    return regularity(at.orders, at.until)


def fit(at: Base, model: str, found: Regularity, *, starts_midway: bool) -> Fit:
    """A contractual model of the customers of the commonest period; findings say why it is one, and which.

    Args:
        at: the orders.
        model: a contractual model's name, or ``auto`` to choose one by hidden renewals.
        found: how regularly customers come.
        starts_midway: whether there were customers before the data begin.
    """
    rhythm = _Rhythm(at)
    period = rhythm.common
    chosen, _ = rhythm.learnt(period, model, is_whole=not starts_midway)
    made = chosen.fit
    origin = replace(made.origin, until=date_of(at.until).isoformat())
    return replace(made, origin=origin, findings=(_kind(found, rhythm.grace(period)), *made.findings))


def scores(at: Base, made: Fit, question: Question, currency: str, level: str = "") -> Scores:
    """Everybody's value, in the level's words: those who pay by another period than the fit's get the same model, fitted to them."""
    from lifelong.score.book import book_scores

    book, fits, few = _booked(at, made, currency)
    as_of = date_of(at.until).isoformat()
    terms = replace(_terms(at, made, question, currency), level=level)
    scored = book_scores(fits, book, terms, as_of=as_of, has_money=at.has_money)
    return replace(scored, table=_told_apart(scored.table, at), findings=(*few, *scored.findings))


def effect(at: Base, made: Fit, question: Question, currency: str, points: float) -> RetentionEffect:
    """What so much more retention, as a share, would add to the value of those who are there."""
    from lifelong.score.retention import retention_effect

    book, fits, _ = _booked(at, made, currency)
    return retention_effect(fits, book, _terms(at, made, question, currency), points)


def subscribers(at: Base, made: Fit, currency: str) -> Subscribers:
    """Those who pay by a calendar, with each one's next payment and who joined of late."""
    book, fits, _ = _booked(at, made, currency)
    return contracts.subscribers(_Rhythm(at).now, fits, book, at.until, currency)


def _booked(at: Base, made: Fit, currency: str) -> tuple[Book, dict[str, Fit], list[Finding]]:
    """All customers, a fit for each period, and what to know of small ones."""
    rhythm = _Rhythm(at)
    book = contracts.book_of(rhythm.now, currency, has_money=at.has_money)
    fits, few = {str(made.info.get("period") or rhythm.common): made}, []
    for period in book.periods:
        if period not in fits:
            chosen, seen = rhythm.learnt(period, made.model)
            fits[period] = chosen.fit
            few += contracts.few(period, seen.customers)
    return replace(book, chance=rhythm.chances(book, fits)), fits, few


def _terms(at: Base, made: Fit, question: Question, currency: str) -> Terms:
    from lifelong.score.terms import Terms

    error = contracts.error_of(made)
    return Terms(question.horizon, margin_of(at, question.margin), question.discount, currency, error)


def tested(made: Fit) -> tuple[str, str]:
    """For the report: how far a fit was tested, as a title and a clause."""
    if "tested" in made.info:
        return "The model was tested on renewals that it had not seen", str(made.info["tested"])
    return "Nothing has tested these numbers", "too few were lost to hide a part of the history"


def not_a_contract(model: str) -> FitError:
    """The error where retention is asked of a fit for free buyers."""
    return FitError(
        "E204",
        phrase("a point of retention is of subscriptions, and {model} is for customers who buy freely", model=model),
        where="the latest fit",
        why="free buyers have no renewal that they could refuse",
        fix="fit a contractual model:  lifelong fit --model sbg; or value a table:  lifelong subscriptions FILE",
    )


def refused(verb: str) -> FitError:
    """The error where a verb is asked of a fit for subscriptions that only free buying can answer."""
    return FitError(
        "E204",
        phrase("{verb} is for customers who buy freely, and the fit is for subscriptions", verb=verb),
        where="the latest fit",
        why="a subscriber's next payment is due by the contract, and leaving is seen",
        fix="lifelong score values them; where these are free purchases, name a model:  lifelong fit --model pareto_nbd",
    )


class _Rhythm:
    """Each customer's own period, and tenures by it."""

    def __init__(self, at: Base) -> None:
        from lifelong.tables import renewals

        self._tables, self._at = renewals, at
        self._own = renewals.periods(at.orders, at.until)
        self.common = contracts.periods_of(self._own)[0] if len(self._own) else "month"

    @property
    def now(self) -> pa.Table:
        """All tenures as they are."""
        return self._of(self._at.until, self._at.until)

    def learnt(self, period: str, model: str, *, is_whole: bool = True) -> tuple[Chosen, Tenures]:
        """A model of those who pay by a period.

        It is fitted as of the last day by which every renewal that was due has been judged: a grace ago.
        """
        grace = self.grace(period)

        def at(day: int) -> pa.Table:
            return self._of(day, day + grace)

        seen = self._at.until - grace
        return contracts.learnt(period, at(seen), at, seen, model, is_whole=is_whole)

    def grace(self, period: str) -> int:
        """Days for which a renewal may be late."""
        return int(self._tables.GRACE[period])

    def chances(self, book: Book, fits: Mapping[str, Fit]) -> Floats:
        r"""The chance that somebody whose payment may be late is still there, relative to one whose payment is to come.

        Of those who renew, the share G(e) waits longer than e days; those who do not, wait for ever. Of a silence of e
        days, with retention r at the renewal that is due, :math:`G / (r G + 1 - r)` is left: 1 long before the due day,
        little after it. It is rounded to twentieths, so that there are few kinds of subscribers.
        """
        import pyarrow.compute as pc

        waits = self._tables.waits(self._at.orders, self._own, self.common, self._at.until)
        silent = _of_each(book.customer_id, self._at)["silent_days"].to_numpy(zero_copy_only=False)
        chance = np.ones(len(silent))
        for period in book.periods:
            at = np.flatnonzero(book.period == period)
            told = waits.filter(pc.equal(waits["period"], period))
            longer = (told["gap"].to_numpy()[None, :] > silent[at, None]) @ told["count"].to_numpy()
            late = (longer + 0.5) / (float(told["count"].to_numpy().sum()) + 0.5)
            model = plugins.load("contracts", fits[period].model)()
            r = model.retention(fits[period].theta, book.renewals[at] + 1)
            chance[at] = np.rint(20.0 * late / (r * late + 1.0 - r)) / 20.0
        return chance

    def _of(self, seen: int, until: int) -> Any:
        return self._tables.tenures(self._at.orders, self._own, self.common, seen, until)


def _kind(found: Regularity, grace: int) -> Finding:
    """What kind of business the orders show, in words."""
    if found.is_contractual:
        text = phrase(
            "{words}: these are subscriptions, so a contractual model values them: whoever is more "
            "than {grace} days late has left, and whoever is late by less is still there by the "
            "chance that payments come so late; for free purchases name a model, such as --model "
            "pareto_nbd",
            words=found.words,
            grace=grace,
        )
        return Finding("F281", text, "info")
    text = phrase(
        "only {words}: these look like free purchases, and the model that was named is for subscriptions",
        words=found.words,
    )
    return Finding("F281", text)


def _told_apart(table: pa.Table, at: Base) -> pa.Table:
    """The table with each customer's silence and own rhythm, as the orders show them."""
    told = _of_each(table["customer_id"].combine_chunks(), at)
    for name in told.column_names:
        place = table.column_names.index(name)
        table = table.set_column(place, name, told[name].cast(table.schema.field(name).type))
    return table


def _of_each(customers: Any, at: Base) -> pa.Table:
    """Days of silence, and of the own rhythm, of these customers."""
    import pyarrow as pa
    import pyarrow.compute as pc

    place = pc.index_in(pa.array(customers), value_set=at.summary["customer_id"].combine_chunks())
    own = at.summary.take(place)
    x, last, age = (own[name].combine_chunks() for name in ("x", "t_x", "T"))
    again = pc.if_else(pc.greater(x, 0), x, pa.scalar(None, x.type))
    rhythm = pc.divide(last.cast("float64"), again.cast("float64"))
    return pa.table({"silent_days": pc.subtract(age, last), "rhythm_days": rhythm})


def margin_of(at: Base, margin: float | None) -> float | None:
    """The margin that was told, else that of all orders whose cost is known, else none."""
    if margin is not None or at.summary["cost"].null_count == len(at.summary):
        return margin
    from lifelong.money.margin import pooled_margin

    columns = (at.summary[name].cast("float64").to_numpy(zero_copy_only=False) for name in ("revenue", "cost"))
    return pooled_margin(*columns)
