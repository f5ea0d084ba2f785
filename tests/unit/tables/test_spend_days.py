"""Spend by day: whatever the files, their costs are all accounted for, and what is told twice counts once."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.tables.spend_days import KINDS, daily

_ROW = {
    "source": "google", "medium": "cpc", "channel": "paid search", "purpose": "acquisition", "origin": "google_ads",
    "impressions": None, "clicks": None, "conversions": None, "conversion_value": None, "reason": None,
}  # fmt: skip


def row(campaign: str, first: int, last: int, cost: int, **told: Any) -> dict[str, Any]:
    """A cleaned row."""
    return _ROW | {"campaign": campaign, "first": first, "last": last, "cost": cost} | told


rows = st.builds(
    row, st.sampled_from("ab"), st.integers(0, 5), st.integers(5, 9), st.integers(-500, 10_000),
    reason=st.sampled_from([None, None, None, "total row", "invalid day"]), clicks=st.none() | st.integers(0, 50),
    origin=st.sampled_from(["google_ads", "file"]),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(rows, max_size=6), max_size=4))
def test_every_row_and_every_cent_is_accounted_for(files: list[list[dict[str, Any]]]) -> None:
    table, told = daily(files)
    for of, parts in zip(files, told, strict=True):
        assert sum(parts.rows.values()) == len(of)
        assert sum(parts.cost.values()) == sum(r["cost"] for r in of)
        assert sum(parts.channels.values()) == parts.cost["kept"]
        assert set(parts.rows) == set(parts.cost) == set(KINDS)
    assert sum(r["cost"] for r in table) == sum(parts.cost["kept"] for parts in told)
    keys = [(r["day"], r["channel"], r["campaign"], r["origin"]) for r in table]
    assert keys == sorted(keys)
    assert len(keys) == len(set(keys))


def test_the_last_file_that_tells_of_a_campaign_s_day_holds() -> None:
    table, (first, second) = daily([[row("a", 0, 3, 401)], [row("a", 2, 2, 50, clicks=3), row("a", 2, 2, 5)]])
    assert [r["cost"] for r in table] == [101, 100, 55, 100]
    assert table[2]["clicks"] == 3
    assert (first.rows["kept"], first.cost["kept"], first.cost["older"]) == (1, 301, 100)
    assert (second.rows["kept"], second.cost["kept"]) == (2, 55)
    assert second.shared == 0
    _, (old, _) = daily([[row("a", 2, 2, 401)], [row("a", 1, 3, 50)]])
    assert (old.rows["older"], old.cost["older"]) == (1, 401)


def test_days_of_which_two_reports_name_other_campaigns_are_counted() -> None:
    _, (first, second) = daily([[row("old name", 0, 3, 400)], [row("new name", 2, 5, 400)]])
    assert (first.shared, second.shared) == (0, 2)
    _, (_, beside) = daily([[row("radio", 0, 3, 400, origin="file")], [row("poster", 2, 5, 400, origin="file")]])
    assert beside.shared == 0
