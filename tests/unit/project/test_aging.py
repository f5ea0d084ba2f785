"""The verb `cohorts`: from orders to a matrix at every level of value, on all its doors."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lifelong import ConfigError, DataError, LifelongError, Project, schema
from lifelong.cli.commands import lifelong
from lifelong.values.cohorts import ALL

if TYPE_CHECKING:
    from pathlib import Path

# customer, day, revenue, cost, channel, club
ORDERS = [
    ("a", "2025-01-05", "100.00", "60.00", "mail", "yes"),
    ("a", "2025-01-20", "50.00", "20.00", "mail", "yes"),
    ("a", "2025-03-20", "30.00", "", "search", "yes"),
    ("b", "2025-01-31", "10.01", "5.00", "search", "no"),
    ("b", "2025-03-02", "20.00", "9.99", "search", "no"),
    ("c", "2025-03-25", "40.00", "30.00", "", ""),
]


def write(path: Path, rows: list[tuple[str, ...]], *, has_cost: bool = True) -> Path:
    with path.open("w", newline="", encoding="utf-8") as stream:
        out = csv.writer(stream)
        out.writerow(
            ["order_id", "customer_id", "ordered_at", "revenue", *(["cost"] if has_cost else []), "channel", "club"]
        )
        for i, row in enumerate(rows):
            out.writerow([i, *(row if has_cost else row[:3] + row[4:])])
    return path


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("aging")
    shop = Project(folder / "shop", settings={"currency": "EUR"})
    shop.ingest(write(folder / "orders.csv", ORDERS), keep=("club",))
    (folder / "bare.csv").write_text("order_id,customer_id,ordered_at\n99,c,2025-03-31\n", encoding="utf-8")
    shop.ingest(folder / "bare.csv")
    return folder / "shop"


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty customers a month for six months; the first of each month order again a month later."""
    folder = tmp_path_factory.mktemp("aging_larger")
    rows = []
    for month in range(1, 7):
        for i in range(60):
            who, again = f"m{month}c{i:02d}", i < (40 if month == 2 else 10)
            rows.append((who, f"2025-{month:02d}-10", "20.00", "10.00", f"p{i % 50}", "yes"))
            if again and month < 6:
                rows.append((who, f"2025-{month + 1:02d}-01", "5.00", "1.00", "mail", "yes"))
    shop = Project(folder / "shop", settings={"currency": "EUR", "starts_midway": True})
    shop.ingest(write(folder / "orders.csv", rows))
    return folder / "shop"


def cells(answer: Any) -> dict[tuple[str, int], dict[str, Any]]:
    return {(row["cohort"], row["age"]): row for row in answer.rows()}


def test_a_small_shop_by_hand(tiny: Path) -> None:
    shop = Project(tiny, create=False)
    made = cells(shop.cohorts())
    assert {c for c, _ in made} == {"2025-01", "2025-03", ALL}
    # a came back within 30 days, b on day 30; the third age of b, first seen on 31 January, is not over
    assert made["2025-01", 1]["value"] == 1.0
    assert (made["2025-01", 2]["seen"], made["2025-01", 2]["complete"], made["2025-01", 2]["total"]) == (1, 0, 0)
    assert (made["2025-03", 1]["seen"], made["2025-03", 1]["value"], made["2025-03", 1]["total"]) == (0, None, 1)
    assert ("2025-03", 2) not in made  # not begun
    repeat = cells(shop.cohorts(measure="repeat"))
    assert repeat["2025-01", 1]["total"] == 2
    revenue = cells(shop.cohorts(measure="revenue", cumulative=True))
    assert revenue["2025-01", 1]["total"] == 10000 + 5000 + 1001 + 2000
    assert revenue["2025-01", 1]["value"] == pytest.approx(180.01 / 2)


def test_levels_of_value(tiny: Path) -> None:
    shop = Project(tiny, create=False)
    margin = shop.cohorts(measure="margin")
    assert [f.code for f in margin.findings] == ["F442", "F441"]
    assert cells(margin)["2025-01", 0]["total"] == 4000 + 501
    told = shop.cohorts(measure="contribution", variable="10%", order="4.50")
    assert cells(told)["2025-01", 0]["total"] == 4000 - 1000 - 450 + 501 - 100 - 450
    shop.configure(payment_rate="10%", shipping="4.50")
    kept = shop.cohorts(measure="contribution")
    assert cells(kept)["2025-01", 0]["total"] == cells(told)["2025-01", 0]["total"]
    assert "10 % payment, 4.50 shipping" in kept.definition
    shop.configure(payment_rate="", shipping="")
    given = shop.cohorts(measure="margin", margin="50%")
    assert cells(given)["2025-01", 0]["total"] == 5000 + 500  # 5.005 is rounded to even, order by order
    assert given.valuation is not None
    assert given.valuation.level == "gross margin"
    assert given.definition.startswith("gross margin (50 % of revenue), historic, before acquisition cost")
    orders = shop.cohorts(measure="orders")
    assert orders.currency == ""
    assert orders.valuation is not None
    assert "orders, historic" in orders.definition


def test_cohorts_by_what_the_first_order_says(tiny: Path) -> None:
    shop = Project(tiny, create=False)
    by_channel = cells(shop.cohorts(by="channel", measure="orders"))
    assert {c for c, _ in by_channel} == {"mail", "search", "unknown", ALL}
    assert by_channel["mail", 3]["total"] == 1  # the order of a by search counts where a came from
    assert {c for c, _ in cells(shop.cohorts(by="club"))} == {"yes", "no", "unknown", ALL}
    assert {c for c, _ in cells(shop.cohorts(by="quarter", age="14d"))} == {"2025-Q1", ALL}


def test_many_cohorts_stand_together(larger: Path) -> None:
    made = Project(larger, create=False).cohorts(by="first_channel", measure="revenue")
    assert [f.code for f in made.findings] == ["F443", "F444"]
    names = {c for c, _ in cells(made)}
    assert len(names) == 42
    assert "(others)" in str(made)
    assert sum(r["total"] for r in made.rows() if r["cohort"] != ALL) == 360 * 2000 + 80 * 500
    assert "all cohorts and ages: 7,600.00 EUR" in str(made)


def test_two_cohorts_at_one_age(larger: Path) -> None:
    shop = Project(larger, create=False)
    made = shop.cohorts(measure="repeat", compare=("2025-01", "2025-02"), at=1)
    told = made.comparison
    assert told is not None
    assert told.difference == pytest.approx(30 / 60)
    assert told.low90 < told.low80 < 0.5 < told.high80 < told.high90
    assert told.holds
    assert "second less first +50.00 percentage points" in str(made)
    assert "they differ" in str(made)
    same = shop.cohorts(measure="revenue", cumulative=True, compare=("2025-01", "2025-03"))
    assert same.comparison is not None
    assert (same.comparison.age, same.comparison.holds) == (3, False)
    assert "no clear difference: the 90 % interval holds 0" in str(same)
    # a channel's customers came at all times: those who were seen for so long are compared
    with pytest.raises(ConfigError, match="any age"):
        shop.cohorts(by="channel", compare=("p1", "p2"))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"measure": "rent"}, "E302"),
        ({"measure": "retention", "cumulative": True}, "E301"),
        ({"age": "moon"}, "E301"),
        ({"age": "0d"}, "E301"),
        ({"by": "clab"}, "E181"),
        ({"compare": ("2025-01", "2025-06"), "at": 1}, "E443"),
        ({"compare": ("2025-01", "2031-06")}, "E302"),
        ({"compare": ("2025-01",)}, "E301"),
        ({"measure": "contribution"}, "E442"),
        ({"measure": "contribution", "variable": "many"}, "E351"),
        ({"measure": "margin", "margin": "many"}, "E301"),
    ],
)
def test_what_is_refused(larger: Path, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(LifelongError) as refused:
        Project(larger, create=False).cohorts(**asked)
    assert refused.value.code == code
    assert refused.value.fix


def test_levels_that_are_not_known_are_refused(tmp_path: Path) -> None:
    shop = Project(tmp_path / "shop", settings={"currency": "EUR"})
    shop.ingest(write(tmp_path / "orders.csv", ORDERS, has_cost=False))
    with pytest.raises(DataError, match="no costs") as refused:
        shop.cohorts(measure="margin")
    assert refused.value.code == "E442"
    bare = Project(tmp_path / "bare")
    (tmp_path / "bare.csv").write_text("customer_id,ordered_at\na,2025-01-01\nb,2025-02-01\n", encoding="utf-8")
    bare.ingest(tmp_path / "bare.csv")
    with pytest.raises(DataError, match="no amounts"):
        bare.cohorts(measure="revenue")
    assert bare.cohorts(measure="repeat").customers == 2


def test_one_answer_on_all_doors(larger: Path, tmp_path: Path) -> None:
    made = Project(larger, create=False).cohorts(measure="margin", cumulative=True, out=tmp_path / "m.parquet")
    assert made.path
    table = pq.read_table(tmp_path / "m.parquet")
    assert table.column_names[: len(schema.COHORTS)] == list(schema.names(schema.COHORTS))
    assert set(table["definition"].to_pylist()) == {made.definition}
    asked = ["cohorts", "--project", str(larger), "--measure", "margin", "--cumulative"]
    told = CliRunner().invoke(lifelong, [*asked, "--json"])
    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["rows"] == made.rows()
    assert json.loads(told.stdout)["valuation"]["label"] in made.definition
    said = CliRunner().invoke(lifelong, [*asked, "--compare", "2025-01", "2025-02", "--out", str(tmp_path / "m.csv")])
    assert said.exit_code == 0, said.output
    assert all(len(line) <= 80 for line in said.stdout.splitlines() if "rows written" not in line)
    assert "* not over for all" in said.stdout
    assert "- not over for anybody" in said.stdout
    assert "rows written to" in said.stdout
