"""What flows between the rooms: checked at the border, frozen, and plain in JSON."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import FrozenInstanceError, replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.errors import ConfigError, DataError, FitError
from lifelong.values import (
    Estimate,
    Finding,
    Fit,
    ImportReport,
    Leaderboard,
    Origin,
    Patterns,
    Scores,
    Spend,
    Totals,
    to_json,
)

HISTORY = st.tuples(st.integers(0, 3), st.integers(1, 9), st.integers(0, 9)).map(
    lambda h: (h[0], h[1] if h[0] else 0, h[2] + (h[1] if h[0] else 0))
)


# -- histories


@given(st.lists(HISTORY, max_size=40))
def test_grouping_keeps_every_customer(histories: list[tuple[int, int, int]]) -> None:
    x, t_x, T = ([h[i] for h in histories] for i in range(3))
    grouped = Patterns.grouped(x, t_x, T)
    counted = Counter(histories)
    assert grouped.customers == len(histories)
    assert len(grouped) == len(counted)
    got = list(zip(grouped.x.tolist(), grouped.t_x.tolist(), grouped.T.tolist(), strict=True))
    assert got == sorted(counted)
    assert grouped.count.tolist() == [counted[h] for h in got]


def test_counts_are_added_when_grouped() -> None:
    grouped = Patterns.grouped([0, 1, 0], [0, 3, 0], [5, 5, 5], [2, 1, 7])
    assert grouped.count.tolist() == [9, 1]


@pytest.mark.parametrize(
    ("x", "t_x", "T", "count"),
    [
        ([1], [0], [5], None),
        ([0], [2], [5], None),
        ([1], [6], [5], None),
        ([-1], [1], [5], None),
        ([1], [-1], [5], None),
        ([1, 1], [1], [5], None),
        ([[1]], [[1]], [[5]], None),
        ([1], [1], [5], [0]),
        ([1], [1], [5], [1, 1]),
        ([1], [1.5], [5], None),
        ([1], [1], [float("nan")], None),
        ([1], [1], [float("inf")], None),
        ([1], [1], [5], [0.5]),
    ],
)
def test_what_is_no_history_is_refused(x: Any, t_x: Any, T: Any, count: Any) -> None:
    with pytest.raises(ValueError, match=r"history|whole numbers|length"):
        Patterns.of(x, t_x, T, count)


def test_whole_floats_are_taken_as_the_numbers_that_they_are() -> None:
    patterns = Patterns.of(np.array([1.0, 0.0]), [3.0, 0.0], [5, 5])
    assert patterns.x.dtype == patterns.count.dtype == np.int64
    assert patterns.t_x.tolist() == [3, 0]


def test_spend_counts_customers() -> None:
    assert Spend(np.array([1, 2]), np.array([5.0, 9.0]), np.array([3, 4])).customers == 7


# -- findings and JSON


def test_findings_print_and_tell() -> None:
    finding = Finding("F101", "a = 0.79 < 1", facts={"a": 0.79})
    assert str(finding) == "F101 a = 0.79 < 1"
    assert finding.as_dict() == {"code": "F101", "text": "a = 0.79 < 1", "severity": "warning", "facts": {"a": 0.79}}
    with pytest.raises(FrozenInstanceError):
        finding.code = "F102"


def test_json_is_plain() -> None:
    mixed = {1: np.float64("nan"), "b": [np.int32(3), float("inf")], "c": (np.array([1.5, np.nan]), True), "d": "ł"}
    assert json.loads(to_json(mixed)) == {"1": None, "b": [3, None], "c": [[1.5, None], True], "d": "ł"}
    assert "ł" in to_json(mixed)
    assert json.loads(to_json(Finding("A", "b")))["code"] == "A"


# -- fits


def a_fit(covariance: Any = None, spend: Fit | None = None) -> Fit:
    theta = np.array([0.5, 10.0])
    names = (("r", "orders"), ("alpha", "weeks"))
    params = tuple(Estimate(n, t, 0.1, t / 2, t * 2, u) for (n, u), t in zip(names, theta, strict=True))
    spread = np.diag([0.01, 0.04]) if covariance is None else np.asarray(covariance)
    found = (Finding("F1", "look"),)
    return Fit("bg_nbd", params, theta, spread, -123.5, found, {"k": np.float64(2)}, Origin(customers=7), spend)


def test_a_fit_tells_its_contract() -> None:
    told = json.loads(to_json(a_fit(spend=a_fit())))
    assert list(told) == ["model", "params", "loglik", "findings", "info", "origin", "spend", "blend"]
    assert list(told["params"][0]) == ["name", "estimate", "se", "low", "high", "unit"]
    assert told["spend"]["model"] == "bg_nbd"
    assert told["spend"]["spend"] is None
    assert told["info"] == {"k": 2.0}


def test_a_fit_prints_in_eighty_columns() -> None:
    text = str(a_fit(spend=a_fit()))
    assert max(len(line) for line in text.splitlines()) <= 80
    assert text.count("bg_nbd") == 2
    assert "F1 look" in text


def test_parameters_are_found_by_name() -> None:
    assert a_fit()["alpha"] == 10.0
    with pytest.raises(KeyError, match="beta"):
        a_fit()["beta"]


def test_draws_have_the_spread_of_the_covariance() -> None:
    draws = np.log(a_fit([[0.01, 0.005], [0.005, 0.04]]).draws(200_000, np.random.default_rng(1)))
    assert draws.mean(axis=0) == pytest.approx(np.log([0.5, 10.0]), abs=4 * 0.2 / np.sqrt(200_000))
    assert np.cov(draws.T) == pytest.approx(np.array([[0.01, 0.005], [0.005, 0.04]]), abs=1e-3)


def test_draws_of_free_parameters_stand_as_they_are() -> None:
    draws = replace(a_fit([[0.01, 0.05], [0.05, 4.0]]), free=1).draws(200_000, np.random.default_rng(1))
    assert draws[:, 1].mean() == pytest.approx(10.0, abs=4 * 2.0 / np.sqrt(200_000))
    assert np.cov(np.log(draws[:, 0]), draws[:, 1]) == pytest.approx(np.array([[0.01, 0.05], [0.05, 4.0]]), rel=0.02)


def test_a_ridge_stays_within_what_a_computer_can_hold() -> None:
    draws = a_fit([[1e6, 0.0], [0.0, -1e-9]]).draws(1000, np.random.default_rng(1))
    ratio = draws / np.array([0.5, 10.0])
    assert ratio[:, 0].min() == pytest.approx(np.exp(-3))
    assert ratio[:, 0].max() == pytest.approx(np.exp(3))
    assert (ratio[:, 1] == 1).all()


def test_no_covariance_no_draws() -> None:
    with pytest.raises(FitError) as caught:
        a_fit([[np.nan, 0], [0, 1]]).draws(1, np.random.default_rng(1))
    assert caught.value.code == "E201"


# -- scores


def totals(**other: float) -> Totals:
    told = dict.fromkeys(Totals.__dataclass_fields__, 1.0) | {"customers": 3, "model_share": 0.25} | other
    return Totals(**told)


@pytest.fixture
def scores() -> Scores:
    table = pa.table({"customer_id": ["c", "a", "b"], "value": [2.0, 5.0, 5.0], "orders": [9.0, None, 1.0]})
    return Scores("2026-10-31", "52w", "EUR", "revenue", 3, totals(), table, {"all": totals()}, (Finding("S1", "s"),))


def test_the_top_is_the_same_in_every_run(scores: Scores) -> None:
    assert scores.top(2)["customer_id"].to_pylist() == ["a", "b"]
    assert scores.top(by="orders")["customer_id"].to_pylist() == ["c", "b", "a"]
    assert scores.top(0).num_rows == scores.top(-1).num_rows == 0


def test_the_top_by_an_unknown_column_is_a_coded_error(scores: Scores) -> None:
    with pytest.raises(ConfigError, match="no column 'vale'") as caught:
        scores.top(by="vale")
    assert caught.value.why == "did you mean 'value'?"


def test_scores_tell_their_contract(scores: Scores) -> None:
    told = json.loads(to_json(scores))
    assert {"as_of", "horizon", "currency", "definition", "customers", "totals", "path"} <= told.keys()
    assert {"alive", "orders", "value", "low80", "high80", "low90", "high90"} <= told["totals"].keys()
    assert told["groups"]["all"] == told["totals"]
    assert json.loads(to_json(totals(value=float("inf")).as_dict()))["value"] is None


def test_scores_are_arrow_and_print(scores: Scores) -> None:
    assert pa.table(scores).equals(scores.frame())
    assert "25% of that width is the model's own error" in str(scores)


# -- leaderboards


def test_a_leaderboard_tells_and_prints() -> None:
    rows = [
        {"model": "bg_nbd", "origin": "1997-09-30", "bias": np.float64(0.1), "mae": float("nan")},
        {"model": "bg_nbd", "origin": "1997-12-30", "bias": 0.3, "mae": None},
        {"model": "repeat_last", "origin": "1997-09-30", "bias": -0.5, "mae": 1.0},
    ]
    board = Leaderboard(
        rows, "bg_nbd", "least error", {"bg_nbd": {"orders": np.float64(0.1)}}, findings=(Finding("J1", "j"),)
    )
    told = json.loads(to_json(board))
    assert {"rows", "chosen", "why"} <= told.keys()
    assert told["rows"][0] == {"model": "bg_nbd", "origin": "1997-09-30", "bias": 0.1, "mae": None}
    assert told["model_error"] == {"bg_nbd": {"orders": 0.1}}
    text = str(board)
    assert "bg_nbd *" in text
    assert "0.200" in text
    assert "none" in text
    assert "J1 j" in text
    assert board.frame().num_rows == 3


# -- import reports


def a_report(**other: Any) -> ImportReport:
    told: dict[str, Any] = {
        "source": "orders.csv", "batch": "b1", "rows_in": 10, "kept": 7, "quarantined": 1, "duplicates": 2,
        "money_in": 100_00, "money_kept": 70_00, "money_quarantined": 10_00, "money_duplicates": 20_00,
        "currency": "EUR", "orders": 6, "customers": 4, "first_day": "2026-01-01", "last_day": "2026-02-01",
    }  # fmt: skip
    return ImportReport(**(told | other))


def test_a_report_that_adds_up_is_told_whole() -> None:
    report = a_report(columns={"customer_id": "client"}, details={"n": np.int64(3)}, findings=(Finding("D1", "d"),))
    told = json.loads(to_json(report))
    assert {"rows_in", "kept", "quarantined", "duplicates", "money_in", "money_kept", "findings"} <= told.keys()
    assert told["columns"] == {"customer_id": "client"}
    assert told["details"] == {"n": 3}
    text = str(report)
    assert "100.00 EUR" in text
    assert "D1 d" in text


@pytest.mark.parametrize(
    "wrong", [{"kept": 8}, {"money_kept": 70_01}, {"money_in": None, "money_kept": None, "rows_in": 11}]
)
def test_a_report_that_does_not_add_up_cannot_be_made(wrong: dict[str, Any]) -> None:
    with pytest.raises(DataError) as caught:
        a_report(**wrong)
    assert caught.value.code == "E109"


def test_a_file_without_amounts_has_no_money_line() -> None:
    empty = dict.fromkeys(("money_in", "money_kept", "money_quarantined", "money_duplicates"))
    assert "money" not in str(a_report(**empty, currency=""))
    assert a_report(**empty).as_dict()["money_in"] is None


def test_amounts_without_a_currency_are_still_shown() -> None:
    text = str(a_report(currency=""))
    assert "100.00" in text
    assert "XXX" not in text


def test_histories_have_a_hash_of_their_own() -> None:
    some = Patterns.of([0, 2], [0, 30], [40, 50])
    assert some.digest == Patterns.of([0, 2], [0, 30], [40, 50]).digest
    others = (Patterns.of([0, 2], [0, 30], [40, 51]), Patterns.of([0, 2], [0, 30], [40, 50], [1, 2]))
    assert some.digest not in {other.digest for other in others}
