"""Realised by future value: everybody has one place, and a reason that is the largest."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from lifelong.decide.potential import CELLS, RISING, WHY, standing


def test_places_part_everybody_and_the_reason_is_the_figure_most_above_the_mean() -> None:
    realised = np.array([90.0, 80.0, 5.0, 1.0, 0.0])
    alive = np.array([0.9, 0.1, 0.9, 0.5, 0.5])
    rate = np.array([5.0, 1.0, 9.0, 1.0, 0.0])
    each = np.array([10.0, 10.0, 12.0, 10.0, 0.0])
    ids = pa.array(list("abcde"))
    made = standing(realised, alive * rate * each, np.stack([alive, rate, each]), ids, 0.4)
    assert [CELLS[cell] for cell in made.cell] == [
        "high now, high later",
        "high now, low later",
        "low now, high later",
        "low now, low later",
        "low now, low later",
    ]
    assert WHY[made.why[RISING]] == "orders often"
    assert made.lift[RISING] == 9.0 / (alive @ rate / alive.sum())


def test_of_equal_customers_exactly_the_next_whole_number_is_high() -> None:
    same = np.zeros(11)
    made = standing(same, same, np.zeros((3, 11)), pa.array([f"{i:02}" for i in range(11)]), 0.2)
    assert np.bincount(made.cell, minlength=4).tolist() == [3, 0, 0, 8]
    assert (made.lift == 1.0).all()
