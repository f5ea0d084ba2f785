"""Papers by reader: what each holds, the same numbers in every format, a PDF that screen readers can read."""

from __future__ import annotations

import html as entities
import re
import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.report import pdf_text

from lifelong import i18n
from lifelong.errors import ConfigError
from lifelong.report import html, papers, typeset
from lifelong.report.paper import KINDS, Beside, Grid, Words
from lifelong.values.cash import CashForecast, CustomerEquity, Month
from lifelong.values.waterfall import Bearer, Waterfall

if TYPE_CHECKING:
    from pathlib import Path
    from types import ModuleType

    from lifelong.report.paper import Paper

COSTS = {"goods": 60_001, "payment": 2_000, "shipping": 0, "service": 0, "bad_debt": 0}


def month(begins: str, scale: int) -> Month:
    return Month(begins, begins, 10.0 * scale, 101 * scale, 202 * scale, 303 * scale, 100 * scale, 200 * scale, 400 * scale, 180 * scale, 450 * scale)  # fmt: skip


@pytest.fixture(scope="module")
def beside() -> Beside:
    months = (month("1998-07-01", 1000), month("1998-08-01", 2000))
    forecast = CashForecast("1998-06-30", "USD", 2, "bg_nbd", "revenue", (5.0, 5.0), {}, months, month("", 3000))
    told: dict[str, Any] = dict.fromkeys(CustomerEquity.__dataclass_fields__, 0.0)
    told |= {"as_of": "1998-06-30", "currency": "USD", "model": "bg_nbd", "definition": "gross margin", "customers": 1200, "elasticities": {},
             "rlv": 5000.0, "rlv_low80": 4000.0, "rlv_high80": 6000.0, "future": 2500.0, "equity": 7500.0, "months": None, "is_firm": False,
             "digits": 2, "change": None, "no_change": "", "findings": ()}  # fmt: skip
    bearer = Bearer("shop", 10, 9, 100_000, 37_999, 5_000)
    costs = Waterfall("1997-07-01", "1998-06-30", "USD", 10, 100_000, COSTS, 1_000, 5_000, "revenue", (bearer,))
    return Beside(forecast, CustomerEquity(**told), costs, None, (("No channels", "there is no spend. Bring it"),))


@pytest.fixture(scope="module")
def made(shop: ModuleType, beside: Beside) -> dict[str, Paper]:
    data = shop.report_of(1200)
    return {kind: papers.paper(kind, data, beside) for kind in KINDS}


def shown(page: str) -> str:
    """What a reader sees of a page."""
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    return re.sub(r"\s+", " ", entities.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " "))


def numbers(paper: Paper) -> list[str]:
    """The five numbers with their bands, and every cell of the tables that holds a digit."""
    told = [row[key] for row in paper.numbers["rows"] for key in ("number", "spread")]
    told += [
        cell for grid in paper.grids() for row in grid.rows for cell in row if re.search(r"\d", cell) and len(cell) < 25
    ]
    return [re.sub(r"\s+", " ", one.replace("\u00a0", " ")) for one in told if one]


@pytest.mark.parametrize("kind", KINDS)
def test_page_and_pdf_say_the_same_numbers_and_are_the_same_bytes_again(made: dict[str, Paper], kind: str) -> None:
    paper = made[kind]
    page, pdf = html.render_paper(paper), typeset.render(paper)
    assert html.render_paper(paper) == page
    assert typeset.render(paper) == pdf
    said, set_ = shown(page), re.sub(r"\s+", " ", pdf_text.text(pdf))
    told = numbers(paper)
    assert len(told) >= 8
    for one in told:
        assert one in said
        assert one in set_
    assert "<script" not in page
    assert not re.search(r'(src|href)="(?!#|data:)', page)


@pytest.mark.parametrize("kind", KINDS)
def test_the_pdf_is_tagged_a4_and_small(made: dict[str, Paper], kind: str) -> None:
    pdf = typeset.render(made[kind])
    assert b"pdfuaid:part>1<" in pdf
    assert b"/StructTreeRoot" in pdf
    assert b"/Lang(en)" in pdf or b"/Lang (en)" in pdf
    assert b"/MediaBox[0 0 595" in pdf
    assert len(pdf) < 2_000_000
    assert set(re.findall(rb"/BaseFont/[A-Z]{6}\+([A-Za-z]+)", pdf)) >= {b"SourceSansPro", b"SourceSerifPro"}
    if kind == "founder":
        assert len(pdf_text.pages(pdf)) == 1


def test_each_kind_holds_what_its_reader_needs(made: dict[str, Paper]) -> None:
    parts = {kind: [part.key for part in paper.parts] for kind, paper in made.items()}
    assert parts["founder"] == ["value", "act"]
    assert {"quiet", "value"} <= set(parts["marketing"])
    assert {"money", "costs", "trust"} <= set(parts["finance"])
    assert parts["data"] == ["data", "fit"]
    assert set(parts["full"]) >= {key for kind in ("marketing", "finance", "data") for key in parts[kind]}


def test_sums_are_of_the_rows_above_them(made: dict[str, Paper]) -> None:
    summed = [grid for grid in made["full"].grids() if grid.summed]
    assert {grid.key for grid in summed} == {"forecast", "customer-equity", "costs", "files"}
    for grid in summed:
        for column in grid.summed:
            *parts, total = (row[column] for row in grid.numbers)
            assert sum(parts) == pytest.approx(total, abs=1e-9), grid.key


def test_what_could_not_be_computed_says_so_in_its_place(made: dict[str, Paper]) -> None:
    (words,) = [b for part in made["finance"].parts for b in part.blocks if isinstance(b, Words)]
    assert (words.title, words.lines) == ("No channels", ("there is no spend. Bring it",))
    assert words.title in shown(html.render_paper(made["finance"]))


def test_words_of_the_data_are_no_markup_and_a_sign_without_a_glyph_is_a_square(shop: ModuleType) -> None:
    data = replace(shop.report_of(60), name='#read("paper.json") <b>北</b>')
    paper = papers.paper("founder", data, Beside())
    assert '#read("paper.json") <b>□</b>’s customers' in pdf_text.text(typeset.render(paper)).replace("\n", "")
    assert "&lt;b&gt;北" in html.render_paper(paper)


def test_orders_alone_make_papers_too(shop: ModuleType) -> None:
    data = shop.report_of(200, currency="")
    for kind in KINDS:
        paper = papers.paper(kind, data, Beside())
        assert "orders" in shown(html.render_paper(paper))
    assert set(papers.figures_of(data)) == {"orders"}


def test_nobody_going_quiet_and_no_import_are_said(shop: ModuleType) -> None:
    data = replace(shop.report_of(12), imports=())
    quiet = papers.paper("marketing", data, Beside())
    assert any(isinstance(b, Words | Grid) and b.key.startswith("quiet") for part in quiet.parts for b in part.blocks)
    assert [grid.key for grid in papers.paper("data", data, Beside()).grids() if grid.key in {"ledger", "files"}] == []


def test_without_typst_the_error_says_what_to_install(made: dict[str, Paper], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(ConfigError) as caught:
        typeset.render(made["founder"])
    assert caught.value.code == "E303"
    assert "lifelong[pdf]" in caught.value.fix


def test_what_typst_refuses_is_told_with_its_reason(made: dict[str, Paper]) -> None:
    broken = replace(made["founder"], lang="not a language")
    with pytest.raises(ConfigError) as caught:
        typeset.render(broken)
    assert caught.value.code == "E561"
    assert caught.value.why


def test_drawings_of_a_pdf_have_literal_colours(made: dict[str, Paper], tmp_path: Path) -> None:
    typeset.told(made["founder"], tmp_path)
    drawings = [path.read_text(encoding="utf-8") for path in tmp_path.glob("*.svg")]
    assert drawings
    assert all("var(--" not in svg and "#0a6c74" in svg for svg in drawings)
    assert i18n.language() == "en"
