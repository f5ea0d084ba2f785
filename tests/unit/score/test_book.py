"""A book of several prices and periods: rows and totals are those of its parts; a point of retention, by closed form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from lifelong.errors import ConfigError, FitError
from lifelong.models.sbg import SBG
from lifelong.models.segments import ConstantChurn
from lifelong.schema import SCORES, names
from lifelong.score import ModelError, Terms
from lifelong.score.book import Book, book_scores
from lifelong.score.retention import retention_effect
from lifelong.score.subscriptions import Plan, renewing_subscriber, subscription_scores
from lifelong.values import Fit, Tenures

HIGH_END = [1000, 869, 743, 653, 593, 551, 517, 491]
REGULAR = [1000, 631, 468, 382, 326, 289, 262, 241]


@pytest.fixture(scope="module")
def fits() -> dict[str, Fit]:
    return {
        "year": SBG().fit(Tenures.from_survivors(HIGH_END)),
        "month": SBG().fit(Tenures.from_survivors(REGULAR)),
    }


def terms(horizon: str = "lifetime", **more: Any) -> Terms:
    return Terms.parse(horizon, "30%", "10%/year", "EUR", **more)


def book(renewals: Any, price: Any = 10.0, period: Any = "month", is_here: Any = True, paid: Any = 0.0) -> Book:
    n = np.atleast_1d(np.asarray(renewals))
    told = [np.broadcast_to(np.asarray(v), n.shape) for v in (price, period, is_here, paid)]
    return Book([f"c{i}" for i in range(len(n))], n, *told)


def test_each_row_is_the_one_of_a_single_subscriber_and_the_lost_have_only_a_past(fits: dict[str, Fit]) -> None:
    every = book([0, 3, 3, 5], [10.0, 25.0, 100.0, 7.0], ["month", "month", "year", "month"], [1, 1, 1, 0], [10, 100, 400, 42])  # fmt: skip
    every = Book(every.customer_id, every.renewals, every.price, every.period, every.is_here.astype(bool), every.paid)
    made = book_scores(fits, every, terms("3y"), as_of="2026-06-30")
    assert made.table.column_names == list(names(SCORES))
    rows = made.table.to_pylist()
    for row, n, price, period in zip(rows, [0, 3, 3], [10.0, 25.0, 100.0], ["month", "month", "year"], strict=False):
        want = renewing_subscriber(fits[period], Plan(price, period), terms("3y"), n)
        # Quantiles hold draws of the parameters, which may put them a payment off.
        assert row["median"] == pytest.approx(want["median"], abs=0.31 * price)
        assert row["orders"] == pytest.approx(want["orders"], rel=1e-9)
        assert row["value"] == pytest.approx(want["value"], rel=1e-9)
    assert [row["historic"] for row in rows] == pytest.approx([3.0, 30.0, 120.0, 12.6])
    assert all(rows[3][name] == 0.0 for name in ("alive", "orders", "value", "low90", "high90", "at_risk"))
    assert rows[3]["total"] == rows[3]["historic"]
    assert made.customers == 4
    assert made.totals.customers == 3
    assert made.totals.value == pytest.approx(sum(row["value"] for row in rows))
    assert set(made.groups) == {"all", "paid by the month", "paid by the year"}
    parts = [made.groups[f"paid by the {p}"] for p in ("month", "year")]
    assert sum(p.value for p in parts) == pytest.approx(made.totals.value)
    assert made.model == "sbg"


def test_whoever_is_late_counts_by_the_chance_to_be_there(fits: dict[str, Fit]) -> None:
    sure, late = book([2, 2], 10.0), replace(book([2, 2], 10.0), chance=np.array([1.0, 0.3]))
    how = terms("1y", error=ModelError.off())
    whole, part = book_scores(fits, sure, how).table.to_pylist(), book_scores(fits, late, how)
    rows = part.table.to_pylist()
    assert rows[0] == whole[0]
    for name in ("alive", "orders", "value"):
        assert rows[1][name] == pytest.approx(0.3 * whole[1][name])
    assert rows[1]["median"] == rows[1]["low80"] == 0.0  # seven in ten are worth nothing more
    assert rows[1]["high90"] > 0.0
    assert part.totals.alive == pytest.approx(1.3)
    assert part.totals.value == pytest.approx(1.3 * whole[0]["value"])
    effect = retention_effect(fits, late, how)
    assert effect.equity == pytest.approx(part.totals.value)
    assert effect.subscribers == 2


def test_a_book_of_one_plan_is_the_score_of_that_plan(fits: dict[str, Fit]) -> None:
    n = np.repeat([0, 3, 7], [100, 50, 200])
    how = terms("5y", error=ModelError.off())
    one = book_scores({"year": fits["year"]}, book(n, 200.0, "year"), how)
    want = subscription_scores(fits["year"], [f"c{i}" for i in range(350)], n, Plan(200.0, "year"), how)
    assert one.groups["paid by the year"].as_dict() == pytest.approx(want.totals.as_dict(), rel=1e-9)
    assert one.totals.value == pytest.approx(want.totals.value)
    # The total's own draws of chance differ; its interval is the same but for them.
    assert one.totals.low80 == pytest.approx(want.totals.low80, rel=0.01)
    assert one.totals.high80 == pytest.approx(want.totals.high80, rel=0.01)


@pytest.mark.parametrize("points", [0.01, -0.01, 0.05])
@pytest.mark.parametrize("horizon", ["lifetime", "2y"])
def test_where_all_are_alike_the_textbook_formula_holds(points: float, horizon: str) -> None:
    fit = ConstantChurn().fit(Tenures.from_survivors([1000, 800, 640, 512]), prior="off")
    made = retention_effect({"month": fit}, book([0, 1, 1, 8], [10.0, 20.0, 30.0, 40.0]), terms(horizon), points)
    d, r = 1.1 ** (1 / 12) - 1, 0.8

    def derl(kept: float) -> float:
        ratio = kept / (1 + d)
        forever = (1 + d) * ratio / (1 - ratio)
        return forever if horizon == "lifetime" else forever * (1 - ratio**24)

    assert made.retention == pytest.approx(r)
    assert made.equity == pytest.approx(100 * 0.3 * derl(r), rel=1e-6)
    assert made.change == pytest.approx(100 * 0.3 * (derl(r + points) - derl(r)), rel=1e-6)
    assert made.each == pytest.approx(made.change / 4)
    assert made.each_renewal == pytest.approx(made.change / (4 * derl(r + points)), rel=1e-6)
    assert made.low80 < made.change < made.high80
    assert f"{points * 100:+g} point(s) of retention (now 80.0%)" in str(made)


def test_the_interval_is_that_of_draws(fits: dict[str, Fit]) -> None:
    held = book([0, 1, 2, 5, 5, 7], 20.0)
    made = retention_effect(fits, held, terms())
    rng = np.random.default_rng(5)
    fit, model, d = fits["month"], SBG(), 1.1 ** (1 / 12) - 1
    n = held.renewals + 1
    drawn = []
    for theta in fit.draws(400, rng):
        factor = -0.01 / float(model.hazard(theta, n).mean())
        drawn.append(6.0 * float((model.derl(theta, n, d, np.inf, factor) - model.derl(theta, n, d)).sum()))
    low, high = np.quantile(drawn, [0.1, 0.9])
    assert made.high80 - made.low80 == pytest.approx(high - low, rel=0.15)
    assert made.low80 < np.mean(drawn) < made.high80


def test_where_subscribers_differ_a_point_is_worth_less_than_the_constant_formula_says(fits: dict[str, Fit]) -> None:
    new = book([0] * 5, 10.0, "year")
    made = retention_effect(fits, new, terms())
    d, r = 0.1, made.retention
    constant = 50 * 0.3 * (1 + d) * ((r + 0.01) / (1 + d - r - 0.01) - r / (1 + d - r))
    assert 0 < made.change / made.equity < constant / (50 * 0.3 * (1 + d) * r / (1 + d - r))


def test_money_of_several_periods_adds_up(fits: dict[str, Fit]) -> None:
    both = book([0, 3], [10.0, 90.0], ["month", "year"])
    each = [
        retention_effect(fits, book([n], p, period), terms())
        for n, p, period in [(0, 10.0, "month"), (3, 90.0, "year")]
    ]
    made = retention_effect(fits, both, terms())
    assert made.change == pytest.approx(sum(e.change for e in each))
    assert made.equity == pytest.approx(sum(e.equity for e in each))
    assert made.high80 - made.low80 == pytest.approx(np.hypot(*[e.high80 - e.low80 for e in each]))
    assert made.as_dict()["subscribers"] == 2


def test_points_that_are_not_to_be_had_are_refused(fits: dict[str, Fit]) -> None:
    for points in (0.9, -0.9):
        with pytest.raises(ConfigError, match="not to be had"):
            retention_effect(fits, book([0]), terms(), points)
    with pytest.raises(FitError) as caught:
        retention_effect(fits, book([0], is_here=False), terms())
    assert caught.value.code == "E201"


def test_within_less_than_a_period_nothing_changes(fits: dict[str, Fit]) -> None:
    made = retention_effect(fits, book([0, 2], 10.0, "year"), terms("90d"))
    assert (made.equity, made.change, made.each_renewal) == (0.0, 0.0, 0.0)
    assert "+0.0%" in str(made)
