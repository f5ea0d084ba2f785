"""The spend models on real hold-outs: what likelihood takes errs less, totals put right, on some shops only."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.calibration.test_holdouts import CASES

from lifelong import plugins
from lifelong.models.learned import scaled
from lifelong.models.spend_choice import fit_spend_named
from lifelong.tables import summary
from lifelong.units import day_of
from lifelong.values import Spend

if TYPE_CHECKING:
    from pathlib import Path

    Pair = tuple[float, float]

#: The shop, its last day, the weeks held out; delta, the misses of the total of spend at the actual orders (Gamma-Gamma, dependent)
#: and the errors each with totals put right, as printed in docs/explanation/models.md; whether likelihood takes the dependent one.
HELD_OUT = [
    ("cdnow", "1998-06-30", 13, 0.191, (0.052, 0.047), (17.16, 17.30), True),
    ("cdnow", "1998-06-30", 26, 0.205, (0.018, 0.012), (17.44, 17.65), True),
    ("cdnow", "1998-06-30", 39, 0.232, (-0.023, -0.035), (18.37, 18.63), True),
    ("online_retail", "2011-12-09", 13, 0.154, (-0.140, -0.152), (195.4, 191.2), True),
    ("online_retail", "2011-12-09", 26, 0.138, (-0.087, -0.095), (181.1, 177.1), True),
    ("online_retail", "2011-12-09", 39, 0.127, (-0.046, -0.053), (175.0, 170.9), True),
    ("complete_journey", "2017-12-31", 13, -0.008, (-0.013, -0.012), (12.44, 12.47), False),
    ("complete_journey", "2017-12-31", 26, -0.030, (0.016, 0.017), (11.23, 11.32), False),
    ("complete_journey", "2017-12-31", 39, -0.078, (0.031, 0.036), (11.48, 11.66), False),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "last", "weeks", "delta", "misses", "errors", "is_taken"), HELD_OUT)
def test_held_out_spend_is_as_printed(
    shared_data: Path, name: str, last: str, weeks: int, delta: float, misses: Pair, errors: Pair, is_taken: bool
) -> None:
    orders, end = CASES[name].load(shared_data), day_of(last)
    then, now = (summary.summary(orders, day).sort_by("customer_id") for day in (end - 7 * weeks, end))
    now = now.filter(np.isin(now["customer_id"].to_numpy(), then["customer_id"].to_numpy()))
    x, total, x_now, total_now = (t[c].to_numpy() for t in (then, now) for c in ("spend_x", "spend"))
    total, total_now = total / 100.0, total_now / 100.0
    spend = Spend(x.astype(np.int64), total, np.ones(len(x), np.int64))
    came = x_now > x
    often = (x_now - x)[came]
    real = (total_now - total)[came] / often
    for model, miss, error in zip(("gamma_gamma", "gamma_gamma_dependent"), misses, errors, strict=True):
        fit = fit_spend_named(model, spend)
        told = plugins.load("spend", model)().expect(fit.theta, x, total)[came]
        assert told @ often / (real @ often) - 1.0 == pytest.approx(miss, abs=0.0006)
        assert np.abs(scaled(told, real) - real).mean() == pytest.approx(error, rel=5e-4)
    assert fit["delta"] == pytest.approx(delta, abs=0.0006)
    assert (fit_spend_named("auto", spend).model == "gamma_gamma_dependent") is is_taken
