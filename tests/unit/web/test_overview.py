"""The overview tells of the latest test, in whatever order the leaderboard has its rows."""

from __future__ import annotations

from lifelong.values import Leaderboard
from lifelong.web.pages import overview


def test_the_miss_is_that_of_the_latest_test_date() -> None:
    rows = [
        {"model": "bg_nbd", "origin": day, "bias": bias}
        for day, bias in (("2025-12-31", 0.05), ("2025-06-30", 0.2), ("2025-09-30", -0.1))
    ]
    told = overview._winner(Leaderboard([*rows, {"model": "nbd", "origin": "2026-01-31", "bias": 0.9}], "bg_nbd", ""))
    assert told is not None
    assert told["bias"] == 0.05
    assert overview._winner(Leaderboard(rows, "nbd", "")) is None
