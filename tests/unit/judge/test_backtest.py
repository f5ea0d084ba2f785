from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from lifelong.definitions import METRICS
from lifelong.errors import FitError
from lifelong.judge import backtest as judge
from lifelong.judge.origin import earlier, edges, see
from lifelong.judge.trial import Trial, schedule
from lifelong.units import Horizon
from lifelong.values import to_json

if TYPE_CHECKING:
    import pyarrow as pa

    from lifelong.values import Leaderboard

MODELS = ("bg_nbd", "pareto_nbd")


@pytest.fixture(scope="module")
def board(orders: pa.Table) -> Leaderboard:
    return judge.backtest(orders, MODELS, holdout=Horizon.parse("13w"), margin=0.5, currency="EUR")


def test_every_model_and_both_baselines_stand_at_every_origin(board: Leaderboard) -> None:
    origins = sorted({row["origin"] for row in board.rows})
    assert len(origins) == 3
    names = {*MODELS, "last_period", "cell_means"}
    assert {(r["model"], r["origin"]) for r in board.rows} == {(n, o) for n in names for o in origins}


def test_a_row_has_every_measure_for_value_and_for_orders(board: Leaderboard) -> None:
    for row in board.rows:
        assert row["measure"] == "value"
        assert set(METRICS) <= set(row)
        assert {f"orders_{m}" for m in METRICS if m != "log_score"} <= set(row)
        is_model = row["model"] in MODELS
        for name in METRICS:
            if name.startswith("coverage") or name == "log_score":
                assert (row[name] is not None) == is_model
            else:
                assert np.isfinite(row[name])
        assert isinstance(row["beats_baseline"], bool) == is_model


def test_the_measures_are_of_what_came(board: Leaderboard, orders: pa.Table) -> None:
    plan = schedule(Trial(holdout=Horizon.parse("13w")), *edges(orders))
    day, customer, cents = (orders[n].to_numpy(zero_copy_only=False) for n in ("day", "customer_id", "revenue"))
    for origin in plan.origins:
        known = set(customer[day <= origin])
        later = [(day > origin) & (day <= origin + 91) & np.isin(customer, list(known))]
        row = next(r for r in board.rows if r["origin"] == str(np.datetime64(origin, "D")))
        assert row["customers"] == len(known)
        assert row["actual_value"] == pytest.approx(0.5 * cents[later[0]].sum() / 100)
        assert row["actual_orders"] == len({(c, d) for c, d in zip(customer[later[0]], day[later[0]], strict=True)})
        assert row["bias"] == pytest.approx(row["forecast_value"] / row["actual_value"] - 1)
        assert row["active"] == pytest.approx(len(set(customer[later[0]])) / len(known))


def test_the_winner_is_a_model_with_a_reason(board: Leaderboard) -> None:
    assert board.chosen in MODELS
    assert board.chosen in board.why
    assert "baseline" in board.why


def test_the_models_error_is_told_for_every_model(board: Leaderboard) -> None:
    assert set(board.model_error) == set(MODELS)
    for error in board.model_error.values():
        assert set(error) == {"orders", "value", "cohort", "chance", "df", "days", "bias_orders"}
        assert error["df"] == 5.0
        assert error["days"] == 91.0
        assert 0.0 < error["orders"] < 1.0


def test_a_customer_who_came_after_the_origin_is_not_in_its_test(orders: pa.Table) -> None:
    seen = see(orders, 10_060, 91, Trial(currency="EUR"))
    day, customer = orders["day"].to_numpy(), orders["customer_id"].to_numpy(zero_copy_only=False)
    assert set(seen.summary["customer_id"].to_pylist()) == set(customer[day <= 10_060])
    assert (seen.summary["first_day"].to_numpy() <= 10_060).all()


def test_what_comes_after_the_origin_changes_no_forecast(orders: pa.Table, board: Leaderboard) -> None:
    """The leak test: the latest origin's forecasts are the same where later orders are shuffled and doubled."""
    import pyarrow as pa

    plan = schedule(Trial(holdout=Horizon.parse("13w")), *edges(orders))
    day = orders["day"].to_numpy()
    late = np.flatnonzero(day > plan.origins[0])
    rng = np.random.default_rng(0)
    changed = orders["revenue"].to_numpy().copy()
    changed[late] = rng.permutation(changed[late]) * 2
    other = orders.set_column(orders.column_names.index("revenue"), "revenue", pa.array(changed))
    again = judge.backtest(other, MODELS, holdout=Horizon.parse("13w"), margin=0.5, currency="EUR")
    for a, b in zip(board.rows, again.rows, strict=True):
        if a["origin"] == str(np.datetime64(plan.origins[0], "D")):
            assert a["forecast_value"] == b["forecast_value"]
            assert a["actual_value"] != b["actual_value"]


def test_tracking_counts_every_repeat_order_once(board: Leaderboard, orders: pa.Table) -> None:
    plan = schedule(Trial(holdout=Horizon.parse("13w")), *edges(orders))
    origin = plan.origins[0]
    day, customer = orders["day"].to_numpy(), orders["customer_id"].to_numpy(zero_copy_only=False)
    first = {c: day[customer == c].min() for c in set(customer[day <= origin])}
    end = board.tracking[-1]["day"]
    assert end == origin + 91
    visits = {(c, d) for c, d in zip(customer, day, strict=True) if c in first and first[c] < d <= end}
    assert board.tracking[-1]["counted_total"] == len(visits)
    ahead = [t for t in board.tracking if t["phase"] == "holdout"]
    assert len(ahead) == 13
    assert sum(t["counted"] for t in ahead) == sum(d > origin for _, d in visits)
    forecast = next(r for r in board.rows if r["model"] == board.chosen)["forecast_orders"]
    assert sum(t["forecast"] for t in ahead) == pytest.approx(forecast, rel=1e-6)
    for t in ahead:
        assert t["low80"] <= t["forecast"] <= t["high80"]
        assert t["baseline"] > 0
    past = [t for t in board.tracking if t["phase"] == "calibration"]
    assert all(t["low80"] is None and t["baseline"] is None for t in past)
    assert sum(t["forecast"] for t in past) == pytest.approx(sum(t["counted"] for t in past), rel=0.15)


def test_deciles_are_those_of_the_winner(board: Leaderboard) -> None:
    assert [d["decile"] for d in board.deciles] == list(range(1, 11))
    row = next(r for r in board.rows if r["model"] == board.chosen)
    assert sum(d["customers"] * d["actual"] for d in board.deciles) == pytest.approx(row["actual_value"])
    assert sum(d["customers"] * d["forecast"] for d in board.deciles) == pytest.approx(row["forecast_value"])


def test_a_leaderboard_goes_through_json(board: Leaderboard) -> None:
    told = json.loads(to_json(board))
    assert told["chosen"] == board.chosen
    assert len(told["rows"]) == len(board.rows)
    assert board.frame().num_rows == len(board.rows)


def test_without_amounts_the_measures_speak_of_orders(bare_orders: pa.Table) -> None:
    board = judge.backtest(bare_orders, ("mbg_nbd",))
    assert {row["measure"] for row in board.rows} == {"orders"}
    for row in board.rows:
        assert row["mae"] == row["orders_mae"]
        assert "actual_value" not in row
    error = board.model_error["mbg_nbd"]
    assert error["value"] == error["orders"]
    assert sum(d["actual"] * d["customers"] for d in board.deciles) == pytest.approx(board.rows[0]["actual_orders"])


def test_the_usual_models_are_tested_where_none_is_named(bare_orders: pa.Table) -> None:
    board = judge.backtest(bare_orders, holdout=Horizon.parse("8w"))
    steady = {row["model"] for row in board.rows if not row["model"].endswith("+calendar")}
    assert steady == {"bg_nbd", "mbg_nbd", "pareto_nbd", "last_period", "cell_means"}


def test_until_hides_what_comes_later(bare_orders: pa.Table) -> None:
    board = judge.backtest(bare_orders, ("bg_nbd",), until=10_250, holdout=Horizon.parse("8w"))
    assert max(row["origin"] for row in board.rows) == str(np.datetime64(10_250 - 56, "D"))


def test_origins_with_too_few_customers_are_left_out_and_told(bare_orders: pa.Table) -> None:
    trial = Trial(holdout=Horizon.parse("4w"), origins=(10_070, 10_250), currency="EUR")
    import pyarrow.compute as pc

    late = bare_orders.filter(
        pc.or_(pc.greater(bare_orders["day"], 10_080), pc.less(bare_orders["customer_id"], "c0010"))
    )
    board = judge.run(late, ("bg_nbd",), trial)
    assert {row["origin"] for row in board.rows} == {str(np.datetime64(10_250, "D"))}
    assert "F303" in {f.code for f in board.findings}


def test_a_handful_of_customers_is_a_coded_error(bare_orders: pa.Table) -> None:
    with pytest.raises(FitError) as caught:
        judge.backtest(bare_orders.slice(0, 12), ("bg_nbd",), holdout=Horizon.parse("4w"))
    assert caught.value.code == "E203"


def test_no_order_at_all_is_a_coded_error(bare_orders: pa.Table) -> None:
    with pytest.raises(FitError) as caught:
        judge.backtest(bare_orders.slice(0, 0), ("bg_nbd",))
    assert caught.value.code == "E201"


def test_a_baseline_learns_only_from_what_had_ended_by_then(orders: pa.Table) -> None:
    trial = Trial(holdout=Horizon.parse("13w"), currency="EUR")
    plan = schedule(trial, *edges(orders))
    for day in plan.origins:
        before = earlier(orders, see(orders, day, 91, trial), plan, trial)
        assert before.day + before.days == day
        assert before.day - plan.first + 1 >= before.days - 1


def test_every_measure_has_an_interval_about_its_mean(board: Leaderboard) -> None:
    for name in (*MODELS, "last_period", "cell_means"):
        own = [row for row in board.rows if row["model"] == name]
        for metric in METRICS:
            told = board.interval(name, metric)
            if own[0][metric] is None:
                assert told is None
                continue
            assert told is not None
            assert told["mean"] == pytest.approx(np.mean([row[metric] for row in own]))
            assert told["low"] <= told["mean"] <= told["high"]
            assert told["low"] < told["high"]


def test_differences_to_the_winner_are_paired(board: Leaderboard) -> None:
    rival = next(name for name in MODELS if name != board.chosen)
    own, other = board.interval(board.chosen, "mae"), board.interval(rival, "mae")
    assert own is not None
    assert other is not None
    assert own["difference"] is None
    assert other["difference"] == pytest.approx(other["mean"] - own["mean"])
    paired = other["difference_high"] - other["difference_low"]
    assert 0 < paired < (other["high"] - other["low"]) / 2  # the same customers stand in both
    assert ("cannot be told from" in str(board)) == bool(board.level("mae"))


def test_a_point_forecast_scores_its_error_and_a_model_less(board: Leaderboard) -> None:
    for row in board.rows:
        if row["model"] in MODELS:
            assert 0 < row["crps"] < row["mae"]
        else:
            assert row["crps"] == row["mae"]
