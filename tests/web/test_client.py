"""The client against a real server: its numbers are those that Python says, its failures those of the verbs."""

from __future__ import annotations

import json
import socket
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from tests.web import serving

from lifelong.client import Client
from lifelong.client.calling import Caller, raised
from lifelong.errors import AccessError, ConfigError, LifelongError
from lifelong.jobs import VERBS
from lifelong.project import Project, calculate
from lifelong.values.findings import plain

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType

ROOT = Path(__file__).resolve().parents[2]


def _module(path: Path) -> ModuleType:
    spec = spec_from_file_location(f"client_{path.stem}", path)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def client(shop_copy: Path) -> Iterator[Client]:
    with serving.serving(shop_copy) as server:
        yield Client(server.entry)


@pytest.fixture
def shop(shop_copy: Path) -> Project:
    return Project(shop_copy, create=False)


def _same(value: Any) -> Any:
    return json.loads(json.dumps(plain(value.as_dict())))


def test_verbs_say_what_python_says(client: Client, shop: Project) -> None:
    assert client.status() == _same(shop.status())
    assert client.tiers(by="customers", cuts="5/20/50") == _same(shop.tiers(by="customers", cuts="5/20/50"))
    assert client.cohorts(by="quarter", measure="orders") == _same(shop.cohorts(by="quarter", measure="orders"))
    assert client.forecast(months=6) == _same(shop.forecast(months=6))
    assert client.next_orders(horizon="26w") == _same(shop.next_orders(horizon="26w"))
    five = {"churn": "5%", "invoice": "500", "new_customers": "10", "spend": "8000", "margin": "40%"}
    assert client.calculator(**five) == _same(calculate(**five))


def test_customers_come_whole_in_order_and_as_arrow(
    client: Client, shop: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lifelong.client.PAGE", 7)  # many pages
    run = shop.scored()
    assert run is not None
    rows = run.rows().to_pylist()
    told = list(client.customers())
    assert len(told) == len(rows) == 120
    assert {row["customer_id"]: row["value"] for row in told} == {row["customer_id"]: row["value"] for row in rows}
    assert [row["value"] for row in told] == sorted((row["value"] for row in rows), reverse=True)
    assert [row["customer_id"] for row in client.customers(order="asc")] == [row["customer_id"] for row in told][::-1]
    table = client.customers_table(sort="customer_id")
    assert table.schema.names == list(rows[0])
    assert table["value"].to_pylist() == [row["value"] for row in rows]
    some = list(client.customers(sort="alive", alive_from=0.5, value_to=100.0, silent_to=90, find="K0"))
    wanted = [r for r in rows if r["alive"] >= 0.5 and r["value"] <= 100 and r["silent_days"] <= 90]
    assert {r["customer_id"] for r in some} == {r["customer_id"] for r in wanted if "K0" in r["customer_id"]}
    assert 0 < len(some) < 120
    assert list(client.customers(find="nobody")) == []
    assert client.scores_of(told[0]["customer_id"]) == told[0]


def test_csv_is_safe_and_the_cursor_is_of_its_list(client: Client) -> None:
    _, headers, body = client.call("GET", "/customers?limit=3", headers={"accept": "text/csv"})
    lines = body.decode().split("\r\n")
    assert (len(lines), lines[0].split(",")[0]) == (5, "customer_id")
    cursor = headers["next-cursor"]
    assert "next-cursor" in client.call("GET", f"/customers?limit=3&cursor={cursor}", headers={"accept": "text/csv"})[1]
    for other in ("&sort=alive", "&find=K", "&order=asc"):
        with pytest.raises(AccessError) as refused:
            client.call("GET", f"/customers?limit=3&cursor={cursor}{other}")
        assert refused.value.code == "E543"
    for broken in ("x", "AAAA", "____"):
        with pytest.raises(AccessError, match="cursor is of another list"):
            client.call("GET", f"/customers?cursor={broken}")


def test_failures_are_raised_as_the_verbs_raise_them(client: Client, shop: Project) -> None:
    for verb, told in (
        ("cohorts", {"by": "nothing"}),
        ("why", {"group": "channel=nothing"}),
        ("stages", {"until": "x"}),
    ):
        with pytest.raises(LifelongError) as here:
            getattr(shop, verb)(**told)
        with pytest.raises(LifelongError) as there:
            getattr(client, verb)(**told)
        assert there.value.as_dict() == here.value.as_dict()
        assert there.value.code == here.value.code
    with pytest.raises(AccessError) as unknown:
        client.scores_of("=nobody/../x")
    assert unknown.value.code == "E501"
    with pytest.raises(AccessError) as wrong:
        Client(client.base, "not the token").status()
    assert wrong.value.code == "E511"


def test_files_jobs_and_keys(client: Client, tmp_path: Path) -> None:
    orders = tmp_path / "more.csv"
    orders.write_text("customer_id,date,total\nNew1,2026-06-01,12.50\nNew2,2026-06-02,9.00\n")
    before = client.status()["customers"]
    told = client.ingest(orders, currency="EUR")
    assert client.status()["customers"] == before + 2
    assert told["findings"] is not None
    newest = next(client.jobs())
    assert newest["verb"] in ("ingest", "status")
    assert client.job(newest["id"])["state"] == "done"
    assert client.cancel(newest["id"])["state"] == "done"  # what is over stays as it ended
    assert len({job["id"] for job in client.jobs()}) == sum(1 for _ in client.jobs())
    first = client.ask("rebuild", {}, key="once")
    assert client.ask("rebuild", {}, key="once") == first
    assert sum(job["key"] == "once" for job in client.jobs()) == 1
    with pytest.raises(AccessError) as other:
        client.ask("stages", {}, key="once")
    assert other.value.code == "E505"


def test_a_job_that_takes_long_is_looked_at_until_it_is_over(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lifelong.client.calling.WAIT", 0)
    assert client.equity(cac="20")["customers"] > 100
    impatient = Client(client.base, client._token, patience=-1)
    with pytest.raises(AccessError, match="is not over after") as late:
        impatient.valuation(cac="21")
    assert late.value.code == "E545"
    with pytest.raises(AccessError) as stopped:
        client.finished({"id": "0" * 16, "state": "cancelled", "error": None})
    assert stopped.value.code == "E544"
    failed = {"code": "E501", "where": "a", "why": "b", "fix": "c"}
    with pytest.raises(AccessError, match="b"):
        client.finished({"id": "0" * 16, "state": "failed", "error": failed})


def test_definitions_and_verbs_are_told(client: Client) -> None:
    assert {one["name"] for one in client.verbs()} == set(VERBS)
    assert "value" in client.definitions()


@pytest.mark.parametrize("address", ["file:///etc/passwd", "127.0.0.1:8765", "http://", "ftp://a/login?token=x", ""])
def test_an_address_is_that_of_a_server(address: str) -> None:
    with pytest.raises(ConfigError) as refused:
        Client(address, "x")
    assert refused.value.code == "E301"


def test_no_server_and_another_program_are_said() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(AccessError, match="does not answer") as nobody:
        Client(f"http://127.0.0.1:{port}", "x").status()
    assert nobody.value.code == "E545"
    assert "x" not in repr(Caller(f"http://127.0.0.1:{port}", "x"))
    younger = raised({"code": "E999", "where": "w", "why": "new", "fix": "f"})
    assert (younger.code, younger.what) == ("E545", "E999: new")


def test_methods_are_those_of_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", sys.path)
    made = _module(ROOT / "scripts" / "client.py").made()
    for name, text in made.items():
        assert (ROOT / "src" / "lifelong" / "client" / name).read_text(encoding="utf-8") == text


def test_each_method_asks_its_verb_with_what_the_table_needs(tmp_path: Path) -> None:
    from lifelong.client import arguments

    class Listening(Client):
        """Notes what would be asked."""

        def ask(self, verb: str, told: Any, key: str = "") -> dict[str, Any]:
            return {"verb": verb, **told, **({"key": key} if key else {})}

        def send(self, path: str | Path) -> str:
            return str(path).replace("a.csv", "0" * 16)

    one = Listening("http://127.0.0.1:1", "x")
    for verb in VERBS.values():
        title = "".join(part.title() for part in verb.name.split("-"))
        typed = getattr(arguments, title, None)
        plain_params = [param for param in verb.params if param.kind != "upload"]
        if plain_params:
            assert set(typed.__annotations__) == {param.name for param in plain_params}
        takes_file = len(plain_params) < len(verb.params)
        told = getattr(one, verb.name.replace("-", "_"))(*(["a.csv"] if takes_file else []))
        assert told == {"verb": verb.name, **({"file": "0" * 16} if takes_file else {})}
