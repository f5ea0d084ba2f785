"""The page of the calculator in Chromium: it computes what Python computes, and nothing leaves it."""

from __future__ import annotations

from html import unescape
from typing import TYPE_CHECKING, Any

import pytest

from lifelong import calculate, i18n
from lifelong.report.calculator import render
from lifelong.values.calculation import LINES

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from lifelong.values import Calculation

pytestmark = pytest.mark.browser

FIVE: dict[str, Any] = {"churn": "5%", "lifetime": "20m", "invoice": 500, "new_customers": 10, "spend": 8000}
OTHERS: list[dict[str, Any]] = [
    {},
    {"margin": "40%"},
    {"margin": "40%", "discount": "10%/year"},
    {"churn": "", "margin": "35%", "discount": "12%/year", "timing": "mid", "overhead": 500, "invoices_a_month": 2.5},
    {"lifetime": "", "spend": 0, "timing": "end"},
    {"margin": "1%", "spend": 90_000},
    {"churn": "0.0001%", "lifetime": "", "margin": "0.005%", "new_customers": 0.001},
]


def opened(browser: Browser, path: Path, width: int = 1280) -> tuple[Page, list[str]]:
    """The page, and all that the browser asks for or complains of besides."""
    page, told = browser.new_page(viewport={"width": width, "height": 900}), []
    page.on("console", lambda message: told.append(message.text))
    page.on("request", lambda request: None if request.url == path.as_uri() else told.append(request.url))
    page.goto(path.as_uri())
    return page, told


def agree(page: Page, made: Calculation) -> None:
    for key, _, unit in LINES:
        shown, number = page.inner_text(f"[data-key={key}]"), getattr(made, key)
        if number is None:
            assert shown in {"–", "never", "nothing is spent"}, key
            continue
        assert float(shown.replace(",", "")) == pytest.approx(number, abs=0.0051 if unit == "money" else 0.051), key


@pytest.mark.parametrize("more", OTHERS)
def test_the_page_says_what_python_says(browser: Browser, more: dict[str, Any], tmp_path: Path) -> None:
    made = calculate(**{**FIVE, **more}, html=tmp_path / "value.html")
    page, told = opened(browser, tmp_path / "value.html")
    agree(page, made)
    page.close()
    assert told == []


def test_what_is_typed_is_computed(browser: Browser, tmp_path: Path) -> None:
    calculate(**FIVE, html=tmp_path / "value.html")
    page, told = opened(browser, tmp_path / "value.html")
    page.fill("#margin", "40")
    page.fill("#discount", "10")
    agree(page, calculate(**FIVE, margin="40%", discount="10%/year"))
    assert page.inner_text("[data-key=value]") == "3,477.32"
    page.fill("#lifetime", "40")
    assert "20.0 months" in page.inner_text("#notes")
    page.fill("#spend", "200000")
    assert "before they have paid" in page.inner_text("#notes")
    page.fill("#invoice", "-1")
    assert page.inner_text("#wrong")
    assert page.inner_text("[data-key=value]") == "–"
    page.fill("#invoice", "500")
    page.fill("#churn", "")
    page.fill("#lifetime", "")
    assert page.inner_text("#wrong")
    page.close()
    assert told == []


@pytest.mark.parametrize("width", [360, 390, 768, 1280])
def test_nothing_is_wider_than_the_window_and_every_field_has_a_label(
    browser: Browser, width: int, tmp_path: Path
) -> None:
    calculate(**{**FIVE, "invoice": 123_456_789}, html=tmp_path / "value.html")
    page, _ = opened(browser, tmp_path / "value.html", width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    fields = page.query_selector_all("input, select")
    assert len(fields) == 10
    assert all(page.query_selector(f"label[for={field.get_attribute('id')}]") for field in fields)
    page.close()


def test_the_page_is_the_same_each_time_and_lets_nothing_else_run() -> None:
    made = calculate(**FIVE)
    page = unescape(render(made))
    assert render(made) == render(made)
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "unsafe" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_the_script_speaks_the_language_of_its_page(browser: Browser, tmp_path: Path) -> None:
    with i18n.speaking("fr"):
        made = calculate(**FIVE, html=tmp_path / "value.html")
        shown = i18n.number(made.value, 2)
    page, told = opened(browser, tmp_path / "value.html")
    assert page.inner_text("[data-key=value]") == shown
    page.fill("#lifetime", "40")
    assert "Une attrition de 5,0\u00a0%" in page.inner_text("#notes")
    page.close()
    assert told == []
