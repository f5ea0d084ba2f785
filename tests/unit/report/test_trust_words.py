"""What the report says of its own worth: the back-test, and how sure that is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from tests.unit.report.reading import plain, row, said

from lifelong.i18n import MINUS
from lifelong.report import (
    judged,
    trust,
)
from lifelong.report.html import unstyled

if TYPE_CHECKING:
    from types import ModuleType

    from lifelong.report.inputs import ReportData


@pytest.fixture(scope="module")
def data(shop: ModuleType) -> ReportData:
    return shop.report_of(800)


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
    assert [r["choice"] for r in told["rows"]] == ["Look after the top 10\xa0%", "Spend up to $12.50 on each"]
    assert told["rows"][0]["missed"] == "$2,100"
    assert told["rows"][0]["saved_range"] == f"{MINUS}$50 to $350"
    sure = [r | {"saved_low": 1} for r in board.costs]
    assert "in 2 of 2 choices" in judged.costs(replace(board, costs=sure))["title"]


def test_a_back_test_kept_without_them_has_no_such_figures(data: ReportData) -> None:
    old = replace(data.leaderboard, intervals=(), calibration=(), costs=())
    assert judged.section(replace(data, leaderboard=old)) == {"figures": [], "costs": None}
    assert judged.section(replace(data, leaderboard=None)) == {"figures": [], "costs": None}
    assert 'id="apart-t"' not in unstyled(replace(data, leaderboard=old))
