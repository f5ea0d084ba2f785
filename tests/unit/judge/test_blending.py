"""A blend in the back-test: tested as it would be used, learned from the past alone, and chosen only where it is clearly better."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from tests.mixed_shop import FIRST, mixed_shop

from lifelong.errors import FitError
from lifelong.judge import blending
from lifelong.judge.backtest import run
from lifelong.judge.blending import asks_blend, learn_blend, plainly, statistical
from lifelong.judge.trial import Trial
from lifelong.score import ModelError, Terms, score
from lifelong.tables.summary import summary
from lifelong.units import Horizon, Rate

if TYPE_CHECKING:
    from lifelong.values import Fit, Leaderboard

AHEAD, LAST = Horizon.parse("13w"), FIRST + 419


@pytest.fixture(scope="module")
def shop() -> pa.Table:
    return mixed_shop()


@pytest.fixture(scope="module")
def board(shop: pa.Table) -> Leaderboard:
    return run(shop, ("bg_nbd+blend",), Trial(holdout=AHEAD, currency="EUR"))


def _rows(board: Leaderboard, model: str) -> list[dict]:
    return [dict(row) for row in board.rows if row["model"] == model]


def test_the_blend_has_a_row_at_every_origin_beside_its_own_model(board: Leaderboard) -> None:
    plain, blend = _rows(board, "bg_nbd"), _rows(board, "bg_nbd+blend")
    assert [row["origin"] for row in plain] == [row["origin"] for row in blend]
    assert len(plain) == 3
    for row, other in zip(blend, plain, strict=True):
        assert row["forecast_orders"] == other["forecast_orders"]  # orders stay the model's
        assert row["mae"] != other["mae"]
        assert 0.75 < row["coverage80"] < 0.97
        assert 0.85 < row["coverage90"] < 0.99
        assert row["crps"] < row["mae"]
    assert {"bg_nbd+blend", "bg_nbd"} == set(board.model_error)


def test_two_kinds_of_customers_are_better_told_apart_and_the_reason_says_so(board: Leaderboard) -> None:
    plain, blend = _rows(board, "bg_nbd"), _rows(board, "bg_nbd+blend")
    assert np.mean([row["gini_norm"] for row in blend]) > np.mean([row["gini_norm"] for row in plain])
    assert board.chosen == "bg_nbd+blend"
    assert "Blended with learned forecasts it errs" in board.why
    assert "by more than one standard error" in board.why
    assert sum(row["customers"] for row in board.deciles) == blend[0]["customers"]
    total = sum(row["forecast"] * row["customers"] for row in board.deciles)
    assert total == pytest.approx(blend[0]["forecast_value"])


def test_where_history_is_too_short_the_row_is_the_model_alone_and_a_finding_says_so(shop: pa.Table) -> None:
    early = Trial(holdout=AHEAD, currency="EUR", origins=(FIRST + 60, LAST - 91))
    board = run(shop, ("bg_nbd", "blend"), early)
    found = {one.code: one for one in board.findings}["F263"]
    assert len(found.facts["origins"]) == 1
    assert "61 days of history" in found.text
    late, first = (_rows(board, model)[-1]["mae"] for model in ("bg_nbd+blend", "bg_nbd"))
    assert late == first
    alone = run(shop, ("bg_nbd", "blend"), replace(early, origins=(FIRST + 60,)))
    assert alone.chosen == "bg_nbd"
    assert not _rows(alone, "bg_nbd+blend")
    assert [one.code for one in alone.findings if one.code.startswith("F26")] == ["F262"]


def test_without_amounts_or_the_package_it_is_not_tried(monkeypatch: pytest.MonkeyPatch, shop: pa.Table) -> None:
    once = Trial(holdout=AHEAD, currency="EUR", origins=(LAST - 91,))
    bare = shop.set_column(shop.column_names.index("revenue"), "revenue", pa.nulls(len(shop), pa.int64()))
    found = run(bare, ("bg_nbd+blend",), once).findings
    assert any(one.code == "F262" and "no amounts" in one.text for one in found)
    monkeypatch.setitem(sys.modules, "lightgbm", None)
    found = run(shop, ("bg_nbd+blend",), once).findings
    assert any(one.code == "F262" and "lifelong[ml]" in one.text for one in found)
    monkeypatch.setattr(blending, "is_installed", lambda: True)  # it is there, and its own library is not
    found = run(shop, ("bg_nbd+blend",), once).findings
    assert any(one.code == "F262" and "needs the package 'lightgbm'" in one.text for one in found)


def test_no_other_refusal_is_hidden(monkeypatch: pytest.MonkeyPatch, shop: pa.Table) -> None:
    def broken(past: object, day: int) -> None:
        raise FitError("E201", "a fault")

    monkeypatch.setattr("lifelong.judge.learning.learn", broken)
    with pytest.raises(FitError, match="a fault"):
        run(shop, ("bg_nbd+blend",), Trial(holdout=AHEAD, currency="EUR", origins=(LAST - 91,)))


def test_names() -> None:
    assert asks_blend("blend")
    assert asks_blend("bg_nbd+blend")
    assert not asks_blend("bg_nbd+calendar")
    assert statistical("bg_nbd+blend") == "bg_nbd"
    assert statistical("bg_nbd+calendar") == "bg_nbd"
    assert statistical("blend") == ""
    assert plainly(("mbg_nbd+calendar", "blend", "bg_nbd+blend")) == ("mbg_nbd+calendar", "bg_nbd", "mbg_nbd")
    assert plainly(("mbg_nbd+calendar",)) == ("mbg_nbd+calendar",)


def _fit(shop: pa.Table, day: int) -> Fit:
    from lifelong.judge.fitting import fit_named
    from lifelong.models.spend_choice import fit_spend_named
    from lifelong.tables import patterns

    table = summary(shop, day)
    spends = patterns.to_spend(patterns.spends(table), 2)
    fit = fit_named("bg_nbd", shop, table, day)
    blend = learn_blend("bg_nbd", shop, day, AHEAD, Trial(currency="EUR"))
    return replace(fit, spend=fit_spend_named("auto", spends), blend=blend)


def _terms(**other: object) -> Terms:
    told = {"horizon": AHEAD, "margin": 1.0, "discount": Rate(0.0), "currency": "EUR", "error": ModelError.off()}
    return Terms(**{**told, "seed": 0, **other})


@pytest.fixture(scope="module")
def fitted(shop: pa.Table) -> Fit:
    return _fit(shop, LAST - 91)


def test_scores_by_a_blend_add_up_and_their_bound_holds(shop: pa.Table, fitted: Fit) -> None:
    day = LAST - 91
    table = summary(shop, day).sort_by("customer_id")
    made = score(fitted, table, _terms(), orders=shop.filter(pc.less_equal(shop["day"], day)))
    assert made.model == "bg_nbd+blend"
    assert [one.code for one in made.findings] == ["F264"]
    value, high, low = (made.table[name].to_numpy() for name in ("value", "high80", "low80"))
    assert made.totals.value == pytest.approx(value.sum())
    cohorts = [total.value for name, total in made.groups.items() if name.startswith("cohort")]
    assert sum(cohorts) == pytest.approx(value.sum())
    best = np.sort(value)[::-1][: int(np.ceil(0.2 * len(value)))]
    assert made.groups["best 20 %"].value == pytest.approx(best.sum())
    assert (low <= high).all()
    after = shop.filter(pc.greater(shop["day"], day)).group_by("customer_id").aggregate([("revenue", "sum")])
    at = pc.index_in(table["customer_id"], value_set=after["customer_id"].combine_chunks())
    came = pc.fill_null(after["revenue_sum"].take(at), 0).to_numpy() / 100.0
    assert 0.88 < (came <= high).mean() < 0.97  # of half the tenths nine in ten bring nothing: it holds for more
    assert made.totals.low80 < made.totals.value < made.totals.high80


def test_scores_by_a_blend_know_nothing_of_later_orders_and_do_not_hang_on_the_rows_order(
    shop: pa.Table, fitted: Fit
) -> None:
    day = LAST - 91
    table = summary(shop, day).sort_by("customer_id")
    made, again = (
        score(fitted, table, _terms(), orders=shop),
        score(fitted, table, _terms(), orders=shop.slice(0).take(_mixed(shop))),
    )
    assert made.table.equals(again.table)
    turned = score(fitted, table.sort_by([("customer_id", "descending")]), _terms(), orders=shop).table
    back = turned.sort_by("customer_id")
    assert back["value"].to_numpy() == pytest.approx(made.table["value"].to_numpy(), rel=1e-12)


def _mixed(shop: pa.Table) -> np.ndarray:
    return np.random.default_rng(4).permutation(len(shop))


def test_margin_and_discount_change_all_alike(shop: pa.Table, fitted: Fit) -> None:
    table = summary(shop, LAST - 91).sort_by("customer_id")
    whole, third = (score(fitted, table, _terms(margin=margin), orders=shop) for margin in (1.0, 0.3))
    assert third.table["value"].to_numpy() == pytest.approx(0.3 * whole.table["value"].to_numpy())
    assert third.table["high90"].to_numpy() == pytest.approx(0.3 * whole.table["high90"].to_numpy())
    later = score(fitted, table, _terms(discount=Rate.parse("20%/year")), orders=shop)
    assert 0.9 < later.totals.value / whole.totals.value < 1.0


def test_over_another_horizon_or_without_orders_the_model_stands_alone_and_says_so(shop: pa.Table, fitted: Fit) -> None:
    table = summary(shop, LAST - 91).sort_by("customer_id")
    plain = score(replace(fitted, blend=None), table, _terms())
    made = score(fitted, table, _terms())
    assert made.table.equals(plain.table)
    assert made.model == "bg_nbd"
    assert [one.code for one in made.findings] == ["F265"]
    assert "single orders" in made.findings[0].text
    far = score(fitted, table, _terms(horizon=Horizon.parse("26w")), orders=shop)
    assert "learned for 13w ahead, and 26w was asked" in str(far)
