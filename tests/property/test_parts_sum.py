"""Parts sum to totals to the minor unit, in every table that is made of orders. A new table adds its maker to MAKERS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lifelong.money import levels
from lifelong.money.margin import VariableCosts, variable_costs
from lifelong.tables import cohort_matrix, cohorts
from lifelong.units import apportion

if TYPE_CHECKING:
    from collections.abc import Callable

    from lifelong.tables.cohort_matrix import Rows

UNTIL, CUSTOMERS = 900, 6
amounts = st.integers(-(10**9), 10**12)
orders = st.lists(
    st.tuples(st.integers(0, CUSTOMERS - 1), st.integers(0, UNTIL + 50), st.booleans(), amounts),
    min_size=1,
    max_size=40,
)


def _rows(drawn: list[tuple[int, int, bool, int]]) -> Rows:
    who, day, is_order, amount = (np.array(column) for column in zip(*drawn, strict=True))
    return cohort_matrix.Rows(
        who.astype(np.int64), day.astype(np.int64), is_order.astype(bool), amount.astype(np.int64)
    )


def _whole(rows: Rows) -> int:
    """What customers with a visit brought up to the last day, in Python's own whole numbers."""
    first, is_there = cohort_matrix.first_days(rows, UNTIL, CUSTOMERS)
    del first
    known = zip(rows.who, rows.day, rows.amount, strict=True)
    return sum(int(amount) for who, day, amount in known if is_there[who] and day <= UNTIL)


def _by_group(rows: Rows, groups: int) -> int:
    first, is_there = cohort_matrix.first_days(rows, UNTIL, CUSTOMERS)
    if not is_there.any():
        return 0
    group = np.where(is_there, np.arange(CUSTOMERS) % groups, -1)
    made = cohort_matrix.matrix(rows, group, first, (UNTIL, 30), "amount", is_running=False)
    running = cohort_matrix.matrix(rows, group, first, (UNTIL, 30), "amount", is_running=True)
    assert running.total[:, -1].tolist() == made.total.sum(1).tolist()
    return int(made.total.sum())


def cohort_cells(rows: Rows) -> int:
    """The matrix of cohorts, one group."""
    return _by_group(rows, 1)


def groups_of_cohorts(rows: Rows) -> int:
    """The same, of several groups."""
    return _by_group(rows, 4)


def curves_of_the_report(rows: Rows) -> int:
    """The report's cells of cohorts."""
    table = pa.table(
        {
            "customer_id": pa.array([f"c{i}" for i in rows.who]),
            "day": pa.array(rows.day, pa.int32()),
            "is_order": pa.array(rows.is_order.astype(np.int32), pa.int32()),
            "revenue": pa.array(rows.amount, pa.int64()),
        }
    )
    return sum(cell["revenue"] or 0 for cell in cohorts.curves(table, UNTIL))


#: Each takes orders and returns the sum over all parts of the table that it makes.
MAKERS: tuple[Callable[[Rows], int], ...] = (cohort_cells, groups_of_cohorts, curves_of_the_report)


@pytest.mark.parametrize("maker", MAKERS, ids=lambda maker: maker.__name__)
@settings(max_examples=40, deadline=None)
@given(drawn=orders)
def test_all_parts_are_the_whole(maker: Callable[[Rows], int], drawn: list[tuple[int, int, bool, int]]) -> None:
    rows = _rows(drawn)
    assert maker(rows) == _whole(rows)


@settings(max_examples=100, deadline=None)
@given(total=st.integers(0, 10**15), weights=st.lists(st.floats(0, 1e6), min_size=1, max_size=30))
def test_dealt_shares_are_the_whole(total: int, weights: list[float]) -> None:
    if sum(weights) > 0:
        assert sum(apportion(total, weights)) == total


@settings(max_examples=100, deadline=None)
@given(
    revenue=st.lists(st.integers(-(10**9), 10**9), min_size=1, max_size=30),
    variable=st.floats(0, 1),
    margin=st.floats(0, 1),
    order=st.integers(0, 10**5),
)
def test_levels_of_all_orders_are_the_sums_of_each(
    revenue: list[int], variable: float, margin: float, order: int
) -> None:
    each, costs = np.array(revenue), VariableCosts(payment_rate=variable, shipping=order)
    nothing, is_order = np.full(len(each), np.nan), np.ones(len(each), np.int64)
    gross = levels.gross_margin(each, nothing, margin)
    made = gross - sum(variable_costs(each, is_order, costs).values())
    alone = [
        int(gross[i]) - int(sum(variable_costs(each[i : i + 1], is_order[i : i + 1], costs).values())[0])
        for i in range(len(each))
    ]
    assert int(made.sum()) == sum(alone)
    assert abs(int(gross.sum()) - margin * sum(revenue)) <= 0.5 * len(each) + 1e-3
