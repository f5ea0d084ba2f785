"""Parts sum to totals to the minor unit in every value that holds a table of money, whatever the shop and the question.

A new value of that kind adds its sums to SUMS and its maker to MAKERS, or its reason to WITHOUT.
"""

from __future__ import annotations

import dataclasses
import importlib
import pkgutil
import re
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st
from tests.money_shop import CHANNELS, money_shop, written
from tests.property.tables_of_money import SUMS, WITHOUT

from lifelong import values
from lifelong.decide.budget import Wish, plan
from lifelong.decide.channels import RULES, Terms, cost_of_winning
from lifelong.decide.cutting import cut
from lifelong.errors import LifelongError
from lifelong.money.business_case import Figures, Plan, argue
from lifelong.project import leads as leads_of
from lifelong.score.trend import bridge, change, minor, worth
from lifelong.values.spending import SpendHistory
from lifelong.values.winning import PURPOSES, Cost, Won

if TYPE_CHECKING:
    from collections.abc import Callable

    from lifelong import Project
    from lifelong.values import Scores

    Draw = Callable[[st.SearchStrategy[Any]], Any]

shares = st.floats(0.01, 1.0)
money = st.integers(0, 10**9)


@dataclasses.dataclass(frozen=True)
class Given:
    """A shop, its last scores, and a folder for tables beside it."""

    shop: Project
    scores: Scores
    folder: Path


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Given:
    folder = tmp_path_factory.mktemp("sums")
    return Given(*money_shop(folder, 1), folder)


@pytest.fixture(scope="module", params=[0, 2, 5])
def other(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Given:
    folder = tmp_path_factory.mktemp("more-sums")
    return Given(*money_shop(folder, request.param), folder)


def history(draw: Draw) -> SpendHistory:
    rng, rows = np.random.default_rng(draw(st.integers(0, 10**6))), []
    names = draw(st.lists(st.sampled_from(["ads", "mail", "search", "tv"]), min_size=2, max_size=3, unique=True))
    for month in range(draw(st.integers(10, 16))):
        for c, name in enumerate(names):
            spend = round(10 ** (4 + c) * float(rng.uniform(0.5, 2.0)))
            row = {"month": month, "channel": name, "spend": spend, "new_customers": float(rng.poisson(3 + spend**0.4))}
            rows.append(row | {"purpose": "retention" if c == 1 else "acquisition"})
    return SpendHistory.of(rows, dict.fromkeys(names, (draw(st.floats(1e3, 1e5)), 500.0)), "EUR")


def a_budget(draw: Draw, _: Given) -> Any:
    trust, risk = draw(st.floats(0.05, 0.6)), draw(st.floats(0, 2))
    return plan(history(draw), Wish(trust=trust, is_free=draw(st.booleans()), risk=risk))


def a_cut(draw: Draw, _: Given) -> Any:
    told = history(draw)
    some = {told.channels[0]: draw(shares)}
    return cut(told, some, lifetime=draw(st.floats(1, 60)), quarters=draw(st.integers(1, 12)))


def a_case(draw: Draw, _: Given) -> Any:
    now, then = (
        Figures(draw(shares), draw(st.floats(1, 1e4)), 1.0, draw(shares), draw(st.floats(0, 99))) for _ in "12"
    )
    months, ramp, discount = draw(st.integers(1, 60)), draw(st.integers(0, 12)), draw(st.floats(0, 0.5))
    costs = draw(st.floats(0, 1e5)), draw(st.floats(0, 1e4))
    return argue(Plan(draw(st.floats(1, 1e5)), now, then, *costs, months=months, ramp=ramp, discount=discount))


def a_cost_of_winning(draw: Draw, _: Given) -> Any:
    names, months = st.sampled_from(["ads", "mail", "tv", "fair"]), st.integers(24_288, 24_293)
    costs = draw(st.lists(st.builds(Cost, months, names, names, st.sampled_from(PURPOSES), money), min_size=1))
    won = draw(st.lists(st.builds(Won, months, names, names, st.integers(1, 99).map(float)), min_size=1))
    rule, by = draw(st.sampled_from(RULES)), draw(st.sampled_from(["channel", "campaign"]))
    lags = {costs[0].channel: draw(st.integers(-2, 2))}
    return cost_of_winning(costs, won, Terms(lags=lags, overhead=draw(money), rule=rule, by=by))


def an_equity_change(draw: Draw, _: Given) -> Any:
    digits = draw(st.sampled_from([0, 2, 3]))
    drawn = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(-1e7, 1e7), min_size=1)
    old, new = (draw(drawn) for _ in "12")
    again = {c: draw(st.floats(-1e7, 1e7)) for c in new} if draw(st.booleans()) else None
    tables = [
        None if d is None else pa.table({"customer_id": list(d), "value": list(d.values())}) for d in (old, new, again)
    ]
    assert tables[0] is not None
    assert tables[1] is not None
    moved = change(tables[0], tables[1], tables[2], digits)
    ends = [(minor(worth(t), digits) + draw(money), minor(worth(t), digits)) for t in tables[:2] if t is not None]
    return bridge(moved, *ends, ("run", "2025-01-01"))


def a_cohort_matrix(draw: Draw, told: Given) -> Any:
    by, age = draw(st.sampled_from(["month", "week", "channel", "campaign"])), draw(st.sampled_from(["month", "9d"]))
    asked = {"margin": draw(shares)} if draw(st.booleans()) else {}
    measure = draw(st.sampled_from(["revenue", "margin", "contribution", "orders"]))
    made = told.shop.cohorts(by=by, age=age, measure=measure, cumulative=draw(st.booleans()), **asked)
    if measure == "revenue" and not made.is_cumulative:
        everything = sum(row["total"] for row in made.rows() if row["cohort"] == "all")
        assert everything == told.shop.costs(first="2020-01-01").revenue, "another table's revenue"
    return made


def tiers(draw: Draw, told: Given) -> Any:
    first = draw(st.integers(5, 90))
    made = told.shop.tiers(by="value", cuts=f"{first}/{100 - first}") if draw(st.booleans()) else told.shop.tiers(
        by="customers", cuts=f"{first}"
    )  # fmt: skip
    value = told.scores.table["value"].to_numpy()
    assert sum(t.value for t in made.tiers) == minor(value, made.digits), "the scores"
    return made


def migration(draw: Draw, told: Given) -> Any:
    return told.shop.migration(by="customers", cuts=f"{draw(st.integers(5, 90))}")


def groups(draw: Draw, told: Given) -> Any:
    by, measure = draw(st.sampled_from(["channel", "campaign"])), draw(st.sampled_from(["total", "value", "historic"]))
    made = told.shop.groups(by, measure=measure)
    assert made.total == minor(told.scores.table[measure].to_numpy(), made.digits), "the scores"
    return made


def potential(draw: Draw, told: Given) -> Any:
    made = told.shop.potential(share=draw(st.floats(0.02, 0.9)))
    for name in ("historic", "value"):
        whole = minor(told.scores.table[name].to_numpy(), made.digits)
        assert sum(getattr(place, name) for place in made.places) == whole, name
    return made


def why(draw: Draw, told: Given) -> Any:
    group, like = draw(st.sampled_from(CHANNELS[:3])), draw(st.sampled_from(["", "nothing"]))
    return told.shop.why(f"channel={group}", horizon=draw(st.sampled_from(["4w", "9w"])), like=like)


def stages(draw: Draw, told: Given) -> Any:
    return told.shop.stages(since=draw(st.sampled_from(["", "2024-09-01"])))


def attribution(draw: Draw, told: Given) -> Any:
    what, worth_of = (
        draw(st.sampled_from(["value", "customers"])),
        draw(st.sampled_from(["total", "predicted", "historic"])),
    )
    return told.shop.attribution(what=what, worth=worth_of, window=f"{draw(st.integers(1, 90))}d", since="2024-01-01")


def sales_budget(draw: Draw, told: Given) -> Any:
    each = draw(st.floats(0, 500))
    return told.shop.sales_budget(months=draw(st.integers(1, 6)), cac=each, margin=draw(shares), draws=20)


def forecast(draw: Draw, told: Given) -> Any:
    factors = {name: draw(st.floats(0, 3)) for name in ("basket", "orders", "acquisition")}
    return told.shop.forecast(months=draw(st.integers(1, 14)), what_if=factors, margin=draw(shares), draws=20)


def trend(draw: Draw, told: Given) -> Any:
    made = told.shop.trend(draw(st.sampled_from(["", "52w"])))
    assert made.points[-1].value == minor(told.scores.table["value"].to_numpy(), made.digits), "the scores"
    return made


def costs(draw: Draw, told: Given) -> Any:
    first = f"2024-{draw(st.integers(1, 12)):02d}-{draw(st.integers(1, 28)):02d}"
    rule = draw(st.sampled_from(["revenue", "orders", "customers"]))
    return told.shop.costs(first=first, allocate=rule, margin=draw(st.sampled_from(["", "35%"])))


def spend(draw: Draw, told: Given) -> Any:
    return told.shop.spend(first=f"2024-{draw(st.integers(1, 12)):02d}-01")


def scorecard(draw: Draw, told: Given) -> Any:
    verb = told.shop.channels if draw(st.booleans()) else told.shop.campaigns
    return verb(margin=draw(shares), deal=draw(st.sampled_from(RULES)))


def spend_report(draw: Draw, told: Given) -> Any:
    """Of a file of its own, read into a project of its own, spread over days or not."""
    from lifelong import Project

    place = Path(tempfile.mkdtemp(dir=told.folder))
    rows: list[list[Any]] = [["day", "last_day", "channel", "cost"]]
    for _ in range(draw(st.integers(1, 12))):
        begin, end = sorted((draw(st.integers(1, 28)), draw(st.integers(1, 28))))
        amount = f"{draw(money) / 100:.2f}"
        rows.append([f"2025-02-{begin:02d}", f"2025-02-{end:02d}", draw(st.sampled_from("abc")), amount])
    shop = Project(place / "shop", settings={"currency": "EUR"})
    return shop.spend(written(place / "spend.csv", rows), spread=True, bad_share=1.0)


def an_import(draw: Draw, told: Given) -> Any:
    return of_odd_orders(draw, told)[1]


def set_aside(draw: Draw, told: Given) -> Any:
    shop, report = of_odd_orders(draw, told)
    made = shop.quarantine()
    assert (made.all_rows, made.money or 0) == (report.quarantined, report.money_quarantined or 0)
    return made


def of_odd_orders(draw: Draw, told: Given) -> tuple[Any, Any]:
    """A project of orders some of which cannot be used and some are there twice, and what its import says."""
    from lifelong import Project

    place = Path(tempfile.mkdtemp(dir=told.folder))
    rows = [["order_id", "customer_id", "ordered_at", "revenue"]]
    for n in range(draw(st.integers(2, 20))):
        day = draw(st.sampled_from(["2025-02-03", "2025-03-01", "2025-04-09"]))
        rows.append([f"o{n}", draw(st.sampled_from(["a", "b", "c", ""])), day, f"{draw(money) / 100:.2f}"])
        rows += [rows[-1]] * draw(st.integers(0, 1))
    shop = Project(place / "shop", settings={"currency": "EUR"})
    return shop, shop.ingest(written(place / "o.csv", rows), bad_share=1.0)


def referrals(draw: Draw, told: Given) -> Any:
    people = st.sampled_from(told.scores.table["customer_id"].to_pylist()[:40])
    rows = draw(st.lists(st.tuples(people, people), min_size=1, max_size=40))
    file = written(told.folder / "referrals.csv", [["referrer", "referred"], *map(list, rows)])
    decay, depth = draw(st.floats(0, 1)), draw(st.integers(1, 5))
    terms = {
        "incremental": draw(shares),
        "unsure": 0.0,
        "cac": draw(st.integers(0, 99)),
        "reward": draw(st.integers(0, 99)),
    }
    return told.shop.referrals(file, decay=decay, depth=depth, **terms)


def leads(draw: Draw, told: Given) -> Any:
    rng, rows = np.random.default_rng(draw(st.integers(0, 10**6))), []
    for i in range(300):
        won = rng.random() < 0.3
        source, value = str(rng.choice(["ads", "fair", "mail"])), round(float(rng.gamma(2, 50)), 2)
        rows.append([f"L{i}", source, "yes" if won else "no", value if won else ""])
    return leads_of(written(told.folder / "leads.csv", [["lead_id", "channel", "converted", "value"], *rows]))


def audit(draw: Draw, told: Given) -> Any:
    platforms, numbers = st.sampled_from(["search", "social", ""]), st.integers(0, 400)
    rows = draw(st.lists(st.tuples(numbers, platforms, st.integers(1, 12)), min_size=1, max_size=40))
    table = [["order_id", "date", "platform"], *([f"o{n}", f"2024-{m:02d}-03", p] for n, p, m in rows)]
    return told.shop.audit(written(told.folder / "claims.csv", table))


def equity(draw: Draw, told: Given) -> Any:
    """Twice: with the change since the first run, which is of fewer orders."""
    typed = {"debt": draw(st.floats(0, 1e4)), "fixed_costs": draw(st.floats(0, 1e3)), "tax": draw(st.floats(0, 0.5))}
    return told.shop.valuation(cac=draw(st.floats(0, 50)), months=draw(st.integers(1, 40)), **typed)


#: Each draws a shop's question, or a table's contents, and returns the value; by the name of its class.
MAKERS: dict[str, Callable[[Draw, Given], Any]] = {
    "Attribution": attribution, "Audit": audit, "Budget": a_budget, "BusinessCase": a_case, "Cac": a_cost_of_winning,
    "CashForecast": forecast, "Channels": scorecard, "CohortMatrix": a_cohort_matrix, "Cut": a_cut,
    "EquityChange": an_equity_change, "GroupValues": groups, "ImportReport": an_import, "LeadValues": leads,
    "Migration": migration, "Potential": potential, "Quarantine": set_aside, "SalesBudget": sales_budget, "ReferralValues": referrals, "Shortfall": why,
    "SpendReport": spend_report, "SpendTotals": spend, "Stages": stages, "Tiers": tiers, "Trend": trend, "Waterfall": costs,
    "CustomerEquity": equity,
}  # fmt: skip
#: Takes seconds each time.
SLOW = {
    "CustomerEquity": 2,
    "Budget": 3,
    "Cut": 3,
    "LeadValues": 2,
    "Channels": 2,
    "CashForecast": 2,
    "SalesBudget": 2,
    "Trend": 2,
    "SpendReport": 3,
    "ImportReport": 3,
}


def check(name: str, data: st.DataObject, told: Given) -> None:
    try:
        made = MAKERS[name](data.draw, told)
    except LifelongError:  # a refusal has no table
        reject()
    assert type(made).__name__ == name
    compared = list(SUMS[type(made)](made))
    assert compared
    for what, parts, whole in compared:
        assert parts == whole, f"{name}: {what}"


EVERYTHING = [
    HealthCheck.function_scoped_fixture,
    HealthCheck.too_slow,
    HealthCheck.filter_too_much,
    HealthCheck.data_too_large,
]


def run(name: str, told: Given, examples: int) -> None:
    @settings(max_examples=examples, deadline=None, suppress_health_check=EVERYTHING, derandomize=True)
    @given(data=st.data())
    def every(data: st.DataObject) -> None:
        check(name, data, told)

    every()


@pytest.mark.parametrize("name", MAKERS)
def test_all_parts_are_the_whole(name: str, told: Given) -> None:
    run(name, told, SLOW.get(name, 5))


@pytest.mark.slow
@pytest.mark.parametrize("name", MAKERS)
def test_all_parts_are_the_whole_of_other_shops(name: str, other: Given) -> None:
    run(name, other, 10 if name in SLOW else 40)


def is_table_of_money(kind: type) -> bool:
    """A dataclass with a unit of money and a field of rows: a tuple of other values, a table, or sums by name."""
    rows = re.compile(r"tuple\[(dict\[|[A-Z])|pa\.Table|(Mapping|dict)\[str, (int|dict\[str, int\])\]")
    fields = {f.name: str(f.type) for f in dataclasses.fields(kind) if f.name != "findings"}
    is_money = bool({"currency", "digits", "definition", "cac"} & set(fields))
    return is_money and any(rows.search(told) for told in fields.values())


def holding_money() -> dict[str, type]:
    """All of them that values/ has."""
    found: dict[str, type] = {}
    for module in pkgutil.iter_modules(values.__path__):
        of = importlib.import_module(f"{values.__name__}.{module.name}")
        kinds = {n: k for n, k in vars(of).items() if isinstance(k, type) and k.__module__ == of.__name__}
        found |= {n: k for n, k in kinds.items() if dataclasses.is_dataclass(k) and is_table_of_money(k)}
    return found


def test_a_new_table_of_money_is_seen() -> None:
    money_of = [("digits", "int"), ("rows", "tuple[Row, ...]")]
    assert is_table_of_money(dataclasses.make_dataclass("New", money_of))
    assert not is_table_of_money(dataclasses.make_dataclass("Alone", money_of[:1]))
    assert not is_table_of_money(dataclasses.make_dataclass("Without", money_of[1:]))


def test_every_value_with_a_table_of_money_has_a_maker() -> None:
    found = holding_money()
    assert len(found) > 20
    assert set(found) - set(MAKERS) - set(WITHOUT) == set(), "give it a maker and its sums, or say why there are none"
    assert set(MAKERS) == {kind.__name__ for kind in SUMS}, "a maker needs sums, and sums a maker"
    assert not set(WITHOUT) & set(MAKERS)
    assert {name for name in WITHOUT if not hasattr(values, name) and name not in found} == set()
