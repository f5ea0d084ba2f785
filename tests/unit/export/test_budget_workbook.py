"""The workbook of a sales budget: its formulas, computed anew by LibreOffice, say what Python says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lifelong import Project
from lifelong.sources.simulate import simulate_shop

from .office import recomputed

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import SalesBudget

TOLD: dict[str, Any] = {"months": 3, "margin": "40%", "draws": 10}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("budget_workbook")
    (folder / "orders.csv").write_text(simulate_shop(300, seed=3).orders_csv(), encoding="utf-8")
    made = Project(folder / "shop", settings={"currency": "EUR"})
    made.ingest(folder / "orders.csv")
    made.fit("pareto_nbd")
    return made


def agree(cells: list[list[str]], made: SalesBudget) -> None:
    for row, month in zip(cells[1:], (*made.months, made.total), strict=False):
        shown = [float(cell.replace(",", "") or 0) for cell in row[2:9]]
        amounts = (month.existing, month.new, month.revenue, month.margin, month.spend or 0)
        want = [month.new_customers, *(amount / 100 for amount in amounts)]
        assert shown[:6] == pytest.approx(want, abs=0.03)
        assert shown[6] == pytest.approx(shown[4] - shown[5], abs=0.02)


def test_months_and_their_sum_are_what_python_says(shop: Project, tmp_path: Path) -> None:
    path = tmp_path / "budget.xlsx"
    made = shop.sales_budget(**TOLD, new_customers=30, cac=4, what_if={"basket": 1.2}, xlsx=path)
    agree(recomputed(path), made)
    typed = recomputed(path, {"B7": 5, "L2": 1, "L3": 10**9})
    assert float(typed[1][7].replace(",", "")) == pytest.approx(150.0)
    assert [typed[row][13] for row in (1, 2)] == ["below", "above"]
    assert float(typed[1][12].replace(",", "")) == pytest.approx(1 - made.months[0].revenue / 100, abs=0.02)


def test_spend_is_typed_where_it_was_told_and_empty_where_not(shop: Project, tmp_path: Path) -> None:
    for name, told in (("a", {"spend": 120}), ("b", {"new_customers": 10}), ("c", {"spend": 120, "cac": 4})):
        made = shop.sales_budget(**TOLD, **told, xlsx=tmp_path / f"{name}.xlsx")
        agree(recomputed(tmp_path / f"{name}.xlsx"), made)
