"""The value that contractual models see: merged, checked, made from tables and from customers alike."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from lifelong.errors import DataError
from lifelong.values import Tenures


def rows(tenures: Tenures) -> list[tuple[int, bool, int]]:
    return [(int(n), bool(lost), int(c)) for n, lost, c in zip(tenures.n, tenures.is_lost, tenures.count, strict=True)]


def test_a_table_and_its_customers_are_one() -> None:
    table = Tenures.from_survivors([[5, 3, 3, 1], [4, 2]])
    periods = [1, 1, 3, 3, 4, 1, 1, 2, 2]
    lost = [True, True, True, True, False, True, True, False, False]
    assert rows(table) == rows(Tenures.from_customers(periods, lost))
    assert rows(table) == [(0, True, 4), (1, False, 2), (2, True, 2), (3, False, 1)]
    assert table.customers == 9
    assert table.longest == 3
    assert rows(table.active) == [(1, False, 2), (3, False, 1)]


def test_equal_histories_merge_and_empty_ones_go() -> None:
    assert rows(Tenures.of([3, 3, 1], [0, 0, 1], [2, 5, 0])) == [(3, False, 7)]
    assert len(Tenures.of([], [])) == 0
    assert Tenures.of([4], [True]).longest == 5


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: Tenures.from_survivors([10, 11]), "grow"),
        (lambda: Tenures.from_survivors([10, -1]), "below zero"),
        (lambda: Tenures.from_survivors([[]]), "grow"),
        (lambda: Tenures.from_survivors([10, 9.5]), "whole"),
        (lambda: Tenures.from_customers([0, 2], [True, False]), "one period"),
        (lambda: Tenures.from_customers([1.5], [True]), "whole"),
        (lambda: Tenures.of([1, 2], [True]), "one length"),
        (lambda: Tenures.of([-1], [True]), "below zero"),
        (lambda: Tenures.of([1], [True], [-1]), "below zero"),
        (lambda: Tenures.of([1.5], [True]), "whole"),
        (lambda: Tenures.of([1, 2], [2, 0]), "true or false"),
        (lambda: Tenures.of([np.nan], [True]), "whole"),
    ],
)
def test_what_is_no_tenure_is_refused(make: Any, said: str) -> None:
    with pytest.raises(DataError, match=said) as told:
        make()
    assert told.value.code == "E103"
    assert told.value.fix
