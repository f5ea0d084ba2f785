"""What the report says: findings follow the data, bad news stands in the verdict, every shop gets sense."""

from __future__ import annotations

import html
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from lifelong.i18n import MINUS
from lifelong.report import (
    cohorts,
    drawings,
    glossary,
    judged,
    loyalty,
    origin,
    risk,
    trust,
    truth,
    value,
    verdict,
    words,
)
from lifelong.report.html import unstyled
from lifelong.report.words import Range
from lifelong.values import Estimate, Finding

if TYPE_CHECKING:
    from types import ModuleType

    from lifelong.report.inputs import ReportData
    from lifelong.values import Fit


def plain(text: str) -> str:
    """Words only: no tags, no entities, ordinary spaces."""
    body = text.partition("<body>")[2] or text
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\xa0", " "))


def said(data: ReportData) -> list[str]:
    return [plain(str(s)).strip() for s in verdict.sentences(data)]


def scored(data: ReportData, **columns: Any) -> ReportData:
    """The same data with columns of the scores replaced."""
    table = data.scores.table
    for name, column in columns.items():
        table = table.set_column(table.column_names.index(name), name, pa.array(column, from_pandas=True))
    return replace(data, scores=replace(data.scores, table=table))


@pytest.fixture(scope="module")
def data(shop: ModuleType) -> ReportData:
    return shop.report_of(800)


# -- the verdict


def test_the_verdict_is_three_sentences_with_the_numbers_of_the_scores(data: ReportData) -> None:
    worth, where, trust_ = said(data)
    unit, t = words.unit_of(data), data.scores.totals
    assert unit.say(unit.total(t)) in worth
    assert unit.spread(unit.total(t)) in worth
    assert "160 people" in where.replace("\xa0", " ")
    assert trust_.startswith("Read the total as cautious: on 26 weeks it had never seen")
    assert "missed by 11 % on average over 3 test dates" in trust_


@pytest.mark.parametrize(
    ("miss", "gain", "start", "end"),
    [
        (0.02, 0.2, "The past bears it out", "below the rule of thumb’s."),
        (0.14, 0.2, "Read the total as hopeful", "too many orders and missed by 15 % on average"),
        (-0.4, 0.2, "Do not plan on the total", "too few orders"),
        (0.0, -0.3, "Do not rank customers by it", "it did not beat the rule of thumb."),
    ],
)
def test_bad_news_stands_in_the_verdict(
    shop: ModuleType, data: ReportData, miss: float, gain: float, start: str, end: str
) -> None:
    board = shop.board_of(shop.Shop(800), miss, gain)
    sentence = said(replace(data, leaderboard=board))[2]
    assert sentence.startswith(start)
    assert end in sentence


def test_the_miss_of_value_is_told_where_it_was_measured(data: ReportData) -> None:
    assert data.leaderboard is not None
    rows = [{**r, "measure": "value", "bias": -0.31} for r in data.leaderboard.rows]
    sentence = said(replace(data, leaderboard=replace(data.leaderboard, rows=rows)))[2]
    assert sentence.startswith("Do not plan on the total")
    assert "31 % too little margin" in sentence


def test_without_a_back_test_the_verdict_says_so(data: ReportData) -> None:
    untested = replace(data, leaderboard=None)
    assert said(untested)[2].startswith("Nothing has tested these numbers")
    text = plain(unstyled(untested))
    assert text.count("Nothing has tested these numbers") == 2
    assert "May you believe it?" in text


def test_small_firms_are_told_to_read_ranges(shop: ModuleType) -> None:
    assert said(shop.report_of(50))[2].endswith("With 50 customers, read the ranges and not the numbers.")


def test_one_test_date_without_a_baseline_and_a_total_that_was_met(data: ReportData) -> None:
    assert data.leaderboard is not None
    one = [row("bg_nbd", 0.8, measure="value", bias=0.001)]
    sentence = said(replace(data, leaderboard=replace(data.leaderboard, rows=one, tracking=())))[2]
    assert (
        sentence
        == "The past bears it out: on dates it had never seen, the model forecast margin within half a per cent."
    )


def test_a_lucky_last_date_does_not_make_the_verdict(data: ReportData) -> None:
    assert data.leaderboard is not None
    bias = {"1997-09-30": -0.4, "1997-12-31": -0.3, "1998-03-31": -0.01}
    rows = [{**r, "measure": "value", "bias": bias[r["origin"]]} for r in data.leaderboard.rows]
    sentence = said(replace(data, leaderboard=replace(data.leaderboard, rows=rows)))[2]
    assert sentence.startswith("Do not plan on the total")
    assert "1 % too little margin and missed by 24 % on average over 3 test dates" in sentence


# -- five numbers


def test_five_numbers_share_one_scale_that_holds_every_band(data: ReportData) -> None:
    found = verdict.numbers(data)
    assert [r["key"] for r in found["rows"]] == ["equity", "value", "orders", "best_fifth", "one_time"]
    for row in found["rows"][:4]:
        assert 0 <= row["drawing"].low < row["drawing"].at == 50 < row["drawing"].high <= 100
    assert found["rows"][4]["drawing"] is None
    assert found["rows"][4]["kind"] == "fact"


def test_the_mean_never_stands_without_the_median(data: ReportData) -> None:
    assert verdict.numbers(data)["rows"][1]["note"].startswith("median ")
    d = value.spread(data)
    assert "Median" in str(d.drawings[0])
    assert "Mean" in str(d.drawings[0])


def test_five_numbers_of_a_shop_without_amounts(shop: ModuleType) -> None:
    rows = verdict.numbers(shop.report_of(600, currency=""))["rows"]
    assert len(rows) == 5
    assert [r["key"] for r in rows[:4]] == ["equity", "value", "best_fifth", "one_time"]
    assert rows[0]["name"].startswith("Orders of all customers")


def test_a_shop_without_amounts_speaks_of_orders_only(shop: ModuleType) -> None:
    text = plain(unstyled(shop.report_of(600, currency="")))
    assert "What Harbour Books’ customers will order" in text
    before_glossary = text.partition("Definitions What each number means")[0]
    assert "$" not in before_glossary
    assert "margin" not in before_glossary
    assert "none: orders are counted" in text
    assert not re.search(r"\bnan\b|None|inf\b", before_glossary)


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


# -- trust


def test_a_model_that_does_not_beat_the_baseline_is_marked(shop: ModuleType, data: ReportData) -> None:
    text = plain(unstyled(replace(data, leaderboard=shop.board_of(shop.Shop(800), -0.1, -0.2))))
    assert "BG/NBD does not beat the rule of thumb: its error each is 20 % larger" in text
    assert text.count("does not beat the baseline") == 3


def board(data: ReportData, rows: list[dict[str, Any]], chosen: str = "bg_nbd") -> str:
    assert data.leaderboard is not None
    return trust.section(replace(data, leaderboard=replace(data.leaderboard, rows=rows, chosen=chosen)))["board"][
        "title"
    ].replace("\xa0", " ")


def row(model: str, mae: float | None, origin_: str = "2025-01-31", **more: Any) -> dict[str, Any]:
    return {"model": model, "origin": origin_, "mae": mae, **more}


def test_titles_of_the_leaderboard(data: ReportData) -> None:
    base = row("last_period", 1.0)
    assert board(data, [row("bg_nbd", 0.8), base]) == "BG/NBD has the smallest error: 20 % below the rule of thumb"
    assert board(data, [row("bg_nbd", 0.995), base]) == "BG/NBD and the rule of thumb cannot be told apart"
    assert board(data, [row("bg_nbd", 0.8)]) == "BG/NBD is used; there is no baseline to beat"
    assert board(data, [row("bg_nbd", 0.8), base], "last_period").startswith("No model beats the rule of thumb")
    three = [row("bg_nbd", 0.8), row("mbg_nbd", 0.805), row("pareto_nbd", 0.81), base]
    assert board(data, three) == "BG/NBD errs 20 % less than the rule of thumb; MBG/NBD comes within 1 %"
    mixed = [row("bg_nbd", 0.5), base, row("bg_nbd", 1.1, "2025-02-28"), row("last_period", 1.0, "2025-02-28")]
    assert board(data, mixed).endswith("20 % below the rule of thumb; it is better at 1 of 2 test dates")


def test_numbers_that_are_missing_are_said_in_words(data: ReportData) -> None:
    assert data.leaderboard is not None
    rows = [row("bg_nbd", 0.8, bias=float("nan")), row("cell_means", None)]
    found = trust.section(replace(data, leaderboard=replace(data.leaderboard, rows=rows)))["board"]
    assert [r["mae"] for r in found["rows"]] == ["0.800", "not estimated"]
    assert found["rows"][0]["bias"] == "not estimated"
    assert found["rows"][1]["drawing"] is None


def test_errors_of_value_are_money(data: ReportData) -> None:
    assert data.leaderboard is not None
    rows = [row("bg_nbd", 12.5, measure="value"), row("last_period", 20.0, measure="value")]
    found = trust.section(replace(data, leaderboard=replace(data.leaderboard, rows=rows)))["board"]
    assert found["rows"][0]["mae"] == "$12.50"
    assert "of margin a customer" in found["measure"]


@pytest.mark.parametrize(
    ("miss", "title"),
    [(0.0, "The forecast met the total"), (0.03, "The forecast followed what came, 3 % too high"),
     (-0.12, "It follows the course, but runs 12 % too low"), (0.5, "The forecast missed: 50 % too high")],
)  # fmt: skip
def test_tracking_names_the_miss(data: ReportData, miss: float, title: str) -> None:
    assert data.leaderboard is not None
    weeks = [
        {"week_start": f"2025-0{m}-01", "counted": 100.0, "forecast": 100.0 * (1 + miss), "is_holdout": m > 3}
        for m in range(1, 8)
    ]
    found = trust.track(replace(data, leaderboard=replace(data.leaderboard, tracking=weeks)))
    assert found.title.replace("\xa0", " ").startswith(title)


def test_tracking_rows_may_name_the_week_by_its_last_day(data: ReportData) -> None:
    assert data.leaderboard is not None
    rows = [
        {"day": 20000 + 7 * i, "phase": "holdout" if i > 3 else "calibration", "counted": 5.0, "forecast": 5.0}
        for i in range(8)
    ]
    weeks = trust.weeks_of(replace(data, leaderboard=replace(data.leaderboard, tracking=rows)))
    assert weeks[0].day == 19994
    assert [w.is_holdout for w in weeks] == [False] * 4 + [True] * 4


def test_without_weekly_rows_or_counts(data: ReportData) -> None:
    assert data.leaderboard is not None
    bare = replace(data, leaderboard=replace(data.leaderboard, tracking=(), deciles=()))
    assert trust.track(bare).missing
    assert trust.tenths(bare).missing
    unknown = [
        {"week_start": f"2025-0{m}-01", "counted": None, "forecast": 5.0, "is_holdout": m > 3} for m in range(1, 8)
    ]
    rows = [row("bg_nbd", 0.8)]
    silent = replace(data, leaderboard=replace(data.leaderboard, tracking=unknown, rows=rows))
    assert trust.track(silent).title == "What came in the unseen weeks is not known yet"
    assert "nothing has proved these numbers" in said(silent)[2]


def tenth(decile: int, forecast: float, actual: float, band: float | None = 0.1) -> dict[str, Any]:
    ends = {} if band is None else {"low80": forecast * (1 - band), "high80": forecast * (1 + band)}
    return {"decile": decile, "customers": 80, "forecast": forecast, "actual": actual, **ends}


@pytest.mark.parametrize(
    ("ratio", "band", "title"),
    [(1.0, 0.1, "It finds the best, and its tenths hold what came"), (1.3, 0.1, "It finds the best, but is too low in 10 of 10 tenths"),
     (0.7, 0.1, "It finds the best, but is too high in 10 of 10 tenths"), (1.25, None, "It finds the best; its tenths miss by 20 %")],
)  # fmt: skip
def test_tenths_say_whether_they_hold(data: ReportData, ratio: float, band: float | None, title: str) -> None:
    assert data.leaderboard is not None
    rows = [tenth(d, 8.0 / d, 8.0 / d * ratio, band) for d in range(1, 11)]
    found = trust.tenths(replace(data, leaderboard=replace(data.leaderboard, deciles=rows)))
    assert found.title.replace("\xa0", " ").startswith(title)


def test_tenths_that_do_not_rank_are_told(data: ReportData) -> None:
    assert data.leaderboard is not None
    rows = [tenth(d, 8.0 / d, 1.0) for d in range(1, 11)]
    found = trust.tenths(replace(data, leaderboard=replace(data.leaderboard, deciles=rows)))
    assert found.title == "It does not tell the best customers from the rest"


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


# -- data, fit, truth, glossary


def test_the_ledger_adds_up(data: ReportData) -> None:
    found = origin.ledger(data)
    assert found is not None
    number = {name: text for group in found["groups"] for name, text, _ in group}
    assert number["Difference"] == "$0.00"
    r = data.imports[0]
    assert number["Rows in the file"] == f"{r.rows_in:,}"
    assert found["title"] == "Every row is accounted for, to the cent; 13 could not be used and are kept aside"


def test_ledgers_of_two_files_and_of_none(data: ReportData) -> None:
    r = data.imports[0]
    two = origin.ledger(replace(data, imports=[r, r]))
    assert two is not None
    assert two["groups"][0][0] == ("Rows in 2 files", f"{2 * r.rows_in:,}", "")
    mixed = origin.ledger(replace(data, imports=[r, replace(r, currency="EUR", first_day="")]))
    assert mixed is not None
    assert len(mixed["groups"]) == 1
    assert mixed["files"][1][5] == "not known"
    no_money = replace(
        r,
        rows_in=r.kept,
        quarantined=0,
        duplicates=0,
        money_in=None,
        money_kept=None,
        money_quarantined=None,
        money_duplicates=None,
    )
    clean = origin.ledger(replace(data, imports=[no_money]))
    assert clean is not None
    assert clean["title"] == "Every row is accounted for"
    assert origin.ledger(replace(data, imports=())) is None
    assert "No import report was given" in plain(unstyled(replace(data, imports=())))


def test_findings_stand_once_and_the_grave_ones_first(data: ReportData) -> None:
    note, error = Finding("X1", "a note", "info"), Finding("X2", "an error", "error")
    found = origin.findings(replace(data, notes=(note, error, note)))
    assert found[0]["text"] == "an error"
    assert [f["text"] for f in found].count("a note") == 1
    assert [f["level"] for f in found] == sorted([f["level"] for f in found], key=["Error", "Warning", "Note"].index)
    assert any(f["code"] == "F201" for f in found)


def test_parameters_that_float_are_named(data: ReportData) -> None:
    assert origin.parameters(data)["title"] == "The data hold b only loosely"
    loose = tuple(replace(p, low=float("nan"), high=float("nan")) for p in data.fit.params[:2])
    found = origin.parameters(replace(data, fit=replace(data.fit, params=loose)))
    assert found["title"] == "The data hold r and alpha only loosely"
    assert found["fits"][0]["rows"][0]["range"] == "not known"
    held = replace(data.fit, params=(Estimate("r", 0.2, 0.01, 0.19, 0.22, "shape"),), spend=None)
    assert origin.parameters(replace(data, fit=held))["title"] == "The data hold every parameter of the model"


def test_left_truncation_is_told_under_the_verdict(data: ReportData) -> None:
    assert origin.truncation(data) == ""
    told = origin.truncation(replace(data, is_left_truncated=True))
    assert "before 1 January 1997, the first day of the data" in told
    assert "before the data begin" in origin.truncation(replace(data, is_left_truncated=True, imports=()))
    assert plain(told) in plain(unstyled(replace(data, is_left_truncated=True)))


def test_truth_stands_beside_what_was_predicted(shop: ModuleType, data: ReportData) -> None:
    found = truth.section(replace(data, truth=shop.TRUTH))
    assert found is not None
    assert found["title"] == "The truth lies inside 3 of 4 intervals"
    assert [r["verdict"] for r in found["rows"]] == ["inside", "outside", "", "inside", "inside"]
    assert truth.section(data) is None
    assert "Predicted beside true" not in plain(unstyled(data))


@pytest.mark.parametrize(
    ("kept", "title"),
    [((0, 3), "The truth lies inside every interval"), ((0,), "The truth lies inside the interval"),
     ((1,), "The truth lies outside the interval"), ((1, 1), "The truth lies outside every interval"),
     ((2,), "The truth is known, but nothing was predicted with an interval")],
)  # fmt: skip
def test_titles_of_truth(shop: ModuleType, data: ReportData, kept: tuple[int, ...], title: str) -> None:
    found = truth.section(replace(data, truth=[shop.TRUTH[i] for i in kept]))
    assert found is not None
    assert found["title"] == title


def test_examples_in_the_glossary_are_this_shop_s(data: ReportData) -> None:
    examples = {e["key"]: e["example"] for e in glossary.entries(data)}
    assert "⌈0.2 × 800⌉ = 160\xa0customers" in examples["best_fifth"]
    assert examples["one_time"].startswith(f"{data.loyalty['one_time']} of 800 customers")
    assert "in the last test" in examples["bias"]
    first = risk.quiet(data).rows[0]
    assert words.unit_of(data).plain(data.scores.table["at_risk"][first].as_py()) in examples["at_risk"]


def test_examples_are_left_out_where_there_are_none(data: ReportData) -> None:
    calm = scored(data, silent_days=np.zeros(800, np.int32), value=np.zeros(800))
    bare = replace(calm, leaderboard=None, loyalty={})
    examples = {e["key"]: e["example"] for e in glossary.entries(bare)}
    assert [examples[k] for k in ("bias", "at_risk", "alive", "one_time", "best_fifth")] == [""] * 5


# -- small parts


def test_lifetime_horizons_are_said_in_words(data: ReportData) -> None:
    forever = replace(
        data, scores=replace(data.scores, horizon="lifetime", definition="revenue, the rest of life, not discounted")
    )
    text = plain(unstyled(forever))
    assert "over the rest of their lives" in text
    assert "for the rest of life from 30 June 1998" in text
    assert "of revenue over" in text


def test_measures_in_the_definition_are_written_out(data: ReportData) -> None:
    assert words.unit_of(data).meaning == (
        "gross margin (35 % of revenue), next 52\xa0weeks, discounted 10\xa0% a year at the time of each order"
    )


def test_scales_are_round_and_hold_what_they_must() -> None:
    assert drawings.scale_for([Range(100, 93, 108)]) == 0.1
    assert drawings.scale_for([Range(1, 0, 9)]) == 2.0
    assert drawings.scale_for([Range(0, 0, 0), Range(5, float("nan"), 6)]) == 0.05
    assert drawings.nice_ceiling(0) == 1.0
    assert drawings.nice_span([]) == (0.0, 1.0)
    assert drawings.nice_span([2.0, 2.0]) == (1.5, 2.5)
    assert drawings.place(5, 0, 0) == 50.0
    assert drawings.spark([1.0], 3.0) == ""
    assert drawings.spark([0.0, 2.0], 2.0, 0, 2, 20) == "M0,20 500,0"


def test_shares_never_round_to_a_false_zero() -> None:
    assert words.share(0.001) == "<\xa01\xa0%"
    assert words.share(0.0) == "0\xa0%"
    assert words.rhythm(1.2) == "every day or two"
    assert words.Unit("USD", "52w", "").plain(float("nan")) == "not known"
    assert words.model_name("my_model") == "my model"


def test_a_model_in_the_firms_calendar_is_named_for_people(data: ReportData) -> None:
    assert words.model_name("mbg_cnbd_3+calendar") == "MBG/CNBD-3 with calendar"
    assert words.named("pareto_nbd+calendar beats mbg_cnbd_2.") == "Pareto/NBD with calendar beats MBG/CNBD-2."
    ahead = Estimate("ahead", 1.0, 0.2, 0.7, 1.5, "")
    rows = {row["name"]: row["meaning"] for row in _rows(replace(data.fit, model="pareto_nbd+calendar"), ahead, data)}
    assert rows["ahead"] == "pace of the year to come, by what the calendar expects"


def _rows(fit: Fit, more: Estimate, data: ReportData) -> list[dict[str, str]]:
    told = origin.parameters(replace(data, fit=replace(fit, params=(*fit.params, more))))
    return next(one["rows"] for one in told["fits"] if one["name"].endswith("with calendar"))


@pytest.mark.parametrize("n", [1, 2, 7, 29])
def test_the_smallest_shops_get_a_page(shop: ModuleType, n: int) -> None:
    tiny = shop.report_of(n, leaderboard=None)
    text = plain(unstyled(tiny))
    assert not re.search(r"\bnan\b|\bNone\b", text.partition("Definitions What each number")[0])
    assert "read the ranges and not the numbers" in text


def test_an_unnamed_shop(data: ReportData) -> None:
    assert verdict.masthead(replace(data, name=""))["title"] == "What your customers are worth"
    assert verdict.masthead(replace(data, name="Kofi & Co"))["title"] == "What Kofi & Co’s customers are worth"


# -- how sure the back-test is


def test_models_are_told_apart_or_not(data: ReportData) -> None:
    board = data.leaderboard
    assert board is not None
    assert judged.apart(data, board).title == "BG/NBD cannot be told from Pareto/NBD by the error each"
    far = [r if r["difference"] is None else r | {"difference_low": 0.1} for r in board.intervals]
    assert (
        judged.apart(data, replace(board, intervals=far)).title
        == "BG/NBD errs less than every other, by more than chance"
    )
    less = [
        r if r["model"] != "pareto_nbd" else r | {"difference_low": -0.2, "difference_high": -0.1}
        for r in board.intervals
    ]
    title = judged.apart(data, replace(board, intervals=less)).title
    assert title == "Pareto/NBD errs less each than BG/NBD, which fits totals and chances better"


def test_groups_that_miss_are_named(data: ReportData) -> None:
    board = data.leaderboard
    assert board is not None
    found = judged.groups(data, board)
    assert found.title == "1 of 4 groups miss by more than chance: Channel: <b>mail</b>"
    assert found.twin is not None
    assert [row[0] for row in found.twin.rows] == [
        "First order 1997-Q1",
        "Value: best 20 % so far",
        "Order days: 1",
        "Channel: <b>mail</b>",
    ]
    assert "&lt;b&gt;mail" in unstyled(data)
    assert "<b>mail" not in unstyled(data)
    fine = [r | {"is_off": False} for r in board.calibration]
    assert (
        judged.groups(data, replace(board, calibration=fine)).title
        == "No group of customers misses by more than chance"
    )


def test_costs_are_told_in_money_with_what_they_save(data: ReportData) -> None:
    board = data.leaderboard
    assert board is not None
    told = judged.costs(board)
    assert "is not shown" in told["title"]
    assert [r["choice"] for r in told["rows"]] == ["Look after the top 10 %", "Spend up to $12.50 on each"]
    assert told["rows"][0]["missed"] == "$2,100"
    assert told["rows"][0]["saved_range"] == f"{MINUS}$50 to $350"
    sure = [r | {"saved_low": 1} for r in board.costs]
    assert "in 2 of 2 choices" in judged.costs(replace(board, costs=sure))["title"]


def test_a_back_test_kept_without_them_has_no_such_figures(data: ReportData) -> None:
    old = replace(data.leaderboard, intervals=(), calibration=(), costs=())
    assert judged.section(replace(data, leaderboard=old)) == {"figures": [], "costs": None}
    assert judged.section(replace(data, leaderboard=None)) == {"figures": [], "costs": None}
    assert 'id="apart-t"' not in unstyled(replace(data, leaderboard=old))
