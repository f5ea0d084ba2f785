"""Leads on data of record: SMCRM's acquisition table, in ten times five folds."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lifelong.decide.lead_trial import trial
from lifelong.decide.leads import Leads

if TYPE_CHECKING:
    from pathlib import Path

KNOWN = ("acq_expense", "acq_expense_sq", "industry", "revenue", "employees")


@pytest.fixture
def acquisition(shared_data: Path) -> Leads:
    with (shared_data / "smcrm" / "customerAcquisition.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    column = {name: np.array([float(row[name]) for row in rows]) for name in rows[0]}
    won = column["acquisition"] > 0
    value = np.where(won, column["clv"], np.nan)
    features = {name: column[name] for name in KNOWN}
    return Leads(features, [()] * len(rows), np.where(won, 1.0, np.nan), np.ones(len(rows)), value)


def test_the_best_thirty_percent_by_value_hold_more_than_half_of_it(acquisition: Leads) -> None:
    """Nothing was chosen on these data but the weight of the direct model, and that within each training part."""
    made = trial(acquisition, np.array([0.0, 1.0]), repeats=10)
    by_value, by_chance = made.captured
    print(f"top 30 % captured {by_value:.3f} by value, {by_chance:.3f} by chance; total {made.total:.3f} of the actual")
    assert by_value >= 0.55
    assert by_value > by_chance + 0.2
    assert 0.9 <= made.total <= 1.1
