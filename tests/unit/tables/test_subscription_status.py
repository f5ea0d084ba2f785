"""What the system that bills says of a subscription, beside its dates, on every engine."""

from __future__ import annotations

from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from lifelong import schema
from lifelong.tables import subscription_report
from lifelong.tables.clean_rules import Rules
from lifelong.tables.subscription_rows import rows
from lifelong.tables.subscription_status import CODES, FINDINGS, STATUSES, UNPAYING, findings
from lifelong.tables.subscriptions import tenures
from lifelong.units import date_of, day_of

COLUMNS = schema.names(schema.SUBSCRIPTION_SOURCE)
RULES = Rules(columns=COLUMNS, currency="EUR", today=day_of("2026-06-30"))
ENGINES: dict[str, Any] = {
    "pyarrow": lambda table: table,
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "pandas": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "duckdb": lambda table: duckdb.connect().from_arrow(table),
}


def raw(*told: dict[str, str]) -> pa.Table:
    """Rows of texts: each begins in 2026 and costs 10.00 a month, where it does not say otherwise."""
    usual = {"started_at": "2026-01-01", "price": "10.00", "period": "month"}
    each = [{"customer_id": f"c{i}"} | usual | row for i, row in enumerate(told)]
    texts = {name: pa.array([row.get(name) for row in each], pa.string()) for name in COLUMNS}
    return pa.table({"row": pa.array(range(1, len(told) + 1), pa.int64()), **texts})


def listed(frame: Any) -> list[dict[str, Any]]:
    made = nw.from_native(frame)
    made = made.collect(backend="pyarrow") if isinstance(made, nw.LazyFrame) else made
    return sorted(made.to_arrow().to_pylist(), key=lambda r: (r.get("row", 0), r["customer_id"]))


#: A row; what became of it: first day, end, status, note; and its tenure at mid-2026, or None where nobody pays.
CASES: list[tuple[dict[str, str], tuple[str, str | None, str | None, str | None], str | None]] = [
    ({"status": "active"}, ("2026-01-01", None, "active", None), "here"),
    ({}, ("2026-01-01", None, None, None), "here"),
    # dates count: called active, and over
    ({"status": "Active", "ended_at": "2026-03-01"}, ("2026-01-01", "2026-03-01", "active", "has ended"), "lost"),
    ({"status": "past_due", "ended_at": "2026-03-01"}, ("2026-01-01", "2026-03-01", "past_due", "has ended"), "lost"),
    ({"status": "active", "ended_at": "2026-08-01"}, ("2026-01-01", "2026-08-01", "active", None), "leaving"),
    ({"status": "canceled", "ended_at": "2026-03-01"}, ("2026-01-01", "2026-03-01", "ended", None), "lost"),
    ({"status": "ENDED", "ended_at": "2026-08-01"}, ("2026-01-01", "2026-08-01", "ended", None), "leaving"),
    # over on no day of its own: that of the notice, else the end of the paid period
    ({"status": "cancelled", "cancelled_at": "2026-03-05"}, ("2026-01-01", "2026-03-05", "ended", "end by period"), "lost"),
    ({"status": "expired", "period_ends_at": "2026-04-01"}, ("2026-01-01", "2026-04-01", "ended", "end by period"), "lost"),
    # notice is no end: it is paid for until the period's end
    (
        {"status": "active", "ends_with_period": "true", "period_ends_at": "2026-07-15"},
        ("2026-01-01", "2026-07-15", "active", None), "leaving",
    ),
    (
        {"status": "active", "ends_with_period": "TRUE", "period_ends_at": "2026-07-15", "ended_at": "2026-06-20"},
        ("2026-01-01", "2026-07-15", "active", None), "leaving",
    ),
    ({"status": "active", "ends_with_period": "yes"}, ("2026-01-01", None, "ending", None), "leaving"),
    ({"status": "non_renewing"}, ("2026-01-01", None, "ending", None), "leaving"),
    ({"cancelled_at": "2026-06-20", "period_ends_at": "2026-07-01"}, ("2026-01-01", "2026-07-01", None, None), "leaving"),
    ({"cancelled_at": "2026-06-20"}, ("2026-01-01", None, "ending", None), "leaving"),
    ({"status": "active", "ends_with_period": "false"}, ("2026-01-01", None, "active", None), "here"),
    # a trial is not paid for
    ({"status": "trialing", "trial_ended_at": "2026-07-05"}, ("2026-07-05", None, "trialing", None), None),
    ({"status": "in_trial"}, ("2026-01-01", None, "trialing", None), None),
    ({"status": "active", "trial_ended_at": "2026-02-01"}, ("2026-02-01", None, "active", None), "here"),
    (
        {"status": "canceled", "trial_ended_at": "2026-02-01", "ended_at": "2026-01-20"},
        ("2026-01-01", "2026-01-20", "trialing", None), None,
    ),
    # nobody has paid yet
    ({"status": "incomplete_expired"}, ("2026-01-01", None, "incomplete", None), None),
    ({"status": "future", "started_at": "2026-08-01"}, ("2026-08-01", None, "future", None), None),
    # late is not lost; what dunning left behind is worth nothing more
    ({"status": "past due"}, ("2026-01-01", None, "past_due", None), "here"),
    ({"status": "unpaid"}, ("2026-01-01", None, "unpaid", None), "leaving"),
    ({"status": "paused"}, ("2026-01-01", None, "paused", None), "paused"),
    ({"status": "wild"}, ("2026-01-01", None, None, "unknown status"), "here"),
]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_a_status_and_the_dates_make_one_story(engine: str) -> None:
    made = rows(ENGINES[engine](raw(*(row for row, _, _ in CASES))), RULES)
    got = listed(made)
    for case, row in zip(CASES, got, strict=True):
        days = [None if row[name] is None else date_of(row[name]).isoformat() for name in ("start", "end")]
        assert (*days, row["status"], row["note"]) == case[1], case[0]
        assert row["reason"] is None, case[0]
    states = {r["customer_id"]: r["state"] for r in listed(tenures(made, RULES.today))}
    assert states == {f"c{i}": state for i, (_, _, state) in enumerate(CASES) if state}


def test_a_trial_does_not_count_as_renewals() -> None:
    told = {"status": "active", "started_at": "2026-01-01", "trial_ended_at": "2026-04-01"}
    paused = told | {"paused_at": "2026-03-15", "resumed_at": "2026-05-01"}
    plain, stood = listed(tenures(rows(raw(told, paused), RULES), day_of("2026-06-30")))
    assert (plain["renewals"], plain["paid"]) == (2, 3000)  # from April on: 1 May and 1 June
    assert date_of(plain["start"]).isoformat() == "2026-04-01"
    assert stood["renewals"] == 1  # the clock stands for April only, when the trial was over


def test_who_never_paid_takes_nobody_elses_place() -> None:
    who = {"customer_id": "a"}
    told = [who | {"status": "incomplete_expired"}, who | {"started_at": "2026-01-02", "status": "active"}]
    assert [r["reason"] for r in listed(rows(raw(*told), RULES))] == [None, None]


def test_over_on_no_day_is_set_aside() -> None:
    assert [r["reason"] for r in listed(rows(raw({"status": "canceled"}), RULES))] == ["no end"]


@pytest.mark.parametrize(("status", "words"), STATUSES.items())
def test_every_word_is_known_however_it_is_written(status: str, words: str) -> None:
    each = [form for word in words.split(", ") for form in (word, word.upper(), word.capitalize())]
    got = listed(rows(raw(*({"status": word, "ended_at": "2026-09-01"} for word in each)), RULES))
    assert [r["status"] for r in got] == [status] * len(each)


def test_what_a_user_should_know_is_counted_by_kind() -> None:
    counts = subscription_report.counts(rows(raw(*(row for row, _, _ in CASES)), RULES))
    found = {f.code: f for f in findings(counts)}
    want = {"D171": 2, "D172": 1, "D173": 2, "D174": 3, "D175": 1, "D176": 1, "D177": 2, "D178": 1, "D179": 3}
    assert {code: f.facts["rows"] for code, f in found.items()} == want
    assert found["D171"].severity == "warning"
    assert found["D174"].severity == "info"
    assert set(CODES.values()) == set(FINDINGS)
    assert set(UNPAYING) <= set(CODES)
