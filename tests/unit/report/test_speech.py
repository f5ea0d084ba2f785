"""The report in another language: no sentence of it stays English, and its numbers stay what they are."""

from __future__ import annotations

import gettext
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from lifelong import i18n
from lifelong.i18n import messages
from lifelong.report import html, papers, words
from lifelong.report.paper import KINDS, Beside

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from lifelong.report.inputs import ReportData

#: What is no sentence: commands, ids, formulas, style; and findings and the choice of the model, which other rooms say.
SILENT = {"style", "code", "script"}
QUIET_CLASSES = {"formula", "id", "code", "brand"}
NAMES = {name for name in words.MODELS.values() if "/" in name or name in ("gamma-gamma",)}


class Bracketed(gettext.NullTranslations):
    """A language whose every message is the English one in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧" if message else ""

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


class Seen(HTMLParser):
    """The texts that a reader sees or hears, but for those that are no sentences."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._silent = 0
        self._open: list[bool] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: text or "" for name, text in attrs}
        self.texts += [told[name] for name in ("aria-label", "data-h") if name in told and not self._silent]
        if tag in {"meta", "link", "br", "line", "circle", "path", "rect"}:
            return
        quiet = tag in SILENT or bool({*told.get("class", "").split()} & QUIET_CLASSES) or told.get("class") == "find"
        self._open.append(quiet)
        self._silent += quiet

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if self._open and tag not in {"line", "circle", "path", "rect"}:
            self._silent -= self._open.pop()

    def handle_data(self, data: str) -> None:
        if data.strip() and not self._silent:
            self.texts.append(data)


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """French numbers, days and units; each message in brackets."""
    monkeypatch.setattr(messages, "_catalogue", lambda _code: Bracketed())
    with i18n.speaking("fr"):
        yield


def left(page: str) -> set[str]:
    """Words of the page's texts that stand in no bracket and are no French measure."""
    seen = Seen()
    seen.feed(page)
    french = {word for forms in i18n.LOCALES["fr"].units.values() for form in forms.values() for word in form.split()}
    french |= {
        month.strip(".") for names in (i18n.LOCALES["fr"].months, i18n.LOCALES["fr"].months_short) for month in names
    }
    french |= {"de", "à", "du", "au", "US", "USD"}  # of intervals and amounts
    french |= {word for said in i18n.LOCALES["fr"].words.values() for word in said.split()}
    found: set[str] = set()
    depth = 0
    for text in seen.texts:
        outside = []
        for sign in text:
            depth += (sign == "⟦") - (sign == "⟧")
            outside.append(" " if depth or sign == "⟧" else sign)
        told = "".join(outside).replace("orders.csv", " ")  # the name of the shop's file
        for name in NAMES:
            told = told.replace(name, " ")
        found |= {word for word in re.findall(r"[^\W\d_]{2,}", told) if word not in french}
    return found


def told_by_itself(data: ReportData) -> ReportData:
    """A report without what other rooms say in it: findings, and why the model was chosen."""
    assert data.leaderboard is not None
    board = replace(data.leaderboard, why="", findings=())
    return replace(
        data, leaderboard=board, notes=(), fit=replace(data.fit, findings=(), params=()),
        scores=replace(data.scores, findings=()), imports=[replace(one, findings=()) for one in data.imports],
    )  # fmt: skip


def test_no_sentence_of_the_report_stays_english(shop: ModuleType, bracketed: None) -> None:
    data = told_by_itself(shop.report_of(1200, truth=shop.TRUTH))
    assert left(html.render(data)) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_nor_of_the_paper_for_any_reader(kind: str, shop: ModuleType, bracketed: None) -> None:
    page = html.render_paper(papers.paper(kind, told_by_itself(shop.report_of(1200)), Beside(), "fr"))
    assert left(page) == set()


def test_the_numbers_are_the_same_in_every_language(shop: ModuleType) -> None:
    data = shop.report_of(300)
    told = {}
    for code in ("en", "fr"):
        with i18n.speaking(code):
            told[code] = [
                re.sub(r"\D", "", row["number"])
                for row in papers.paper("founder", data, Beside(), code).numbers["rows"]
            ]
    assert told["en"] == told["fr"]
    assert any(told["en"])


def test_a_page_says_its_language(shop: ModuleType) -> None:
    with i18n.speaking("ru"):
        page = html.render(shop.report_of(300))
    assert '<html lang="ru">' in page
