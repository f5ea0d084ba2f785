"""Reports, exports and the glossary over HTTP: forms make files, names are looked up, and nothing else is handed out."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

from lifelong import Project
from lifelong.definitions import DEFINITIONS
from lifelong.errors import CODES
from lifelong.sources.simulate import simulate_shop
from lifelong.web.app import make_app
from lifelong.web.pages import glossary
from lifelong.web.security import Gate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "t" * 32


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("files")
    (folder / "orders.csv").write_text(simulate_shop(200, seed=4).orders_csv(), encoding="utf-8")
    made = Project(folder / "shop", settings={"currency": "EUR", "margin": "40%"})
    made.ingest(folder / "orders.csv")
    made.fit("bg_nbd")
    made.score()
    return folder / "shop"


@pytest.fixture(scope="module")
def client(shop: Path) -> Iterator[TestClient]:
    headers = {"authorization": f"Bearer {TOKEN}", "accept": "text/html"}
    with TestClient(make_app(shop, Gate(TOKEN)), base_url="http://127.0.0.1", headers=headers) as made:
        yield made


def finished(client: TestClient, address: str) -> str:
    """The page once its job is over."""
    for _ in range(150):
        page = client.get(address).text
        if 'role="status" data-job' not in page:
            return page
        time.sleep(0.2)
    raise AssertionError("the job did not end")


def test_a_report_is_made_listed_and_taken(client: TestClient) -> None:
    sent = client.post("/reports/make", data={"kind": "founder", "format": "html"}, follow_redirects=False)
    assert sent.status_code == 303
    page = finished(client, sent.headers["location"])
    assert "Save clv-report-founder_" in page
    name = page.partition('class="btn" href="/reports/')[2].partition('"')[0]
    taken = client.get(f"/reports/{name}")
    assert taken.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert "<h1>" in taken.text
    assert f">{name}</a>" in client.get("/reports").text


def test_the_report_has_the_number_of_the_screen_to_the_last_digit(client: TestClient) -> None:
    screen = re.search(r'data-key="equity">([^<]+)<', client.get("/").text)
    assert screen
    sent = client.post("/reports/make", data={"kind": "marketing"}, follow_redirects=False)
    name = finished(client, sent.headers["location"]).partition('class="btn" href="/reports/')[2].partition('"')[0]
    printed = re.search(r'class="num est">([^<]+)<', client.get(f"/reports/{name}").text)
    assert printed
    assert printed[1] == screen[1]


def test_the_page_shows_the_lines_of_the_timer(client: TestClient, shop: Path) -> None:
    page = client.get("/reports?kind=finance&format=xlsx&every=month").text
    assert "0 7 1 * * " in page
    assert f"report --project {shop} --kind finance --format xlsx" in page


def test_an_export_is_made_in_the_language_of_the_path(client: TestClient) -> None:
    sent = client.post("/en/exports/make", data={"what": "orders", "format": "csv-european"}, follow_redirects=False)
    assert sent.headers["location"].startswith("/en/exports?job=")
    assert "orders_european.csv" in finished(client, sent.headers["location"])
    taken = client.get("/exports/orders_european.csv")
    assert taken.headers["content-type"].startswith("text/csv")
    assert taken.text.lstrip("\ufeff").startswith("order_id;customer_id")


def test_exports_show_first_rows_and_what_columns_mean(client: TestClient) -> None:
    assert "day in the project" in finished(client, "/exports?what=orders")
    assert "200 rows" in finished(client, "/exports")


def test_a_project_without_data_has_nothing_to_export(tmp_path: Path) -> None:
    Project(tmp_path / "empty")
    headers = {"authorization": f"Bearer {TOKEN}"}
    with TestClient(make_app(tmp_path / "empty", Gate(TOKEN)), base_url="http://127.0.0.1", headers=headers) as empty:
        assert "Bring one file of orders" in empty.get("/exports").text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/reports/..%2Flifelong.toml", 404),
        ("/exports/..%2F..%2Forders.csv", 404),
        ("/exports/nothing.csv", 404),
        ("/reports?kind=owner", 404),
        ("/exports?what=secrets", 404),
        ("/reports?job=0123456789abcdef", 404),
    ],
)
def test_other_names_are_refused(client: TestClient, path: str, status: int) -> None:
    assert client.get(path).status_code == status


def test_a_form_that_is_not_understood_is_refused_and_makes_nothing(client: TestClient) -> None:
    assert client.post("/reports/make", data={"kind": "owner"}).status_code == 422
    failed = client.post("/reports/make", data={"kind": "data", "lang": "xx"}, follow_redirects=False)
    assert "E302" in finished(client, failed.headers["location"])


def test_a_job_of_another_page_is_not_followed(client: TestClient) -> None:
    sent = client.post("/exports/make", data={"what": "orders"}, follow_redirects=False)
    job = sent.headers["location"].partition("job=")[2].partition("&")[0]
    finished(client, f"/exports?job={job}")
    assert "Save " not in client.get(f"/reports?job={job}").text


def test_no_token_no_file(shop: Path) -> None:
    with TestClient(make_app(shop, Gate(TOKEN)), base_url="http://127.0.0.1") as stranger:
        for path in ("/reports", "/exports", "/glossary", "/reports/x", "/exports/x", "/glossary/errors"):
            assert stranger.get(path).status_code == 401


def test_the_glossary_holds_every_definition_and_finds_words(client: TestClient) -> None:
    page = client.get("/glossary").text
    assert all(f'id="d-{key}"' in page for key in DEFINITIONS)
    found = client.get("/glossary?q=GINI").text
    assert 'id="d-gini"' in found
    assert 'id="d-equity"' not in found
    assert "No definition holds it" in client.get("/glossary?q=qqqq").text


def test_every_code_of_failures_and_findings_is_explained(client: TestClient) -> None:
    page = client.get("/glossary/errors").text
    codes = [*CODES, *(one["code"] for one in glossary.all_findings())]
    assert len(codes) > 200
    assert all(f'id="{code}"' in page for code in codes)
    assert 'id="E561"' in client.get("/glossary/errors?q=e561").text
    assert client.get("/glossary/errors?q=qqqq").text.count("No code holds it") == 2
