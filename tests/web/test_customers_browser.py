"""Customers in Chromium: the best fifth becomes a file that sums to what the command line tells; rules; one customer."""

from __future__ import annotations

import csv
import json
import math
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
        line = [program, *words, "--project", str(self.project), "--json"]
        told: dict[str, Any] = json.loads(subprocess.run(line, capture_output=True, text=True, check=True).stdout)
        return told


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    project = serving.rich_project(tmp_path_factory.mktemp("customers"))
    with serving.serving(project) as server:
        yield App(project, server.entry)


@pytest.fixture(params=[1280, 360])
def page(app: App, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    one = context.new_page()
    one.set_default_timeout(60_000)
    one.goto(app.entry)
    yield one
    context.close()


def is_for_everyone(page: Page) -> None:
    from axe_playwright_python.sync_playwright import Axe

    assert [one["id"] for one in Axe().run(page).response["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert page.locator("h1").count() == 1


def taken(page: Page, name: str, at: Path) -> list[dict[str, str]]:
    """The rows of a file that a link gives."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name, exact=True).click()
    download.value.save_as(at)
    with at.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";" if "decimal" in name or "dziesi" in name else ","))


def test_the_best_fifth_becomes_a_file_that_sums_to_what_the_command_line_tells(
    app: App, page: Page, tmp_path: Path
) -> None:
    page.goto(f"{app.base}/customers")
    told = app.cli("segment", "best 20%")
    assert i18n.percent(told["value_share"], 0) in page.get_by_role("heading", level=1).inner_text()
    page.get_by_label("List only these").check()
    page.get_by_text("Rule: best 20%").wait_for()
    page.wait_for_function("location.search.includes('only=on')")
    rows = taken(page, "CSV", tmp_path / "best.csv")
    assert len(rows) == told["customers"]
    assert round(100 * math.fsum(float(row["value"]) for row in rows)) == told["value"]
    app.cli("segment", "best 20%", "--out", str(tmp_path / "cli.csv"))
    assert (tmp_path / "cli.csv").read_bytes() == (tmp_path / "best.csv").read_bytes()
    european = taken(page, "CSV with ; and decimal commas", tmp_path / "european.csv")
    assert [row["customer_id"] for row in european] == [row["customer_id"] for row in rows]
    assert "," in european[0]["value"]
    is_for_everyone(page)


def test_a_rule_is_counted_as_one_types_kept_and_taken_away(app: App, page: Page, tmp_path: Path) -> None:
    page.goto(f"{app.base}/segments")
    serving.settle(app.project)
    page.goto(f"{app.base}/segments")
    page.get_by_label("What is known of customers").first.select_option("channel")
    page.get_by_label("How it is compared").first.select_option("=")
    page.locator("[id='v0.0']").press_sequentially("email", delay=180)  # longer than the page waits: it is drawn anew
    page.locator("textarea", has_text="channel = email").wait_for()
    page.locator("[id='f0.1']").select_option("best")
    page.wait_for_timeout(400)  # the half row stays
    page.locator("[id='v0.1']").fill("30")
    rule = "channel = email and best 30%"
    page.locator("textarea", has_text=rule).wait_for()
    told = app.cli("segment", rule)
    assert page.locator("[data-key=count]").inner_text() == i18n.number(told["customers"])
    unit = 10 ** told["digits"]
    held = i18n.money_within(told["value"] / unit, told["low80"], told["high80"], "EUR")
    page.locator("[data-key=held]", has_text=held).wait_for()
    rows = taken(page, "CSV", tmp_path / "rule.csv")
    assert round(100 * math.fsum(float(row["value"]) for row in rows)) == told["value"]
    is_for_everyone(page)
    page.get_by_label("Name of the rule").fill("Good by email")
    page.get_by_role("button", name="Keep it").click()
    page.get_by_text("The rule is kept as Good by email.").wait_for()
    assert app.cli("segment", "--name", "Good by email")["rule"] == rule
    page.get_by_role("link", name="Good by email").click()
    assert page.locator("[id='v0.1']").input_value() == "30%"


def test_one_customer_is_found_and_shown(app: App, page: Page) -> None:
    page.goto(f"{app.base}/customers?by=orders")
    name = page.locator("table.tab tbody th a").first.inner_text()
    page.get_by_label("Find a customer").fill(name)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/customers/{name}")
    told = app.cli("customer", name)
    score = told["scores"]
    shown = page.locator("dl.facts").inner_text()
    assert i18n.money_within(score["value"], score["low80"], score["high80"], "EUR") in shown
    assert i18n.interval(score["low80"], score["high80"], "EUR") in shown
    assert i18n.percent(score["alive"], 0) in shown
    for part in told["parts"]:
        page.locator("td", has_text=i18n.money(part["part"], "EUR", signed=True)).first.wait_for()
    is_for_everyone(page)
    page.goto(f"{app.base}/customers/nobody")
    assert "E501" in page.inner_text("main")
    is_for_everyone(page)


@pytest.mark.parametrize("code", i18n.SPOKEN)
def test_the_file_is_one_that_excel_opens_in_that_language(app: App, page: Page, tmp_path: Path, code: str) -> None:
    page.goto(f"{app.base}/{code}/customers?stage=cooling")
    serving.settle(app.project)
    page.goto(f"{app.base}/{code}/customers?stage=cooling")
    with page.expect_download() as download:
        page.locator(".act a.btn").first.click()
    download.value.save_as(tmp_path / "pl.csv")
    with (tmp_path / "pl.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="," if code == "en" else ";"))
    assert len(rows) == app.cli("segment", "stage = cooling")["customers"]
    other = "," if code == "en" else "."  # the decimal mark of the other kind of file
    assert all(other not in row["value"] for row in rows)
