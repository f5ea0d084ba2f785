"""Attribution as text: amounts of any size stand apart from each other, within 80 columns, and each rule sums."""

from __future__ import annotations

import re

import pytest

from lifelong.decide.attribution import RULES, deal
from lifelong.values.attribution import Attribution, ChannelCredit


@pytest.mark.parametrize("total", [99, 3_746_188_600, 98_765_432_109_876])
def test_amounts_of_any_size_stand_apart(total: int) -> None:
    names, parts = ("search", "affiliates of all kinds", "mail"), deal(total, [0.5, 0.3, 0.2])
    rows = tuple(
        ChannelCredit(rule, name, credit, 0.3, 0.2, 0.4, 0.1, 0.5)
        for rule in RULES
        for name, credit in zip(names, parts, strict=True)
    )
    made = Attribution(
        "value", "revenue", "2024-01-01", "2024-12-31", 90, 9, 0, total, "EUR", 2, dict.fromkeys(names, 1), rows, 1
    )
    lines = str(made).splitlines()
    assert max(map(len, lines)) <= 80
    sums = [re.findall(r" +([\d,.]+)", line) for line in lines if line.startswith("all ")]
    assert sum(map(len, sums)) == len(RULES)
    short = {made.told(total), made.told(total, is_short=True)}
    assert {cell for line in sums for cell in line} <= short
