"""Erasure and joins by the pages: what they rewrite, and that nothing of whom they name is left behind."""

from __future__ import annotations

import html
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from tests.web import serving
from tests.web.asking import PATHS, client_of, done, root, waited

from lifelong.project import Project

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from starlette.testclient import TestClient


def holding(project: Path, word: str) -> list[Path]:
    """Files of the project that hold the word in their bytes, their decompressed rows, or their names."""
    found = []
    for path in project.rglob("*"):
        if word.lower() in path.name.lower():
            found.append(path)
        if path.is_file():
            text = path.read_bytes().decode("latin-1")
            if path.suffix == ".parquet":
                text += json.dumps(pq.read_table(path).to_pydict(), default=str, ensure_ascii=False)
            if zipfile.is_zipfile(path):
                with zipfile.ZipFile(path) as packed:
                    text += "".join(packed.read(name).decode("latin-1") for name in packed.namelist())
            found += [path] * (word.lower() in text.lower())
    return found


def test_of_who_is_erased_nothing_is_left_anywhere(scored: TestClient) -> None:
    shop, who = root(scored), "K0007"
    project = Project(shop)
    for path in PATHS:
        waited(scored, path)
    assert who in waited(scored, f"/customers/{who}")
    waited(scored, f'/segments?rule=customer_id = "{who}"')
    project.keep_rule(f'customer_id = "{who}"', "Only one")
    project.keep_rule("value >= 1", "Some")
    asked = {"prefer": "wait=60", "accept": "application/json"}
    assert scored.post("/api/v1/customer", json={"customer": who}, headers=asked).status_code == 200
    scored.post("/import/file", files={"file": ("more.csv", f"customer_id,date,total\n{who},2026-01-01,5\n".encode())})
    done(scored, "/exports/make", {"what": "scores", "format": "xlsx"})
    done(scored, "/exports/make", {"what": "orders", "format": "csv"})
    done(scored, "/reports/make", {"kind": "full", "format": "html", "lang": "en"})
    assert {path.parent.name for path in holding(shop, who)} >= {
        "landing", "scores", "segments", "exports", "answers",
    }  # fmt: skip
    before = project.status().facts["customers"]
    page = html.unescape(scored.get(f"/forget?customer={who}").text)
    assert "orders.csv" in page
    assert "removed, since they were made with the customer" in page
    page = done(scored, "/forget", {"customer": who, "again": who})
    assert "A customer is erased" in page
    assert who not in page
    rows = re.search(r'data-key="rows">([\d,]+)<', page)
    assert rows is not None
    receipt = json.loads(next((shop / "receipts").glob("*.json")).read_bytes())
    assert rows[1] == f"{receipt['rows_removed']:,}"
    assert holding(shop, who) == []
    assert [rule.name for rule in project.segments().rules] == ["Some"]
    assert project.status().facts["customers"] == before - 1
    # nothing of it comes back by asking again, nor from what the server remembers
    assert "went wrong" in waited(scored, f"/customers/{who}")
    jobs = scored.get("/api/v1/jobs", headers={"accept": "application/json"}).text
    assert who not in jobs
    again = done(scored, "/forget", {"customer": who, "again": who})
    assert "E501" in again
    assert who not in again
    assert holding(shop, who) == []


def test_after_an_erasure_every_page_shows_what_it_has(scored: TestClient) -> None:
    for path in PATHS:
        waited(scored, path)
    done(scored, "/forget", {"customer": "K0011", "again": "K0011"})
    for path in [*PATHS, "/customers/K0012"]:
        answer = scored.get(path)
        assert answer.status_code in (200, 404), path
        assert "<h1" in answer.text, path
        text = waited(scored, path)
        assert "E900" not in text, path
        assert "K0011" not in text, path


def test_the_id_has_to_be_typed_again(pages: TestClient) -> None:
    before = (root(pages) / "landing" / "manifest.json").read_bytes()
    for told in ({"customer": "K0001", "again": "K0002"}, {"customer": "", "again": ""}, {}):
        answer = pages.post("/forget", data=told)
        assert answer.status_code == 422
        assert "E524" in answer.text
    assert (root(pages) / "landing" / "manifest.json").read_bytes() == before


# -- joins ------------------------------------------------------------------------------------------------------------


def test_who_was_joined_is_shown_with_its_evidence_and_can_be_parted(pages: TestClient) -> None:
    page = html.unescape(waited(pages, "/identity"))
    assert "2 ids were joined to others; 2 customers are left" in page
    assert "guest with an account's e-mail" in page
    assert "c@example.org" in page
    page = done(pages, "/identity/undo", {"alias": "K0003"})
    assert "They are parted" in page
    page = html.unescape(waited(pages, "/identity"))
    assert "1 id was joined to another; 3 customers are left" in page
    assert "These stay apart" in page
    assert Project(root(pages)).merges().undone == ("K0003",)
    refused = done(pages, "/identity/undo", {"alias": "nobody"})
    assert "E501" in refused
    assert not [path for path in holding(root(pages), "nobody") if path.parent.name in ("jobs", "answers")]


def test_many_joins_come_in_pages(tmp_path: Path) -> None:
    lines = ["customer_id,email,date,total"]
    for number in range(60):
        lines += [
            f"A{number:03d},p{number}@example.org,2026-01-01,5",
            f"B{number:03d},p{number}@example.org,2026-02-01,5",
        ]
    (tmp_path / "o.csv").write_text("\n".join(lines))
    shop = Project(tmp_path / "many", settings={"currency": "EUR"})
    shop.ingest(tmp_path / "o.csv")
    told = [shop.joined(start=start, most=25) for start in (0, 25, 50)]
    assert [len(one.rows) for one in told] == [25, 25, 10]
    assert {row.alias: row.evidence for one in told for row in one.rows} == {
        f"B{number:03d}": (f"p{number}@example.org",) for number in range(60)
    }
    with client_of(tmp_path / "many") as client:
        first, second = waited(client, "/identity"), waited(client, "/identity?page=2")
    assert "A049" in first
    assert "A050" not in first
    assert "A050" in second


@pytest.mark.browser
def test_a_tour_from_a_customer_to_the_receipt(made_shop: Path, tmp_path: Path, browser: Browser) -> None:
    import shutil

    shop = Path(shutil.copytree(made_shop, tmp_path / "tour"))
    with serving.serving(shop) as server:
        page = browser.new_context(viewport={"width": 360, "height": 800}).new_page()
        page.goto(server.entry)
        page.goto(f"{server.base}/customers/K0005")
        page.locator('a[href*="/forget"]').click(timeout=60_000)
        page.get_by_label("Type the id to confirm").fill("K0005")
        page.get_by_role("button", name="Erase for good").click()
        page.get_by_role("heading", name="A customer is erased").wait_for(timeout=60_000)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.goto(f"{server.base}/segments")
        page.get_by_role("heading", name="your customers are not valued yet").wait_for()
        page.context.close()
    assert holding(shop, "K0005") == []
