"""Whatever histories a shop has, its scores are finite, nested, and add up; or the error has a code."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lifelong import plugins
from lifelong.errors import LifelongError
from lifelong.models.optimise import fit_model, fit_spend
from lifelong.score import Terms, score
from lifelong.values import Fit, Patterns, Spend


@st.composite
def shops(draw: st.DrawFn) -> pa.Table:
    """Up to 60 customers of any history: all alike, all one-timers, daily buyers, refunds only."""
    size = draw(st.integers(1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    longest = draw(st.sampled_from([1, 9, 200, 3000]))
    most = draw(st.sampled_from([0, 1, 4, 60]))
    T = np.full(size, longest) if draw(st.booleans()) else rng.integers(1, longest + 1, size)
    x = np.minimum(rng.integers(0, most + 1, size), T)
    t_x = np.where(x > 0, np.maximum(x, (T * rng.random(size)).astype(int)), 0)
    paid = x if draw(st.booleans()) else rng.integers(0, x + 1)
    cents = draw(st.sampled_from([1, 1999, 10**9]))
    spread = rng.random(size) if draw(st.booleans()) else np.ones(size)
    spend = np.where(paid > 0, np.maximum(paid * cents * spread, 1), 0).astype(np.int64)
    return pa.table(
        {
            "customer_id": [f"{i:03d}" for i in range(size)],
            "x": pa.array(x, pa.int32()),
            "t_x": pa.array(t_x, pa.int32()),
            "T": pa.array(T, pa.int32()),
            "first_day": pa.array(20_000 - T, pa.int32()),
            "orders": pa.array(x + 1, pa.int32()),
            "revenue": pa.array(spend - draw(st.sampled_from([0, 5000])), pa.int64()),
            "cost": pa.nulls(size, pa.int64()),
            "spend_x": pa.array(paid, pa.int32()),
            "spend": pa.array(spend, pa.int64()),
        }
    )


def fitted(shop: pa.Table, model: str) -> Fit:
    columns = [shop[name].to_numpy() for name in ("x", "t_x", "T")]
    made = fit_model(plugins.load("models", model)(), Patterns.grouped(*columns))
    x, spend = (shop[name].to_numpy().astype(np.int64) for name in ("spend_x", "spend"))
    if not x.sum():
        return made
    return replace(
        made, spend=fit_spend(plugins.load("spend", "gamma_gamma")(), Spend(x, spend / 100.0, np.ones_like(x)))
    )


@pytest.mark.parametrize(
    "model", ["bg_nbd", "mbg_nbd", "pareto_nbd", "bg_cnbd_3", "ggompertz_nbd", "nbd", "pareto_nbd_correlated"]
)
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(shop=shops(), horizon=st.sampled_from(["1d", "52w"]))
def test_scores_of_any_shop_are_finite_nested_and_add_up(model: str, shop: pa.Table, horizon: str) -> None:
    try:
        fit = fitted(shop, model)
    except LifelongError:
        return
    made = score(fit, shop, Terms.parse(horizon, 0.4, "8%/year", "EUR"))
    for name in made.table.column_names[1:]:
        column = made.table[name]
        if name == "rhythm_days":
            assert column.null_count == (shop["x"].to_numpy() == 0).sum()
        elif fit.spend or name in {"alive", "orders", "silent_days"}:
            assert np.isfinite(column.to_numpy()).all(), name
    alive = made.table["alive"].to_numpy()
    assert ((alive >= 0) & (alive <= 1)).all()
    assert made.totals.orders == pytest.approx(made.table["orders"].to_numpy().sum())
    assert (
        made.totals.orders_low90 <= made.totals.orders_low80 <= made.totals.orders_high80 <= made.totals.orders_high90
    )
    if fit.spend:
        bands = [made.table[n].to_numpy() for n in ("low90", "low80", "median", "high80", "high90")]
        for low, high in itertools.pairwise(bands):
            assert (low <= high).all()
        assert made.totals.value == pytest.approx(made.table["value"].to_numpy().sum())
        assert np.isfinite([made.totals.low90, made.totals.high90]).all()
