"""Contribution: past value is exact, the forecast takes the pooled share, and the label says which costs are off."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest
from click.testing import CliRunner
from tests.unit.sources.reports import ENGLISH, written

from lifelong import Project
from lifelong.cli.commands import lifelong
from lifelong.errors import ConfigError, DataError, FitError

if TYPE_CHECKING:
    from pathlib import Path

SET = {"payment_rate": "2.9%", "payment_fixed": "0.30", "shipping": "4.50", "service": "1,20", "bad_debt": "0.5%"}
WORDS = (
    "contribution margin (revenue less 40 % goods, 2.9 % + 0.30 payment, 4.50 shipping, 1.20 service, 0.5 % bad debt), "
    "next 52w, discounted 10%/year at the time of each order"
)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, orders_csv: Path) -> Project:
    """A simulated shop with its costs told, and a fit."""
    made = Project(tmp_path_factory.mktemp("costs") / "shop", settings={"currency": "EUR", **SET})
    made.ingest(orders_csv)
    made.fit("mbg_nbd")
    return made


def test_past_contribution_is_exact_for_each_customer_and_sums_to_the_statement(
    shop: Project, orders_csv: Path
) -> None:
    scores = shop.score(level="contribution", margin="60%")
    assert scores.definition == WORDS
    rows = [line.split(",") for line in orders_csv.read_text().splitlines()[1:]]
    own: dict[str, int] = {}
    for _, customer, _, text in rows:
        revenue = round(float(text) * 100)
        cost = np.rint(0.4 * revenue) + np.rint(0.029 * revenue) + 30 + 450 + 120 + np.rint(0.005 * revenue)
        own[customer] = own.get(customer, 0) + revenue - int(cost)
    told = dict(zip(scores.table["customer_id"].to_pylist(), scores.table["historic"].to_pylist(), strict=True))
    assert {name: round(value * 100) for name, value in told.items()} == own
    whole = shop.costs(first="1990-01-01", margin="60%")
    assert whole.contribution == sum(own.values())
    assert scores.table["total"].to_pylist() == pytest.approx(
        [h + v for h, v in zip(*(scores.table[n].to_pylist() for n in ("historic", "value")), strict=True)]
    )
    revenue = shop.score(level="revenue")
    share = whole.contribution / whole.revenue
    assert scores.totals.value == pytest.approx(revenue.totals.value * share, rel=1e-9)
    assert [f.code for f in scores.findings].count("F366") == 1
    assert revenue.definition.startswith("revenue, next 52w")


def test_every_surface_names_the_level(shop: Project, tmp_path: Path) -> None:
    call = ["--project", str(shop.path), "--margin", "60%", "--level", "contribution"]
    shown = CliRunner().invoke(lifelong, ["score", *call])
    assert WORDS in shown.stdout
    assert json.loads(CliRunner().invoke(lifelong, ["score", *call, "--json"]).stdout)["definition"] == WORDS
    assert WORDS in shop.export(tmp_path / "scores.csv").read_text(encoding="utf-8-sig")
    page = shop.report(tmp_path / "clv.html", level="contribution", margin="60%").read_text(encoding="utf-8")
    assert "contribution margin (revenue less 40" in page.replace("\u00a0", " ").replace("\u202f", " ")
    assert (
        "contribution margin (revenue less"
        in shop.card(tmp_path / "card.md", level="contribution", margin="60%").read_text()
    )
    first = shop.trend()
    assert "contribution margin" in str(first.as_dict())


def test_the_level_may_stand_in_the_place_of_the_margin_and_in_the_settings(shop: Project) -> None:
    shop.configure(margin="60%")
    told = shop.score(margin="contribution")
    assert told.definition == WORDS
    shop.configure(level="contribution")
    again = shop.score()
    assert again.definition == WORDS
    assert again.totals == told.totals
    assert shop.score(level="gross").definition.startswith("gross margin (60 % of revenue)")
    shop.configure(margin="", level="")


def test_what_is_not_known_is_refused(shop: Project, tmp_path: Path) -> None:
    for level in ("contribution", "gross"):
        with pytest.raises(DataError, match="what the goods cost is not known") as problem:
            shop.score(level=level)
        assert problem.value.code == "E368"
    with pytest.raises(ConfigError, match="no level 'net'"):
        shop.score(level="net")
    with pytest.raises(FitError, match="orders leave less than nothing") as lost:
        shop.score(level="contribution", margin="5%")
    assert lost.value.code == "E202"
    shop.configure(shipping="much")
    with pytest.raises(ConfigError, match="shipping must be an amount in EUR, not 'much'"):
        shop.score(level="contribution", margin="60%")
    shop.configure(**dict.fromkeys(SET, ""))
    with pytest.raises(DataError, match="no variable cost is set"):
        shop.score(level="contribution", margin="60%")
    shop.configure(**SET)
    table = written(tmp_path, "customer,start,price,period\na,2025-01-01,9,month\n", "subs.csv")
    shop.configure(level="contribution")
    with pytest.raises(DataError, match="payment of a subscription"):
        shop.subscriptions(table, currency="EUR")
    shop.configure(level="")


def test_the_statement_of_costs_reconciles_whatever_the_rule(shop: Project, tmp_path: Path) -> None:
    shop.configure(fixed_costs="1000")
    told = [shop.costs(margin="60%", allocate=rule) for rule in ("revenue", "orders", "customers")]
    assert len({w.fixed for w in told}) == len({w.left for w in told}) == 1
    one = told[0]
    assert one.fixed == 12 * 100_000
    assert one.advertising is None
    assert one.left == one.revenue - sum(one.costs.values()) - one.fixed
    assert sum(c.left for c in one.channels) == one.contribution - one.fixed
    with_spend = Project(tmp_path / "other", settings={"currency": "EUR", "margin": "60%"})
    with_spend.ingest(
        written(tmp_path, "order,customer,date,total,channel\n1,a,2025-01-01,100,web\n2,b,2025-01-02,50,\n", "o.csv")
    )
    with_spend.spend(written(tmp_path, ENGLISH))
    small = with_spend.costs(first="2025-01-01", allocate="orders")
    assert (small.advertising, small.contribution, small.left) == (133446, 9000, 9000 - 133446)
    assert [c.channel for c in small.channels] == ["web", "unknown"]
    assert all(len(line) <= 80 for line in f"{one}\n{small}".splitlines())
    assert "advertising" in str(small)
    with pytest.raises(DataError, match="no order with an amount"):
        with_spend.costs(first="2025-01-03", last="2025-01-04")
    out = CliRunner().invoke(lifelong, ["costs", "--project", str(with_spend.path), "--from", "2025-01-01", "--json"])
    assert json.loads(out.stdout)["contribution"] == 9000
    shop.configure(fixed_costs="")


def test_goods_cost_what_their_product_costs(tmp_path: Path) -> None:
    made = Project(tmp_path / "shop", settings={"currency": "EUR", "product_costs": "costs.csv"})
    orders = "order,customer,date,total,product\n1,a,2025-01-01,100,cup\n2,b,2025-01-02,50,pot\n3,c,2025-01-02,50,new\n"
    made.ingest(written(tmp_path, orders, "o.csv"))
    table = made.path / "costs.csv"
    table.write_text("sku;cost rate\ncup;40%\n\npot;0,5\n")
    told = made.costs(first="2025-01-01")
    assert (told.costs["goods"], told.unknown) == (4000 + 2500, 1)
    assert "of 1 orders the cost of goods is not known" in str(told)
    for text, words in (
        ("product,unit_cost\ncup,3\n", "no column says cost_rate"), ("product,cost_rate\ncup,1\ncup,1\n", "stands twice"),
        ("product,cost_rate\ncup,400%\n", "is not a share"), ("product,cost_rate\ncup,1\npot,1\nhat,1,2\n", "'' is not a share"),
    ):  # fmt: skip
        table.write_text(text)
        with pytest.raises(DataError, match=words) as problem:
            made.costs(first="2025-01-01")
        assert problem.value.code == "E369"
    table.unlink()
    with pytest.raises(DataError, match="there is no file"):
        made.costs(first="2025-01-01")


def test_product_costs_make_the_gross_margin(shop: Project, tmp_path: Path, orders_csv: Path) -> None:
    (shop.path / "costs.csv").write_text("product,cost_rate\ncup,40%\n")
    shop.configure(product_costs="costs.csv")
    with pytest.raises(DataError, match="goods cost is not known"):  # the orders name no products
        shop.score(level="gross")
    shop.configure(product_costs="")
    head, *rows = orders_csv.read_text().splitlines()
    text = "\n".join([f"{head},product", *(f"{row},{('cup', 'pot')[i % 2]}" for i, row in enumerate(rows))])
    made = Project(tmp_path / "products", settings={"currency": "EUR", "product_costs": "costs.csv"})
    made.ingest(written(tmp_path, text + "\n", "products.csv"))
    (made.path / "costs.csv").write_text("product,cost_rate\ncup,40%\npot,40%\n")
    made.fit("mbg_nbd")
    scores = made.score()
    assert scores.definition.startswith("gross margin (revenue less cost)")
    assert scores.totals.value == pytest.approx(
        made.score(margin="60%").totals.value, rel=1e-4
    )  # each order's cost is rounded


def test_a_change_of_costs_is_not_taken_for_one_of_the_model(shop: Project) -> None:
    shop.score(level="contribution", margin="50%")
    shop.fit("pareto_nbd")
    shop.score(level="contribution", margin="50%")
    told = [point.change.why for point in shop.trend().points if point.change]
    assert told[-1] == ""
    shop.configure(shipping="5.00")
    told = [point.change.why for point in shop.trend().points if point.change]
    assert told[-1] == "the costs in lifelong.toml have changed since"
    shop.configure(shipping="4.50")
