"""The workbook of a forecast: its formulas, computed anew by LibreOffice, say what Python says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from lifelong import Project
from lifelong.export.cash_workbook import TOTALS
from lifelong.sources.simulate import simulate_shop

from .office import recomputed

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import CashForecast

TOLD: dict[str, Any] = {"months": 5, "margin": "40%", "draws": 10}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("cash_workbook")
    (folder / "orders.csv").write_text(simulate_shop(300, seed=3).orders_csv(), encoding="utf-8")
    made = Project(folder / "shop")
    made.ingest(folder / "orders.csv")
    made.fit("pareto_nbd")
    return made


def agree(cells: list[list[str]], made: CashForecast) -> None:
    told = {row[0]: row[1].replace(",", "") for row in cells if len(row) > 1}
    for field, label, _ in TOTALS:
        number = getattr(made.total, field) / (1 if field == "orders" else 10**made.digits)
        assert float(told[label]) == pytest.approx(number, abs=0.011), label


def test_totals_and_months_are_what_python_says(shop: Project, tmp_path: Path) -> None:
    path = tmp_path / "months.xlsx"
    made = shop.forecast(**TOLD, new_customers=30, what_if={"basket": 1.2, "acquisition": 0.9}, xlsx=path)
    agree(recomputed(path), made)
    rows = recomputed(path, sheet=2)[1:]
    for row, month in zip(rows, made.months, strict=True):
        assert row[0] == month.begins
        shown = [float(cell.replace(",", "")) for cell in row[9:13]]
        want = [amount / 100 for amount in (month.existing, month.future, month.revenue, month.margin)]
        assert shown == pytest.approx(want, abs=0.016)


def test_what_is_typed_into_the_workbook_is_computed(shop: Project, tmp_path: Path) -> None:
    path = tmp_path / "months.xlsx"
    shop.forecast(**TOLD, new_customers=30, xlsx=path)
    cells = recomputed(path, {"B2": 45, "B3": 1.1, "B4": 0.8, "B5": 1.3, "B7": 3})
    levers = {"acquisition": 1.1, "orders": 0.8, "basket": 1.3, "margin": 3}
    agree(cells, shop.forecast(**TOLD, new_customers=45, what_if=levers))


def test_where_nobody_is_to_come_the_same_file_is_made_twice(shop: Project, tmp_path: Path) -> None:
    for name in "ab":
        made = shop.forecast(**TOLD, new_customers=0, xlsx=tmp_path / f"{name}.xlsx")
    assert made.total.future == 0
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    agree(recomputed(tmp_path / "a.xlsx", {"B2": 12}), shop.forecast(**TOLD, new_customers=12))
