"""Courses and timelines: stretches, where a day falls, and what a history tells."""

from __future__ import annotations

import numpy as np
import pytest

from lifelong.values import Course, Timelines


def two() -> Course:
    """Two customers: three weeks with a sale in the second, and ten days from the sale's day 3 on."""
    return Course.of(("sale", "kind"), [[0, 1], [1, 1], [0, 1], [1, 0], [0, 0]], [0, 0, 0, 1, 1], [7, 7, 7, 4, 6])


def test_stretches_of_each_customer() -> None:
    course = two()
    assert len(course) == 2
    assert course.owner.tolist() == [0, 0, 0, 1, 1]
    assert course.start.tolist() == [0, 7, 14, 0, 4]
    assert course.total.tolist() == [21, 10]
    assert course.values[course.row].tolist() == [[0, 1], [1, 1], [0, 1], [1, 0], [0, 0]]


def test_a_day_falls_in_the_stretch_that_begins_on_it() -> None:
    course = two()
    owner, day = np.array([0, 0, 0, 0, 1, 1, 1]), np.array([0, 6, 7, 21, 3, 4, 10])
    assert course.at(owner, day).tolist() == [0, 0, 1, 2, 3, 4, 4]


def test_a_last_stretch_of_no_days_tells_what_holds_on_the_last_day() -> None:
    course = Course.of(("sale",), [[0], [1]], [0, 0], [7, 0])
    assert Timelines.of(course, [0, 0], [3, 7]).ordered.tolist() == [[1.0]]
    assert course.total.tolist() == [7]


def test_histories() -> None:
    told = Timelines.of(two(), [1, 0, 0], [10, 8, 2])
    assert (told.x.tolist(), told.t_x.tolist(), told.T.tolist()) == ([2, 1], [8, 10], [21, 10])
    assert told.ordered.tolist() == [[1.0, 2.0], [0.0, 0.0]]
    assert told.customer.tolist() == [0, 1]
    assert len(told) == told.patterns.customers == 2


@pytest.mark.parametrize("day", [0, -1, 11])
def test_orders_beyond_the_course_are_refused(day: int) -> None:
    with pytest.raises(ValueError, match="within the course"):
        Timelines.of(two(), [1], [day])
