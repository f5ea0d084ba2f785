"""The workbook to take away: its formulas, computed anew by LibreOffice, say what Python says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lifelong import calculate
from lifelong.export.workbook import ANSWERS, workbook

from .office import recomputed

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import Calculation

FIVE: dict[str, Any] = {"churn": "5%", "lifetime": "20m", "invoice": 500, "new_customers": 10, "spend": 8000}


def agree(cells: list[list[str]], made: Calculation) -> None:
    told = {row[0]: row for row in cells if row}
    for key, label, shape, _ in ANSWERS:
        number, shown = getattr(made, key), told[label][1].replace(",", "")
        if number is None:
            assert shown in {"", "never", "nothing is spent"}, label
            continue
        digits = len(shape.partition(".")[2])
        assert float(shown) == pytest.approx(number, abs=0.5 * 10**-digits + 1e-9), label
    labels = {driver.name: driver for driver in made.drivers}
    start = next(i for i, row in enumerate(cells) if row and row[0].startswith("Value less cost of winning, where"))
    rows = cells[start + 1 : start + 1 + len(labels)]
    for driver, row in zip(made.drivers, rows, strict=True):
        assert [float(cell.replace(",", "")) for cell in row[1:3]] == pytest.approx(
            [driver.low, driver.high], abs=0.0051
        )


@pytest.mark.parametrize(
    "told",
    [
        FIVE,
        {**FIVE, "margin": "40%"},
        {**FIVE, "margin": "40%", "discount": "10%/year"},
        {**FIVE, "churn": "", "margin": "40%", "discount": "12%/year", "timing": "mid", "overhead": 500},
        {**FIVE, "spend": 0, "lifetime": ""},
        {**FIVE, "margin": "1%", "spend": 90_000},
        {**FIVE, "churn": "", "lifetime": 1.05},
    ],
)
def test_the_formulas_say_what_python_says(told: dict[str, Any], tmp_path: Path) -> None:
    made = calculate(**told, xlsx=tmp_path / "value.xlsx")
    agree(recomputed(tmp_path / "value.xlsx"), made)


def test_what_is_typed_into_the_workbook_is_computed(tmp_path: Path) -> None:
    calculate(**FIVE, xlsx=tmp_path / "value.xlsx")
    cells = recomputed(tmp_path / "value.xlsx", {"B9": 0.4, "B10": 0.1})
    told = {row[0]: row[1] for row in cells if row}
    assert float(told["Value of a new customer"].replace(",", "")) == pytest.approx(3477.32, abs=0.005)
    assert float(told["Payback, months"]) == pytest.approx(4.0)


def test_the_same_numbers_give_the_same_bytes(tmp_path: Path) -> None:
    made = calculate(**FIVE)
    files = [workbook(made, tmp_path / name).read_bytes() for name in ("a.xlsx", "b.xlsx")]
    assert files[0] == files[1]
