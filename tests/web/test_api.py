"""The REST API over the application itself: jobs, answers, customers, uploads."""

from __future__ import annotations

import io
import json
import os
import time
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from lifelong.errors import CODES
from lifelong.jobs import VERBS, worker
from lifelong.jobs.uploads import STALE, Uploads
from lifelong.project import Project
from lifelong.web.api.customers import best_type
from lifelong.web.app import make_app
from lifelong.web.security import Gate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "a-token-of-the-tests-0123456789"
WAIT = {"prefer": "wait=60"}


@pytest.fixture(scope="module")
def client(shop_copy: Path) -> Iterator[TestClient]:
    bearer = {"authorization": f"Bearer {TOKEN}"}
    with TestClient(make_app(shop_copy, Gate(TOKEN)), base_url="http://127.0.0.1", headers=bearer) as one:
        yield one


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[TestClient]:
    Project(tmp_path / "shop")
    bearer = {"authorization": f"Bearer {TOKEN}"}
    with TestClient(make_app(tmp_path / "shop", Gate(TOKEN)), base_url="http://127.0.0.1", headers=bearer) as one:
        yield one


def _error(answer: Any) -> tuple[int, str]:
    error = answer.json()["error"]
    assert set(error) == {"code", "where", "why", "fix", "said"}
    assert error["code"] in CODES
    return answer.status_code, error["code"]


def test_an_answer_is_asked_for_followed_and_kept(client: TestClient) -> None:
    started = client.post("/api/v1/tiers", json={"by": "customers"})
    assert started.status_code == 202
    job = started.json()["id"]
    assert started.headers["location"] == f"/api/v1/jobs/{job}"
    told = client.get(f"/api/v1/jobs/{job}/events").text
    assert '"is_over": true' in told.strip().split("\n\n")[-1]
    done = client.get(f"/api/v1/jobs/{job}").json()
    assert done["state"] == "done"
    kept = client.post("/api/v1/tiers", json={"by": "customers"})
    assert (kept.status_code, kept.headers["content-location"]) == (200, f"/api/v1/answers/{done['answer']}")
    assert client.get(kept.headers["content-location"]).json() == kept.json()


def test_a_failure_is_kept_as_the_answer_that_it_is(client: TestClient) -> None:
    first = client.post("/api/v1/cohorts", json={"by": "nothing"}, headers=WAIT)
    again = client.post("/api/v1/cohorts", json={"by": "nothing"})
    assert _error(first) == _error(again)
    assert first.status_code == 422
    desk = client.app.state.desk
    assert _error(client.get(f"/api/v1/answers/{desk.answers.get('cohorts', {'by': 'nothing'}).name}")) == _error(first)
    assert (
        _error(client.post("/api/v1/calculator", json={"invoice": "x", "new_customers": "1", "spend": "1"}))[0] == 422
    )


def test_a_stopped_job_is_said_to_who_asks_by_its_key(client: TestClient) -> None:
    key = {"idempotency-key": "stopped"}
    job = client.post("/api/v1/rebuild", headers=key).json()["id"]
    assert client.post(f"/api/v1/jobs/{job}/cancel").json()["state"] == "cancelled"
    assert _error(client.post("/api/v1/rebuild", headers=key)) == (409, "E544")


def test_jobs_are_paged(client: TestClient) -> None:
    every = client.get("/api/v1/jobs?limit=200").json()["jobs"]
    seen, cursor = [], ""
    while cursor is not None:
        page = client.get("/api/v1/jobs", params={"limit": 1, **({"cursor": cursor} if cursor else {})}).json()
        seen, cursor = seen + page["jobs"], page["next"]
    assert [job["id"] for job in seen] == [job["id"] for job in every]
    assert _error(client.get(f"/api/v1/jobs?cursor={'0' * 16}")) == (409, "E543")
    assert _error(client.get(f"/api/v1/jobs/{'0' * 16}")) == (404, "E503")
    assert _error(client.get("/api/v1/jobs?limit=0")) == (422, "E301")


def test_customers_as_csv_arrow_and_json_are_the_same(client: TestClient) -> None:
    query = "/api/v1/customers?sort=alive&order=asc&limit=9&alive_from=0.2"
    rows = client.get(query).json()
    arrow = client.get(query, headers={"accept": "application/vnd.apache.arrow.stream"})
    table = pa.ipc.open_stream(arrow.content).read_all()
    assert [row["customer_id"] for row in rows["customers"]] == table["customer_id"].to_pylist()
    assert arrow.headers["next-cursor"] == rows["next"]
    assert "next-cursor" not in client.get("/api/v1/customers?limit=1000", headers={"accept": "text/csv"}).headers
    lines = client.get(query, headers={"accept": "text/csv"}).text.splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == table["customer_id"].to_pylist()
    assert min(row["alive"] for row in rows["customers"]) >= 0.2
    assert _error(client.get("/api/v1/customers/nobody")) == (404, "E501")
    assert _error(client.get("/api/v1/customers?cursor=LQ")) == (409, "E543")
    assert _error(client.get("/api/v1/customers?cursor=abcde")) == (409, "E543")
    assert _error(client.get("/api/v1/customers?nothing=1")) == (422, "E302")
    assert _error(client.post("/api/v1/tiers?cuts=5")) == (422, "E302")


@pytest.mark.parametrize(
    ("accept", "kind"),
    [("", "application/json"), ("*/*", "application/json"), ("text/csv", "text/csv"), ("text/csv;q=0", "application/json"),
     ("text/csv;q=x", "application/json"), ("text/html, text/csv;q=.1", "text/csv")],
)  # fmt: skip
def test_the_form_is_the_one_that_is_wished(accept: str, kind: str) -> None:
    assert best_type(accept) == kind


def test_hostile_ids_are_no_formulas_in_csv(tmp_path: Path) -> None:
    from lifelong.project.exporting import csv_text

    text = csv_text(pa.table({"customer_id": ["=1+1", "@x", "ok"], "value": [-1.0, 2.0, None]}))
    assert text == "customer_id,value\r\n'=1+1,-1.0\r\n'@x,2.0\r\nok,\r\n"


def test_without_scores_there_are_no_customers(empty: TestClient) -> None:
    assert _error(empty.get("/api/v1/customers")) == (404, "E503")
    assert _error(empty.get("/api/v1/customers/x")) == (404, "E503")
    assert empty.get("/api/v1/status").status_code == 200


def test_a_file_is_sent_read_and_gone(empty: TestClient) -> None:
    body = b"customer_id,date,total\nA,2026-01-02,5.00\nB,2026-01-03,7.00\n"
    upload = empty.post("/api/v1/uploads", params={"name": "orders.csv"}, content=body).json()["upload"]
    read = empty.post("/api/v1/ingest", json={"file": upload, "currency": "EUR"}, headers=WAIT)
    assert read.status_code == 200
    assert _error(empty.post("/api/v1/spend", json={"file": upload}, headers=WAIT)) == (404, "E503")
    for name in ("a.exe", "../a.csv", "a/b.csv", ".csv", "a\n.csv", ""):
        assert _error(empty.post("/api/v1/uploads", params={"name": name}, content=b"x")) == (422, "E301")
    root = empty.app.state.desk.root
    old = Uploads(root)
    kept = empty.post("/api/v1/uploads", params={"name": "b.csv"}, content=b"x").json()["upload"]
    os.utime(root / "uploads" / kept, (time.time() - STALE - 9,) * 2)
    old.sweep()
    assert _error(empty.post("/api/v1/ingest", json={"file": kept}, headers=WAIT)) == (404, "E503")


def test_every_verb_has_a_route_that_says_its_arguments(client: TestClient) -> None:
    document = client.get("/api/v1/openapi.json").json()
    told = {verb["name"]: verb for verb in client.get("/api/v1/verbs").json()["verbs"]}
    assert set(told) == set(VERBS)
    for name, verb in VERBS.items():
        body = document["paths"][f"/api/v1/{name}"]["post"]["requestBody"]["content"]["application/json"]["schema"]
        title = next(ref for ref in json.dumps(body).split('"') if ref.startswith("#/")).rsplit("/", 1)[1]
        shape = document["components"]["schemas"][title]
        assert set(shape["properties"] if verb.params else {}) == {param.name for param in verb.params}
        assert set(shape.get("required", ())) == {param.name for param in verb.params if param.is_needed}
        assert shape["additionalProperties"] is False


def test_the_worker_answers_a_line_each(shop_copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> None:
        raise ZeroDivisionError("anna@example.com")

    questions = [("stages", {}), ("cohorts", {"by": "nothing"}), ("status", {})]
    lines = "".join(json.dumps({"verb": verb, "args": args}) + "\n" for verb, args in questions)
    out = io.StringIO()
    monkeypatch.setattr("sys.stdin", io.StringIO(lines))
    monkeypatch.setattr("sys.stdout", out)
    monkeypatch.setattr(Project, "status", broken)
    worker.main(shop_copy)
    told = [line for line in map(json.loads, out.getvalue().splitlines()) if "step" not in line]
    assert [next(iter(line)) for line in told] == ["answer", "error", "error"]
    assert told[2]["error"]["code"] == "E900"
    assert "anna" not in out.getvalue()
