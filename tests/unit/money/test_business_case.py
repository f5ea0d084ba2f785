"""The business case against sums done by hand and against what must hold of any case."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lifelong import LifelongError, business_case
from lifelong.money.business_case import Figures, Plan, argue, course, npv

NOW = Figures(churn=0.1, invoice=10.0, margin=0.5, new_customers=5.0)


def test_two_months_are_computed_by_hand() -> None:
    """100 customers; churn of 10 % falls to 5 %, an invoice of 10 rises to 12, margin one half, 5 new ones a month.

    Month 1: 100 x 10 x .5 = 500, with it 100 x 12 x .5 = 600. Month 2: 95 x 5 = 475, with it 100 x 6 = 600.
    """
    made = argue(Plan(100.0, NOW, replace(NOW, churn=0.05, invoice=12.0), upfront=120.0, monthly=20.0, months=2))
    assert [row["added"] for row in made.months] == pytest.approx([100.0, 125.0])
    assert [row["left"] for row in made.months] == pytest.approx([-40.0, 65.0])
    assert (made.npv, made.costs, made.added) == pytest.approx((65.0, 160.0, 225.0))
    assert made.roi == pytest.approx(65 / 160)
    assert made.payback_months == 2
    assert made.customers_added == pytest.approx(5.0)
    # alone: the invoice adds 100 + 95, the churn 0 + 5 x 5
    assert [(one.name, one.added) for one in made.lone] == [("invoice", pytest.approx(195.0)), ("churn", pytest.approx(25.0))]  # fmt: skip


def test_half_of_the_effect_and_a_ramp() -> None:
    plan = Plan(100.0, NOW, replace(NOW, invoice=12.0), months=2, ramp=2)
    assert course(plan).added == pytest.approx([50.0, 95.0])
    assert course(replace(plan, effect=0.5)).added == pytest.approx([25.0, 47.5])
    told = {row.title: row.npv for row in argue(plan).otherwise}
    assert told["half of the effect"] == pytest.approx(72.5)
    assert told["the whole effect three months later"] == pytest.approx(100 * 0.2 + 95 * 0.4)


def test_a_month_is_paid_at_its_middle() -> None:
    plan = Plan(100.0, NOW, replace(NOW, invoice=12.0), months=1, discount=0.1)
    assert npv(plan) == pytest.approx(100.0 * 1.1 ** (-0.5 / 12))


def test_break_even_is_where_nothing_is_left() -> None:
    plan = Plan(1000.0, NOW, replace(NOW, churn=0.08), upfront=900.0, months=24, discount=0.1)
    share = argue(plan).break_even
    assert share is not None
    assert 0 < share < 1
    assert npv(replace(plan, effect=share)) == pytest.approx(0.0, abs=1e-6)


def test_what_never_pays_back_says_so() -> None:
    made = argue(Plan(10.0, NOW, replace(NOW, churn=0.09), upfront=1e6, months=12))
    assert (made.payback_months, made.break_even) == (None, None)
    assert [found.code for found in made.findings] == ["F354"]
    assert "never" in str(made)
    assert "not reached" in str(made)


def test_what_costs_nothing_has_nothing_to_pay_back() -> None:
    made = argue(Plan(10.0, NOW, replace(NOW, churn=0.09), months=12))
    assert (made.payback_months, made.break_even, made.roi) == (0, 0.0, None)


def test_a_cost_covered_in_the_first_month_is_paid_back_then() -> None:
    assert argue(Plan(100.0, NOW, replace(NOW, invoice=12.0), upfront=1.0, months=3)).payback_months == 1


@given(
    churn=st.floats(0.0, 0.5), to_churn=st.floats(0.0, 0.5), invoice=st.floats(1.0, 1e4), upfront=st.floats(0, 1e6),
    months=st.integers(1, 60), ramp=st.integers(0, 12),
)  # fmt: skip
def test_parts_sum_and_more_cost_is_never_better(
    churn: float, to_churn: float, invoice: float, upfront: float, months: int, ramp: int
) -> None:
    now = Figures(churn, invoice, margin=0.3, new_customers=3.0)
    plan = Plan(50.0, now, replace(now, churn=to_churn), upfront, 10.0, months, ramp, 0.1)
    made = argue(plan)
    assert made.npv == pytest.approx(made.added - made.costs, abs=1e-6 * (1 + abs(made.added) + made.costs))
    assert npv(replace(plan, cost=1.2)) <= made.npv + 1e-9 * abs(made.npv)
    assert (made.added >= -1e-9) if to_churn <= churn else (made.added <= 1e-9)


TYPED = {"customers": "1 000", "churn": "5%", "invoice": 50, "margin": "40%"}


def test_typed_texts_are_read() -> None:
    made = business_case(**TYPED, to_churn="4%", to_new_customers=10, upfront="5,000", monthly=300, months="24m", ramp=3, discount="10%/year")  # fmt: skip
    assert made.inputs["hoped"] == {"churn": 0.04, "invoice": 50.0, "invoices_a_month": 1.0, "margin": 0.4, "new_customers": 10.0}  # fmt: skip
    assert (made.inputs["months"], made.inputs["ramp"], made.inputs["upfront"]) == (24, 3, 5000.0)
    assert max(map(len, str(made).splitlines())) <= 80
    assert set(made.as_dict()) >= {"npv", "added", "costs", "roi", "payback_months", "break_even", "lone", "otherwise", "months"}  # fmt: skip


@pytest.mark.parametrize(
    ("told", "flag"),
    [
        ({}, "--to-churn"),
        ({"to_churn": "5%"}, "--to-churn"),
        ({"to_churn": "much"}, "--to-churn"),
        ({"to_invoice": "-1"}, "--to-invoice"),
        ({"to_churn": "4%", "months": 0}, "--months"),
        ({"to_churn": "4%", "months": "2.5"}, "--months"),
        ({"to_churn": "4%", "ramp": -1}, "--ramp"),
        ({"to_churn": "4%", "customers": "some"}, "--customers"),
        ({"to_churn": "4%", "upfront": "free"}, "--upfront"),
    ],
)
def test_what_cannot_be_used_is_told_with_its_flag(told: dict[str, str | int], flag: str) -> None:
    with pytest.raises(LifelongError) as caught:
        business_case(**{**TYPED, **told})
    assert caught.value.code == "E351"
    assert caught.value.where == flag
