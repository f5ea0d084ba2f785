"""Tables of subscriptions as real systems export them: which column is which, and Stripe's own objects as a table."""

from __future__ import annotations

import gzip
import json
from typing import TYPE_CHECKING, Any

import pytest

from lifelong.errors import DataError
from lifelong.project import subscriptions as valued
from lifelong.project.subscribing import Asked, planned
from lifelong.sources import stripe, subscriptions
from lifelong.units import day_of

if TYPE_CHECKING:
    from pathlib import Path

#: Headers as the billing systems document them, the columns that are taken, and one row.
EXPORTS: dict[str, tuple[str, str, dict[str, str]]] = {
    "stripe": (
        "id,Customer ID,Customer Description,Customer Email,Plan,Quantity,Currency,Interval,Amount,Status,Created (UTC),"
        "Start (UTC),Current Period Start (UTC),Current Period End (UTC),Trial Start (UTC),Trial End (UTC),"
        "Canceled At (UTC),Ended At (UTC)",
        "sub_1,cus_1,,a@x.pl,gold,1,eur,month,9.99,active,2025-01-02 10:00,2025-01-02 10:00,2026-06-02 10:00,"
        "2026-07-02 10:00,,,,",
        {
            "customer_id": "Customer ID", "subscription_id": "id", "started_at": "Start (UTC)", "ended_at": "Ended At (UTC)",
            "cancelled_at": "Canceled At (UTC)", "period_ends_at": "Current Period End (UTC)", "status": "Status",
            "trial_ended_at": "Trial End (UTC)", "plan": "Plan", "price": "Amount", "period": "Interval", "currency": "Currency",
        },
    ),
    "recurly": (
        "uuid,account_code,plan_code,state,currency,quantity,unit_amount,total_recurring_amount,activated_at,canceled_at,"
        "expires_at,trial_ends_at,current_period_ends_at",
        "u1,acc1,gold,canceled,EUR,1,9.00,11.00,2025-01-02,2026-06-20,2026-07-02,,2026-07-02",
        {
            "customer_id": "account_code", "subscription_id": "uuid", "started_at": "activated_at", "ended_at": "expires_at",
            "cancelled_at": "canceled_at", "period_ends_at": "current_period_ends_at", "trial_ended_at": "trial_ends_at",
            "plan": "plan_code", "price": "total_recurring_amount", "currency": "currency", "status": "state",
        },
    ),
    "chargebee": (
        "Subscription Id,Customer Id,Plan Id,Plan Unit Price,Currency,Status,Started At,Current Term End,Cancelled At,"
        "Trial End",
        "s1,c1,gold-eur,9.00,EUR,non_renewing,2025-01-02,2026-07-02,,",
        {
            "customer_id": "Customer Id", "subscription_id": "Subscription Id", "started_at": "Started At",
            "cancelled_at": "Cancelled At", "period_ends_at": "Current Term End", "trial_ended_at": "Trial End",
            "plan": "Plan Id", "price": "Plan Unit Price", "currency": "Currency", "status": "Status",
        },
    ),
}  # fmt: skip


@pytest.mark.parametrize("system", EXPORTS)
def test_columns_of_real_systems_are_recognised(tmp_path: Path, system: str) -> None:
    header, row, want = EXPORTS[system]
    (tmp_path / "subs.csv").write_text(f"{header}\n{row}\n")
    plan = subscriptions.plan(tmp_path / "subs.csv", has_period="period" not in want)
    assert dict(plan.columns) == want
    assert subscriptions.is_one(tmp_path / "subs.csv")


def test_a_lone_day_of_cancelling_is_an_end_where_no_status_stands_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "subs.csv"
    path.write_text("customer,start,cancelled at,price,period\na,2025-01-01,2025-03-01,9,month\n")
    assert subscriptions.plan(path).columns["ended_at"] == "cancelled at"
    path.write_text("customer,start,cancelled at,price,period,status\na,2025-01-01,2025-03-01,9,month,active\n")
    plan = subscriptions.plan(path)
    assert plan.columns["cancelled_at"] == "cancelled at"
    assert "ended_at" not in plan.columns
    assert subscriptions.plan(path, columns={"ended_at": "cancelled at"}).columns["ended_at"] == "cancelled at"


def _at(day: str) -> int:
    return day_of(day) * 86_400 + 3600


def one(number: int, **more: Any) -> dict[str, Any]:
    """A subscription as Stripe's API documents it, with the fields that are read, and some that are not."""
    price = {
        "id": "price_gold", "object": "price", "nickname": "Gold", "currency": "eur", "unit_amount": 999,
        "unit_amount_decimal": "999", "recurring": {"interval": "month", "interval_count": 1, "usage_type": "licensed"},
    }  # fmt: skip
    item = {"id": "si_1", "object": "subscription_item", "quantity": 1, "price": price, "plan": None}
    usual = {
        "id": f"sub_{number}", "object": "subscription", "customer": f"cus_{number}", "status": "active", "currency": "eur",
        "start_date": _at("2025-01-02"), "created": _at("2025-01-01"), "current_period_end": _at("2026-07-02"),
        "cancel_at": None, "cancel_at_period_end": False, "canceled_at": None, "ended_at": None, "trial_end": None,
        "pause_collection": None, "items": {"object": "list", "data": [item]}, "metadata": {"note": "x"},
    }  # fmt: skip
    return usual | more


def item(
    amount: int | None, *, quantity: int = 1, interval: str = "month", count: int = 1, **more: Any
) -> dict[str, Any]:
    price = {"id": f"p{amount}", "unit_amount": amount, "recurring": {"interval": interval, "interval_count": count}}
    return {"quantity": quantity, "price": price, **more}


def _told(tmp_path: Path, *rows: Any) -> list[dict[str, Any]]:
    (tmp_path / "s.json").write_text(json.dumps({"object": "list", "data": rows, "has_more": False}))
    assert stripe.is_export(tmp_path / "s.json")
    out = stripe.told(tmp_path / "s.json", tmp_path / "out.jsonl")
    return [json.loads(line) for line in out.read_text().splitlines()]


def test_a_subscription_of_stripe_is_one_row(tmp_path: Path) -> None:
    (row,) = _told(tmp_path, one(1))
    assert row == {
        "customer_id": "cus_1", "subscription_id": "sub_1", "started_at": str(_at("2025-01-02")), "ended_at": "",
        "cancelled_at": "", "period_ends_at": str(_at("2026-07-02")), "ends_with_period": "", "trial_ended_at": "",
        "status": "active", "plan": "Gold", "price": "9.99", "period": "month", "currency": "EUR",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("more", "want"),
    [
        ({"customer": {"id": "cus_x", "object": "customer"}}, {"customer_id": "cus_x"}),
        ({"cancel_at_period_end": True, "canceled_at": _at("2026-06-20")}, {"ends_with_period": "yes", "ended_at": ""}),
        ({"cancel_at": _at("2026-09-01")}, {"ended_at": str(_at("2026-09-01"))}),
        ({"ended_at": _at("2026-03-01"), "status": "canceled"}, {"ended_at": str(_at("2026-03-01")), "status": "canceled"}),
        ({"pause_collection": {"behavior": "void"}}, {"status": "paused"}),
        ({"status": "paused", "trial_end": _at("2025-02-01"), "current_period_start": _at("2025-02-01")}, {"status": "incomplete"}),
        ({"status": "paused"}, {"status": "paused"}),
        ({"items": {"data": [item(999), item(500, quantity=3)]}}, {"price": "24.99", "plan": "p999 + p500"}),
        ({"items": {"data": [item(500)]}, "currency": "jpy"}, {"price": "500", "currency": "JPY"}),
        ({"items": {"data": [item(500, count=3)]}}, {"period": "3 months"}),
        ({"items": {"data": [item(500), item(500, interval="year")]}}, {"period": ""}),
        ({"items": {"data": [item(None)]}}, {"price": ""}),
        ({"items": {"data": [item(5, current_period_end=_at("2026-08-02"))]}, "current_period_end": None},
         {"period_ends_at": str(_at("2026-08-02")), "price": "0.05"}),
        ({"items": None, "plan": {"id": "old", "amount": 700, "interval": "year", "interval_count": 1}, "quantity": 2},
         {"price": "14.00", "period": "year", "plan": "old"}),
    ],
)  # fmt: skip
def test_what_stripe_says_in_its_own_way(tmp_path: Path, more: dict[str, Any], want: dict[str, str]) -> None:
    (row,) = _told(tmp_path, one(1, **more))
    assert {name: row[name] for name in want} == want


def test_lists_pages_and_lines_are_one_table(tmp_path: Path) -> None:
    rows = [one(i) for i in range(3)]
    pages = [json.dumps({"object": "list", "data": rows[:2]}), "", json.dumps({"object": "list", "data": rows[2:]})]
    forms = {
        "list.json": json.dumps(rows), "page.json": json.dumps({"data": rows}, indent=2), "pages.jsonl": "\n".join(pages),
        "lines.jsonl": "\n".join(map(json.dumps, rows)),
    }  # fmt: skip
    for name, text in forms.items():
        (tmp_path / name).write_text(text)
        told = stripe.told(tmp_path / name, tmp_path / "out").read_text().splitlines()
        assert [json.loads(line)["customer_id"] for line in told] == ["cus_0", "cus_1", "cus_2"], name
    (tmp_path / "l.jsonl.gz").write_bytes(gzip.compress(forms["lines.jsonl"].encode()))
    assert stripe.is_export(tmp_path / "l.jsonl.gz")
    assert len(stripe.told(tmp_path / "l.jsonl.gz", tmp_path / "out").read_text().splitlines()) == 3


def test_stripes_list_is_valued_like_any_table(tmp_path: Path) -> None:
    rows = [one(i, start_date=_at(f"2025-{1 + i % 12:02d}-05")) for i in range(40)]
    rows += [one(i, status="canceled", ended_at=_at("2026-02-10")) for i in range(40, 60)]
    rows += [one(60, status="trialing", trial_end=_at("2026-07-20"), start_date=_at("2026-06-20"))]
    rows += [one(61, cancel_at_period_end=True)]
    (tmp_path / "s.json").write_text(json.dumps({"object": "list", "data": rows}))
    made = valued(tmp_path / "s.json", until="2026-06-30", model="sbg")
    assert made.states == {"here": 40, "leaving": 1, "lost": 20}
    assert made.scores.currency == "EUR"
    (tmp_path / "scratch").mkdir()
    assert planned(tmp_path / "s.json", Asked(), tmp_path / "scratch").rules.dates == "s"


def test_what_is_not_built_like_a_subscription_is_set_aside(tmp_path: Path) -> None:
    (tmp_path / "s.jsonl").write_text("\n".join([
        *(json.dumps(one(i)) for i in range(3)), "no json", json.dumps([1]),
        json.dumps(one(7, items={"data": [{"price": "price_1"}]})), json.dumps(one(8, items={"data": [item(1) | {"quantity": "1e999999999"}]})),
    ]))  # fmt: skip
    made = valued(tmp_path / "s.jsonl", until="2026-06-30", model="sbg", bad_share="90%")
    assert made.rows == 7
    assert made.set_aside == {"unreadable row": 3, "no price": 1}


def test_other_json_is_no_export_of_stripe(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(
        json.dumps({"customer": "a", "start": "2025-01-01", "price": "9", "period": "month"})
    )
    assert not stripe.is_export(tmp_path / "a.jsonl")
    assert not stripe.is_export(tmp_path / "none.json")
    cut = gzip.compress(
        json.dumps([one(i, note="".join(chr(97 + (i * j * j) % 26) for j in range(9000))) for i in range(99)]).encode()
    )
    (tmp_path / "cut.json.gz").write_bytes(cut[: len(cut) // 2])
    with pytest.raises(DataError) as caught:
        stripe.told(tmp_path / "cut.json.gz", tmp_path / "out")
    assert caught.value.code == "E101"
