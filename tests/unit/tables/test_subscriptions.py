"""Tables of subscriptions: planted faults, tenures of rows that touch, pause and change, on every engine."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from lifelong import schema
from lifelong.errors import DataError
from lifelong.tables.clean_rules import Rules
from lifelong.tables.subscription_rows import PERIODS, REASONS, rows, too_bad
from lifelong.tables.subscriptions import last_day, tenures
from lifelong.units import day_of

RULES = Rules(columns=("customer_id", "started_at", "price"), currency="EUR", today=day_of("2026-06-30"))
COLUMNS = (
    "customer_id", "started_at", "ended_at", "paused_at", "resumed_at", "plan", "price", "period", "currency", "status",
)  # fmt: skip
ENGINES: dict[str, Any] = {
    "pyarrow": lambda table: table,
    "polars": pl.from_arrow,
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "pandas": lambda table: table.to_pandas(types_mapper=pd.ArrowDtype),
    "duckdb": lambda table: duckdb.connect().from_arrow(table),
}


def raw(*told: tuple[Any, ...], header: tuple[str, ...] = COLUMNS) -> pa.Table:
    """Rows of texts; short ones are filled up with nothing."""
    columns = {n: [r[i] if i < len(r) else None for r in told] for i, n in enumerate(header)}
    arrays = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return pa.table({"row": pa.array(range(1, len(told) + 1), pa.int64()), **arrays})


def row(who: str, start: str, end: str | None = None, **more: str) -> tuple[Any, ...]:
    told = {"customer_id": who, "started_at": start, "ended_at": end, "price": "10.00", "period": "month"} | more
    return tuple(told.get(name) for name in COLUMNS)


def listed(frame: Any, by: str) -> list[dict[str, Any]]:
    made = nw.from_native(frame)
    made = made.collect(backend="pyarrow") if isinstance(made, nw.LazyFrame) else made
    return sorted(made.to_arrow().to_pylist(), key=lambda r: (r[by], r["start"] or 0))


FAULTS = [
    (row("a", "2025-01-01"), None),
    (row("b", "2025-03-01", "2025-02-01"), "end before start"),
    (row("c", "2025-01-01", "2025-06-01"), None),
    (row("c", "2025-05-01"), "overlap"),
    (row("d", "2025-01-01"), None),
    (row("d", "2025-09-01", "2025-10-01"), "overlap"),
    (row("d", "2025-11-01", "2025-12-01"), "overlap"),
    (row("e", "2025-01-01", price=""), "no price"),
    (row("e", "2025-01-01", price="ten"), "no price"),
    (row("e", "2025-01-01", price="-3"), "no price"),
    (row("f", "2025-01-01", period="blue moon"), "unknown period"),
    (row("f", "2025-01-01", period=""), "unknown period"),
    (row("g", "2025-02-30"), "invalid date"),
    (row("g", "2025-02-01", "soon"), "invalid date"),
    (row("g", ""), "no start"),
    (row("", "2025-01-01"), "no customer"),
    (row("guest", "2025-01-01"), "no customer"),
    (row("h", "2026-07-01"), "start in the future"),
    (row("i", "2025-01-01", "2025-06-01", paused_at="2025-06-02"), "pause outside"),
    (row("i", "2025-01-01", paused_at="2024-12-30"), "pause outside"),
    (row("i", "2025-01-01", paused_at="2025-03-01", resumed_at="2025-02-01"), "pause outside"),
    (row("i", "2025-01-01", resumed_at="2025-02-01"), "pause outside"),
    (row("j", "2025-01-01", currency="USD"), "foreign currency"),
    (row("j", "2025-01-01", currency="€"), None),
    (row("k", "2025-01-01"), None),
    (row("k", "2025-01-01"), "overlap"),
    (row("m", "2025-01-01", status="Canceled"), "no end"),
    (row("l", "2025-01-01", "2025-02-01"), None),
    (row("l", "2025-02-01", "2025-02-01", plan="gold"), None),
]


@pytest.mark.parametrize("engine", ENGINES)
def test_every_planted_fault_is_set_aside_with_its_reason(engine: str) -> None:
    made = rows(ENGINES[engine](raw(*(r for r, _ in FAULTS))), RULES)
    got = {r["row"]: r["reason"] for r in listed(made, "row")}
    assert got == {i: reason for i, (_, reason) in enumerate(FAULTS, 1)}
    assert {r for _, r in FAULTS if r} == REASONS.keys() - {"unreadable row"}
    assert list(nw.from_native(made).collect_schema().names()) == list(schema.names(schema.SUBSCRIPTIONS))
    native = nw.from_native(made)
    assert type(native) is type(nw.from_native(ENGINES[engine](raw(row("a", "2025-01-01")))))


def test_money_days_and_words_are_exact() -> None:
    told = [row(f"c{i}", "2025-01-01", period=word) for i, word in enumerate(", ".join(PERIODS.values()).split(", "))]
    got = listed(rows(raw(*told, row("z", "2025-12-31", "2026-01-01", price="1,234.5 EUR", plan="Gold")), RULES), "row")
    want = [name for name, words in PERIODS.items() for _ in words.split(", ")]
    assert [r["period"] for r in got[:-1]] == want
    assert got[-1] | {"row": 0} == {
        "row": 0, "customer_id": "z", "subscription_id": None, "start": day_of("2025-12-31"), "end": day_of("2026-01-01"), "pause": None,
        "resume": None, "plan": "Gold", "price": 123_450, "period": "month", "status": None,
        "note": None, "reason": None,
    }  # fmt: skip


def test_a_period_is_told_where_no_column_says_it() -> None:
    table = raw(("a", "2025-01-01", "9"), header=("customer_id", "started_at", "price"))
    assert listed(rows(table, RULES), "row")[0]["reason"] == "unknown period"
    assert listed(rows(table, RULES, "year"), "row")[0]["period"] == "year"
    told = listed(rows(raw(row("a", "2025-01-01"), row("b", "2025-01-01", period="")), RULES, "year"), "row")
    assert [r["period"] for r in told] == ["month", "year"]


def test_a_row_that_could_not_be_parsed_is_set_aside() -> None:
    table = raw(row("a", "2025-01-01")).append_column("fault", pa.array(["too wide"]))
    assert listed(rows(table, RULES), "row")[0]["reason"] == "unreadable row"


TENURES = [
    # renewed on 31 January, the last of February, 31 March ...: eighteen months by mid-2026
    ([row("a", "2024-12-31")], ("here", 18, 19_000)),
    # ended on the day of a renewal, and three days after it: not paid for; a week after: paid for
    ([row("b", "2025-01-15", "2025-04-15")], ("lost", 2, 3000)),
    ([row("b", "2025-01-15", "2025-04-18")], ("lost", 2, 3000)),
    ([row("b", "2025-01-15", "2025-04-22")], ("lost", 3, 4000)),
    # the last day of what was paid, and an end on the first day
    ([row("c", "2025-01-15", "2025-04-14")], ("lost", 2, 3000)),
    ([row("c", "2025-01-15", "2025-01-15")], ("lost", 0, 1000)),
    # a pause of two months; one that lasts; one that begins after the day of asking
    ([row("d", "2026-01-10", paused_at="2026-02-20", resumed_at="2026-04-20")], ("here", 3, 4000)),
    ([row("d", "2026-01-10", paused_at="2026-02-20")], ("paused", 1, 2000)),
    # the end is known and to come
    ([row("e", "2026-01-10", "2026-07-10")], ("leaving", 5, 6000)),
    # another plan and another price from the day on which the first ended, and after a break within the grace
    (
        [row("f", "2026-01-01", "2026-04-01", plan="s"), row("f", "2026-04-01", plan="l", price="25")],
        ("here", 5, 3000 + 3 * 2500),
    ),
    (
        [row("f", "2026-01-01", "2026-04-01", plan="s"), row("f", "2026-04-11", plan="s")],
        ("here", 5, 3000 + 3 * 1000),
    ),
    # from months to years: renewals are counted in years
    (
        [row("g", "2024-01-01", "2025-02-01"), row("g", "2025-02-01", period="year", price="100")],
        ("here", 2, 13_000 + 2 * 10_000),
    ),
    ([row("h", "2026-06-01", period="weekly")], ("here", 4, 5000)),
    ([row("h", "2026-06-01", "2026-06-16", period="fortnight")], ("lost", 0, 1000)),
]  # fmt: skip


@pytest.mark.parametrize(("told", "want"), TENURES)
def test_a_tenure_is_what_its_rows_say(told: list[tuple[Any, ...]], want: tuple[str, int, int]) -> None:
    (got,) = listed(tenures(rows(raw(*told), RULES), day_of("2026-06-30")), "customer_id")
    assert (got["state"], got["renewals"], got["paid"]) == want
    plans = [r[COLUMNS.index("plan")] for r in told]
    assert got["changes"] == sum(a != b for a, b in pairwise(plans))
    assert got["plan"] == plans[-1]


def test_who_comes_back_after_a_break_is_a_new_tenure() -> None:
    told = [row("a", "2025-01-01", "2025-04-01"), row("a", "2025-04-12"), row("b", "2026-06-01")]
    got = listed(tenures(rows(raw(*told), RULES), day_of("2026-06-30")), "customer_id")
    assert [(r["customer_id"], r["state"], r["renewals"]) for r in got] == [("a", "lost", 2), ("a", "here", 14), ("b", "here", 0)]  # fmt: skip


def test_only_what_was_seen_by_the_day_counts() -> None:
    told = [
        row("a", "2025-01-01", "2025-04-01"),
        row("b", "2025-03-15"),
        row("c", "2025-01-01", paused_at="2025-03-02"),
    ]
    got = listed(tenures(rows(raw(*told), RULES), day_of("2025-03-01")), "customer_id")
    assert [(r["customer_id"], r["state"], r["renewals"]) for r in got] == [("a", "leaving", 2), ("c", "here", 2)]


@pytest.mark.parametrize("engine", ENGINES)
def test_tenures_are_equal_on_every_engine(engine: str) -> None:
    each = [(f"{i}-{r[0]}", *r[1:]) for i, (told, _) in enumerate(TENURES) for r in told]
    faulty = [r for r, _ in FAULTS]
    want = tenures(rows(raw(*each, *faulty), RULES), day_of("2026-06-30"))
    got = tenures(rows(ENGINES[engine](raw(*each, *faulty)), RULES), day_of("2026-06-30"))
    assert listed(got, "customer_id") == listed(want, "customer_id")
    assert {k: str(v) for k, v in nw.from_native(got).collect_schema().items()} == {
        k: str(v) for k, v in nw.from_native(want).collect_schema().items()
    }
    assert last_day(rows(ENGINES[engine](raw(*each, *faulty)), RULES), RULES.today) == day_of("2026-06-16")


@pytest.mark.parametrize("reason", sorted(REASONS.keys() - {"unreadable row"}))
def test_too_many_bad_rows_are_refused_by_the_code_of_their_reason(reason: str) -> None:
    bad = [r for r, why in FAULTS if why == reason]
    good = [row("c", "2025-01-01", "2025-06-01"), row("d", "2025-01-01"), row("k", "2025-01-01")]
    cleaned = rows(raw(*good, *[row(f"x{i}", "2025-01-01") for i in range(9)], *bad), RULES)
    with pytest.raises(DataError) as caught:
        too_bad(cleaned, 0.01, "subs.csv")
    assert caught.value.code == REASONS[reason][0]
    assert "subs.csv, rows 13" in caught.value.where
    assert too_bad(cleaned, 0.9, "subs.csv") == {reason: len(bad)}


def test_a_table_without_a_subscription_is_refused() -> None:
    with pytest.raises(DataError, match="holds no subscription") as caught:
        too_bad(rows(raw(row("", "2025-01-01")), RULES), 1.0, "subs.csv")
    assert caught.value.code == "E229"
