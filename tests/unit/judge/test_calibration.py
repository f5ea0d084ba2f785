"""Calibration by group: the intervals are of the law that they name, and only a planted miss is said to be one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from lifelong.judge import backtest as judge
from lifelong.judge.calibration import LEAST, Spread, _cohorts, _counts, _named, _tiers, apart, holm, off
from lifelong.judge.fitting import fit_named
from lifelong.judge.origin import see
from lifelong.judge.trial import Trial
from lifelong.score import ModelError, Terms
from lifelong.score.scores import prepare
from lifelong.units import Horizon, Rate, day_of

if TYPE_CHECKING:
    from lifelong.values import Leaderboard

FIRST = 10_000


def with_channel(orders: pa.Table) -> pa.Table:
    """Even customers came by mail, odd ones by shop, some by neither."""
    number = [int(c[1:]) for c in orders["customer_id"].to_pylist()]
    names = [None if n % 10 == 7 else "mail" if n % 2 == 0 else "shop" for n in number]
    return orders.append_column("channel", pa.array(names))


def without(orders: pa.Table, channel: str, after: int) -> pa.Table:
    """The orders, but nothing more from a channel's customers after a day."""
    gone = np.array([name == channel for name in orders["channel"].to_pylist()]) & (orders["day"].to_numpy() > after)
    return orders.filter(pa.array(~gone))


@pytest.fixture(scope="module")
def told(orders: pa.Table) -> Leaderboard:
    return judge.backtest(with_channel(orders), ("pareto_nbd",), holdout=Horizon.parse("13w"), currency="EUR")


def test_the_groups_of_a_kind_hold_every_customer_once(told: Leaderboard) -> None:
    row = next(r for r in told.rows if r["model"] == told.chosen)
    kinds = {r["by"] for r in told.calibration}
    assert kinds == {"cohort", "value", "orders", "channel"}
    for by in kinds:
        own = [r for r in told.calibration if r["by"] == by]
        assert sum(r["customers"] for r in own) == row["customers"]
        assert sum(r["came"] for r in own) == pytest.approx(row["actual_value"])
        assert sum(r["forecast"] for r in own) == pytest.approx(row["forecast_value"])
    for r in told.calibration:
        assert r["low90"] < r["forecast"] < r["high90"]
        assert r["is_off"] == (r["p"] < 0.05)


def test_tenths_have_an_interval_about_their_mean(told: Leaderboard) -> None:
    assert len(told.deciles) == 10
    for tenth in told.deciles:
        assert tenth["low80"] <= tenth["forecast"] <= tenth["high80"]
        assert tenth["low80"] < tenth["high80"]


def test_a_channel_that_stops_is_found_and_the_other_is_not(orders: pa.Table, told: Leaderboard) -> None:
    assert not [r for r in told.calibration if r["by"] == "channel" and r["is_off"]]
    named = with_channel(orders)
    last = int(named["day"].to_numpy().max())
    board = judge.backtest(
        without(named, "mail", last - 91), ("pareto_nbd",), holdout=Horizon.parse("13w"), until=last, currency="EUR"
    )
    found = {r["group"]: r["is_off"] for r in board.calibration if r["by"] == "channel"}
    assert found == {"mail": True, "shop": False, "unknown": False}
    said = next(f for f in board.findings if f.code == "F304")
    assert "channel mail" in said.facts["groups"]


def test_without_amounts_groups_are_told_in_orders(bare_orders: pa.Table) -> None:
    board = judge.backtest(bare_orders, ("mbg_nbd",))
    assert {r["by"] for r in board.calibration} == {"cohort", "orders"}
    row = next(r for r in board.rows if r["model"] == board.chosen)
    own = [r for r in board.calibration if r["by"] == "orders"]
    assert sum(r["came"] for r in own) <= row["actual_orders"]
    assert all(r["customers"] >= LEAST for r in own)
    assert not board.costs


# -- the law of a miss


@pytest.fixture
def spread() -> Spread:
    rng = np.random.default_rng(3)
    return Spread(0.3, 0.15, 0.1 * np.sort(rng.standard_t(5, 2000)))


def test_tail_and_quantile_are_of_one_law(spread: Spread) -> None:
    for level in (0.01, 0.05, 0.3):
        assert spread.tail(spread.quantile(level)) == pytest.approx(2 * level, abs=1e-9)
        assert spread.tail(spread.quantile(1 - level)) == pytest.approx(2 * level, abs=1e-9)
    assert spread.tail(-9.0) < 1e-12
    assert spread.tail(0.0) <= 1.0


def test_p_values_of_draws_from_the_law_are_even(spread: Spread) -> None:
    rng = np.random.default_rng(4)
    chance = rng.standard_normal(2000)
    drawn = np.where(chance > 0, spread.high, spread.low) * chance + rng.choice(spread.shock, 2000)
    p = np.array([spread.tail(float(one)) for one in drawn])
    for level in (0.05, 0.5):
        assert (p < level).mean() == pytest.approx(level, abs=3 * np.sqrt(level * (1 - level) / 2000))


def test_holm_by_hand() -> None:
    assert holm([]) == []
    assert holm([0.02, 0.9, 0.9]) == pytest.approx([0.06, 1.0, 1.0])


def test_groups_that_hold_give_no_finding_and_the_others_their_names() -> None:
    row = {"by": "orders", "group": "1", "forecast": 12.0, "came": 10.0, "is_off": False}
    assert off([row]) == ()
    (finding,) = off([row | {"is_off": True}])
    assert "orders 1 (+20 %)" in finding.text
    (finding,) = off([row | {"is_off": True, "came": 0.0}])
    assert "orders 1 (nothing came)" in finding.text


# -- the groups


def test_cohorts_are_as_fine_as_few_groups_allow() -> None:
    days = np.array([day_of(f"{y}-{m:02d}-15") for y in (2009, 2010) for m in range(1, 13)])
    assert list(_cohorts(days)) == [f"{y}-Q{q}" for y in (2009, 2010) for q in (1, 2, 3, 4)]
    assert list(_cohorts(days[:3])) == ["2009-01", "2009-02", "2009-03"]
    many = np.array([day_of(f"{y}-06-01") for y in range(1995, 2010)] + [day_of("2009-01-01")])
    assert list(_cohorts(many))[:2] == ["1995", "1996"]
    assert sum(len(rows) for rows in _cohorts(many).values()) == len(many)


def test_tiers_and_counts_by_hand() -> None:
    tiers = _tiers(np.array([5.0, 9.0, 1.0, 7.0, 3.0]))
    assert {name: sorted(rows.tolist()) for name, rows in tiers.items()} == {
        "best 20 % so far": [1],
        "next 30 %": [0, 3],
        "other 50 %": [2, 4],
    }
    counts = _counts(np.array([0, 1, 2, 4, 5, 80]))
    assert [rows.tolist() for rows in counts.values()] == [[0], [1], [2, 3], [4, 5]]


def test_a_channel_is_that_of_the_first_order_and_rare_ones_stand_together(orders: pa.Table) -> None:
    number = np.array([int(c[1:]) for c in orders["customer_id"].to_pylist()])
    many = orders.append_column("channel", pa.array([f"k{min(n % 20, 11):02d}" for n in number]))
    seen = see(many, FIRST + 200, 91, Trial(currency="EUR"))
    groups = _named(many, seen, "channel")
    assert next(iter(groups)) == "k11"  # nine of twenty
    assert list(groups)[-1] == "others"
    assert len(groups) == 8
    assert sorted(np.concatenate(list(groups.values())).tolist()) == list(range(len(seen)))
    ids = seen.summary["customer_id"].to_pylist()
    assert {int(ids[row][1:]) % 20 for row in groups["k11"]} == set(range(11, 20))
    assert _named(many, seen, "country") == {}
    empty = orders.append_column("channel", pa.nulls(len(orders), pa.string()))
    assert _named(empty, seen, "channel") == {}


def test_cohorts_miss_apart_from_what_all_missed(orders: pa.Table, told: Leaderboard) -> None:
    error = told.model_error[told.chosen]
    assert 0.0 < error["cohort"] < 1.0
    assert error["chance"] >= 1.0
    last = int(orders["day"].to_numpy().max())
    origin = see(orders, last - 91, 91, Trial(spend=""))
    fit = fit_named(told.chosen, orders, origin.summary, origin.day)
    terms = Terms(Horizon.parse("91d"), 1.0, Rate(0.0), "", ModelError.off())
    ahead = prepare(fit, origin.summary, terms, 20_000)[0]
    pairs = apart(origin, ahead)
    months = np.unique(origin.summary["first_day"].to_numpy().astype("datetime64[D]").astype("datetime64[M]"))
    assert 2 <= len(pairs) <= len(months)
    assert all(variance > 0 for _, variance in pairs)
    assert min(miss for miss, _ in pairs) < 0.0 < max(miss for miss, _ in pairs)
    assert apart(replace(origin, orders=np.zeros(len(origin))), ahead) == []
