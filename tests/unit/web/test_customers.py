"""Routes of customers and segments without a browser: what each address chooses, and what it says where it cannot."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest
from starlette.testclient import TestClient

import lifelong as ll
from lifelong.web.app import make_app
from lifelong.web.pages import customer, customers
from lifelong.web.security import Gate

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

TOKEN = "t" * 32


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from lifelong.sources.simulate import simulate_shop

    folder = tmp_path_factory.mktemp("routes")
    (folder / "o.csv").write_text(simulate_shop(300, seed=5).orders_csv())
    shop = ll.Project(folder / "shop", settings={"currency": "EUR", "margin": "40%"})
    shop.ingest(folder / "o.csv")
    shop.fit("pareto_nbd")
    shop.score(horizon="26w")
    return shop.path


@pytest.fixture(scope="module")
def client(project: Path) -> Iterator[TestClient]:
    headers = {"authorization": f"Bearer {TOKEN}", "accept": "text/html"}
    with TestClient(make_app(project, Gate(TOKEN)), base_url="http://127.0.0.1", headers=headers) as made:
        yield made


def seen(client: TestClient, path: str, status: int = 200) -> str:
    """A page once all of its jobs are over."""
    for _ in range(300):
        answer = client.get(path, follow_redirects=False)
        if "data-job" not in answer.text:
            break
        time.sleep(0.1)
    assert answer.status_code == status, answer.text[-400:]
    return answer.text


def test_a_list_is_chosen_sorted_and_paged(client: TestClient, project: Path) -> None:
    shop = ll.Project(project, create=False)
    page = seen(client, "/customers?by=silent_days&up=on&page=2")
    assert "Page 2 of 12" in page
    assert 'aria-sort="ascending"' in page
    rule = "best 30% and alive &gt;= 50% and value &lt;= 99.5 and stage = active"
    asked = "/customers?top=30&only=on&alive_from=50&value_to=99,5&stage=active"
    page = seen(client, asked)
    assert f"Rule: {rule}" in page
    told = shop.segment("best 30% and alive >= 50% and value <= 99.5 and stage = active")
    assert f"{told.customers} customer" in page
    both = seen(client, "/customers?rule=order_days+%3E%3D+2&alive_from=10%25")
    assert "(order_days &gt;= 2) and alive &gt;= 10%" in both
    assert "Nobody is like that" in seen(client, "/customers?value_from=1000000")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("/customers?rule=valu+%3E+1", "E532"),
        ("/customers?rule=value+%3E", "E531"),
        ("/customers?alive_from=much", "E533"),
        ("/segments?rule=value+%3E", "E531"),
        ("/segments?rule=value+%3E+much", "E533"),
        ("/segments?f0.0=alive&o0.0=%3E%3D&v0.0=often", "E533"),
    ],
)
def test_what_cannot_be_chosen_is_said_and_the_page_stays(client: TestClient, path: str, code: str) -> None:
    page = seen(client, path)
    assert f"<small>{code}</small>" in page
    assert "<h1>" in page


def test_other_addresses_are_refused(client: TestClient) -> None:
    assert "E515" in seen(client, "/customers?by=name", 404)
    assert "E515" in seen(client, "/segments?by=name", 404)
    assert "E515" in seen(client, "/segments?join=some", 404)


def test_who_is_searched_for(client: TestClient) -> None:
    page = seen(client, "/customers?find=00001")
    assert "Page 1" not in page
    answer = client.get("/en/customers?find=C000010", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/en/customers/C000010")
    assert "Nobody is like that" in seen(client, "/customers?find=zzz")


def test_one_customer(client: TestClient, project: Path) -> None:
    shop = ll.Project(project, create=False)
    seen(client, "/customers/C000010")
    register = shop.register()
    assert register is not None
    named = {row["stage"]: row["customer_id"] for row in register.rows.to_pylist()}  # somebody of each stage
    assert len(named) >= 3
    for name in named.values():
        page = seen(client, f"/customers/{name}")
        assert name in page
        assert "The parts sum to the difference" in page
    assert "E501" in seen(client, "/customers/no%2Fbody", 404)


def test_a_timeline_without_amounts_or_dates() -> None:
    told = {
        "as_of": "2026-03-01", "next": None, "of_orders": 2, "scores": {"alive": 0.5}, "alive_over_time": [],
        "orders": [{"day": "2026-01-31", "amount": None, "counts": True}, {"day": "2026-02-01", "amount": -5.0, "counts": False}],
    }  # fmt: skip
    drawn = customer.timeline(told)
    assert (drawn["window"], drawn["path"], drawn["top"], len(drawn["stems"])) == (None, "", 0.0, 1)
    assert 0 < drawn["last"] + 1 <= drawn["now"] <= 100
    gone = customer.timeline(told | {"orders": told["orders"][1:]})
    assert gone["stems"] == []


def test_a_rule_is_built_row_by_row_counted_and_kept(client: TestClient, project: Path) -> None:
    shop = ll.Project(project, create=False)
    rows = (
        "f0.0=value&o0.0=%3E%3D&v0.0=20&f0.1=stage&o0.1=%3D&v0.1=active&f1.0=best&o1.0=%3E%3D&v1.0=5"
        "&f1.1=&o1.1=%3D&v1.1=x&f2.0=tier&o2.0=known&v2.0=&f3.0=&o3.0=%3D&v3.0="
    )
    page = seen(client, f"/segments?join=any&{rows}")
    rule = "value >= 20 and stage = active or best 5% or tier is known"
    told = shop.segment("(value >= 20 and stage = active) or best 5% or tier is known")
    assert told.rule.replace("(", "").replace(")", "") == rule
    assert f'data-key="count">{told.customers}<' in page
    page = seen(client, f"/segments?join=all&{rows}")
    assert "(value &gt;= 20 or stage = active) and best 5% and tier is known" in page
    text = seen(client, "/segments?rule=not+stage+%3D+new")
    assert 'name="f0.0"' not in text  # no rows could say that
    assert "not stage = new" in text
    answer = client.post(
        "/segments/save",
        data={"rule": "best 5%", "name": "Best"},
        headers={"origin": "http://127.0.0.1"},
        follow_redirects=False,
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/segments?rule=best+5%25&saved=Best")
    assert "The rule is kept as Best" in seen(client, answer.headers["location"])
    assert shop.segments().rules[0].rule == "best 5%"
    for form, code in (({"rule": "best 5%", "name": "../x"}, "E535"), ({"rule": "best"}, "E531")):
        answer = client.post("/en/segments/save", data=form, headers={"origin": "http://127.0.0.1"})
        assert answer.status_code == 422
        assert code in answer.text


def test_a_file_of_whom_a_rule_chooses(client: TestClient, project: Path) -> None:
    shop = ll.Project(project, create=False)
    answer = client.get("/customers.csv?rule=best+20%25&european=on")
    assert answer.headers["content-disposition"] == 'attachment; filename="customers-en.csv"'
    assert answer.content.decode("utf-8-sig").count("\r\n") == shop.segment("best 20%").customers + 1
    whole = client.get("/customers.csv")
    assert whole.text.count("\r\n") == 301
    refused = client.get("/customers.csv?rule=best", headers={"accept": "application/json"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (422, "E531")


def test_before_anything_is_scored(tmp_path: Path) -> None:
    ll.Project(tmp_path / "empty")
    headers = {"authorization": f"Bearer {TOKEN}", "accept": "text/html"}
    with TestClient(make_app(tmp_path / "empty", Gate(TOKEN)), base_url="http://127.0.0.1", headers=headers) as bare:
        for path in ("/customers", "/segments"):
            assert bare.get(path).status_code == 200
        assert "E106" in seen(bare, "/customers/x")


def test_a_million_customers_take_no_time() -> None:
    """CPU of a page of a million rows, sorted and chosen, after the first look."""
    import numpy as np
    import pyarrow as pa

    from lifelong.project.segmenting import parse
    from lifelong.web.shelf import Shelf

    size, rng = 1_000_000, np.random.default_rng(1)
    stages = pa.array(["new", "active", "cooling", "lapsed"]).take(pa.array(rng.integers(0, 4, size)))
    names = pa.array(np.char.add("C", np.arange(size).astype("U7")))
    numbers = {name: rng.gamma(0.5, 50.0, size) for name in ("value", "historic", "orders")}
    shelf = Shelf("x", {}, pa.table({"customer_id": names, "alive": rng.random(size), "stage": stages, **numbers}))
    rule = parse("best 20% and alive >= 50% and stage = active")

    def look(start: int) -> None:
        shelf.page("value", start, 25, rule=rule)
        shelf.page("historic", start, 25, is_up=True)
        customers.curve(shelf, 20)

    look(0)
    before = time.process_time()
    for start in range(25, 525, 25):
        look(start)
    assert (time.process_time() - before) / 20 < 0.1
