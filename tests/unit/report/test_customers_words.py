"""What the report says of customers: where value sits, who comes again, cohorts, who is going quiet."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tests.unit.report.reading import plain, said, scored

from lifelong.report import (
    cohorts,
    loyalty,
    risk,
    value,
    verdict,
    words,
)
from lifelong.report.html import unstyled

if TYPE_CHECKING:
    from types import ModuleType

    from lifelong.report.inputs import ReportData


@pytest.fixture(scope="module")
def data(shop: ModuleType) -> ReportData:
    return shop.report_of(800)


# -- where value sits


def test_the_share_of_the_best_has_an_interval_about_it(data: ReportData) -> None:
    found = value.best_range(data)
    assert found is not None
    values = np.sort(data.scores.table["value"].to_numpy())[::-1]
    assert found.value == pytest.approx(values[:160].sum() / values.sum())
    assert 0 < found.low < found.value < found.high < 1


def test_the_interval_of_a_share_holds_by_simulation() -> None:
    """Two independent sums with a shared factor: 80 % intervals of the first-order formula cover four in five."""
    rng = np.random.default_rng(5)
    shared = np.exp(rng.normal(0, 0.2, 40_000))
    best, rest = rng.normal(800, 40, 40_000), rng.normal(200, 25, 40_000)
    share = best * shared / ((best + rest) * shared)
    s = 0.8
    half = 1.2816 * s * (1 - s) * np.hypot(40 / 800, 25 / 200)
    assert np.mean(abs(share - s) <= half) == pytest.approx(0.8, abs=0.02)


def test_without_the_group_the_share_stands_alone(data: ReportData) -> None:
    bare = replace(data, scores=replace(data.scores, groups={}))
    found = value.best_range(bare)
    assert found is not None
    assert found.low == found.value == found.high
    assert len(value.equity(bare)["rows"]) == 3


def test_the_model_error_is_told_or_its_absence(data: ReportData) -> None:
    assert "of that width is the model’s own error" in value.equity(data)["title"]
    blind = replace(data, scores=replace(data.scores, totals=replace(data.scores.totals, model_share=float("nan"))))
    found = value.equity(blind)
    assert "own error" not in found["title"]
    assert "too narrow" in found["source"]
    assert verdict.numbers(blind)["rows"][0]["note"] == "the model’s own error is not in it"


def test_without_the_model_error_the_band_is_narrower_by_its_share(data: ReportData) -> None:
    unit, t = words.unit_of(data), data.scores.totals
    rows = value.equity(data)["rows"]
    whole_, inner = rows[1]["drawing"], rows[2]["drawing"]
    assert (inner.high - inner.low) / (whole_.high - whole_.low) == pytest.approx(1 - t.model_share, abs=0.02)
    assert unit.spread(unit.total90(t)) == rows[0]["range"]


@pytest.mark.parametrize(
    ("values", "title"),
    [
        (np.r_[np.full(700, 1.0), np.full(100, 90.0)], "Most customers are worth little, and the mean hides it"),
        (np.full(800, 20.0) + np.arange(800) / 1000, "Customers are worth much the same: mean and median agree"),
        (np.r_[np.full(500, 10.0), np.full(300, 19.0)], "The mean lies above the middle customer"),
    ],
)
def test_the_spread_finds_what_is_there(data: ReportData, values: np.ndarray[Any, Any], title: str) -> None:
    assert value.spread(scored(data, value=values)).title.startswith(title)


def test_large_amounts_are_drawn_in_thousands(data: ReportData) -> None:
    f = value.spread(scored(data, value=np.linspace(1e3, 9e5, 800)))
    assert "thousand $" in f.measure


@pytest.mark.parametrize(
    ("values", "title"),
    [
        (np.ones(800), "Value is spread evenly: the best fifth will bring a fifth"),
        (np.r_[np.full(640, 0.1), np.full(160, 90.0)], "Nearly all of it sits with the best fifth"),
        (np.r_[np.full(640, 1.0), np.full(160, 4.0)], "The best fifth will bring half"),
    ],
)
def test_the_best_fifth_is_told_as_it_is(data: ReportData, values: np.ndarray[Any, Any], title: str) -> None:
    assert value.best(scored(data, value=values)).title.startswith(title)


def test_a_base_without_value_is_no_crash(data: ReportData) -> None:
    nothing = scored(data, value=np.zeros(800), orders=np.zeros(800), historic=np.zeros(800), at_risk=np.zeros(800))
    assert value.spread(nothing).missing
    assert value.best(nothing).missing
    assert said(nothing)[1].startswith("No value is expected of anyone")
    assert "No value is expected" in plain(unstyled(nothing))


def test_refunds_above_revenue_leave_the_past_out_of_the_curve(data: ReportData) -> None:
    past = np.full(800, 5.0)
    past[0] = -40.0
    assert "so far in ink" not in value.best(scored(data, historic=past)).measure


# -- once or for life


def test_bars_split_customers_past_and_future(data: ReportData) -> None:
    found = loyalty.section(data)
    assert [b["name"] for b in found["bars"]] == ["Customers", "Value so far", "Value to come"]
    once = data.loyalty["one_time"]
    assert found["bars"][0]["part"] == pytest.approx(once / 800)
    assert "brought" in found["title"]


def test_loyalty_without_measures_counts_from_the_scores(data: ReportData) -> None:
    found = loyalty.section(replace(data, loyalty={}))
    assert {f["text"] for f in found["facts"]} == {"not known"}
    assert "will bring" in found["title"]
    assert loyalty.one_time_share(replace(data, loyalty={"customers": 0, "one_time": 0})) is None
    assert (
        loyalty.section(replace(data, loyalty={"customers": 0, "one_time": 0}))["title"] == "No customer is counted yet"
    )


# -- cohorts


def test_unripe_cells_hold_the_expectation_and_no_count(shop: ModuleType, data: ReportData) -> None:
    found = cohorts.section(data)
    assert found is not None
    last = found["rows"][-1]["cells"]
    assert last[-1]["kind"] == "none"
    unripe = [c for row in found["rows"] for c in row["cells"] if c["kind"] == "u"]
    assert unripe
    assert all(c["note"] == "expected" for c in unripe)
    assert found["has_expected"]


def test_a_cell_is_shaded_by_its_printed_number(data: ReportData) -> None:
    found = cohorts.section(data)
    assert found is not None
    by_text: dict[str, set[str]] = {}
    for row in found["rows"]:
        for c in row["cells"]:
            if c["kind"].startswith("h"):
                by_text.setdefault(c["text"], set()).add(c["kind"])
    assert all(len(kinds) == 1 for kinds in by_text.values())
    assert {k for kinds in by_text.values() for k in kinds} <= {f"h{i}" for i in range(1, 7)}


def cells(
    cohort: str, customers: int, buyers: int, ripe: int = 1, expected: float | None = None
) -> list[dict[str, Any]]:
    return [
        {"cohort": cohort, "first_day": 20118 if "W" in cohort else f"{cohort}-01", "customers": customers, "period": p, "buyers": buyers if p else customers,
         "orders": buyers if p else customers, "revenue": 1000 * buyers, "is_ripe": p <= ripe, "expected": None if p <= ripe else expected}
        for p in range(3)
    ]  # fmt: skip


def test_cohorts_that_differ_beyond_chance_are_the_finding(data: ReportData) -> None:
    worse = replace(
        data, cohorts=[*cells("2025-01", 500, 150), *cells("2025-02", 500, 140), *cells("2025-03", 500, 60)]
    )
    assert cohorts.section(worse)["title"].startswith("Later cohorts come back less: 12 in a hundred")
    better = replace(data, cohorts=[*cells("2025-01", 500, 60), *cells("2025-02", 500, 140)])
    assert cohorts.section(better)["title"].startswith("Later cohorts come back more")
    same = replace(data, cohorts=[*cells("2025-01", 50, 10), *cells("2025-02", 50, 12)])
    assert cohorts.section(same)["title"].startswith("No clear difference between cohorts: about 22 in a hundred")


def test_one_cohort_none_ripe_and_none_at_all(data: ReportData) -> None:
    assert "One cohort is too few" in cohorts.section(replace(data, cohorts=cells("2025-01", 90, 9)))["title"]
    young = replace(data, cohorts=cells("2025-01", 90, 9, ripe=0, expected=7.0))
    found = cohorts.section(young)
    assert found["title"] == "No cohort is ripe yet"
    assert [c["text"] for c in found["rows"][0]["cells"]] == ["8", "8"]
    assert cohorts.section(replace(data, cohorts=())) is None
    assert 'id="cohorts"' not in unstyled(replace(data, cohorts=()))


def test_without_expectations_cells_count_customers(data: ReportData) -> None:
    found = cohorts.section(replace(data, cohorts=cells("2025-W05", 90, 9, ripe=1), cohort_unit="week"))
    assert found["measure"].startswith("Customers who ordered again")
    assert found["rows"][0]["cells"][1] == {"kind": "u", "text": "", "note": "not ripe"}
    assert found["rows"][0]["name"] == "30 Jan 2025"


def test_columns_of_several_weeks_are_named_by_them(data: ReportData) -> None:
    rows = [{**c, "first_day": 20118} for c in cells("2025-01-30", 90, 9)]
    found = cohorts.section(replace(data, cohorts=rows, cohort_unit=14, cohort_age=28))
    assert found["periods"] == ["1–4", "5–8"]
    assert found["measure"].endswith("by weeks since the first order")
    assert found["unit"].replace("\xa0", " ") == "2 weeks"
    assert found["rows"][0]["name"] == "30 Jan 2025"
    odd = cohorts.section(replace(data, cohorts=cells("2025-Q1", 90, 9), cohort_unit=45))
    assert odd["unit"].replace("\xa0", " ") == "45 days"
    assert odd["rows"][0]["name"] == "2025-Q1"


def test_a_cohort_of_nobody_is_no_crash(data: ReportData) -> None:
    found = cohorts.section(replace(data, cohorts=[*cells("2025-01", 0, 0), *cells("2025-02", 40, 5)]))
    assert found["rows"][0]["so_far"] == ""


def test_orders_a_head_stand_for_revenue_without_amounts(shop: ModuleType) -> None:
    bare = shop.report_of(300, currency="")
    assert cohorts.section(bare)["rows"][0]["so_far"].count(".") == 1


def test_long_histories_are_cut_and_it_is_said(data: ReportData) -> None:
    many = [c for y in range(2021, 2025) for m in range(1, 13) for c in cells(f"{y}-{m:02d}", 40, 5)]
    found = cohorts.section(replace(data, cohorts=many))
    assert len(found["rows"]) == cohorts.MOST_COHORTS
    assert "The last 24 of 48 cohorts are shown." in found["source"]


# -- who is going quiet


def test_the_quiet_have_broken_their_own_rhythm(data: ReportData) -> None:
    found = risk.quiet(data)
    t = data.scores.table
    assert found.rows
    for i in found.rows:
        assert t["silent_days"][i].as_py() > 2 * t["rhythm_days"][i].as_py()
        assert 0.25 <= t["alive"][i].as_py() <= 0.75
    at_risk = [t["at_risk"][i].as_py() for i in found.rows]
    assert at_risk == sorted(at_risk, reverse=True)
    assert found.total == pytest.approx(sum(at_risk))


def test_the_action_leaves_a_fifth_alone(data: ReportData) -> None:
    found, section = risk.quiet(data), risk.section(data)
    n = len(found.rows)
    assert section["action"]["title"] == f"Write to {n - n // 5} of them this week and leave {n // 5} alone"
    assert section["action"]["command"] == "lifelong export customers.csv"
    assert len(section["rows"]) == min(10, n)


def test_nobody_quiet(data: ReportData) -> None:
    calm = scored(data, silent_days=np.zeros(800, np.int32))
    assert risk.section(calm)["title"] == "Nobody has broken their own rhythm enough to act on"
    assert risk.section(calm)["action"] is None
    assert "Nobody has broken" in plain(unstyled(calm))


def test_what_is_at_risk_without_amounts_is_orders(shop: ModuleType) -> None:
    found = risk.section(shop.report_of(600, currency=""))
    assert "expected orders go with them" in found["title"]
    assert "cannot be said" in found["action"]["text"]


def test_one_quiet_customer_needs_no_lot(data: ReportData) -> None:
    silent = np.zeros(800, np.int32)
    i = risk.quiet(data).rows[0]
    silent[i] = data.scores.table["silent_days"][i].as_py()
    one = scored(data, silent_days=silent)
    assert risk.section(one)["title"].startswith("1\xa0customer has broken")
    assert risk.section(one)["action"] is None
    assert "1 customer is going quiet" in said(one)[1]
