"""What the report says of the whole shop: the verdict, five numbers, data, fit and the words themselves."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.unit.report.reading import plain, row, said, scored

from lifelong.report import (
    card,
    drawings,
    glossary,
    origin,
    risk,
    truth,
    value,
    verdict,
    words,
)
from lifelong.report.html import unstyled
from lifelong.report.words import Range
from lifelong.score.together import BUYERS, SUBSCRIBERS
from lifelong.values import Estimate, Finding

if TYPE_CHECKING:
    from types import ModuleType

    from lifelong.report.inputs import ReportData
    from lifelong.values import Fit


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
    for one in found["rows"][:4]:
        assert 0 <= one["drawing"].low < one["drawing"].at == 50 < one["drawing"].high <= 100
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


# -- data, fit, truth, glossary


def test_what_subscriptions_are_is_said_where_some_are_in_the_totals(data: ReportData) -> None:
    total = data.scores.totals
    groups = {**data.scores.groups, SUBSCRIBERS: replace(total, alive=12.4, value=999.0), BUYERS: total}
    file = replace(data.imports[0], source="subs.csv", kind="subscriptions")
    both = replace(data, scores=replace(data.scores, groups=groups), enrolled=[file])
    told = {fact["name"]: fact["text"].replace("\xa0", " ") for fact in verdict.masthead(both)["facts"]}
    assert told["Subscriptions"].startswith("12 present subscribers, of the table of subscriptions: a row a contract")
    rows = [(row["name"], row["note"].replace("\xa0", " ")) for row in value.equity(both)["rows"]]
    assert ("Subscribers", "12 customers expected to be there, 80 % interval") in rows
    ledger = origin.ledger(both)
    assert ledger is not None
    assert [row[0] for row in ledger["files"]][-1] == "subs.csv (subscriptions)"
    assert ledger["groups"] == (origin.ledger(data) or {})["groups"]  # subscriptions are no revenue
    text = card.markdown(both)
    assert "Value of subscribers" in text
    assert "subscriptions, " in text
    assert "Subscriptions" not in {fact["name"] for fact in verdict.masthead(data)["facts"]}


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
        "gross margin (35\xa0% of revenue), within 52\xa0weeks, discounted by 10\xa0% a year"
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
