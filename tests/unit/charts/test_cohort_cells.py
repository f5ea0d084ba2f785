"""Cells of cohorts: full where an age is over for all, hollow and dashed where it is not."""

from __future__ import annotations

from typing import Any

import pytest

from lifelong import charts
from lifelong.charts import CohortCell, CohortRow


def rows(values: list[list[float | None]], whole: int) -> list[CohortRow]:
    """Cohorts whose first ages are over for all."""
    return [
        CohortRow(f"2025-{i + 1:02d}", tuple(CohortCell(age, v, age < whole) for age, v in enumerate(row)))
        for i, row in enumerate(values)
    ]


def boxes(spec: dict[str, Any], *, hollow: bool) -> list[dict[str, float]]:
    found = [part for part in spec["layer"] if part["mark"]["type"] == "rect"]
    return [
        row for part in found if (part["mark"]["fill"] == "transparent") is hollow for row in part["data"]["values"]
    ]


def test_unripe_cells_are_hollow_with_a_dashed_edge_and_say_only_what_is_known() -> None:
    spec = charts.cohort_cells(rows([[1.0, 2.0, 3.0], [1.0, 5.0, None]], 2), 533, say=lambda v: f"{v:g}")
    assert len(boxes(spec, hollow=False)) == 4
    assert len(boxes(spec, hollow=True)) == 2
    edges = [part["mark"] for part in spec["layer"] if part["mark"].get("strokeDash")]
    assert len(edges) == 1
    svg = charts.render(spec)
    assert svg.count("stroke-dasharray") >= 2
    assert ">5<" in svg
    assert "None" not in svg


@pytest.mark.parametrize("width", [328, 533])
def test_all_that_is_drawn_lies_within_the_width(width: int) -> None:
    spec = charts.cohort_cells(rows([[float(i) for i in range(30)]], 30), width, say=lambda v: f"{v:g}")
    fits = charts.ages_that_fit(width)
    assert 5 < fits < 30
    assert spec["width"] + spec["padding"]["left"] <= width
    assert len(boxes(spec, hollow=False)) == fits


def test_nothing_and_losses_are_of_the_palest_shade() -> None:
    spec = charts.cohort_cells(rows([[-5.0, 0.0]], 2), 328, say=lambda v: f"{v:g}")
    fills = {part["mark"]["fill"] for part in spec["layer"] if part["mark"]["type"] == "rect"}
    assert fills == {"var(--q1)"}
