"""Ways through the app in Chromium, each of which ends in the number that the command line tells."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.web import serving

from lifelong import i18n

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser


class App:
    """A server over a made shop, and its command line."""

    def __init__(self, project: Path, entry: str) -> None:
        self.project, self.entry, self.base = project, entry, entry.split("/login")[0]

    def cli(self, *words: str) -> dict[str, Any]:
        """What a command tells as JSON."""
        program = Path(sys.executable).with_name("lifelong")
        where = [] if words[0] == "calculator" else ["--project", str(self.project)]
        done = subprocess.run([program, *words, *where, "--json"], capture_output=True, text=True, check=True)
        told: dict[str, Any] = json.loads(done.stdout)
        return told


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    project = serving.rich_project(tmp_path_factory.mktemp("tours"))
    with serving.serving(project) as server:
        yield App(project, server.entry)


@pytest.fixture
def page(app: App, browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    one = context.new_page()
    one.set_default_timeout(60_000)
    one.goto(app.entry)
    yield one
    context.close()


def test_the_calculator_follows_what_is_typed(app: App, page: Page) -> None:
    page.goto(f"{app.base}/calculator")
    page.get_by_label("Gross margin").fill("40%")
    page.get_by_label("Median invoice").fill("1 234,56")
    told = app.cli(
        *[
            "calculator",
            "--churn",
            "5%",
            "--invoice",
            "1234.56",
            "--new-customers",
            "10",
            "--spend",
            "8000",
            "--margin",
            "40%",
        ]
    )
    page.get_by_text(i18n.number(told["net_value"], 2), exact=True).first.wait_for()
    page.wait_for_function("location.search.includes('margin=40')")  # the address holds the state
    row = page.get_by_role("row", name="Value to cost")
    assert i18n.number(told["ratio"], 2) in row.inner_text()


def test_two_cohorts_are_compared_at_equal_age(app: App, page: Page) -> None:
    page.goto(f"{app.base}/cohorts")
    page.get_by_label("Measure").select_option("margin")
    page.get_by_label("Cohorts by").select_option("quarter")
    page.get_by_label("Add up from the first order").check()
    page.get_by_label("Compare").select_option("2024-Q4")
    page.get_by_label("with", exact=True).select_option("2025-Q1")
    words = ["cohorts", "--by", "quarter", "--measure", "margin", "--cumulative", "--compare", "2024-Q4", "2025-Q1"]
    told = app.cli(*words)["comparison"]
    difference = i18n.money(told["difference"], "EUR", signed=True)
    page.get_by_role("cell", name=difference, exact=True).wait_for()
    verdict = page.get_by_role("heading", level=1).inner_text()
    assert ("No difference" in verdict) == (not told["holds"])


OTHERS = [code for code in i18n.SPOKEN if code != "en"]


def test_numbers_follow_the_language_of_the_address(app: App, page: Page) -> None:
    page.goto(f"{app.base}/en/cohorts?measure=orders&by=quarter")
    page.get_by_role("row", name="2024-Q4").wait_for()
    assert page.get_attribute("html", "lang") == "en"
    row = next(r for r in app.cli("cohorts", "--measure", "orders", "--by", "quarter")["rows"] if r["age"] == 3)
    assert i18n.number(row["value"], 2) in page.get_by_role("row", name="2024-Q4").inner_text()
    links = page.locator("nav.lang a").all_inner_texts()
    assert links == [code.upper() for code in i18n.SPOKEN]
    for code in OTHERS:  # the question stays while the language changes
        page.locator("nav.lang").get_by_text(code.upper()).click()
        page.wait_for_url(f"**/{code}/cohorts?measure=orders&by=quarter")
        assert page.get_attribute("html", "lang") == code
        with i18n.speaking(code):
            assert i18n.number(row["value"], 2) in page.get_by_role("row", name="2024-Q4").inner_text()
