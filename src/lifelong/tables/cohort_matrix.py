"""Cohorts by age: what customers brought at each age of their own, and who has been seen for so long.

Age is a customer's own, as in :mod:`lifelong.tables.cohorts`: age 0 is the first order day, age k the days (k - 1) s + 1 to
k s after it. A cell counts for a mean only those whose age k has ended, so that everybody in it has had the same time; what
the others have brought so far is in its total. So totals add up, and no mean is of unequal ages.

Arrays only; a group is any split of customers that the first order fixes: its month, its channel, its product.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Ints = NDArray[np.int64]
    Floats = NDArray[np.float64]
    Bools = NDArray[np.bool_]
    What = Literal["retention", "repeat", "orders", "amount"]


Number = TypeVar("Number", np.int64, np.float64)


@dataclass(frozen=True, slots=True)
class Rows:
    """Orders as arrays of one length, any order.

    Attributes:
        who: the customer, 0 to n - 1.
        day: days since 1970-01-01.
        is_order: whether a visit was made; without one, money counts alone.
        amount: what the row brought, minor units; 0 where it is not known.
    """

    who: Ints
    day: Ints
    is_order: Bools
    amount: Ints


@dataclass(frozen=True, slots=True)
class Matrix:
    """Groups by age, each array of shape (groups, ages).

    Attributes:
        customers: of each group, shape (groups,).
        begun: customers for whom the age has begun: the first day of it has been seen.
        seen: customers whose age has ended.
        total: sum over all customers so far, whole.
        among: the same over those who were seen to the end of the age.
        square, cube: sums of their squares and cubes, for intervals.
    """

    customers: Ints
    begun: Ints
    seen: Ints
    total: Ints
    among: Ints
    square: Floats
    cube: Floats


def matrix(
    rows: Rows, group: Ints, first_day: Ints, window: tuple[int, int], what: What, *, is_running: bool
) -> Matrix:
    """Count one thing by group and age.

    Args:
        rows: all orders.
        group: of each customer, from 0; -1 for one who is left out (no visit).
        first_day: of each customer.
        window: the last day seen, and the days of an age.
        what: ``retention`` (1 where a visit fell into the age), ``repeat`` (1 from the second order day on), ``orders``
            (order days), or ``amount``.
        is_running: sums from age 0 on. ``repeat`` always runs.
    """
    until, span = window
    keep = (rows.day <= until) & (group[rows.who] >= 0)
    who, day, visit = rows.who[keep], rows.day[keep], rows.is_order[keep]
    last = np.where(group >= 0, (until - first_day) // span, 0)  # the last age that each has ended
    ages = int(-(-(until - first_day[group >= 0].min()) // span)) + 1
    who, age, value = _events(who, _age(day - first_day[who], span), day, visit, rows.amount[keep], what, ages)
    powers = _powers(who, value, is_running=is_running or what == "repeat")
    groups, ended = int(group.max()) + 1, int(last.max()) + 1
    place = (group[who] * ended + last[who]) * ages + age
    shape = (groups, ended, ages)
    first, second, third = powers
    one, two, three = _summed(place, first, shape), _summed(place, second, shape), _summed(place, third, shape)
    if is_running or what == "repeat":
        one, two, three = np.cumsum(one, axis=2), np.cumsum(two, axis=2), np.cumsum(three, axis=2)
    here = group >= 0
    customers = np.bincount(group[here] * ended + last[here], minlength=groups * ended).reshape(groups, ended)
    start = np.where(here, -(-(until - first_day) // span), 0)
    started = np.bincount(group[here] * ages + start[here], minlength=groups * ages).reshape(groups, ages)
    return Matrix(
        customers=customers.sum(1),
        begun=np.cumsum(started[:, ::-1], axis=1)[:, ::-1],
        seen=_at_least(customers, ages),
        total=one.sum(1),
        among=_from(one),
        square=_from(two),
        cube=_from(three),
    )


def first_days(rows: Rows, until: int, customers: int) -> tuple[Ints, Bools]:
    """Each customer's first order day, and whether there is one on or before a day."""
    never = np.iinfo(np.int64).max
    first = np.full(customers, never, np.int64)
    is_visit = rows.is_order & (rows.day <= until)
    np.minimum.at(first, rows.who[is_visit], rows.day[is_visit])
    return first, first < never


def _age(since: Ints, span: int) -> Ints:
    made: Ints = np.where(since > 0, (since - 1) // span + 1, 0)
    return made


def _events(
    who: Ints, age: Ints, day: Ints, visit: Bools, amount: Ints, what: What, ages: int
) -> tuple[Ints, Ints, Ints]:  # fmt: skip
    """A row a customer and age at which something is counted, by customer and age."""
    if what == "amount":
        return _grouped(who, age, amount, ages)
    who, age, day = who[visit], age[visit], day[visit]
    order = np.lexsort((day, who))
    who, age, day = who[order], age[order], day[order]
    is_new = np.r_[True, (who[1:] != who[:-1]) | (day[1:] != day[:-1])]
    who, age = who[is_new], age[is_new]
    if what == "repeat":  # the second order day of each
        is_second = np.r_[False, (who[1:] == who[:-1])] & np.r_[True, True, who[2:] != who[:-2]][: len(who)]
        return who[is_second], age[is_second], np.ones(int(is_second.sum()), np.int64)
    who, age, count = _grouped(who, age, np.ones(len(who), np.int64), ages)
    return who, age, np.minimum(count, 1) if what == "retention" else count


def _grouped(who: Ints, age: Ints, value: Ints, ages: int) -> tuple[Ints, Ints, Ints]:
    """Sums by customer and age, sorted so; whole numbers stay exact."""
    key = who * ages + age
    order = np.argsort(key, kind="stable")
    key, value = key[order], value[order]
    start = np.flatnonzero(np.r_[True, key[1:] != key[:-1]][: len(key)])
    sums = np.add.reduceat(value, start) if len(start) else value
    return key[start] // ages, key[start] % ages, sums


def _powers(who: Ints, value: Ints, *, is_running: bool) -> tuple[Ints, Floats, Floats]:
    """What each row adds to the sums of values, squares and cubes.

    A running sum of c before the row and c + a after it adds (c + a)^m - c^m, so that running through ages sums it up.
    """
    after = value.astype(np.float64)
    before = np.zeros_like(after)
    if is_running and len(who):
        run = np.cumsum(value)
        start = np.flatnonzero(np.r_[True, who[1:] != who[:-1]])
        size = np.diff(np.r_[start, len(who)])
        own = run - np.repeat(np.r_[0, run][start], size)
        after, before = own.astype(np.float64), (own - value).astype(np.float64)
    return value, after**2 - before**2, after**3 - before**3


def _summed(place: Ints, value: NDArray[Number], shape: tuple[int, ...]) -> NDArray[Number]:
    made = np.zeros(int(np.prod(shape)), value.dtype)
    np.add.at(made, place, value)
    return made.reshape(shape)


def _from(sums: NDArray[Number]) -> NDArray[Number]:
    """By group and age, over customers who have ended at least so many ages."""
    groups, ended, ages = sums.shape
    made = np.zeros((groups, ages), sums.dtype)
    for age in range(min(ended, ages)):
        made[:, age] = sums[:, age:, age].sum(1)
    return made


def _at_least(customers: Ints, ages: int) -> Ints:
    made = np.zeros((customers.shape[0], ages), np.int64)
    upward = np.cumsum(customers[:, ::-1], axis=1)[:, ::-1][:, :ages]
    made[:, : upward.shape[1]] = upward
    return made
