"""Settings by the page: what it shows, writes and refuses."""

from __future__ import annotations

import html
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.web import serving
from tests.web.asking import done, root

from lifelong import config
from lifelong.jobs import VERBS
from lifelong.project import Project

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from starlette.testclient import TestClient


def test_the_page_shows_every_setting_with_what_it_means(pages: TestClient) -> None:
    page = html.unescape(pages.get("/settings").text)
    for row in Project(root(pages)).settings().rows:
        assert row.say in page, row.name
        is_open = row.name in {p.name for p in VERBS["settings"].params} and not row.locked
        assert (f'name="{row.name}"' in page) == is_open, row.name
        if row.locked:
            assert row.locked in page, row.name


def test_a_change_is_written_and_every_answer_after_it_is_new(scored: TestClient) -> None:
    shop, desk = root(scored), scored.app.state.desk
    before = desk.ask("costs", {}, 60).value
    state = desk.answers.state()
    page = done(scored, "/settings", {"margin": "30%", "discount": "10%/year", "keep": "a\r\nb", "currency": "EUR"})
    assert "Written: Gross margin, Further columns to keep." in page
    assert "Value your customers again" in page
    kept = config.read(shop / config.FILE_NAME)
    assert (kept.margin, kept.keep) == ("30%", ("a", "b"))
    assert desk.answers.state() != state
    assert desk.answers.get("costs", {}) is None
    after = desk.ask("costs", {}, 60).value
    revenue = before["revenue"]
    assert before["costs"]["goods"] == pytest.approx(0.6 * revenue, abs=before["orders"])
    assert after["costs"]["goods"] == pytest.approx(0.7 * revenue, abs=before["orders"])
    page = done(scored, "/settings", {"margin": "30%", "keep": "a\nb"})
    assert "Nothing was changed" in page
    assert "Value your customers again" not in page


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"margin": "lots", "name": "New name"}, "E301"),
        ({"discount": "10"}, "E301"),
        ({"horizon": "soon"}, "E301"),
        ({"level": "profit"}, "E302"),
        ({"model": "pareto"}, "E302"),
        ({"bad_share": ""}, "E301"),
        ({"payment_fixed": "0.305"}, "E301"),
        ({"aliases": "fb is facebook"}, "E377"),
        ({"scenarios": "lean: acquisition"}, "E415"),
        ({"scenarios": "lean: luck=2"}, "E412"),
        ({"timezone": "Europe/Warsaw"}, "E305"),
        ({"currency": "USD"}, "E305"),
        ({"pseudonyms": "true"}, "E305"),
    ],
)
def test_what_no_verb_could_use_is_refused_and_nothing_is_written(
    pages: TestClient, told: dict[str, str], code: str
) -> None:
    path = root(pages) / config.FILE_NAME
    was = path.read_bytes()
    page = done(pages, "/settings", told)
    assert f"<small>{code}</small>" in page
    assert f"lifelong.toml, {next(iter(told))}" in page
    assert path.read_bytes() == was
    assert Project(root(pages)).settings().as_dict()["changed"] == []


def test_no_page_and_no_program_names_a_file(pages: TestClient) -> None:
    pages.post("/settings", data={"product_costs": "../../etc/passwd"})
    told = {"product_costs": "x.csv"}
    assert pages.post("/api/v1/settings", json=told, headers={"accept": "application/json"}).status_code == 422
    assert Project(root(pages)).config.product_costs == ""


def test_the_verb_is_the_same_by_rest(pages: TestClient) -> None:
    headers = {"prefer": "wait=30", "accept": "application/json"}
    answer = pages.post("/api/v1/settings", json={"margin": "40%", "aliases": ["nl=email"]}, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["changed"] == ["margin", "aliases"]
    assert answer.json() == {**Project(root(pages)).settings().as_dict(), "changed": ["margin", "aliases"]}
    refused = pages.post("/api/v1/settings", json={"timezone": "Europe/Paris"}, headers=headers)
    assert set(refused.json()["error"]) == {"code", "where", "why", "fix", "said"}


@pytest.mark.browser
def test_settings_are_changed_without_scripts(made_shop: Path, tmp_path: Path, browser: Browser) -> None:
    import shutil

    shop = Path(shutil.copytree(made_shop, tmp_path / "noscript"))
    with serving.serving(shop) as server:
        page = browser.new_context(java_script_enabled=False).new_page()
        page.goto(server.entry)
        page.goto(f"{server.base}/settings")
        page.get_by_label("Gross margin", exact=True).fill("25%")
        page.get_by_role("button", name="Write the settings").click()
        page.get_by_text("Written: Gross margin.").wait_for(timeout=30_000)
        page.context.close()
    assert config.read(shop / config.FILE_NAME).margin == "25%"
