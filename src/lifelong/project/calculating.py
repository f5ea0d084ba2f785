"""The verb of the calculator: typed texts in, a calculation out; it needs no project and no data."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lifelong.errors import ConfigError
from lifelong.money.calculator import LEAST, LEAST_SHARE, MOST, TIMINGS, Inputs
from lifelong.money.calculator import calculate as implementation
from lifelong.units import Rate, share

if TYPE_CHECKING:
    from lifelong.values import Calculation

MONTHS = {"": 1.0, "m": 1.0, "y": 12.0}


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
            invoice=_amount(self.invoice, "--invoice", "500"),
            new_customers=_amount(self.new_customers, "--new-customers", "10"),
            spend=_amount(self.spend, "--spend", "8000", is_zero_allowed=True),
            churn=_churn(self.churn, self.lifetime),
            lifetime=_months(self.lifetime),
            invoices_a_month=_amount(self.invoices_a_month, "--invoices-a-month", "1"),
            margin=_margin(self.margin),
            discount=Rate.parse(self.discount or "0").per_year,
            overhead=_amount(self.overhead, "--overhead", "0", is_zero_allowed=True),
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


def _amount(text: str | float, flag: str, example: str, *, is_zero_allowed: bool = False) -> float:
    plain = str(text).strip().replace(" ", "").replace("\u00a0", "").replace("\u202f", "")
    plain = plain.replace(",", "") if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", plain) else plain.replace(",", ".")
    number = float(plain) if re.fullmatch(r"\d+(\.\d*)?(e[+-]?\d+)?", plain) else math.nan
    if LEAST <= number <= MOST or (number == 0 and is_zero_allowed):
        return number
    least = f"0, or from {LEAST:g}" if is_zero_allowed else f"from {LEAST:g}"
    raise _wrong(flag, f"{text!r} is not a number {least} to {MOST:g}", "value and cost are computed from it", example)


def _timing(text: str) -> str:
    if text in TIMINGS:
        return text
    raise _wrong("--timing", f"{text!r} is no timing", "a month's payment has one day", "begin, mid or end")


def _churn(text: str | float, lifetime: str | float) -> float | None:
    if text == "" and lifetime == "":
        raise _wrong(
            "--churn", "neither churn nor lifetime was given", "one of them says how long customers stay", "5%"
        )
    if text == "":
        return None
    number = _share(text, "--churn", "5%")
    if LEAST_SHARE <= number <= 1 - LEAST_SHARE:
        return number
    why = "nobody ever leaves then, and value has no bound" if number < 0.5 else "nobody stays for a second month then"
    raise _wrong("--churn", f"a churn of {text} a month cannot be used", why, "5%")


def _share(text: str | float, flag: str, example: str) -> float:
    try:
        return share(text, flag=flag)
    except ConfigError:
        raise _wrong(flag, f"{text!r} is not a share", "a share lies between 0 % and 100 %", example) from None


def _months(text: str | float) -> float | None:
    if text == "":
        return None
    found = re.fullmatch(r"(\d+(?:[.,]\d+)?)(m|y|)", re.sub(r"onths?|ears?|\s", "", str(text).lower()))
    number = float(found[1].replace(",", ".")) * MONTHS[found[2]] if found else math.nan
    if 1 < number <= 1 / LEAST_SHARE:
        return number
    why = f"it is the mean months that customers stay: more than 1, at most {1 / LEAST_SHARE:,.0f}"
    raise _wrong("--lifetime", f"{text!r} is not a lifetime", why, "20m")


def _margin(text: str | float) -> float | None:
    if text == "":
        return None
    number = _share(text, "--margin", "40%")
    if number >= LEAST_SHARE:
        return number
    raise _wrong(
        "--margin", f"a margin of {text} leaves nothing", "without margin no customer is worth anything", "40%"
    )


def _wrong(flag: str, what: str, why: str, example: str) -> ConfigError:
    return ConfigError("E351", what, where=flag, why=why, fix=f"write {flag} {example}")
