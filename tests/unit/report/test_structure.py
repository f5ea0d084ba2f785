"""The page as a document: headings in order, every link lands, nothing is fetched, nothing runs, same bytes."""

from __future__ import annotations

import base64
import hashlib
import itertools
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lifelong.definitions import DEFINITIONS
from lifelong.errors import StoreError
from lifelong.report import fonts, html
from lifelong.report.html import render, unstyled, write

if TYPE_CHECKING:
    from types import ModuleType


class Outline(HTMLParser):
    """Headings, ids, links, elements and attributes of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.headings: list[int] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = {k: v or "" for k, v in attrs}
        if re.fullmatch(r"h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if "id" in found:
            self.ids.append(found["id"])
        if tag == "a":
            self.links.append(found.get("href", ""))
        self.attributes += [(tag, k, v) for k, v in found.items()]


def test_one_title_and_headings_in_order(page: str) -> None:
    headings = Outline(page).headings
    assert headings.count(1) == 1
    assert headings[0] == 1
    assert all(b <= a + 1 for a, b in itertools.pairwise(headings))


def test_ids_are_single_and_every_link_lands(page: str) -> None:
    outline = Outline(page)
    assert len(outline.ids) == len(set(outline.ids))
    assert all(link.startswith("#") and link[1:] in outline.ids for link in outline.links)
    named = [v for _, k, v in outline.attributes if k == "aria-labelledby"]
    assert all(part in outline.ids for v in named for part in v.split())


def test_what_is_linked_stands_in_the_glossary_and_the_main_numbers_are_linked(page: str) -> None:
    outline = Outline(page)
    told = {link.removeprefix("d-") for link in outline.ids if link.startswith("d-")}
    assert told <= set(DEFINITIONS)
    assert "lead_chance" not in told  # no number of this page
    linked = {link.removeprefix("#d-") for link in outline.links if link.startswith("#d-")}
    assert {"equity", "value", "orders", "best_fifth", "one_time", "interval", "alive", "at_risk", "rhythm", "silence",
            "historic", "repeat_rate", "tenure", "repeat_revenue", "cohort", "unripe", "median", "gini", "mae", "bias",
            "coverage80", "gini_norm", "baseline", "missed", "saved", "metric_interval"} <= linked  # fmt: skip


def test_nothing_is_fetched_and_nothing_runs(page: str) -> None:
    outline = Outline(page)
    assert not outline.tags & {"script", "link", "img", "iframe", "object", "embed", "base", "form", "use", "image"}
    assert not [
        a for a in outline.attributes if a[1].startswith("on") or a[1] in {"src", "style", "srcset", "xlink:href"}
    ]
    addresses = set(re.findall(r"https?://[^\s\"'<>)]+", page))
    assert addresses <= {"http://www.w3.org/2000/svg"}


def test_the_policy_allows_this_style_sheet_and_nothing_else(page: str) -> None:
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"content=\"default-src 'none'; font-src data:; style-src 'sha256-{digest}'\"" in page.replace("&#39;", "'")


def test_each_drawing_has_a_name_or_is_hidden(page: str) -> None:
    for svg in re.findall(r"<svg\b[^>]*>", page):
        assert 'aria-hidden="true"' in svg or ('role="img"' in svg and ("aria-label" in svg)), svg


def test_each_figure_has_two_drawings_and_its_table(page: str) -> None:
    figures = re.findall(r"<figure.*?</figure>", page, flags=re.S)
    drawn = [f for f in figures if 'class="plot' in f]
    assert len(drawn) == 6
    for f in drawn:
        assert f.count('class="plot wide"') == f.count('class="plot narrow"') == 1
        assert "<details><summary>Table</summary>" in f


def test_every_token_in_use_is_defined(page: str) -> None:
    used = set(re.findall(r"var\(--([a-z0-9-]+)\)", page))
    light = page.partition("@media (prefers-color-scheme: dark)")[0]
    assert used <= set(re.findall(r"--([a-z0-9-]+):", light))
    assert not set(re.findall(r"/\*[a-z]+\*/", page))


def test_the_same_data_give_the_same_bytes(shop: ModuleType, tmp_path: Path) -> None:
    one = write(shop.report_of(300, truth=shop.TRUTH), tmp_path / "a" / "one.html")
    two = write(shop.report_of(300, truth=shop.TRUTH), tmp_path / "two.html")
    assert one.read_bytes() == two.read_bytes()
    assert one.stat().st_size < 2_000_000
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a", "two.html"]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A short page in place of the report, where the disk is what is tested."""
    monkeypatch.setattr(html, "render", lambda _data: "<!doctype html>\n")


@pytest.mark.usefixtures("short")
def test_a_report_is_replaced_whole_or_not_at_all(
    shop: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "clv.html"
    path.write_text("the old one")

    def refuse(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(StoreError) as caught:
        write(shop.report_of(60), path)
    assert caught.value.code == "E403"
    assert "full" in caught.value.what or "space" in caught.value.what
    assert path.read_text() == "the old one"
    assert [p.name for p in tmp_path.iterdir()] == ["clv.html"]


@pytest.mark.usefixtures("short")
def test_a_folder_that_cannot_be_made_is_told(shop: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        write(shop.report_of(60), tmp_path / "file" / "clv.html")
    assert caught.value.code == "E403"


def test_size_does_not_grow_with_the_number_of_customers(shop: ModuleType) -> None:
    small, large = unstyled(shop.report_of(400)), unstyled(shop.report_of(4000))
    assert len(large) < 1.3 * len(small)


# -- fonts


def test_fonts_hold_the_characters_printed_and_no_others() -> None:
    from io import BytesIO

    from fontTools.ttLib import TTFont

    css = fonts.font_faces("Żółć €5 − 3")
    found = re.findall(r'font-family:"([^"]+)";font-weight:(\d+).*?base64,([^)]+)\)', css)
    assert [(family, weight) for family, weight, _ in found] == [(f.family, str(f.weight)) for f in fonts.FACES]
    for _, _, data in found:
        font = TTFont(BytesIO(base64.b64decode(data)))
        assert {chr(c) for c in font.getBestCmap()} == set("Żółć €5−3")


def test_without_the_font_packages_the_stack_behind_is_used(monkeypatch: pytest.MonkeyPatch, shop: ModuleType) -> None:
    nowhere = tuple(f._replace(package="no_such_package") for f in fonts.FACES)
    monkeypatch.setattr(fonts, "FACES", nowhere)
    assert fonts.font_faces("abc") == ""
    text = render(shop.report_of(60))
    assert "@font-face" not in text
    assert "Segoe UI" in text


def test_a_font_file_that_is_gone_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "FACES", (fonts.FACES[0]._replace(file="Gone.ttf"),))
    assert fonts.font_faces("abc") == ""
