"""PROMISES 29 to 31, 35 and 37: who is let in, from where, with what, and what every answer carries."""

from __future__ import annotations

import asyncio
import os
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest
from starlette.routing import Mount, WebSocketRoute
from starlette.testclient import TestClient

from lifelong.errors import AccessError, ConfigError
from lifelong.project import Project
from lifelong.web import security
from lifelong.web.app import make_app
from lifelong.web.security import Gate, Guard
from lifelong.web.server import VARIABLE, Listening, _Alone, _names, token_for

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastapi import FastAPI
    from starlette.requests import Request

TOKEN = "a-token-of-the-tests-0123456789"
BEARER = {"authorization": f"Bearer {TOKEN}"}
BASE = "http://127.0.0.1"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> FastAPI:
    folder = tmp_path_factory.mktemp("guarded") / "shop"
    Project(folder)
    return make_app(folder, Gate(TOKEN))


@pytest.fixture(scope="module")
def running(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, base_url=BASE, raise_server_exceptions=False) as client:
        yield client


@pytest.fixture
def client(app: FastAPI, running: TestClient) -> TestClient:
    app.state.gate.wrong.clear()
    running.cookies.clear()
    return running


# -- PROMISE 29: closed by default


def _leaves(routes: list[Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for route in routes:
        path = before + getattr(route, "path", "")
        inner = getattr(route, "routes", None) or getattr(getattr(route, "original_router", None), "routes", None)
        if inner and (isinstance(route, Mount) or not hasattr(route, "endpoint")):
            yield from _leaves(inner, path)
        else:
            yield path, route


def test_every_route_asks_for_the_token(app: FastAPI, client: TestClient) -> None:
    seen = 0
    for path, route in _leaves(app.routes):
        address = path.replace("{", "").replace("}", "").replace(":path", "")
        assert not isinstance(route, WebSocketRoute), "a websocket needs its own walk below"
        for method in (route.methods or {"GET"}) if path not in ("/health", "/login") else ():
            if address.startswith("/static/"):
                continue
            answer = client.request(method, address, headers={"sec-fetch-site": "same-origin"})
            assert answer.status_code == 401, (method, path)
            seen += 1
    told = app.openapi()["paths"]
    assert seen >= sum(len(methods) for methods in told.values()) + 5  # the API's and the pages'
    assert {"/api/v1/customers", "/api/v1/forecast", "/api/v1/uploads"} <= set(told)


def test_what_is_open_tells_nothing_of_the_project(client: TestClient) -> None:
    assert set(client.get("/health").json()) == {"status", "version"}
    assert client.head("/login").status_code in (200, 405)
    assert client.get("/login").status_code == 200
    assert client.get("/static/app.css").status_code == 200


@pytest.mark.parametrize(
    "path",
    ["//api/v1/jobs", "/api//v1/jobs", "/static/../api/v1/jobs", "/static/%2e%2e/api/v1/jobs", "/login/", "/login/../",
     "/en/api/v1/jobs", "/en/en/login", "//login", "/health/x", "/static", "/LOGIN", "/login%00", "/static%2f..%2f"],
)  # fmt: skip
def test_no_trick_of_the_path_goes_round_the_guard(client: TestClient, path: str) -> None:
    answer = client.get(path, follow_redirects=False)
    assert answer.status_code in (401, 404), path
    if answer.status_code == 404:
        assert path.startswith("/static")
        assert answer.json()["error"]["code"] == "E515"


def test_a_websocket_is_closed_without_a_token(app: FastAPI) -> None:
    told: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        told.append(dict(message))

    async def receive() -> Any:
        return {"type": "websocket.connect"}

    scope = {"type": "websocket", "path": "/anything", "headers": [(b"host", b"127.0.0.1")], "query_string": b""}
    asyncio.run(Guard(app, Gate(TOKEN))(scope, receive, send))
    assert told == [{"type": "websocket.close", "code": 1008}]


# -- PROMISE 30: hosts and tokens


def test_wrong_tokens_are_counted(client: TestClient) -> None:
    wrong = {"authorization": "Bearer wrong"}
    assert [client.get("/api/v1/jobs", headers=wrong).status_code for _ in range(7)] == [401] * 5 + [429] * 2
    answer = client.get("/api/v1/jobs", headers=BEARER)  # the right one too: a guess that hits is not told apart
    assert answer.status_code == 429
    assert answer.headers["retry-after"] == "60"
    assert client.post("/login", data={"token": TOKEN}, headers={"sec-fetch-site": "same-origin"}).status_code == 429


def test_no_token_and_anothers_cookie_are_no_guesses(client: TestClient) -> None:
    for _ in range(9):
        assert client.get("/api/v1/jobs").status_code == 401
        stale = {"cookie": f"{Gate('an earlier token').cookie}=an earlier token; lifelong=x"}
        assert client.get("/api/v1/jobs", headers=stale).status_code == 401
    assert client.get("/api/v1/jobs", headers=BEARER).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1.evil.example", "127.0.0.1:80@evil.example", "127.0.0.1:x", "", "[::1]x", "localhost."]
)  # fmt: skip
def test_another_host_is_refused(client: TestClient, host: str) -> None:
    for path in ("/health", "/login", "/api/v1/jobs", "/static/app.css"):
        answer = client.get(path, headers={**BEARER, "host": host})
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "E512")


@pytest.mark.parametrize("host", ["localhost:99", "LOCALHOST", "127.0.0.1:8765", "[::1]:8765", "[::1]"])
def test_own_hosts_are_served(client: TestClient, host: str) -> None:
    assert client.get("/api/v1/jobs", headers={**BEARER, "host": host}).status_code == 200


@pytest.mark.parametrize("name", ["host", "authorization", "cookie", "origin", "sec-fetch-site"])
def test_a_header_that_decides_is_said_once(client: TestClient, name: str) -> None:
    values = {"host": "127.0.0.1", "authorization": BEARER["authorization"]}
    twice = [*BEARER.items(), (name, values.get(name, "a=b")), (name, values.get(name, "a=b"))]
    answer = client.get("/api/v1/jobs", headers=twice)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "E541")


def test_others_are_served_only_with_tls_and_a_long_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    assert len(token_for(Listening())) >= 32
    assert token_for(Listening()) != token_for(Listening())
    for where in (
        Listening("0.0.0.0"),
        Listening("0.0.0.0", behind_proxy=True),
        Listening("example.com", cert="c", key="k"),
    ):
        with pytest.raises(ConfigError) as refused:
            token_for(where)
        assert refused.value.code == "E516"
    monkeypatch.setenv(VARIABLE, TOKEN)
    assert token_for(Listening("0.0.0.0", behind_proxy=True)) == TOKEN
    with pytest.raises(ConfigError, match="other machines would reach"):
        token_for(Listening("0.0.0.0"))
    monkeypatch.setenv(VARIABLE, "zażółć gęślą")
    with pytest.raises(ConfigError) as refused:
        token_for(Listening())
    assert refused.value.code == "E546"
    assert "[::1]" in _names(Listening("::1"))


def test_a_second_server_on_a_project_is_told_of_the_first(tmp_path: Path) -> None:
    with _Alone(tmp_path, "http://127.0.0.1:1"):
        note = tmp_path / "serving.json"
        note.write_text(note.read_text().replace(f'"pid": {os.getpid()}', '"pid": 1'))
        with (
            pytest.raises(AccessError, match="served already, at http") as refused,
            _Alone(tmp_path, "b"),
        ):
            pass
        assert refused.value.code == "E508"
    for broken in ("{", "[]", '{"pid": "x", "address": "a"}', '{"pid": 1e40}', '{"pid": 99999999999999999999}'):
        (tmp_path / "serving.json").write_text(broken)
        with _Alone(tmp_path, "http://127.0.0.1:2"):
            assert "127.0.0.1:2" in (tmp_path / "serving.json").read_text()


# -- the way in


def test_the_cookie_is_for_this_site_and_no_script(client: TestClient) -> None:
    answer = client.get(f"/login?token={TOKEN}", headers={"sec-fetch-site": "none"}, follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert TOKEN not in answer.headers["location"]
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert "domain" not in cookie
    assert answer.headers["referrer-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert client.get("/api/v1/jobs").status_code == 200  # the cookie lets in


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_sites_page_cannot_lock_the_owner_out(client: TestClient, site: str) -> None:
    for _ in range(9):
        hostile = {"sec-fetch-site": site, "sec-fetch-mode": "navigate"}
        assert client.get("/login?token=wrong", headers=hostile).status_code == 403
        assert client.post("/login", data={"token": "wrong"}, headers=hostile).status_code == 403
    assert client.get("/api/v1/jobs", headers=BEARER).status_code == 200


@pytest.mark.parametrize(
    "token", ["", "\x00", "é", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "a" * 3000]
)
def test_odd_tokens_are_wrong_tokens(client: TestClient, token: str) -> None:
    own = {"sec-fetch-site": "same-origin"}
    assert client.post("/login", data={"token": token}, headers=own).status_code == 401
    assert client.post("/login", content=b"token=%ED%A0%80\xff", headers=own).status_code == 401
    odd = {"cookie": f"{Gate(TOKEN).cookie}=".encode() + token.encode()[:500]}
    assert client.get("/api/v1/jobs", headers=odd).status_code == 401


@pytest.mark.parametrize(
    "name", ["authorization", "cookie", "host", "origin", "accept", "accept-language", "sec-fetch-site"]
)
@pytest.mark.parametrize("value", [b"\xff\xfe", b"", b"Bearer", b"Bearer \xc3\x28", b";q=nan,x;q=1e999", b"=;=;\x7f"])
def test_odd_bytes_in_headers_are_no_fault_of_the_server(client: TestClient, name: str, value: bytes) -> None:
    headers = {"host": b"127.0.0.1", "authorization": BEARER["authorization"].encode(), name: value}
    for path in ("/", "/api/v1/jobs", "/api/v1/customers"):
        client.app.state.gate.wrong.clear()
        assert client.get(path, headers=headers).status_code < 500
        assert client.post("/login", content=b"token=x", headers=headers).status_code < 500


def test_odd_cookies_beside_ours_take_nothing_away(client: TestClient) -> None:
    cookie = f'a[]=1; =; "; {Gate(TOKEN).cookie}={TOKEN}; lifelong-language=\x7f; b'
    assert client.get("/api/v1/jobs", headers={"cookie": cookie}).status_code == 200


# -- PROMISE 31: requests from other sites

OWN, FOREIGN = "http://127.0.0.1", "http://evil.example"
SITES = ("same-origin", "cross-site", "")
#: Let in, by Sec-Fetch-Site, Origin and method; with a cookie and with a bearer token alike.
LET_IN = {
    ("same-origin", OWN, "GET"), ("same-origin", OWN, "POST"),
    ("", OWN, "GET"), ("", OWN, "POST"),
}  # fmt: skip
MATRIX = list(product(SITES, (OWN, FOREIGN), ("GET", "POST"), ("cookie", "bearer")))


@pytest.mark.parametrize(("site", "origin", "method", "shown"), MATRIX)
def test_the_matrix_of_other_sites(client: TestClient, site: str, origin: str, method: str, shown: str) -> None:
    headers = {"origin": origin, **({"sec-fetch-site": site} if site else {})}
    headers |= BEARER if shown == "bearer" else {"cookie": f"{Gate(TOKEN).cookie}={TOKEN}"}
    path, body = ("/api/v1/jobs", None) if method == "GET" else ("/api/v1/calculator", CALCULATION)
    answer = client.request(method, path, headers=headers, json=body)
    assert answer.status_code == (200 if (site, origin, method) in LET_IN else 403)


CALCULATION = {"churn": "5%", "invoice": "500", "new_customers": "10", "spend": "8000", "margin": "40%"}


def test_the_matrix_has_24_cases() -> None:
    assert len(MATRIX) == 24


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"cookie": "C"}, 403),  # a browser that says nothing of where from
        ({"cookie": "C", "origin": "null", "sec-fetch-site": "same-origin"}, 403),
        ({"cookie": "C", "sec-fetch-site": "none"}, 403),  # nobody types a POST
        (BEARER, 200),  # a program
        ({**BEARER, "sec-fetch-site": "none"}, 200),
        ({**BEARER, "sec-fetch-site": "same-site"}, 403),
    ],
)
def test_what_changes_something_says_from_where(client: TestClient, headers: dict[str, str], status: int) -> None:
    told = {k: v.replace("C", f"{Gate(TOKEN).cookie}={TOKEN}") if k == "cookie" else v for k, v in headers.items()}
    assert client.post("/api/v1/calculator", json=CALCULATION, headers=told).status_code == status


def test_a_link_from_another_site_may_be_followed(client: TestClient) -> None:
    followed = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", **BEARER}
    assert client.get("/api/v1/jobs", headers=followed).status_code == 200


# -- PROMISE 37: limits, and headers of every answer


def test_large_bodies_are_refused_by_what_they_say_and_by_what_comes(client: TestClient) -> None:
    large = b" " * (security.BODY + 1)
    for answer in (
        client.post("/api/v1/tiers", content=large, headers=BEARER),
        client.post("/api/v1/tiers", content=iter([large]), headers=BEARER),  # in chunks: no length is said
        client.post("/login", content=iter([large]), headers={"sec-fetch-site": "same-origin"}),
        client.post("/api/v1/tiers", content=b"", headers={**BEARER, "content-length": "9" * 5000}),
    ):
        assert (answer.status_code, answer.json()["error"]["code"]) == (413, "E504")


def test_an_upload_has_a_limit_of_its_own(tmp_path: Path) -> None:
    Project(tmp_path / "shop")
    app = make_app(tmp_path / "shop", Gate(TOKEN, upload=1000))
    with TestClient(app, base_url=BASE, headers=BEARER) as client:
        assert client.post("/api/v1/uploads?name=a.csv", content=b"1" * 1000).status_code == 201
        for body in (b"1" * 1001, iter([b"1" * 900, b"1" * 900])):
            answer = client.post("/api/v1/uploads?name=a.csv", content=body)
            assert (answer.status_code, answer.json()["error"]["code"]) == (413, "E504")
    assert len(list((tmp_path / "shop" / "uploads").iterdir())) == 1  # nothing half-written is left


@pytest.mark.parametrize(
    "body", [b"\x00", b"{", b"[]", b'"x"', b"\xff\xfe", b'{"a":' * 5000, b"1e999", b'{"horizon":"\\ud800"}']
)
def test_garbage_is_no_fault_of_the_server(client: TestClient, body: bytes) -> None:
    for kind in ("application/json", "text/plain", "multipart/form-data", "a/b; charset=x"):
        answer = client.post("/api/v1/tiers", content=body, headers={**BEARER, "content-type": kind})
        assert answer.status_code in (400, 422)
        assert set(answer.json()["error"]) == {"code", "where", "why", "fix", "said"}


def test_a_body_that_stops_coming_is_given_up(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(security, "PAUSE", 0.05)
    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message)

    first = iter([{"type": "http.request", "body": b'{"ho', "more_body": True}])

    async def receive() -> Any:
        for message in first:
            return message
        await asyncio.sleep(60)
        raise AssertionError("nobody waits so long")

    scope = {
        "type": "http", "method": "POST", "path": "/api/v1/tiers", "raw_path": b"/api/v1/tiers", "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"authorization", BEARER["authorization"].encode())],
        "http_version": "1.1", "scheme": "http", "server": ("127.0.0.1", 80), "client": ("127.0.0.1", 1), "root_path": "",
    }  # fmt: skip
    asyncio.run(app(scope, receive, send))
    assert told[0]["status"] == 408
    assert b"E542" in told[1]["body"]


ANSWERS = [
    ("GET", "/", BEARER, 200), ("GET", "/health", {}, 200), ("GET", "/login", {}, 200), ("GET", "/static/app.js", {}, 200),
    ("GET", "/nothing", BEARER, 404), ("GET", "/nothing", {}, 401), ("GET", "/", {"host": "evil"}, 403),
    ("PUT", "/api/v1/jobs", BEARER, 405), ("GET", "/broken", BEARER, 500), ("GET", "/api/v1/verbs", BEARER, 200),
]  # fmt: skip


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
@pytest.mark.parametrize(("method", "path", "headers", "status"), ANSWERS)
def test_every_answer_carries_the_headers(
    app: FastAPI, client: TestClient, method: str, path: str, headers: dict[str, str], status: int, accept: str
) -> None:
    _break(app)
    answer = client.request(method, path, headers={**headers, "accept": accept})
    assert answer.status_code == status
    for name, value in security.HEADERS.items():
        assert answer.headers[name] == value
    assert "unsafe" not in answer.headers["content-security-policy"]
    assert "server" not in answer.headers


def test_a_fault_tells_no_data(app: FastAPI, client: TestClient, capsys: pytest.CaptureFixture[str]) -> None:
    _break(app)
    answer = client.get("/broken", headers=BEARER)
    assert answer.status_code == 500
    assert answer.json()["error"]["code"] == "E900"
    assert "anna@example.com" not in answer.text
    assert "Traceback" not in answer.text
    assert "anna@example.com" in capsys.readouterr().err  # whoever runs the server finds it there


def _break(app: FastAPI) -> None:
    if not any(getattr(route, "path", "") == "/broken" for route in app.routes):

        async def broken(_: Request) -> None:
            raise ValueError("no row of anna@example.com")

        app.router.add_route("/broken", broken)
