"""What deciding by a forecast loses, by hand and on a back-test."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from lifelong.judge import backtest as judge
from lifelong.judge.copies import losses
from lifelong.judge.intervals import untold
from lifelong.units import Horizon

if TYPE_CHECKING:
    import pyarrow as pa

    from lifelong.values import Leaderboard


def test_losses_by_hand() -> None:
    forecast, actual = np.array([9.0, 7.0, 5.0, 1.0, 0.0]), np.array([2.0, 10.0, 0.0, 6.0, 0.0])
    made = losses(np.ones((1, 5)), (forecast, actual), 4.0)
    assert made["perfect top 20 %"].tolist() == [10.0]
    assert made["top 20 %"].tolist() == [8.0]  # the first by forecast brought 2
    assert made["perfect cap"].tolist() == [8.0]  # 10 - 4 and 6 - 4
    assert made["cap"].tolist() == [8.0 - (2 - 4 + 10 - 4 + 0 - 4)]
    twice = losses(np.array([[2.0, 1.0, 1.0, 1.0, 0.0]]), (forecast, actual), 4.0)
    assert twice["cap"].tolist() == [8.0 - (2 * (2 - 4) + 6 - 4)]


def test_who_knows_what_comes_loses_nothing() -> None:
    actual = np.random.default_rng(1).gamma(1.0, 20.0, 100)
    made = losses(np.ones((1, 100)), (actual, actual), 15.0)
    assert all(each[0] == pytest.approx(0.0) for name, each in made.items() if not name.startswith("perfect"))


@pytest.fixture(scope="module")
def board(orders: pa.Table) -> Leaderboard:
    return judge.backtest(orders, ("pareto_nbd",), holdout=Horizon.parse("13w"), margin=0.5, currency="EUR")


def test_costs_stand_in_minor_units_with_intervals(board: Leaderboard) -> None:
    assert {row["choice"] for row in board.costs} == {"top 5 %", "top 10 %", "top 20 %", "cap"}
    for row in board.costs:
        assert row["currency"] == "EUR"
        assert all(isinstance(row[name], int) for name in ("perfect", "missed", "missed_low", "missed_high"))
        assert 0 <= row["missed_low"] <= row["missed"] <= row["missed_high"]
        assert (row["saved"] is None) == (row["model"] != "pareto_nbd")
        assert (row["cap"] is None) == (row["choice"] != "cap")


def test_top_tenth_missed_is_what_capture_leaves(board: Leaderboard) -> None:
    """The mean over origins of best (1 - capture), with the best read off the rows."""
    for model in ("pareto_nbd", "last_period", "cell_means"):
        row = next(r for r in board.costs if r["model"] == model and r["choice"] == "top 10 %")
        share = [r["capture"] for r in board.rows if r["model"] == model]
        assert row["missed"] / row["perfect"] == pytest.approx(1 - np.mean(share), abs=0.03)  # a mean of ratios


def test_saved_is_against_the_baseline_that_misses_least(board: Leaderboard) -> None:
    for choice in ("top 5 %", "top 10 %", "top 20 %", "cap"):
        missed = {r["model"]: r["missed"] for r in board.costs if r["choice"] == choice}
        own = next(r for r in board.costs if r["choice"] == choice and r["model"] == "pareto_nbd")
        assert missed[own["rival"]] == min(missed["last_period"], missed["cell_means"])
        assert own["saved"] == pytest.approx(missed[own["rival"]] - own["missed"], abs=1)
        assert own["saved_low"] <= own["saved"] <= own["saved_high"]
    assert "missed of" in str(board)


def test_a_winner_that_chance_could_undo_is_told() -> None:
    row = {"model": "last_period", "metric": "mae", "difference": 0.2, "difference_low": -0.1, "difference_high": 0.5}
    (finding,) = untold([row], "bg_nbd", ("bg_nbd",))
    assert finding.code == "F305"
    assert untold([row | {"difference_low": 0.1}], "bg_nbd", ("bg_nbd",)) == ()
    assert untold([row | {"difference": -0.1}], "bg_nbd", ("bg_nbd",)) == ()  # F302 says that
