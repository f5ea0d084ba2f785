"""Files come in by the pages: looked at, mapped, read, reported; what is wrong leaves nothing."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import signal
import time
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient
from tests.web import serving

from lifelong.project import Project
from lifelong.web.app import make_app
from lifelong.web.security import Gate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

TOKEN = "t" * 32


def table(rows: int, head: str = "who;when_it_was;paid") -> bytes:
    """A table of orders; by default our names of its columns cannot be guessed."""
    out = io.StringIO()
    out.write(head + "\n")
    csv.writer(out, delimiter=";", lineterminator="\n").writerows(
        (f"K{i % 97}", f"2025-{1 + i % 12:02d}-{1 + i % 28:02d}", f"{5 + i % 40}.{i % 100:02d}") for i in range(rows)
    )
    return out.getvalue().encode()


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    Project(tmp_path / "shop", settings={"currency": "EUR"})
    return tmp_path / "shop"


@pytest.fixture
def client(shop: Path) -> Iterator[TestClient]:
    headers = {"authorization": f"Bearer {TOKEN}", "accept": "text/html", "accept-language": "en"}
    app = make_app(shop, Gate(TOKEN, frozenset({"127.0.0.1"})))
    with TestClient(app, base_url="http://127.0.0.1", headers=headers) as one:
        yield one


def send(client: TestClient, data: bytes, name: str = "o.csv") -> str:
    """Send a file; the id of the upload."""
    answer = client.post("/import/file", files={"file": (name, data)}, follow_redirects=False)
    assert answer.status_code == 303, answer.text
    return parse_qs(urlsplit(answer.headers["location"]).query)["upload"][0]


MAPPING = {
    "name-0": "who", "as-0": "customer_id", "name-1": "when_it_was", "as-1": "ordered_at", "name-2": "paid",
    "as-2": "revenue", "kind": "orders",
}  # fmt: skip


def ended(client: TestClient, path: str) -> str:
    """The page of a job once it is over."""
    client.app.state.desk.queue.wait(path.rpartition("/")[2], 60)
    return client.get(path).text


def test_an_empty_project_says_what_to_bring(client: TestClient) -> None:
    page = client.get("/").text
    assert 'action="/import/file"' in page
    assert 'action="/import/demo"' in page
    assert "No orders are here yet" in client.get("/import").text


def test_a_file_is_mapped_by_hand_and_reconciles(client: TestClient, shop: Path, tmp_path: Path) -> None:
    upload = send(client, table(300))
    page = client.get(f"/import/columns?upload={upload}").text
    assert "E102" in page
    assert "parted by semicolons" in page
    assert "when_it_was" in page
    assert "2025-01-01" in page
    assert not Project(shop).holds()
    begun = client.post("/import/read", data={**MAPPING, "upload": upload}, follow_redirects=False)
    page = ended(client, begun.headers["location"])
    (tmp_path / "o.csv").write_bytes(table(300))
    other = Project(tmp_path / "other", settings={"currency": "EUR"})
    columns = {"customer_id": "who", "ordered_at": "when_it_was", "revenue": "paid"}
    told = other.ingest(tmp_path / "o.csv", columns=columns).as_dict()
    assert re.search(rf'data-key="rows-kept">{told["kept"]}<', page)
    assert f"{told['money_kept'] / 100:,.2f}" in page
    assert Project(shop).status().as_dict()["content"] == other.status().as_dict()["content"]
    assert "Value your customers" in page
    assert "o.csv" in client.get("/import").text
    assert not list((shop / "uploads").glob("*/*"))


def test_a_wrong_mapping_leaves_nothing_and_can_be_changed(client: TestClient, shop: Path) -> None:
    upload = send(client, table(50))
    wrong = {**MAPPING, "as-1": "revenue", "as-2": "ordered_at", "upload": upload}
    begun = client.post("/import/read", data=wrong, follow_redirects=False)
    page = ended(client, begun.headers["location"])
    assert "The file was not read" in page
    assert not Project(shop).holds()
    link = re.search(r'href="(/import/columns[^"]+)"', page)
    assert link is not None
    again = client.get(link[1].replace("&amp;", "&")).text
    assert "when_it_was" in again
    assert "refused" in client.get("/import").text


def test_two_columns_cannot_be_the_same(client: TestClient) -> None:
    answer = client.post("/import/read", data={**MAPPING, "as-2": "customer_id", "upload": send(client, table(5))})
    assert answer.status_code == 422
    assert "E523" in answer.text


def test_what_is_no_file_is_said(client: TestClient, shop: Path) -> None:
    assert "E521" in client.post("/import/file", data={"file": ""}).text
    assert "E101" in client.post("/import/file", files={"file": ("x.exe", b"MZ")}).text
    assert client.get("/import/columns?upload=../../etc").status_code == 404
    assert not list(shop.glob("uploads/*/*"))


def test_spend_touches_and_subscriptions_are_known_by_their_columns(client: TestClient) -> None:
    kinds = {
        "spend": b"date,source,medium,campaign,cost,currency\n2025-01-01,google,cpc,A,5.00,EUR\n",
        "touches": b"customer_id,time,utm_source,utm_medium\nK1,2025-01-01,google,cpc\n",
        "subscriptions": b"customer_id,started_at,price,period,currency\nK1,2025-01-01,9.00,month,EUR\n",
    }
    for kind, data in kinds.items():
        page = client.get(f"/import/columns?upload={send(client, data)}").text
        assert f'<option value="{kind}" selected>' in page, kind
    upload = send(client, kinds["spend"])
    begun = client.post("/import/read", data={"kind": "spend", "upload": upload}, follow_redirects=False)
    assert "5.00" in ended(client, begun.headers["location"])


def test_sample_data_come_only_into_an_empty_project(client: TestClient, shop: Path, tmp_path: Path) -> None:
    (tmp_path / "o.csv").write_bytes(table(100, "customer_id;date;total"))
    Project(shop).ingest(tmp_path / "o.csv")
    assert "not valued yet" in client.get("/").text
    begun = client.post("/import/demo", follow_redirects=False)
    assert "E522" in ended(client, begun.headers["location"])


def test_a_server_killed_amid_an_import_loses_nothing(shop: Path, tmp_path: Path) -> None:
    import httpx

    (tmp_path / "first.csv").write_bytes(table(100, "customer_id;date;total"))
    before = Project(shop)
    before.ingest(tmp_path / "first.csv")
    was = before.status().as_dict()["content"]
    with serving.serving(shop) as server:
        headers = {"authorization": f"Bearer {server.token}", "accept": "text/html"}
        web = httpx.Client(base_url=server.base, headers=headers, timeout=60)
        sent = web.post("/import/file", files={"file": ("big.csv", table(400_000))})
        upload = parse_qs(urlsplit(sent.headers["location"]).query)["upload"][0]
        begun = web.post("/import/read", data={**MAPPING, "upload": upload})
        path = begun.headers["location"]
        record = shop / "jobs" / f"{path.rpartition('/')[2]}.json"
        until = time.monotonic() + 30
        while json.loads(record.read_bytes())["payload"]["state"] != "running" and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(server.process.pid, signal.SIGKILL)
        server.process.wait(20)
        web.close()
    time.sleep(1)  # the worker sees that its server is gone
    assert json.loads(record.read_bytes())["payload"]["state"] == "running"
    with serving.serving(shop) as server:
        page = server.get(path, "text/html").decode()
        assert "E507" in page
        assert "The work was broken off" in page
        assert "/import/columns?" in page  # the file is still there to be read again
    after = Project(shop)
    assert after.status().as_dict()["content"] == was
    assert not after.check().errors


@pytest.mark.browser
def test_a_tour_from_a_file_to_its_report(shop: Path, tmp_path: Path, browser: Browser) -> None:
    (tmp_path / "o.csv").write_bytes(table(500))
    with serving.serving(shop) as server:
        page = browser.new_context(viewport={"width": 360, "height": 800}).new_page()
        page.goto(server.entry)
        page.get_by_label("Choose a file or drop it here").set_input_files(tmp_path / "o.csv")
        page.wait_for_url("**/import/columns?upload=*")
        for theirs, ours in (("who", "customer_id"), ("when_it_was", "ordered_at"), ("paid", "revenue")):
            page.get_by_label(f"{theirs} is read as").select_option(ours)
        assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
        page.get_by_role("button", name="Read the file").click()
        page.get_by_role("heading", name="rows of o.csv are in use").wait_for(timeout=60_000)
        kept = page.locator('[data-key="money-kept"]').inner_text()
        page.context.close()
    told = Project(tmp_path / "cli", settings={"currency": "EUR"}).ingest(
        tmp_path / "o.csv", columns={"customer_id": "who", "ordered_at": "when_it_was", "revenue": "paid"}
    )
    assert f"{(told.money_kept or 0) / 100:,.2f}" in kept
