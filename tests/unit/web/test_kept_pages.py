"""Pages that are kept: never another state's, another language's or another address's, and the guard stands before them."""

from __future__ import annotations

import gzip
import time
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

import lifelong as ll
from lifelong.web.app import make_app
from lifelong.web.security import HEADERS, Gate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "t" * 32


@pytest.fixture
def project(tmp_path: Path) -> Path:
    from lifelong.sources.simulate import simulate_shop

    (tmp_path / "o.csv").write_text(simulate_shop(120, seed=5).orders_csv())
    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR", "margin": "40%"})
    shop.ingest(tmp_path / "o.csv")
    shop.fit("pareto_nbd")
    shop.score(horizon="26w")
    shop.segment("stage is known")
    return shop.path


@pytest.fixture
def client(project: Path) -> Iterator[TestClient]:
    headers = {"authorization": f"Bearer {TOKEN}", "accept": "text/html", "accept-language": "en"}
    with TestClient(make_app(project, Gate(TOKEN)), base_url="http://127.0.0.1", headers=headers) as made:
        yield made


def is_kept(client: TestClient, path: str) -> bool:
    desk = client.app.state.desk
    return any(key[1] == path for key in desk._drawn if key[0] == "page") and desk._drawn_of == desk.state()


def seen(client: TestClient, path: str) -> str:
    """A page once all of its jobs are over."""
    for _ in range(300):
        answer = client.get(path)
        assert answer.status_code == 200, answer.text[-300:]
        if "data-job" not in answer.text:
            return answer.text
        time.sleep(0.1)
    raise AssertionError(path)


def test_a_kept_page_is_the_page_that_was_drawn_behind_the_same_guard(client: TestClient) -> None:
    drawn = seen(client, "/cohorts")
    assert is_kept(client, "/cohorts")
    again = client.get("/cohorts")
    assert again.text == drawn
    assert again.headers["content-encoding"] == "gzip"
    assert again.headers["vary"] == "Accept-Encoding"
    assert again.headers["cache-control"] == "no-store"
    assert all(again.headers[name] == value for name, value in HEADERS.items())
    plain = client.get("/cohorts", headers={"accept-encoding": "identity"})
    assert plain.text == drawn
    assert "content-encoding" not in plain.headers
    assert client.get("/cohorts", headers={"authorization": ""}).status_code == 401
    assert client.get("/cohorts", headers={"host": "evil.example"}).status_code == 403
    assert client.head("/cohorts").status_code == 200


def test_no_language_and_no_address_sees_the_page_of_another(client: TestClient) -> None:
    english = seen(client, "/cohorts")
    french = seen(client, "/fr/cohorts")
    assert '<html lang="fr"' in french
    assert french != english
    assert 'href="/fr/customers"' in french  # its links stay in the language of its path
    by_browser = client.get("/cohorts", headers={"accept-language": "fr"}).text
    assert '<html lang="fr"' in by_browser
    assert 'href="/customers"' in by_browser
    assert client.get("/cohorts").text == english
    assert seen(client, "/cohorts?by=quarter") != english
    assert client.get("/cohorts?by=nonsense").status_code == 404
    assert not any("nonsense" in str(key) for key in client.app.state.desk._drawn)


def test_what_changes_the_project_changes_its_pages(client: TestClient, project: Path) -> None:
    shop = ll.Project(project, create=False)
    for _ in range(2):  # what the first round computes is kept beside the scores, and is a change itself
        before = {path: seen(client, path) for path in ("/customers", "/segments", "/models", "/cohorts")}
    assert all(is_kept(client, path) for path in before)
    shop.keep_rule("value > 5", "Worth more")  # a rule alone: no answer depends on it
    assert "Worth more" in seen(client, "/segments")
    shop.backtest(("pareto_nbd",))  # nor on a test
    assert seen(client, "/models") != before["/models"]
    shop.score(horizon="52w", margin="40%")  # the same orders, another question
    assert seen(client, "/customers") != before["/customers"]
    shop.configure(name="Another name")
    assert not is_kept(client, "/cohorts")
    somebody = shop.scored()
    assert somebody is not None
    name = str(somebody.rows()["customer_id"][0].as_py())
    assert name in seen(client, f"/customers/{name}")
    shop.forget(name)
    gone = client.get(f"/customers/{name}")
    assert is_kept(client, f"/customers/{name}") is False
    assert gone.status_code in (200, 404)
    assert 'dl class="facts"' not in gone.text


def test_a_page_that_still_waits_is_not_kept(client: TestClient, project: Path) -> None:
    answer = client.get("/cohorts?measure=revenue")
    while "data-job" in answer.text:
        assert not any("revenue" in str(key) for key in client.app.state.desk._drawn)
        answer = client.get("/cohorts?measure=revenue")
    assert any("revenue" in str(key) for key in client.app.state.desk._drawn)
    assert not is_kept(client, "/import")
    client.get("/import")
    assert not is_kept(client, "/import")  # it lists jobs


def test_so_many_are_kept_and_all_are_of_one_state(client: TestClient) -> None:
    from lifelong.web.desk import DRAWINGS

    for number in range(DRAWINGS + 20):
        assert client.get(f"/glossary?q=x{number}").status_code == 200
    drawn = client.app.state.desk._drawn
    assert len(drawn) == DRAWINGS
    page = next(value for key, value in reversed(drawn.items()) if key[0] == "page")
    assert gzip.decompress(page).startswith(b"<!doctype html>")


def test_rest_tells_scores_with_and_without_the_roster(client: TestClient, project: Path) -> None:
    with_roster = client.get("/api/v1/customers?limit=3").json()
    one = client.get(f"/api/v1/customers/{with_roster['customers'][0]['customer_id']}").json()
    assert one == with_roster["customers"][0]
    for path in (project / "scores").glob("*.roster-*"):
        path.unlink()
    without = client.get("/api/v1/customers?limit=3").json()
    assert without["customers"] == with_roster["customers"]
    assert "stage" not in one
    assert client.get("/api/v1/customers/nobody").status_code == 404
