"""The calculator, the scorecard's page and the model card in another language: their words follow it, their numbers stay."""

from __future__ import annotations

import gettext
import re
from dataclasses import replace
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest
from markupsafe import escape

from lifelong import calculate, i18n
from lifelong.definitions import DEFINITIONS
from lifelong.i18n import messages
from lifelong.report import calculator, card, scorecard
from lifelong.values.cash import EquityChange
from lifelong.values.scorecard import Entry, Scorecard

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

    from lifelong.report.inputs import ReportData

MARKED = re.compile(r"⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[^\W\d_]{2,}")
BRIDGE = EquityChange("run", "2025-12-31", 100, 900, 800, 200, 0, 300, 50, 250, 12, 0)


class Bracketed(gettext.NullTranslations):
    """A language whose every message is the English one in brackets."""

    def gettext(self, message: str) -> str:
        return f"⟦{message}⟧"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"⟦{msgid1 if n == 1 else msgid2}⟧"


class Seen(HTMLParser):
    """What a page says: its texts and what it hands to its script; the tag and attribute of each."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.lang, self.tag, self.told = "", "", list[tuple[str, str]]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tag = tag
        told = {name: text or "" for name, text in attrs}
        self.lang = told.get("lang", self.lang)
        words = ("aria-label", "data-none", "data-missing", "data-revenue", "data-never", "data-apart")
        self.told += [(f"{tag} {name}", told[name]) for name in words if name in told]

    def handle_data(self, data: str) -> None:
        if self.tag not in {"style", "script"} and data.strip():
            self.told.append((self.tag, data))


@pytest.fixture
def bracketed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """French numbers; each message in brackets."""
    monkeypatch.setattr(messages, "_catalogue", lambda _code: Bracketed())
    with i18n.speaking("fr"):
        yield


def left(text: str) -> list[str]:
    """Words that stand in no bracket."""
    return WORD.findall(MARKED.sub(" ", text))


def test_no_word_of_the_calculator_stays_english(bracketed: None) -> None:
    made = calculate(churn="5%", lifetime="20m", invoice=500, new_customers=10, spend=8000)
    page = calculator.render(made)
    formulas = {DEFINITIONS[key].formula for key in calculator.MEANINGS}
    for formula in sorted(formulas - {""}, key=len, reverse=True):
        page = page.replace(str(escape(formula)), " ")
    seen = Seen(page)
    assert seen.lang == "fr"
    assert len(seen.told) > 60
    assert [(tag, left(text)) for tag, text in seen.told if left(text)] == []


def test_nor_of_what_the_page_of_the_scorecard_says_itself(bracketed: None) -> None:
    entry = Entry("equity", "equity", "customer equity", "money", 250_000.0, 200_000.0, 300_000.0)
    made = Scorecard("", "2026-10-31", "EUR", 2, "", "", "", "", (entry,), BRIDGE, "", "")
    seen = Seen(scorecard.render(made))
    assert seen.lang == "fr"
    own = [text for tag, text in seen.told if tag in {"title", "h2", "summary", "dt", "dd", "p"} or "aria" in tag]
    heads = [text for tag, text in seen.told if tag == "th"][:5]
    assert len(own) >= 8
    assert heads == ["⟦figure⟧", "⟦now⟧", "⟦80\N{NO-BREAK SPACE}%⟧", "⟦last time⟧", "⟦change⟧"]
    assert [text for text in own if left(text)] == []


@pytest.fixture(scope="module")
def data(shop: ModuleType) -> ReportData:
    made = shop.report_of(1200)
    head = {"horizon": "13w", "customers": 1200}
    return replace(made, leaderboard=replace(made.leaderboard, rows=[head | row for row in made.leaderboard.rows]))


def test_the_card_speaks_in_its_titles_heads_and_sentences(data: ReportData, bracketed: None) -> None:
    assert data.leaderboard is not None
    parts = card.sections(replace(data, leaderboard=replace(data.leaderboard, why="")))
    assert [part.title for part in parts if not part.title.startswith("⟦")] == []
    found = parts[-2].lines if parts[-2].title == "⟦Findings⟧" else ()
    lines = [line for part in parts for line in part.lines if line not in found]
    assert len(lines) > 10
    assert [line for line in lines if line and not line.startswith("⟦")] == []
    rivals = {"⟦Measure⟧": 4}  # after these columns stand names of models
    heads = [part.table[0] for part in parts if part.table]
    assert len(heads) >= 6
    assert [cell for head in heads for cell in head[: rivals.get(head[0], len(head))] if left(cell)] == []
    names = [row[0] for row in parts[0].table]
    assert [name for name in names if not name.startswith("⟦")] == []


def test_the_card_says_the_same_numbers_in_french(data: ReportData) -> None:
    english = card.markdown(data)
    with i18n.speaking("fr"):
        page, french = card.html(data), card.markdown(data)
    assert '<html lang="fr">' in page
    assert french != english
    assert numbers(french, "fr") == numbers(english, "en")


def test_the_card_and_the_calculator_are_the_same_bytes_twice(data: ReportData) -> None:
    made = calculate(churn="5%", lifetime="20m", invoice=500, new_customers=10, spend=8000)
    with i18n.speaking("fr"):
        assert card.markdown(data) == card.markdown(data)
        assert calculator.render(made) == calculator.render(made)


def numbers(text: str, code: str) -> list[str]:
    """Every number of a text as Python would write it, in order."""
    signs = i18n.LOCALES[code]
    grouped = re.compile(rf"\d{{1,3}}(?:{re.escape(signs.group)}\d{{3}})+|\d+")
    plain = grouped.sub(lambda found: found[0].replace(signs.group, ""), text)
    return re.findall(r"\d+(?:\.\d+)?", re.sub(rf"(?<=\d){re.escape(signs.decimal)}(?=\d)", ".", plain))
