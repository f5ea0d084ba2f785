"""Pages in Chromium: when the first content is painted, and how long a click or a key takes to change the page."""

from __future__ import annotations

import statistics
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.measure import FailedWorkError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

    from bench.served import Server

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
#: Pages, and what must be in sight with the heading: the page's main number.
MAIN = {
    "Today": ("/today", ".num, table.tab td"),
    "Overview": ("/", ".num"),
    "Customers": ("/customers", "table.tab td"),
    "one customer": ("/customers/77", "dl.facts dd"),
    "Segments": ("/segments", "table.tab td"),
    "Cohorts": ("/cohorts", "table td"),
    "Forecast": ("/forecast", "svg.plot"),
    "Models": ("/models", "table td"),
}
_PAINT = """() => new Promise(done => new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (entry.name === 'first-contentful-paint') done(entry.startTime);
}).observe({type: 'paint', buffered: true}))"""
# From the event itself, by the browser's clock, to the first change of what is looked at, drawn in a frame.
_WATCH = """([event, selector]) => { window.took = new Promise(done => {
    let begun = 0; const seen = () => { const node = document.querySelector(selector); return node ? node.outerHTML : ''; };
    addEventListener(event, e => { if (!begun) begun = e.timeStamp; }, {capture: true, once: true});
    const before = seen(); const look = () => {
        if (begun && seen() !== before) requestAnimationFrame(() => done(performance.now() - begun)); else setTimeout(look, 1);
    }; look(); }); }"""


def painted(browser: Browser, server: Server, contexts: int) -> dict[str, list[float]]:
    """Milliseconds to the first contentful paint of each page, in so many fresh contexts (nothing cached)."""
    told: dict[str, list[float]] = {name: [] for name in MAIN}
    for _ in range(contexts):
        for name, (path, number) in MAIN.items():
            context = browser.new_context(viewport={"width": 1280, "height": 900})
            page = context.new_page()
            context.add_cookies([_cookie(server)])
            page.goto(f"http://127.0.0.1:{server.port}{path}")
            told[name].append(float(page.evaluate(_PAINT)))
            if page.locator("h1").count() != 1 or not page.locator(number).count():
                raise FailedWorkError(f"{name}: the first paint has no heading or not the number {number!r}")
            context.close()
    return told


def _cookie(server: Server) -> Any:
    """The cookie that logging in sets, as a browser that was here before has it."""
    from lifelong.web.security import Gate

    return {"name": Gate(server.token).cookie, "value": server.token, "url": f"http://127.0.0.1:{server.port}"}


def _followed(page: Page, act: Callable[[], None]) -> float:
    """A link: milliseconds from the click to the new page's first paint, by the wall's clock."""
    began = time.perf_counter()
    act()
    page.evaluate(_PAINT)
    return 1000 * (time.perf_counter() - began)


def _changed(page: Page, event: str, selector: str, act: Callable[[], None]) -> float:
    """A key or a slider: milliseconds from the event to the first frame in which the page has changed."""
    page.evaluate(_WATCH, [event, selector])
    act()
    return float(page.evaluate("() => window.took"))


def _actions(page: Page, base: str) -> Iterator[tuple[str, Callable[[int], float]]]:
    """What a user does, each as a function of the round (so that no round asks for what another has asked for)."""

    def go(path: str) -> None:
        page.goto(base + path)
        page.wait_for_load_state("networkidle")

    def sort(turn: int) -> float:
        go(f"/customers?alive_from={turn}")
        return _followed(page, lambda: page.locator("thead a").nth(2 + turn % 4).click())

    def later(turn: int) -> float:
        go(f"/customers?page={7 * turn + 2}")
        return _followed(page, lambda: page.locator("a[rel=next]").click())

    def rule(turn: int) -> float:
        go("/segments?f0.0=value&o0.0=%3E%3D&v0.0=1")
        field = page.locator("[id='v0.0']")
        field.focus()
        page.keyboard.press("End")
        return _changed(page, "keydown", "[data-key=count]", lambda: page.keyboard.press(str(9 - turn % 10)))

    def slider(turn: int) -> float:
        go(f"/customers?top={20 + 3 * turn}")
        page.locator("#f-top").focus()
        return _changed(page, "keydown", "h1", lambda: page.keyboard.press("ArrowRight"))

    def calculator(turn: int) -> float:
        go(f"/calculator?churn={2 + turn}%25&invoice=500&new_customers=10&spend=8000")
        field = page.locator("input[name=invoice]")
        field.focus()
        page.keyboard.press("End")
        return _changed(page, "keydown", "h1", lambda: page.keyboard.press("5"))

    yield "sort Customers (click)", sort
    yield "next page of Customers (click)", later
    yield "a rule typed in Segments (key to count)", rule
    yield "slider of the best share (key to heading)", slider
    yield "calculator input (key to result)", calculator


def interactions(browser: Browser, server: Server, rounds: int) -> dict[str, list[float]]:
    """Milliseconds from what a user does to what is seen of it; each done once before, so that scripts are loaded."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.add_cookies([_cookie(server)])
    page = context.new_page()
    told = {}
    for name, act in _actions(page, f"http://127.0.0.1:{server.port}"):
        told[name] = [act(turn) for turn in range(rounds + 1)][1:]
    context.close()
    return told


@contextmanager
def chromium() -> Iterator[Browser]:
    """A running Chromium; FailedWorkError where there is none."""
    if not Path(CHROMIUM).exists():
        raise FailedWorkError(f"there is no Chromium at {CHROMIUM}")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as p:
        browser = p.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def middle(times: list[float]) -> str:
    """Median and worst in words."""
    return f"median {statistics.median(times):.0f} ms, worst {max(times):.0f} ms of {len(times)}"
