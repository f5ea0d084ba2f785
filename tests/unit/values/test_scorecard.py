"""A change is told only where the interval of it leaves out 0."""

from __future__ import annotations

from dataclasses import replace
from math import hypot

import pytest

from lifelong.values.scorecard import Entry, Scorecard


def entry(value: float | None, low: float | None = None, high: float | None = None, unit: str = "count") -> Entry:
    return Entry("n", "rlv", "title", unit, value, low, high)


def test_the_interval_of_a_change_is_made_of_both() -> None:
    made = entry(100.0, 90.0, 115.0).since(entry(80.0, 76.0, 88.0))
    assert (made.before, made.change, made.verdict) == (80.0, 20.0, "higher")
    assert made.change_low80 == pytest.approx(20 - hypot(10, 8))
    assert made.change_high80 == pytest.approx(20 + hypot(15, 4))


@pytest.mark.parametrize(
    ("now", "old", "word"),
    [
        (entry(100.0, 80.0, 120.0), entry(90.0, 70.0, 110.0), "no clear change"),
        (entry(50.0, 45.0, 55.0), entry(90.0, 85.0, 95.0), "lower"),
        (entry(100.0), entry(99.0), "higher"),
        (entry(100.0), entry(100.0), "as before"),
        (entry(100.0), entry(None), ""),
        (entry(None), entry(100.0), ""),
    ],
)
def test_the_word_goes_by_the_interval(now: Entry, old: Entry, word: str) -> None:
    made = now.since(old)
    assert (made.verdict, made.before) == (word, old.value)


def test_cells_of_each_unit() -> None:
    assert entry(123_456.0, 99_900.0, 200_000.0, "money").cells(2) == ("title", "1,235", "999.00-2,000", "", "")
    assert entry(0.256, unit="share").since(entry(0.3, unit="share")).cells(2)[3:] == ("30.0%", "-4.4%")
    assert entry(3.456, unit="ratio").cells(2)[1] == "3.46"
    assert entry(None, unit="months").cells(2)[1] == "not known"


def test_columns_of_large_firms_do_not_touch() -> None:
    old = entry(-123_456_789.0, -223_456_789.0, 999_999_900.0, "money")
    now = replace(entry(235_778_100.0, 121_854_700.0, 999_999_900.0, "money"), title="value a customer, mean")
    made = Scorecard("n", "2026-06-30", "EUR", 2, "m", "", "d", "", (now.since(old), old), None, "", "not done")
    line = next(line for line in str(made).splitlines() if line.startswith("value a"))
    assert line.split("mean")[1].split() == ["2,357,781", "1,218,547-9,999,999", "-1,234,568", "no", "clear", "change"]
    assert len(line) == 80
    assert entry(12_345_678_900.0, unit="money").cells(2)[1] == "123.46 M"
