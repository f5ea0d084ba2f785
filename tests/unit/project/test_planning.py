"""The sales budget is the forecast to the cent; the plan against what came sums, and its workbook is alive."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lifelong import ConfigError, DataError, Project
from lifelong.cli.commands import lifelong
from lifelong.units import day_of
from lifelong.values import to_json
from lifelong.values.sales_budget import WHO

if TYPE_CHECKING:
    from pathlib import Path

    from lifelong.values import SalesBudget

TOLD: dict[str, Any] = {"months": 4, "margin": "40%", "draws": 40}


@pytest.fixture(scope="module")
def shop(orders_csv: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A plan on six tenths of the orders' days, before the others came."""
    folder = tmp_path_factory.mktemp("planning")
    head, *rows = list(csv.reader(orders_csv.read_text().splitlines()))
    days = sorted(row[2][:10] for row in rows)
    middle = days[len(days) * 6 // 10]
    for name, some in (("a", [r for r in rows if r[2][:10] <= middle]), ("b", [r for r in rows if r[2][:10] > middle])):
        with (folder / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
            csv.writer(file).writerows([head, *some])
    made = Project(folder / "shop", settings={"currency": "EUR"})
    made.ingest(folder / "a.csv")
    made.fit("pareto_nbd")
    return made


@pytest.fixture(scope="module")
def plan(shop: Project) -> SalesBudget:
    with pytest.raises(DataError, match="E482"):
        shop.plan_actual()
    return shop.sales_budget(cac=3, new_customers=20, **TOLD)


@pytest.fixture(scope="module")
def later(shop: Project, plan: SalesBudget) -> Project:
    with pytest.raises(DataError, match="E483"):
        shop.plan_actual()
    assert plan.months
    shop.ingest(shop.path.parent / "b.csv")
    return shop


def test_the_plan_is_the_forecast_to_the_cent(shop: Project, plan: SalesBudget) -> None:
    told = shop.forecast(new_customers=20, **TOLD)
    for ours, theirs in zip((*plan.months, plan.total), (*told.months, told.total), strict=True):
        assert (ours.existing, ours.new, ours.revenue, ours.margin) == (
            theirs.existing, theirs.future, theirs.revenue, theirs.margin,
        )  # fmt: skip
        assert (ours.bands["all"].low80, ours.bands["all"].high90) == (theirs.low80, theirs.high90)
        assert ours.existing_orders + ours.new_orders == pytest.approx(theirs.orders)
    assert plan.months[-1].so_far["all"].high80 == told.total.high80


def test_spend_is_customers_times_their_cost_and_sums(plan: SalesBudget) -> None:
    assert plan.total.spend == sum(month.spend or 0 for month in plan.months) == 100 * 3 * 20 * 4
    assert plan.total.left == sum(month.left or 0 for month in plan.months) == plan.total.margin - plan.total.spend
    assert max(map(len, str(plan).splitlines())) <= 80
    assert json.loads(to_json(plan))["total"]["spend"] == plan.total.spend


def test_spend_and_cost_say_how_many_come(shop: Project, plan: SalesBudget) -> None:
    assert plan.path.endswith("-0001.json")
    made = shop.sales_budget(cac=4, spend=100, **TOLD)
    assert [month.new_customers for month in made.months] == [25.0] * 4
    assert [month.spend for month in made.months] == [10_000] * 4
    assert made.to_arrow()["new"].to_pylist() == [month.new for month in made.months]
    free = shop.sales_budget(new_customers=0, cac=4, **TOLD)
    assert (free.total.spend, free.total.new) == (0, 0)
    none = shop.sales_budget(new_customers=5, **TOLD)
    assert none.total.spend is None
    assert "-" in str(none)
    with pytest.raises(ConfigError, match="E481"):
        shop.sales_budget(cac=4, spend=100, new_customers=20, **TOLD)
    for path in sorted((shop.path / "plans").glob("*.json"))[1:]:
        path.unlink()


def test_what_came_is_the_orders_and_why_sums(later: Project, plan: SalesBudget, tmp_path: Path) -> None:
    made = later.plan_actual(planned=plan.as_of, out=tmp_path / "months.parquet")
    assert made.months >= 1
    orders = pq.read_table(later._folder.tables()[1].orders)
    for place, month in enumerate(plan.months[: made.months]):
        inside = pc.and_(
            pc.greater_equal(orders["day"], day_of(month.begins)), pc.less_equal(orders["day"], day_of(month.ends))
        )
        existing, new, both = made.rows[3 * place : 3 * place + 3]
        assert both.actual == pc.sum(orders.filter(inside)["revenue"]).as_py() == existing.actual + new.actual
        assert (existing.plan, new.plan, both.plan) == (month.existing, month.new, month.revenue)
    for row in (*made.rows, *made.total):
        assert row.customers + row.orders + row.spend == row.difference == row.actual - row.plan
        assert row.place == ("below" if row.actual < row.low80 else "above" if row.actual > row.high80 else "within")
    for at, whole in enumerate(made.total):
        mine = made.rows[at::3]
        assert (whole.plan, whole.actual) == (sum(r.plan for r in mine), sum(r.actual for r in mine))
        assert whole.low80 == plan.months[made.months - 1].so_far[WHO[at]].low80
    assert made.total[0].actual_customers == plan.customers  # nobody was joined, so customers explain nothing
    assert made.total[0].customers == 0
    assert pq.read_table(tmp_path / "months.parquet")["actual"].to_pylist() == [row.actual for row in made.rows]
    assert max(map(len, str(made).splitlines()[:-1])) <= 80
    assert json.loads(to_json(made))["total"][2]["difference"] == made.total[2].difference


def test_an_unknown_day_has_no_plan(later: Project) -> None:
    with pytest.raises(DataError, match="E482"):
        later.plan_actual(planned="1999-01-01")


def test_the_command_line_says_the_same(later: Project, plan: SalesBudget, tmp_path: Path) -> None:
    place = ["--project", str(later.path)]
    told = CliRunner().invoke(lifelong, ["plan-actual", *place, "--planned", plan.as_of, "--json"])
    assert json.loads(told.output) == json.loads(to_json(later.plan_actual(planned=plan.as_of)))
    book = str(tmp_path / "b.xlsx")
    asked = ["sales-budget", *place, "--months", "2", "--new-customers", "10", "--what-if", "basket=1.1"]
    told = CliRunner().invoke(lifelong, [*asked, "--xlsx", book])
    assert told.exit_code == 0, told.output
    assert f"workbook {book}" in told.output
