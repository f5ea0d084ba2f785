"""The spend model that is taken, on real hold-outs: it errs less than Gamma-Gamma, or it is Gamma-Gamma."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from tests.calibration.test_holdouts import CASES

from lifelong import plugins
from lifelong.models.spend_choice import fit_spend_named
from lifelong.tables import summary
from lifelong.units import day_of
from lifelong.values import Spend

if TYPE_CHECKING:
    from pathlib import Path

#: The shop, its last day, the weeks held out; delta, and the error less Gamma-Gamma's with its standard error, as printed in
#: docs/explanation/models.md.
HELD_OUT = [
    ("cdnow", "1998-06-30", 13, 0.191, -0.12, 0.06),
    ("cdnow", "1998-06-30", 26, 0.205, -0.17, 0.06),
    ("cdnow", "1998-06-30", 39, 0.232, -0.23, 0.06),
    ("online_retail", "2011-12-09", 13, 0.154, -5.3, 0.8),
    ("online_retail", "2011-12-09", 26, 0.138, -6.8, 0.7),
    ("online_retail", "2011-12-09", 39, 0.127, -9.0, 0.7),
    ("complete_journey", "2017-12-31", 13, -0.008, 0.04, 0.01),
    ("complete_journey", "2017-12-31", 26, -0.030, 0.14, 0.02),
    ("complete_journey", "2017-12-31", 39, -0.078, 0.43, 0.07),
]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "last", "weeks", "delta", "wanted", "error"), HELD_OUT)
def test_the_model_taken_errs_no_more_than_gamma_gamma(
    shared_data: Path, name: str, last: str, weeks: int, delta: float, wanted: float, error: float
) -> None:
    orders, end = CASES[name].load(shared_data), day_of(last)
    then, now = (summary.summary(orders, day).sort_by("customer_id") for day in (end - 7 * weeks, end))
    now = now.filter(np.isin(now["customer_id"].to_numpy(), then["customer_id"].to_numpy()))
    x, total, x_now, total_now = (t[c].to_numpy() for t in (then, now) for c in ("spend_x", "spend"))
    total, total_now = total / 100.0, total_now / 100.0
    spend = Spend(x.astype(np.int64), total, np.ones(len(x), np.int64))
    came = x_now > x
    real = (total_now - total)[came] / (x_now - x)[came]

    def errors(model: str) -> np.ndarray:
        fit = fit_spend_named(model, spend)
        expected = plugins.load("spend", fit.model)().expect(fit.theta, x, total)
        return np.abs(expected[came] - real)

    plain = errors("gamma_gamma")
    gap = errors("gamma_gamma_dependent") - plain
    assert fit_spend_named("gamma_gamma_dependent", spend)["delta"] == pytest.approx(delta, abs=0.0006)
    assert gap.mean() == pytest.approx(wanted, abs=0.06 if wanted < -1 else 0.006)
    assert gap.std() / np.sqrt(len(gap)) == pytest.approx(error, abs=0.06 if wanted < -1 else 0.006)
    taken = fit_spend_named("auto", spend)
    assert taken.model == ("gamma_gamma_dependent" if wanted < 0 else "gamma_gamma")
    assert errors("auto").mean() <= plain.mean()
