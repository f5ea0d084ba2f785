"""The parts of a change: each what it says, and their sum the whole, to the minor unit."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from lifelong.score.trend import bridge, change, minor, worth

VALUES = st.dictionaries(st.sampled_from("abcdefgh"), st.floats(0, 1e7), min_size=1)


def rows(values: dict[str, float]) -> pa.Table:
    told = {"customer_id": list(values), "value": pa.array(values.values(), pa.float64())}
    return pa.table(told | {"orders": pa.array([0.5] * len(values))})


def test_each_part_by_hand() -> None:
    old = rows({"a": 10.0, "b": 20.0, "c": 5.0})
    new = rows({"d": 7.0, "b": 26.0, "a": 9.0})
    as_before = rows({"b": 25.0, "a": 8.0, "d": 6.5})
    made = change(old, new, as_before, 2)
    assert (made.total, made.came, made.behaviour, made.model, made.gone) == (700, 650, 300, 250, -500)
    assert (made.customers_came, made.customers_gone) == (1, 1)
    unsplit = change(old, new, None, 2)
    assert (unsplit.total, unsplit.came, unsplit.behaviour, unsplit.model, unsplit.gone) == (700, 700, 500, None, -500)


@given(old=VALUES, new=VALUES, factor=st.floats(0, 3), digits=st.sampled_from([0, 2, 3]))
def test_parts_sum_to_the_whole_to_the_unit(
    old: dict[str, float], new: dict[str, float], factor: float, digits: int
) -> None:
    before = {name: value * factor for name, value in new.items()}
    for as_before in (rows(before), None):
        made = change(rows(old), rows(new), as_before, digits)
        assert made.came + made.behaviour + made.gone + (made.model or 0) == made.total
        assert made.total == minor(worth(rows(new)), digits) - minor(worth(rows(old)), digits)
        assert made.gone <= 0 <= made.came
        assert len(old) + made.customers_came - made.customers_gone == len(new)


def test_where_there_are_no_amounts_orders_are_counted() -> None:
    bare = pa.table({"customer_id": ["a", "b"], "value": pa.nulls(2, pa.float64()), "orders": [1.25, 0.5]})
    assert minor(worth(bare), 2) == 175


@given(
    old=VALUES, new=VALUES, factor=st.floats(0, 3), digits=st.sampled_from([0, 2, 3]),
    future=st.tuples(st.integers(-(10**12), 10**12), st.integers(-(10**12), 10**12)),
)  # fmt: skip
def test_parts_of_equity_sum_to_its_change_to_the_unit(
    old: dict[str, float], new: dict[str, float], factor: float, digits: int, future: tuple[int, int]
) -> None:
    rlv = [minor(worth(rows(values)), digits) for values in (old, new)]
    before = {name: value * factor for name, value in new.items()}
    for as_before in (rows(before), None):
        told = change(rows(old), rows(new), as_before, digits)
        made = bridge(told, (rlv[0] + future[0], rlv[0]), (rlv[1] + future[1], rlv[1]), ("a", "2020-01-01"))
        assert made.came + made.gone + made.behaviour + (made.model or 0) + made.future == made.total
        assert made.before + made.total == made.after
        assert made.future == future[1] - future[0]
