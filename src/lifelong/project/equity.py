"""The verbs of customer equity and of the value of the firm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lifelong.money.cash import Firm, elasticities
from lifelong.project import cashing, costing, formulating, runs, trending, valuing
from lifelong.project.asked import Question
from lifelong.project.typed import amount, typed_share, wrong
from lifelong.units import minor_digits
from lifelong.values import Finding
from lifelong.values.cash import CustomerEquity

if TYPE_CHECKING:
    from lifelong.project.asked import Base
    from lifelong.project.folder import Folder
    from lifelong.project.runs import Run
    from lifelong.values import Fit
    from lifelong.values.cash import EquityChange

ELASTIC = ("rlv", "clv", "cac", "acquisition")
#: Newcomers that the value of one is computed from.
SOME = 200
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
        raise wrong("--months", f"{told.months} months have passed", "it is how long customers go on being won", "36")
    wacc = typed_share(told.wacc, "--wacc", RATE)
    if not wacc > 0:
        raise wrong("--wacc", f"a rate of {told.wacc} has no bound", "the sum over all time has one by a rate", RATE)
    with folder.writing("equity"):
        made, at = cashing.latest(folder, "equity")
        question = Question.of(folder.config(), "lifetime", told.margin, f"{100.0 * wacc:.6g}%/year")
        folder.progress("customer equity", 0, len(at.summary))
        scores = valuing.scored(folder, made, at, question)
        run = runs.read(Path(runs.keep(folder, at, scores, made, question, is_latest=False).path))
        clv, seen = _newcomer(folder, made, at, question)
        firm = _firm(told, scores.totals.value, clv, seen, wacc)
        change, why = _since(folder, run, told, firm)
    worth = firm.value if is_firm else firm.equity
    moved = elasticities(lambda by: _moved(firm, by, is_firm=is_firm), ELASTIC) if worth else {}
    said = CustomerEquity(
        as_of=scores.as_of, currency=folder.currency, model=made.name,
        definition=f"{scores.definition}; coming customers: the middle of each month, discounted at {wacc:.1%} a year",
        customers=scores.customers, rlv=firm.rlv, rlv_low80=scores.totals.low80, rlv_high80=scores.totals.high80,
        clv=firm.clv, cac=firm.cac, new_customers=firm.new_customers, months=float(told.months) if told.months else None,
        future=firm.future, equity=firm.equity, fixed=firm.fixed, tax=firm.tax, non_operating=firm.non_operating,
        debt=firm.debt, operating=firm.operating, value=firm.value, elasticities=moved, is_firm=is_firm,
        digits=minor_digits(folder.currency), change=change, no_change=why, findings=tuple(_findings(firm, told)),
    )  # fmt: skip
    return said, run, firm


def _newcomer(folder: Folder, made: Fit, at: Base, question: Question) -> tuple[float, float]:
    """What a new customer is worth before the cost of winning, and how many came a month of late."""
    from lifelong.score import Terms, score

    here, own, level = costing.at_level(folder, at, question)
    margin = formulating.margin_of(here, own)
    share = None if own is None and margin == 1.0 else margin
    terms = Terms(question.horizon, share, question.discount, folder.currency, level=level)
    new = score(made, formulating.fresh(here.summary, here.until, SOME), terms)
    first = margin * cashing.first_order(at, 10.0 ** minor_digits(folder.currency))
    return first + new.totals.value / SOME, float(cashing.recent(at).mean())


def _firm(told: Told, rlv: float, clv: float, seen: float, wacc: float) -> Firm:
    """The parts of the worth, by what is told and what was seen."""
    rate = seen if told.new_customers == "" else _money(told.new_customers, "--new-customers")
    return Firm(
        rlv=rlv, clv=clv, cac=_money(told.cac, "--cac"), new_customers=rate, wacc=wacc,
        months=float(told.months or np.inf), fixed_costs=_money(told.fixed_costs, "--fixed-costs"),
        tax=typed_share(told.tax, "--tax", "25%"), non_operating=_money(told.non_operating, "--non-operating"),
        debt=_money(told.debt, "--debt"),
    )  # fmt: skip


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
    if not before.fit or not before.has_fit:
        return None, f"the fit of the run of {before.told['as_of']} is no longer there"
    at = before.base(folder)
    if at is None:
        return None, f"the landing no longer holds the orders as they were on {before.told['as_of']}"
    digits = minor_digits(folder.currency)
    clv, seen = _newcomer(folder, before.made_by(), at, before.question)
    rlv = tuple(minor(worth(one.rows()), digits) for one in (before, run))
    then = _firm(told, rlv[0] / 10.0**digits, clv, seen, firm.wacc)
    before_after = [(round(one.equity * 10.0**digits), value) for one, value in zip((then, firm), rlv, strict=True)]
    parts = trending.since(folder, before, run, digits)
    return bridge(parts, before_after[0], before_after[1], (before.path.name, before.told["as_of"])), ""


def _moved(firm: Firm, by: dict[str, float], *, is_firm: bool) -> float:
    """The worth where levers stand at other factors."""
    changed = replace(
        firm,
        rlv=firm.rlv * by.get("rlv", 1.0),
        clv=firm.clv * by.get("clv", 1.0),
        cac=firm.cac * by.get("cac", 1.0),
        new_customers=firm.new_customers * by.get("acquisition", 1.0),
    )
    return changed.value if is_firm else changed.equity


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
