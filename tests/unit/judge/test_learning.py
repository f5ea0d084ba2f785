from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from lifelong.errors import FitError
from lifelong.judge import metrics
from lifelong.judge.learning import MEMBERS, Learned, Past, learn
from lifelong.judge.trial import Trial
from lifelong.models.blend import DOUBT
from lifelong.units import Horizon

FIRST, DAYS, SIZE = 10_000, 420, 900


def _shop(money: bool = True) -> pa.Table:
    """Customers of one season who order at rates of their own until they leave."""
    rng = np.random.default_rng(11)
    born = rng.integers(0, 120, SIZE)
    rate, life, level = rng.gamma(0.8, 1 / 12.0, SIZE), rng.exponential(300.0, SIZE), rng.gamma(4.0, 800.0, SIZE)
    stop = np.minimum(life, DAYS - born)
    owner = np.repeat(np.arange(SIZE), rng.poisson(rate * stop))
    days = np.r_[born, born[owner] + (rng.random(len(owner)) * stop[owner]).astype(int)] + FIRST
    who = np.r_[np.arange(SIZE), owner]
    size = len(who)
    cents = pa.array(rng.gamma(5.0, level[who] / 5.0).astype(np.int64) + 1) if money else pa.nulls(size, pa.int64())
    return pa.table(
        {
            "order_id": [str(i) for i in range(size)],
            "customer_id": [f"c{i:04d}" for i in who],
            "day": pa.array(days, pa.int32()),
            "revenue": cents,
            "refund": pa.nulls(size, pa.int64()),
            "cost": pa.nulls(size, pa.int64()),
            "lines": pa.array([1] * size, pa.int32()),
            "is_order": pa.array([1] * size, pa.int32()),
        }
    )


def _past(orders: pa.Table, horizon: str = "13w") -> Past:
    ahead = Horizon.parse(horizon)
    return Past.of(orders, Trial(holdout=ahead), ahead, "bg_nbd")


LATE, EARLY = FIRST + 260, FIRST + 160


@pytest.fixture(scope="module")
def shop() -> pa.Table:
    return _shop()


@pytest.fixture(scope="module")
def late(shop: pa.Table) -> tuple[Past, Learned]:
    past = _past(shop)
    return past, learn(past, LATE)


def test_members_share_the_total_of_the_statistical_model(late: tuple[Past, Learned]) -> None:
    past, made = late
    seen, now = past.look(LATE)
    assert set(made.members) == set(MEMBERS)
    for forecast in made.members.values():
        assert len(forecast) == len(seen)
        assert forecast.sum() == pytest.approx(now.base.sum())
    assert made.weights.sum() == pytest.approx(1.0)
    assert made.blend.sum() == pytest.approx(made.factor * now.base.sum())
    assert made.findings == ()


def test_the_forecast_ranks_the_customers_and_its_bound_holds(late: tuple[Past, Learned]) -> None:
    past, made = late
    seen, _ = past.look(LATE)
    assert seen.value is not None
    assert metrics.gini_norm(seen.value, made.blend) > 0.6
    assert metrics.mae(seen.value, made.blend) < metrics.mae(seen.value, seen.before_value)
    assert metrics.coverage(seen.value, -np.inf * np.ones(len(seen)), made.upper(0.9)) == pytest.approx(0.9, abs=0.05)
    assert (made.upper(0.8) <= made.upper(0.9)).all()
    buys = seen.value > 0
    assert made.chance[buys].mean() > 2 * made.chance[~buys].mean()


def test_nothing_after_the_day_changes_a_forecast(shop: pa.Table, late: tuple[Past, Learned]) -> None:
    before = shop.filter(pc.less_equal(shop["day"], LATE))
    again = learn(_past(before), LATE)
    assert np.array_equal(again.blend, late[1].blend)
    assert np.array_equal(again.upper(0.9), late[1].upper(0.9))


def test_origins_have_ended_by_the_day(late: tuple[Past, Learned]) -> None:
    past, _ = late
    days = past.origins(LATE)
    assert days == [LATE - 91 - 22 * n for n in range(6)]
    assert past.origins(FIRST + 91 + 26) == []
    assert past.origins(FIRST + 91 + 27) == [FIRST + 27]


def test_a_short_history_learns_weights_from_other_customers_and_says_so(shop: pa.Table) -> None:
    past = _past(shop)
    made = learn(past, EARLY)
    assert made.weights.sum() == pytest.approx(1.0)
    assert (made.weights > 0).all()
    ended = [past.look(day)[1] for day in past.origins(EARLY)]
    logs = [np.log(one.outcome.sum() / one.base.sum()) for one in ended]
    span = 1 + (len(ended) - 1) / 4
    assert made.factor == pytest.approx(np.exp(np.mean(logs) * span / (span + DOUBT)))
    assert [one.code for one in made.findings] == ["F261"]
    seen, _ = past.look(EARLY)
    assert seen.value is not None
    assert 0.8 < (seen.value <= made.upper(0.9)).mean() < 0.99


def test_without_amounts_it_learns_orders() -> None:
    past = _past(_shop(money=False))
    made = learn(past, LATE)
    seen, _ = past.look(LATE)
    assert seen.value is None
    assert metrics.mae(seen.orders, made.blend) < metrics.mae(seen.orders, np.full(len(seen), seen.orders.mean()))


def test_a_history_too_short_is_refused(shop: pa.Table) -> None:
    with pytest.raises(FitError, match="61 days of history") as caught:
        learn(_past(shop), FIRST + 60)
    assert caught.value.code == "E217"
    assert "needs 136" in str(caught.value)
