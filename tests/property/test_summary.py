"""Summary and patterns against a reckoning in plain Python, on any orders that hypothesis thinks of."""

from __future__ import annotations

from collections import Counter, defaultdict

import duckdb
import polars as pl
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.tables import cohorts, patterns, summary

AMOUNT = st.none() | st.integers(-(10**6), 10**6) | st.integers(0, 2**58)
ORDER = st.tuples(
    st.sampled_from(["", "a", "b", "'", "É", "zz"]),
    st.integers(-40, 40),
    st.integers(0, 1),
    AMOUNT,
    st.none() | st.integers(0, 99),
)
SCHEMA = pa.schema(
    [
        ("customer_id", pa.string()),
        ("day", pa.int32()),
        ("is_order", pa.int32()),
        ("revenue", pa.int64()),
        ("cost", pa.int64()),
    ]
)


def _table(rows: list[tuple]) -> pa.Table:
    return pa.table([[r[k] for r in rows] for k in range(5)], schema=SCHEMA)


def _reckoned(rows: list[tuple], until: int) -> list[dict]:
    """The summary by plain loops, straight from its definition."""
    people = defaultdict(list)
    for row in rows:
        if row[1] <= until:
            people[row[0]].append(row)
    out = []
    for customer, theirs in sorted(people.items()):
        visits = sorted({day for _, day, is_order, _, _ in theirs if is_order})
        if not visits:
            continue
        money = Counter()
        for _, day, _, revenue, _ in theirs:
            money[day] += revenue or 0
        paid = [money[day] for day in visits[1:] if money[day] > 0]
        known = [r[3] for r in theirs if r[3] is not None]
        costs = [r[4] for r in theirs]
        out.append(
            {
                "customer_id": customer,
                "x": len(visits) - 1,
                "t_x": visits[-1] - visits[0],
                "T": until - visits[0],
                "first_day": visits[0],
                "orders": sum(r[2] for r in theirs),
                "revenue": sum(known) if known else None,
                "cost": None if None in costs else sum(costs),
                "spend_x": len(paid),
                "spend": sum(paid),
            }
        )
    return out


@settings(max_examples=120, deadline=None)
@given(st.lists(ORDER, max_size=25), st.integers(-30, 45))
def test_summary_is_what_its_definition_says(rows, until):
    table = _table(rows)
    want = _reckoned(rows, until)
    got = summary.summary(table, until)
    assert got.to_pylist() == want
    assert summary.ordered(summary.summary(pl.from_arrow(table).lazy(), until)).collect().to_dicts() == want
    assert summary.without_visit(table, until) == len({r[0] for r in rows if r[1] <= until}) - len(want)

    told = patterns.to_patterns(patterns.patterns(got))
    assert Counter((r["x"], r["t_x"], r["T"]) for r in want) == {
        (x, t, T): n for x, t, T, n in zip(told.x, told.t_x, told.T, told.count, strict=True)
    }
    spend = patterns.to_spend(patterns.spends(got), 0)
    assert spend.customers == len(want)


@settings(max_examples=25, deadline=None)
@given(st.lists(ORDER, max_size=25), st.integers(-30, 45))
def test_duckdb_says_the_same(rows, until):
    with duckdb.connect() as connection:
        made = summary.ordered(summary.summary(connection.from_arrow(_table(rows)), until))
        assert made.to_arrow_table().to_pylist() == _reckoned(rows, until)


@settings(max_examples=60, deadline=None)
@given(st.lists(ORDER, max_size=25), st.integers(-30, 45))
def test_cohorts_hold_every_customer_and_every_order_day_once(rows, until):
    want = _reckoned(rows, until)
    got = cohorts.curves(_table(rows), until)
    assert sum(c["customers"] for c in got if c["period"] == 0) == len(want)
    assert sum(c["orders"] for c in got) == sum(r["x"] + 1 for r in want)
    assert sum(c["revenue"] or 0 for c in got) == sum(r["revenue"] or 0 for r in want)
    assert all(c["buyers"] <= c["customers"] for c in got)
