"""Fitting to a base: the purchase model on patterns, the spend model on spend histories."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lifelong.errors import ConfigError
from lifelong.models.spend_choice import AUTO
from lifelong.phrases import phrase
from lifelong.project.knowing import digest
from lifelong.units import date_of, minor_digits
from lifelong.values import Finding

if TYPE_CHECKING:
    from lifelong.judge.traits import Traits
    from lifelong.project.asked import Base
    from lifelong.values import Fit

#: What is fitted where no back-test can choose: it alone lets a customer leave before the second order.
UNTESTED = "pareto_nbd"
#: Above this share of order days that count as one with another, orders ahead are not what a shop calls orders.
MANY_JOINED = 0.05


def fit_base(model: str, at: Base, currency: str, prior: str, known: Traits | None = None, spend: str = AUTO) -> Fit:
    """Fit to a base: the purchase model on patterns, the spend model on spend histories.

    ``spend`` names the latter, as a back-test's leaderboard does. With ``known`` the customers' covariates move the model; a summary with ``before`` holds customers older than the data.
    """
    from lifelong.judge.fitting import fit_named
    from lifelong.tables import patterns

    if prior not in {"auto", "on", "off"}:
        raise ConfigError(
            "E301", phrase("{prior!r} is no choice", prior=prior), where="--prior", fix="take auto, on or off"
        )
    at, found = by_occasions(model, at)
    told = patterns.to_patterns(patterns.patterns(at.summary)).digest
    if "before" in at.summary.column_names:
        made = fit_named(model, at.orders, at.summary, at.until, prior)
        told = digest(told, [at.summary["before"]])
    elif known is not None:
        summary = known.beside(at.summary)
        made = fit_named(model, at.orders, summary, at.until, prior, known)
        told = digest(told, [summary[name] for name in known.names])
    else:
        made = fit_named(model, at.orders, at.summary, at.until, prior)
    made = replace(made, origin=replace(made.origin, data=told), findings=(*found, *made.findings))
    return finished(made, at, currency, prior, spend)


def by_occasions(model: str, at: Base) -> tuple[Base, tuple[Finding, ...]]:
    """The base as a model counts it, and what to say where many orders then count as one."""
    from lifelong.judge.fitting import counted

    summary = counted(model, at.orders, at.summary, at.until)
    if summary is at.summary:
        return at, ()
    days, left = (int(table["x"].to_numpy().sum()) for table in (at.summary, summary))
    gone = 1.0 - left / days if days else 0.0
    if gone <= MANY_JOINED:
        return replace(at, summary=summary), ()
    text = phrase(
        "{gone:.0%} of the repeat order days fell on an occasion that already had one: an "
        "occasion counts as one order, and its spend is that of all of them",
        gone=gone,
    )
    return replace(at, summary=summary), (Finding("F464", text, "warning", {"share": gone}),)


def finished(made: Fit, at: Base, currency: str, prior: str, spend: str = AUTO) -> Fit:
    """A purchase model's fit with its day and version, and with the spend model's where there are amounts."""
    from lifelong import __version__
    from lifelong.models.spend_choice import fit_spend_named
    from lifelong.tables import patterns

    until = date_of(at.until).isoformat()
    made = replace(made, origin=replace(made.origin, until=until, version=__version__))
    if not at.has_money:
        return made
    spends = patterns.to_spend(patterns.spends(at.summary), minor_digits(currency))
    money = fit_spend_named(spend, spends, prior=prior)
    told = tuple(f for f in money.findings if spend == AUTO or f.code != "F211")  # a back-test has judged that
    origin = replace(money.origin, until=until, version=__version__)
    return replace(made, spend=replace(money, origin=origin, findings=told))
