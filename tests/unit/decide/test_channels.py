"""The cost of winning a customer: the series computed by hand, and money that is counted once and once only."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong import ConfigError, DataError, cost_of_winning
from lifelong.decide.channels import RULES, Terms
from lifelong.decide.channels import cost_of_winning as compute
from lifelong.decide.marginal import marginal_costs
from lifelong.values import to_json
from lifelong.values.winning import PURPOSES, Cost, Won

if TYPE_CHECKING:
    from pathlib import Path

RETENTION = ("Facebook ads for repeat orders", "Google ads for repeat orders", "Account manager team")
ONBOARDING = "Acquisition-related onboarding expense"


@pytest.fixture(scope="module")
def tables(shared_data: Path) -> tuple[Path, Path]:
    place = shared_data / "cbcv"
    return place / "cac_monthly_spend_example.csv", place / "cac_monthly_acquisitions_example.csv"


def by_hand(path: Path) -> dict[str, list[float]]:
    """The file's columns, without a line of the software."""
    with path.open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    return {name: [float(row[name] or 0.0) for row in rows] for name in rows[0] if name != "Month"}


def test_three_series_of_one_firm(tables: tuple[Path, Path]) -> None:
    """All spend, without what kept customers, and with onboarding put to the customers whom it is of two months before."""
    spend, won = by_hand(tables[0]), by_hand(tables[1])
    told = {"purposes": dict.fromkeys(RETENTION, "retention"), "currency": "USD"}
    plain = cost_of_winning(*tables, **told)
    moved = cost_of_winning(*tables, lags={ONBOARDING: 2}, **told)
    customers = [sum(column[m] for column in won.values()) for m in range(12)]
    ours = [name for name in spend if name not in RETENTION]
    for m, n in enumerate(customers):
        everything = sum(column[m] for column in spend.values())
        winning = sum(spend[name][m] for name in ours)
        later = winning - spend[ONBOARDING][m] + spend[ONBOARDING][m + 2]
        found = (plain.months[m].all_spend, plain.months[m].blended, moved.months[m].blended)
        assert [v / 100 for v in found if v] == pytest.approx([everything / n, winning / n, later / n], abs=1e-2)
    assert [round((row.blended or 0) / 100, 2) for row in (moved.months[0], moved.months[-1])] == [55.35, 65.94]
    assert [round((row.blended or 0) / 100, 1) for row in (plain.months[0], plain.months[-1])] == [50.5, 64.4]
    naive = [(row.all_spend or 0) / 100 for row in plain.months]
    assert 102.5 < min(naive) < max(naive) < 107.75


def test_all_money_of_the_file_is_somewhere(tables: tuple[Path, Path]) -> None:
    made = cost_of_winning(*tables, lags={ONBOARDING: 2}, purposes=dict.fromkeys(RETENTION, "retention"))
    assert made.total == round(100 * sum(map(sum, by_hand(tables[0]).values())))
    assert sum(made.parts.values()) == made.total
    assert sum(row.winning for row in made.months) == made.parts["winning"]
    assert made.parts["outside"] == 92_00  # onboarding of the first two months is of customers before them
    assert sum(row.cost + row.shared for row in made.channels) == made.whole.loaded
    assert {found.code for found in made.findings} == {"F381", "F383", "F388"}
    assert "TV ads" in next(found.text for found in made.findings if found.code == "F388")
    assert all(row.marginal is None for row in made.channels)  # each customer cost the same in every month


def test_the_print_keeps_to_eighty_columns_but_for_findings(tables: tuple[Path, Path]) -> None:
    told = str(cost_of_winning(*tables, incremental={"Google ads for acquisition": "50%"}, currency="USD"))
    assert max(len(line) for line in told.splitlines() if not line.startswith("  F")) <= 80
    assert "cost of a customer who would not have come otherwise: Google ads for" in told.replace("\n", " ")


costs = st.lists(
    st.builds(
        Cost, st.integers(0, 7), st.sampled_from(["a", "b", "tv"]), st.sampled_from(["", "x"]), st.sampled_from(PURPOSES), st.integers(0, 10**9)
    ),
    min_size=1,
    max_size=30,
)  # fmt: skip
won = st.lists(
    st.builds(Won, st.integers(1, 6), st.sampled_from(["a", "b", "unknown"]), st.just(""), st.integers(1, 500)), min_size=1, max_size=20
)  # fmt: skip


@given(costs, won, st.integers(-2, 2), st.integers(0, 10**6))
def test_no_rule_makes_or_hides_money(costs: list[Cost], won: list[Won], lag: int, overhead: int) -> None:
    loaded = set()
    costs = [*costs, Cost(won[0].month, "b", "", "brand", 1)]  # something was spent on winning
    for rule in RULES:
        terms = Terms({"a": lag} if {"a"} & {r.channel for r in (*costs, *won)} else {}, overhead, rule)
        made = compute(costs, won, terms)
        assert sum(made.parts.values()) == made.total == sum(row.cost for row in costs)
        assert sum(row.cost + row.shared for row in made.channels) == made.whole.loaded
        assert sum(row.spend for row in made.months) <= made.total
        loaded.add(made.whole.loaded)
    assert len(loaded) == 1


ROWS = [
    Cost(0, "search", "", "acquisition", 1000, 50.0, 400.0),
    Cost(0, "search", "", "retention", 500, 50.0),
    Cost(0, "rent", "", "fixed", 300),
]


def test_each_cost_by_its_definition() -> None:
    made = compute(
        ROWS,
        [Won(0, "search", "", 10), Won(0, "unknown", "", 10)],
        Terms(overhead=100, incremental={"search": 0.5}, rule="cost"),
    )
    search, unknown = made.channels
    assert (search.cac, search.loaded, search.incremental) == (
        100.0,
        140.0,
        200.0,
    )  # cost alone, with all overhead, of the half
    assert (search.actions, search.cpa, search.clicks) == (50.0, 20.0, 400.0)  # what keeps customers wins none
    assert (unknown.cac, unknown.loaded) == (None, 0.0)
    whole = made.whole
    assert (whole.all_spend, whole.blended, whole.paid_cac, whole.fully) == (90.0, 50.0, 100.0, 70.0)
    assert '"cac": 100.0' in to_json(made)
    assert "action, as the platform counts: search 0.20" in str(made)


@pytest.mark.parametrize(
    ("terms", "code"),
    [
        (Terms(lags={"serch": 1}), "E382"),
        (Terms(rule="luck"), "E382"),
        (Terms(incremental={"search": 0.0}), "E382"),
    ],
)
def test_wishes_that_cannot_be_meant(terms: Terms, code: str) -> None:
    with pytest.raises(ConfigError) as problem:
        compute(ROWS, [Won(0, "search", "", 10)], terms)
    assert problem.value.code == code


def test_without_customers_or_money_there_is_no_cost_of_winning() -> None:
    for costs, customers in ((ROWS, 0.0), (ROWS[1:], 10.0)):
        with pytest.raises(DataError, match=r"nobody|no money"):
            compute(costs, [Won(0, "search", "", customers)], Terms())


def test_months_without_customers_have_no_number() -> None:
    made = compute(
        [*ROWS, Cost(1, "search", "", "acquisition", 700)], [Won(0, "search", "", 5), Won(2, "search", "", 5)], Terms()
    )
    assert made.months[1].blended is None
    assert "-" in str(made)


def test_the_next_customer_costs_more_where_returns_fall() -> None:
    """A planted power curve of 0.5: the next customer costs twice the mean one."""
    draw = np.random.default_rng(1)
    costs, won = [], []
    for month in range(36):
        spend = int(500_000 * np.exp(draw.normal(0, 0.5)))
        costs.append(Cost(month, "search", "", "acquisition", spend))
        won.append(Won(month, "search", "", 100 * (spend / 500_000) ** 0.5 * np.exp(draw.normal(0, 0.05))))
    told = marginal_costs(costs, won, {})
    mean = np.mean([c.cost for c in costs])
    assert told["search"] == pytest.approx(2 * mean / (100 * (mean / 500_000) ** 0.5), rel=0.1)
    assert marginal_costs(costs[:5], won[:5], {}) == {}
