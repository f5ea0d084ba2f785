"""Every page of the app in Chromium: everyone can read it, nothing overflows, nothing leaves, nothing runs from data."""

from __future__ import annotations

import re
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest
from tests.web import serving

from lifelong import i18n
from lifelong.web import nav

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = pytest.mark.browser
PATHS = [entry.path for _, entries in nav.GROUPS for entry in entries]
PATHS += ["/identity", "/quarantine", "/forget"]  # to which other pages lead
WIDTHS = (1440, 360)
SCHEMES = ("light", "dark")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[str]:
    """The address with the token of a server whose pages have their answers."""
    project = serving.rich_project(tmp_path_factory.mktemp("app"))
    with serving.serving(project) as server:
        warm(browser, server.entry, project)
        yield server.entry


def warm(browser: Browser, entry: str, project: Path) -> None:
    """Open every page once, so that its answers are there, and wait for them."""
    with opened(browser, entry, 1440) as page:
        for path in PATHS:
            page.goto(entry.split("/login")[0] + path)
        serving.settle(project)


@contextmanager
def opened(browser: Browser, entry: str, width: int, scheme: str = "light") -> Iterator[Page]:
    """A page of somebody who is let in."""
    context: BrowserContext = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page = context.new_page()
    page.goto(entry)
    yield page
    context.close()


def _axe(page: Page) -> list[str]:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    return [f"{one['id']}: {one['nodes'][0]['html'][:200]}" for one in found]


def _overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth"))


def _look(page: Page, entry: str, path: str, code: str) -> None:
    page.goto(f"{entry.split('/login')[0]}/{code}{path}")
    assert page.locator("h1").count() == 1, path
    assert page.locator("[data-job]").count() == 0, f"{path} is still being computed"
    assert page.get_attribute("html", "lang") == code
    assert _axe(page) == [], (path, code)
    assert _overflow(page) <= 0, (path, code)


@pytest.mark.parametrize("path", PATHS)
def test_everyone_can_read_the_page(served: str, browser: Browser, path: str) -> None:
    number = PATHS.index(path)
    codes = list(i18n.SPOKEN)
    for turn, (width, scheme) in enumerate(((1440, "light"), (360, "dark"))):
        with opened(browser, served, width, scheme) as page:
            _look(page, served, path, codes[(number + turn) % len(codes)])


@pytest.mark.slow
@pytest.mark.parametrize("code", list(i18n.SPOKEN))
@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", WIDTHS)
def test_everyone_can_read_every_page(served: str, browser: Browser, code: str, scheme: str, width: int) -> None:
    with opened(browser, served, width, scheme) as page:
        for path in PATHS:
            _look(page, served, path, code)


def test_a_tour_asks_this_machine_alone_and_breaks_no_policy(served: str, browser: Browser) -> None:
    with opened(browser, served, 1440) as page:
        asked: list[str] = []
        told: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: told.append(message.text))
        page.on("pageerror", lambda problem: told.append(str(problem)))
        base = served.split("/login")[0]
        for path in PATHS:
            page.goto(base + path)
            page.wait_for_load_state("networkidle")
    assert told == []
    assert asked
    assert all(url.startswith((base, "data:")) for url in asked)


def test_hostile_words_run_nothing(tmp_path: Path, browser: Browser) -> None:
    project = serving.rich_project(tmp_path / "hostile", 160, is_hostile=True)
    with serving.serving(project) as server:
        warm(browser, server.entry, project)
        with opened(browser, server.entry, 1440) as page:
            told: list[str] = []
            page.on("dialog", lambda dialog: told.append(dialog.message))
            page.on("console", lambda message: told.append(message.text))
            for path in PATHS:
                page.goto(server.base + path)
                page.wait_for_load_state("networkidle")
                assert page.locator("img").count() == 0, path
            page.goto(f"{server.base}/")
            assert serving.HOSTILE in page.inner_text("main")
    assert told == []


def test_the_keyboard_finds_search_and_help(served: str, browser: Browser) -> None:
    with opened(browser, served, 1440) as page:
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.id") == "search"
        page.evaluate("document.activeElement.blur()")
        page.keyboard.press("?")
        assert page.locator("#help").is_visible()
        page.keyboard.press("Escape")
        assert not page.locator("#help").is_visible()


@pytest.mark.parametrize("path", PATHS)
def test_the_keyboard_reaches_all_that_can_be_pressed(served: str, browser: Browser, path: str) -> None:
    reach = """() => [...document.querySelectorAll('a[href], button, input, select, textarea, summary')]
        .filter((node) => node.checkVisibility() && !node.disabled).filter((node) => node.tabIndex < 0)
        .map((node) => node.outerHTML.slice(0, 120))"""
    with opened(browser, served, 1440) as page:
        page.goto(served.split("/login")[0] + path)
        assert page.evaluate(reach) == []


def test_a_definition_opens_beside_its_number(served: str, browser: Browser) -> None:
    with opened(browser, served, 1440) as page:
        button = page.locator("button.def").first
        box = page.locator(f"#{button.get_attribute('popovertarget')}")
        button.click()
        assert box.is_visible()
        assert len(box.inner_text()) > 40
        page.keyboard.press("Escape")
        assert not box.is_visible()


@contextmanager
def in_this_process(project: Path) -> Iterator[str]:
    """A server in a thread, so that a test may change the words that it speaks."""
    import uvicorn

    from lifelong.web.app import make_app
    from lifelong.web.security import Gate

    config = uvicorn.Config(make_app(project, Gate("a" * 32)), port=0, log_level="error", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/login?token={'a' * 32}"
    server.should_exit = True
    thread.join(20)


_SLOT = re.compile(r"(%\(\w+\)[sd]|\{\w*\})")


def longer(text: str) -> str:
    """A message a third longer, its slots as they are: what German or Russian would make of it."""
    extra = "ĺóñĝ wöŕď " * (1 + len(_SLOT.sub("", text)) // 30)
    return f"⟦{text} {extra.strip()}⟧"


def test_longer_words_overflow_nothing(tmp_path: Path, browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    from lifelong.web import templating

    project = serving.rich_project(tmp_path / "long", 200)
    monkeypatch.setattr(i18n, "message", longer)
    monkeypatch.setattr(i18n, "plural", lambda one, many, count: longer(one if count == 1 else many))
    templating.environment.cache_clear()
    try:
        with in_this_process(project) as entry:
            warm(browser, entry, project)
            for width in (1440, 360):
                with opened(browser, entry, width) as page:
                    for path in PATHS:
                        page.goto(entry.split("/login")[0] + path)
                        assert "⟦" in page.inner_text("main")
                        assert _overflow(page) <= 0, (path, width)
    finally:
        templating.environment.cache_clear()
