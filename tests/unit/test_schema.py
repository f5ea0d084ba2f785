"""The canonical tables: one spelling, one kind, said in words."""

from __future__ import annotations

import pytest

from lifelong import schema

TABLES = {
    "source": schema.SOURCE,
    "orders": schema.ORDERS,
    "summary": schema.SUMMARY,
    "patterns": schema.PATTERNS,
    "gaps": schema.GAPS,
    "scores": schema.SCORES,
    "next orders": schema.NEXT_ORDERS,
}


@pytest.mark.parametrize("table", TABLES.values(), ids=TABLES)
def test_names_are_unique_and_every_column_is_explained(table: tuple[schema.Column, ...]) -> None:
    names = schema.names(table)
    assert len(set(names)) == len(names)
    for column in table:
        assert column.name.isidentifier()
        assert column.kind in {"text", "int32", "int64", "float64"}
        assert column.meaning.endswith(".")
        assert column.kind == "text" or column.unit


def test_a_source_needs_who_and_when() -> None:
    assert [c.name for c in schema.SOURCE if c.is_required] == ["customer_id", "ordered_at"]


def test_who_somebody_is_is_marked_personal() -> None:
    for table in TABLES.values():
        for column in table:
            assert column.is_personal is (column.name in {"customer_id", "email", "phone"})


def test_days_and_money_are_whole_numbers() -> None:
    for table in (schema.ORDERS, schema.SUMMARY, schema.PATTERNS, schema.GAPS, schema.NEXT_ORDERS):
        for column in table:
            if column.unit.startswith(("days", "order days")):
                assert column.kind == "int32"
            if column.unit == "minor units":
                assert column.kind == "int64"
