"""PROMISE 37: schemathesis over the OpenAPI document finds nothing: no 5xx, and every answer is as it was declared."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from starlette.testclient import TestClient

from lifelong.jobs import VERBS
from lifelong.web.app import make_app
from lifelong.web.security import Gate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")

TOKEN = "a-token-of-the-tests-0123456789"


class Uncounted(Gate):
    """A gate that counts no wrong tokens: they are tried on purpose here."""

    def is_right(self, told: str) -> bool:
        return told == self.token


@pytest.fixture(scope="module")
def client(shop_copy: Path) -> Iterator[TestClient]:
    with TestClient(make_app(shop_copy, Uncounted(TOKEN)), base_url="http://127.0.0.1") as one:
        yield one


def _failures(client: TestClient, examples: int, *, is_waited: bool) -> list[str]:
    """What schemathesis finds, each route asked so often with right and as often with wrong arguments."""
    from hypothesis import HealthCheck, Phase, given, settings

    bearer = {"Authorization": f"Bearer {TOKEN}"}
    schema = schemathesis.openapi.from_dict(client.get("/api/v1/openapi.json", headers=bearer).json())
    schema.app = client.app
    found: list[str] = []
    queue = client.app.state.desk.queue

    def ask(case: Any) -> None:
        # whether a text is a horizon or a rule is said by the verb itself, with 422 and its own code
        is_verb = case.operation.path.removeprefix("/api/v1/") in VERBS
        excluded = [schemathesis.checks.positive_data_acceptance] if is_verb else []
        if is_verb and not is_waited and re.fullmatch("wait=[0-9]{1,2}", case.headers.get("prefer", "wait=0")):
            case.headers.pop("prefer", None)
        answer = case.call(session=client, base_url="http://127.0.0.1", headers=bearer, timeout=300)
        sent = parse_qs(urlsplit(str(answer.request.url)).query, keep_blank_values=True)
        if set(case.query or ()) - set(sent):  # a wrong argument of no value is not in the address that was asked
            excluded.append(schemathesis.checks.negative_data_rejection)
        for job in queue.records.all() if answer.status_code == 202 else ():
            if not is_waited or job.state == "queued":
                queue.cancel(job.id)
        try:
            case.validate_response(answer, headers=bearer, excluded_checks=excluded)
        except BaseExceptionGroup as failures:
            found.append(f"{case.operation.label}: {failures}")

    chosen = settings(
        max_examples=examples, deadline=None, database=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    for operation in schema.get_all_operations():
        for mode in schemathesis.GenerationMode:
            chosen(given(case=operation.ok().as_strategy(generation_mode=mode))(ask))()
    return found


def test_schemathesis_finds_nothing(client: TestClient) -> None:
    assert _failures(client, 3, is_waited=False) == []


@pytest.mark.slow
def test_schemathesis_finds_nothing_where_verbs_are_waited_for(client: TestClient) -> None:
    assert _failures(client, 25, is_waited=True) == []


def test_no_text_of_the_schema_is_sql_a_path_or_an_address(client: TestClient) -> None:
    """PROMISE 32. The one argument named file is the id of an upload."""
    document = client.get("/api/v1/openapi.json", headers={"Authorization": f"Bearer {TOKEN}"}).json()
    assert document["openapi"].startswith("3.1")
    bare = []
    for name, kind in _texts(document["components"]["schemas"]):
        if set(re.split("[_-]", name.lower())) & {"sql", "query", "path", "url", "uri", "file", "folder", "command"}:
            assert (name, kind.get("pattern")) == ("file", "^[0-9a-f]{16}$"), name
    for path, methods in document["paths"].items():
        for told in methods.values():
            for one in told.get("parameters", ()):
                assert one["name"].lower() not in {"sql", "query", "path", "url", "uri", "file"}
                shape = one["schema"]
                if shape.get("type") == "string" and not {"pattern", "enum"} & set(shape):
                    bare.append((path, one["name"]))
            assert {"200", "201"} & set(told["responses"])
            assert {"401", "404", "413", "422", "500"} <= set(told["responses"])
    assert bare == []  # every text is bounded


def _texts(schemas: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for title, schema in schemas.items():
        if title in {"Failure", "Problem", "Work", "Jobs"}:
            continue  # answers
        yield from schema.get("properties", {}).items()
