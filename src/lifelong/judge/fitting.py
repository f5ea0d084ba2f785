"""A purchase model fitted by its name, to customers as of a day: by itself, in the firm's own calendar, or with covariates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from lifelong import plugins
from lifelong.errors import FitError
from lifelong.judge import traits
from lifelong.models.in_calendar import SUFFIX, fit_calendar
from lifelong.models.optimise import fit_model
from lifelong.phrases import phrase
from lifelong.score.base import NEEDED, arrow
from lifelong.tables import occasions, patterns
from lifelong.tables import summary as tables
from lifelong.tables.gaps import log_gaps
from lifelong.tables.waits import waits

if TYPE_CHECKING:
    from lifelong.values import Fit


def plain_name(name: str) -> str:
    """The model behind a name: ``mbg_cnbd_3+calendar`` is ``mbg_cnbd_3`` in the firm's calendar."""
    return name.removesuffix(traits.SUFFIX if name.endswith(traits.SUFFIX) else SUFFIX)


def occasion(name: str) -> int:
    """The days of an occasion, on which the model of that name knows one order; 0 where it counts days."""
    return int(getattr(plugins.load("models", plain_name(name)), "days", 0))


def not_by_occasions(name: str, asked: str) -> FitError:
    """The error where something is asked that hangs on the day of the last order."""
    return FitError(
        "E464",
        phrase("{name} does not say {asked}", name=name, asked=asked),
        where="the model's name",
        why="it counts occasions and knows no days within one",
        fix="fit a model that counts days:  lifelong fit --model auto",
    )


def counted(name: str, orders: Any, summary: Any, until: int) -> Any:
    """The summary as the model of that name counts it: by occasions where it knows these, else as it is.

    Args:
        name: of a purchase model.
        orders: ``schema.ORDERS``, any frame.
        summary: ``schema.SUMMARY`` of them, sorted by customer; further columns stay.
        until: the last day seen, in days since 1970-01-01.
    """
    days = occasion(name)
    if not days:
        return summary
    made = arrow(tables.summary(occasions.dated(orders, until, days), until)).sort_by("customer_id")
    for column in NEEDED:
        if column in made.column_names:
            summary = summary.set_column(summary.column_names.index(column), column, made[column])
    return summary


def fit_named(
    name: str, orders: Any, summary: Any, until: int, prior: str = "auto", known: traits.Traits | None = None
) -> Fit:
    """Fit the purchase model of that name; a summary with ``before`` holds customers older than the data.

    Args:
        name: of a purchase model, with ``+calendar`` behind it for the firm's own calendar, or ``+covariates``.
        orders: ``schema.ORDERS``, any frame: the days between orders are counted where the model needs them.
        summary: ``schema.SUMMARY`` of the same orders as of ``until``, as :func:`counted` has it.
        until: the last day seen, in days since 1970-01-01.
        prior: as in ``optimise.fit_model``.
        known: the covariates, which ``summary`` holds too; needed where the name says so.

    Raises:
        ConfigError: E213 where the model has no scale that a covariate could move.
        FitError: E204 where its customers leave by the orders that are not in the data.
    """
    told, model = patterns.to_patterns(patterns.patterns(summary)), plugins.load("models", plain_name(name))()
    if "before" in summary.column_names:
        from lifelong.models.left_truncated import LeftTruncated

        return LeftTruncated(model, "buyers").fit(summary, prior=prior)
    if name.endswith(traits.SUFFIX) and known is not None:
        from lifelong.models.covariates import Covariates

        return Covariates.everywhere(model, known.names, known.penalty).fit(summary, prior=prior)
    if name != plain_name(name):
        return fit_calendar(model, told, waits(orders, until), prior=prior)
    if getattr(model, "is_regular", False):
        told = replace(told, log_gaps=log_gaps(orders, until))
    return fit_model(model, told, prior=prior)
