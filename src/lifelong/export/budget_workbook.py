"""A sales budget as a workbook: the forecast's live months, with spend, what is left, and room for what comes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong.export import cash_workbook, live

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.money.cash import Course
    from lifelong.values.cash import CashForecast
    from lifelong.values.sales_budget import BudgetMonth, SalesBudget

HEADS = (
    "month from", "to", "new customers", "existing", "new", "revenue", "margin", "spend", "left", "plan 10 %", "plan 90 %",
    "actual revenue", "difference", "in the plan's band",
)  # fmt: skip
#: Columns that are summed below the months.
SUMMED = "CDEFGHI"


def workbook(course: Course, said: CashForecast, plan: SalesBudget, path: Path) -> Path:
    """Write an .xlsx; the number of months is fixed, all else may be typed anew. The same bytes each time.

    Raises:
        ConfigError: E303, where XLSX is not installed.
    """
    with live.opened(path, "Sales budget") as book:
        sheets = [book.add_worksheet(name) for name in ("Budget", "Forecast", "Months")]
        _budget(book, sheets[0], plan)
        cash_workbook.inputs(book, sheets[1], course, said)
        cash_workbook.months(book, sheets[2], course, said)
        last = (
            f"{plan.definition}. Yellow cells may be typed into; the plan's bands are of the day it was made and do not follow. "
            "Money is not rounded here, so a total may be a minor unit from that of the program."
        )
        keys = ("month_revenue", "month_margin", "budget_spend", "budget_left", "plan_difference")
        live.read_me(book, keys, last)
    return path


def _budget(book: Any, sheet: Any, plan: SalesBudget) -> None:
    """A row a month, and their sum."""
    money = book.add_format({"num_format": "#,##0.00"})
    sheet.set_column(0, len(HEADS) - 1, 15)
    sheet.freeze_panes(1, 1)
    live.heads(book, sheet, 0, HEADS)
    last = len(plan.months) + 1
    for m, month in enumerate(plan.months):
        _month(book, sheet, m + 1, plan, month)
    sheet.write_string(last, 0, "all")
    shown = dict(zip(SUMMED, _shown(plan, plan.total), strict=True))
    for letter in SUMMED:
        sheet.write_formula(last, ord(letter) - 65, f"=SUM({letter}2:{letter}{last})", money, shown[letter] or 0)
    if plan.cac is not None and plan.monthly is None:
        sheet.write_string(last + 2, 0, "Cost of winning a customer")
        sheet.write_number(last + 2, 1, plan.cac, live.typed(book, "#,##0.00"))
        book.define_name("cac_each", f"=Budget!$B${last + 3}")


def _month(book: Any, sheet: Any, row: int, plan: SalesBudget, month: BudgetMonth) -> None:
    """One month: the forecast's cells, spend, what is left, and what came."""
    money, n, unit, shown = (
        book.add_format({"num_format": "#,##0.00"}),
        row + 1,
        10.0**-plan.digits,
        _shown(plan, month),
    )
    sheet.write_string(row, 0, month.begins)
    sheet.write_string(row, 1, month.ends)
    for at, source in zip((2, 3, 4, 6), "HJKM", strict=True):
        sheet.write_formula(row, at, f"=Months!{source}{n}", money, shown[at - 2])
    sheet.write_formula(row, 5, f"=D{n}+E{n}", money, shown[3])
    if plan.cac is not None and plan.monthly is None:
        sheet.write_formula(row, 7, f"=C{n}*cac_each", money, shown[5])
    elif month.spend is not None:
        sheet.write_number(row, 7, shown[5], live.typed(book, "#,##0.00"))
    else:
        sheet.write_blank(row, 7, None, live.typed(book, "#,##0.00"))
    sheet.write_formula(row, 8, f"=G{n}-H{n}", money, shown[6] if month.left is not None else shown[4])
    for at, end in ((9, month.bands["all"].low80), (10, month.bands["all"].high80)):
        sheet.write_number(row, at, end * unit, money)
    sheet.write_blank(row, 11, None, live.typed(book, "#,##0.00"))
    sheet.write_formula(row, 12, f'=IF(L{n}="","",L{n}-F{n})', money, "")
    sheet.write_formula(row, 13, f'=IF(L{n}="","",IF(L{n}<J{n},"below",IF(L{n}>K{n},"above","within")))', money, "")


def _shown(plan: SalesBudget, month: BudgetMonth) -> list[Any]:
    """The cells of columns C to I as the program has them."""
    amounts = (month.existing, month.new, month.revenue, month.margin, month.spend, month.left)
    unit = 10.0**-plan.digits
    return [month.new_customers, *(None if minor is None else minor * unit for minor in amounts)]
