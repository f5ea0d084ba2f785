"""A forecast as a workbook: inputs in named cells, every month and every total a formula over them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lifelong.export import live

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.money.cash import Course
    from lifelong.values.cash import CashForecast

#: What may be typed: name, label, number format.
INPUTS = (
    ("new_customers", "New customers a month, on average", "#,##0.00"),
    ("acquisition_times", "What if: new customers times", "0.00"),
    ("orders_times", "What if: orders times", "0.00"),
    ("basket_times", "What if: spend of an order times", "0.00"),
    ("margin_share", "Margin: what is left of revenue", "0.0%"),
    ("margin_times", "What if: margin times", "0.00"),
)
#: Totals: field, label, column of the months.
TOTALS = (
    ("orders", "Orders", "I"),
    ("existing", "Revenue of the customers there are", "J"),
    ("future", "Revenue of customers to come", "K"),
    ("revenue", "Revenue", "L"),
    ("margin", "Margin", "M"),
)
HEADS = (
    "month from", "to", "orders of the customers there are, as now", "their revenue, as now", "new customers, times the average",
    "orders of a newcomer, last month first", "revenue of a newcomer, last month first", "new customers", "orders", "existing",
    "future", "revenue", "margin",
)  # fmt: skip


def workbook(course: Course, said: CashForecast, path: Path) -> Path:
    """Write an .xlsx; the number of months is fixed, all else may be typed anew. The same bytes each time.

    Raises:
        ConfigError: E303, where XLSX is not installed.
    """
    with live.opened(path, "Forecast") as book:
        sheets = [book.add_worksheet(name) for name in ("Forecast", "Months")]
        inputs(book, sheets[0], course, said)
        months(book, sheets[1], course, said)
        last = (
            f"{said.definition}. Yellow cells may be typed into; the number of months is fixed, and intervals are not in it. "
            "Money is not rounded here, so a total may be a minor unit from that of the program."
        )
        live.read_me(book, ("month_revenue", "month_margin"), last)
    return path


def inputs(book: Any, sheet: Any, course: Course, said: CashForecast) -> None:
    """Cells to type into, and totals."""
    factors = {f"{lever}_times": factor for lever, factor in said.factors.items() if lever != "retention"}
    values = {"new_customers": float(course.arrivals.mean()), "margin_share": course.margin} | factors
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 20)
    live.heads(book, sheet, 0, ("Type here",))
    for row, (name, label, shape) in enumerate(INPUTS, 1):
        sheet.write_string(row, 0, label)
        sheet.write_number(row, 1, values.get(name, 1.0), live.typed(book, shape))
        book.define_name(name, f"=Forecast!$B${row + 1}")
    top = len(INPUTS) + 2
    live.heads(book, sheet, top, (f"What follows, over {len(said.months)} months", said.currency))
    unit = 10.0**-said.digits
    for row, (field, label, column) in enumerate(TOTALS, top + 1):
        number = getattr(said.total, field) * (1.0 if field == "orders" else unit)
        shape = book.add_format({"num_format": "#,##0.00"})
        sheet.write_string(row, 0, label)
        sheet.write_formula(row, 1, f"=SUM(Months!{column}2:{column}{len(said.months) + 1})", shape, number)


def months(book: Any, sheet: Any, course: Course, said: CashForecast) -> None:
    """A row a month: what is known to the left, formulas to the right."""
    money, end, unit = book.add_format({"num_format": "#,##0.00"}), len(said.months) + 1, 10.0**-said.digits
    mean = float(course.arrivals.mean())
    sheet.set_column(0, len(HEADS) - 1, 15)
    sheet.freeze_panes(1, 1)
    live.heads(book, sheet, 0, HEADS)
    for m, month in enumerate(said.months):
        n = m + 2
        sheet.write_string(m + 1, 0, month.begins)
        sheet.write_string(m + 1, 1, month.ends)
        known = (*course.existing[:, m], course.arrivals[m] / mean if mean else 1.0, *course.newcomer[:, -1 - m])
        for at, number in enumerate(known, 2):
            sheet.write_number(m + 1, at, float(number), live.typed(book, "0.0000") if at == 4 else money)
        # A newcomer's course stands last month first: those who came until now meet it row by row.
        won, orders, revenue = f"H2:H{n}", f"F{end - m}:F{end}", f"G{end - m}:G{end}"
        cells = (
            (f"new_customers*acquisition_times*E{n}", said.new_customers[m]),
            (f"(C{n}+SUMPRODUCT({won},{orders}))*orders_times", month.orders),
            (f"MAX(0,D{n}*orders_times*basket_times)", month.existing * unit),
            (f"MAX(0,SUMPRODUCT({won},{revenue})*orders_times*basket_times)", month.future * unit),
            (f"J{n}+K{n}", month.revenue * unit),
            (f"L{n}*MIN(1,margin_share*margin_times)", month.margin * unit),
        )
        for at, (formula, number) in enumerate(cells, 7):
            sheet.write_formula(m + 1, at, f"={formula}", money, number)
