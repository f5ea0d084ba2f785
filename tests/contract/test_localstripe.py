"""Stripe's subscriptions as a running server lists them: localstripe, a stateful stand-in for Stripe's API."""

from __future__ import annotations

import base64
import json
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import TYPE_CHECKING, Any

import pytest

import lifelong as ll
from lifelong.units import date_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_CARD = {"type": "card", "card[number]": "4242424242424242", "card[exp_month]": "12", "card[exp_year]": "2040", "card[cvc]": "123"}  # fmt: skip


class Stripe:
    """The API at an address of this machine."""

    def __init__(self, port: int) -> None:
        self._home = f"http://127.0.0.1:{port}/v1/"

    def __call__(self, path: str, method: str = "POST", **fields: object) -> Any:
        told = urllib.parse.urlencode({k: str(v) for k, v in fields.items()})
        data = told.encode() if method == "POST" else None
        asked = urllib.request.Request(
            self._home + path + ("" if data else f"?{told}"), data, method=method,
            headers={"Authorization": "Basic " + base64.b64encode(b"sk_test_12345:").decode()},
        )  # fmt: skip
        with urllib.request.urlopen(asked, timeout=20) as answer:
            return json.loads(answer.read())

    def customer(self) -> str:
        """A customer with a card."""
        made = str(self("customers")["id"])
        card = self("payment_methods", **_CARD)["id"]
        self(f"payment_methods/{card}/attach", customer=made)
        self(f"customers/{made}", **{"invoice_settings[default_payment_method]": card})
        return made

    def subscribe(self, plan: str, **more: object) -> Any:
        """A new customer's subscription."""
        return self("subscriptions", **{"customer": self.customer(), "items[0][plan]": plan, **more})


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Stripe]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = [sys.executable, "-m", "localstripe", "--port", str(port), "--from-scratch"]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(words, stdout=log, stderr=log, cwd=tmp_path)
    try:
        stripe = Stripe(port)
        for _ in range(200):
            try:
                stripe("customers", "GET")
                break
            except (urllib.error.URLError, ConnectionError):
                time.sleep(0.1)
        yield stripe
    finally:
        process.terminate()
        process.wait(timeout=20)


def test_what_a_server_lists_is_kept_and_valued(server: Stripe, tmp_path: Path) -> None:
    server("products", id="box", name="Box", type="service")
    month, year = {"interval": "month"}, {"interval": "year"}
    for name, amount, told in (("gold", 999, month), ("annual", 9900, year)):
        server("plans", id=name, amount=amount, currency="eur", product="box", **told)
    for _ in range(3):
        server.subscribe("gold")
    twice = server.subscribe("annual", **{"items[0][quantity]": 2})
    trial = server.subscribe("gold", trial_period_days=30)
    leaving = server.subscribe("gold")
    server(f"subscriptions/{leaving['id']}", cancel_at_period_end="true")
    gone = server.subscribe("gold")
    server(f"subscriptions/{gone['id']}", "DELETE")
    (tmp_path / "stripe.json").write_text(json.dumps(server("subscriptions", "GET", status="all", limit=100)))

    shop = ll.Project(tmp_path / "shop", settings={"currency": "EUR"})
    report = shop.ingest_subscriptions(tmp_path / "stripe.json")
    assert (report.rows_in, report.kept) == (7, 7)
    # This server calls a trial incomplete, for nobody has paid; Stripe itself says trialing. Neither pays.
    assert report.details["statuses"] == {"active": 5, "ended": 1, "incomplete": 1}
    assert report.money_kept == 6 * 999 + 2 * 9900
    day = date_of(int(gone["start_date"]) // 86_400).isoformat()
    made = shop.subscriptions(model="constant_churn", until=day)
    assert made.states == {"here": 4, "leaving": 1, "lost": 1}
    rows = {r["customer_id"]: r for r in made.scores.table.to_pylist()}
    assert trial["customer"] not in rows
    assert rows[twice["customer"]]["rhythm_days"] > 360
    assert shop.ingest_subscriptions(tmp_path / "stripe.json").findings[0].code == "D190"
    shop.forget(twice["customer"])
    assert shop.status().facts["subscriptions"] == 6
