"""A small simulated shop, its fit, and the terms that most tests share."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest

from lifelong import plugins
from lifelong.models.optimise import fit_model, fit_spend
from lifelong.score import ModelError, Terms
from lifelong.values import Fit, Patterns, Spend

UNTIL = 12_000


def make_summary(customers: int, seed: int = 3) -> pa.Table:
    """Customers of a Pareto/NBD shop with Gamma-Gamma spend, who came within half a year."""
    rng = np.random.default_rng(seed)
    T = rng.integers(60, 240, customers)
    model = plugins.load("models", "pareto_nbd")()
    x, t_x, _ = model.simulate(np.array([0.7, 6.0, 0.6, 12.0]), T / 7.0, rng)
    days = np.where(x > 0, np.clip(np.rint(t_x * 7), 1, T), 0)
    rate = rng.standard_gamma(4.0, customers) / 16.0
    spend = np.where(x > 0, rng.standard_gamma(np.maximum(6.0 * x, 1e-9)) / rate, 0.0)
    first = rng.standard_gamma(6.0, customers) / rate
    revenue = np.rint((spend + first) * 100)
    return pa.table(
        {
            "customer_id": [f"c{i:05d}" for i in range(customers)],
            "x": pa.array(x, pa.int32()),
            "t_x": pa.array(days, pa.int32()),
            "T": pa.array(T, pa.int32()),
            "first_day": pa.array(UNTIL - T, pa.int32()),
            "orders": pa.array(x + 1, pa.int32()),
            "revenue": pa.array(revenue, pa.int64()),
            "cost": pa.array(np.rint(revenue * 0.6), pa.int64()),
            "spend_x": pa.array(x, pa.int32()),
            "spend": pa.array(np.rint(spend * 100), pa.int64()),
        }
    )


def make_fit(summary: pa.Table, model: str, *, money: bool = True, spend_model: str = "gamma_gamma") -> Fit:
    columns = {name: summary[name].to_numpy() for name in ("x", "t_x", "T")}
    made = fit_model(plugins.load("models", model)(), Patterns.grouped(*columns.values()))
    if not money:
        return made
    x, spend = (summary[name].to_numpy() for name in ("spend_x", "spend"))
    spends = Spend(x.astype(np.int64), spend / 100.0, np.ones(len(x), np.int64))
    return replace(made, spend=fit_spend(plugins.load("spend", spend_model)(), spends))


@pytest.fixture(scope="session")
def summary() -> pa.Table:
    return make_summary(600)


@pytest.fixture(scope="session")
def fit(summary: pa.Table) -> Fit:
    return make_fit(summary, "pareto_nbd")


@pytest.fixture(scope="session", params=["bg_nbd", "mbg_nbd", "pareto_nbd", "mbg_cnbd_2"])
def any_fit(request: pytest.FixtureRequest, summary: pa.Table) -> Fit:
    return make_fit(summary, request.param)


@pytest.fixture(scope="session")
def terms() -> Terms:
    return Terms.parse("26w", "35%", "10%/year", "EUR", ModelError.off())
