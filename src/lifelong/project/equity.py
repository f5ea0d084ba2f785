"""The verbs of customer equity and of the value of the firm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from lifelong.money.cash import Firm, elasticities
from lifelong.phrases import phrase
from lifelong.project import enrolling, paying, runs, subscribing, trending, valuing, worth_parts
from lifelong.project.asked import Question
from lifelong.project.typed import amount, typed_share, wrong
from lifelong.units import minor_digits
from lifelong.values import Finding
from lifelong.values.cash import CustomerEquity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lifelong.project.folder import Folder
    from lifelong.project.paying import Payers
    from lifelong.project.runs import Run
    from lifelong.values import Scores
    from lifelong.values.cash import EquityChange

    Floats = np.ndarray[Any, np.dtype[np.float64]]

ELASTIC = ("retention", "margin", "discount", "acquisition", "cac")
#: Parameter draws behind the intervals of the elasticities.
DRAWS = 40
#: The annual rate where none is told.
RATE = "10%"


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of the firm: amounts in major units, a year; empty or 0 where nothing is.

    Attributes:
        new_customers: a month; empty takes the mean of the last twelve months.
        months: how long customers go on being won; 0 for ever.
        cac: cost of winning one.
        wacc: annual rate at which all is discounted.
        margin: share of revenue.
        fixed_costs: a year, before tax; ``tax``, share of profit; ``non_operating`` assets; ``debt``, net.
    """

    new_customers: str | float = ""
    months: int = 0
    cac: str | float = 0.0
    wacc: str = RATE
    margin: str | float = ""
    fixed_costs: str | float = 0.0
    tax: str | float = 0.0
    non_operating: str | float = 0.0
    debt: str | float = 0.0


def equity(folder: Folder, told: Told, *, is_firm: bool = False) -> CustomerEquity:
    """Residual value of the customers there are, and the net value of those to come; with ``is_firm`` the firm's too."""
    return equity_of(folder, told, is_firm=is_firm)[0]


def equity_of(folder: Folder, told: Told, *, is_firm: bool = False) -> tuple[CustomerEquity, Run, Firm]:
    """The answer, the scoring run behind it, and the parts of the worth."""
    if told.months < 0:
        raise wrong(
            "--months",
            phrase("{months} months have passed", months=told.months),
            "it is how long customers go on being won",
            "36",
        )
    wacc = typed_share(told.wacc, "--wacc", RATE)
    if not wacc > 0:
        raise wrong(
            "--wacc",
            phrase("a rate of {wacc} has no bound", wacc=told.wacc),
            "the sum over all time has one by a rate",
            RATE,
        )
    with folder.writing("equity"):
        who = paying.payers(folder, "equity")
        question = Question.of(folder.config(), "lifetime", told.margin, f"{100.0 * wacc:.6g}%/year")
        folder.progress("customer equity", 0, who.customers)
        scores = _scored(folder, who, question)
        run = runs.read(Path(scores.path))
        new = worth_parts.newcomers(folder, who, question)
        firm = _firm(told, scores.totals.value, worth_parts.clv(new), worth_parts.seen(new), wacc)
        change, why = _since(folder, run, told, firm)
        moved, found = _elastic(worth_parts.streams(folder, who, question, firm.rlv, new), firm, is_firm=is_firm)
    digits = minor_digits(folder.currency)
    said = CustomerEquity(
        as_of=scores.as_of, currency=folder.currency, model=who.model,
        definition=f"{scores.definition}; coming customers: the middle of each month, discounted at {wacc:.1%} a year",
        customers=scores.customers, rlv_low80=scores.totals.low80, rlv_high80=scores.totals.high80,
        **_to_the_unit(firm, digits), clv=firm.clv, cac=firm.cac, new_customers=firm.new_customers,
        months=float(told.months) if told.months else None, tax=firm.tax,
        elasticities={lever: band[0] for lever, band in moved.items()},
        elastic_bands={lever: band[1:] for lever, band in moved.items()}, is_firm=is_firm, digits=digits, change=change,
        no_change=why, findings=(*_findings(firm, told), *found),
    )  # fmt: skip
    return said, run, firm


def _scored(folder: Folder, who: Payers, question: Question) -> Scores:
    """Everybody's value by the question, kept as a run beside the latest one."""
    if who.made is None or who.at is None:
        return enrolling.valued(folder, subscribing.Asked(), question, is_latest=False).scores
    alone = valuing.scored(folder, who.made, who.at, question)
    scores = enrolling.with_subscribers(folder, alone, who.made, question)
    return runs.keep(folder, who.at, scores, who.made, question, is_latest=False)


def _firm(told: Told, rlv: float, clv: float, seen: float, wacc: float) -> Firm:
    """The parts of the worth, by what is told and what was seen."""
    rate = seen if told.new_customers == "" else _money(told.new_customers, "--new-customers")
    return Firm(
        rlv=rlv, clv=clv, cac=_money(told.cac, "--cac"), new_customers=rate, wacc=wacc,
        months=float(told.months or np.inf), fixed_costs=_money(told.fixed_costs, "--fixed-costs"),
        tax=typed_share(told.tax, "--tax", "25%"), non_operating=_money(told.non_operating, "--non-operating"),
        debt=_money(told.debt, "--debt"),
    )  # fmt: skip


def _to_the_unit(firm: Firm, digits: int) -> dict[str, float]:
    """What the worth is made of, in whole minor units (told in major ones): each line sums to the next, and to the change's."""
    unit = 10.0**digits
    rlv, equity, fixed = (round(amount * unit) for amount in (firm.rlv, firm.equity, firm.fixed))
    others, debt = round(firm.non_operating * unit), round(firm.debt * unit)
    operating = round(firm.operating * unit)
    minor = {
        "rlv": rlv, "future": equity - rlv, "equity": equity, "fixed": fixed, "tax_due": equity - fixed - operating, "operating": operating,
        "non_operating": others, "debt": debt, "value": operating + others - debt,
    }  # fmt: skip
    return {name: amount / unit for name, amount in minor.items()}


def _since(folder: Folder, run: Run, told: Told, firm: Firm) -> tuple[EquityChange | None, str]:
    """What moved customer equity since the run before of the same question; or None, and why not.

    The earlier equity is computed anew from the earlier run's rows, its fit and its orders, by what is told now.
    """
    from lifelong.score.trend import bridge, minor, worth

    same = [one for one in runs.kept(folder) if one.asked == run.asked]
    place = next(i for i, one in enumerate(same) if one.path.name == run.path.name)
    if not place:
        return None, "no earlier run of this margin and rate is kept; the next call, of more orders, has this one"
    before = same[place - 1]
    if before.subscribed or run.subscribed:
        return None, "subscribers are part of it, whose table of then is not kept"
    if not before.fit or not before.has_fit:
        return None, f"the fit of the run of {before.told['as_of']} is no longer there"
    at = before.base(folder)
    if at is None:
        return None, f"the landing no longer holds the orders as they were on {before.told['as_of']}"
    digits = minor_digits(folder.currency)
    new = worth_parts.newcomers(folder, paying.of_orders(folder, before.made_by(), at), before.question)
    rlv = tuple(minor(worth(one.rows()), digits) for one in (before, run))
    then = _firm(told, rlv[0] / 10.0**digits, worth_parts.clv(new), worth_parts.seen(new), firm.wacc)
    before_after = [(round(one.equity * 10.0**digits), value) for one, value in zip((then, firm), rlv, strict=True)]
    parts = trending.since(folder, before, run, digits)
    return bridge(parts, before_after[0], before_after[1], (before.path.name, before.told["as_of"])), ""


def _elastic(
    parts: list[worth_parts.Part] | Finding, firm: Firm, *, is_firm: bool
) -> tuple[dict[str, tuple[float, ...]], list[Finding]]:
    """Of each lever the elasticity, and its 80 and 90 % bounds over draws of the parameters."""
    if not (firm.value if is_firm else firm.equity):
        return {}, []
    if isinstance(parts, Finding):
        levers = [lever for lever in ELASTIC if lever not in {"retention", "discount"}]
        plain = elasticities(lambda by: _value(_moved(firm, by), is_firm=is_firm), levers)
        return {lever: (each,) for lever, each in plain.items()}, [parts]
    was = [part.worth(part.fit.theta) for part in parts]

    def at(thetas: Sequence[Floats]) -> dict[str, float]:
        slopes = [part.slope(theta) for part, theta in zip(parts, thetas, strict=True)]

        def value(more: float, rate: float) -> tuple[float, float]:
            force = np.log1p(rate) * 7.0 / 365.25
            moved = zip(parts, thetas, slopes, was, strict=True)
            each = [part.valued(theta, more ** (1.0 / slope), force, now) for part, theta, slope, now in moved]
            return sum(rlv for rlv, _ in each), sum(clv for _, clv in each)

        level = value(1.0, firm.wacc)

        def moved(by: dict[str, float]) -> float:
            rate = firm.wacc * by.get("discount", 1.0)
            is_moved = bool(by.keys() & {"retention", "discount"})
            rlv, clv = value(by.get("retention", 1.0), rate) if is_moved else level
            return _value(_moved(replace(firm, rlv=rlv, clv=clv, wacc=rate), by), is_firm=is_firm)

        return elasticities(moved, ELASTIC)

    point = at([part.fit.theta for part in parts])
    worlds = [part.fit.draws(DRAWS, np.random.default_rng([place, 16])) for place, part in enumerate(parts)]
    drawn = [at(thetas) for thetas in zip(*worlds, strict=True)]
    levels = (0.1, 0.9, 0.05, 0.95)
    bands = {lever: np.quantile([one[lever] for one in drawn], levels).tolist() for lever in ELASTIC}
    return {lever: (point[lever], *bands[lever]) for lever in ELASTIC}, []


def _moved(firm: Firm, by: dict[str, float]) -> Firm:
    """The firm where margin, acquisition and the cost of winning stand at other factors."""
    margin = by.get("margin", 1.0)
    return replace(
        firm,
        rlv=firm.rlv * margin,
        clv=firm.clv * margin,
        cac=firm.cac * by.get("cac", 1.0),
        new_customers=firm.new_customers * by.get("acquisition", 1.0),
    )


def _value(firm: Firm, *, is_firm: bool) -> float:
    return firm.value if is_firm else firm.equity


def _money(text: str | float, flag: str) -> float:
    return amount(text, flag, "1000", is_zero_allowed=True)


def _findings(firm: Firm, told: Told) -> list[Finding]:
    found = []
    if firm.cac == 0:
        found.append(
            Finding("F413", "no cost of winning was told, so coming customers cost nothing (--cac 40)", "warning")
        )
    if firm.clv < firm.cac:
        found.append(
            Finding("F414", "a new customer costs more than it is worth: each one lowers the equity", "warning")
        )
    if told.new_customers == "":
        text = "new customers go on as in the last year, or since the first order: --new-customers says otherwise"
        found.append(Finding("F415", text, "info", {"a month": firm.new_customers}))
    if not told.months and firm.future > firm.rlv:
        text = "more than half of the equity is customers who are won for ever after: see what --months 36 leaves"
        found.append(Finding("F416", text, "warning", {"future": firm.future, "existing": firm.rlv}))
    return found
