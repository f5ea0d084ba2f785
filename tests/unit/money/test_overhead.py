"""Fixed costs: a rule moves them between those who bear them and never changes their sum."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.errors import ConfigError
from lifelong.money.overhead import RULES, allocated, fixed_costs
from lifelong.units import day_of

bearers = st.lists(
    st.fixed_dictionaries({"revenue": st.integers(-(10**9), 10**12), "orders": st.integers(0, 10**6), "customers": st.integers(0, 10**6)}),
    min_size=1, max_size=12,
)  # fmt: skip


@given(st.integers(0, 10**12), bearers)
def test_reallocating_overhead_never_changes_the_total(total: int, told: list[dict[str, int]]) -> None:
    dealt = [allocated(total, told, rule) for rule in RULES]
    assert [sum(parts) for parts in dealt] == [total] * len(RULES)
    assert all(part >= 0 for parts in dealt for part in parts)


def test_each_rule_deals_by_its_own_measure() -> None:
    told = [{"revenue": 300, "orders": 1, "customers": 1}, {"revenue": 100, "orders": 3, "customers": 1}]
    assert [allocated(100, told, rule) for rule in RULES] == [[75, 25], [25, 75], [50, 50]]
    assert allocated(100, [{"revenue": -5}, {"revenue": 7}], "revenue") == [0, 100]
    assert allocated(101, [{"revenue": 0}, {"revenue": 0}], "revenue") == [51, 50]
    with pytest.raises(ConfigError) as problem:
        allocated(100, told, "profit")
    assert problem.value.code == "E302"


@given(st.integers(0, 10**9), st.integers(0, 800), st.integers(0, 800))
def test_days_of_a_month_bear_their_part_of_it(a_month: int, length: int, cut: int) -> None:
    first = day_of("2024-01-15")
    whole = fixed_costs(a_month, first, first + length)
    if cut < length:
        parts = fixed_costs(a_month, first, first + cut) + fixed_costs(a_month, first + cut + 1, first + length)
        assert abs(whole - parts) <= 1


def test_a_year_is_twelve_months() -> None:
    assert fixed_costs(1_000_01, day_of("2024-01-01"), day_of("2024-12-31")) == 12 * 1_000_01
    assert fixed_costs(2900, day_of("2024-02-10"), day_of("2024-02-10")) == 100
