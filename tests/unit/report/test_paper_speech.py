"""Papers in another language, in every format: what HTML says PDF and XLSX say, the same numbers, the same bytes twice."""

from __future__ import annotations

import gettext
import re
from collections import Counter
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook
from tests.unit.report import pdf_text

from lifelong import i18n
from lifelong.definitions import DEFINITIONS
from lifelong.i18n import messages
from lifelong.project import papering
from lifelong.report import html, papers, typeset
from lifelong.report.paper import KINDS, Beside
from lifelong.values.waterfall import Bearer, Waterfall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import ModuleType

    from lifelong.report.inputs import ReportData
    from lifelong.report.paper import Paper

SLOT = re.compile(r"(\{[^{}]*\}|%\(\w+\)[sd]|<[^>]*>|&\w+;)")
WORD = re.compile(r"[^\W\d_]{3,}")
COSTS = {"goods": 60_001, "payment": 2_000, "shipping": 0, "service": 0, "bad_debt": 0}
BESIDE = Beside(
    costs=Waterfall("1997-07-01", "1998-06-30", "USD", 10, 100_000, COSTS, 1_000, 5_000, "revenue", (Bearer("shop", 10, 9, 100_000, 37_999, 5_000),))
)  # fmt: skip


class Marked(gettext.NullTranslations):
    """A language whose every word is the English one with an ø at its end; slots stay what they are."""

    def gettext(self, message: str) -> str:
        parts = SLOT.split(message)
        return "".join(part if at % 2 else WORD.sub(r"\g<0>ø", part) for at, part in enumerate(parts))

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


class Seen(HTMLParser):
    """The texts of a page, with those of its drawings."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tag, self.texts = "", list[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self.tag = tag

    def handle_data(self, data: str) -> None:
        if self.tag != "style" and data.strip():
            self.texts.append(data)


@pytest.fixture
def marked(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """French numbers and days; each word of a message marked."""
    monkeypatch.setattr(messages, "_catalogue", lambda _code: Marked())
    with i18n.speaking("fr"):
        yield


@pytest.fixture(scope="module")
def data(shop: ModuleType) -> ReportData:
    return shop.report_of(1200)


def left(texts: list[str]) -> set[str]:
    """Words that come from no message."""
    return {word for text in texts for word in WORD.findall(text) if not word.endswith("ø")}


def numbers(texts: list[str], code: str) -> list[str]:
    """Every number of the texts as Python would write it, in order."""
    signs, found = i18n.LOCALES[code], list[str]()
    grouped = re.compile(rf"(?<!\d)\d{{1,3}}(?:{re.escape(signs.group)}\d{{3}})+(?!\d)")
    for text in texts:
        plain = grouped.sub(lambda match: match[0].replace(signs.group, ""), text)
        found += re.findall(r"\d+(?:\.\d+)?", re.sub(rf"(?<=\d){re.escape(signs.decimal)}(?=\d)", ".", plain))
    return found


def workbook(made: Paper, data: ReportData, path: Path) -> list[Any]:
    """Every cell of the paper's workbook."""
    papering._write(made, data, path, "xlsx")
    book = load_workbook(path)
    return [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]


@pytest.mark.parametrize("kind", KINDS)
def test_the_pdf_leaves_no_word_english_that_the_page_does_not(kind: str, data: ReportData, marked: None) -> None:
    made = papers.paper(kind, data, BESIDE, "fr")
    said = re.sub(r"\w*\uffff\w*", " ", pdf_text.text(typeset.render(made)))  # letters that the reader cannot name
    assert said.count("ø") > 200
    assert left([said]) - left(Seen(html.render_paper(made)).texts) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_nor_does_the_workbook(kind: str, data: ReportData, marked: None, tmp_path: Path) -> None:
    made = papers.paper(kind, data, BESIDE, "fr")
    said = [cell for cell in workbook(made, data, tmp_path / "r.xlsx") if isinstance(cell, str)]
    assert sum(text.count("ø") for text in said) > 50
    told = {*map(str, data.scores.table.column_names), *data.scores.table.column("customer_id").to_pylist()}
    told |= {definition.formula for definition in DEFINITIONS.values()}
    page = Seen(html.render_paper(made)).texts
    assert left([text for text in said if text not in told and not text.startswith("=")]) - left(page) == set()


def same_everywhere(make: Callable[[str], str]) -> int:
    """How many numbers a page has; they are the same in each language, whose sentences may order them in another way.

    Drawings are left out: they cut long names, and leave a note out where there is no room for it.
    """
    english, told = set[str](), dict[str, Counter[str]]()
    for code in i18n.SPOKEN:
        with i18n.speaking(code):
            texts = Seen(re.sub("<svg.*?</svg>", "", make(code), flags=re.DOTALL)).texts
        english = english or set(texts)
        # a sentence that is not translated yet is English, with English numbers
        told[code] = Counter(
            n for one in texts for n in numbers([one], "en" if one in english and WORD.search(one) else code)
        )
        assert told[code] == told["en"], code
    return told["en"].total()


def test_the_full_report_has_the_same_numbers_in_every_language(data: ReportData) -> None:
    assert same_everywhere(lambda _code: html.render(data)) > 500


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_has_the_same_numbers_in_every_language(kind: str, data: ReportData) -> None:
    assert same_everywhere(lambda code: html.render_paper(papers.paper(kind, data, BESIDE, code))) > 50


def test_papers_in_another_language_are_the_same_bytes_twice(data: ReportData, tmp_path: Path) -> None:
    with i18n.speaking("fr"):
        assert html.render(data) == html.render(data)
        made = [papers.paper("finance", data, BESIDE, "fr") for _ in range(2)]
        assert html.render_paper(made[0]) == html.render_paper(made[1])
        assert typeset.render(made[0]) == typeset.render(made[1])
        for at, one in enumerate(made):
            papering._write(one, data, tmp_path / f"{at}.xlsx", "xlsx")
    assert (tmp_path / "0.xlsx").read_bytes() == (tmp_path / "1.xlsx").read_bytes()
