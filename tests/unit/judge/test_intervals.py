"""Intervals of measures: what they hold, on customers drawn from a known law."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from lifelong.judge import intervals as room
from lifelong.judge.intervals import Sample, intervals, pick
from lifelong.judge.origin import Seen
from lifelong.judge.rows import Guess, measures

if TYPE_CHECKING:
    from collections.abc import Mapping

SIZE = 150


def seen_of(ids: list[str], actual: np.ndarray) -> Seen:
    return Seen(0, 7, pa.table({"customer_id": ids}), actual, None, actual, None)


def sample_of(seen: Seen, forecast: np.ndarray) -> Sample:
    row = measures(seen.orders, Guess(forecast)) | {"customers": len(seen)}
    return Sample.of(seen, row, seen.orders, Guess(forecast), None)


def origins_of(rng: np.random.Generator, size: int = SIZE) -> list[Mapping[str, Sample]]:
    """Two origins of the same customers and two forecasters: the second adds noise to the first."""
    rate = rng.gamma(2.0, 1.0, size)
    ids = [f"c{i:05d}" for i in range(size)]
    made = pick([seen_of(ids, rng.poisson(rate).astype(float)) for _ in range(2)])
    rough = rate * np.exp(0.1 * rng.standard_normal(size))
    return [{"good": sample_of(one, rate), "rough": sample_of(one, rough)} for one in made]


def test_intervals_of_the_error_hold_the_true_one_nine_times_in_ten() -> None:
    rng = np.random.default_rng(8)
    wide = np.random.default_rng(9).gamma(2.0, 1.0, 1_000_000)
    truth = float(np.abs(np.random.default_rng(10).poisson(wide) - wide).mean())
    held = 0
    for _ in range(150):
        row = intervals([{"good": one["good"]} for one in origins_of(rng)], "good")[1]
        assert row["metric"] == "mae"
        held += row["low"] <= truth <= row["high"]
    assert 123 <= held <= 146  # 0.9 of 150, within three standard errors (3.7) of the binomial


def test_a_sample_of_many_customers_tells_the_same_width(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = {(r["model"], r["metric"]): r for r in intervals(origins_of(np.random.default_rng(1), 4000), "good")}
    monkeypatch.setattr(room, "MOST", 1000)
    part = {(r["model"], r["metric"]): r for r in intervals(origins_of(np.random.default_rng(1), 4000), "good")}
    for key in (("good", "mae"), ("rough", "rmse"), ("good", "bias"), ("rough", "gini_norm")):
        assert part[key]["mean"] == whole[key]["mean"]
        width = [one[key]["high"] - one[key]["low"] for one in (part, whole)]
        assert width[0] == pytest.approx(width[1], rel=0.35)  # each width is known to about 8 %, that of 1,000 to more


def test_customers_who_came_later_are_not_in_the_earlier_origin() -> None:
    late = seen_of(["a", "b", "c"], np.array([1.0, 0.0, 2.0]))
    early = seen_of(["a", "c"], np.array([3.0, 1.0]))
    made = pick([late, early])
    assert [one.panel.tolist() for one in made] == [[0, 1, 2], [0, -1, 1]]
    kept = sample_of(made[1], np.array([2.0, 2.0]))
    assert kept.places.tolist() == [0, 2]
    assert kept.actual.tolist() == [3.0, 1.0]


def test_a_measure_that_nothing_gives_is_nan() -> None:
    seen = pick([seen_of(["a", "b"], np.zeros(2))])
    told = {row["metric"]: row for row in intervals([{"good": sample_of(seen[0], np.ones(2))}], "good")}
    assert np.isnan(told["bias"]["mean"])
    assert np.isnan(told["bias"]["low"])
    assert told["mae"]["low"] == told["mae"]["high"] == 1.0


def test_the_same_customers_give_the_same_intervals() -> None:
    one, two = (intervals(origins_of(np.random.default_rng(3)), "good") for _ in range(2))
    assert one == two
    moved = [replace(seen_of(["a"], np.ones(1)), panel=np.zeros(1, np.int64))]
    assert len(moved[0]) == 1
