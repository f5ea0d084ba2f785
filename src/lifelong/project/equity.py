"""The verbs of customer equity and of the value of the firm."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from lifelong.money.cash import Firm, elasticities
from lifelong.project import cashing, costing, formulating, valuing
from lifelong.project.asked import Question
from lifelong.project.typed import amount, typed_share, wrong
from lifelong.units import minor_digits
from lifelong.values import Finding
from lifelong.values.cash import CustomerEquity

if TYPE_CHECKING:
    from lifelong.project.folder import Folder

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
    from lifelong.score import Terms, score

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
        here, own, level = costing.at_level(folder, at, question)
        margin = formulating.margin_of(here, own)
        share = None if own is None and margin == 1.0 else margin
        terms = Terms(question.horizon, share, question.discount, folder.currency, level=level)
        new = score(made, formulating.fresh(here.summary, here.until, SOME), terms)
        first = margin * cashing.first_order(at, 10.0 ** minor_digits(folder.currency))
        seen = float(cashing.recent(at).mean())
    rate = seen if told.new_customers == "" else _money(told.new_customers, "--new-customers")
    firm = Firm(
        rlv=scores.totals.value, clv=first + new.totals.value / SOME, cac=_money(told.cac, "--cac"), new_customers=rate,
        wacc=wacc, months=float(told.months or np.inf), fixed_costs=_money(told.fixed_costs, "--fixed-costs"),
        tax=typed_share(told.tax, "--tax", "25%"), non_operating=_money(told.non_operating, "--non-operating"),
        debt=_money(told.debt, "--debt"),
    )  # fmt: skip
    worth = firm.value if is_firm else firm.equity
    moved = elasticities(lambda by: _moved(firm, by, is_firm=is_firm), ELASTIC) if worth else {}
    return CustomerEquity(
        as_of=scores.as_of, currency=folder.currency, model=made.name,
        definition=f"{scores.definition}; coming customers: the middle of each month, discounted at {wacc:.1%} a year",
        customers=scores.customers, rlv=firm.rlv, rlv_low80=scores.totals.low80, rlv_high80=scores.totals.high80,
        clv=firm.clv, cac=firm.cac, new_customers=rate, months=float(told.months) if told.months else None,
        future=firm.future, equity=firm.equity, fixed=firm.fixed, tax=firm.tax, non_operating=firm.non_operating,
        debt=firm.debt, operating=firm.operating, value=firm.value, elasticities=moved, is_firm=is_firm,
        findings=tuple(_findings(firm, told)),
    )  # fmt: skip


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
