"""What `auto` tests: usual models, the likeliest regular one, the winner's calendar."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from tests.unit.judge.conftest import DAYS, FIRST, make_orders

from lifelong import plugins
from lifelong.judge.backtest import backtest, run
from lifelong.judge.candidates import in_calendar, steady
from lifelong.judge.origin import see
from lifelong.judge.trial import Trial

if TYPE_CHECKING:
    from lifelong.judge.origin import Seen

UNTIL = FIRST + DAYS - 1


def by_rhythm(customers: int = 120) -> pa.Table:
    """The same shop with orders that come some 24 days apart, give or take a third: Erlang-9 gaps."""
    rng = np.random.default_rng(4)
    start = rng.integers(0, 120, customers)
    day = start[:, None] + np.cumsum(np.rint(rng.gamma(9.0, 24.0 / 9.0, (customers, 12))), axis=1).astype(np.int64)
    stays = np.arange(12) < rng.geometric(0.12, customers)[:, None]
    who, when = np.nonzero(stays & (day < DAYS))
    ids = np.concatenate([np.arange(customers), who])
    days = FIRST + np.concatenate([start, day[who, when]])
    return pa.table(
        {
            "order_id": [str(i) for i in range(len(ids))],
            "customer_id": [f"c{i:03d}" for i in ids],
            "day": pa.array(days, pa.int32()),
            "revenue": pa.nulls(len(ids), pa.int64()),
            "refund": pa.nulls(len(ids), pa.int64()),
            "cost": pa.nulls(len(ids), pa.int64()),
            "lines": pa.array(np.ones(len(ids)), pa.int32()),
            "is_order": pa.array(np.ones(len(ids)), pa.int32()),
        }
    )


def seen(orders: pa.Table, day: int) -> Seen:
    return see(orders, day, 91, Trial())


def test_one_regular_model_stands_beside_the_usual_where_customers_have_a_rhythm() -> None:
    random, regular = make_orders(300, money=False), by_rhythm()
    assert steady(random, seen(random, UNTIL - 91), "auto") == plugins.usual()
    (more,) = set(steady(regular, seen(regular, UNTIL - 91), "auto")) - set(plugins.usual())
    assert more == "mbg_cnbd_6"


def test_a_few_gaps_tell_no_rhythm() -> None:
    regular = by_rhythm()
    few = regular.filter(pc.less(regular["customer_id"], "c015"))
    assert steady(few, seen(few, UNTIL), "auto") == plugins.usual()


def test_later_orders_do_not_make_the_candidates() -> None:
    regular, day = by_rhythm(), UNTIL - 91
    past = regular.filter(pc.less_equal(regular["day"], day))
    assert steady(regular, seen(regular, day), "auto") == steady(past, seen(past, day), "auto")


def test_the_calendar_wants_half_a_year_at_the_earliest_origin(bare_orders: pa.Table) -> None:
    late, early = seen(bare_orders, UNTIL), seen(bare_orders, FIRST + 100)
    assert in_calendar("mbg_nbd", [late]) == ("mbg_nbd+calendar", ())
    name, (finding,) = in_calendar("mbg_nbd", [late, early])
    assert name == ""
    assert finding.code == "F257"
    assert "14 weeks" in finding.text


def test_where_none_is_named_the_winner_is_tested_in_its_calendar_too() -> None:
    board = backtest(by_rhythm())
    names = [row["model"] for row in board.rows]
    (told,) = {name for name in names if name.endswith("+calendar")}
    assert told.removesuffix("+calendar") in board.why
    assert names.count(told) == names.count("mbg_cnbd_6") == 3
    assert names[:7] == [*plugins.usual()[:1], "mbg_cnbd_6", *plugins.usual()[1:], told, "last_period", "cell_means"]
    assert all(isinstance(row["beats_baseline"], bool) for row in board.rows if row["model"] == told)
    assert set(board.model_error) == set(names) - {"last_period", "cell_means"}


def test_a_short_history_is_told_why_it_has_no_calendar() -> None:
    orders = make_orders(200, money=False)
    board = run(orders.filter(pc.less_equal(orders["day"], FIRST + 200)), (), Trial())
    assert [f.code for f in board.findings if f.code == "F257"] == ["F257"]
    assert not any("+calendar" in row["model"] for row in board.rows)
