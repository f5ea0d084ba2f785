"""The spend model by evidence: what likelihood would take must err less on what was held out."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from tests.calibration.test_holdouts import made

from lifelong.judge.backtest import run
from lifelong.judge.choice import Record, spends
from lifelong.judge.trial import Trial
from lifelong.sources.simulate import DEFAULT_PARAMETERS, simulate_shop

BASE = np.linspace(4.0, 6.0, 200)


def orders(delta: float, seed: int) -> pa.Table:
    spend = DEFAULT_PARAMETERS["spend"] | {"delta": delta}
    shop = simulate_shop(900, seed=seed, process="bg_nbd", spend=spend)
    ids = pa.chunked_array([pa.array([f"{i:05d}" for i in shop.owner])])
    return made(ids, pa.chunked_array([pa.array(shop.day)]), shop.cents / 100.0)


def test_level_models_leave_the_simpler_one() -> None:
    less, more = (Record([BASE + by], [0.0], 4, [BASE + by]) for by in (0.0, 0.1))
    is_better, told = spends(less, more)
    assert is_better
    assert told.code == "F306"
    assert "err 2.0% less each" in told.text
    assert "taken" in told.text
    is_better, told = spends(more, less)
    assert not is_better
    assert "more each" in told.text
    assert "left" in told.text
    assert not spends(less, less)[0]
    nothing = Record([np.zeros(3)], [0.0], 4, [np.zeros(3)])
    assert not spends(nothing, nothing)[0]


def test_a_spend_that_goes_with_frequency_is_known_by_its_errors() -> None:
    board = run(orders(0.4, 1), ("bg_nbd",), Trial())
    assert board.spend == "auto"
    told = [one for one in board.findings if one.code == "F306"]
    assert len(told) == 1
    assert told[0].facts["gain"] > told[0].facts["error"]


def test_what_only_likelihood_sees_is_left_and_every_row_is_of_gamma_gamma() -> None:
    seen = orders(-0.3, 5)
    board = run(seen, ("bg_nbd", "mbg_nbd"), Trial())
    assert board.spend == "gamma_gamma"
    assert "left" in next(one for one in board.findings if one.code == "F306").text
    plain = run(seen, ("bg_nbd", "mbg_nbd"), Trial(spend="gamma_gamma"))
    assert not [one for one in plain.findings if one.code == "F306"]
    assert [row["model"] for row in board.rows] == [row["model"] for row in plain.rows]
    for one, other in zip(board.rows, plain.rows, strict=True):
        assert one["mae"] == pytest.approx(other["mae"], rel=1e-12)
        assert one["beats_baseline"] == other["beats_baseline"]
