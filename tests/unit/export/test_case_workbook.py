"""The workbook of a business case: its formulas, computed anew by LibreOffice, say what Python says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lifelong import business_case
from lifelong.export.case_workbook import ANSWERS
from lifelong.money.business_case import argue
from lifelong.project.arguing import Typed

from .office import recomputed

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import BusinessCase

CASE: dict[str, Any] = {
    "customers": 1000, "churn": "5%", "to_churn": "4%", "invoice": 50, "to_invoice": 52, "margin": "40%", "to_margin": "42%",
    "new_customers": 20, "to_new_customers": 25, "upfront": 5000, "monthly": 300, "months": 24, "ramp": 3, "discount": "10%/year",
}  # fmt: skip
NEVER = {**CASE, "to_margin": "", "to_new_customers": "", "upfront": 1e6, "ramp": 0}
FREE = {**CASE, "upfront": 0, "monthly": 0, "discount": "0"}


def agree(cells: list[list[str]], made: BusinessCase) -> None:
    told = {row[0]: row[1].replace(",", "") for row in cells if len(row) > 1}
    for key, label, shape, _ in ANSWERS:
        number = getattr(made, key)
        if number is None:
            assert told[label] in {"never", "nothing is spent"}, label
        elif shape == "0%":
            assert float(told[label].rstrip("%")) == pytest.approx(100 * number, abs=0.51), label
        else:
            digits = len(shape.partition(".")[2])
            assert float(told[label]) == pytest.approx(number, abs=0.5 * 10**-digits + 1e-6), label


@pytest.mark.parametrize("told", [CASE, NEVER, FREE])
def test_the_answers_are_what_python_says(told: dict[str, Any], tmp_path: Path) -> None:
    made = business_case(**told, xlsx=tmp_path / "case.xlsx")
    agree(recomputed(tmp_path / "case.xlsx"), made)


def test_what_is_typed_into_the_workbook_is_computed(tmp_path: Path) -> None:
    business_case(**CASE, xlsx=tmp_path / "case.xlsx")
    cells = recomputed(tmp_path / "case.xlsx", {"C2": 0.045, "B8": 9000, "B10": 0})
    agree(cells, argue(Typed(**{**CASE, "to_churn": "4.5%", "upfront": 9000, "ramp": 0}).read()))


def test_each_other_course_is_what_python_says(tmp_path: Path) -> None:
    made = business_case(**CASE, xlsx=tmp_path / "case.xlsx")
    row = recomputed(tmp_path / "case.xlsx", sheet=3)[1]
    shown = [float(cell.replace(",", "")) for cell in row[1:] if cell]
    assert shown == pytest.approx([*(one.added for one in made.lone), *(one.npv for one in made.otherwise)], abs=0.0051)


def test_the_same_numbers_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        business_case(**CASE, xlsx=tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
