import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong.errors import DataError
from lifelong.money.margin import VariableCosts, historic_value, pooled_margin, variable_costs
from lifelong.money.present import discount_factor, tail_horizon
from lifelong.units import Rate


def test_pooled_margin_weighs_customers_by_revenue() -> None:
    assert pooled_margin([100.0, 300.0], [90.0, 150.0]) == pytest.approx(1 - 240 / 400)


def test_customers_without_a_known_cost_count_in_neither_sum() -> None:
    assert pooled_margin([100.0, 1000.0], [60.0, float("nan")]) == pytest.approx(0.4)


@pytest.mark.parametrize("revenue", [[0.0, 0.0], [-5.0, 2.0], [float("nan"), 3.0]])
def test_no_revenue_with_a_cost_is_a_coded_error(revenue: list[float]) -> None:
    with pytest.raises(DataError) as caught:
        pooled_margin(revenue, [1.0, float("nan")])
    assert caught.value.code == "E108"


def test_cost_above_revenue_gives_a_negative_margin() -> None:
    assert pooled_margin([100.0], [130.0]) == pytest.approx(-0.3)


def test_historic_value_takes_known_costs_and_else_the_margin() -> None:
    assert historic_value([100.0, 50.0, -20.0], [70.0, np.nan, np.nan], 0.5).tolist() == [30.0, 25.0, -10.0]
    assert historic_value([100.0, 50.0], None, 0.35).tolist() == [35.0, 17.5]


def test_a_year_from_now_is_worth_one_by_one_plus_the_rate() -> None:
    rate = Rate.parse("10%/year")
    assert discount_factor(365.25, rate.force_per_day) == pytest.approx(1 / 1.1)
    assert discount_factor([0.0, 730.5], rate.force_per_day) == pytest.approx([1.0, 1 / 1.21])


@given(st.floats(1e-5, 1.0), st.floats(1e-6, 0.999))
def test_the_tail_leaves_just_its_share(force: float, left: float) -> None:
    assert discount_factor(tail_horizon(force, left), force) == pytest.approx(left)


def test_variable_costs_are_whole_and_fall_on_orders_alone() -> None:
    costs = VariableCosts(0.029, 30, 450, 120, 0.005)
    parts = variable_costs([10_001, float("nan"), -700, 0], [1, 1, 0, 1], costs)
    assert {name: part.tolist() for name, part in parts.items()} == {
        "payment": [290 + 30, 30, 0, 30], "shipping": [450, 450, 0, 450], "service": [120, 120, 0, 120], "bad_debt": [50, 0, 0, 0],
    }  # fmt: skip
    assert all(part.dtype == np.int64 for part in parts.values())
    assert not costs.is_nothing
    assert VariableCosts().is_nothing
