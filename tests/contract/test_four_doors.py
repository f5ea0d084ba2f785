"""One question, four doors: every number of the registry is the same from Python, as JSON, in the workbook and in the report."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, is_dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import openpyxl
import pytest
from click.testing import CliRunner
from tests.contract.doors_asked import ASKED, COLUMNS, FIGURES, NOT_HERE, NOT_IN_REPORT
from tests.contract.doors_page import ON_PAGE, Known, known, linked, plain
from tests.contract.doors_shop import made

from lifelong import Project, book
from lifelong.cli.commands import lifelong
from lifelong.definitions import _ALL, DEFINITIONS, SHOWN
from lifelong.values import to_json

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("doors"))


@dataclass(frozen=True)
class Heard:
    """The answer to a question from Python, the same as JSON has it, the command line's JSON, and the sheets of its workbook."""

    answer: Any
    plain: dict[str, Any]
    spoken: dict[str, Any]
    sheets: dict[str, list[dict[str, Any]]]


@pytest.fixture(scope="module")
def heard(shop: Path) -> Callable[[str], Heard]:
    """Each question is asked once."""

    @cache
    def _heard(name: str) -> Heard:
        ask = ASKED[name]
        path = shop / f"{name.replace(':', '-')}.xlsx"
        words = [word.replace("@", f"{shop}/") for word in ask.words]
        told = CliRunner().invoke(lifelong, [*words, "--json", "--book", str(path)])
        assert told.exit_code == 0, told.output
        answer = ask.call(shop)
        return Heard(answer, json.loads(to_json(answer)), json.loads(told.stdout), sheets(path))

    return _heard


def sheets(path: Path) -> dict[str, list[dict[str, Any]]]:
    """Each sheet as records by its heads."""
    found = {}
    for sheet in openpyxl.load_workbook(path).worksheets:
        head, *rows = sheet.iter_rows(values_only=True)
        found[sheet.title] = [dict(zip(head, row, strict=True)) for row in rows]
    return found


def at(told: Any, way: str) -> Any:
    """The figure at the end of a way: names of fields, places in lists, or in a list the record that has that word."""
    for step in way.split("/"):
        if isinstance(told, list | tuple) and not hasattr(told, step):
            told = told[int(step)] if step.isdigit() else next(r for r in told if step in _words(r))
        elif isinstance(told, dict):
            told = told[int(step)] if step not in told else told[step]
        else:
            told = getattr(told, step)
    return told


def _words(record: Any) -> list[Any]:
    if is_dataclass(record):
        return [getattr(record, name) for name in record.__dataclass_fields__]
    return list(record.values())


def cell(found: dict[str, list[dict[str, Any]]], way: str) -> Any:
    """The figure in a workbook: alone in the sheet of figures, or in a row of the sheet that the way leads through."""
    alone = {row["figure"]: row["value"] for row in found["Figures"]}
    steps = way.split("/")
    if ".".join(steps) in alone:
        return alone[".".join(steps)]
    cut = next(n for n in range(len(steps), 0, -1) if ".".join(steps[:n])[-31:] in found)
    rows, step, rest = found[".".join(steps[:cut])[-31:]], steps[cut], ".".join(steps[cut + 1 :])
    row = rows[int(step)] if step.isdigit() else next(r for r in rows if step in r.values())
    return row[rest]


def test_each_definition_has_one_meaning() -> None:
    assert len({d.key for d in _ALL}) == len(_ALL)


def test_every_number_is_shown_by_a_verb_and_has_its_figure_here() -> None:
    shown = {(verb, key) for verb, keys in SHOWN.items() for key in keys.split()}
    assert {key for _, key in shown} == set(DEFINITIONS), "a number that no verb shows, or that is defined nowhere"
    walked = {(ask.partition(":")[0], key) for ask, keys in FIGURES.items() for key in keys}
    walked |= {("export", key) for key in COLUMNS}
    walked |= {("report", key) for key in ON_PAGE if key in SHOWN["report"].split()}
    assert walked | {(verb, key) for verb, key in shown if key in NOT_HERE} == shown
    assert not {key for _, key in walked} & set(NOT_HERE)
    for verb, keys in SHOWN.items():
        assert (verb in NOT_IN_REPORT) != bool(set(keys.split()) & set(ON_PAGE)), f"{verb}: in the report, or why not"


@pytest.mark.parametrize(("ask", "key"), [(ask, key) for ask, keys in FIGURES.items() for key in keys])
def test_python_json_and_workbook_say_the_same(heard: Callable[[str], Heard], ask: str, key: str) -> None:
    doors, way = heard(ask), FIGURES[ask][key]
    figure = at(doors.spoken, way)
    assert figure is not None
    assert cell(doors.sheets, way) == (pytest.approx(figure, rel=1e-14) if isinstance(figure, float) else figure)
    try:
        own = at(doors.answer, way)
    except AttributeError:  # what JSON makes of the rows of a table
        own = at(doors.plain, way)
    assert own == (pytest.approx(figure, rel=1e-14) if isinstance(figure, float) else figure)
    assert DEFINITIONS[key].title in {row["number"] for row in doors.sheets["Read me"]}


def test_a_workbook_of_an_answer_is_the_same_again(shop: Path, heard: Callable[[str], Heard]) -> None:
    again = book(heard("cut").answer, shop / "again.xlsx", verb="cut")
    assert sheets(again) == heard("cut").sheets
    assert again.read_bytes() == (shop / "cut.xlsx").read_bytes()


def test_rows_of_customers_are_the_same_in_python_and_in_the_export(shop: Path, heard: Callable[[str], Heard]) -> None:
    table = heard("score").answer.table
    (rows,) = sheets(Project(shop / "shop", create=False).export(shop / "scores.xlsx")).values()
    assert [row["customer_id"] for row in rows] == table["customer_id"].to_pylist()
    for column in COLUMNS.values():
        for row, figure in zip(rows, table[column].to_pylist(), strict=True):
            is_known = figure is not None and not math.isnan(figure)
            assert row[column] == (pytest.approx(figure, rel=1e-14) if is_known else None)


@pytest.fixture(scope="module")
def page(shop: Path) -> str:
    return Project(shop / "shop", create=False).report(shop / "report.html").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def behind(shop: Path, heard: Callable[[str], Heard]) -> Known:
    scores, board = (heard(verb).answer for verb in ("score", "backtest"))
    return known(Project(shop / "shop", create=False), shop, scores, board)


def test_the_report_shows_these_numbers_and_no_others(page: str) -> None:
    assert linked(page) == set(ON_PAGE)


@pytest.mark.parametrize("key", ON_PAGE)
def test_the_report_says_what_python_says(page: str, behind: Known, key: str) -> None:
    words = ON_PAGE[key](behind)
    assert words
    assert words in plain(page)
