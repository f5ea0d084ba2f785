"""The report's words, the refusal's words, and the small doors of cleaning that the store does not use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import polars as pl
import pytest

from lifelong.errors import DataError
from lifelong.tables import clean, identity, quality, quality_findings
from lifelong.tables.clean import Rules

if TYPE_CHECKING:
    from lifelong.values import ImportReport

RULES = Rules(columns=("order_id", "customer_id", "ordered_at", "revenue", "currency"), currency="EUR", today=20_500)


def _lines(**columns: list[str]) -> pl.DataFrame:
    n = len(next(iter(columns.values())))
    full = {
        "order_id": [str(i + 1) for i in range(n)],
        "customer_id": ["7"] * n,
        "ordered_at": ["2025-01-02"] * n,
        "revenue": ["1.00"] * n,
        "currency": ["EUR"] * n,
        **columns,
    }
    return clean.lines(pl.DataFrame({"row": range(1, n + 1), **full}), RULES)


def _report(**columns: list[str]) -> ImportReport:
    marked = clean.duplicates(_lines(**columns).with_columns(batch=pl.lit("b")))
    return quality.report(marked, RULES, source="orders.csv", batch="b")


def _refused(report: ImportReport, share: float) -> DataError:
    with pytest.raises(DataError) as told:
        quality.too_bad(report, share)
    return told.value


def test_the_refusal_says_which_rows_why_and_what_to_do() -> None:
    report = _report(customer_id=["", "7", "", "7", "", "", "7", "7", "7", "7"], revenue=["1"] * 9 + ["x"])
    told = _refused(report, 0.01)
    assert str(told) == (
        "E104  4 of 10 rows have no customer (40 %; allowed 1 %); 1 more are bad for other reasons\n"
        "where orders.csv, rows 1, 3, 5 and 1 more\n"
        "why   an order without a customer belongs in nobody's history\n"
        "fix   name another column:  lifelong ingest orders.csv --column customer_id=email\n"
        "      or leave them out:  lifelong ingest orders.csv --bad-share 51%"
    )
    quality.too_bad(report, 0.5)


def test_a_currency_without_a_rate_is_refused_at_any_share() -> None:
    told = _refused(_report(currency=["EUR", "EUR", "USD"]), 1.0)
    assert (told.code, "--rate" in told.fix) == ("E105", True)


def test_what_was_set_aside_by_rule_is_no_fault() -> None:
    quality.too_bad(_report(order_id=["test-1", "test-2", "3"]), 0.0)
    assert "test order" not in {r for r, c in clean.REASONS.items() if c.is_fault}


def test_every_reason_has_a_finding_and_every_finding_its_words() -> None:
    assert quality_findings.fault_codes() <= set(quality_findings.FINDINGS)
    for code, (severity, words) in quality_findings.FINDINGS.items():
        assert code.startswith("D1")
        assert severity in {"info", "warning", "error"}
        assert words


def test_an_outlier_and_a_gap_are_told() -> None:
    dates = [f"2025-01-{1 + i % 28:02d}" for i in range(119)] + ["2025-04-15"]
    report = _report(ordered_at=dates, revenue=["1.00"] * 119 + ["900.00"])
    told: dict[str, dict[str, Any]] = {f.code: dict(f.facts) for f in report.findings}
    assert told["D114"] == {"first": "2025-01-29", "last": "2025-04-14", "days": 76}
    assert told["D111"]["amount"] == "900.00 EUR"
    assert quality_findings.gaps([1, 400]) == []


def test_lines_can_become_orders_without_a_store() -> None:
    """Without batches and marks every row is grouped, and the orders are the same."""
    lines = _lines(revenue=["5.00", "-5.00", "3.00"])
    marked = clean.duplicates(lines.with_columns(batch=pl.lit("b")))
    assert clean.orders(lines).sort("order_id").rows() == clean.orders(marked).sort("order_id").rows()
    assert clean.matches(lines).rows() == [("", 2, "1", "same goods")]


def test_merges_of_a_relation_are_a_relation() -> None:
    lines = pl.DataFrame(
        {"customer_id": ["a@b.pl", "7"], "email": ["a@b.pl", "a@b.pl"], "day": [1, 2], "second": [0, 0], "row": [1, 2]}
    )
    merged = identity.merges(duckdb.from_arrow(lines.to_arrow()))
    assert isinstance(merged, duckdb.DuckDBPyRelation)
    assert merged.fetchall() == [("a@b.pl", "7", identity.GUEST)]
    assert identity.merges(lines.lazy()).collect().rows() == [("a@b.pl", "7", identity.GUEST)]
