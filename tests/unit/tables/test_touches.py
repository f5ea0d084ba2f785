"""Touches: the channel of each, planted faults, equal rows, and the ways to first orders, on every engine."""

from __future__ import annotations

from typing import Any

import narwhals as nw
import pyarrow as pa
import pytest
from tests.unit.tables.test_subscriptions import ENGINES

from lifelong import schema
from lifelong.tables.clean_rules import Rules
from lifelong.tables.journeys import journeys
from lifelong.tables.medium_rules import CHANNELS
from lifelong.tables.touches import REASONS, once, owners, rows
from lifelong.units import day_of

RULES = Rules(columns=("customer_id", "touched_at"), today=day_of("2026-06-30"))
TAGS: list[tuple[dict[str, str], str]] = [
    ({"source": "google", "medium": "cpc"}, "paid search"),
    ({"source": "AdWords", "medium": "PPC"}, "paid search"),
    ({"source": "FB", "medium": "cpc"}, "paid social"),
    ({"source": "agency", "medium": "paid_social"}, "paid social"),
    ({"source": "google", "medium": "paid-shopping"}, "paid shopping"),
    ({"source": "yt", "medium": "cpc"}, "paid video"),
    ({"source": "agency", "medium": "paid-influencer"}, "paid other"),
    ({"source": "agency", "medium": "banner"}, "display"),
    ({"source": "nl", "medium": "E-Mail"}, "email"),
    ({"source": "newsletter"}, "email"),
    ({"source": "partner", "medium": "affiliates"}, "affiliate"),
    ({"source": "x1", "medium": "sms"}, "sms"),
    ({"source": "app", "medium": "web-push"}, "push"),
    ({"source": "spotify", "medium": "audio"}, "audio"),
    ({"source": "ig", "medium": "social"}, "social"),
    ({"source": "blog", "medium": "referral"}, "referral"),
    ({"source": "google", "medium": "organic"}, "organic search"),
    ({"source": "(direct)", "medium": "(none)"}, "direct"),
    ({"gclid": "abc"}, "paid search"),
    ({"landing_page": "https://shop.example/a?x=1&msclkid=9"}, "paid search"),
    ({"landing_page": "https://shop.example/?ttclid=9"}, "paid social"),
    ({"fbclid": "abc"}, "social"),
    ({"referrer": "https://www.bing.com/search?q=facebook"}, "organic search"),
    ({"referrer": "https://l.facebook.com/"}, "social"),
    ({"referrer": "https://blog.example.org/a"}, "referral"),
    ({"source": "fb", "medium": "organic"}, "social"),
    ({"channel": "Radio", "source": "google", "medium": "cpc"}, "radio"),
    ({"source": "podcast-17", "medium": "unheard"}, "unknown"),
    ({}, "unknown"),
]


def raw(*told: dict[str, str]) -> pa.Table:
    """Rows under the names of the source, of one customer on one day where they do not say otherwise."""
    names = schema.names(schema.TOUCH_SOURCE)
    each = [{"customer_id": "a", "touched_at": "2026-01-02 10:00:30"} | row for row in told]
    arrays = {name: pa.array([row.get(name) for row in each], pa.string()) for name in names}
    return pa.table({"row": pa.array(range(1, len(each) + 1), pa.int64()), **arrays})


def listed(frame: Any, *by: str) -> list[dict[str, Any]]:
    made = nw.from_native(frame)
    made = made.collect(backend="pyarrow") if isinstance(made, nw.LazyFrame) else made
    return sorted(made.to_arrow().to_pylist(), key=lambda r: [r[name] for name in by])


@pytest.mark.parametrize("engine", ENGINES)
def test_the_channel_of_each_touch(engine: str) -> None:
    got = listed(rows(ENGINES[engine](raw(*(told for told, _ in TAGS))), RULES, {}), "row")
    assert [row["channel"] for row in got] == [channel for _, channel in TAGS]
    assert set(CHANNELS) == {channel for _, channel in TAGS} - {"radio"}
    assert {(row["day"], row["second"], row["kind"]) for row in got} == {(day_of("2026-01-02"), 36_030, "visit")}
    assert got[2]["source"] == "facebook"


def test_own_aliases_come_before_ours() -> None:
    told = ({"source": "nl", "medium": "x"}, {"source": "fb", "medium": "cpc"}, {"channel": "TV spot"})
    got = listed(rows(raw(*told), RULES, {"x": "email", "fb": "flyerbox", "tv spot": "television"}), "row")
    assert [(row["channel"], row["source"]) for row in got] == [
        ("email", "nl"), ("paid search", "flyerbox"), ("television", ""),
    ]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_every_fault_has_its_reason(engine: str) -> None:
    faults = {
        "nobody": {"customer_id": ""},
        "damaged customer": {"customer_id": "1.20253E+17"},
        "no time": {"touched_at": ""},
        "invalid time": {"touched_at": "2026-02-30"},
        "time before 1970": {"touched_at": "1969-12-31"},
        "time in the future": {"touched_at": "2026-07-01"},
    }
    table = raw(*faults.values(), {"customer_id": "", "email": "Who@Example.org"}, {"customer_id": "17850.0"}, {})
    table = table.append_column("fault", pa.array([None] * 8 + ["odd"], pa.string()))
    got = listed(rows(ENGINES[engine](table), RULES, {}), "row")
    assert [row["reason"] for row in got] == [*faults, None, None, "unreadable row"]
    assert {row["reason"] for row in got} - {None} == set(REASONS)
    assert [row["customer_id"] for row in got[6:8]] == ["who@example.org", "17850"]


def test_equal_rows_count_once_and_the_first_file_keeps_its_own() -> None:
    one = nw.from_native(rows(raw({}, {"kind": "click"}, {}), RULES, {}))
    two = [one.with_columns(batch=nw.lit(i).cast(nw.Int64)) for i in (0, 1)]
    kept = once(nw.concat(two))
    assert listed(kept.select("batch", "row").to_native(), "row") == [{"batch": 0, "row": 1}, {"batch": 0, "row": 2}]


def test_owners_of_an_e_mail() -> None:
    told = raw({"customer_id": "7.0", "email": " A@b.org"}, {"customer_id": "7", "email": "a@b.org"}, {"email": "none"})
    assert owners(told).to_native().to_pylist() == [{"email": "a@b.org", "customer_id": "7"}]


@pytest.mark.parametrize("engine", ENGINES)
def test_ways_to_first_orders(engine: str) -> None:
    """a is touched on days 1, 8 and 12 and orders on 10; b is not touched; c and d have not ordered; e came before."""
    people = pa.table(
        {
            "customer_id": ["a", "b", "e", "f"],
            "first_day": pa.array([10, 9, 1, 40], pa.int32()),
            "channel": [None, "shop", None, None],
        }
    )
    told = [("a", 1, "x"), ("a", 8, "y"), ("a", 10, "x"), ("a", 12, "y"), ("c", 2, "x"), ("c", 20, "y"), ("d", 33, "x")]
    told += [("e", 6, "x"), ("f", 25, "z")]
    touches = pa.table(
        {
            "customer_id": [who for who, _, _ in told],
            "day": pa.array([day for _, day, _ in told], pa.int32()),
            "second": pa.array([0] * len(told), pa.int32()),
            "channel": [channel for _, _, channel in told],
            "campaign": ["spring"] * len(told),
        }
    )
    if engine == "duckdb":  # two relations of one connection
        import duckdb

        one = duckdb.connect()
        got = journeys(one.from_arrow(touches), one.from_arrow(people), 5, 5, 30)
    else:
        got = journeys(ENGINES[engine](touches), ENGINES[engine](people), 5, 5, 30)
    want = [("a", 1, 0, "x"), ("a", 1, 2, "y"), ("b", 1, 0, "shop"), ("c", 0, 0, "y"), ("f", 0, 0, "z")]
    assert [(r["customer_id"], r["is_won"], r["age"], r["channel"]) for r in listed(got, "customer_id", "age")] == want
    assert {r["campaign"] for r in listed(got, "customer_id") if r["customer_id"] == "b"} == {None}
