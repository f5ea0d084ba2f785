"""Several files of subscriptions as one table, and the report of each."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.tables.test_subscription_status import RULES, raw

from lifelong.tables import subscription_report
from lifelong.tables.subscription_versions import versions


def _marks(*parts: Any) -> list[tuple[int, int, str | None, str | None]]:
    told = versions([(part, RULES, "") for part in parts])
    names = ("batch", "row", "repeats", "reason")
    return list(zip(*(told[name].to_list() for name in names), strict=True))


def who(customer: str, start: str = "2026-01-01", **more: str) -> dict[str, str]:
    return {"customer_id": customer, "started_at": start, **more}


def test_the_last_file_that_tells_of_a_subscription_holds() -> None:
    first = raw(who("a", subscription_id="s1"), who("b"), who("c"), who("d", subscription_id="s4"))
    second = raw(
        who("a", "2026-01-02", subscription_id="s1"),  # the number tells it, though its day was put right
        who("b", ended_at="2026-03-01"),
        who("c", "2026-05-01"),  # another one of the same customer, which begins before the first has ended
        who("d", price="x", subscription_id="s4"),  # cannot be read: the earlier row stays
    )
    assert _marks(first, second) == [
        (0, 1, "superseded", None), (0, 2, "superseded", None), (0, 3, None, None), (0, 4, None, None),
        (1, 1, None, None), (1, 2, None, None), (1, 3, None, "overlap"), (1, 4, None, "no price"),
    ]  # fmt: skip


def test_a_row_said_twice_counts_once_and_stretches_of_one_number_all_count() -> None:
    twice = raw(who("a"), who("a"), who("b", price="1"), who("b", price="2"))
    assert _marks(twice) == [(0, 1, None, None), (0, 2, "repeated", None), (0, 3, None, None), (0, 4, None, "overlap")]
    plans = raw(
        who("a", ended_at="2026-02-01", subscription_id="s"), who("a", "2026-02-01", subscription_id="s", plan="gold")
    )
    assert _marks(plans, plans)[:2] == [(0, 1, "superseded", None), (0, 2, "superseded", None)]
    assert _marks(plans, plans)[2:] == [(1, 1, None, None), (1, 2, None, None)]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0)])
def test_files_apart_may_come_in_any_order(order: tuple[int, ...]) -> None:
    parts = [raw(who(f"a{i}"), who(f"b{i}", price="bad")) for i in range(3)]
    told = versions([(parts[i], RULES, "") for i in order])
    assert sorted(zip(told["customer_id"].to_list(), told["reason"].to_list(), strict=True), key=str) == sorted(
        [(f"a{i}", None) for i in range(3)] + [(f"b{i}", "no price") for i in range(3)], key=str
    )


def test_rows_and_prices_of_a_report_add_up() -> None:
    table = raw(
        who("a"), who("a"), who("b", price="2.50"), who("c", price="7", ended_at="2025-01-01"), who("d", price="")
    )
    report = subscription_report.report(versions([(table, RULES, "")]), "EUR", "subs.csv", "b1")
    assert (report.rows_in, report.kept, report.quarantined, report.duplicates) == (5, 2, 2, 1)
    assert (report.money_in, report.money_kept, report.money_quarantined, report.money_duplicates) == (
        2950,
        1250,
        700,
        1000,
    )
    assert report.details["rows"] == {"end before start": [4], "no price": [5]}
    assert "prices" in str(report)
    nothing = subscription_report.report(versions([(raw(who("a", price="")), RULES, "")]), "EUR", "subs.csv", "b1")
    assert (nothing.kept, nothing.first_day, nothing.customers) == (0, "", 0)
