"""The page of the scorecard in Chromium: nothing is fetched, it fits a telephone, and it prints on one sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lifelong.report.scorecard import write
from lifelong.values.cash import EquityChange
from lifelong.values.scorecard import Entry, Scorecard

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


def card() -> Scorecard:
    """As many figures as there ever are, each beside a last one."""
    one = Entry("rlv", "rlv", "  customers there are", "money", 123_456_789.0, 98_765_432.0, 198_765_432.0)
    old = Entry("rlv", "rlv", "  customers there are", "money", 23_456_789.0, 20_000_000.0, 28_765_432.0)
    bridge = EquityChange("run", "2025-12-31", 100, 900, 800, 200, 0, 300, None, 300, 12, 0, "the earlier fit is gone")
    return Scorecard(
        "Tea & Sons", "2026-06-30", "EUR", 2, "bg_nbd", "2025-12-31", "gross margin", "gross margin", (one.since(old),) * 14,
        bridge, "", "bg_nbd holds",
    )  # fmt: skip


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_fetched_and_the_page_is_no_wider_than_the_screen(
    browser: Browser, tmp_path: Path, width: int
) -> None:
    path = write(card(), tmp_path / "card.html")
    page, told = browser.new_page(viewport={"width": width, "height": 900}), []
    page.on("console", lambda message: told.append(message.text))
    page.on("request", lambda request: None if request.url == path.as_uri() else told.append(request.url))
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert "what the others did" in page.inner_text("main")
    assert "the earlier fit is gone" in page.inner_text("main")
    # The style sheet passed its own policy.
    assert page.evaluate("getComputedStyle(document.querySelector('td.now')).fontWeight") == "600"
    page.close()
    assert told == []


def test_it_prints_on_one_sheet(browser: Browser, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(write(card(), tmp_path / "card.html").as_uri())
    printed = page.pdf(prefer_css_page_size=True)
    page.close()
    assert printed.count(b"/Type /Page\n") == 1
