"""Duplicates, refunds and orders: small cases by hand, and laws by hypothesis; every engine gives the same."""

from __future__ import annotations

from typing import Any

import duckdb
import narwhals as nw
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong import schema
from lifelong.tables import clean, identity, quality
from lifelong.tables.clean import LINES, Rules

KINDS = {name: getattr(pl, str(kind().__class__.__name__)) for name, kind in LINES.items()} | {"batch": pl.String}
DEFAULTS: dict[str, Any] = {
    "order_id": None, "customer_id": "c1", "email": None, "day": 100, "second": 0, "revenue": 1000, "refund": None,
    "cost": None, "quantity": None, "product": None, "channel": None, "status": None, "is_rounded": False,
    "is_single": True, "reason": None, "batch": "b1",
}  # fmt: skip


def frame(*rows: dict[str, Any]) -> pl.DataFrame:
    """Lines with what matters said and the rest filled in; rows are numbered within their batch."""
    full, count = [], {}
    for row in rows:
        told = DEFAULTS | row
        count[told["batch"]] = count.get(told["batch"], 0) + 1
        if told["refund"] is None:
            told["refund"] = max(0, -(told["revenue"] or 0))
        full.append({"row": count[told["batch"]], **told})
    return pl.DataFrame(full, schema=KINDS)


def marked(*rows: dict[str, Any]) -> pl.DataFrame:
    return clean.duplicates(frame(*rows)).sort("batch", "row")


def kept(lines: pl.DataFrame) -> pl.DataFrame:
    return lines.filter(pl.col("reason").is_null() & ~pl.col("duplicate"))


def orders(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return clean.orders(kept(marked(*rows))).sort("order_id").to_dicts()


# -- duplicates


def test_a_repeated_order_counts_once() -> None:
    told = marked({"order_id": "1"}, {"order_id": "1"}, {"order_id": "2"})
    assert told["repeats"].to_list() == [None, "repeated", None]
    assert told["is_alone"].to_list() == [False, False, True]


def test_equal_lines_of_one_basket_stay() -> None:
    line = {"order_id": "1", "is_single": False}
    assert not marked(line, line)["duplicate"].any()


def test_equal_orders_without_a_number_stay() -> None:
    assert not marked({}, {})["duplicate"].any()


def test_overlapping_batches_keep_the_largest_count() -> None:
    line = {"order_id": "1", "is_single": False}
    told = marked({**line, "batch": "a"}, {**line, "batch": "b"}, {**line, "batch": "b"}, {**line, "batch": "c"})
    assert told.filter(~pl.col("duplicate"))["batch"].to_list() == ["b", "b"]
    assert told["repeats"].to_list() == ["overlap", None, None, "overlap"]


def test_the_batch_that_reaches_furthest_holds() -> None:
    told = marked(
        {"order_id": "1", "revenue": 5, "batch": "a"},
        {"order_id": "9", "day": 200, "batch": "a"},
        {"order_id": "1", "revenue": 6, "batch": "b"},
        {"order_id": "2", "day": 150, "batch": "b"},
        {"order_id": "2", "day": 150, "batch": "a"},
    )
    assert told.select("batch", "order_id", "repeats").rows() == [
        ("a", "1", None), ("a", "9", None), ("a", "2", None), ("b", "1", "superseded"), ("b", "2", "overlap"),
    ]  # fmt: skip


def test_bad_rows_of_overlaps_count_once_too() -> None:
    bad = {"order_id": "1", "customer_id": None, "reason": "no customer"}
    assert marked({**bad, "batch": "a"}, {**bad, "batch": "b"})["duplicate"].to_list() == [False, True]


LINE = st.fixed_dictionaries(
    {
        "order_id": st.sampled_from([None, "1", "2", "3"]),
        "customer_id": st.sampled_from(["c1", "c2"]),
        "day": st.integers(100, 104),
        "revenue": st.sampled_from([500, 500, 700, -500, 0]),
        "product": st.sampled_from([None, "p", "q"]),
        "quantity": st.sampled_from([None, 1000, -1000]),
        "cost": st.sampled_from([None, 3]),
        "channel": st.sampled_from([None, "web"]),
        "reason": st.sampled_from([None, None, None, "no amount"]),
        "batch": st.sampled_from(["a", "b", "c"]),
    }
)


@given(st.lists(LINE, min_size=1, max_size=14), st.booleans(), st.randoms())
@settings(max_examples=40, deadline=None)
def test_the_order_of_rows_does_not_matter(rows: list[dict[str, Any]], is_single: bool, random: Any) -> None:
    lines = frame(*({**row, "is_single": is_single} for row in rows))
    mixed = list(range(len(rows)))
    random.shuffle(mixed)
    one, other = clean.duplicates(lines), clean.duplicates(lines[mixed])
    assert one.sort("batch", "row").rows() == other.sort("batch", "row").rows()
    assert sorted(clean.orders(kept(one)).rows(), key=str) == sorted(clean.orders(kept(other)).rows(), key=str)


# -- refunds


def _rules(told: pl.DataFrame) -> list[tuple[Any, ...]]:
    return clean.matches(kept(told)).sort("batch", "row").select("row", "target", "rule").rows()


def test_a_cancelled_invoice_finds_the_latest_earlier_one_with_the_same_goods() -> None:
    goods = {"product": "p", "quantity": 2000, "revenue": 500, "is_single": False}
    told = marked(
        {**goods, "order_id": "1", "day": 1},
        {**goods, "order_id": "2", "day": 2},
        {**goods, "order_id": "C3", "day": 3, "quantity": -2000, "revenue": -500},
        {**goods, "order_id": "C4", "day": 4, "quantity": -2000, "revenue": -500},
        {**goods, "order_id": "C5", "day": 5, "quantity": -2000, "revenue": -500},
        {**goods, "order_id": "6", "day": 6},
    )
    assert _rules(told) == [(3, "2", "same goods"), (4, "1", "same goods"), (5, "2", "same product")]


def test_a_partial_return_finds_the_product_then_the_latest_order() -> None:
    told = marked(
        {"order_id": "1", "product": "p", "quantity": 5000, "revenue": 500, "day": 1, "is_single": False},
        {"order_id": "2", "product": "q", "quantity": 1000, "revenue": 900, "day": 2, "is_single": False},
        {"order_id": "C3", "product": "p", "quantity": -1000, "revenue": -100, "day": 3, "is_single": False},
        {"order_id": "C4", "product": "r", "quantity": -1000, "revenue": -800, "day": 4, "is_single": False},
        {"order_id": "C5", "product": "r", "quantity": -1000, "revenue": -901, "day": 5, "is_single": False},
    )
    assert _rules(told) == [(3, "1", "same product"), (4, "2", "latest order"), (5, None, None)]


def test_a_refund_never_finds_a_later_order_or_another_customers() -> None:
    told = marked(
        {"order_id": "C1", "revenue": -500, "day": 1},
        {"order_id": "2", "revenue": 500, "day": 2},
        {"order_id": "C3", "revenue": -500, "day": 3, "customer_id": "c2"},
    )
    assert _rules(told) == [(1, None, None), (3, None, None)]


def test_a_discount_line_belongs_to_its_own_order() -> None:
    line = {"order_id": "1", "is_single": False}
    assert _rules(marked({**line, "revenue": 500}, {**line, "revenue": -50}, {"order_id": "0", "day": 1})) == []


def _by_hand(events: list[tuple[int, bool]]) -> dict[int, int]:
    """The same rule as a plain stack: which purchase each refund takes back."""
    stack: list[int] = []
    found = {}
    for at, is_back in events:
        if not is_back:
            stack.append(at)
        elif stack:
            found[at] = stack.pop()
    return found


@given(st.lists(st.tuples(st.integers(0, 2), st.booleans()), min_size=1, max_size=30))
@settings(max_examples=40, deadline=None)
def test_pairs_nest_as_a_stack_does(events: list[tuple[int, bool]]) -> None:
    rows = [
        {
            "order_id": str(i),
            "customer_id": f"c{c}",
            "product": "p",
            "quantity": -1000 if back else 1000,
            "day": i,
            "revenue": -500 if back else 500,
        }
        for i, (c, back) in enumerate(events)
    ]
    told = {int(r) - 1: int(t) for r, t, rule in _rules(marked(*rows)) if rule == "same goods"}
    want: dict[int, int] = {}
    for customer in range(3):
        want |= _by_hand([(i, back) for i, (c, back) in enumerate(events) if c == customer])
    assert told == want


# -- orders


def test_lines_become_an_order() -> None:
    line = {"order_id": "1", "is_single": False, "cost": 10}
    told = orders(
        {**line, "revenue": 500, "product": "b"},
        {**line, "revenue": 900, "product": "z", "channel": "web"},
        {**line, "revenue": 900, "product": "a"},
    )
    assert told == [
        {"order_id": "1", "customer_id": "c1", "day": 100, "revenue": 2300, "refund": 0, "cost": 30, "lines": 3, "is_order": 1, "product": "a", "channel": "web"}
    ]  # fmt: skip


def test_an_order_paid_back_is_no_order_and_a_zero_one_is() -> None:
    told = orders(
        {"order_id": "1", "revenue": 500},
        {"order_id": "C2", "revenue": -500, "day": 101},
        {"order_id": "3", "revenue": 0},
    )
    assert [(o["order_id"], o["revenue"], o["refund"], o["is_order"]) for o in told] == [
        ("1", 0, 500, 0),
        ("3", 0, 0, 1),
    ]


def test_a_refund_without_an_order_keeps_its_money() -> None:
    assert [(o["revenue"], o["is_order"]) for o in orders({"order_id": "C1", "revenue": -500})] == [(-500, 0)]


def test_orders_without_a_number_are_numbered_by_what_they_say() -> None:
    told = orders({"revenue": 900}, {"revenue": 500}, {"day": 101})
    assert [(o["order_id"], o["revenue"]) for o in told] == [
        ("c1@100.0#1", 500),
        ("c1@100.0#2", 900),
        ("c1@101.0", 1000),
    ]


def test_the_cost_is_empty_where_a_sold_line_has_none() -> None:
    line = {"order_id": "1", "is_single": False}
    assert orders({**line, "cost": 10}, line)[0]["cost"] is None


def test_without_amounts_revenue_is_empty() -> None:
    assert [o["revenue"] for o in orders({"revenue": None}, {"revenue": None})] == [None, None]


def test_merges_join_customers() -> None:
    lines = kept(marked({"order_id": "1", "customer_id": "a@b.pl"}, {"order_id": "2", "customer_id": "7"}))
    merges = pl.DataFrame({"alias": ["a@b.pl"], "customer_id": ["7"], "rule": ["x"]})
    assert clean.orders(lines, merges)["customer_id"].to_list() == ["7", "7"]
    assert clean.orders(lines, merges.head(0)).sort("order_id")["customer_id"].to_list() == ["a@b.pl", "7"]


@given(st.lists(LINE, min_size=1, max_size=20), st.booleans())
@settings(max_examples=40, deadline=None)
def test_no_cent_and_no_row_is_lost(rows: list[dict[str, Any]], is_single: bool) -> None:
    lines = marked(*({**row, "is_single": is_single} for row in rows))
    report = quality.report(lines.filter(pl.col("batch") == rows[0]["batch"]), Rules(), source="x", batch="b")
    assert report.rows_in == report.kept + report.quarantined + report.duplicates
    made = clean.orders(kept(lines))
    assert made["revenue"].sum() == kept(lines)["revenue"].sum()
    assert made["refund"].sum() == kept(lines)["refund"].sum()
    assert made["lines"].sum() == len(kept(lines))
    if not is_single:
        assert made.select("order_id", "customer_id").is_unique().all()


# -- identity


def _merges(*rows: dict[str, Any], undone: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    return identity.merges(kept(marked(*rows)), undone=undone).rows()


GUEST = {"customer_id": "a@b.pl", "email": "a@b.pl", "day": 90}
ACCOUNT = {"customer_id": "7", "email": "a@b.pl"}


def test_a_guest_joins_the_account() -> None:
    assert _merges(GUEST, ACCOUNT) == [("a@b.pl", "7", identity.GUEST)]
    assert _merges(GUEST, ACCOUNT, undone=("a@b.pl",)) == []
    assert _merges(GUEST, ACCOUNT, undone=(identity.GUEST,)) == []
    assert _merges(GUEST) == []


def test_accounts_join_through_a_chain_of_mails_under_the_earliest() -> None:
    chain = [
        {"customer_id": "9", "email": "x@b.pl", "day": 50},
        {"customer_id": "8", "email": "x@b.pl", "day": 60},
        {"customer_id": "8", "email": "y@b.pl", "day": 70},
        {"customer_id": "5", "email": "y@b.pl", "day": 80},
    ]
    assert _merges(*chain) == [("5", "9", identity.TWICE), ("8", "9", identity.TWICE)]


def test_shared_role_and_masked_mails_join_nobody() -> None:
    many = [{"customer_id": str(i), "email": "till@shop.pl"} for i in range(6)]
    role = [{"customer_id": str(i), "email": "info@shop.pl"} for i in (10, 11)]
    mask = [{"customer_id": str(i), "email": "x+1@allegromail.pl"} for i in (12, 13)]
    assert _merges(*many, *role, *mask) == []
    (finding,) = identity.findings(frame(*many))
    assert (finding.code, finding.facts["most"]) == ("D120", 6)
    assert identity.findings(frame(*role)) == ()


# -- engines

ENGINES = {
    "duckdb": lambda table: duckdb.connect().from_arrow(table),
    "polars lazy": lambda table: pl.from_arrow(table).lazy(),
    "pandas": lambda table: table.to_pandas(),
    "pyarrow": lambda table: table,
}
RAW = pa.table(
    {
        "row": list(range(1, 13)),
        "order_id": ["1", "1", "2", "C2", None, "T", "test-1", "9.0", "'10", "11", "12", "12"],
        "customer_id": ["7", "7", "7", "7", None, "8", "8", "9.0", "x@Y.pl", "0", "NULL", "1.2E+17"],
        "email": ["a@b.pl", "a@b.pl", None, None, "A@B.pl", "", "é@ü.pl", "no mail", None, "G@H.pl", None, None],
        "ordered_at": ["2025-03-01", "2025-03-01", "1.3.2025", "2025-03-02 9:05 PM", "2025-03-30T02:30:00+0200", "x", "2025-01-01",
                       "2025/3/4", "20250305", "2025-03-06 10:00", "2999-01-01", None],
        "revenue": ["1.50", "1.50", "1,234.567", "-3", "€ 4.00", "5", "6", "(7.25)", "8 000.00", "$9", "10", "abc"],
        "quantity": ["1", "1", "2", "-1", None, "1", "1", "1.5", "1", "1", "1", "1"],
        "product": ["p", "p", "q", "q", None, "r", "r", " s ", "NULL", "t", "t", "t"],
        "status": ["paid", "paid", "refunded", None, "test", "paid", "paid", "failed", "paid", "paid", "paid", "Zwrócone"],
    },
    schema=pa.schema([("row", pa.int64()), *((n, pa.string()) for n in ("order_id", "customer_id", "email", "ordered_at", "revenue", "quantity", "product", "status"))]),
)  # fmt: skip


def _rows(native: Any) -> list[tuple[Any, ...]]:
    table = nw.from_native(native)
    table = table.collect() if isinstance(table, nw.LazyFrame) else table
    return sorted((tuple(row.values()) for row in table.to_arrow().to_pylist()), key=str)


def _written(native: Any, engine: str) -> Any:
    """The frame written down, as a store does between two steps."""
    lazy = nw.from_native(native)
    if not isinstance(lazy, nw.LazyFrame):
        return native
    return ENGINES[engine](lazy.collect().to_arrow())


def _all(raw: Any, engine: str, rules: Rules) -> list[Any]:
    lines = nw.from_native(clean.lines(raw, rules)).with_columns(batch=nw.lit("b")).to_native()
    lines = _written(lines, engine)
    told = _written(clean.duplicates(lines), engine)
    good = nw.from_native(told).filter(nw.col("reason").is_null() & ~nw.col("duplicate")).to_native()
    merges = identity.merges(good)
    made = clean.orders(good, _written(merges, engine))
    report = quality.report(told, rules, source="x", batch="b").as_dict()
    return [_rows(x) for x in (lines, told, clean.matches(good), merges, made)] + [report]


@pytest.mark.parametrize("grain", ["order", "line"])
@pytest.mark.parametrize("engine", ENGINES)
def test_engines_agree(engine: str, grain: str) -> None:
    rules = Rules(
        columns=tuple(RAW.column_names[1:]), currency="EUR", grain=grain, cancel_prefix="C", timezone="Europe/Warsaw", today=20_500
    )  # fmt: skip
    assert _all(ENGINES[engine](RAW), engine, rules) == _all(pl.from_arrow(RAW), "polars", rules)


def test_orders_have_the_schemas_columns_and_types() -> None:
    made = clean.orders(kept(marked({"order_id": "1"})))
    assert made.columns == list(schema.names(schema.ORDERS))
    kinds = {"text": pl.String, "int32": pl.Int32, "int64": pl.Int64}
    assert [kinds[c.kind] for c in schema.ORDERS] == list(made.dtypes)
