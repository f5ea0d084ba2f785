"""What cohorts have brought a customer by each age: a drawing whose cells are hollow where an age is not over for all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lifelong import charts, i18n
from lifelong.charts import CohortCell, CohortRow
from lifelong.i18n import message
from lifelong.report.figures import COLUMNS, figure, twin
from lifelong.report.words import whole
from lifelong.values.cohorts import ALL

if TYPE_CHECKING:
    from lifelong.report.figures import Figure
    from lifelong.report.inputs import ReportData
    from lifelong.values import CohortMatrix

MOST = 12  # cohorts that are drawn, the last ones


def section(data: ReportData) -> Figure | None:
    """The figure; None where nothing was made for it, or no cohort has an age beyond the first day."""
    made = data.brought
    if made is None:
        return None
    cells: dict[str, list[CohortCell]] = {}
    customers: dict[str, int] = {}
    for row in made.rows():
        cells.setdefault(row["cohort"], []).append(CohortCell(row["age"], row["value"], bool(row["complete"])))
        customers[row["cohort"]] = row["customers"]
    shown = [name for name in cells if name != ALL][-MOST:]
    if max(cell.age for name in shown for cell in cells[name]) == 0:
        return None
    rows = [CohortRow(name, tuple(cells[name])) for name in shown]
    widest = charts.ages_that_fit(COLUMNS["w7"])
    heads = [str(age) for age in range(min(widest, 1 + max(c.age for row in rows for c in row.cells)))]
    table = [
        [row.name, whole(customers[row.name]), *(_told(row, age, made) for age in range(len(heads)))] for row in rows
    ]
    return figure(
        "brought",
        (
            _title(made),
            message("{definition}. Columns: age in {unit}, 0 is the first order day").format(
                definition=_first_up(message(made.definition)), unit=message(made.age)
            ),
            _source(made, len(cells) - 1),
        ),
        lambda px: charts.cohort_cells(rows, px, say=lambda v: _short(v, made)),
        twin((message("First order"), message("People"), *heads), table),
        width="w7",
    )


def _title(made: CohortMatrix) -> str:
    """How much everybody brought by the last age that at least half have passed."""
    everybody = [row for row in made.rows() if row["cohort"] == ALL and 2 * row["seen"] >= row["customers"]]
    last = everybody[-1]
    amount = (
        i18n.money(last["value"], made.currency) if made.currency else i18n.quantity(round(last["value"], 1), "order")
    )
    if last["age"] == 0:
        return message("A customer has brought {amount} on the first day").format(amount=amount)
    told = message("A customer has brought {amount} within {days} days of the first order")
    return told.format(amount=amount, days=i18n.number(last["age"] * made.age_days, 0))


def _source(made: CohortMatrix, count: int) -> str:
    told = message(
        "Hollow: not over by {day} for all of the cohort; the number is of those who were seen so long, and "
        "none stands where nobody was."
    ).format(day=i18n.date(made.as_of))
    if count <= MOST:
        return told
    cut = message("The last {shown} of {all} cohorts are drawn.").format(shown=MOST, all=count)
    return f"{told} {cut}"


def _told(row: CohortRow, age: int, made: CohortMatrix) -> str:
    cell = next((c for c in row.cells if c.age == age), None)
    if cell is None or cell.value is None:
        return ""
    return made.told(cell.value) + ("" if cell.is_whole else "*")


def _short(value: float, made: CohortMatrix) -> str:
    """A number of at most five letters: a cell has no room for more."""
    if not made.currency:
        return i18n.number(value, 2)
    for unit, mark in ((1e6, "m"), (1e4, "k")):
        if abs(value) >= unit:
            size = 1e6 if mark == "m" else 1e3
            return f"{i18n.number(value / size, 1 if abs(value) < 100 * size else 0)}{mark}"
    return i18n.number(value, 0 if abs(value) >= 100 else 1)


def _first_up(text: str) -> str:
    return text[:1].upper() + text[1:]
