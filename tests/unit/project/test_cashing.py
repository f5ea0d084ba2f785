"""Money by month, customer equity and the value of the firm: sums, scenarios, refusals, and what is printed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lifelong import ConfigError, DataError, Project
from lifelong.cli.commands import lifelong
from lifelong.sources.simulate import simulate_shop
from lifelong.values import to_json

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("cash")
    (folder / "orders.csv").write_text(simulate_shop(400, seed=5).orders_csv(), encoding="utf-8")
    made = Project(folder / "shop")
    made.ingest(folder / "orders.csv")
    made.configure(scenarios=("lean: acquisition=0.8, basket=0.9", "torn: basket"))
    made.fit("pareto_nbd")
    return made


def test_parts_sum_to_totals_to_the_minor_unit(shop: Project, tmp_path: Path) -> None:
    made = shop.forecast(months=6, new_customers=30, margin="40%", draws=60, out=tmp_path / "months.parquet")
    assert len(made.months) == 6
    assert all(m.existing + m.future == m.revenue for m in made.months)
    for name in ("existing", "future", "revenue", "margin"):
        assert sum(getattr(m, name) for m in made.months) == getattr(made.total, name)
    assert made.total.margin == round(0.4 * made.total.revenue)
    assert made.total.low90 <= made.total.low80 < made.total.revenue < made.total.high80 <= made.total.high90
    assert pq.read_table(tmp_path / "months.parquet")["revenue"].to_pylist() == [m.revenue for m in made.months]
    assert json.loads(to_json(made.as_dict()))["total"]["revenue"] == made.total.revenue
    assert max(map(len, str(made).splitlines())) <= 80


def test_the_customers_there_are_bring_what_their_scores_say(shop: Project) -> None:
    """48 months are 1,461 days."""
    made = shop.forecast(months=48, new_customers=0, draws=20)
    scores = shop.score(horizon="1461d", discount="0")
    assert made.total.existing / 100 == pytest.approx(scores.totals.value, rel=1e-3)
    assert made.total.future == 0


def test_levers_scale_what_they_name(shop: Project) -> None:
    def total(**factors: float) -> Any:
        return shop.forecast(months=4, new_customers=50, what_if=factors, margin="50%", draws=40).total

    now = total()
    assert total(basket=1.1).revenue == pytest.approx(1.1 * now.revenue, abs=1)
    assert total(basket=1.1).orders == pytest.approx(now.orders)
    assert total(orders=0.9).orders == pytest.approx(0.9 * now.orders)
    assert total(margin=0.8).margin == pytest.approx(0.8 * now.margin, abs=1)
    twice = total(acquisition=2.0)
    assert twice.existing == pytest.approx(now.existing, abs=2)  # dealt anew
    assert twice.future == pytest.approx(2.0 * now.future, rel=0.1)
    assert total() == now  # the same chance


def test_a_newcomer_orders_as_the_printed_formula_says(shop: Project) -> None:
    """Schmittlein, Morrison and Colombo (1987), eq. 17, averaged over the time of joining, and the first order."""
    theta = shop.fit("pareto_nbd").theta
    r, alpha, s, beta = theta
    month = 365.25 / 12 / 7
    ages = [(3 - (i + 0.5) / 1000) * month for i in range(3000)]
    each = [r * beta / alpha / (s - 1) * (1 - (beta / (beta + age)) ** (s - 1)) for age in ages]
    one, none = (shop.forecast(months=3, new_customers=n, draws=10).total.orders for n in (1, 0))
    assert one - none == pytest.approx(3 + sum(each) / 1000, rel=1e-4)


def test_a_scenario_is_its_levers_and_what_is_told_goes_first(shop: Project) -> None:
    told = {"months": 3, "new_customers": 40, "draws": 20}
    lean = shop.forecast(**told, scenario="lean")
    assert lean.factors == {"acquisition": 0.8, "basket": 0.9}
    assert lean.total == shop.forecast(**told, what_if=lean.factors).total
    assert shop.forecast(**told, scenario="lean", what_if={"basket": 1.0}).factors["basket"] == 1.0


def test_each_swing_is_the_margin_of_its_own_forecast(shop: Project) -> None:
    told = {"months": 3, "new_customers": 40, "draws": 20, "margin": "40%"}
    made = shop.forecast(**told, what_if={"basket": 1.2})
    assert {one.lever for one in made.swings} == {"acquisition", "orders", "basket", "margin"}
    for one in made.swings:
        for step, shown in ((0.9, one.low), (1.1, one.high)):
            levers = {"basket": 1.2} | {one.lever: step * (1.2 if one.lever == "basket" else 1.0)}
            assert shop.forecast(**told, what_if=levers).total.margin == pytest.approx(shown, abs=1)
    widths = [one.high - one.low for one in made.swings]
    assert widths == sorted(widths, reverse=True)
    assert "margin" not in {one.lever for one in shop.forecast(months=3, draws=20, new_customers=1).swings}
    assert max(map(len, str(made).splitlines())) <= 80


def test_a_plan_says_how_many_come(shop: Project, tmp_path: Path) -> None:
    plan = tmp_path / "new.csv"
    plan.write_text("month,new_customers\n2,20\n1,40\n3,0\n")
    made = shop.forecast(months=3, plan=plan, draws=20)
    assert made.new_customers == (40.0, 20.0, 0.0)
    flat = shop.forecast(months=3, new_customers=20, draws=20)
    assert made.months[0].future == pytest.approx(2 * flat.months[0].future, abs=2)
    assert made.months[2].future < flat.months[2].future


def test_customers_come_as_they_came(shop: Project) -> None:
    made = shop.forecast(months=3, draws=300)
    told = {found.code: found.facts for found in made.findings}
    assert made.new_customers == pytest.approx([told["F412"]["mean"]] * 3) if "F412" in told else "F411" in told


def test_equity_is_the_sum_of_its_parts_and_a_firm_owes_its_debt(shop: Project) -> None:
    told = {"new_customers": 20, "cac": 5, "margin": "40%", "months": 24}
    made = shop.equity(**told)
    assert made.equity == pytest.approx(made.rlv + made.future)
    assert made.rlv == pytest.approx(shop.score(horizon="lifetime", margin="40%", discount="10%/year").totals.value)
    assert made.rlv_low80 < made.rlv < made.rlv_high80
    firm = shop.valuation(**told, fixed_costs=1200, tax="25%", debt=300, non_operating=100)
    assert firm.value == pytest.approx(0.75 * (made.equity - firm.fixed) + 100 - 300)
    assert firm.elasticities["acquisition"] == pytest.approx(0.75 * made.future / firm.value, rel=1e-6)
    assert firm.elasticities["cac"] < 0 < firm.elasticities["margin"]
    assert max(map(len, str(firm).splitlines())) <= 80
    assert "value of the firm" in str(firm)
    assert "value of the firm" not in str(made)


def test_what_a_reader_should_know_is_told(shop: Project) -> None:
    assert {"F413", "F415"} <= {found.code for found in shop.equity().findings}
    assert "F414" in {found.code for found in shop.equity(cac=1e6, new_customers=1).findings}
    assert "F416" in {found.code for found in shop.equity(cac=1, new_customers=1e5).findings}


@pytest.mark.parametrize(
    ("verb", "told", "code"),
    [
        ("forecast", {"months": 0}, "E411"),
        ("forecast", {"months": 121}, "E411"),
        ("forecast", {"what_if": {"baskt": 1.1}}, "E412"),
        ("forecast", {"what_if": {"basket": "much"}}, "E351"),
        ("forecast", {"new_customers": "many"}, "E351"),
        ("forecast", {"new_customers": 3, "plan": "new.csv"}, "E351"),
        ("forecast", {"scenario": "leen"}, "E415"),
        ("forecast", {"scenario": "torn"}, "E415"),
        ("equity", {"wacc": "0"}, "E351"),
        ("equity", {"months": -1}, "E351"),
        ("valuation", {"tax": "no"}, "E351"),
    ],
)
def test_what_cannot_be_is_refused(shop: Project, verb: str, told: dict[str, Any], code: str) -> None:
    with pytest.raises(ConfigError) as raised:
        getattr(shop, verb)(**told)
    assert raised.value.code == code


def test_without_amounts_there_is_no_cash(tmp_path: Path) -> None:
    rows = simulate_shop(120, seed=2).orders_csv().splitlines()
    bare = "\n".join(row.rsplit(",", 1)[0] for row in rows)
    (tmp_path / "orders.csv").write_text(bare + "\n", encoding="utf-8")
    made = Project(tmp_path / "shop")
    made.ingest(tmp_path / "orders.csv")
    made.fit("bg_nbd")
    with pytest.raises(DataError) as raised:
        made.forecast()
    assert raised.value.code == "E413"


def test_by_command(shop: Project) -> None:
    at = str(shop.path)
    runner = CliRunner()
    for words in (["forecast", "--months", "2", "--what-if", "basket=1.2", "--new-customers", "9"], ["equity"], ["valuation", "--tax", "25%"]):  # fmt: skip
        done = runner.invoke(lifelong, [*words, "--project", at, "--json"])
        assert done.exit_code == 0, done.output
        assert json.loads(done.stdout)["as_of"]
