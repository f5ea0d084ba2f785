"""One question on all doors: Python, JSON, the workbook and the report say the same figures; and the report's words."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from click.testing import CliRunner

from lifelong import Project, definitions
from lifelong.cli.commands import lifelong
from lifelong.project.aging import TIMES, Asked, followed
from lifelong.project.asked import base
from lifelong.report import brought
from lifelong.report.inputs import ReportData
from lifelong.sources.simulate import simulate_shop
from lifelong.tables.cohorts import grid
from lifelong.units import date_of
from lifelong.values.cohorts import ALL

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("doors")
    (folder / "orders.csv").write_text(simulate_shop(240, seed=2).orders_csv(), encoding="utf-8")
    made = Project(folder / "shop", settings={"currency": "EUR"})
    made.ingest(folder / "orders.csv")
    made.fit("mbg_nbd")
    return folder / "shop"


def data(shop: Path, **asked: Any) -> ReportData:
    """As much of a report's data as this section reads."""
    folder = Project(shop, create=False)._folder
    made = followed(folder, base(folder), Asked(**asked))
    return ReportData("shop", made.as_of, "EUR", None, None, brought=made)


@pytest.mark.parametrize("measure", ["retention", "repeat", "orders", "revenue", "margin", "contribution"])
def test_python_json_and_workbook_say_the_same(shop: Path, tmp_path: Path, measure: str) -> None:
    known = definitions.DEFINITIONS
    assert (f"cohort_{measure}" if measure in {"retention", "repeat"} else "cohort_value") in known
    said: dict[str, Any] = {
        "margin": {"margin": "40%"},
        "contribution": {"margin": "40%", "variable": "3%", "order": "1.50"},
    }
    flags = {"margin": "--margin", "variable": "--variable-cost", "order": "--order-cost"}
    told = said.get(measure, {})
    made = Project(shop, create=False).cohorts(measure=measure, by="quarter", out=tmp_path / "c.xlsx", **told)
    words = ["cohorts", "--project", str(shop), "--measure", measure, "--by", "quarter", "--json"]
    heard = CliRunner().invoke(lifelong, [*words, *(w for k, v in told.items() for w in (flags[k], v))])
    assert heard.exit_code == 0, heard.output
    answer = json.loads(heard.stdout)
    assert answer["rows"] == made.rows()
    assert answer["definition"] == made.definition
    head, *cells = openpyxl.load_workbook(tmp_path / "c.xlsx").active.iter_rows(values_only=True)
    for row, cell in zip(made.rows(), cells, strict=True):
        sheet = dict(zip(head, cell, strict=True))
        for key, value in row.items():  # a sheet keeps 16 digits
            assert sheet[key] == (pytest.approx(value, rel=1e-14) if isinstance(value, float) else value)
        assert sheet["definition"] == made.definition


def test_the_report_says_the_same(shop: Path, tmp_path: Path) -> None:
    page = Project(shop, create=False).report(tmp_path / "r.html").read_text(encoding="utf-8")
    part = page[page.index('id="cohorts"') :]
    at = base(Project(shop, create=False)._folder)
    period = str(grid(at.orders, at.until).period)
    by = period if period in TIMES else "quarter"
    made = Project(shop, create=False).cohorts(by=by, measure="revenue", cumulative=True)
    assert made.valuation is not None
    assert made.valuation.label[1:] in page
    figure = part[part.index('id="brought-t"') :]
    everybody = [r for r in made.rows() if r["cohort"] == ALL and 2 * r["seen"] >= r["customers"]]
    assert f"€{everybody[-1]['value']:.2f}" in figure.replace("\u00a0", " ")[:400]
    shown = [r for r in made.rows() if r["cohort"] != ALL and r["age"] < 8 and r["complete"]]
    assert len(shown) > 10
    for row in shown:
        assert f">{row['value']:,.2f}<" in figure


def test_the_words_of_the_figure(shop: Path) -> None:
    made = brought.section(data(shop, measure="orders", by="week", cumulative=True))
    assert made is not None
    assert "orders within" in made.title
    assert "cohorts are drawn" in made.source
    assert made.twin is not None
    assert len(made.twin.rows) == brought.MOST
    assert any("*" in cell or not cell for row in made.twin.rows for cell in row)


def test_without_a_matrix_or_an_age_there_is_no_figure(shop: Path) -> None:
    made = data(shop, measure="revenue")
    assert brought.section(replace(made, brought=None)) is None
    folder = Project(shop, create=False)._folder
    first = date_of(int(base(folder).summary["first_day"].to_numpy().min())).isoformat()
    only = followed(folder, base(folder, first), Asked(measure="revenue"))
    assert {row["age"] for row in only.rows()} == {0}
    assert brought.section(replace(made, brought=only)) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [(12.34, "12.3"), (999.4, "999"), (12_345.0, "12.3k"), (2_500_000.0, "2.5m"), (-15_000.0, "-15.0k")],
)
def test_numbers_fit_into_a_cell(shop: Path, value: float, words: str) -> None:
    made = data(shop, measure="revenue").brought
    assert made is not None
    assert brought._short(value, made).replace("−", "-") == words
