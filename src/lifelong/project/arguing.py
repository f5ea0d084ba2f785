"""The verb of the business case: typed texts in, costs against what they bring out; it needs no project and no data."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from lifelong.money.business_case import DRIVERS, Figures, Plan, argue
from lifelong.project.typed import amount, typed_share, whole, wrong
from lifelong.units import Rate

if TYPE_CHECKING:
    from lifelong.values import BusinessCase

SHARES = ("churn", "margin")


@dataclass(frozen=True, slots=True)
class Typed:
    """What is typed, as texts or numbers; what is hoped for (``to_...``) may be left out where it stays as it is.

    Attributes:
        customers: now.
        churn: share of customers lost a month.
        invoice: what a customer pays at a time.
        margin: what is left of an invoice.
        invoices_a_month: how often a customer pays.
        new_customers: won a month.
        to_churn, to_invoice, to_margin, to_invoices_a_month, to_new_customers: what each is hoped to become.
        upfront: cost at once.
        monthly: cost a month.
        months: how long is counted.
        ramp: months until the whole effect is there.
        discount: such as ``"10%/year"``; compounded.
    """

    customers: str | float
    churn: str | float
    invoice: str | float
    margin: str | float
    invoices_a_month: str | float = 1.0
    new_customers: str | float = 0.0
    to_churn: str | float = ""
    to_invoice: str | float = ""
    to_margin: str | float = ""
    to_invoices_a_month: str | float = ""
    to_new_customers: str | float = ""
    upfront: str | float = 0.0
    monthly: str | float = 0.0
    months: str | int = 36
    ramp: str | int = 0
    discount: str = "0"

    def read(self) -> Plan:
        """The plan that was meant.

        Raises:
            ConfigError: E351, where a number is not what it should be, or nothing is hoped to change.
        """
        now = {name: self._figure(name, name) for name in DRIVERS}
        hoped = {
            name: now[name] if getattr(self, f"to_{name}") == "" else self._figure(f"to_{name}", name)
            for name in DRIVERS
        }
        if hoped == now:
            raise wrong("--to-churn", "nothing is hoped to change", "a case compares what is with what is hoped", "4%")
        return Plan(
            customers=amount(self.customers, "--customers", "1000"),
            now=Figures(**now),
            hoped=Figures(**hoped),
            upfront=amount(self.upfront, "--upfront", "5000", is_zero_allowed=True),
            monthly=amount(self.monthly, "--monthly", "300", is_zero_allowed=True),
            months=whole(self.months, "--months", 1, 600),
            ramp=whole(self.ramp, "--ramp", 0, 600),
            discount=Rate.parse(self.discount or "0").per_year,
        )

    def _figure(self, key: str, name: str) -> float:
        flag, told = "--" + key.replace("_", "-"), getattr(self, key)
        if name in SHARES:
            return typed_share(told, flag, "40%" if name == "margin" else "5%")
        return amount(told, flag, "20", is_zero_allowed=name == "new_customers")


def business_case(typed: Typed, xlsx: str | Path = "") -> BusinessCase:
    """What a programme that betters the firm's figures brings and costs: net present value, payback, and on what it hangs.

    Args:
        typed: the numbers.
        xlsx: a workbook to write, whose every figure is a live formula.

    Raises:
        ConfigError: E351, where a number is not what it should be; E303, where writing XLSX is not installed.
    """
    plan = typed.read()
    made = argue(plan)
    if xlsx:
        from lifelong.export.case_workbook import workbook

        workbook(plan, made, Path(xlsx))
    return made
