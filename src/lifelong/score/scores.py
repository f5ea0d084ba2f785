"""Scores: from a fit and a summary to every customer's value with its interval, and the totals of groups."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.definitions import value_definition
from lifelong.money.margin import pooled_margin
from lifelong.phrases import phrase
from lifelong.score import base as bases
from lifelong.score.cells import column, numbers
from lifelong.score.engine import kinds_of
from lifelong.score.forecast import FUTURES, Forecast, forecast
from lifelong.score.members import Whole
from lifelong.score.numbering import parts
from lifelong.score.rows import all_columns, known, rows
from lifelong.score.source import Source
from lifelong.score.totals import group_totals
from lifelong.units import date_of
from lifelong.values import Finding, Scores

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pyarrow as pa
    from numpy.typing import NDArray

    from lifelong.models.kinds import ByKind
    from lifelong.score.terms import Terms
    from lifelong.values import Fit, Totals

    Floats = NDArray[np.float64]
    Ints = NDArray[np.int64]

BEST = 0.20


def score(
    fit: Fit, summary: Any, terms: Terms, told: tuple[ByKind, Ints] | None = None, *, orders: Any = None
) -> Scores:
    """Every customer's P(alive), expected orders and value within the horizon, with predictive intervals.

    Args:
        fit: a purchase model's fit; ``fit.spend`` holds the spend model's, or None where there are no amounts.
        summary: ``schema.SUMMARY``, any frame: a row a customer.
        terms: horizon, margin, discount, currency, model error, seed.
        told: the kinds of customers and each one's, where the summary's own columns do not say them.
        orders: ``schema.ORDERS`` that the summary was made from, any frame: a fit with a learned blend looks at them.

    Returns:
        A row a customer (``schema.SCORES``) in the summary's order, and totals of all, of the best 20 % and of
        each month's new customers. Means are closed forms at the fitted parameters; intervals come from simulated
        futures with parameters drawn anew (see ``score.futures``).

    Raises:
        DataError: E102, E201 where the summary cannot be used; E108 where costs cannot give a margin.
    """
    table = bases.arrow(summary)
    source = checked(table)
    ahead, has_cost = prepare(fit, source, terms, told=told)
    ahead, found = with_blend(fit, ahead, source, orders)
    wanted = all_columns()
    made = rows(ahead, known(ahead, wanted, has_cost=has_cost), table, 0, wanted)
    totals = group_totals(ahead, groups(ahead, source))
    scores = package(ahead, source, made, totals, has_cost=has_cost)
    return replace(scores, findings=(*found, *scores.findings))


def with_blend(fit: Fit, ahead: Forecast, source: Source, orders: Any) -> tuple[Forecast, tuple[Finding, ...]]:
    """The forecast with the fit's blend in it, where it has one that can be used here, and what to say of it."""
    if fit.blend is None:
        return ahead, ()
    from lifelong.score import blended  # here, since features are a long way off for all others

    why_not = blended.refusal(fit.blend, ahead.engine.terms.horizon, orders)
    if not why_not:
        plain, _ = prepare(fit, source, blended.plain_terms(ahead.engine.terms.horizon, ahead.engine.terms.currency), 0)
        ahead = blended.blended(ahead, plain, source, orders, fit.blend)
    return ahead, blended.told(fit.model, ahead, why_not)


def prepare(
    fit: Fit, summary: Any, terms: Terms, budget: int = FUTURES, told: tuple[ByKind, Ints] | None = None
) -> tuple[Forecast, bool]:
    """The forecast behind scores, and whether costs give the margin; from a ``Source``, or any frame."""
    source = summary if isinstance(summary, Source) else Source.of(summary)
    margin, has_cost = _margin(fit, source, terms)
    needed = bases.NEEDED if fit.spend else bases.NEEDED[:3]
    kinds, kind = told or kinds_of(fit, source)
    base = bases.Base.of(source.columns(needed) | {"kind": kind}, terms.currency)  # and the columns may go
    return forecast(fit, base, terms, margin, budget, kinds), has_cost


def group_total(fit: Fit, summary: Any, terms: Terms, ids: Sequence[str]) -> Totals:
    """The total of any group of customers, with its intervals.

    Args:
        fit: as for :func:`score`.
        summary: as for :func:`score`.
        terms: as for :func:`score`.
        ids: the members' customer numbers; those that are not in the summary are left out.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    source = checked(summary)
    ahead, _ = prepare(fit, source, terms)
    customers = source.table(["customer_id"])["customer_id"]
    members = np.flatnonzero(pc.is_in(customers, value_set=pa.array(list(ids), customers.type)).to_numpy())
    return group_totals(ahead, {"group": members})["group"]


def again(fit: Fit, summary: Any, terms: Terms) -> float:
    """How many of the customers are expected to order at least once more within the horizon."""
    ahead, _ = prepare(fit, checked(summary), terms)
    return float(ahead.base.count @ (ahead.means.alive * ahead.futures.again()))


def groups(ahead: Forecast, source: Source) -> dict[str, Ints | Whole]:
    """All customers, the best 20 %, and each month's new ones, by the group's name."""
    made: dict[str, Ints | Whole] = {"all": Whole(np.arange(ahead.base.histories))}
    made["best 20 %"] = best(ahead.each_value(), source, BEST)
    born = source.columns(["first_day"])["first_day"]
    if "before" in source.schema.names:  # customers older than the data, whose time is counted from its begin
        born = born - source.columns(["before"])["before"]
    return made | cohorts(born, ahead.base)


def best(by: Floats, ids: Any, share: float) -> Ints:
    """Row numbers of the best ``ceil(share n)`` customers by a measure.

    Customers of equal measure stand in the order of their customer number, so that every run agrees; ``ids`` is asked
    for those alone (``take``), and only where not all of them belong.
    """
    import pyarrow.compute as pc

    size = math.ceil(share * len(by) - 1e-9)
    edge = np.partition(by, len(by) - size)[len(by) - size]
    sure = np.flatnonzero(by > edge)
    tied = np.flatnonzero(by == edge)
    if len(tied) > size - len(sure):
        tied = tied[numbers(pc.sort_indices(ids.take(column(tied))))[: size - len(sure)]]
    return np.sort(np.concatenate([sure, tied]))


def cohorts(first_day: Ints, base: bases.Base) -> dict[str, Ints | Whole]:
    """The customers of each month of first order: ``cohort 1997-01``.

    Where all histories end on one day, a history has one first day, and so its customers belong together.
    """
    until = int(first_day[0]) + int(base.T[base.history[0]])
    born = until - base.T
    if all(np.array_equal(born[base.history[part]], first_day[part]) for part in parts(len(base))):
        return {name: Whole(histories) for name, histories in months(born).items()}
    return dict(months(first_day))


def months(first: Ints) -> dict[str, Ints]:
    """Places of the days of each calendar month: ``cohort 1997-01``."""
    low = int(first.min())
    month = np.arange(low, int(first.max()) + 1).astype("datetime64[D]").astype("datetime64[M]")
    code = (month - month[0]).astype(np.int16)[first - low]
    order = np.argsort(code, kind="stable")  # of 16 bits: a radix sort
    parts = np.split(order, np.cumsum(np.bincount(code))[:-1])
    return {f"cohort {month[0] + i}": part for i, part in enumerate(parts) if len(part)}


def package(
    ahead: Forecast, source: Source, made: pa.Table, totals: Mapping[str, Totals], *, has_cost: bool, path: str = ""
) -> Scores:
    """The value that callers get."""
    terms, fit = ahead.engine.terms, ahead.engine.fit
    margin = ahead.margin if terms.margin is not None else None
    first = next(source.batches(["first_day", "T"], 1))
    until = int(first["first_day"][0].as_py()) + int(first["T"][0].as_py())
    words = value_definition(
        str(terms.horizon), margin, str(terms.discount), has_cost=has_cost, has_money=ahead.has_money, level=terms.level
    )
    return Scores(
        as_of=date_of(until).isoformat(),
        horizon=str(terms.horizon),
        currency=terms.currency if ahead.has_money else "",
        definition=words,
        customers=len(ahead.base),
        totals=totals["all"],
        table=made,
        groups=dict(totals),
        findings=findings(ahead),
        model=fit.name if ahead.blended else fit.model,
        path=path,
    )


def findings(ahead: Forecast) -> tuple[Finding, ...]:
    """What a reader of these scores should know."""
    found = []
    if not ahead.has_money:
        found.append(Finding("S301", "The data hold no amounts: orders are forecast, value is not.", "info"))
    else:
        spend, x = ahead.engine.spend, ahead.base.spend_x
        each = spend.expect(ahead.engine.spend_theta, x, np.zeros(len(x))) if spend else np.ones(len(x))
        unbounded = int(ahead.base.count[~np.isfinite(each)].sum())
        if unbounded:
            text = phrase(
                "For {unbounded:,} customers the mean spend has no upper bound under the spend model; the"
                " observed mean of all orders stands in its place. Trust the median and the intervals "
                "before the mean.",
                unbounded=unbounded,
            )
            found.append(Finding("S302", text, "warning", {"customers": unbounded}))
    if ahead.engine.terms.horizon.is_lifetime:
        text = phrase(
            "Over the rest of life, orders are counted at present value, as value is: their plain sum may have no bound."
        )
        found.append(Finding("S303", text, "info"))
    return tuple(found)


def checked(summary: Any) -> Source:
    """A summary that has its columns and at least one customer."""
    source = Source.of(summary)
    bases.check(source.schema.names, source.rows)
    return source


def _margin(fit: Fit, source: Source, terms: Terms) -> tuple[float, bool]:
    """The share of revenue that counts, and whether it came from costs."""
    if fit.spend is None:
        return 1.0, False
    if terms.margin is not None:
        return terms.margin, False
    table = source.table(["revenue", "cost"])
    revenue, cost = bases.column(table, "revenue"), bases.column(table, "cost")
    if revenue is None or cost is None:
        return 1.0, False
    return pooled_margin(revenue, cost), True
