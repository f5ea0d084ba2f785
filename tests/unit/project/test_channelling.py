"""The verbs of channels, from a project's orders and a table of spend to costs, values, limits and verdicts."""

from __future__ import annotations

import csv
import json
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq
import pytest
from click.testing import CliRunner

from lifelong import ConfigError, DataError, FitError, LifelongError, Project, cost_of_winning
from lifelong.cli.commands import lifelong
from lifelong.sources.simulate import Calendar, simulate_shop
from lifelong.units import day_of
from lifelong.values import to_json

if TYPE_CHECKING:
    from pathlib import Path

GROUPS = [("search", "brand words"), ("search", "generic"), ("social", "spring"), ("", "")]
WORTH = {"search": 1.2, "social": 0.6, "": 1.0}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop with two paid channels, of which social brings half of what search does, and its spend."""
    place, draw = tmp_path_factory.mktemp("channels"), random.Random(2)
    shop = simulate_shop(600, seed=1, calendar=Calendar(opens=day_of("2025-01-01")))
    rows = list(csv.reader(shop.orders_csv().splitlines()))[1:]
    who: dict[str, tuple[str, str]] = {}
    orders, first = [], {}
    for order, customer, day, revenue in rows:
        group = who.setdefault(customer, draw.choices(GROUPS, [3, 3, 3, 2])[0])
        orders.append([order, customer, day, f"{float(revenue) * WORTH[group[0]]:.2f}", *group])
        first[customer] = min(first.get(customer, day), day)
    write(place / "orders.csv", ["order_id", "customer_id", "ordered_at", "revenue", "channel", "campaign"], orders)
    won = Counter((first[customer][:7], *who[customer]) for customer in first)
    spend = []
    for (month, channel, campaign), n in sorted(won.items()):
        if channel:
            spend.append(
                [month, channel, campaign, "acquisition", {"search": 12, "social": 20}[channel] * n, 30 * n, n + 2]
            )
    spend += [
        [f"2025-{m:02d}", *more]
        for m in range(1, 13)
        for more in (["agency", "", "fixed", 300, "", ""], ["letters", "", "retention", 150, "", ""])
    ]
    write(place / "spend.csv", ["month", "channel", "campaign", "purpose", "cost", "clicks", "conversions"], spend)
    made = Project(place / "shop", settings={"currency": "EUR"})
    made.ingest(place / "orders.csv", keep=["campaign"])
    made.fit("mbg_nbd")
    return place


def write(path: Path, header: list[str], rows: list[list[Any]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        csv.writer(stream).writerows([header, *rows])


@pytest.fixture
def shop(folder: Path) -> Project:
    return Project(folder / "shop", create=False)


def test_channels_by_hand_and_by_their_worth(folder: Path, shop: Project, tmp_path: Path) -> None:
    made = shop.channels(
        folder / "spend.csv",
        margin="40%",
        horizon="52w",
        since="2025-07",
        cash=20000,
        burn="1000",
        out=tmp_path / "rows.parquet",
    )
    rows = {row.name: row for row in made.rows}
    assert set(rows) == {"search", "social", "unknown"}
    assert (rows["search"].cac, rows["social"].cac, rows["unknown"].cac) == (1200.0, 2000.0, None)
    table = pq.read_table(tmp_path / "rows.parquet")
    assert len(table) == 600  # nobody is left out, those of unknown channels neither
    seen = [
        r for r in table.to_pylist() if r["channel"] == "search" and r["first_day"] + made.age <= day_of(made.as_of)
    ]
    assert rows["search"].followed == len(seen)
    mean = sum(r[f"money_{made.age}"] for r in seen) / len(seen)
    assert rows["search"].at_age is not None
    assert rows["search"].at_age.mean == pytest.approx(mean)
    search, social = rows["search"], rows["social"]
    assert search.new_value is not None
    assert social.new_value is not None
    assert social.new_value.mean / search.new_value.mean == pytest.approx(0.5, abs=0.15)
    assert search.ratio is not None
    assert search.ratio.low90 < search.ratio.low80 < search.ratio.mean < search.ratio.high80 < search.ratio.high90
    assert search.ratio.mean == pytest.approx(search.new_value.mean / 1200)
    assert rows["unknown"].status == "unpaid"
    assert made.verdict is not None
    assert (made.verdict.word, made.verdict.runway) == ("sustainable", 20.0)
    assert [row.what for row in made.breaks] == ["unpaid share", "blended cost of winning"]
    told = str(made)
    assert max(len(line) for line in told.splitlines() if not line.startswith("  F")) <= 80
    assert "sustainable: " in told
    json.loads(to_json(made))


def test_payback_is_that_of_customers_of_equal_age(folder: Path, shop: Project, tmp_path: Path) -> None:
    made = shop.channels(folder / "spend.csv", margin="25%", age="360d", out=tmp_path / "rows.parquet")
    social = next(row for row in made.rows if row.name == "social")
    rows = [r for r in pq.read_table(tmp_path / "rows.parquet").to_pylist() if r["channel"] == "social"]
    rows = [r for r in rows if r["first_day"] + 360 <= day_of(made.as_of)]
    by_month = [sum(r[f"money_{30 * m}"] for r in rows) / len(rows) for m in range(13)]
    covered = [m for m, money in enumerate(by_month) if money >= 2000.0]
    assert social.payback == (covered[0] if covered else None)


def test_the_scorecard_of_campaigns(folder: Path, shop: Project) -> None:
    made = shop.campaigns(folder / "spend.csv", margin="40%")
    rows = {row.name: row for row in made.rows}
    assert set(rows) == {"brand words", "generic", "spring", "unknown"}
    spring = rows["spring"]
    assert spring.conversion == pytest.approx(1 / 30)
    assert spring.actions is not None
    assert spring.actions > spring.customers
    assert spring.roi == pytest.approx(spring.new_value.mean / 2000 - 1)
    assert list(spring.seen) == [30, 90, 365]
    assert (made.verdict, "ROI" in str(made)) == (None, True)
    by = shop.campaigns(folder / "spend.csv", margin="40%", by="channel")
    assert {row.name for row in by.rows} == {"search", "social", "unknown"}


def test_cells_of_whom_too_few_were_followed_are_dashes(folder: Path, shop: Project, tmp_path: Path) -> None:
    write(tmp_path / "few.csv", ["month", "channel", "cost"], [["2025-02", "social", 50]])
    made = shop.campaigns(tmp_path / "few.csv", margin="40%", by="channel")
    assert made.rows[0].seen[365] is not None
    with pytest.raises(ConfigError, match="no age that can be compared"):
        shop.channels(folder / "spend.csv", margin="40%", age="100d")
    with pytest.raises((FitError, ConfigError)):
        shop.channels(folder / "spend.csv", margin="40%", age="1080d")


def test_a_limit_falls_where_value_falls_and_keeps_to_payback_and_cash(folder: Path, shop: Project) -> None:
    rich = {r.name: r for r in shop.limits(folder / "spend.csv", margin="40%").rows}
    over = shop.limits(folder / "spend.csv", margin="20%")
    poor = {r.name: r for r in over.rows}
    assert all(poor[name].limit < rich[name].limit for name in rich)
    assert rich["search"].limit == int(rich["search"].value_low / 3)
    assert rich["search"].value_low < rich["search"].value
    soon = {r.name: r for r in shop.limits(folder / "spend.csv", margin="40%", target=1, payback=1).rows}
    late = {r.name: r for r in shop.limits(folder / "spend.csv", margin="40%", target=1, payback="6").rows}
    assert all(soon[name].limit <= late[name].limit for name in soon)
    assert soon["search"].binding == "payback"
    tight = shop.limits(folder / "spend.csv", margin="40%", target=1, cash=100)
    loose = {r.name: r for r in shop.limits(folder / "spend.csv", margin="40%", target=1, cash=100000).rows}
    assert all(row.limit <= loose[row.name].limit for row in tight.rows)
    assert {row.binding for row in tight.rows} == {"cash"}
    social = next(row for row in over.rows if row.name == "social")
    assert (social.is_over, over.rows[0].is_over) == (True, True)
    assert "F389" in {found.code for found in over.findings}
    assert social.cpa is not None
    assert social.cpa < social.limit  # the platform counts more conversions than customers
    by = shop.limits(folder / "spend.csv", margin="20%", by="campaign")
    assert {row.name for row in by.rows} == {"brand words", "generic", "spring", "unknown"}
    assert max(len(line) for line in str(over).splitlines() if not line.startswith("  F")) <= 80


def test_revenue_is_set_against_no_cost(folder: Path, shop: Project) -> None:
    made = shop.channels(folder / "spend.csv")
    assert {row.ratio for row in made.rows} == {None}
    assert made.verdict is None
    assert "F385" in {found.code for found in made.findings}
    assert {row.status for row in made.rows} == {"no margin"}
    with pytest.raises(DataError) as problem:
        shop.limits(folder / "spend.csv")
    assert problem.value.code == "E386"


def test_overhead_moves_no_total_whatever_the_rule(folder: Path, shop: Project) -> None:
    told = [
        shop.channels(folder / "spend.csv", margin="40%", overhead=1000, deal=rule).cac
        for rule in ("customers", "cost", "evenly")
    ]
    assert len({made.whole.loaded for made in told}) == 1
    for made in told:
        assert sum(row.cost + row.shared for row in made.channels) == made.whole.loaded
        assert made.overhead == 100_000 * len(made.months)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"since": "2030-01"}, "E351"),
        ({"since": "2025-02"}, "E385"),
        ({"lags": {"search": "soon"}}, "E351"),
        ({"deal": "luck"}, "E382"),
        ({"cash": "much", "burn": "1"}, "E351"),
        ({"by": "weather"}, "E384"),
    ],
)
def test_wishes_that_are_not_understood(folder: Path, shop: Project, asked: dict[str, Any], code: str) -> None:
    with pytest.raises(LifelongError) as problem:
        shop.channels(folder / "spend.csv", margin="40%", **asked)
    assert problem.value.code == code


def test_spend_of_other_months_or_none_is_refused(folder: Path, shop: Project, tmp_path: Path) -> None:
    write(tmp_path / "old.csv", ["month", "channel", "cost"], [["2019-02", "social", 50]])
    for file, code in ((tmp_path / "old.csv", "E381"), ("", "E367")):
        with pytest.raises(DataError) as problem:
            shop.channels(file, margin="40%")
        assert problem.value.code == code
    with pytest.raises(DataError, match="no table says what was spent"):
        cost_of_winning("", tmp_path / "old.csv")


def test_the_projects_own_spend_and_contribution(tmp_path: Path) -> None:
    """Without a table the reports of spend count, to the minor unit; at contribution what each order costs is taken off."""
    shop = simulate_shop(150, seed=3, calendar=Calendar(opens=day_of("2025-01-01")))
    rows = [[*r, "search"] for r in list(csv.reader(shop.orders_csv().splitlines()))[1:]]
    write(tmp_path / "orders.csv", ["order_id", "customer_id", "ordered_at", "revenue", "channel"], rows)
    days = [[f"2025-{m:02d}-{d:02d}", "Search", "spring", 10.01 * d, 40] for m in range(1, 13) for d in (1, 9, 28)]
    write(tmp_path / "spend.csv", ["date", "channel", "campaign", "cost", "clicks"], days)
    made = Project(tmp_path / "shop", settings={"currency": "EUR", "shipping": "2.00"})
    made.ingest(tmp_path / "orders.csv")
    made.spend(tmp_path / "spend.csv")
    told = made.channels(margin="40%", same={"Search": "search"})
    assert told.cac.total == sum(round(100 * row[3]) for row in days)
    assert (told.rows[0].name, told.rows[0].cost) == ("search", told.cac.total)
    less = made.channels(margin="40%", level="contribution", same={"Search": "search"})
    assert "2.00 shipping" in less.definition
    ours, theirs = less.rows[0].at_age, told.rows[0].at_age
    assert ours is not None
    assert theirs is not None
    assert ours.mean <= theirs.mean - 200.0  # an order each, at least
    assert {row.ratio for row in made.channels(level="revenue", same={"Search": "search"}).rows} == {None}


def test_orders_alone_costs_of_goods_and_no_fit(tmp_path: Path) -> None:
    """Without a fit value is what was seen; the orders' own costs give the margin; orders without channels are of unknown ones."""
    shop = simulate_shop(150, seed=3, calendar=Calendar(opens=day_of("2025-01-01")))
    rows = [[*r, f"{float(r[3]) * 0.7:.2f}"] for r in list(csv.reader(shop.orders_csv().splitlines()))[1:]]
    rows = [r for r in rows if r[2] < "2026-02-10"]
    write(tmp_path / "orders.csv", ["order_id", "customer_id", "ordered_at", "revenue", "cost"], rows)
    write(
        tmp_path / "spend.csv",
        ["month", "channel", "cost"],
        [[f"2025-{m:02d}", "tv", 500] for m in range(1, 13)] + [["2026-02", "tv", 5]],
    )
    made = Project(tmp_path / "shop", settings={"currency": "EUR"})
    made.ingest(tmp_path / "orders.csv")
    told = made.channels(tmp_path / "spend.csv")
    assert [row.name for row in told.rows] == ["unknown"]
    assert "revenue less cost" in told.definition
    assert {"F386", "F388"} <= {found.code for found in (*told.findings, *told.cac.findings)}
    assert made.limits(tmp_path / "spend.csv").rows[0].value > 0


def test_months_that_are_not_whole_or_won_nobody_are_told(folder: Path, shop: Project, tmp_path: Path) -> None:
    """The orders end within a month: its customers are not all there."""
    last = shop.status().facts["last_day"]
    write(tmp_path / "late.csv", ["month", "channel", "cost"], [["2025-01", "social", 50], [last[:7], "social", 50]])
    cut = Project(tmp_path / "cut", settings={"currency": "EUR"})
    with (folder / "orders.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.reader(stream) if row[2] == "ordered_at" or row[2] < "2025-11-20"]
    write(tmp_path / "orders.csv", rows[0], rows[1:])
    cut.ingest(tmp_path / "orders.csv", keep=["campaign"])
    write(tmp_path / "spend.csv", ["month", "channel", "cost"], [["2025-01", "social", 50], ["2025-11", "social", 50]])
    made = cut.channels(tmp_path / "spend.csv", margin="40%")
    assert "F384" in {found.code for found in made.findings}
    told = shop.channels(tmp_path / "late.csv", margin="40%").cac
    assert (told.months[-1].month, told.months[-1].customers, told.parts["winning"]) == (
        last[:7],
        0,
        10_000,
    )  # wasted, not hidden
    with pytest.raises(ConfigError, match="a month won nobody"):
        shop.channels(tmp_path / "late.csv", margin="40%", since="2025-07")


def test_the_command_line_says_what_python_says(folder: Path) -> None:
    runner = CliRunner()
    common = ["--project", str(folder / "shop"), "--spend", str(folder / "spend.csv"), "--margin", "40%", "--json"]
    for verb in ("channels", "campaigns", "limits"):
        done = runner.invoke(lifelong, [verb, *common], catch_exceptions=False)
        assert done.exit_code == 0
        told = json.loads(done.output.splitlines()[-1])
        made = getattr(Project(folder / "shop", create=False), verb)(folder / "spend.csv", margin="40%")
        assert told == json.loads(to_json(made))
    write(folder / "won.csv", ["month", "channel", "joined"], [["2025-01", "search", 10]])
    alone = [
        "channels",
        "--spend",
        str(folder / "spend.csv"),
        "--acquired",
        str(folder / "won.csv"),
        "--lag",
        "search=0",
        "--column",
        "customers=joined",
        "--json",
    ]
    done = runner.invoke(lifelong, alone, catch_exceptions=False)
    assert json.loads(done.output)["by"] == "channel"
