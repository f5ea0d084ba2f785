"""Both kinds of business in one table: rows and totals add up, doubt is each part's own, and unlike is not added."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lifelong.errors import ConfigError
from lifelong.models.sbg import SBG
from lifelong.schema import SCORES, names
from lifelong.score import Terms
from lifelong.score.subscriptions import Plan, subscription_scores
from lifelong.score.together import together
from lifelong.values import Finding, Scores, Tenures

TERMS = Terms.parse("2y", "30%", "10%/year", "EUR")


def _scores(ids: list[str], price: float, model: str) -> Scores:
    fit = SBG().fit(Tenures.from_survivors([1000, 869, 743, 653, 593, 551, 517, 491]))
    made = subscription_scores(fit, ids, np.arange(len(ids)), Plan(price), TERMS, as_of="2026-06-30")
    return replace(made, model=model, findings=(Finding("S390", "as before"),))


def _but(scores: Scores, name: str, values: list[float | None]) -> Scores:
    import pyarrow as pa

    table = scores.table
    column = pa.array(values, table.schema.field(name).type)
    return replace(scores, table=table.set_column(table.column_names.index(name), name, column))


@pytest.fixture(scope="module")
def both() -> tuple[Scores, Scores]:
    subscribers = _but(_scores(["a", "b", "c"], 10.0, "sbg"), "alive", [1.0, 0.0, 0.5])
    buyers = _but(_scores(["b", "c", "d"], 4.0, "pareto_nbd"), "alive", [0.25, 0.5, 0.75])
    return subscribers, _but(buyers, "silent_days", [3, None, 9])


def test_rows_are_added_by_customer(both: tuple[Scores, Scores]) -> None:
    made = together(*both)
    assert made.table.column_names == list(names(SCORES))
    assert made.table.schema.types == both[0].table.schema.types
    rows = {r["customer_id"]: r for r in made.table.to_pylist()}
    one, two = ({r["customer_id"]: r for r in part.table.to_pylist()} for part in both)
    assert list(rows) == ["a", "b", "c", "d"]
    for name in ("orders", "value", "median", "low80", "high90", "historic", "total", "at_risk"):
        assert rows["a"][name] == one["a"][name]
        assert rows["b"][name] == pytest.approx(one["b"][name] + two["b"][name])
    assert [rows[k]["alive"] for k in "abcd"] == pytest.approx([1.0, 0.25, 0.75, 0.75])
    assert [rows[k]["silent_days"] for k in "abcd"] == [None, 3, None, 9]


def test_the_total_is_the_sum_with_each_part_s_own_doubt(both: tuple[Scores, Scores]) -> None:
    made, (one, two) = together(*both), (part.totals for part in both)
    assert made.customers == made.totals.customers == 4
    assert made.totals.value == pytest.approx(one.value + two.value)
    assert made.totals.value == pytest.approx(sum(made.table["value"].to_pylist()))
    assert made.totals.alive == pytest.approx(2.75)
    up, down = (np.hypot(one.value - getattr(one, n), two.value - getattr(two, n)) for n in ("high80", "low80"))
    assert made.totals.high80 == pytest.approx(made.totals.value + up)
    assert made.totals.low80 == pytest.approx(made.totals.value - down)
    away = np.hypot(one.orders_high90 - one.orders, two.orders_high90 - two.orders)
    assert made.totals.orders_high90 == pytest.approx(one.orders + two.orders + away)
    assert min(one.model_share, two.model_share) <= made.totals.model_share <= max(one.model_share, two.model_share)
    assert set(made.groups) == {"all", "by sbg", "by pareto_nbd"}
    assert made.model == "sbg, pareto_nbd"
    assert len(made.findings) == 1


def test_one_kind_alone_stays_as_it_is(both: tuple[Scores, Scores]) -> None:
    made = together(both[0])
    assert made.totals.value == pytest.approx(both[0].totals.value)
    assert made.totals.high90 == pytest.approx(both[0].totals.high90)
    assert made.table["value"].to_pylist() == both[0].table["value"].to_pylist()


def test_unlike_is_not_added(both: tuple[Scores, Scores]) -> None:
    for name, other in (("horizon", "1y"), ("currency", "USD"), ("as_of", "2026-05-31"), ("definition", "revenue")):
        with pytest.raises(ConfigError, match=f"different {name}") as caught:
            together(both[0], replace(both[1], **{name: other}))
        assert caught.value.code == "E301"
    with pytest.raises(ConfigError, match="there are none"):
        together()
