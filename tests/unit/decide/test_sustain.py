"""Changes at a month against the trend, and the rule of sustainability."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong import ConfigError
from lifelong.decide.sustain import change, cohort_trend, verdict


def test_a_planted_step_is_found_and_a_trend_is_not_taken_for_one() -> None:
    draw = np.random.default_rng(1)
    t = np.arange(36)
    hits = quiet = 0
    for _ in range(300):
        noise = draw.normal(0, 0.02, 36)
        told = change(0.3 + 0.004 * t + 0.10 * (t >= 20) + noise, 20, "unpaid share", "2025-09")
        hits += told.low90 <= 0.10 <= told.high90
        quiet += not change(0.3 + 0.004 * t + noise, 20, "unpaid share", "2025-09").is_sure
    assert hits / 300 > 0.83
    assert quiet / 300 > 0.83


def test_too_few_months_are_refused() -> None:
    for at in (5, 8, -1):
        with pytest.raises(ConfigError, match="from it on"):
            change(range(12), at, "unpaid share", "2025-09")


def test_the_trend_of_cohorts() -> None:
    month = np.repeat(np.arange(12), 50)
    draw = np.random.default_rng(2)
    down = cohort_trend(month, draw.exponential(100.0 - 4.0 * month))
    assert down is not None
    assert down[1] < down[0] < down[2] < 0.0
    assert down[0] == pytest.approx(-48 / 78, abs=0.2)
    assert cohort_trend(month[:250], np.ones(250)) is None


@pytest.mark.parametrize(
    ("payback", "runway", "trend", "word"),
    [
        (5, 12.0, (0.1, -0.1, 0.3), "sustainable"),
        (0, 12.0, None, "sustainable"),
        (5, 12.0, (-0.3, -0.5, -0.1), "at risk"),
        (5, None, (-0.3, -0.5, -0.1), "at risk"),
        (5, 3.0, (0.1, -0.1, 0.3), "not sustainable"),
        (None, 8.0, None, "not sustainable"),
        (None, 20.0, None, "at risk"),
        (None, None, (-0.3, -0.5, -0.1), "not sustainable"),
        (5, None, None, "not known"),
    ],
)
def test_the_rule_of_sustainability(
    payback: int | None, runway: float | None, trend: tuple[float, float, float] | None, word: str
) -> None:
    told = verdict(payback, 12, runway, trend)
    assert told.word == word
    assert told.why
