"""What a report is made from: values that other rooms computed. Nothing here is fitted or estimated."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from lifelong.i18n import N_

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from lifelong.charts import Renewal
    from lifelong.values import CohortMatrix, Finding, Fit, ImportReport, Leaderboard, Scores


@dataclass(frozen=True, slots=True)
class Kept:
    """How long subscribers stay who pay by one period: how many began, were lost, and each renewal that was due."""

    period: str
    model: str
    began: int
    lost: int
    renewals: tuple[Renewal, ...]


@dataclass(frozen=True, slots=True, eq=False)
class ReportData:
    """All that one report prints.

    Attributes:
        name: the firm's or shop's name.
        as_of: the last day that the data cover, ISO.
        currency: ISO 4217, or empty where the data hold no amounts; then the report speaks of orders.
        scores: a row a customer, with totals; ``groups`` may hold ``best 20 %`` and one total a cohort.
        fit: the model behind them, with its spend model where there is one.
        leaderboard: the back-test; None where there was none.
        imports: a report for each ingested file of orders.
        loyalty: ``customers``, ``one_time``, ``repeat_rate``, ``tenure_days``, ``repeat_revenue_share``,
            ``median_days_to_second``; what is missing or None is printed as not known.
        cohorts: dicts of ``cohort``, ``first_day`` (days since 1970 or ISO), ``customers``, ``period`` (age, 0 is the
            period of the first order), ``buyers``, ``orders``, ``revenue`` (minor units), ``is_ripe``, ``expected``
            (float or None, in ``expected_unit``).
        expected_unit: what ``expected`` counts: ``orders`` of the period or ``buyers`` in it.
        brought: what cohorts brought a customer by age, added up; None where nothing was made.
        cohort_unit: what one cohort spans: ``week``, ``month``, ``quarter``, or a number of days.
        cohort_age: days that one period of age spans; None takes those of ``cohort_unit``.
        truth: where a simulation knows it: dicts of ``name``, ``unit`` (``money``, ``orders``, ``customers``, ``share``
            or ``number``), ``predicted``, ``low``, ``high`` (80 %, or None) and ``true``.
        notes: further findings to print.
        is_left_truncated: whether customers were there before the data begin, so that their first order is not seen.
        action: the command that brings the list of customers at risk.
        again: the command that makes this report again.
        instead: where there is no back-test, a title and a clause that say so and why, or what was tested instead.
        enrolled: a report for each ingested file of subscriptions.
        kept: how long subscribers stay, by the period that a price pays for; empty where nobody subscribes.
    """

    name: str
    as_of: str
    currency: str
    scores: Scores
    fit: Fit
    leaderboard: Leaderboard | None = None
    imports: Sequence[ImportReport] = ()
    loyalty: Mapping[str, float | int | None] = field(default_factory=dict)
    cohorts: Sequence[Mapping[str, Any]] = ()
    expected_unit: Literal["orders", "buyers"] = "orders"
    brought: CohortMatrix | None = None
    cohort_unit: str | int = "month"
    cohort_age: int | None = None
    truth: Sequence[Mapping[str, Any]] | None = None
    notes: Sequence[Finding] = ()
    is_left_truncated: bool = False
    action: str = "lifelong export customers.csv"
    again: str = "lifelong report --out clv.html"
    instead: tuple[str, str] = (
        N_("Nothing has tested these numbers"),
        N_("the history is too short to hide a part of it and forecast that"),
    )
    enrolled: Sequence[ImportReport] = ()
    kept: Sequence[Kept] = ()

    @property
    def has_money(self) -> bool:
        """Whether values are money; else they are orders."""
        return bool(self.currency)

    @property
    def is_subscribed(self) -> bool:
        """Whether all of it comes from a table of subscriptions: there is no order then, and nobody goes quiet."""
        return bool(self.enrolled) and not self.imports
