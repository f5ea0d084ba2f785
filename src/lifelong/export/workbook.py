"""The calculator as a workbook to take away: inputs in named cells, every answer a formula over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong.export import live
from lifelong.money.calculator import LEAST_SHARE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from lifelong.values import Calculation

#: Inputs: key, label, number format, what may be typed.
INPUTS: tuple[tuple[str, str, str, tuple[Any, ...]], ...] = (
    ("churn", "Customers lost a month (churn)", "0.0%", ("decimal", "between", LEAST_SHARE, 1 - LEAST_SHARE)),
    ("lifetime", "or mean months that they stay", "0.0", ("decimal", "between", 1.000001, 1 / LEAST_SHARE)),
    ("invoice", "Invoice: what a customer pays at a time", "#,##0.00", ("decimal", ">", 0)),
    ("invoices_a_month", "Invoices a month", "0.00", ("decimal", ">", 0)),
    ("new_customers", "New customers a month", "#,##0.0", ("decimal", ">", 0)),
    ("spend", "Marketing and sales expenses a month", "#,##0.00", ("decimal", ">=", 0)),
    ("overhead", "Overhead a month", "#,##0.00", ("decimal", ">=", 0)),
    ("margin", "Margin (empty: value is revenue)", "0.0%", ("decimal", "between", LEAST_SHARE, 1)),
    ("discount", "Discount a year", "0.0%", ("decimal", ">=", 0)),
    ("paid_after", "Months from a period's start to its payment", "0.0", ("list", [0, 0.5, 1])),
)
#: Answers: key, label, number format, formula over the names.
ANSWERS = (
    ("value", "Value of a new customer", "#,##0.00", ""),
    ("value_by_churn", "  by the churn", "#,##0.00", ""),
    ("value_by_lifetime", "  by the lifetime", "#,##0.00", ""),
    ("cac", "Cost of winning one (CAC)", "#,##0.00", "spend/new_customers"),
    ("cac_loaded", "  with overhead", "#,##0.00", "(spend+overhead)/new_customers"),
    ("net_value", "Value less that cost", "#,##0.00", "value-cac"),
    ("ratio", "Value to cost (LTV:CAC)", "0.0", 'IF(cac>0,value/cac,"nothing is spent")'),
    ("payback_months", "Payback, months", "0.0", "cac/monthly"),
    (
        "payback_with_leavers",
        "  with those who leave",
        "0.0",
        'IF(cac*leaving/monthly<1,LN(1-cac*leaving/monthly)/LN(1-leaving),"never")',
    ),
    ("base", "Customers in the long run", "#,##0", "new_customers/leaving"),
    ("customers_lost", "Lost a month then", "#,##0.0", "new_customers"),
    ("equity_added", "Added by a month's new customers", "#,##0.00", "new_customers*(value-cac)"),
)
#: The definition of each answer.
MEANING = {
    "value": "typed_value",
    "value_by_churn": "typed_value",
    "value_by_lifetime": "typed_value",
    "cac_loaded": "cac",
    "payback_months": "payback",
    "payback_with_leavers": "payback",
    "base": "steady_base",
    "customers_lost": "steady_base",
}
#: What is left of an invoice.
SHARE = "IF(ISNUMBER(margin),margin,1)"


def workbook(made: Calculation, path: Path) -> Path:
    """Write an .xlsx whose inputs are those of the calculation, and whose answers are formulas; the same bytes each time.

    Raises:
        ConfigError: E303, where XLSX is not installed.
    """
    with live.opened(path, "Customer value") as book:
        sheet = book.add_worksheet("Calculator")
        sheet.set_column(0, 0, 44)
        sheet.set_column(1, 4, 18)
        row = _inputs(book, sheet, made.inputs)
        row = _answers(book, sheet, made, row + 1)
        _sensitivity(book, sheet, made, row + 1)
        last = (
            f"As first written, value means {made.definition}. Yellow cells may be typed into; all others are formulas."
        )
        live.read_me(book, (MEANING.get(key, key) for key, *_ in ANSWERS), last)
    return path


def _inputs(book: Any, sheet: Any, inputs: Mapping[str, Any]) -> int:
    """The named cells that are typed into; the next free row."""
    typed = {**inputs, "paid_after": {"begin": 0.0, "mid": 0.5, "end": 1.0}[inputs["timing"]]}
    sheet.write_string(0, 0, "Type here", book.add_format({"bold": True}))
    for row, (key, label, shape, allowed) in enumerate(INPUTS, 1):
        cell = live.typed(book, shape)
        sheet.write_string(row, 0, label)
        number = typed[key]
        sheet.write_blank(row, 1, None, cell) if number is None else sheet.write_number(row, 1, number, cell)
        kind, *limits = allowed
        rule = {"validate": kind, "source": limits[0]} if kind == "list" else _rule(kind, limits)
        sheet.data_validation(row, 1, row, 1, {**rule, "ignore_blank": True})
        book.define_name(key, f"=Calculator!$B${row + 1}")
    return len(INPUTS) + 1


def _rule(kind: str, limits: list[Any]) -> dict[str, Any]:
    """How a spreadsheet is told what may be typed."""
    if limits[0] == "between":
        return {"validate": kind, "criteria": "between", "minimum": limits[1], "maximum": limits[2]}
    return {"validate": kind, "criteria": limits[0], "value": limits[1]}


def _answers(book: Any, sheet: Any, made: Calculation, row: int) -> int:
    """The answers, each a named cell, after three cells that they share."""
    sheet.write_string(row, 0, "What follows", book.add_format({"bold": True}))
    leaving = made.inputs["churn"] or 1.0 / float(made.inputs["lifetime"] or 1.0)
    monthly = made.cac / made.payback_months if made.payback_months else 0.0
    shared = (
        ("leaving", "Leaving a month", "0.00%", "IF(ISNUMBER(churn),churn,1/lifetime)", leaving),
        ("monthly", "A customer brings a month", "#,##0.00", f"invoice*invoices_a_month*{SHARE}", monthly),
    )
    told = [(key, label, shape, formula or _of(key), getattr(made, key)) for key, label, shape, formula in ANSWERS]
    for at, (key, label, shape, formula, number) in enumerate((*shared, *told), row + 1):
        sheet.write_string(at, 0, label)
        shown = number if number is not None else ""
        sheet.write_formula(at, 1, f"={formula}", book.add_format({"num_format": shape}), shown)
        book.define_name(key, f"=Calculator!$B${at + 1}")
    return row + len(shared) + len(told) + 1


def _of(key: str) -> str:
    """The formula of a value."""
    if key == "value":
        return worth({})
    if key == "value_by_churn":
        return f'IF(ISNUMBER(churn),{worth({"leaving": "churn"})},"")'
    return f'IF(ISNUMBER(lifetime),{worth({"leaving": "(1/lifetime)"})},"")'


def worth(moved: Mapping[str, str]) -> str:
    """The formula of the value of a new customer, where some inputs are written otherwise."""
    at = {name: name for name in ("leaving", "invoice", "invoices_a_month", "discount")} | {"margin": SHARE}
    at |= moved
    factor = f"(1+{at['discount']})^(-1/12)"
    monthly = f"{at['invoice']}*{at['invoices_a_month']}*{at['margin']}"
    return f"{monthly}*({factor})^paid_after/({at['leaving']}+(1-{at['leaving']})*(1-{factor}))"


def _sensitivity(book: Any, sheet: Any, made: Calculation, row: int) -> None:
    """Value less CAC where one input is a tenth lower and higher, the others as they are."""
    bold, money = book.add_format({"bold": True}), book.add_format({"num_format": "#,##0.00"})
    for at, text in enumerate(("Value less cost of winning, where one input moves", "a tenth less", "a tenth more")):
        sheet.write_string(row, at, text, bold)
    labels = {key: label for key, label, *_ in INPUTS}
    for at, driver in enumerate(made.drivers, row + 1):
        sheet.write_string(at, 0, labels[driver.name])
        for column, by, number in ((1, "0.9", driver.low), (2, "1.1", driver.high)):
            sheet.write_formula(at, column, f"={_moved(driver.name, by)}", money, number)


def _moved(name: str, by: str) -> str:
    if name in {"spend", "new_customers"}:
        cost = f"spend*{by}/new_customers" if name == "spend" else f"spend/(new_customers*{by})"
        return f"{worth({})}-{cost}"
    written = {
        "churn": ("leaving", f"MIN(1,churn*{by})"),
        "lifetime": ("leaving", f"MIN(1,1/(lifetime*{by}))"),
        "margin": ("margin", f"MIN(1,margin*{by})"),
    }.get(name, (name, f"({name}*{by})"))
    return f"{worth(dict([written]))}-cac"
