"""A business case as a workbook: inputs in named cells, every month and every answer a formula over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong.export import live
from lifelong.money.business_case import DRIVERS, OTHERWISE, course, later

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.money.business_case import Plan
    from lifelong.values import BusinessCase

LABELS = {
    "churn": ("Customers lost a month (churn)", "0.0%"),
    "invoice": ("Invoice: what a customer pays at a time", "#,##0.00"),
    "invoices_a_month": ("Invoices a month", "0.00"),
    "margin": ("Margin: what is left of an invoice", "0.0%"),
    "new_customers": ("New customers a month", "#,##0.0"),
}
#: Inputs beside the firm's figures: name, label, number format, field of the plan.
OTHERS = (
    ("customers", "Customers now", "#,##0", "customers"),
    ("upfront", "Cost at once", "#,##0.00", "upfront"),
    ("monthly_cost", "Cost a month", "#,##0.00", "monthly"),
    ("ramp", "Months until the whole effect is there", "0", "ramp"),
    ("discount", "Discount a year", "0.0%", "discount"),
)
ANSWERS = (
    ("added", "Margin added, present value", "#,##0.00", "case_npv"),
    ("costs", "Costs, present value", "#,##0.00", "case_npv"),
    ("npv", "Left (net present value)", "#,##0.00", "case_npv"),
    ("roi", "  by costs (ROI)", "0%", "case_roi"),
    ("payback_months", "Payback, months", "0", "case_payback"),
    ("customers_added", "More customers in the end", "#,##0.0", "case_customers"),
)
#: Where the months begin, counted from 0.
FIRST = 1
#: Where a course's months begin on the sheet of other courses, and its columns.
HEAD, WIDE = 11, 3


def workbook(plan: Plan, made: BusinessCase, path: Path) -> Path:
    """Write an .xlsx; the number of months is fixed, all else may be typed anew. The same bytes each time.

    Raises:
        ConfigError: E303, where XLSX is not installed.
    """
    with live.opened(path, "Business case") as book:
        sheets = [book.add_worksheet(name) for name in ("Case", "Months", "Otherwise")]
        _case(book, sheets[0], plan, made)
        _months(book, sheets[1], plan, made)
        _otherwise(book, sheets[2], plan, made)
        last = f"Value means {made.definition}. Yellow cells may be typed into; the number of months is fixed."
        live.read_me(book, (key for *_, key in ANSWERS), last)
    return path


def _case(book: Any, sheet: Any, plan: Plan, made: BusinessCase) -> None:
    """Inputs and answers."""
    bold = book.add_format({"bold": True})
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 2, 18)
    for at, text in enumerate(("Type here", "now", "hoped")):
        sheet.write_string(0, at, text, bold)
    row = 1
    for name in DRIVERS:
        label, shape = LABELS[name]
        sheet.write_string(row, 0, label)
        _typed(book, sheet, (row, 1, shape), name, getattr(plan.now, name))
        _typed(book, sheet, (row, 2, shape), f"to_{name}", getattr(plan.hoped, name))
        row += 1
    for name, label, shape, field in OTHERS:
        sheet.write_string(row, 0, label)
        _typed(book, sheet, (row, 1, shape), name, getattr(plan, field))
        row += 1
    sheet.write_string(row + 1, 0, f"What follows, over {plan.months} months", bold)
    last = FIRST + plan.months
    formulas = {
        "added": f"SUMPRODUCT(Months!I2:I{last},Months!G2:G{last})",
        "costs": f"upfront+monthly_cost*SUM(Months!I2:I{last})",
        "npv": "added-costs",
        "roi": 'IF(costs>0,npv/costs,"nothing is spent")',
        "payback_months": f'IF(Months!K{last}<0,"never",IF(COUNTIF(Months!K2:K{last},"<0")=0,IF(upfront>0,1,0),'
        f"SUMPRODUCT(MAX((Months!K2:K{last}<0)*Months!A2:A{last}))+1))",
        "customers_added": f"Months!E{last}-Months!C{last}",
    }
    for at, (key, label, shape, _) in enumerate(ANSWERS, row + 2):
        number = getattr(made, key)
        sheet.write_string(at, 0, label)
        shown = number if number is not None else "never" if key == "payback_months" else "nothing is spent"
        sheet.write_formula(at, 1, f"={formulas[key]}", book.add_format({"num_format": shape}), shown)
        book.define_name(key, f"=Case!$B${at + 1}")


def _typed(book: Any, sheet: Any, place: tuple[int, int, str], name: str, number: float) -> None:
    row, column, shape = place
    sheet.write_number(row, column, number, live.typed(book, shape))
    book.define_name(name, f"=Case!${'ABC'[column]}${row + 1}")


def _months(book: Any, sheet: Any, plan: Plan, made: BusinessCase) -> None:
    """A row a month, both courses side by side."""
    bold, money = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "#,##0.00"})
    titles = "month, part of the effect, customers without, margin without, customers with, margin with, added, cost"
    sheet.set_column(0, 10, 14)
    sheet.freeze_panes(1, 1)
    for at, text in enumerate((*titles.split(", "), "discount factor", "present value", "left so far")):
        sheet.write_string(0, at, text, bold)
    run = course(plan)
    for t in range(plan.months):
        n, row = t + FIRST + 1, t + FIRST
        told = made.months[t]
        there = min(1.0, (t + 1) / plan.ramp) if plan.ramp else 1.0
        net, factor = told["added"] - plan.monthly, float(run.factor[t])
        cells = (
            ("IF(ramp>0,MIN(1,A{n}/ramp),1)", there),
            ("C{m}*(1-churn)+new_customers" if t else "customers", told["customers_now"]),
            ("C{n}*invoice*invoices_a_month*margin", float(run.margin_now[t])),
            (f"E{{m}}*(1-{_at('churn', 'B{m}')})+{_at('new_customers', 'B{m}')}" if t else "customers", told["customers_then"]),
            (f"E{{n}}*{_worth('B{n}')}", float(run.margin_then[t])),
            ("F{n}-D{n}", told["added"]),
            ("monthly_cost", plan.monthly),
            ("(1+discount)^(-(A{n}-0.5)/12)", factor),
            ("(G{n}-H{n})*I{n}", net * factor),
            ("K{m}+G{n}-H{n}" if t else "G{n}-H{n}-upfront", told["left"]),
        )  # fmt: skip
        sheet.write_number(row, 0, t + 1)
        for at, (formula, number) in enumerate(cells, 1):
            sheet.write_formula(row, at, "=" + formula.format(n=n, m=n - 1), money, number)


def _at(name: str, share: str, switch: str = "") -> str:
    """The formula of a figure where so much of the effect is there."""
    used = f"{switch}*" if switch else ""
    moved = f"MAX(0,{name}+{used}{share}*(to_{name}-{name}))"
    return f"MIN(1,{moved})" if name in {"churn", "margin"} else moved


def _worth(share: str, switches: dict[str, str] | None = None) -> str:
    """The formula of what a customer brings a month."""
    told = switches or {}
    return "*".join(_at(name, share, told.get(name, "")) for name in ("invoice", "invoices_a_month", "margin"))


def _otherwise(book: Any, sheet: Any, plan: Plan, made: BusinessCase) -> None:
    """Each change by itself, and what may come otherwise: a course of its own each, with its switches on top."""
    from xlsxwriter.utility import xl_col_to_name

    bold, money = book.add_format({"bold": True, "text_wrap": True}), book.add_format({"num_format": "#,##0.00"})
    sheet.set_column(0, 0, 36)
    for row, text in enumerate(("", "left (net present value)", "share of the effect", "costs times", "months later")):
        sheet.write_string(row, 0, text, bold)
    for row, name in enumerate(DRIVERS, 5):
        sheet.write_string(row, 0, f"{LABELS[name][0]} changes (1) or not (0)")
    cases = [
        (row.name.replace("_", " ") + " alone, before costs", {"cost": 0.0}, row.name, row.added) for row in made.lone
    ]
    cases += [(row.title, changes, "", row.npv) for row, (_, changes) in zip(made.otherwise, OTHERWISE, strict=True)]
    first, last = HEAD + 1, HEAD + plan.months
    for case, (title, changes, alone, number) in enumerate(cases):
        at = 1 + case * WIDE
        part, held, added = (xl_col_to_name(at + k) for k in range(3))
        sheet.write_string(0, at, title, bold)
        total = f"SUMPRODUCT(Months!$I$2:$I${FIRST + plan.months},{added}{first}:{added}{last})"
        costs = f"{part}4*(upfront+monthly_cost*SUM(Months!$I$2:$I${FIRST + plan.months}))"
        sheet.write_formula(1, at, f"={total}-{costs}", money, number)
        for row, (key, usual) in enumerate((("effect", 1.0), ("cost", 1.0), ("later", 0.0)), 2):
            sheet.write_number(row, at, changes.get(key, usual))
        for row, name in enumerate(DRIVERS, 5):
            sheet.write_number(row, at, float(alone in {"", name}))
        for k, text in enumerate(("part of the effect", "customers", "added")):
            sheet.write_string(HEAD - 1, at + k, text, bold)
        run = course(later(plan, changes)) if not alone else None
        switches = {name: f"{part}${row}" for row, name in enumerate(DRIVERS, 6)}
        for t in range(plan.months):
            n = first + t
            ramp = f"(ramp+{part}$5)"
            share = f"={part}$3*IF({ramp}>0,MIN(1,Months!$A{FIRST + 1 + t}/{ramp}),1)"
            grown = (
                f"={held}{n - 1}*(1-{_at('churn', f'{part}{n - 1}', switches['churn'])})"
                f"+{_at('new_customers', f'{part}{n - 1}', switches['new_customers'])}"
            )
            shown = ("", "", "") if run is None else ("", float(run.customers_then[t]), float(run.added[t]))
            sheet.write_formula(n - 1, at, share, money, shown[0])
            sheet.write_formula(n - 1, at + 1, grown if t else "=customers", money, shown[1])
            sheet.write_formula(
                n - 1, at + 2, f"={held}{n}*{_worth(f'{part}{n}', switches)}-Months!$D{FIRST + 1 + t}", money, shown[2]
            )
