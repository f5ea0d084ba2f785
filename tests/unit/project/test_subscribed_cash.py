"""Cash to come and equity of subscriptions: alone, beside free buyers, and in orders that come by a calendar."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner
from tests.unit.project.test_enrolling import _export, _orders

import lifelong as ll
from lifelong.cli.commands import lifelong
from lifelong.errors import ConfigError, DataError
from lifelong.jobs.verbs import arguments
from lifelong.jobs.worker import call

if TYPE_CHECKING:
    from pathlib import Path

ASKED: dict[str, Any] = {"margin": "60%"}


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    folder = tmp_path_factory.mktemp("alone")
    shop = ll.Project(folder / "shop", settings={"currency": "EUR"})
    shop.ingest_subscriptions(_export(folder / "june.csv"))
    return shop


@pytest.fixture(scope="module")
def both(alone: ll.Project, tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    folder = tmp_path_factory.mktemp("both")
    shutil.copytree(alone.path, folder / "shop")
    shop = ll.Project(folder / "shop", create=False)
    shop.ingest(_orders(folder / "orders.csv"))
    shop.fit("bg_nbd")
    return shop


@pytest.fixture(scope="module")
def buyers(tmp_path_factory: pytest.TempPathFactory) -> ll.Project:
    folder = tmp_path_factory.mktemp("buyers")
    shop = ll.Project(folder / "shop", settings={"currency": "EUR"})
    shop.ingest(_orders(folder / "orders.csv"))
    shop.fit("bg_nbd")
    return shop


def sums(made: Any) -> None:
    """Parts sum to the cent, and intervals hold what is expected."""
    assert all(m.existing + m.future == m.revenue for m in made.months)
    for name in ("existing", "future", "revenue", "margin"):
        assert sum(getattr(m, name) for m in made.months) == getattr(made.total, name)
    for month in (*made.months, made.total):
        assert 0 <= month.low90 <= month.low80 < month.revenue < month.high80 <= month.high90


def test_subscribers_alone_pay_by_month_what_their_scores_say(alone: ll.Project) -> None:
    made = alone.forecast(months=12, new_customers=0, **ASKED)
    scores = alone.score(horizon="365d", discount="0", **ASKED)
    assert made.total.existing * 0.6 / 100 == pytest.approx(scores.totals.value, rel=1e-5)
    assert made.total.orders == pytest.approx(scores.totals.orders, rel=1e-5)
    assert (made.as_of, made.counted) == (scores.as_of, ())
    low, high = (end * 0.6 / 100 for end in (made.total.low80, made.total.high80))
    assert (low, high) == (
        pytest.approx(scores.totals.low80, rel=0.1),
        pytest.approx(scores.totals.high80, rel=0.1),
    )
    sums(alone.forecast(months=6, **ASKED))
    assert {f.code for f in alone.forecast(months=2).findings} == {"F412"}


def test_levers_move_subscriptions_too(alone: ll.Project) -> None:
    def total(**factors: float) -> Any:
        return alone.forecast(months=6, new_customers=8, what_if=factors, draws=50, **ASKED).total

    now = total()
    assert total(basket=1.1).revenue == pytest.approx(1.1 * now.revenue, abs=1)
    assert total(acquisition=2.0).future == pytest.approx(2.0 * now.future, abs=2)
    assert total(retention=0.9).existing < now.existing < total(retention=1.05).existing
    with pytest.raises(ConfigError) as caught:
        total(retention=1000.0)
    assert caught.value.code == "E493"


def test_a_firm_with_both_kinds_has_the_sum_of_both(both: ll.Project, buyers: ll.Project) -> None:
    whole, some = (shop.forecast(months=12, new_customers=0, **ASKED) for shop in (both, buyers))
    scores = both.score(horizon="365d", discount="0", **ASKED)
    own = scores.groups["who subscribe"].value / 0.6
    assert (whole.total.existing - some.total.existing) / 100 == pytest.approx(own, rel=1e-4)
    made = both.forecast(months=6, **ASKED)
    sums(made)
    assert made.model.startswith("bg_nbd, ")
    assert "payments of subscriptions" in made.definition
    seen = [f.facts["mean"] for f in made.findings if f.code == "F412"]
    assert len(seen) == 2
    assert made.new_customers == pytest.approx([sum(seen)] * 6)
    told = both.forecast(months=6, new_customers=sum(seen), **ASKED)
    assert told.total.future == pytest.approx(made.total.future, rel=1e-3), "what is told is shared as newcomers were"


def test_the_base_is_worth_what_scores_say_and_the_parts_sum(alone: ll.Project, both: ll.Project) -> None:
    for shop in (alone, both):
        made = shop.equity(cac="5", **ASKED)
        scores = shop.score(horizon="lifetime", discount="10%/year", **ASKED)
        assert made.rlv == pytest.approx(scores.totals.value, abs=0.01)
        assert (made.rlv_low80, made.rlv_high80) == (scores.totals.low80, scores.totals.high80)
        assert round(made.rlv + made.future, 2) == made.equity
        assert made.customers == scores.customers
        assert set(made.elasticities) == {"retention", "margin", "discount", "acquisition", "cac"}
        assert made.elasticities["retention"] > 0 > made.elasticities["discount"]
        low, high = made.elastic_bands["retention"][:2]
        assert low < made.elasticities["retention"] < high
    assert shop.valuation(cac="5", fixed_costs="12", debt="3", **ASKED).is_firm


def test_the_clv_of_subscribers_is_the_first_payment_and_the_residual_lifetime(alone: ll.Project) -> None:
    from lifelong.score.subscriptions import Plan, new_subscriber
    from lifelong.score.terms import Terms

    made = alone.equity(cac="5", **ASKED)
    fit = alone.subscriptions(horizon="lifetime", discount="10%/year", **ASKED).groups[0].chosen.fit
    worth = new_subscriber(fit, Plan(1.0, "month"), Terms.parse("lifetime", 0.6, "10%/year"))["value"]
    prices = [5 + i % 3 + 0.5 for i in range(90)]  # as the file has them; all began in the last sixteen months
    assert min(prices) * worth < made.clv < max(prices) * worth


def test_a_scorecard_and_papers_of_subscribers_hold_them(alone: ll.Project, tmp_path: Path) -> None:
    card = alone.scorecard(cac="5", **ASKED)
    told = {entry.name: entry for entry in card.entries}
    assert told["repeat_rate"].value is None
    assert "renew" in told["repeat_rate"].why
    assert told["forecast"].value == alone.forecast(months=12, **ASKED).total.revenue
    assert alone.scorecard(cac="5", **ASKED).entries == card.entries
    alone.score(**ASKED)
    page = alone.report(tmp_path / "finance.html", kind="finance").read_text(encoding="utf-8")
    assert "payments of subscriptions" in page


def test_orders_have_costs_and_subscriptions_none(both: ll.Project, tmp_path: Path) -> None:
    shutil.copytree(both.path, tmp_path / "shop")
    shop = ll.Project(tmp_path / "shop", create=False)
    (tmp_path / "more.csv").write_text("order_id,customer_id,date,total,cost\nz1,z,2026-06-29,20.00,5.00\n")
    shop.ingest(tmp_path / "more.csv")
    shop.fit("bg_nbd")
    for verb in (shop.forecast, shop.equity):
        with pytest.raises(ConfigError) as caught:
            verb()
        assert caught.value.code == "E173"
    assert shop.forecast(months=2, **ASKED).total.revenue > 0


def test_a_plan_with_subscriptions_is_kept_and_not_set_against_orders(both: ll.Project, alone: ll.Project) -> None:
    for shop in (both, alone):
        plan = shop.sales_budget(months=3, cac="5")
        assert sum(month.revenue for month in plan.months) == plan.total.revenue
        with pytest.raises(DataError) as caught:
            shop.plan_actual()
        assert caught.value.code == "E482"
        assert "subscriptions" in caught.value.what


def test_every_door_says_the_same(alone: ll.Project) -> None:
    made = alone.forecast(months=3, **ASKED)
    place = ["--project", str(alone.path), "--json", "--margin", "60%"]
    shown = CliRunner().invoke(lifelong, ["forecast", "--months", "3", *place])
    assert json.loads(shown.output) == json.loads(json.dumps(made.as_dict()))
    served = call(alone.path, "forecast", arguments("forecast", {"months": 3, "margin": "60%"}), lambda *_: None)
    assert served == made
    told = call(alone.path, "equity", arguments("equity", {"cac": "5", "margin": "60%"}), lambda *_: None)
    shown = CliRunner().invoke(lifelong, ["equity", "--cac", "5", *place])
    assert json.loads(shown.output)["rlv"] == told.rlv
