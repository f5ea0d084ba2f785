"""Forms that follow each change: a page that is shown anew holds what was chosen, also where it is not enough yet."""

from __future__ import annotations

import time
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest
from starlette.testclient import TestClient

from lifelong.web import nav
from lifelong.web.app import make_app
from lifelong.web.security import Gate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "t" * 32
PATHS = [entry.path for _, entries in nav.GROUPS for entry in entries]


class Live(HTMLParser):
    """The controls of the forms that follow a change: what each holds, and what else it could hold."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.holds: dict[str, set[str]] = {}
        self.could: dict[str, list[str]] = {}
        self._is_live, self._select, self._option = False, "", None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: text or "" for name, text in attrs}
        if tag == "form":
            self._is_live = "data-live" in told
        name = told.get("name", "")
        if not self._is_live:
            return
        if tag == "select":
            self._select = name
            self.holds.setdefault(name, set())
            self.could.setdefault(name, [])
        elif tag == "option":
            self._add(self._select, told.get("value"), "selected" in told)
        elif tag == "input" and name and told.get("type") != "hidden":
            is_chosen = told.get("type") not in ("checkbox", "radio") or "checked" in told
            self._add(name, told.get("value", "on"), is_chosen)

    def handle_data(self, data: str) -> None:
        if self._option is not None and data.strip():  # an option without a value is its text
            is_chosen, self._option = self._option, None
            self._add(self._select, data.strip(), is_chosen)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_live = False

    def _add(self, name: str, value: str | None, is_chosen: bool) -> None:
        self._option = is_chosen if value is None else None
        if value is None:
            return
        self.could.setdefault(name, []).append(value)
        if is_chosen:
            self.holds.setdefault(name, set()).add(value)


@pytest.fixture(scope="module")
def pages(shop_copy: Path) -> Iterator[TestClient]:
    headers = {"authorization": f"Bearer {TOKEN}", "accept": "text/html", "accept-language": "en"}
    with TestClient(make_app(shop_copy, Gate(TOKEN)), base_url="http://127.0.0.1", headers=headers) as made:
        yield made


def seen(client: TestClient, address: str) -> Live:
    """The forms of a page once all of its jobs are over."""
    for _ in range(600):
        answer = client.get(address)
        if "data-job" not in answer.text:
            return Live(answer.text)
        time.sleep(0.1)
    raise AssertionError(address)


def address(path: str, form: Live, **changed: str) -> str:
    """The address that the page's script asks for, the form being as it is but for a change; what is empty is left out."""
    state = {name: value for name, values in form.holds.items() for value in values} | changed
    return f"{path}?{urlencode({name: value for name, value in state.items() if value})}"


@pytest.mark.parametrize("path", PATHS)
def test_each_choice_stays_in_the_form(path: str, pages: TestClient) -> None:
    first = seen(pages, path)
    for name, could in first.could.items():
        others = [value for value in could if value and value not in first.holds.get(name, set())]
        if not others:  # typed, and not chosen
            continue
        form = seen(pages, address(path, first, **{name: others[-1]}))
        assert others[-1] in form.holds.get(name, set()), f"{path}: {name}={others[-1]} is lost"


@pytest.mark.parametrize("path", PATHS)
def test_an_emptied_field_takes_no_form_away(path: str, pages: TestClient) -> None:
    first = seen(pages, path)
    for name in first.holds:
        form = seen(pages, address(path, first, **{name: ""}))
        assert name in form.could, f"{path}: without {name} the form is gone"


def test_there_are_forms_to_look_at(pages: TestClient) -> None:
    cohorts = seen(pages, "/cohorts")
    assert {"measure", "by", "age", "one", "other"} <= set(cohorts.could)
