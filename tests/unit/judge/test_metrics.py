"""The measures against definitions written out at length, to 1e-9."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.judge import metrics

ACTUAL = np.array([0.0, 12.5, 0.0, 3.0, 40.0, 0.0, 7.0, 1.0, 0.0, 22.0, 5.0, 0.0])
FORECAST = np.array([1.0, 9.0, 1.0, 2.0, 33.0, 0.5, 9.0, 2.0, 0.5, 9.0, 4.0, 0.1])


def brute_gini(actual: np.ndarray, forecast: np.ndarray) -> float:
    """Mean over every order of the tied customers, one by one."""
    groups = [np.flatnonzero(forecast == f) for f in sorted(set(forecast), reverse=True)]
    found = []
    for choice in itertools.product(*(itertools.permutations(g) for g in groups)):
        y = actual[list(itertools.chain(*choice))]
        gain, total = 0.0, 0.0
        for one in y:
            total += one
            gain += total / actual.sum()
        found.append(2 * gain / len(y) - 1)
    return sum(found) / len(found)


def test_gini_is_the_mean_over_every_order_of_the_tied() -> None:
    assert metrics.gini(ACTUAL, FORECAST) == pytest.approx(brute_gini(ACTUAL, FORECAST), abs=1e-9)
    best = brute_gini(ACTUAL, -np.argsort(np.argsort(-ACTUAL, kind="stable")).astype(float))
    assert metrics.gini_norm(ACTUAL, FORECAST) == pytest.approx(brute_gini(ACTUAL, FORECAST) / best, abs=1e-9)


def test_stable_gini_keeps_the_order_of_the_arrays() -> None:
    order = sorted(range(len(ACTUAL)), key=lambda i: -FORECAST[i])
    y = ACTUAL[order]
    expected = 2 * np.mean([y[: i + 1].sum() / y.sum() for i in range(len(y))]) - 1
    assert metrics.gini(ACTUAL, FORECAST, ties="stable") == pytest.approx(expected, abs=1e-9)


def test_a_perfect_ranking_has_gini_norm_one_and_the_reverse_less() -> None:
    assert metrics.gini_norm(ACTUAL, ACTUAL) == pytest.approx(1.0, abs=1e-12)
    assert metrics.gini_norm(ACTUAL, -ACTUAL) < 0


def brute_ranks(values: np.ndarray) -> list[float]:
    return [1 + sum(v < one for v in values) + (sum(v == one for v in values) - 1) / 2 for one in values]


def test_spearman_is_pearson_of_mean_ranks() -> None:
    a, b = brute_ranks(ACTUAL), brute_ranks(FORECAST)
    assert metrics.mean_ranks(ACTUAL).tolist() == a
    assert metrics.spearman(ACTUAL, FORECAST) == pytest.approx(np.corrcoef(a, b)[0, 1], abs=1e-9)


def test_bias_mae_and_rmse_by_hand() -> None:
    assert metrics.bias(ACTUAL, FORECAST) == pytest.approx(sum(FORECAST) / sum(ACTUAL) - 1, abs=1e-12)
    steps = [f - a for a, f in zip(ACTUAL, FORECAST, strict=True)]
    assert metrics.mae(ACTUAL, FORECAST) == pytest.approx(sum(map(abs, steps)) / 12, abs=1e-12)
    assert metrics.rmse(ACTUAL, FORECAST) == pytest.approx(math.sqrt(sum(s * s for s in steps) / 12), abs=1e-12)


def test_decile_table_by_hand() -> None:
    actual, forecast = np.arange(20.0), np.arange(20.0) * 2
    table = metrics.decile_table(actual, forecast)
    assert [row["customers"] for row in table] == [2] * 10
    assert table[0] == {"decile": 1, "customers": 2, "forecast": 37.0, "actual": 18.5}
    assert table[9] == {"decile": 10, "customers": 2, "forecast": 1.0, "actual": 0.5}
    assert metrics.decile_error(actual, forecast) == pytest.approx(1.0, abs=1e-12)


def test_decile_error_of_uneven_tenths() -> None:
    order = np.argsort(-FORECAST, kind="stable")
    spread = metrics.ranked(ACTUAL, FORECAST)
    tenths = [10 * r // 12 for r in range(12)]
    over, under = 0.0, 0.0
    for d in range(10):
        members = [r for r in range(12) if tenths[r] == d]
        f = np.mean([FORECAST[order][r] for r in members])
        y = np.mean([spread[r] for r in members])
        over, under = over + abs(f - y), under + y
    assert metrics.decile_error(ACTUAL, FORECAST) == pytest.approx(over / under, abs=1e-9)


def test_capture_by_hand() -> None:
    # ceil(1.2) = 2 customers: 40 and, tied at 9, the mean of 12.5, 7 and 22
    assert metrics.capture(ACTUAL, FORECAST) == pytest.approx((40 + 41.5 / 3) / 62, abs=1e-9)


def test_coverage_counts_the_edges() -> None:
    assert metrics.coverage([0, 1, 2, 3], [0, 0, 3, 3], [0, 2, 4, 3]) == 0.75


def test_log_score_is_the_mean_log() -> None:
    assert metrics.log_score([0.5, 0.25]) == pytest.approx(math.log(0.125) / 2)


def test_measures_of_nothing_are_not_defined() -> None:
    zero = np.zeros(5)
    for measure in (
        metrics.bias,
        metrics.gini,
        metrics.gini_norm,
        metrics.decile_error,
        metrics.capture,
        metrics.spearman,
    ):
        assert math.isnan(measure(zero, np.ones(5)))
    assert metrics.ranked([], []).tolist() == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 3)), min_size=2, max_size=6))
def test_ties_do_not_hang_on_the_order_of_the_arrays(pairs: list[tuple[int, int]]) -> None:
    y, f = (np.array(v, float) for v in zip(*pairs, strict=True))
    turned = slice(None, None, -1)
    for measure in (metrics.gini, metrics.decile_error, metrics.capture, metrics.spearman):
        assert measure(y, f) == pytest.approx(measure(y[turned], f[turned]), abs=1e-9, nan_ok=True)
    if y.sum():
        assert metrics.gini(y, f) == pytest.approx(brute_gini(y, f), abs=1e-9)


def test_decile_mape_and_gini_are_those_of_lifetime_value() -> None:
    """Its definitions at length: tenths by quantiles of the forecast; gain by a sort of the forecast, stable here."""
    import pandas as pd

    rng = np.random.default_rng(8)
    forecast = rng.permutation(np.arange(1.0, 1001.0))  # tenths by quantiles are only defined apart from ties
    actual = np.where(rng.random(1000) < 0.6, rng.gamma(2.0, forecast), 0.0)
    frame = pd.DataFrame({"actual": actual, "forecast": forecast})
    means = frame.groupby(pd.qcut(frame["forecast"], 10), observed=True).mean()
    want = float((np.abs(means["forecast"] - means["actual"]) / means["actual"]).mean())
    assert metrics.decile_mape(actual, forecast) == pytest.approx(want, abs=1e-9)
    tied = np.floor(forecast / 50)
    gains = [
        frame.assign(by=by).sort_values("by", ascending=False, kind="stable")["actual"].cumsum() / actual.sum()
        for by in (actual, tied)
    ]
    best, ours = (2 * float(gain.sum()) / len(gain) - 1.0 for gain in gains)
    assert metrics.gini_norm(actual, tied, ties="stable") == pytest.approx(ours / best, abs=1e-9)
    assert metrics.decile_mape(np.r_[0.0, np.ones(9)], np.arange(10.0)) == math.inf


def test_calibration_slope_is_where_the_score_of_the_poisson_regression_is_zero() -> None:
    rng = np.random.default_rng(9)
    forecast = rng.lognormal(0.0, 1.5, 5000)
    actual = rng.poisson(0.3 * forecast**0.6).astype(float)
    slope = metrics.calibration_slope(actual, forecast)
    assert slope == pytest.approx(0.6, abs=0.03)
    z = np.log(forecast)
    fitted = np.exp(slope * z)
    fitted *= actual.sum() / fitted.sum()
    assert ((actual - fitted) * z).sum() == pytest.approx(0.0, abs=1e-6 * actual.sum())


def test_calibration_slope_of_forecasts_far_apart_and_of_nothing() -> None:
    far = metrics.calibration_slope([0.0, 0.0, 1.0, 900.0], [1e-6, 1e-3, 1.0, 1e4])
    assert 0.4 < far < 1.0
    assert math.isnan(metrics.calibration_slope([0.0, 0.0], [1.0, 2.0]))
    assert math.isnan(metrics.calibration_slope([1.0, 2.0], [3.0, 3.0]))
    assert math.isnan(metrics.calibration_slope([1.0], [0.0]))
