"""The verb of the calculator: typed texts in, a calculation out; it needs no project and no data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lifelong.money.calculator import LEAST_SHARE, TIMINGS, Inputs
from lifelong.money.calculator import calculate as implementation
from lifelong.phrases import phrase
from lifelong.project.typed import amount, margin, months, typed_share, wrong
from lifelong.units import Rate

if TYPE_CHECKING:
    from lifelong.values import Calculation


@dataclass(frozen=True, slots=True)
class Typed:
    """What is typed into the calculator, as texts or numbers.

    Attributes:
        invoice: what a customer pays at a time, the median or the mean; any currency.
        new_customers: won a month.
        spend: on marketing and sales a month.
        churn: share of customers lost a month, ``"5%"``; or give ``lifetime``, or both.
        lifetime: mean months that a customer stays, ``"20m"`` or ``"2y"``.
        margin: such as ``"40%"``; without it value is revenue.
        discount: such as ``"10%/year"``; compounded.
        invoices_a_month: how often a customer pays.
        overhead: further costs a month that new customers are to bear.
        timing: when in a month is paid: ``begin``, ``mid`` or ``end``.
    """

    invoice: str | float
    new_customers: str | float
    spend: str | float
    churn: str | float = ""
    lifetime: str | float = ""
    margin: str | float = ""
    discount: str = "0"
    invoices_a_month: str | float = 1.0
    overhead: str | float = 0.0
    timing: str = "begin"

    def read(self) -> Inputs:
        """The numbers that were meant.

        Raises:
            ConfigError: E351, where an input is not what it should be, or churn and lifetime are both missing.
        """
        return Inputs(
            invoice=amount(self.invoice, "--invoice", "500"),
            new_customers=amount(self.new_customers, "--new-customers", "10"),
            spend=amount(self.spend, "--spend", "8000", is_zero_allowed=True),
            churn=_churn(self.churn, self.lifetime),
            lifetime=months(self.lifetime),
            invoices_a_month=amount(self.invoices_a_month, "--invoices-a-month", "1"),
            margin=margin(self.margin),
            discount=Rate.parse(self.discount or "0").per_year,
            overhead=amount(self.overhead, "--overhead", "0", is_zero_allowed=True),
            timing=_timing(self.timing),
        )


def calculate(typed: Typed, xlsx: str | Path = "", html: str | Path = "") -> Calculation:
    """What a new customer is worth by a few typed numbers: value, cost of winning, their ratio, payback, what each input does.

    Args:
        typed: the numbers.
        xlsx: a workbook to write, with the inputs in named cells and every answer as a live formula.
        html: a page to write that computes by itself, without a network.

    Raises:
        ConfigError: E351, where an input is not what it should be; E303, where writing XLSX is not installed.
    """
    made = implementation(typed.read())
    if xlsx:
        from lifelong.export.workbook import workbook

        workbook(made, Path(xlsx))
    if html:
        from lifelong.report.calculator import write

        write(made, Path(html))
    return made


def _timing(text: str) -> str:
    if text in TIMINGS:
        return text
    raise wrong(
        "--timing", phrase("{text!r} is no timing", text=text), "a month's payment has one day", "begin, mid or end"
    )


def _churn(text: str | float, lifetime: str | float) -> float | None:
    if text == "" and lifetime == "":
        raise wrong("--churn", "neither churn nor lifetime was given", "one of them says how long customers stay", "5%")
    if text == "":
        return None
    number = typed_share(text, "--churn", "5%")
    if LEAST_SHARE <= number <= 1 - LEAST_SHARE:
        return number
    why = "nobody ever leaves then, and value has no bound" if number < 0.5 else "nobody stays for a second month then"
    raise wrong("--churn", phrase("a churn of {text} a month cannot be used", text=text), why, "5%")
