"""Cohorts by age against a count customer by customer, and against the report's curves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from lifelong.tables import cohort_matrix, cohorts

if TYPE_CHECKING:
    from lifelong.tables.cohort_matrix import What

UNTIL = 400


def shop(seed: int, customers: int = 60) -> tuple[cohort_matrix.Rows, Any, Any]:
    """Orders with refunds before the first order, several on one day, some after the last day, and one who never ordered."""
    rng = np.random.default_rng(seed)
    n = 400
    who = np.r_[np.arange(customers), rng.integers(0, customers, n)]
    day = np.r_[rng.integers(0, 330, customers), rng.integers(0, 460, n)]
    is_order = np.r_[np.ones(customers, bool), rng.random(n) < 0.8]
    is_order[who == 0] = False
    amount = rng.integers(-3000, 20_000, customers + n)
    rows = cohort_matrix.Rows(who, day, is_order, amount)
    first, is_there = cohort_matrix.first_days(rows, UNTIL, customers)
    group = np.where(is_there, rng.integers(0, 3, customers), -1)
    group[1:4] = [0, 1, 2]
    return rows, group, first


def by_hand(rows: cohort_matrix.Rows, first: Any, customer: int, span: int, what: str, age: int) -> int:
    own = (rows.who == customer) & (rows.day <= UNTIL)
    days, visit, amount = rows.day[own] - first[customer], rows.is_order[own], rows.amount[own]
    ages = np.where(days > 0, np.ceil(days / span), 0).astype(int)
    if what == "amount":
        return int(amount[ages == age].sum())
    if what == "repeat":
        return int(len(set(days[visit & (ages <= age)])) > 1)
    visits = len(set(days[visit & (ages == age)]))
    return min(visits, 1) if what == "retention" else visits


@pytest.mark.parametrize("what", ["retention", "repeat", "orders", "amount"])
@pytest.mark.parametrize("is_running", [False, True])
@pytest.mark.parametrize("span", [7, 30, 91])
def test_cells_are_those_counted_customer_by_customer(what: What, is_running: bool, span: int) -> None:
    if is_running and what in {"retention", "repeat"}:
        is_running = False
    rows, group, first = shop(span)
    made = cohort_matrix.matrix(rows, group, first, (UNTIL, span), what, is_running=is_running)
    for g in range(3):
        members = np.flatnonzero(group == g)
        assert made.customers[g] == len(members)
        for age in range(made.total.shape[1]):
            ages = range(age + 1) if is_running else [age]
            each = {c: sum(by_hand(rows, first, c, span, what, a) for a in ages) for c in members}
            seen = [each[c] for c in members if first[c] + age * span <= UNTIL]
            begun = [c for c in members if age == 0 or first[c] + (age - 1) * span + 1 <= UNTIL]
            assert made.total[g, age] == sum(each.values())
            assert (made.seen[g, age], made.begun[g, age], made.among[g, age]) == (len(seen), len(begun), sum(seen))
            assert made.square[g, age] == pytest.approx(sum(float(v) ** 2 for v in seen), abs=1e-3)
            assert made.cube[g, age] == pytest.approx(sum(float(v) ** 3 for v in seen), rel=1e-9, abs=1e3)


def test_calendar_cohorts_are_those_of_the_curves() -> None:
    rows, group, first = shop(5)
    table = pa.table(
        {
            "customer_id": pa.array([f"c{i:03d}" for i in rows.who]),
            "day": pa.array(rows.day, pa.int32()),
            "is_order": pa.array(rows.is_order.astype(np.int32), pa.int32()),
            "revenue": pa.array(rows.amount, pa.int64()),
        }
    )
    cells = cohorts.curves(table, UNTIL, "quarter", 30)
    starts = sorted({cell["first_day"] for cell in cells})
    of_time = np.array(
        [
            -1 if g < 0 else starts.index(cohorts.cohort_start(int(f), "quarter"))
            for g, f in zip(group, first, strict=True)
        ]
    )
    whats: tuple[tuple[What, str], ...] = (("retention", "buyers"), ("orders", "orders"), ("amount", "revenue"))
    for what, name in whats:
        made = cohort_matrix.matrix(rows, of_time, first, (UNTIL, 30), what, is_running=False)
        for cell in cells:
            at = starts.index(cell["first_day"]), cell["period"]
            assert made.total[at] == cell[name]
            assert (made.seen[at] == made.customers[at[0]]) is np.bool_(cell["is_ripe"])


def test_one_customer_with_one_order() -> None:
    rows = cohort_matrix.Rows(np.array([0]), np.array([10]), np.array([True]), np.array([500]))
    first, _ = cohort_matrix.first_days(rows, 10, 1)
    whats: tuple[What, ...] = ("repeat", "amount", "orders")
    for what in whats:
        made = cohort_matrix.matrix(rows, np.array([0]), first, (10, 30), what, is_running=True)
        assert made.total.tolist() == [[{"repeat": 0, "amount": 500, "orders": 1}[what]]]
        assert made.seen.tolist() == [[1]]
