"""Golden numbers of Pareto/NBD with covariates that change (../shared/data/reference), and its nesting."""

from __future__ import annotations

import csv
from datetime import date
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from lifelong.models.pareto_nbd import ParetoNBD
from lifelong.models.time_varying import TimeVaryingParetoNBD
from lifelong.values import Course, Timelines

if TYPE_CHECKING:
    from pathlib import Path

NAMES = ("high_season", "gender", "channel")
REFERENCE = np.array(
    [1.977741, 115.1779144, 2.0127329, 158.1817952, -2.4826722, -0.5124722, 0.5057316, 0.7182713, 0.2649019, 0.6137395]
)


@pytest.fixture(scope="module")
def apparel(shared_data: Path) -> Timelines:
    """600 customers who all began on 2005-01-02, to the end of 2006."""
    folder = shared_data / "apparel"
    start, end = date(2005, 1, 2), date(2006, 12, 31)
    table = pq.read_table(folder / "dynamic_covariates.parquet").filter(
        pq.filters_to_expression([("week_start", "<=", end)])
    )
    rows = table.sort_by([("customer_id", "ascending"), ("week_start", "ascending")]).to_pydict()
    days = [min(7, (end - week).days) for week in rows["week_start"]]
    owner = np.array(rows["customer_id"]) - 1
    course = Course.of(NAMES, np.column_stack([rows[name] for name in NAMES]), owner, days)
    with (folder / "transactions.csv").open(newline="") as file:
        orders = {
            (int(r["customer_id"]) - 1, (date.fromisoformat(r["date"]) - start).days) for r in csv.DictReader(file)
        }
    repeat = np.array(sorted((who, day) for who, day in orders if 0 < day <= (end - start).days))
    return Timelines.of(course, *repeat.T)


def test_the_likelihood_of_the_reference_fit(apparel: Timelines) -> None:
    assert TimeVaryingParetoNBD().loglik(REFERENCE, apparel) == pytest.approx(-5752.93672023, abs=1e-7)


def test_the_fit_reaches_the_reference(apparel: Timelines) -> None:
    """And goes on: nobody seems to leave in the high season, so its coefficient runs off, which a finding tells."""
    fit = TimeVaryingParetoNBD().fit(apparel)
    assert fit.loglik >= -5752.94
    assert fit.loglik == pytest.approx(-5752.6232, abs=1e-3)
    assert fit.loglik - ParetoNBD().fit(apparel.patterns).loglik > 95
    assert fit["order_high_season"] == pytest.approx(0.71827, rel=0.01)
    assert fit["order_channel"] == pytest.approx(0.61374, abs=0.02)
    assert {"F206", "F251"} == {f.code for f in fit.findings}


def test_without_effects_it_is_pareto_nbd(apparel: Timelines) -> None:
    theta = np.array([1.448977, 48.636084, 0.56126, 46.884363])
    given = np.r_[theta, np.zeros(6)]
    plain = ParetoNBD().loglik(theta, apparel.patterns)
    assert plain == pytest.approx(-5848.097827, abs=1e-5)
    assert TimeVaryingParetoNBD().loglik(given, apparel) == pytest.approx(plain, abs=1e-8)
    x, t_x, T = apparel.x, apparel.t_x / 7.0, apparel.T / 7.0
    np.testing.assert_allclose(
        TimeVaryingParetoNBD().alive(given, apparel), ParetoNBD().alive(theta, x, t_x, T), rtol=1e-9
    )


def test_with_constant_covariates_it_is_the_static_model(apparel: Timelines) -> None:
    """A covariate that stands still divides alpha and beta by e^(gamma v): the published static fit, -5821.0627."""
    r, alpha, s, beta = 1.8378432, 92.9123488, 0.5919985, 49.6227267
    life, orders = np.array([-0.6429934, 0.7906789]), np.array([0.285874, 0.6241241])
    model = TimeVaryingParetoNBD(("gender", "channel"), ("gender", "channel"))
    told = model.loglik(np.r_[r, alpha, s, beta, life, orders], apparel)
    assert told == pytest.approx(-5821.062709, abs=1e-5)
    kind = apparel.course.values[apparel.course.row[apparel.course.first[:-1]]][:, 1:]
    static = 0.0
    for v in np.unique(kind, axis=0):
        who = (kind == v).all(axis=1)
        theta = np.array([r, alpha * np.exp(-orders @ v), s, beta * np.exp(-life @ v)])
        static += ParetoNBD().loglik_each(theta, apparel.x[who], apparel.t_x[who] / 7.0, apparel.T[who] / 7.0).sum()
    assert told == pytest.approx(static, abs=1e-8)
