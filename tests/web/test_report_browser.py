"""The report in Chromium: nothing leaves, nothing runs, nothing overlaps, and everyone can read it."""

from __future__ import annotations

import sys
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest

from lifelong.charts import Renewal
from lifelong.report.html import write
from lifelong.report.inputs import Kept
from lifelong.values import Estimate, Finding

if TYPE_CHECKING:
    from types import ModuleType

    from playwright.sync_api import Browser, Page

    from lifelong.report.inputs import ReportData

pytestmark = pytest.mark.browser

SHOP = Path(__file__).parents[1] / "unit" / "report" / "shop.py"


@pytest.fixture(scope="module")
def shop() -> ModuleType:
    spec = spec_from_file_location("report_browser_shop", SHOP)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def reports(shop: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A shop as shops are, a tiny one that nothing tested, one without amounts, one with long names and large sums, subscribers."""
    folder = tmp_path_factory.mktemp("reports")
    large = shop.report_of(400, seed=3, is_left_truncated=True, name="Przedsiębiorstwo Handlowo-Usługowe Wschód")
    table = large.scores.table
    for column in ("value", "low80", "high80", "historic", "at_risk"):
        raised = pa.array(table[column].to_numpy() * 9e4)
        table = table.set_column(table.column_names.index(column), column, raised)
    t = large.scores.totals
    totals = replace(t, **{k: getattr(t, k) * 9e4 for k in ("value", "low80", "high80", "low90", "high90")})
    large = replace(large, currency="PLN", scores=replace(large.scores, table=table, totals=totals, currency="PLN"))
    data = {
        "usual": shop.report_of(1500, truth=shop.TRUTH),
        "tiny": shop.report_of(50, leaderboard=None, cohorts=()),
        "no money": shop.report_of(500, currency=""),
        "large": large,
        "subscribers": subscribed(shop.report_of(300, leaderboard=None, cohorts=())),
    }
    return {name: write(d, folder / f"{name.replace(' ', '-')}.html") for name, d in data.items()}


def subscribed(data: ReportData) -> ReportData:
    """The same of a table of subscriptions, with no order in it."""
    renewals = tuple(Renewal(t, 0.9**t, 0.91**t, 0.88**t, 0.93**t) for t in range(1, 25))
    kept = [Kept("month", "sbg", 250, 90, renewals), Kept("year", "bdw", 50, 2, renewals[:2])]
    return replace(data, imports=(), enrolled=data.imports, kept=kept)


def opened(browser: Browser, path: Path, width: int, scheme: str = "light", **more: Any) -> Page:
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **more)
    page = context.new_page()
    page.goto(path.as_uri())
    page.evaluate("document.fonts.ready")
    return page


WIDTHS = [1440, 1100, 768, 360]
KINDS = ["usual", "tiny", "no money", "large"]


@pytest.mark.parametrize("kind", KINDS)
def test_no_request_leaves_and_nothing_is_refused(browser: Browser, reports: dict[str, Path], kind: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    asked: list[str] = []
    told: list[str] = []
    page.on("request", lambda r: asked.append(r.url))
    page.on("console", lambda m: told.append(m.text))
    page.on("pageerror", lambda e: told.append(str(e)))
    page.goto(reports[kind].as_uri())
    page.wait_for_load_state("networkidle")
    assert [a for a in asked if not a.startswith("data:")] == [reports[kind].as_uri()]
    assert told == []
    context.close()


def test_the_embedded_fonts_are_used(browser: Browser, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["usual"], 1440)
    loaded = page.evaluate("[...document.fonts].map(f => [f.family.replaceAll('\"', ''), f.weight, f.status])")
    assert sorted(map(tuple, loaded)) == [
        ("Source Sans Pro", "400", "loaded"), ("Source Sans Pro", "600", "loaded"), ("Source Serif Pro", "600", "loaded"),
    ]  # fmt: skip
    page.context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_the_page_never_scrolls_sideways(browser: Browser, reports: dict[str, Path], kind: str) -> None:
    page = opened(browser, reports[kind], WIDTHS[0])
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, width
    page.context.close()


CLASHES = """() => {
  const out = [];
  for (const svg of document.querySelectorAll('svg.plot')) {
    const frame = svg.getBoundingClientRect();
    if (!frame.width) continue;
    const boxes = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()]);
    for (const [name, b] of boxes)
      if (b.left < frame.left - 3 || b.right > frame.right + 3 || b.top < frame.top - 4 || b.bottom > frame.bottom + 4)
        out.push(['outside', name, Math.round(b.left - frame.left), Math.round(b.right - frame.right), Math.round(b.top - frame.top)]);
    boxes.forEach(([a, p], i) => boxes.slice(i + 1).forEach(([b, q]) => {
      const dx = Math.min(p.right, q.right) - Math.max(p.left, q.left);
      const dy = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      if (dx > 1 && dy > 4) out.push(['overlap', a, b, Math.round(dx), Math.round(dy)]);
    }));
  }
  return out;
}"""


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("width", [1440, 360])
def test_no_words_of_a_drawing_overlap_or_are_cut(
    browser: Browser, reports: dict[str, Path], kind: str, width: int
) -> None:
    page = opened(browser, reports[kind], width)
    assert page.evaluate("document.querySelectorAll('svg.plot').length") > 0
    assert page.evaluate(CLASHES) == []
    page.context.close()


@pytest.mark.parametrize("width", WIDTHS)
def test_each_figure_shows_exactly_one_drawing(browser: Browser, reports: dict[str, Path], width: int) -> None:
    page = opened(browser, reports["usual"], width)
    shown = page.evaluate(
        "[...document.querySelectorAll('.draw')].map(d => [...d.children].filter(s => s.getBoundingClientRect().width > 0).length)"
    )
    assert shown == [1, 1, 1, 1, 1, 1]
    page.context.close()


@pytest.mark.parametrize(
    ("kind", "scheme", "width"),
    [
        ("usual", "light", 1440),
        ("usual", "dark", 1440),
        ("usual", "light", 360),
        ("usual", "dark", 360),
        ("tiny", "light", 360),
        ("no money", "light", 1440),
        ("large", "dark", 1440),
    ],
)
def test_axe_finds_no_violation(browser: Browser, reports: dict[str, Path], kind: str, scheme: str, width: int) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="axe-playwright-python is not installed")
    page = opened(browser, reports[kind], width, scheme, bypass_csp=True)
    page.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")
    found = axe.Axe().run(page).response["violations"]
    assert [(v["id"], [n["html"][:120] for n in v["nodes"]][:3]) for v in found] == []
    page.context.close()


def test_colours_follow_the_scheme(browser: Browser, reports: dict[str, Path]) -> None:
    seen = {}
    for scheme in ("light", "dark"):
        page = opened(browser, reports["usual"], 1440, scheme)
        line = "getComputedStyle(document.querySelector('#trust svg.wide path[stroke=\"var(--est)\"]')).stroke"
        seen[scheme] = (page.evaluate("getComputedStyle(document.body).backgroundColor"), page.evaluate(line))
        page.context.close()
    assert seen["light"] == ("rgb(255, 255, 255)", "rgb(10, 108, 116)")
    assert seen["dark"] == ("rgb(20, 24, 26)", "rgb(92, 196, 196)")


def test_it_reads_without_scripts(browser: Browser, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["usual"], 1440, java_script_enabled=False)
    assert page.locator("h1").count() == 1
    page.locator("details summary").first.click()
    assert page.locator("details[open] table").first.is_visible()
    page.context.close()


def test_a_definition_is_reached_by_its_link(browser: Browser, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["usual"], 1440)
    page.locator(".five a.def").first.click()
    assert page.url.endswith("#d-equity")
    box = page.locator("#d-equity").bounding_box()
    assert box is not None
    assert 0 <= box["y"] < 900
    page.context.close()


def test_it_prints_on_few_pages_with_all_figures(browser: Browser, reports: dict[str, Path]) -> None:
    page = opened(browser, reports["usual"], 1440)
    content = page.pdf(prefer_css_page_size=True, print_background=True)
    pages = content.count(b"/Type /Page") - content.count(b"/Type /Pages")
    assert 3 <= pages <= 6
    page.emulate_media(media="print")
    hidden = page.evaluate(
        "[...document.querySelectorAll('details')].every(d => getComputedStyle(d).display === 'none')"
    )
    assert hidden
    page.context.close()


HOSTILE = (
    "<script>alert(1)</script>", '"><img src=x onerror=alert(2)>', "'-alert(3)-'", "</style><script>alert(4)</script>",
    "{{ 7 * 7 }}{% include 'x' %}", "javascript:alert(5)", "/*fonts*/", "</svg><svg onload=alert(6)>", "\u202egnp.exe",
)  # fmt: skip


def test_hostile_words_in_every_text_stay_words(browser: Browser, shop: ModuleType, tmp_path: Path) -> None:
    all_of_it = " ".join(HOSTILE)
    base = shop.report_of(120, truth=shop.TRUTH)
    ids = pa.array([f"{HOSTILE[i % len(HOSTILE)]}{i}" for i in range(120)])
    scores = replace(
        base.scores, table=base.scores.table.set_column(0, "customer_id", ids), definition=all_of_it, model=all_of_it
    )
    finding = Finding(all_of_it, all_of_it)
    params = tuple(Estimate(all_of_it, p.estimate, p.se, p.low, p.high, all_of_it) for p in base.fit.params)
    origin = replace(base.fit.origin, data=HOSTILE[1], until=all_of_it, version=all_of_it)
    fit = replace(base.fit, model=all_of_it, params=params, findings=(finding,), origin=origin)
    rows = [{**r, "model": f"{r['model']}{all_of_it}"} for r in base.leaderboard.rows]
    board = replace(base.leaderboard, rows=rows, chosen=rows[0]["model"], why=all_of_it, findings=(finding,))
    report = replace(base.imports[0], source=all_of_it, batch=all_of_it, findings=(finding,))
    cohorts = [{**c, "cohort": all_of_it + c["cohort"]} for c in base.cohorts]
    truth = [{**t, "name": all_of_it} for t in base.truth]
    data = replace(
        base, name=all_of_it, scores=scores, fit=fit, leaderboard=board, imports=[report], cohorts=cohorts, truth=truth,
        notes=(finding,), action=all_of_it, again=all_of_it,
    )  # fmt: skip
    path = write(data, tmp_path / "hostile.html")
    context = browser.new_context(viewport={"width": 1440, "height": 900}, bypass_csp=True)
    page = context.new_page()
    seen: list[str] = []
    page.on("dialog", lambda d: (seen.append(d.message), d.dismiss()))
    page.on(
        "request",
        lambda r: seen.append(r.url) if not r.url.startswith(("data:", "file:///")) or r.url.endswith("/x") else None,
    )
    page.goto(path.as_uri())
    page.wait_for_timeout(300)
    assert seen == []
    assert page.evaluate("document.querySelectorAll('script, img, [onerror], [onload]').length") == 0
    assert "<script>alert(1)</script>" in page.inner_text("h1")
    assert "{{ 7 * 7 }}" in page.inner_text("h1")
    assert page.evaluate("document.styleSheets.length") == 1
    context.close()
    guarded = opened(browser, path, 360)
    assert guarded.evaluate("document.documentElement.scrollWidth") <= 360
    guarded.context.close()
